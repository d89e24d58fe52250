// The state of the page: a policy under one hypothesis, its address, and its history.
// @ts-check

/** @typedef {{districts: string[], start: number, ramp: number}} Where as in tarazu.app.where */
/** @typedef {{hypothesis: string, start: string, years: number, levers: Record<string, number>,
 *   where?: Record<string, Where>}} State */
/** @typedef {{lever: string, value: number, districts: "all" | string[], from_week: number,
 *   until_week: number | null}} Setting */
/** @typedef {{levers: {name: string, low: number, high: number, default: number}[],
 *   order: string[], policies: Record<string, Setting[]>, hypotheses: Record<string, {title: string, meaning: string}>,
 *   districts: {slug: string, name: string, division: string}[], divisions: string[], start: string, version: string, key: string, today: string,
 *   step: number, draws: number, outcomes: {name: string, title: string, unit: string}[]}} Lab */

const RAMP_STEP = 4; // weeks for which a lever stays at one value on the way
const MOST_WEEKS = 520;
const WEEK = 7 * 24 * 3600 * 1000; // ms

/** The day on which a week begins, such as 2026-05-21. @param {{start: string}} lab @param {number} week */
export function firstDay({ start }, week) {
  return new Date(Date.parse(start) + week * WEEK).toISOString().slice(0, 10);
}

/** The week of a day such as 2026-05-21, or a number of weeks; NaN for what is neither.
 * @param {{start: string}} lab @param {string} text */
export function weekOf({ start }, text) {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return Number(text);
  return Math.floor((Date.parse(text) - Date.parse(start)) / WEEK);
}

/** Where and when a lever is moved. @param {State} state @param {string} name @returns {Where} */
export function whereOf(state, name) {
  return state.where?.[name] ?? { districts: [], start: 0, ramp: 0 };
}

/** @param {Where} where */
export function isEverywhere({ districts, start, ramp }) {
  return districts.length === 0 && start === 0 && ramp === 0;
}

/** Settings of the policy of a state, as tarazu.app.state.policy_of gives them.
 * @param {Lab} lab @param {State} state @returns {Setting[]} */
export function settingsOf(lab, state) {
  const weeks = state.years * 52;
  const kept = lab.policies[state.start].filter((one) => !(one.lever in state.levers));
  const own = Object.entries(state.levers).flatMap(([lever, value]) => {
    const where = whereOf(state, lever);
    const districts = where.districts.length ? where.districts : /** @type {"all"} */ ("all");
    const full = where.start + where.ramp;
    const base = lab.levers.find((one) => one.name === lever)?.default ?? 0;
    /** @type {Setting[]} */
    const settings = [];
    for (let first = where.start; first < full; first += RAMP_STEP) {
      const until = Math.min(first + RAMP_STEP, full);
      const share = ((first + until) / 2 - where.start) / where.ramp;
      const part = base + (value - base) * share;
      settings.push({ lever, value: part, districts, from_week: first, until_week: until });
    }
    settings.push({ lever, value, districts, from_week: full, until_week: null });
    return settings.filter((one) => one.from_week < weeks);
  });
  return [...kept, ...own];
}

/** A state with a moved lever in some districts and weeks.
 * @param {Lab} lab @param {State} state @param {string} name @param {Where} where
 * @returns {State} */
export function placed(lab, state, name, where) {
  const { [name]: _, ...rest } = state.where ?? {};
  const all = where.districts.length === lab.districts.length;
  const districts = all ? [] : lab.districts.map(({ slug }) => slug).filter((slug) => where.districts.includes(slug));
  const own = { districts, start: clamped(where.start, MOST_WEEKS - 1), ramp: clamped(where.ramp, MOST_WEEKS) };
  const levers = { ...state.levers, [name]: state.levers[name] ?? shownLevers(lab, state.start)[name] };
  return tidied(lab, { ...state, levers, where: isEverywhere(own) ? rest : { ...rest, [name]: own } });
}

/** @param {number} weeks @param {number} most */
function clamped(weeks, most) {
  return Number.isFinite(weeks) ? Math.min(Math.max(Math.round(weeks), 0), most) : 0;
}

/** A state without levers that change nothing. @param {Lab} lab @param {State} state @returns {State} */
function tidied(lab, state) {
  const shown = shownLevers(lab, state.start);
  const names = lab.levers.map(({ name }) => name).filter((name) => name in state.levers);
  const isPlaced = (/** @type {string} */ name) => name in (state.where ?? {});
  const kept = names.filter((name) => isPlaced(name) || state.levers[name] !== shown[name]);
  return {
    ...state,
    levers: Object.fromEntries(kept.map((name) => [name, state.levers[name]])),
    where: Object.fromEntries(kept.filter(isPlaced).map((name) => [name, whereOf(state, name)])),
  };
}

/** What an address holds of each moved lever. @param {State} state @returns {[string, string][]} */
function leverPairs(state) {
  return Object.entries(state.levers).flatMap(([name, value]) => {
    const { districts, start, ramp } = whereOf(state, name);
    /** @type {[string, string][]} */
    const pairs = [[name, String(value)]];
    if (districts.length) pairs.push([`${name}.in`, districts.join(",")]);
    if (start) pairs.push([`${name}.from`, String(start)]);
    if (ramp) pairs.push([`${name}.ramp`, String(ramp)]);
    return pairs;
  });
}

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
  return tidied(lab, { ...state, levers: { ...state.levers, [name]: kept } });
}

/** The address of a state, with what made it. @param {Lab} lab @param {State} state */
export function writeQuery(lab, state) {
  const pairs = new URLSearchParams({ h: state.hypothesis, p: state.start, y: String(state.years) });
  for (const [name, value] of leverPairs(state)) pairs.set(name, value);
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
    if (!value) continue;
    state = moved(lab, state, name, Number(value));
    const districts = (pairs.get(`${name}.in`) ?? "").split(",").filter(Boolean);
    const [from, ramp] = ["from", "ramp"].map((part) => weekOf(lab, pairs.get(`${name}.${part}`) ?? "0"));
    if (districts.length || from || ramp) {
      state = placed(lab, state, name, { districts, start: from, ramp });
    }
  }
  return state;
}

/** What the address of a comparison holds of a policy. @param {State} state */
export function shortQuery(state) {
  const pairs = new URLSearchParams({ p: state.start });
  for (const [name, value] of leverPairs(state)) pairs.set(name, value);
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
