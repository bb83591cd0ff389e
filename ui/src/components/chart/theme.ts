/** Reads a colour token at the moment of drawing, so that a change of theme is a redraw. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim() || "gray";
}

/** Calls back when the theme or the contrast changes. */
export function onTheme(change: () => void): () => void {
  const observer = new MutationObserver(change);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "data-contrast"] });
  return () => observer.disconnect();
}
