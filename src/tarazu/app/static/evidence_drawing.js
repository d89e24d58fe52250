// Pictures of the record as lists of marks, the same as tarazu.app.evidence.drawing returns.
// @ts-check

import { niceStep, oneDecimal } from "./drawing.js";

/** @typedef {import("./drawing.js").Mark} Mark */
/** @typedef {import("./drawing.js").Tile} Tile */
/** @typedef {{kind: string, district: string, by: "year" | "month", first: number, last: number}} View */
/** @typedef {{slug: string, name: string, shown: number, whole: number}} DistrictCount */

const YEAR = 12; // months
const LEFT = 40, RIGHT = 10, TOP = 10, BOTTOM = 26; // px around the plot
const APART = 45; // px between two ticks, about
const LABEL = 44; // px between two years, at least
const TILE = 0.96 / Math.sqrt(3); // of a hexagon one unit wide
const BOUNDS = [1, 5, 10, 20, 40]; // events from which on a tile is darker

/** @param {string} kind @param {number} x @param {number} y @param {number} width
 * @param {number} height @returns {Mark} */
function rect(kind, x, y, width, height) {
  const [left, top, wide, high] = [x, y, width, height].map(oneDecimal);
  return ["rect", { class: kind, x: left, y: top, width: wide, height: high }, ""];
}

/** Bars, years without any event, and the period that the map shows. @param {number[]} bars
 * @param {View} view @param {number} firstYear @param {number[]} gaps @param {number} width
 * @param {number} height @returns {Mark[]} */
export function timelineMarks(bars, view, firstYear, gaps, width, height) {
  const per = view.by === "year" ? 1 : YEAR; // bars of a year
  const step = (width - LEFT - RIGHT) / bars.length;
  const top = Math.max(1, ...bars);
  const deep = height - TOP - BOTTOM;
  /** @param {number} bar */
  const x = (bar) => LEFT + bar * step;
  /** @param {number} value */
  const y = (value) => TOP + deep - (value / top) * deep;
  /** @type {Mark[]} */
  const marks = gaps.map((year) => rect("gap", x((year - firstYear) * per), TOP, per * step, deep));
  const left = x((view.first * per) / YEAR);
  const right = x(((view.last + 1) * per) / YEAR);
  marks.push(rect("brush", left, TOP, right - left, deep));
  const tick = Math.max(1, niceStep(top, Math.floor(deep / APART)));
  for (let i = 0; i <= Math.floor(top / tick); i++) {
    const at = oneDecimal(y(i * tick));
    const x2 = String(width - RIGHT);
    marks.push(["line", { class: "grid", x1: String(LEFT), x2, y1: at, y2: at }, ""]);
    const text = { class: "tick", x: String(LEFT - 6), y: at, dy: "4", "text-anchor": "end" };
    marks.push(["text", text, (i * tick).toLocaleString("en-US")]);
  }
  bars.forEach((value, i) => {
    if (!value) return;
    const month = Math.floor((i * YEAR) / per);
    const kind = view.first <= month && month <= view.last ? "bar in" : "bar";
    marks.push(rect(kind, x(i + 0.1), y(value), 0.8 * step, deep + TOP - y(value)));
  });
  const years = Math.floor(bars.length / per);
  const every = [1, 2, 5, 10, 20, 50].find((n) => n * per * step >= LABEL) ?? 100;
  for (let year = 0; year < years; year++) {
    if ((firstYear + year) % every !== 0) continue;
    const at = oneDecimal(x((year + 0.5) * per));
    const text = { class: "tick", x: at, y: String(height - 8), "text-anchor": "middle" };
    marks.push(["text", text, String(firstYear + year)]);
  }
  return marks;
}

/** The bar under a place of the picture. @param {number} x px @param {number} bars their number
 * @param {number} width of the picture, px */
export function barAt(x, bars, width) {
  const bar = Math.floor(((x - LEFT) / (width - LEFT - RIGHT)) * bars);
  return Math.min(Math.max(bar, 0), bars - 1);
}

/** The tile map of counts. @param {Tile[]} tiles @param {DistrictCount[]} districts
 * @param {string} chosen @param {number} unit @returns {Mark[]} */
export function countMapMarks(tiles, districts, chosen, unit) {
  const of = new Map(districts.map((d) => [d.slug, d.shown]));
  const left = Math.min(...tiles.map((t) => t.x));
  const top = Math.max(...tiles.map((t) => t.y));
  const seen = new Set();
  /** @type {Mark[]} */
  const marks = [];
  for (const tile of tiles) {
    const number = of.get(tile.slug) ?? 0;
    const shade = `n${BOUNDS.filter((bound) => number >= bound).length}`;
    const x = (tile.x - left + 0.6) * unit;
    const y = (top - tile.y + 0.65) * unit;
    const corners = [0, 1, 2, 3, 4, 5].map((k) => {
      const angle = Math.PI / 6 + (k * Math.PI) / 3;
      const across = oneDecimal(x + unit * TILE * Math.cos(angle));
      return `${across},${oneDecimal(y + unit * TILE * Math.sin(angle))}`;
    });
    const kind = `tile ${shade}${tile.slug === chosen ? " chosen" : ""}`;
    marks.push(["polygon", { class: kind, points: corners.join(" "), "data-slug": tile.slug }, ""]);
    /** @type {[string, number, string][]} */
    const lines = seen.has(tile.slug)
      ? [[`(${tile.abbr})`, 5, "abbr"]]
      : [[tile.abbr, -2, "abbr"], [number.toLocaleString("en-US"), 12, "value"]];
    seen.add(tile.slug);
    for (const [words, dy, role] of lines) {
      const about = { class: `tile-text ${role} ${shade}`, x: oneDecimal(x), y: oneDecimal(y) };
      marks.push(["text", { ...about, dy: String(dy), "text-anchor": "middle", "data-slug": tile.slug }, words]);
    }
  }
  return marks;
}
