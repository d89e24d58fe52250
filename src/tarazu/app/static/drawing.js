// Pictures as lists of marks [element, attributes, text], the same as tarazu.app.drawing returns.
// @ts-check

import { change } from "./words.js";

/** @typedef {import("./words.js").Band} Band */
/** @typedef {import("./words.js").Outcome} Outcome */
/** @typedef {import("./words.js").District} District */
/** @typedef {[string, Record<string, string>, string]} Mark */
/** @typedef {{slug: string, abbr: string, x: number, y: number}} Tile */

const YEAR = 52;
const LEFT = 46, RIGHT = 10, TOP = 12, BOTTOM = 30; // px around the plot
const APART = 45; // px between two ticks, about
const TILE = 0.96 / Math.sqrt(3); // of a hexagon one unit wide
const SHADES = [0.02, 0.1, 0.25];

/** @param {number} value */
export function oneDecimal(value) {
  return String(Math.floor(value * 10 + 0.5) / 10);
}

/** Distance of round ticks. @param {number} top @param {number} ticks */
export function niceStep(top, ticks) {
  const raw = Math.max(top, 1e-9) / Math.max(ticks, 1);
  const power = 10 ** Math.floor(Math.log10(raw));
  for (const times of [1, 2, 5]) if (raw <= times * power) return times * power;
  return 10 * power;
}

/** The fan of one outcome, today's practice behind it.
 * @param {Outcome} outcome @param {number} weeks @param {number} step
 * @param {number} width @param {number} height @param {boolean} isToday
 * @param {number} least height of the vertical axis at least, in the unit of the outcome
 * @returns {Mark[]} */
export function fanMarks(outcome, weeks, step, width, height, isToday, least = 1) {
  const { today, policy } = outcome;
  const top = Math.max(least, 1.04 * Math.max(...today.q95, ...policy.q95));
  /** @param {number} week */
  const x = (week) => oneDecimal(LEFT + (week / weeks) * (width - LEFT - RIGHT));
  /** @param {number} value */
  const y = (value) => oneDecimal(height - BOTTOM - (value / top) * (height - TOP - BOTTOM));
  /** @param {number[]} numbers */
  const middles = (numbers) => numbers.map((value, i) => `${x((i + 0.5) * step)},${y(value)}`);
  /** @type {Mark[]} */
  const marks = [];
  const tick = niceStep(top, Math.floor((height - TOP - BOTTOM) / APART));
  for (let i = 0; i <= Math.floor(top / tick); i++) {
    const at = y(i * tick);
    const x2 = String(width - RIGHT);
    marks.push(["line", { class: "grid", x1: String(LEFT), x2, y1: at, y2: at }, ""]);
    const text = { class: "tick", x: String(LEFT - 6), y: at, dy: "4", "text-anchor": "end" };
    const label = tick >= 1 ? (i * tick).toLocaleString("en-US") : String(Number((i * tick).toPrecision(6)));
    marks.push(["text", text, label]);
  }
  const years = Math.floor(weeks / YEAR);
  for (let year = 0; year <= years; year += years <= 5 ? 1 : 2) {
    const last = year === years;
    const anchor = last ? "end" : "middle";
    const text = { class: "tick", x: x(year * YEAR), y: String(height - BOTTOM + 17), "text-anchor": anchor };
    marks.push(["text", text, last ? `year ${year}` : String(year)]);
  }
  /** @param {number[]} low @param {number[]} high @param {string} kind */
  const band = (low, high, kind) => {
    const points = [...middles(high), ...middles(low).reverse()].join(" ");
    marks.push(["polygon", { class: kind, points }, ""]);
  };
  /** @param {Band} of @param {string} kind */
  const line = (of, kind) => {
    marks.push(["polyline", { class: kind, points: middles(of.q50).join(" ") }, ""]);
  };
  band(today.q05, today.q95, "today outer");
  line(today, "today median");
  if (!isToday) {
    band(policy.q05, policy.q95, "policy outer");
    band(policy.q25, policy.q75, "policy inner");
    line(policy, "policy median");
  }
  return marks;
}

/** The tile map of change. @param {Tile[]} tiles @param {District[]} districts
 * @param {number} unit @returns {Mark[]} */
export function mapMarks(tiles, districts, unit) {
  const of = new Map(districts.map((d) => [d.slug, d]));
  const left = Math.min(...tiles.map((t) => t.x));
  const top = Math.max(...tiles.map((t) => t.y));
  /** @type {Mark[]} */
  const marks = [];
  for (const tile of tiles) {
    const district = /** @type {District} */ (of.get(tile.slug));
    const x = (tile.x - left + 0.6) * unit;
    const y = (top - tile.y + 0.65) * unit;
    const corners = [0, 1, 2, 3, 4, 5].map((k) => {
      const angle = Math.PI / 6 + (k * Math.PI) / 3;
      const across = oneDecimal(x + unit * TILE * Math.cos(angle));
      return `${across},${oneDecimal(y + unit * TILE * Math.sin(angle))}`;
    });
    const kind = shade(district);
    marks.push(["polygon", { class: `tile ${kind}`, points: corners.join(" ") }, ""]);
    for (const [text, dy, role] of [[tile.abbr, -2, "abbr"], [change(district.change), 12, "value"]]) {
      const about = { class: `tile-text ${role} ${kind}`, x: oneDecimal(x), y: oneDecimal(y) };
      marks.push(["text", { ...about, dy: String(dy), "text-anchor": "middle" }, String(text)]);
    }
  }
  return marks;
}

/** @param {District} district */
export function shade(district) {
  const share = district.change / Math.max(district.today, 1);
  const steps = SHADES.filter((bound) => Math.abs(share) >= bound).length;
  return steps === 0 ? "same" : `${share < 0 ? "less" : "more"}${steps}`;
}

/** Replace the marks of a picture, or change those that are there: while a lever moves, most stay.
 * Its name and description stay, with a new text.
 * @param {SVGSVGElement} picture @param {Mark[]} marks @param {number} width
 * @param {number} height @param {string} text */
export function redraw(picture, marks, width, height, text) {
  const [, description, ...old] = picture.children;
  const box = `0 0 ${width} ${height}`;
  if (description.textContent !== text) description.textContent = text;
  if (picture.getAttribute("viewBox") !== box) picture.setAttribute("viewBox", box);
  marks.forEach(([name, attributes, inner], i) => {
    const is = old[i]?.localName === name;
    const element = is ? old[i] : document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const key of element.getAttributeNames()) if (!(key in attributes)) element.removeAttribute(key);
    for (const [key, value] of Object.entries(attributes)) {
      if (element.getAttribute(key) !== value) element.setAttribute(key, value);
    }
    if (element.textContent !== inner) element.textContent = inner;
    if (is) return;
    if (old[i]) old[i].replaceWith(element);
    else picture.append(element);
  });
  for (const element of old.slice(marks.length)) element.remove();
}
