// Texts filled with the numbers of futures, as tarazu.app.words fills them.
// @ts-check

/** @typedef {{q05: number[], q25: number[], q50: number[], q75: number[], q95: number[]}} Band */
/** @typedef {{median: number, low: number, high: number, fewer: number, equal: number}} Change */
/** @typedef {{name: string, title: string, unit: string, policy: Band, today: Band,
 *   policy_total: number, today_total: number, change: Change}} Outcome */
/** @typedef {{slug: string, name: string, today: number, policy: number, change: number,
 *   fewer: number}} District */
/** @typedef {{mode: string, members: number, hypothesis: string, weeks: number, step: number,
 *   extra_cost: number, outcomes: Outcome[], districts: District[]}} Futures */
/** @typedef {Record<string, string>} Words */

const YEAR = 52;
const MINUS = "\u2212";

/** A text with its names filled in. @param {Words} words @param {string} name
 * @param {Record<string, unknown>} [values] */
export function fill(words, name, values = {}) {
  return words[name].replace(/\{(\w+)\}/g, (_, key) => String(values[key]));
}

/** A whole number, halves away from zero: 1,332. @param {number} value */
export function amount(value) {
  const size = Math.floor(Math.abs(value) + 0.5);
  return (value < 0 && size ? MINUS : "") + size.toLocaleString("en-US");
}

/** A whole number with its sign: +12, −7, 0. @param {number} value */
export function change(value) {
  return Math.floor(value + 0.5) > 0 ? `+${amount(value)}` : amount(value);
}

/** Weeks as years: 5 years. @param {number} weeks */
export function span(weeks) {
  const years = weeks / YEAR;
  return years === 1 ? `${years} year` : `${years} years`;
}

/** @param {Outcome} outcome */
function changes(outcome) {
  const { median, low, high } = outcome.change;
  return { median: change(median), low: change(low), high: change(high) };
}

/** What futures say in one sentence. @param {Words} words @param {Futures} futures
 * @param {boolean} isToday */
export function headline(words, futures, isToday) {
  const first = futures.outcomes[0];
  const years = span(futures.weeks);
  if (isToday) return fill(words, "headline_today", { total: amount(first.today_total), years });
  if (first.change.equal === futures.members) return fill(words, "headline_same");
  const { members } = futures;
  const { fewer } = first.change;
  const kind = fill(words, `kind_${futures.mode}`);
  return fill(words, "headline_change", { fewer, members, kind, years, ...changes(first) });
}

/** What a picture shows. @param {Words} words @param {Outcome} outcome @param {Futures} futures
 * @param {boolean} isToday */
export function sentence(words, outcome, futures, isToday) {
  const known = {
    title: outcome.title,
    years: span(futures.weeks),
    today: amount(outcome.today_total),
  };
  if (isToday) return fill(words, "chart_today", known);
  const policy = amount(outcome.policy_total);
  return fill(words, "chart_change", { ...known, policy, ...changes(outcome) });
}

/** What the map shows. @param {Words} words @param {Futures} futures @param {boolean} isToday */
export function mapSentence(words, futures, isToday) {
  if (isToday) return fill(words, "map_today");
  const less = futures.districts.filter((d) => d.change <= -0.5);
  const more = futures.districts.filter((d) => d.change >= 0.5);
  if (less.length + more.length === 0) return fill(words, "map_small", { years: span(futures.weeks) });
  const most = [...less, ...more].sort((a, b) => Math.abs(b.change) - Math.abs(a.change)).slice(0, 3);
  return fill(words, "map_change", {
    years: span(futures.weeks),
    less: less.length,
    more: more.length,
    same: futures.districts.length - less.length - more.length,
    most: most.map((d) => `${d.name} ${change(d.change)}`).join(", "),
  });
}

/** What the policy costs. @param {Words} words @param {Futures} futures */
export function cost(words, futures) {
  const millions = futures.extra_cost / 1e6;
  if (Math.abs(millions) < 0.5) return fill(words, "cost_same");
  return fill(words, "cost", { cost: change(millions) });
}

/** How futures were computed. @param {Words} words @param {Futures} futures */
export function mode(words, futures) {
  return fill(words, `mode_${futures.mode}`, { members: futures.members });
}

/** What a line of a run says that has neither progress nor a result. @param {Words} words
 * @param {any} line */
export function said(words, line) {
  const name = /** @type {Record<string, string>} */ ({
    queued: "state_queued", compiling: "state_compiling", full: "state_full", late: "state_time", stopped: "state_stopped", failed: "state_failed",
  })[line.state];
  return name ? fill(words, name, line) : "";
}
