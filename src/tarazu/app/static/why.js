// The page of causes: boxes and arrows open, links are switched off, unknowns moved.
// @ts-check

import { startDiagram } from "./diagram.js";
import { rowsOf, saveFigure } from "./download.js";
import { fanMarks, redraw } from "./drawing.js";
import { run } from "./runs.js";
import { isToday, writeQuery } from "./state.js";
import { amount, change, fill, mode, said, sentence, span } from "./words.js";

/** @typedef {import("./words.js").Futures} Futures */
/** @typedef {{name: string, unit: string, prior: string, source: string, is_assumed: boolean,
 *   correlation: number, values: number[]}} Unknown */

const HEIGHT = 260; // px of a fan
const KEPT = ["h", "p", "y", "off", "u", "q"]; // of an address, where another policy is chosen

/** @template {HTMLElement} T @param {string} id @returns {T} */
const by = (id) => /** @type {T} */ (document.getElementById(id));
const lab = JSON.parse(by("data").textContent ?? "");
const { words, state, links, levels } = lab;
const today = isToday(lab, state);
/** What differs from the scenario; the values are those of the unknown at each level. */
let { off, unknown, level, values, unit } = lab.why;
/** @type {Futures | null} */
let left = null;
let asked = 0;

document.documentElement.classList.add("script");

// Boxes and arrows

const diagram = startDiagram(by("frame"), { closer: by("closer"), farther: by("farther"), whole: by("whole") });

/** @param {string} id @param {boolean} isFollowed whether focus goes there */
function open(id, isFollowed) {
  const part = document.getElementById(id);
  if (!part?.classList.contains("part")) return;
  document.querySelectorAll(".part.open").forEach((one) => one.classList.remove("open"));
  document.querySelectorAll(".diagram a").forEach((one) => {
    one.classList.toggle("chosen", one.getAttribute("href") === `#${id}`);
  });
  part.classList.add("open");
  by("none-open").hidden = true;
  showAddress(id);
  if (isFollowed) part.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  const place = link?.getAttribute("href") ?? "";
  if (!/^#(node|link)-/.test(place)) return;
  event.preventDefault();
  open(place.slice(1), true);
});
by("parts").addEventListener("keydown", (event) => {
  if (event.key === "Escape") diagram.focus();
});

/** @param {string} [id] of the part that is open */
function showAddress(id = location.hash.slice(1)) {
  const own = new URLSearchParams(off ? { off } : {});
  if (unknown) {
    own.set("u", unknown);
    own.set("q", String(level));
  }
  const query = `?${writeQuery(lab, state)}${own.size ? `&${own}` : ""}${id ? `#${id}` : ""}`;
  window.history.replaceState(null, "", query);
  by("link").setAttribute("href", `/why${query}`);
}

// What is left

const worker = new Worker("/static/why_worker.js", { type: "module" });
worker.postMessage({ lab });
worker.onmessage = (/** @type {MessageEvent} */ { data }) => {
  if (data.id !== asked) return;
  left = data.futures;
  by("state").textContent = data.futures ? "" : data.error ? words.state_unreachable : words.state_left;
  draw();
};

/** @returns {string} */
function what() {
  const parts = [];
  if (off) parts.push(fill(words, "why_link_off", { link: links[off].title }));
  if (unknown) {
    const value = shown(values[levels.indexOf(level)]);
    const known = { parameter: plain(unknown), level: percent(level), value, unit };
    const text = fill(words, "why_moved", known).trimEnd();
    parts.push(parts.length ? text[0].toLowerCase() + text.slice(1) : text);
  }
  return parts.join(", ");
}

/** Compute again, or show that nothing differs. */
function change_() {
  asked += 1;
  left = null;
  const differs = Boolean(off || unknown);
  showAddress();
  /** @type {HTMLButtonElement} */ (by("reset")).disabled = !differs;
  for (const button of document.querySelectorAll("button[data-off]")) {
    button.setAttribute("aria-pressed", String(button.getAttribute("data-off") === off));
  }
  for (const link of document.querySelectorAll(".diagram a.link")) {
    link.classList.toggle("off", link.getAttribute("href") === `#link-${off}`);
  }
  if (differs) {
    by("state").textContent = words.why_computing;
    by("headline").textContent = what();
    const moved = unknown ? { name: unknown, value: values[levels.indexOf(level)] } : null;
    worker.postMessage({ id: asked, state, held: off ? links[off].held : [], moved });
  } else {
    by("state").textContent = "";
    by("headline").textContent = words.why_nothing;
    draw();
  }
}

function draw() {
  const as = lab.futures;
  const tops = [as, left].map((of) => (of ? Math.max(...of.outcomes[0].policy.q95, ...of.outcomes[0].today.q95) : 0));
  const shared = 1.04 * Math.max(...tops); // one scale for both
  for (const [key, futures] of /** @type {[string, Futures | null][]} */ ([["is", as], ["left", left]])) {
    const figure = /** @type {HTMLElement} */ (document.querySelector(`figure[data-figure=${key}]`));
    figure.hidden = futures === null;
    if (futures === null) continue;
    const caption = /** @type {HTMLElement} */ (figure.querySelector("figcaption"));
    caption.textContent = sentence(words, futures.outcomes[0], futures, today);
    const picture = /** @type {SVGSVGElement} */ (figure.querySelector("svg"));
    const width = Math.max(Math.round(figure.clientWidth), 240);
    const marks = fanMarks(futures.outcomes[0], futures.weeks, futures.step, width, HEIGHT, today, shared);
    redraw(picture, marks, width, HEIGHT, caption.textContent);
  }
  if (left === null) return;
  const [is, was] = [left.outcomes[0], as.outcomes[0]];
  by("head-left").textContent = what();
  by("headline").textContent = today
    ? fill(words, "why_result_today", { what: what(), total: amount(is.today_total), was_total: amount(was.today_total), years: span(as.weeks) })
    : fill(words, "why_result", {
      what: what(),
      years: span(as.weeks),
      ...Object.fromEntries(["median", "low", "high"].flatMap((name) => {
        const key = /** @type {"median" | "low" | "high"} */ (name);
        return [[name, change(is.change[key])], [`was_${name}`, change(was.change[key])]];
      })),
    });
  if (today && off) by("state").textContent = words.why_today;
}

for (const button of document.querySelectorAll("button[data-off]")) {
  button.addEventListener("click", () => {
    const key = button.getAttribute("data-off") ?? "";
    off = off === key ? "" : key;
    change_();
  });
}
by("reset").addEventListener("click", () => {
  off = "";
  unknown = "";
  showUnknowns();
  change_();
});
new ResizeObserver(draw).observe(by("headline"));

// Unknowns

/** @param {string} name */
const plain = (name) => name.replaceAll("_", " ");
/** @param {number} of */
const percent = (of) => Math.round(100 * of);
/** @param {number} value */
const shown = (value) => String(Number(value.toPrecision(3)));

const controller = new AbortController();
/** @type {Unknown[]} */
let unknowns = [];
let chance = 0; // correlation that unrelated parameters can have

/** @param {any} line */
function follow(line) {
  const about = by("unknowns-about");
  if (line.state === "result") {
    const found = line.result;
    unknowns = found.unknowns;
    by("progress").hidden = true;
    chance = found.chance;
    about.textContent = unknowns.length
      ? fill(words, "why_unknowns", { ...found, chance: found.chance.toFixed(2) })
      : words.why_no_unknowns;
    listUnknowns();
  } else if (line.state === "running") {
    by("progress").setAttribute("max", String(Math.max(line.total, 1)));
    by("progress").setAttribute("value", String(line.done));
    about.textContent = fill(words, "why_running", line);
  } else if (line.state !== "done") about.textContent = said(words, line);
}

/** @param {string} tag @param {string} text @param {Record<string, string>} [attributes] */
function element(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function listUnknowns() {
  by("unknowns").replaceChildren(...unknowns.map((one) => {
    const item = element("li", "", { class: "unknown", "data-unknown": one.name });
    const way = words[one.correlation > 0 ? "why_up" : "why_down"];
    const said = Math.abs(one.correlation) < chance ? `${way} (${words.why_chance})` : way;
    const size = one.correlation.toFixed(2).replace("-", "\u2212");
    const range = /** @type {HTMLInputElement} */ (element("input", "", {
      type: "range", id: `unknown-${one.name}`, min: "0", max: String(levels.length - 1), step: "1",
    }));
    range.addEventListener("input", () => {
      [unknown, level, values, unit] = [one.name, levels[Number(range.value)], one.values, one.unit];
      showUnknowns();
      change_();
    });
    item.append(
      element("label", plain(one.name), { for: `unknown-${one.name}` }),
      element("p", `${size}: ${said}. Unit: ${one.unit}. Prior: ${one.prior}. Source: ${one.is_assumed ? "ASSUMED" : one.source}.`, { class: "about" }),
      range,
      element("output", "", { for: `unknown-${one.name}` }),
    );
    return item;
  }));
  showUnknowns();
}

/** Put every slider where its unknown is. */
function showUnknowns() {
  for (const one of unknowns) {
    const range = /** @type {HTMLInputElement} */ (by(`unknown-${one.name}`));
    const at = one.name === unknown ? levels.indexOf(level) : levels.indexOf(0.5);
    const text = one.name === unknown
      ? fill(words, "why_at", { level: percent(level), value: shown(one.values[at]) })
      : words.why_as_drawn;
    range.value = String(at);
    range.setAttribute("aria-valuetext", text);
    range.parentElement?.classList.toggle("moved", one.name === unknown);
    /** @type {HTMLElement} */ (range.nextElementSibling).textContent = text;
  }
}

by("cancel").addEventListener("click", () => {
  controller.abort();
  by("unknowns-about").textContent = words.state_cancelled;
});
by("cancel").hidden = false;
run(state, controller.signal, follow, "/api/unknowns")
  .catch(() => {
    if (!controller.signal.aborted) by("unknowns-about").textContent = words.state_unreachable;
  })
  .finally(() => { by("cancel").hidden = true; });

// Files

for (const button of document.querySelectorAll("button[data-save]")) {
  button.addEventListener("click", () => {
    const figure = /** @type {HTMLElement} */ (button.closest("figure") ?? button.closest("section"));
    const isDiagram = figure.tagName === "SECTION";
    const key = isDiagram ? "diagram" : `attacks-${figure.dataset.figure}`;
    const futures = figure.dataset.figure === "left" && left ? left : lab.futures;
    const about = {
      title: figure.querySelector(isDiagram ? "svg title" : "h3 span")?.textContent ?? "",
      note: isDiagram ? "" : `${words.not_calibrated}. ${words.not_calibrated_why}`,
      what: figure.querySelector("figcaption")?.textContent ?? "",
      unit: figure.querySelector(".axis")?.textContent ?? "",
      members: isDiagram ? "The links of the model's declaration" : mode(words, futures),
      hypothesis: lab.hypotheses[state.hypothesis].title,
      scenario: /** @type {HTMLAnchorElement} */ (by("link")).href,
      tarazu: lab.version,
      "model and region": lab.key,
    };
    const credit = `${about.members}. ${about.hypothesis}. Tarazu ${lab.version}, ${lab.key}.`;
    const rows = isDiagram ? [] : rowsOf(futures, figure.dataset.outcome ?? "");
    saveFigure(figure, button.getAttribute("data-save") ?? "", `tarazu-why-${key}`, about, { rows, credit });
  });
}

// The scenario: another one is another page

for (const id of ["hypothesis", "start", "years"]) {
  by(id).addEventListener("change", () => {
    const query = new URLSearchParams(location.search);
    const chosen = /** @type {HTMLSelectElement} */ (by(id));
    query.set(chosen.name, chosen.value);
    if (id === "start") for (const name of [...query.keys()]) if (!KEPT.includes(name)) query.delete(name);
    location.assign(`/why?${query}${location.hash}`);
  });
}

if (location.hash) open(location.hash.slice(1), false);
draw();
change_();
