/* « Mes conversations »: nothing is kept unless the reader turns it on. Answers go to this browser's localStorage,
   each under its own key, so that two tabs never write over each other. The list is drawn here, as text, because
   only the browser knows it; what is opened is read again, and doubted, by the server. */
"use strict";

(() => {
  const { announce, text } = window.pvd;

  const SWITCH = "pvd-conversations";
  const KEY = /^pvd-conversations:([0-9a-f]{12}):[0-9a-f]{12}$/;
  const DAY = 86_400_000;
  const DAYS = 30;
  const CONVERSATIONS = 50;
  const ANSWERS = 40;
  // In characters: of one answer, of a conversation (sent whole when opened), of everything.
  const ANSWER_SIZE = 100_000;
  const CONVERSATION_SIZE = 400_000;
  const WHOLE_SIZE = 2_000_000;

  // ---- What is kept ------------------------------------------------------------------------------

  const box = storage();

  function storage() {
    try {
      return window.localStorage;
    } catch {
      return null; // blocked by the browser or by its owner
    }
  }

  const isOn = () => box?.getItem(SWITCH) === "1";

  function keys() {
    const all = Array.from({ length: box?.length ?? 0 }, (_, rank) => box.key(rank));
    return all.filter((key) => key.startsWith(`${SWITCH}:`));
  }

  /* What cannot be read, or says it comes from the future, is not ours: it goes. */
  function entries() {
    const found = keys().map((key) => [key, read(key)]);
    for (const [key, entry] of found) if (!entry) box.removeItem(key);
    return found.map(([, entry]) => entry).filter(Boolean);
  }

  function read(key) {
    const [, id] = KEY.exec(key) ?? [];
    const raw = box.getItem(key) ?? "";
    if (!id || raw.length > ANSWER_SIZE) return null;
    try {
      const { time, exchange } = JSON.parse(raw);
      const sound = Number.isFinite(time) && time < Date.now() + DAY && typeof exchange.question === "string";
      return sound ? { key, id, time, exchange, size: raw.length } : null;
    } catch {
      return null;
    }
  }

  /* The newest first; in each, the oldest answer first. */
  function conversations() {
    const groups = new Map();
    for (const entry of entries().sort((a, b) => a.time - b.time)) {
      groups.set(entry.id, [...(groups.get(entry.id) ?? []), entry]);
    }
    const all = [...groups].map(([id, kept]) => ({ id, kept, last: kept.at(-1).time }));
    return all.sort((a, b) => b.last - a.last);
  }

  /* The oldest leave first. */
  function sweep() {
    let room = WHOLE_SIZE;
    conversations().forEach(({ kept, last }, rank) => {
      let size = 0;
      const late = Date.now() - last > DAYS * DAY;
      [...kept].reverse().forEach((entry, age) => {
        size += entry.size;
        room -= entry.size;
        const over = late || rank >= CONVERSATIONS || age >= ANSWERS || size > CONVERSATION_SIZE || room < 0;
        if (over) box.removeItem(entry.key);
      });
    });
  }

  function keep({ id, exchanges }) {
    if (!isOn()) return;
    const problems = exchanges.map((exchange, rank) => {
      const raw = JSON.stringify({ time: Date.now() + rank, exchange });
      return raw.length > ANSWER_SIZE ? text.own_refused : put(`${SWITCH}:${id}:${exchange.id}`, raw, id);
    });
    sweep();
    tellOutside(problems.find(Boolean) ?? "");
  }

  /* Returns what went wrong, in French. A full storage first loses its oldest conversations. */
  function put(key, raw, id) {
    for (;;) {
      try {
        box.setItem(key, raw);
        return "";
      } catch (error) {
        if (error.name !== "QuotaExceededError") return text.own_refused;
        const oldest = conversations().filter((one) => one.id !== id).at(-1);
        if (!oldest) return text.own_full;
        forget(oldest);
      }
    }
  }

  function forget({ kept }) {
    for (const { key } of kept) box.removeItem(key);
  }

  function forgetAll() {
    for (const key of keys()) box.removeItem(key);
  }

  // ---- Exchanges with the server -------------------------------------------------------------------

  let ask = null;
  let opened = null;
  const asked = new Set();

  function connectKept(trigger) {
    ask = trigger;
  }

  /* Asks the server for the answers of the page that are not kept yet. */
  function keepDone() {
    if (!ask || !isOn()) return;
    const done = document.querySelectorAll(".exchange[data-state=done]:not([data-reopened])");
    const ids = [...done].map((exchange) => exchange.dataset.id).filter((id) => !asked.has(id));
    if (!ids.length) return;
    ids.forEach((id) => asked.add(id));
    ask("keep", { ids });
  }

  function settled() {
    for (const carrier of document.querySelectorAll("[data-kept]")) {
      const record = JSON.parse(carrier.dataset.kept);
      carrier.remove();
      keep(record);
    }
    arrived();
    keepDone();
  }

  function open({ id, kept }) {
    opened = { last: kept.at(-1).exchange.id, number: kept.length };
    close();
    ask("reopen", { id, exchanges: kept.map((entry) => entry.exchange) });
    document.querySelector("#question textarea")?.focus();
    arrived();
  }

  function arrived() {
    const newest = [...document.querySelectorAll(".exchange")].pop();
    if (!opened || newest?.dataset.id !== opened.last) return;
    announce(text.own_opened.replace("{questions}", counted("own_questions", opened.number)));
    newest.scrollIntoView({ block: "start" });
    opened = null;
  }

  // ---- The dialog ----------------------------------------------------------------------------------

  const dialog = () => document.getElementById("mes-conversations");
  const part = (name) => dialog().querySelector(`[data-own-${name}]`);
  const counted = (key, number) => text[`${key}_${number < 2 ? "one" : "many"}`].replace("{number}", number);

  const dates = new Intl.DateTimeFormat("fr-FR", { dateStyle: "long", timeStyle: "short" });

  let offAfterwards = false;

  function show() {
    sweep();
    say("");
    hideQuestion();
    draw();
    dialog().showModal();
    dialog().querySelector("h2").focus();
  }

  function close() {
    dialog().close();
  }

  function say(message) {
    dialog().querySelector(".message-said").textContent = message;
  }

  /* Beside the question field: what the reader must know while the dialog is closed. */
  function tellOutside(message) {
    document.querySelector(".own-said").textContent = message;
  }

  function draw() {
    const all = conversations();
    part("switch").checked = isOn();
    part("switch").disabled = !box;
    part("unavailable").hidden = Boolean(box);
    part("none").hidden = !isOn() || all.length > 0;
    dialog().querySelector("[data-own-do=askErase]").hidden = !all.length;
    part("list").replaceChildren(...all.map(line));
  }

  function line(one) {
    const item = part("line").content.cloneNode(true);
    const title = one.kept[0].exchange.question.slice(0, 160);
    const questions = counted("own_questions", one.kept.length);
    const facts = text.own_facts.replace("{date}", dates.format(one.last)).replace("{questions}", questions);
    item.querySelector(".own-title").textContent = title;
    item.querySelector(".own-facts").textContent = facts;
    item.querySelector("[data-own-delete] span").textContent = text.own_delete_name.replace("{title}", () => title);
    item.querySelector("[data-own-open]").addEventListener("click", () => open(one));
    item.querySelector("[data-own-delete]").addEventListener("click", (event) => remove(one, event.currentTarget));
    return item;
  }

  function remove(one, button) {
    const rank = [...part("list").children].indexOf(button.closest("li"));
    forget(one);
    draw();
    say(text.own_deleted);
    const left = part("list").querySelectorAll("[data-own-delete]");
    (left[Math.min(rank, left.length - 1)] ?? part("switch")).focus();
  }

  function turn() {
    if (part("switch").checked) return turnOn();
    if (!conversations().length) return turnOff();
    part("switch").checked = true; // until it is confirmed
    askErase(true);
  }

  function turnOn() {
    try {
      box.setItem(SWITCH, "1");
    } catch {
      part("switch").checked = false;
      part("unavailable").hidden = false;
      return;
    }
    draw();
    say(text.own_on);
    keepDone();
  }

  function turnOff() {
    box.removeItem(SWITCH);
    forgetAll();
    asked.clear();
    tellOutside("");
    draw();
    say(text.own_off);
  }

  function askErase(off = false) {
    offAfterwards = off;
    const number = counted("own_conversations", conversations().length);
    const question = document.getElementById("effacer-question");
    question.textContent = text[off ? "own_erase_and_off" : "own_erase_all"].replace("{conversations}", number);
    part("confirm").hidden = false;
    say("");
    question.focus();
  }

  function hideQuestion() {
    part("confirm").hidden = true;
  }

  function erase() {
    hideQuestion();
    if (offAfterwards) turnOff();
    else {
      forgetAll();
      draw();
      say(text.own_erased);
    }
    part("switch").focus();
  }

  function keepAll() {
    hideQuestion();
    part("switch").focus();
  }

  const ACTIONS = { erase, keepAll, askErase: () => askErase(), close };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if ("conversations" in button.dataset) show();
    else if ("ownDo" in button.dataset) ACTIONS[button.dataset.ownDo]();
  });

  // Another tab kept, erased or turned off.
  addEventListener("storage", (event) => {
    if (event.key !== null && !event.key.startsWith(SWITCH)) return;
    if (!isOn()) asked.clear();
    if (dialog().open) draw();
  });

  document.addEventListener("DOMContentLoaded", () => {
    if (isOn()) sweep();
    else forgetAll();
    part("switch").addEventListener("change", turn);
    new MutationObserver(settled).observe(document.body, { childList: true, subtree: true });
  });

  window.pvd.connectKept = connectKept;
})();
