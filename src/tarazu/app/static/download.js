// Files of a picture: its numbers as csv with what they mean, and the picture itself as svg or png.
// @ts-check

import { pngOf } from "./png.js";

/** @typedef {import("./words.js").Futures} Futures */

/** What a file is, in lines. @param {Record<string, string>} about @param {string} before each line */
const linesOf = (about, before = "") => Object.entries(about).map(
  ([key, value]) => `${before}${key}: ${value}`.replace(/[\r\n]+/g, " "),
);

/** Rows of csv of one outcome, or of the map. @param {Futures} futures @param {string} outcome */
export function rowsOf(futures, outcome) {
  if (outcome === "map") {
    const rows = futures.districts.map((d) => [d.slug, d.today, d.policy, d.change, d.fewer].join(","));
    return ["district,today,policy,change,members_with_fewer", ...rows];
  }
  const one = futures.outcomes.find((each) => each.name === outcome);
  if (!one) throw new Error(`no outcome ${outcome}`);
  const levels = /** @type {const} */ (["q05", "q25", "q50", "q75", "q95"]);
  const names = ["policy", "today"].flatMap((who) => levels.map((level) => `${who}_${level}`));
  const rows = one.policy.q50.map((_, i) => [
    i * futures.step,
    (i + 1) * futures.step,
    ...levels.map((level) => one.policy[level][i]),
    ...levels.map((level) => one.today[level][i]),
  ].join(","));
  return [["from_week", "until_week", ...names].join(","), ...rows];
}

/** A csv file: what it is, then its rows. @param {string[]} rows @param {Record<string, string>} about */
export const csvOf = (rows, about) => [...linesOf(about, "# "), ...rows, ""].join("\n");

/** A picture as a file of its own. @param {SVGSVGElement} picture @param {string} style
 * @param {string} about */
export function svgOf(picture, style, about) {
  const copy = /** @type {SVGSVGElement} */ (picture.cloneNode(true));
  const element = document.createElementNS("http://www.w3.org/2000/svg", "style");
  element.textContent = style;
  copy.insertBefore(element, copy.children[2] ?? null);
  const { width, height } = picture.viewBox.baseVal;
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  const text = new XMLSerializer().serializeToString(copy);
  return `<!-- ${about.replace(/--+/g, "-")} -->\n${text}\n`;
}

/** A figure of the page as a file.
 * @param {HTMLElement} figure @param {string} kind csv, svg or png @param {string} name of the file
 * @param {Record<string, string>} about what it is: title, note and what stand around a png
 * @param {{rows?: string[], credit: string, sheets?: string[]}} content rows of csv, the last line of a
 *   png, and the style sheets of the picture */
export async function saveFigure(figure, kind, name, about, { rows = [], credit, sheets = ["picture"] }) {
  const picture = /** @type {SVGSVGElement} */ (figure.querySelector("svg.picture"));
  if (kind === "csv") {
    save(`${name}.csv`, csvOf(rows, about), "text/csv");
  } else if (kind === "png") {
    const above = [about.title, `${about.note} ${about.unit ?? ""}`.trim()];
    const below = [about.what, credit];
    save(`${name}.png`, await pngOf(picture, above.filter(Boolean), below.filter(Boolean)), "image/png");
  } else {
    const inline = document.getElementById("picture-style")?.textContent;
    const sent = async (/** @type {string} */ sheet) => (await fetch(`/static/${sheet}.css`)).text();
    const style = inline ?? (await Promise.all(sheets.map(sent))).join("\n");
    save(`${name}.svg`, svgOf(picture, style, linesOf(about).join("\n")), "image/svg+xml");
  }
}

/** @param {string} name @param {string | Blob} content @param {string} type */
export function save(name, content, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
