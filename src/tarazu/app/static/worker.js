// Runs the mean field beside the page, so that levers stay quick.
// @ts-check

import * as model from "/model.js";
import { compare, runMembers } from "./expected.js";
import { startNewest } from "./newest.js";

/** @type {any} */
let lab = null;
/** @type {Map<string, any>} */
const inputs = new Map();
/** @type {Map<string, any>} */
const todays = new Map();

/** @param {string} hypothesis */
async function inputsOf(hypothesis) {
  if (!inputs.has(hypothesis)) {
    const answer = await fetch(`/api/inputs?h=${encodeURIComponent(hypothesis)}`);
    if (!answer.ok) throw new Error(`inputs of ${hypothesis}: ${answer.status}`);
    inputs.set(hypothesis, await answer.json());
  }
  return inputs.get(hypothesis);
}

/** @param {any} question @param {() => boolean} isOld */
async function answer({ state, id }, isOld) {
  const own = await inputsOf(state.hypothesis);
  const key = `${state.hypothesis} ${state.years}`;
  if (!todays.has(key)) {
    todays.set(key, runMembers(lab, own, model, { ...state, start: lab.today, levers: {} }));
  }
  if (isOld()) return;
  const policy = runMembers(lab, own, model, state);
  const today = todays.get(key);
  self.postMessage({ id, futures: policy && today ? compare(lab, own, state, policy, today) : null });
}

const ask = startNewest(answer, ({ id }, error) => self.postMessage({ id, error: String(error) }));

self.onmessage = ({ data }) => {
  if (data.lab) lab = data.lab;
  if (data.state) ask(data);
};
