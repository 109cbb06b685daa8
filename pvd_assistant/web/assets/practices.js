/* « Bonnes pratiques » works as plain pages; this only spares reloading them. The server renders everything. */
"use strict";

(() => {
  document.documentElement.classList.add("has-script");
  const byId = (id) => document.getElementById(id);
  const narrow = () => matchMedia("(max-width: 56rem)").matches;
  let asked = 0;

  function formAddress() {
    const values = new URLSearchParams();
    for (const [name, value] of new FormData(byId("recherche"))) {
      if (value && !(name === "tri" && value === "pertinence")) values.append(name, value);
    }
    const query = values.toString().replaceAll("%2F", "/");
    return query ? `/pratiques?${query}` : "/pratiques";
  }

  // ---- Where the focus was, to put it back in the new page -------------------------------------

  function place(element) {
    if (!element || element === document.body) return null;
    if (element.id) return `#${CSS.escape(element.id)}`;
    if (element.name) return `[name="${element.name}"][value="${CSS.escape(element.value)}"]`;
    if (element.dataset.row) return `[data-row="${element.dataset.row}"][data-column="${element.dataset.column}"]`;
    const view = element.closest(".views li");
    if (view) return `.views li:nth-child(${[...view.parentElement.children].indexOf(view) + 1}) a`;
    return "#resultats";
  }

  // ---- One page becomes another ----------------------------------------------------------------

  async function go(address, { keep = "push", focus = place(document.activeElement), top = false } = {}) {
    const turn = ++asked;
    let next;
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(String(answer.status));
      next = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      if (turn === asked) byId("annonce").textContent = byId("annonce").dataset.failed;
      return;
    }
    if (turn !== asked) return;
    if (keep === "push") history.pushState(null, "", address);
    if (keep === "replace") history.replaceState(null, "", address);
    swap(next);
    byId("annonce").textContent = byId("resultats-titre").textContent.trim();
    const target = focus && (document.querySelector(focus) || byId("resultats"));
    if (target && target !== document.activeElement) target.focus({ preventScroll: true });
    if (top) byId("resultats").scrollIntoView();
  }

  function swap(next) {
    const open = new Map(
      [...document.querySelectorAll("details[data-facet]")].map((one) => [one.dataset.facet, one.open]),
    );
    const all = document.querySelector(".facets-all").open;
    const scrolled = [...document.querySelectorAll(".facet-values")].map((one) => one.scrollTop);
    document.title = next.title;
    for (const id of ["facettes", "resultats"]) byId(id).replaceWith(document.adoptNode(next.getElementById(id)));
    const form = byId("recherche");
    form.querySelectorAll("input[type=hidden]").forEach((one) => one.remove());
    form.append(...[...next.querySelectorAll("#recherche input[type=hidden]")].map((one) => document.adoptNode(one)));
    document.querySelector("[data-comparables]").href = next.querySelector("[data-comparables]").getAttribute("href");
    const words = next.getElementById("q").value;
    if (document.activeElement !== byId("q")) byId("q").value = words;
    document.querySelector(".facets-all").open = all;
    for (const one of document.querySelectorAll("details[data-facet]")) {
      if (open.has(one.dataset.facet)) one.open = open.get(one.dataset.facet);
    }
    document.querySelectorAll(".facet-values").forEach((one, at) => { one.scrollTop = scrolled[at] ?? 0; });
    arrows();
  }

  // ---- What the reader does --------------------------------------------------------------------

  document.addEventListener("change", (event) => {
    const control = event.target;
    if (control.form?.id !== "recherche" || control.id === "q") return;
    go(formAddress(), { keep: control.name === "fiche" ? "replace" : "push" });
  });

  document.addEventListener("submit", (event) => {
    if (event.target.id !== "recherche" || event.submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    const all = document.querySelector(".facets-all");
    if (narrow()) all.open = false;
    go(formAddress(), { focus: "#resultats", top: narrow() });
  });

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest("a[data-refresh]");
    if (!link) return;
    event.preventDefault();
    const top = "top" in link.dataset;
    go(link.getAttribute("href"), { focus: top ? "#resultats" : place(link), top });
  });

  window.addEventListener("popstate", () => {
    byId("q").blur();
    go(location.pathname + location.search, { keep: "", focus: null });
  });

  // ---- The map: one stop for Tab, arrows inside ------------------------------------------------

  const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

  function arrows() {
    const links = [...document.querySelectorAll("[data-tiles] a")];
    const first = links.find((link) => link === document.activeElement) || links[0];
    links.forEach((link) => { link.tabIndex = link === first ? 0 : -1; });
  }

  function cell(link) {
    return [Number(link.dataset.row), Number(link.dataset.column)];
  }

  /* The nearest square in the direction of the arrow, straight ahead rather than aside. */
  function nearest(link, [down, right]) {
    const [row, column] = cell(link);
    let best = null;
    let shortest = Infinity;
    for (const other of document.querySelectorAll("[data-tiles] a")) {
      const [y, x] = cell(other);
      const ahead = (y - row) * down + (x - column) * right;
      const aside = Math.abs((y - row) * right) + Math.abs((x - column) * down);
      if (ahead > 0 && ahead + 3 * aside < shortest) {
        shortest = ahead + 3 * aside;
        best = other;
      }
    }
    return best;
  }

  document.addEventListener("keydown", (event) => {
    const link = event.target.closest?.("[data-tiles] a");
    if (!link || !STEPS[event.key]) return;
    event.preventDefault();
    nearest(link, STEPS[event.key])?.focus();
  });

  document.addEventListener("focusin", (event) => {
    if (event.target.closest?.("[data-tiles] a")) arrows();
  });

  if (byId("recherche")) {
    if (narrow()) document.querySelector(".facets-all").open = false;
    arrows();
  }
})();
