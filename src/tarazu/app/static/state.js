// The state of the page: a policy under one hypothesis, its address, and its history.
// @ts-check

/** @typedef {{hypothesis: string, start: string, years: number, levers: Record<string, number>}} State */
/** @typedef {{lever: string, value: number, districts: "all" | string[], from_week: number,
 *   until_week: number | null}} Setting */
/** @typedef {{levers: {name: string, low: number, high: number, default: number}[],
 *   order: string[], policies: Record<string, Setting[]>, hypotheses: Record<string, {title: string, meaning: string}>,
 *   districts: {slug: string, name: string}[], version: string, key: string, today: string,
 *   step: number, draws: number, outcomes: {name: string, title: string, unit: string}[]}} Lab */

/** What each lever shows where nothing was moved. @param {Lab} lab @param {string} start
 * @returns {Record<string, number>} */
export function shownLevers(lab, start) {
  const values = Object.fromEntries(lab.levers.map((lever) => [lever.name, lever.default]));
  for (const setting of lab.policies[start]) {
    if (setting.lever in values) values[setting.lever] = setting.value;
  }
  return values;
}

/** @param {Lab} lab @param {State} state */
export function isToday(lab, state) {
  return state.start === lab.today && Object.keys(state.levers).length === 0;
}

/** A state with one lever moved, or put back. @param {Lab} lab @param {State} state
 * @param {string} name @param {number} value @returns {State} */
export function moved(lab, state, name, value) {
  const lever = lab.levers.find((one) => one.name === name);
  if (!lever || !Number.isFinite(value)) return state;
  const kept = Math.min(Math.max(value, lever.low), lever.high);
  const shown = shownLevers(lab, state.start);
  const all = { ...state.levers, [name]: kept };
  const levers = Object.fromEntries(
    lab.levers
      .map((one) => one.name)
      .filter((one) => one in all && all[one] !== shown[one])
      .map((one) => [one, all[one]]),
  );
  return { ...state, levers };
}

/** The address of a state, with what made it. @param {Lab} lab @param {State} state */
export function writeQuery(lab, state) {
  const pairs = new URLSearchParams({ h: state.hypothesis, p: state.start, y: String(state.years) });
  for (const [name, value] of Object.entries(state.levers)) pairs.set(name, String(value));
  pairs.set("m", lab.version);
  pairs.set("g", lab.key);
  return pairs.toString();
}

/** The state of an address; what it names and the lab does not have is left out.
 * @param {Lab} lab @param {string} query @returns {State} */
export function readQuery(lab, query) {
  const pairs = new URLSearchParams(query);
  const hypothesis = pairs.get("h") ?? "";
  const start = pairs.get("p") ?? "";
  const years = Number(pairs.get("y"));
  /** @type {State} */
  let state = {
    hypothesis: hypothesis in lab.hypotheses ? hypothesis : Object.keys(lab.hypotheses)[0],
    start: start in lab.policies ? start : lab.today,
    years: Number.isInteger(years) && years >= 1 && years <= 10 ? years : 5,
    levers: {},
  };
  for (const { name } of lab.levers) {
    const value = pairs.get(name);
    if (value) state = moved(lab, state, name, Number(value));
  }
  return state;
}

/** What the address of a comparison holds of a policy. @param {State} state */
export function shortQuery(state) {
  const pairs = new URLSearchParams({ p: state.start });
  for (const [name, value] of Object.entries(state.levers)) pairs.set(name, String(value));
  return pairs.toString();
}

/** The address that compares policies. @param {number} years @param {string[]} policies */
export function compareAddress(years, policies) {
  return `/compare?${new URLSearchParams([["y", String(years)], ...policies.map((one) => ["s", one])])}`;
}

/** States that can be gone back to. */
export class History {
  /** @param {State} first */
  constructor(first) {
    /** @type {State[]} */
    this.past = [];
    /** @type {State[]} */
    this.future = [];
    this.now = first;
  }

  /** @param {State} state */
  add(state) {
    if (JSON.stringify(state) === JSON.stringify(this.now)) return;
    this.past.push(this.now);
    if (this.past.length > 200) this.past.shift();
    this.future = [];
    this.now = state;
  }

  undo() {
    const state = this.past.pop();
    if (state === undefined) return false;
    this.future.push(this.now);
    this.now = state;
    return true;
  }

  redo() {
    const state = this.future.pop();
    if (state === undefined) return false;
    this.past.push(this.now);
    this.now = state;
    return true;
  }
}
