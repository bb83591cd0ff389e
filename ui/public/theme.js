// Runs before the first paint, as a file of its own: the page's policy allows no inline script.
// Sets data-theme and data-contrast on <html>; `window.karatTheme()` applies a change at once.
(function () {
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  var more = window.matchMedia("(prefers-contrast: more)");
  function stored(key) {
    try {
      return window.localStorage.getItem(key);
    } catch {
      return null;
    }
  }
  function apply() {
    var theme = stored("karat.theme");
    var contrast = stored("karat.contrast");
    var density = stored("karat.density");
    var root = document.documentElement;
    var isDark = theme === "dark" || (theme !== "light" && dark.matches);
    var isHigh = contrast === "high" || (contrast !== "normal" && more.matches);
    root.dataset.theme = isDark ? "dark" : "light";
    root.dataset.contrast = isHigh ? "high" : "normal";
    root.dataset.density = density === "compact" ? "compact" : "comfortable";
    var meta = document.querySelector('meta[name="theme-color"]');
    if (meta) meta.setAttribute("content", isDark ? "#121416" : "#f6f4ee");
  }
  dark.addEventListener("change", apply);
  more.addEventListener("change", apply);
  window.karatTheme = apply;
  apply();
})();
