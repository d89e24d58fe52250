// Expected paths of a policy beside today's practice: the mean field in this browser.
// @ts-check

import { settingsOf } from "./state.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Lab} Lab */
/** @typedef {import("./words.js").Futures} Futures */
/** @typedef {{parameters: number[][], place: Record<string, number[]>,
 *   people_share: number[], keep: number[], levers: [number, number][], first: number[],
 *   neighbour: number[], weight: number[], first_in: number[], neighbour_in: number[],
 *   weight_in: number[]}} Inputs */
/** @typedef {{input: string, switch: string, path: string}} Held names of a link that is held */
/** @typedef {{levers: Float64Array, change: Int32Array}} Plan */
/** @typedef {{steps: number[][][], totals: number[][], districts: number[][]}} Members */
/** @typedef {{QUANTITIES: string[], EVENTS: string[], LEVERS: string[],
 *   start: (p: Float64Array, place: object) => Float64Array,
 *   run: (input: object) => {national: Float64Array, districts: Float64Array, failed: number}}} Model */

/** Quantities of the model that an outcome adds up, as in tarazu.study.setup.outcomes. */
const SUMS = /** @type {Record<string, string[]>} */ ({
  deaths_civilian: ["attack_deaths_civilian", "operation_deaths_civilian"],
});

/** Settings of levers of a state: when they change, and to what (levers by districts).
 * @param {Lab} lab @param {Inputs} inputs @param {State} state */
export function leverSettings(lab, inputs, state) {
  const weeks = state.years * 52;
  const places = lab.districts.length;
  const settings = settingsOf(lab, state);
  const begins = new Set([0]);
  for (const one of settings) {
    for (const week of [one.from_week, one.until_week]) {
      if (week !== null && week < weeks) begins.add(week);
    }
  }
  const change = new Int32Array(weeks).fill(-1);
  const rows = [...begins].sort((a, b) => a - b).map((week, row) => {
    change[week] = row;
    const levels = new Float64Array(inputs.levers.length * places);
    inputs.levers.forEach(([value], lever) => levels.fill(value, lever * places, (lever + 1) * places));
    for (const one of settings) {
      if (week < one.from_week || week >= (one.until_week ?? Infinity)) continue;
      const from = lab.order.indexOf(one.lever) * places;
      lab.districts.forEach((district, d) => {
        if (one.districts === "all" || one.districts.includes(district.slug)) levels[from + d] = one.value;
      });
    }
    return levels;
  });
  return { change, rows };
}

/** Members of one policy: the mean field of each draw. Null where a draw left its range.
 * @param {Lab} lab @param {Inputs} inputs @param {Model} model @param {State} state
 * @param {Held[]} held links that are held at their paths under today's practice, of a model that
 *   has switches for them
 * @returns {Members | null} */
export function runMembers(lab, inputs, model, state, held = []) {
  const weeks = state.years * 52;
  const places = lab.districts.length;
  const own = plan(model, leverSettings(lab, inputs, state), places);
  const today = { ...state, start: lab.today, levers: {} };
  const base = held.length ? plan(model, leverSettings(lab, inputs, today), places) : own;
  const quantities = model.QUANTITIES.length;
  const columns = lab.outcomes.map(({ name }) => (SUMS[name] ?? [name]).map((one) => model.QUANTITIES.indexOf(one)));
  const steps = lab.outcomes.map(() => /** @type {number[][]} */ ([]));
  const totals = lab.outcomes.map(() => /** @type {number[]} */ ([]));
  const districts = [];
  for (const row of inputs.parameters) {
    let levers = own;
    if (held.length) {
      const run = runOne(inputs, model, row, base, held.map((link) => link.input), []);
      if (run.failed >= 0) return null;
      levers = hold(model, own, held, run.districts, places);
    }
    const { national, districts: local, failed } = runOne(inputs, model, row, levers, ["attacks"], columns.flat());
    if (failed >= 0) return null;
    columns.forEach((own, k) => {
      const sums = new Array(Math.floor(weeks / lab.step)).fill(0);
      let total = 0;
      for (let t = 0; t < weeks; t++) {
        let value = 0;
        for (const q of own) value += national[t * quantities + q];
        total += value;
        sums[Math.floor(t / lab.step)] += value;
      }
      steps[k].push(sums);
      totals[k].push(total);
    });
    const sums = new Array(places).fill(0);
    for (let i = 0; i < local.length; i++) sums[i % places] += local[i];
    districts.push(sums);
  }
  return { steps, totals, districts };
}

/** Rows of levers for a model that may have more of them than the lab, the rest at 0.
 * @param {Model} model @param {{rows: Float64Array[], change: Int32Array}} settings
 * @param {number} places @returns {Plan} */
function plan(model, { rows, change }, places) {
  const size = model.LEVERS.length * places;
  const levers = new Float64Array(rows.length * size);
  rows.forEach((levels, row) => levers.set(levels, row * size));
  return { levers, change };
}

/** Levers with links held at paths, one row for each week. @param {Model} model
 * @param {Plan} of @param {Held[]} held @param {Float64Array} paths weeks, links, districts
 * @param {number} places @returns {Plan} */
function hold(model, { levers, change }, held, paths, places) {
  const weeks = change.length;
  const size = model.LEVERS.length * places;
  const all = new Float64Array(weeks * size);
  const at = held.map((link) => [link.switch, link.path].map((name) => model.LEVERS.indexOf(name) * places));
  let row = 0;
  for (let t = 0; t < weeks; t++) {
    if (change[t] >= 0) row = change[t];
    const from = t * size;
    all.set(levers.subarray(row * size, (row + 1) * size), from);
    at.forEach(([to, path], k) => {
      const week = (t * held.length + k) * places;
      all.fill(1, from + to, from + to + places);
      all.set(paths.subarray(week, week + places), from + path);
    });
  }
  return { levers: all, change: Int32Array.from(change, (_, t) => t) };
}

/** One draw. @param {Inputs} inputs @param {Model} model @param {number[]} row its parameters
 * @param {Plan} plan @param {string[]} keep quantities by district
 * @param {number[]} sums columns of the quantities that are summed over districts */
function runOne(inputs, model, row, plan, keep, sums) {
  const parameters = Float64Array.from(row);
  const weeks = plan.change.length;
  const none = new Float64Array(model.EVENTS.length * inputs.people_share.length);
  return model.run({
    ...inputs,
    keep: keep.map((name) => model.QUANTITIES.indexOf(name)),
    sums,
    parameters,
    weeks,
    levers: plan.levers,
    lever_change: plan.change,
    pulse_row: new Int32Array(weeks).fill(-1),
    pulse_expected: none,
    pulse_count: none,
    start: model.start(parameters, inputs.place),
  });
}

/** A policy's members beside those of today's practice, pair by pair.
 * @param {Lab} lab @param {Inputs} inputs @param {State} state @param {Members} policy
 * @param {Members} today @returns {Futures} */
export function compare(lab, inputs, state, policy, today) {
  const outcomes = lab.outcomes.map((about, k) => {
    const difference = policy.totals[k].map((value, m) => value - today.totals[k][m]);
    return {
      ...about,
      policy: band(policy.steps[k]),
      today: band(today.steps[k]),
      policy_total: quantile(policy.totals[k], 0.5),
      today_total: quantile(today.totals[k], 0.5),
      change: {
        median: quantile(difference, 0.5),
        low: quantile(difference, 0.05),
        high: quantile(difference, 0.95),
        fewer: difference.filter((value) => value < 0).length,
        equal: difference.filter((value) => value === 0).length,
      },
    };
  });
  const districts = lab.districts.map(({ slug, name }, d) => {
    const then = today.districts.map((row) => row[d]);
    const now = policy.districts.map((row) => row[d]);
    const difference = now.map((value, m) => value - then[m]);
    return {
      slug,
      name,
      today: quantile(then, 0.5),
      policy: quantile(now, 0.5),
      change: quantile(difference, 0.5),
      fewer: difference.filter((value) => value < 0).length,
    };
  });
  return {
    mode: "mean",
    members: policy.totals[0].length,
    hypothesis: state.hypothesis,
    weeks: state.years * 52,
    step: lab.step,
    extra_cost: extraCost(lab, inputs, state),
    outcomes,
    districts,
  };
}

/** Rupees per week above today's practice. @param {Lab} lab @param {Inputs} inputs
 * @param {State} state */
export function extraCost(lab, inputs, state) {
  const weeks = state.years * 52;
  const places = lab.districts.length;
  const { change, rows } = leverSettings(lab, inputs, state);
  const costs = rows.map((levels) => levels.reduce((sum, value, i) => {
    const [base, cost] = inputs.levers[Math.floor(i / places)];
    return sum + cost * (value - base) * inputs.place.population[i % places];
  }, 0));
  let now = 0;
  let total = 0;
  for (let t = 0; t < weeks; t++) {
    if (change[t] >= 0) now = costs[change[t]];
    total += now;
  }
  return total / weeks;
}

/** @param {number[][]} steps rows of members */
function band(steps) {
  const columns = steps[0].map((_, b) => steps.map((row) => row[b]).sort((x, y) => x - y));
  /** @param {number} level */
  const at = (level) => columns.map((column) => sortedQuantile(column, level));
  return { q05: at(0.05), q25: at(0.25), q50: at(0.5), q75: at(0.75), q95: at(0.95) };
}

/** Linear between order statistics, as numpy.quantile. @param {number[]} values
 * @param {number} level */
export function quantile(values, level) {
  return sortedQuantile([...values].sort((a, b) => a - b), level);
}

/** @param {number[]} sorted @param {number} level */
function sortedQuantile(sorted, level) {
  const place = level * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
}
