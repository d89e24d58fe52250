// Where a saved page computes expected paths: in itself, once the page has been drawn.
// @ts-check

import * as model from "/model.js";
import { compare, runMembers } from "./expected.js";
import { startNewest } from "./newest.js";

/** @param {any} lab @param {(answer: any) => void} onAnswer */
export function startEngine(lab, onAnswer) {
  /** @type {Map<string, any>} */
  const todays = new Map();

  /** @param {any} question @param {() => boolean} isOld */
  async function answer({ state, id }, isOld) {
    await new Promise((next) => setTimeout(next)); // the page is drawn, and levers move on
    if (isOld()) return;
    const inputs = lab.inputs[state.hypothesis];
    const key = `${state.hypothesis} ${state.years}`;
    if (!todays.has(key)) {
      todays.set(key, runMembers(lab, inputs, model, { ...state, start: lab.today, levers: {} }));
    }
    const today = todays.get(key);
    const policy = runMembers(lab, inputs, model, state);
    onAnswer({ id, futures: policy && today ? compare(lab, inputs, state, policy, today) : null });
  }

  const ask = startNewest(answer, ({ id }, error) => onAnswer({ id, error: String(error) }));
  return (/** @type {object} */ state, /** @type {number} */ id) => ask({ state, id });
}
