// The page of evidence: a period of the timeline and a district of the map, each shown in the other.
// @ts-check

import { saveFigure } from "./download.js";
import { redraw } from "./drawing.js";
import { barAt, countMapMarks, timelineMarks } from "./evidence_drawing.js";
import { fillRows } from "./table.js";
import { amount, fill } from "./words.js";

/** @typedef {import("./evidence_drawing.js").View} View */
/** @typedef {import("./evidence_drawing.js").DistrictCount} DistrictCount */
/** @typedef {{bars: number[], districts: DistrictCount[], total: number, sentence: string}} Shown */

const YEAR = 12; // months
const TILE = 58; // px from one hexagon to the next
const HIGH = 280; // px of the timeline
const POLL = 1500; // ms between two looks at the findings

/** @template {Element} T @param {string} id @returns {T} */
const by = (id) => /** @type {T} */ (/** @type {unknown} */ (document.getElementById(id)));
const record = JSON.parse(by("data").textContent ?? "");
const { words } = record;

document.documentElement.classList.add("script");

// Counts

/** A month as 2011-03, or its year alone. @param {number} month @param {string} unit */
function nameOf(month, unit) {
  const year = record.first_year + Math.floor(month / YEAR);
  return unit === "year" ? String(year) : `${year}-${String((month % YEAR) + 1).padStart(2, "0")}`;
}

/** Months of one bar. @param {View} view */
const width = (view) => (view.by === "year" ? YEAR : 1);

/** @param {View} view @returns {Shown} */
export function show(view) {
  const places = record.districts.length;
  const per = width(view);
  const bars = new Array(record.months / per).fill(0);
  const shown = new Array(places + 1).fill(0);
  const whole = new Array(places + 1).fill(0);
  const at = record.districts.findIndex((/** @type {{slug: string}} */ one) => one.slug === view.district);
  for (const [kind, month, place, number] of record.cells) {
    if (view.kind !== "all" && record.kinds[kind] !== view.kind) continue;
    whole[place] += number;
    if (month >= view.first && month <= view.last) shown[place] += number;
    if (at < 0 || place === at) bars[Math.floor(month / per)] += number;
  }
  const total = at < 0 ? shown.reduce((sum, number) => sum + number, 0) : shown[at];
  const [first, last] = [view.first, view.last].map((month) => nameOf(month, view.by));
  const known = {
    total: amount(total),
    events: words[`event_${view.kind}`],
    period: first === last ? first : `${first} to ${last}`,
    placeless: amount(shown[places]),
    region: record.region,
    district: record.districts[at]?.name,
  };
  const sentence = fill(words, at < 0 ? "shown_all" : "shown_district", known);
  const districts = record.districts.map((/** @type {{slug: string, name: string}} */ one, /** @type {number} */ d) => (
    { ...one, shown: shown[d], whole: whole[d] }
  ));
  return { bars, districts, total, sentence };
}

// Pictures

/** @type {View} */
let view = record.view;
/** @type {Shown} */
let now;

/** @param {string} table @param {string[][]} rows */
function fillTable(table, rows) {
  const body = document.querySelector(`${table} tbody`);
  if (body) fillRows(body, rows);
}

/** @returns {[string, number][]} */
const barRows = () => now.bars.map((number, i) => [nameOf(i * width(view), view.by), number]);

function draw() {
  now = show(view);
  by("shown").textContent = now.sentence;
  by("axis").textContent = fill(words, "timeline_axis", { by: view.by });
  const timeline = /** @type {SVGSVGElement} */ (by("timeline"));
  const wide = Math.max(Math.round(by("figure-timeline").clientWidth), 280);
  const marks = timelineMarks(now.bars, view, record.first_year, record.gaps, wide, HIGH);
  redraw(timeline, marks, wide, HIGH, now.sentence);
  const map = /** @type {SVGSVGElement | null} */ (document.getElementById("map"));
  if (map) {
    const box = map.viewBox.baseVal;
    const tiles = countMapMarks(record.tiles, now.districts, view.district, TILE);
    redraw(map, tiles, box.width, box.height, now.sentence);
  }
}

function showTables() {
  fillTable("#figure-timeline", barRows().map(([name, number]) => [name, amount(number)]));
  fillTable("#figure-map", now.districts.map((one) => [one.name, amount(one.shown), amount(one.whole)]));
}

/** Show a view everywhere: pictures, tables, controls and address. @param {Partial<View>} next */
function set(next) {
  const was = view.by;
  view = { ...view, ...next };
  if (view.first > view.last) [view.first, view.last] = [view.last, view.first];
  if (view.by === "year") {
    view.first -= view.first % YEAR;
    view.last += YEAR - 1 - (view.last % YEAR);
  }
  draw();
  showTables();
  if (was !== view.by) nameEnds();
  const query = new URLSearchParams({
    k: view.kind,
    d: view.district,
    by: view.by,
    from: nameOf(view.first, view.by),
    until: nameOf(view.last, view.by),
    r: record.digest.slice(0, 8),
  });
  window.history.replaceState(null, "", `?${query}`);
  by("link").setAttribute("href", `?${query}`);
  by("copied").textContent = "";
  showControls();
}

function showControls() {
  for (const [id, value] of [["kind", view.kind], ["district", view.district], ["by", view.by]]) {
    /** @type {HTMLSelectElement} */ (by(id)).value = value;
  }
  /** @type {HTMLSelectElement} */ (by("from")).selectedIndex = Math.floor(view.first / width(view));
  /** @type {HTMLSelectElement} */ (by("until")).selectedIndex = Math.floor(view.last / width(view));
}

/** Write the years or months that a period may begin and end with. */
function nameEnds() {
  const names = barRows().map(([name]) => name);
  for (const id of ["from", "until"]) by(id).replaceChildren(...names.map((name) => new Option(name)));
}

// What people do

function watchRecord() {
  const timeline = /** @type {SVGSVGElement} */ (by("timeline"));
  /** @type {number | null} */
  let start = null;
  /** @param {PointerEvent} event */
  const at = (event) => {
    const box = timeline.getBoundingClientRect();
    const { width: wide } = timeline.viewBox.baseVal;
    return barAt(((event.clientX - box.left) / box.width) * wide, now.bars.length, wide);
  };
  /** @param {number} bar */
  const period = (bar) => {
    const [a, b] = [Math.min(/** @type {number} */ (start), bar), Math.max(/** @type {number} */ (start), bar)];
    return { first: a * width(view), last: (b + 1) * width(view) - 1 };
  };
  timeline.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    timeline.setPointerCapture(event.pointerId);
    start = at(event);
  });
  timeline.addEventListener("pointermove", (event) => {
    if (start === null) return;
    view = { ...view, ...period(at(event)) };
    draw();
  });
  timeline.addEventListener("pointerup", (event) => {
    if (start !== null) set(period(at(event)));
    start = null;
  });
  timeline.addEventListener("pointercancel", () => {
    start = null;
    set({});
  });
  document.getElementById("map")?.addEventListener("click", (event) => {
    const slug = /** @type {Element} */ (event.target).getAttribute("data-slug");
    if (slug) set({ district: slug === view.district ? "" : slug });
  });
  for (const [id, key] of [["kind", "kind"], ["district", "district"], ["by", "by"]]) {
    by(id).addEventListener("change", () => set({ [key]: /** @type {HTMLSelectElement} */ (by(id)).value }));
  }
  by("from").addEventListener("change", () => {
    const first = /** @type {HTMLSelectElement} */ (by("from")).selectedIndex * width(view);
    set({ first, last: Math.max(view.last, first + width(view) - 1) });
  });
  by("until").addEventListener("change", () => {
    const last = (/** @type {HTMLSelectElement} */ (by("until")).selectedIndex + 1) * width(view) - 1;
    set({ last, first: Math.min(view.first, last + 1 - width(view)) });
  });
  by("all").addEventListener("click", () => set({ district: "", first: 0, last: record.months - 1 }));
  by("form").addEventListener("submit", (event) => event.preventDefault());
  by("copy").addEventListener("click", async () => {
    await navigator.clipboard.writeText(/** @type {HTMLAnchorElement} */ (by("link")).href);
    by("copied").textContent = words.link_copied;
  });
  for (const figure of document.querySelectorAll("figure")) {
    for (const button of figure.querySelectorAll("button[data-save]")) {
      button.addEventListener("click", () => takeFigure(figure, button.getAttribute("data-save") ?? ""));
    }
  }
  new ResizeObserver(draw).observe(by("figure-timeline"));
}

/** @param {HTMLElement} figure @param {string} kind */
function takeFigure(figure, kind) {
  const isMap = figure.id === "figure-map";
  const about = {
    title: figure.querySelector("h3")?.textContent ?? "",
    what: now.sentence,
    note: words.evidence_no_zero,
    source: record.source,
    cite: record.citations.join("; "),
    view: /** @type {HTMLAnchorElement} */ (by("link")).href,
    record: record.digest,
  };
  const rows = isMap
    ? ["district,events_in_period,events_in_record", ...now.districts.map((one) => `${one.slug},${one.shown},${one.whole}`)]
    : ["period,events", ...barRows().map((row) => row.join(","))];
  const name = `tarazu-${isMap ? "events-by-district" : "events-over-time"}`;
  return saveFigure(figure, kind, name, about, { rows, credit: record.source, sheets: ["picture", "evidence"] });
}

// Findings come in one by one: the server writes them, this page takes its section over

/** @param {string | undefined} done those that are shown */
async function follow(done) {
  const answer = await fetch("/api/findings");
  if (!answer.ok) return;
  const found = await answer.json();
  if (String(found.done) !== done || found.state !== "computing") {
    const page = await fetch(location.href);
    const made = new DOMParser().parseFromString(await page.text(), "text/html");
    const section = made.getElementById("findings");
    if (section) by("findings").replaceWith(document.adoptNode(section));
  }
  if (found.state === "computing") setTimeout(() => follow(String(found.done)), POLL);
}

if (record.view) {
  draw();
  watchRecord();
}
performance.mark("first-picture");
const { state, done } = /** @type {HTMLElement} */ (by("findings")).dataset;
if (state === "computing") setTimeout(() => follow(done), POLL);
