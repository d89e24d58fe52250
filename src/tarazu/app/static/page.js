// The page: levers in, pictures out.
// @ts-check

import { rowsOf, save, saveFigure } from "./download.js";
import { fanMarks, mapMarks, redraw } from "./drawing.js";
import { startEngine } from "./engine.js";
import { showPlaces, startPlaces } from "./place.js";
import { replay } from "./replay.js";
import { run } from "./runs.js";
import { compareAddress, History, isToday, moved, readQuery, shortQuery, shownLevers, writeQuery } from "./state.js";
import { fillRows } from "./table.js";
import { amount, change, cost, fill, headline, mapSentence, mode, said, sentence } from "./words.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./words.js").Futures} Futures */

const RUN_AFTER = 350; // ms without a change, after which members run
const COMPILED_AFTER = 2000; // ms between two questions whether kernels are compiled
const TILE = 58; // px from one hexagon to the next
const HEIGHTS = { wide: 430, large: 300, small: 210 };
const WIDE = matchMedia("(min-width: 80rem)"); // the map stands beside the large picture

/** @template {HTMLElement} T @param {string} id @returns {T} */
const by = (id) => /** @type {T} */ (document.getElementById(id));
const lab = JSON.parse(by("data").textContent ?? "");
const { words } = lab;
const history_ = new History(lab.state);

/** @type {State} */
let state = lab.state; // shown now; while a lever is held, not yet in the history
/** @type {{futures: Futures, state: State}} */
let shown = { futures: lab.futures, state };
/** @type {AbortController | null} */
let running = null;
let asked = 0; // number of the newest question to the worker
let askedAt = 0;
/** @type {number | undefined} */
let timer;

document.documentElement.classList.add("script");

// Pictures

/** @param {Futures} futures @param {State} of */
function show(futures, of) {
  shown = { futures, state: of };
  const today = isToday(lab, of);
  // widths are read before anything is written, so that the page is laid out once
  const figures = [...document.querySelectorAll("figure")].map((one) => ({ one, wide: one.clientWidth }));
  by("headline").textContent = headline(words, futures, today);
  by("cost").textContent = cost(words, futures);
  by("mode").textContent = mode(words, futures);
  for (const { one, wide } of figures) drawFigure(one, wide);
}

/** @param {HTMLElement} figure @param {number} wide px */
function drawFigure(figure, wide) {
  const { futures } = shown;
  const today = isToday(lab, shown.state);
  const picture = /** @type {SVGSVGElement} */ (figure.querySelector("svg.picture"));
  const caption = /** @type {HTMLElement} */ (figure.querySelector("figcaption"));
  if (figure.dataset.outcome === "map") {
    caption.textContent = mapSentence(words, futures, today);
    const { width, height } = picture.viewBox.baseVal;
    redraw(picture, mapMarks(lab.tiles, futures.districts, TILE), width, height, caption.textContent);
  } else {
    const outcome = futures.outcomes.find((one) => one.name === figure.dataset.outcome);
    if (!outcome) return;
    caption.textContent = sentence(words, outcome, futures, today);
    const width = Math.max(Math.round(wide), 240);
    const large = WIDE.matches ? HEIGHTS.wide : HEIGHTS.large;
    const height = figure.classList.contains("large") ? large : HEIGHTS.small;
    const marks = fanMarks(outcome, futures.weeks, futures.step, width, height, today);
    redraw(picture, marks, width, height, caption.textContent);
  }
  const table = figure.querySelector("details");
  if (table?.open) fillTable(figure);
}

/** @param {HTMLElement} figure */
function fillTable(figure) {
  const body = /** @type {HTMLElement} */ (figure.querySelector("tbody"));
  const { futures } = shown;
  /** @type {string[][]} */
  let rows;
  if (figure.dataset.outcome === "map") {
    rows = futures.districts.map((d) => [d.name, amount(d.today), amount(d.policy), change(d.change)]);
  } else {
    const one = futures.outcomes.find((each) => each.name === figure.dataset.outcome);
    if (!one) return;
    const columns = [one.policy, one.today].flatMap((band) => [band.q05, band.q50, band.q95]);
    rows = one.policy.q50.map((_, i) => [
      String((i + 1) * futures.step),
      ...columns.map((column) => column[i].toLocaleString("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 })),
    ]);
  }
  fillRows(body, rows);
}

// Expected paths, at once

/** @type {((futures: Futures | null) => void) | null} */
let awaited = null; // of the futures that a replay waits for
/** @type {AbortController | null} */
let replaying = null;

const engine = startEngine(lab, (data) => {
  if (data.id !== asked) return; // an older question
  if (awaited) {
    awaited(data.futures ?? null);
    return;
  }
  if (data.futures) {
    show(data.futures, state);
    performance.measure("lever", { start: askedAt });
  } else {
    by("run-state").textContent = data.error ? words.state_unreachable : words.state_left;
  }
});

function ask() {
  endReplay();
  asked += 1;
  askedAt = performance.now();
  engine(state, asked);
}

/** Expected paths of a state, for a replay. @param {State} of @returns {Promise<Futures | null>} */
function expected(of) {
  asked += 1;
  engine(of, asked);
  return new Promise((done) => { awaited = done; });
}

function endReplay() {
  replaying?.abort();
  replaying = awaited = null;
}

/** Show the last change again, in expected paths; then what is shown now. */
async function replayLast() {
  const before = history_.past.at(-1);
  if (before === undefined) return;
  endReplay();
  stop();
  const { futures: now } = shown;
  const own = (replaying = new AbortController());
  const [from, to] = [await expected(before), await expected(state)];
  if (own.signal.aborted) return;
  awaited = null;
  by("run-state").textContent = words.replay;
  if (from && to) await replay(from, to, (futures) => own.signal.aborted || show(futures, state), own.signal);
  if (own.signal.aborted) return;
  endReplay();
  show(now, state);
  by("run-state").textContent = "";
  by("again").hidden = now.members === lab.stages.at(-1);
}

// Members, in the background

function stop() {
  clearTimeout(timer);
  running?.abort();
  running = null;
  by("cancel").hidden = true;
}

function runLater() {
  stop();
  if (lab.inputs) return; // a saved page, without a server
  by("again").hidden = true;
  setProgress(0, 1, "");
  timer = setTimeout(start, RUN_AFTER);
}

async function start() {
  stop();
  const own = (running = new AbortController());
  const of = state;
  by("cancel").hidden = false;
  by("again").hidden = true;
  let isCompiling = false;
  try {
    await run(of, own.signal, (line) => {
      isCompiling = line.state === "compiling";
      if (running === own) follow(line, of);
    });
  } catch {
    if (running === own) by("run-state").textContent = words.state_unreachable;
  }
  if (running === own) {
    stop();
    if (isCompiling) timer = setTimeout(start, COMPILED_AFTER);
    by("again").hidden = isCompiling || shown.futures.members === lab.stages.at(-1);
  }
}

/** @param {any} line @param {State} of */
function follow(line, of) {
  const text = by("run-state");
  if (line.state === "result") {
    asked += 1; // an expected path that is still on its way is older
    show(line.result, of);
    setProgress(line.result.members, lab.stages.at(-1), fill(words, "state_done", line.result));
  } else if (line.state === "running") {
    const total = lab.stages[line.stage];
    // The policy and today's practice run in turn; progress is of the one that runs.
    text.textContent = fill(words, "state_running", { done: line.done, total });
    by("progress").setAttribute("value", String(line.done / total));
    by("progress").setAttribute("max", "1");
  } else if (line.state !== "done") text.textContent = said(words, line);
}

/** @param {number} done @param {number} total @param {string} text */
function setProgress(done, total, text) {
  by("progress").setAttribute("value", String(done));
  by("progress").setAttribute("max", String(total));
  by("run-state").textContent = text;
}

// State

/** Show a state: the form, the address, the expected paths; members later. */
function showState() {
  const base = shownLevers(lab, state.start);
  for (const lever of lab.levers) {
    const value = state.levers[lever.name] ?? base[lever.name];
    const range = by(`lever-${lever.name}`);
    if (value > Number(range.getAttribute("max"))) range.setAttribute("max", String(lever.high));
    /** @type {HTMLInputElement} */ (range).value = String(value);
    /** @type {HTMLInputElement} */ (by(`number-${lever.name}`)).value = String(value);
    range.closest(".lever")?.classList.toggle("moved", lever.name in state.levers);
  }
  showPlaces(lab, state);
  const radio = document.querySelector(`input[name=h][value="${CSS.escape(state.hypothesis)}"]`);
  /** @type {HTMLInputElement} */ (radio).checked = true;
  /** @type {HTMLSelectElement} */ (by("start")).value = state.start;
  /** @type {HTMLSelectElement} */ (by("years")).value = String(state.years);
  by("meaning").textContent = lab.hypotheses[state.hypothesis].meaning;
  by("start-meaning").textContent = lab.meanings[state.start];
  /** @type {HTMLButtonElement} */ (by("undo")).disabled = history_.past.length === 0;
  /** @type {HTMLButtonElement} */ (by("replay")).disabled = history_.past.length === 0;
  /** @type {HTMLButtonElement} */ (by("redo")).disabled = history_.future.length === 0;
  const query = `${lab.inputs ? "#" : "?"}${writeQuery(lab, state)}`;
  by("link").setAttribute("href", query);
  by("why").setAttribute("href", `/why${query}`);
  window.history.replaceState(null, "", query);
  by("copied").textContent = "";
  showCompare();
  ask();
  runLater();
  showRecipe();
}

/** @param {State} next */
function set(next) {
  history_.add(next);
  state = history_.now;
  showState();
}

/** @param {boolean} is */
function travel(is) {
  if (!is) return;
  state = history_.now;
  showState();
}

/** Policies that were kept for the comparison, in this tab. @returns {string[]} */
const kept = () => JSON.parse(sessionStorage.getItem("kept") ?? "[]");

function showCompare() {
  const own = shortQuery(state);
  const policies = [...kept().filter((one) => one !== own), own].slice(-lab.most);
  by("compare").setAttribute("href", compareAddress(state.years, policies));
  const number = kept().length;
  by("kept").textContent = number ? fill(words, "compare_keep", { number, most: lab.most }) : "";
}

async function showRecipe() {
  const details = /** @type {HTMLDetailsElement} */ (by("recipe"));
  if (!details.open || lab.inputs) return;
  const answer = await fetch(`/api/recipe?${writeQuery(lab, state)}`);
  if (!answer.ok) return;
  const recipe = await answer.json();
  by("own-policy").hidden = recipe.policy_file === "";
  by("policy-file").textContent = recipe.policy_file;
  by("policy-toml").textContent = recipe.policy_toml;
  by("study-file").textContent = recipe.study_file;
  by("study-toml").textContent = recipe.study_toml;
  by("python").textContent = recipe.python;
  by("shell").textContent = recipe.shell;
}

/** The brief of this scenario, made by the server. */
async function takeBrief() {
  const text = by("brief-state");
  const button = /** @type {HTMLButtonElement} */ (by("brief"));
  button.disabled = true;
  text.textContent = words.brief_waits;
  try {
    await run(state, new AbortController().signal, (line) => {
      if (line.state === "running") text.textContent = fill(words, "state_running", line);
      else if (line.state === "result") {
        save(line.result.name, line.result.html, "text/html");
        text.textContent = fill(words, "brief_done", line.result);
      } else if (line.state !== "done") text.textContent = said(words, line);
    }, "/api/briefs");
  } catch {
    text.textContent = words.state_unreachable;
  }
  button.disabled = false;
}

// What people do

for (const lever of lab.levers) {
  const range = /** @type {HTMLInputElement} */ (by(`lever-${lever.name}`));
  const number = /** @type {HTMLInputElement} */ (by(`number-${lever.name}`));
  range.addEventListener("input", () => {
    stop();
    number.value = range.value;
    state = moved(lab, state, lever.name, Number(range.value));
    ask();
  });
  range.addEventListener("change", () => set(moved(lab, history_.now, lever.name, Number(range.value))));
  number.addEventListener("change", () => {
    if (number.value !== "") set(moved(lab, history_.now, lever.name, Number(number.value)));
    else showState();
  });
}
startPlaces(lab, () => history_.now, set);
for (const radio of document.querySelectorAll("input[name=h]")) {
  const input = /** @type {HTMLInputElement} */ (radio);
  input.addEventListener("change", () => set({ ...history_.now, hypothesis: input.value }));
}
by("start").addEventListener("change", () => {
  const { value } = /** @type {HTMLSelectElement} */ (by("start"));
  set({ ...history_.now, start: value, levers: {}, where: {} });
});
by("years").addEventListener("change", () => {
  const { value } = /** @type {HTMLSelectElement} */ (by("years"));
  set({ ...history_.now, years: Number(value) });
});
by("undo").addEventListener("click", () => travel(history_.undo()));
by("redo").addEventListener("click", () => travel(history_.redo()));
by("replay").addEventListener("click", replayLast);
by("reset").addEventListener("click", () => set({ ...history_.now, start: lab.today, levers: {}, where: {} }));
by("cancel").addEventListener("click", () => {
  stop();
  by("run-state").textContent = words.state_cancelled;
  by("again").hidden = false;
});
by("again").addEventListener("click", start);
by("keep").addEventListener("click", () => {
  const policies = [...new Set([...kept(), shortQuery(state)])].slice(-lab.most);
  sessionStorage.setItem("kept", JSON.stringify(policies));
  showCompare();
});
by("brief").addEventListener("click", takeBrief);
by("form").addEventListener("submit", (event) => event.preventDefault());
by("recipe").addEventListener("toggle", showRecipe);
by("copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText(/** @type {HTMLAnchorElement} */ (by("link")).href);
  by("copied").textContent = words.link_copied;
});
document.addEventListener("keydown", (event) => {
  const typed = event.target instanceof HTMLInputElement && event.target.type === "number";
  if (typed || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
  event.preventDefault();
  travel(event.shiftKey ? history_.redo() : history_.undo());
});
for (const figure of document.querySelectorAll("figure")) {
  figure.querySelector("details")?.addEventListener("toggle", () => fillTable(figure));
  for (const button of figure.querySelectorAll("button[data-save]")) {
    button.addEventListener("click", () => takeFigure(figure, button.getAttribute("data-save") ?? ""));
  }
}

/** @param {HTMLElement} figure @param {string} kind */
function takeFigure(figure, kind) {
  const { futures, state: of } = shown;
  const about = {
    title: figure.querySelector("h3")?.firstChild?.textContent?.trim() ?? "",
    note: `${words.not_calibrated}. ${words.not_calibrated_why}`,
    what: figure.querySelector("figcaption")?.textContent ?? "",
    unit: figure.querySelector(".axis")?.textContent ?? "",
    members: mode(words, futures),
    hypothesis: lab.hypotheses[of.hypothesis].title,
    scenario: new URL(`${lab.inputs ? "#" : "/?"}${writeQuery(lab, of)}`, location.href).href,
    tarazu: lab.version,
    "model and region": lab.key,
  };
  const name = `tarazu-${(figure.dataset.outcome ?? "").replaceAll("_", "-")}`;
  const credit = `${about.members}. ${about.hypothesis}. Tarazu ${lab.version}, ${lab.key}.`;
  return saveFigure(figure, kind, name, about, { rows: rowsOf(futures, figure.dataset.outcome ?? ""), credit });
}

const figure_ = /** @type {HTMLElement} */ (document.querySelector("figure"));
let laidOut = figure_.clientWidth;
new ResizeObserver(() => {
  if (figure_.clientWidth === laidOut) return; // a caption took another line
  laidOut = figure_.clientWidth;
  show(shown.futures, shown.state);
}).observe(figure_);
show(shown.futures, state);
showCompare();
performance.mark("first-picture");
if (lab.inputs) {
  if (location.hash) {
    set(readQuery(lab, location.hash.slice(1)));
  }
  window.addEventListener("hashchange", () => {
    const next = readQuery(lab, location.hash.slice(1));
    if (writeQuery(lab, next) !== writeQuery(lab, state)) set(next);
  });
} else if (new URLSearchParams(location.search).size) {
  window.history.replaceState(null, "", `?${writeQuery(lab, state)}`);
}
if (asked === 0) engine(state, -1); // inputs and today's paths are there before the first move
runLater();
