/* The chat page's own script: French, announcements, sources in their panel, clicks on answers.
   Loaded before Gradio. Nothing is rendered here: markup comes, escaped, from the server. */
"use strict";

(() => {
  const said = JSON.parse(document.getElementById("pvd-wording").textContent);

  // Gradio chooses its language from the browser; this page is French for everyone.
  for (const [name, value] of [["language", "fr"], ["languages", ["fr"]]]) {
    Object.defineProperty(navigator, name, { get: () => value, configurable: true });
  }

  const byId = (id) => document.getElementById(id);
  const field = () => document.querySelector("#question textarea");
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  function announce(message) {
    const region = byId("annonce");
    if (region) region.textContent = message;
  }

  // ---- Clicks on answers become events of Gradio's component -----------------------------------

  function connect(element, trigger) {
    element.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button || !element.contains(button)) return;
      const id = button.closest("[data-id]")?.dataset.id;
      if ("ask" in button.dataset) {
        trigger("ask", { question: button.textContent.trim() });
        field()?.focus();
      } else if ("vote" in button.dataset) {
        trigger("rate", { id, useful: button.dataset.vote === "yes" });
      } else if ("skipOpinion" in button.dataset) {
        sendOpinion(button.closest("form"), id, trigger, false);
      } else if ("copy" in button.dataset) {
        copy(button);
      } else if ("townCode" in button.dataset) {
        trigger("town", { code: button.dataset.townCode });
      } else if ("townForget" in button.dataset) {
        trigger("town", { forget: true });
      } else if ("take" in button.dataset) {
        trigger("take", { kind: button.dataset.take });
      }
    });
    element.addEventListener("submit", (event) => {
      event.preventDefault();
      const form = event.target;
      if ("town" in form.dataset) trigger("town", { words: form.elements.words.value });
      if (!("opinion" in form.dataset)) return;
      sendOpinion(form, form.closest("[data-id]").dataset.id, trigger, true);
    });
  }

  function sendOpinion(form, id, trigger, full) {
    const opinion = { id, useful: form.dataset.opinion === "yes", explained: true };
    if (full) {
      opinion.reasons = [...form.querySelectorAll("[name=reason]:checked")].map((box) => box.value);
      opinion.comment = form.elements.comment.value;
      opinion.share = form.elements.share.checked;
    }
    const vote = form.closest("[data-id]").querySelector("[data-vote][aria-pressed=true]");
    trigger("rate", opinion);
    vote?.focus();
  }

  async function copy(button) {
    const done = await toClipboard(byId(button.dataset.copy).textContent);
    announce(done ? said.text.copied : said.text.copy_failed);
    if (!done) return;
    button.classList.add("is-done");
    setTimeout(() => button.classList.remove("is-done"), 2000);
  }

  async function toClipboard(text) {
    return (await written(text)) || selected(text);
  }

  async function written(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false; // no clipboard outside https and localhost
    }
  }

  function selected(text) {
    const area = document.createElement("textarea");
    const before = document.activeElement;
    area.value = text;
    area.className = "visually-hidden";
    (document.querySelector("dialog:modal") ?? document.body).append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    before?.focus();
    return done;
  }

  // ---- The source panel ------------------------------------------------------------------------

  let opener = null;

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest("a[data-source], #panneau-contenu a[data-part]");
    if (!link || !byId("panneau-source")) return;
    event.preventDefault();
    if ("source" in link.dataset) opener = link;
    openSource(link.getAttribute("href"));
  });

  async function openSource(address) {
    const panel = byId("panneau-source");
    const body = byId("panneau-contenu");
    byId("panneau-page").href = address;
    if (!panel.open) {
      if (matchMedia("(min-width: 70rem)").matches) panel.show();
      else panel.showModal();
      document.body.classList.add("source-open");
    }
    body.replaceChildren(paragraph(said.text.panel_loading));
    body.focus();
    mark(opener);
    try {
      const answer = await fetch(address);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const article = page.querySelector("main > article");
      body.replaceChildren(article ? document.adoptNode(article) : paragraph(said.text.panel_failed));
    } catch {
      body.replaceChildren(paragraph(said.text.panel_failed));
    }
    const passage = body.querySelector("svg rect") ?? body.querySelector("#passage");
    body.scrollTop = 0;
    if (passage) {
      const shift = passage.getBoundingClientRect().top - body.getBoundingClientRect().top;
      body.scrollTop = shift - body.clientHeight / 4;
    }
  }

  function paragraph(text) {
    const element = document.createElement("p");
    element.textContent = text;
    return element;
  }

  function mark(link) {
    document.querySelectorAll("a[data-source][aria-current]").forEach((a) => a.removeAttribute("aria-current"));
    link?.setAttribute("aria-current", "true");
  }

  function closeSource() {
    const panel = byId("panneau-source");
    if (!panel?.open) return;
    panel.close();
  }

  function closed() {
    document.body.classList.remove("source-open");
    mark(null);
    if (opener?.isConnected) opener.focus();
    else field()?.focus();
    opener = null;
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog.message[open]")) closeSource();
  });

  // ---- What Gradio's own markup lacks ----------------------------------------------------------

  const states = new Map();

  function tidy() {
    document.documentElement.lang = "fr";
    for (const attribute of ["aria-label", "title", "placeholder"]) {
      for (const element of document.querySelectorAll(`gradio-app [${attribute}]`)) {
        const french = said.names[element.getAttribute(attribute)];
        if (french) element.setAttribute(attribute, french);
      }
    }
    for (const title of document.querySelectorAll("button.label-wrap")) {
      title.setAttribute("aria-expanded", String(title.classList.contains("open")));
    }
    field()?.setAttribute("aria-describedby", "rappel-saisie");
    follow();
  }

  /* Says « en cours » then « terminée » once an answer, and brings a new question to the top. */
  function follow() {
    for (const exchange of document.querySelectorAll(".exchange[data-state]")) {
      const { id, state } = exchange.dataset;
      const before = states.get(id);
      if (before === state) continue;
      states.set(id, state);
      if ("reopened" in exchange.dataset) continue;
      if (state === "waiting") announce(exchange.querySelector(".searching").textContent);
      if (before === undefined && state !== "failed") {
        announce(said.text.announce_writing);
        exchange.scrollIntoView({ block: "start", behavior: calm() ? "auto" : "smooth" });
      }
      if (state === "done") announce(said.text.announce_done);
      if (state === "failed") announce(said.text.announce_failed);
    }
  }

  /* The field stays in view, unless large text or a low window makes it fill a third of the screen.
     The town's form is not counted: what is being typed in must not go away as it opens. */
  function place() {
    const height = (byId("saisie")?.offsetHeight ?? 0) - (document.querySelector(".town[open] .town-form")?.offsetHeight ?? 0);
    document.documentElement.classList.toggle("field-in-flow", height > innerHeight / 3);
  }

  let pending = false;

  function watch() {
    new MutationObserver(() => {
      if (pending) return;
      pending = true;
      requestAnimationFrame(() => {
        pending = false;
        tidy();
      });
    }).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-state", "lang", "class"] });
    byId("panneau-fermer").addEventListener("click", closeSource);
    byId("panneau-source").addEventListener("close", closed);
    addEventListener("resize", place);
    new ResizeObserver(place).observe(document.body);
    document.querySelector("a[data-skip]").addEventListener("click", (event) => {
      const target = field();
      if (!target) return;
      event.preventDefault();
      target.focus();
    });
    tidy();
  }

  document.addEventListener("DOMContentLoaded", watch);
  window.pvd = { connect, announce, toClipboard, text: said.text };
})();
