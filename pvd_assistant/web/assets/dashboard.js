/* An evaluation under way is followed without reloading the page. Without this file, a link does it. */
"use strict";

(() => {
  const EVERY = 2000;

  async function follow() {
    const shown = document.getElementById("avancement");
    if (!shown?.hasAttribute("data-running")) return;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) return;
      const next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("avancement");
      if (!next.hasAttribute("data-running")) {
        location.assign(location.pathname);
        return;
      }
      document.getElementById("barre").value = next.querySelector("progress").value;
      shown.querySelector("p").textContent = next.querySelector("p").textContent;
    } catch {
      // The link « Actualiser » stays.
    }
    setTimeout(follow, EVERY);
  }

  setTimeout(follow, EVERY);
})();
