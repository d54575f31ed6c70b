"use strict";
// The page is whole without this: it only steps, filters and folds what is there, and never makes markup of a text.
(() => {
  const FOLDED_LINES = 40;
  const steps = [...document.querySelectorAll("article")];
  const rows = new Map([...document.querySelectorAll(".list a")].map((row) => [row.hash.slice(1), row]));
  const turns = new Map(steps.map((step) => [step, step.closest(".turn")]));
  const bars = new Map([...document.querySelectorAll(".scrubber a")].map((bar) => [bar.getAttribute("href").slice(1), bar]));
  const texts = new Map(); // of steps, once they are looked for
  const filter = document.getElementById("filter");
  const kinds = document.getElementById("kinds");
  const place = document.getElementById("place");
  const keys = document.getElementById("keys");
  let here = -1;

  const shown = (step) => !step.classList.contains("out");
  const marked = (letter) => (step) => step.dataset.jump.includes(letter);

  function say(words) {
    const seen = steps.filter(shown).length;
    const all = seen === steps.length ? "" : ` · ${seen} shown`;
    place.textContent = words || (here < 0 ? `${steps.length} steps` : `step ${here + 1} of ${steps.length}`) + all;
  }

  function mark(step, on) {
    for (const each of [step, rows.get(step.id), bars.get(turns.get(step).id)]) {
      if (each) each.classList.toggle("here", on);
    }
  }

  function go(number, scroll = true) {
    if (number < 0 || number >= steps.length) return;
    if (here >= 0) mark(steps[here], false);
    here = number;
    const step = steps[here];
    mark(step, true);
    if (scroll) step.scrollIntoView({ block: "start" });
    const row = rows.get(step.id);
    const list = row && row.closest(".list");
    if (list) list.scrollTop = row.offsetTop - list.offsetTop - list.clientHeight / 2;
    history.replaceState(null, "", "#" + step.id);
    say();
  }

  function jump(direction, wanted, what) {
    for (let number = here + direction; number >= 0 && number < steps.length; number += direction) {
      if (shown(steps[number]) && wanted(steps[number])) return go(number);
    }
    say(`no ${what} ${direction > 0 ? "after" : "before"} this`);
  }

  function turn(direction) {
    const first = (step) => turns.get(step).querySelector("article:not(.out)") === step;
    jump(direction, first, "turn");
  }

  function end(last) {
    const seen = steps.filter(shown);
    if (seen.length) go(steps.indexOf(last ? seen[seen.length - 1] : seen[0]));
  }

  function textOf(step) {
    if (!texts.has(step)) texts.set(step, `${step.querySelector("h4").textContent}\n${step.querySelector("pre")?.textContent ?? ""}`.toLowerCase());
    return texts.get(step);
  }

  function sift() {
    const text = filter.value.toLowerCase();
    for (const step of steps) {
      const out = !step.dataset.jump.includes(kinds.value) || !textOf(step).includes(text);
      step.classList.toggle("out", out);
      const row = rows.get(step.id);
      if (row) row.classList.toggle("out", out);
    }
    for (const section of new Set(turns.values())) {
      section.classList.toggle("out", !section.querySelector("article:not(.out)"));
    }
    say();
  }

  function unsift() {
    filter.value = kinds.value = "";
    sift();
  }

  function fold(step) {
    const button = step.querySelector(".more");
    if (button) button.click();
  }

  function compare() {
    const diff = here >= 0 && turns.get(steps[here]).querySelector(".diff");
    if (diff && diff.classList.toggle("open")) diff.scrollIntoView({ block: "start" });
    say(diff ? "" : "nothing to compare this with");
  }

  for (const step of steps) {
    const text = step.querySelector("pre");
    if (!text || text.textContent.split("\n").length <= FOLDED_LINES) continue;
    const lines = text.textContent.split("\n").length;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "more";
    const name = () => { button.textContent = step.classList.contains("folded") ? `all ${lines} lines` : "fold"; };
    button.addEventListener("click", () => { step.classList.toggle("folded"); name(); });
    step.classList.add("folded");
    step.append(button);
    name();
  }

  const actions = {
    j: () => jump(1, () => true, "step"), ArrowDown: () => jump(1, () => true, "step"),
    k: () => jump(-1, () => true, "step"), ArrowUp: () => jump(-1, () => true, "step"),
    J: () => turn(1), K: () => turn(-1),
    g: () => end(false), Home: () => end(false), G: () => end(true), End: () => end(true),
    e: () => jump(1, marked("e"), "error"), E: () => jump(-1, marked("e"), "error"),
    t: () => jump(1, marked("t"), "tool call"), T: () => jump(-1, marked("t"), "tool call"),
    u: () => jump(1, marked("u"), "user text"), U: () => jump(-1, marked("u"), "user text"),
    a: () => jump(1, marked("a"), "subagent"), A: () => jump(-1, marked("a"), "subagent"),
    d: compare, f: () => here >= 0 && fold(steps[here]),
    "/": () => filter.focus(), "?": () => keys.showModal(), Escape: unsift,
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
    if (event.target === filter || event.target === kinds) {
      if (event.key === "Escape") unsift();
      if (event.key === "Escape" || event.key === "Enter") event.target.blur();
      return;
    }
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  filter.addEventListener("input", sift);
  kinds.addEventListener("change", sift);
  document.getElementById("ask").addEventListener("click", () => keys.showModal());
  document.querySelector("main").addEventListener("click", (event) => {
    const link = event.target.closest("a");
    const id = link ? link.getAttribute("href").slice(1) : "";
    const wanted = id ? document.getElementById(id) : event.target.closest("article");
    if (!wanted) return;
    const step = wanted.matches("article") ? wanted : wanted.querySelector("article");
    if (link) event.preventDefault();
    else if (String(getSelection())) return;
    if (step && (link || steps[here] !== step)) go(steps.indexOf(step), Boolean(link));
  });
  document.documentElement.classList.add("script");
  const asked = document.getElementById(location.hash.slice(1));
  if (asked && asked.matches("article")) go(steps.indexOf(asked));
  say();
})();
