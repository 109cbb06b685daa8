// The page of a request. Without this file a sentence goes to the end of the reply, and leaving is not warned of.
(() => {
  "use strict";

  const form = document.querySelector("[data-unsaved]");
  if (!form) return;
  const words = form.querySelector("textarea");
  const cursor = form.querySelector("[data-cursor]");
  const here = document.querySelector("[data-needs-script]");
  const first = words.value;
  let sending = false;

  if (here) {
    here.hidden = here.disabled = false;
  }
  words.addEventListener("blur", () => {
    // The browser counts a line end as one character, and sends two: the server counts one too.
    cursor.value = String([...words.value.slice(0, words.selectionStart)].length);
    if (here && words.selectionStart < words.value.length) here.selected = true;
  });
  form.addEventListener("submit", () => {
    sending = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!sending && words.value !== first) event.preventDefault();
  });
})();
