// Runs before the first paint: the look last used, so that nothing flashes.
(function () {
  var root = document.documentElement;
  var theme = "system";
  var language = "system";
  try {
    theme = localStorage.getItem("relayscope.theme") || theme;
    language = localStorage.getItem("relayscope.language") || language;
  } catch (error) {
    // Storage may be switched off: the system's look is right then.
  }
  var dark = theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.setAttribute("data-theme", dark ? "dark" : "light");
  if (language === "system") language = /^zh/i.test(navigator.language) ? "zh-CN" : "en";
  root.lang = language;
})();
