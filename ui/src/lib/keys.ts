import { useEffect, useRef } from "react";

/** What a key does: `a`, `1`, `Escape`, `mod+k` (⌘ on a Mac, Ctrl elsewhere). */
export type KeyMap = Record<string, () => void>;

interface Pressed {
  key: string;
  metaKey: boolean;
  ctrlKey: boolean;
  altKey: boolean;
}

/** The name a key press goes by in a map. */
export function nameOf(event: Pressed): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.metaKey || event.ctrlKey) return `mod+${key}`;
  if (event.altKey) return `alt+${key}`;
  return key;
}

/** Whether the person is typing text, where single letters are letters. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button", "range", "file"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Whether the space bar already means something where the focus is. */
function presses(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("button, a, summary, input, select, textarea") !== null;
}

/** Listens on the whole page while mounted. */
export function useKeys(map: KeyMap, enabled = true): void {
  const current = useRef(map);
  useEffect(() => {
    current.current = map;
  });
  useEffect(() => {
    if (!enabled) return undefined;
    function onKey(event: KeyboardEvent): void {
      const name = nameOf(event);
      const action = current.current[name];
      if (!action || event.defaultPrevented) return;
      if (isTyping(event.target) && !name.startsWith("mod+") && name !== "Escape") return;
      if (name === " " && presses(event.target)) return;
      if (document.querySelector("dialog[open]") && !name.startsWith("mod+")) return;
      event.preventDefault();
      action();
    }
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [enabled]);
}
