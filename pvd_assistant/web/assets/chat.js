/* What the chat offers around an answer: the message for the helpdesk, files to save, printing, the town.
   All of it stays in the browser: a message is written, changed and saved here, never sent. */
"use strict";

(() => {
  const { announce, toClipboard, text } = window.pvd;

  // Longer addresses are cut by some mail programs.
  const LONGEST_MAILTO = 1900;

  const ACTIONS = { copy, mailto, eml, txt, close };

  let opener = null;

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if ("message" in button.dataset) open(button);
    else if ("messageDo" in button.dataset) ACTIONS[button.dataset.messageDo](button.form);
    else if ("reload" in button.dataset) location.reload();
    else if ("print" in button.dataset) window.print();
    else if ("zoom" in button.dataset) zoom(button);
  });

  document.addEventListener("submit", (event) => {
    if ("messageForm" in event.target.dataset) event.preventDefault();
  });

  // ---- The message -----------------------------------------------------------------------------

  function open(button) {
    const dialog = document.getElementById(button.dataset.message);
    opener = button;
    dialog.addEventListener("close", () => opener?.focus(), { once: true });
    dialog.showModal();
    dialog.querySelector("h3").focus();
  }

  function close(form) {
    form.closest("dialog").close();
  }

  function fields(form) {
    const value = (name) => form.elements[name].value.trim();
    return { to: value("to"), subject: value("subject").replace(/[\r\n]+/g, " "), body: form.elements.body.value };
  }

  function tell(form, message) {
    form.querySelector(".message-said").textContent = message;
  }

  async function copy(form) {
    const { subject, body } = fields(form);
    const done = await toClipboard(`${subject}\n\n${body}`);
    tell(form, done ? text.message_copied : text.copy_failed);
  }

  async function mailto(form) {
    const { to, subject, body } = fields(form);
    const start = `mailto:${encodeURIComponent(to).replace("%40", "@")}?subject=${encodeURIComponent(subject)}`;
    const whole = `${start}&body=${encodeURIComponent(body.replace(/\r?\n/g, "\r\n"))}`;
    const fits = whole.length <= LONGEST_MAILTO;
    if (!fits) await toClipboard(body);
    tell(form, fits ? text.message_opened : text.message_pasted);
    location.href = fits ? whole : start;
  }

  /* A draft that mail programs open ready to be sent (RFC 5322; X-Unsent is read by Outlook). */
  function eml(form) {
    const { to, subject, body } = fields(form);
    const lines = [
      ...(to ? [`To: ${to.replace(/[\r\n]/g, "")}`] : []),
      `Subject: ${encodedWords(subject)}`,
      "X-Unsent: 1",
      "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=utf-8",
      "Content-Transfer-Encoding: base64",
      "",
      ...base64(body.replace(/\r?\n/g, "\r\n")).match(/.{1,76}/g),
      "",
    ];
    save(new Blob([lines.join("\r\n")], { type: "message/rfc822" }), "message.eml");
    tell(form, text.message_saved);
  }

  function txt(form) {
    const { subject, body } = fields(form);
    const whole = `${subject}\r\n\r\n${body.replace(/\r?\n/g, "\r\n")}`;
    save(new Blob(["\ufeff", whole], { type: "text/plain;charset=utf-8" }), "message.txt");
    tell(form, text.message_saved);
  }

  /* RFC 2047: each piece under 75 characters, never in the middle of a letter. */
  function encodedWords(words) {
    const pieces = [""];
    for (const letter of words) {
      if (base64(pieces.at(-1) + letter).length > 60) pieces.push("");
      pieces[pieces.length - 1] += letter;
    }
    return pieces.map((piece) => `=?utf-8?B?${base64(piece)}?=`).join("\r\n ");
  }

  function base64(words) {
    return btoa(String.fromCodePoint(...new TextEncoder().encode(words)));
  }

  // ---- Files -----------------------------------------------------------------------------------

  function save(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  /* A file that the server has just made comes in the page; it is saved once. */
  function saveNew(link) {
    const bytes = Uint8Array.from(atob(link.dataset.save), (letter) => letter.charCodeAt(0));
    const name = link.download;
    const media = link.dataset.media;
    link.remove();
    save(new Blob([bytes], { type: media }), name);
    announce(text.saved.replace("{name}", name));
    document.querySelector(".menu summary")?.focus();
  }

  // ---- The page of a PDF, the town -------------------------------------------------------------

  function zoom(button) {
    const large = button.closest(".pdf-page").classList.toggle("is-large");
    button.setAttribute("aria-pressed", String(large));
    const frame = button.closest(".pdf-page").querySelector(".pdf-frame");
    const mark = frame.querySelector("rect");
    if (!mark) return;
    const place = mark.getBoundingClientRect();
    const around = frame.getBoundingClientRect();
    frame.scrollBy(place.left - around.left - 16, 0);
    mark.scrollIntoView({ block: "center", inline: "nearest" });
  }

  /* Gradio's own messages are in English and hidden: ours takes their place, until a new answer. */
  let answers = 0;

  function tellBreakdown() {
    const banner = document.getElementById("panne");
    const shown = document.querySelectorAll(".exchange").length;
    const toast = document.querySelector(".toast-body.error");
    if (toast && banner.hidden) {
      const told = breakdown(toast.textContent);
      banner.querySelector("p").textContent = told;
      // Nothing is broken when there are too many: loading the page again would lose the conversation.
      banner.querySelector("[data-reload]").hidden = [text.busy, text.too_many_events].includes(told);
      banner.hidden = false;
    } else if (!toast && shown > answers) {
      banner.hidden = true;
    }
    answers = shown;
  }

  /* What Gradio's words mean: its own for a full queue, ours for an address that asks too much. */
  function breakdown(said) {
    if (said.includes(text.too_many_events)) return text.too_many_events;
    if (said.includes("currently busy")) return text.busy;
    return said.includes("onnection") ? text.connection_lost : text.unexpected;
  }

  function settled() {
    tellBreakdown();
    for (const link of document.querySelectorAll("a[data-save]")) saveNew(link);
    const now = document.querySelector("[data-focus-now]");
    if (now) {
      now.removeAttribute("data-focus-now");
      now.focus();
    }
    if (waiting) setTimeout(toTown, 50); // the browser takes the focus away a little later
  }

  /* The field that had the focus has gone with the town it gave. */
  function toTown() {
    const active = document.activeElement;
    const town = document.querySelector("#commune summary");
    if (!waiting || !town || (active !== document.body && active.checkVisibility())) return;
    waiting = false;
    town.focus();
  }

  // Whether the town was just given: focus then goes to where it is shown.
  let waiting = false;

  for (const kind of ["submit", "click"]) {
    document.addEventListener(kind, (event) => {
      if (event.target.closest("form[data-town], [data-town-code], [data-town-forget]")) waiting = true;
    }, true);
  }
  document.addEventListener("focusin", (event) => {
    if (!event.target.closest("#commune")) waiting = false;
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    }
  });

  for (const kind of ["click", "focusin"]) {
    document.addEventListener(kind, (event) => {
      for (const menu of document.querySelectorAll("details.menu[open]")) {
        if (!menu.contains(event.target)) menu.open = false;
      }
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    new MutationObserver(settled).observe(document.body, { childList: true, subtree: true });
  });
})();
