/* What every page does besides being read: fades what changed, says when it is out of date, closes menus. */
(() => {
  "use strict";

  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  let freshAt = new Date();

  /* A changed value fades once; idiomorph calls this for each node that it changes. */
  function fade(before, after) {
    const number = before.nodeType === Node.TEXT_NODE && before.parentElement.closest(".number");
    if (number && before.nodeValue !== after.nodeValue && !calm.matches) {
      number.animate([{ opacity: 0 }, { opacity: 1 }], 150);
    }
  }

  function showOffline(offline) {
    const banner = document.getElementById("offline");
    if (offline && banner.hidden) {
      const locale = document.documentElement.lang === "de" ? "de-DE" : "en-GB";
      const time = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
      banner.textContent = banner.dataset.text.replace("{time}", time.format(freshAt));
    }
    banner.hidden = !offline;
  }

  /* The session has ended and the answer is the log-in page, or what was shown is gone. */
  function isOver(xhr, path) {
    const movedTo = xhr.responseURL && new URL(xhr.responseURL).pathname;
    return (movedTo && movedTo !== path.split("?")[0]) || xhr.status === 403 || xhr.status === 404;
  }

  function onAnswer(event) {
    const { xhr, requestConfig } = event.detail;
    if (isOver(xhr, requestConfig.path)) {
      event.detail.shouldSwap = false;
      window.location.reload();
    } else if (xhr.status < 400) {
      freshAt = new Date();
      showOffline(false);
    }
  }

  function closeMenus(except) {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (menu !== except) menu.open = false;
    }
  }

  Idiomorph.defaults.callbacks.beforeNodeMorphed = (before, after) => {
    fade(before, after);
    return true;
  };
  document.addEventListener("htmx:beforeSwap", onAnswer);
  document.addEventListener("htmx:sendError", () => showOffline(true));
  document.addEventListener("htmx:responseError", () => showOffline(true));

  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  /* Whoever changes the language comes back to the range that was chosen since the page was loaded. */
  document.addEventListener("htmx:pushedIntoHistory", (event) => {
    for (const next of document.querySelectorAll("input[name=next]")) next.value = event.detail.path;
  });
})();
