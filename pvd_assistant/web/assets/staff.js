// The staff's rooms. Everything works without this file: it only makes pages livelier.
//   data-confirm="…" on a button   asks before its form is sent
//   data-focus on an element       takes the focus when the page opens (the summary of errors)
"use strict";

(() => {
  document.querySelector("[data-focus]")?.focus();

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const question = event.submitter?.dataset.confirm;
    if (form.dataset.sent || (question && !confirm(question))) {
      event.preventDefault();
      return;
    }
    if (event.defaultPrevented || form.method !== "post" || form.target) return;
    // A second click would send it twice. Some answers are files: the page stays, so it is freed again.
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-disabled", "true");
    setTimeout(() => free(form), 4000);
  });

  function free(form) {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-disabled]").forEach((one) => one.removeAttribute("aria-disabled"));
  }

  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(free));

  // Whoever writes a long reply is not idle: the session is kept open, at most one call in five minutes.
  let told = Date.now();
  document.addEventListener("input", () => {
    if (!document.querySelector(".staff-nav") || Date.now() - told < 300_000) return;
    told = Date.now();
    fetch("/equipe", { method: "HEAD", redirect: "manual" }).catch(() => {});
  });
})();
