// Where a saved page computes expected paths: in itself, once the page has been drawn.
// @ts-check

import * as model from "/model.js";
import { compare, runMembers } from "./expected.js";

/** @param {any} lab @param {(answer: any) => void} onAnswer */
export function startEngine(lab, onAnswer) {
  /** @type {Map<string, any>} */
  const todays = new Map();
  /** @type {any} */
  let wanted = null;

  function work() {
    const { state, id } = wanted;
    wanted = null;
    const inputs = lab.inputs[state.hypothesis];
    const key = `${state.hypothesis} ${state.years}`;
    if (!todays.has(key)) {
      todays.set(key, runMembers(lab, inputs, model, { ...state, start: lab.today, levers: {} }));
    }
    const today = todays.get(key);
    const policy = runMembers(lab, inputs, model, state);
    onAnswer({ id, futures: policy && today ? compare(lab, inputs, state, policy, today) : null });
  }

  return (/** @type {object} */ state, /** @type {number} */ id) => {
    if (wanted === null) setTimeout(work);
    wanted = { state, id };
  };
}
