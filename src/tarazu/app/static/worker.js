// Runs the mean field beside the page, so that levers stay quick; only the newest state counts.
// @ts-check

import * as model from "/model.js";
import { compare, runMembers } from "./expected.js";

/** @type {any} */
let lab = null;
/** @type {Map<string, any>} */
const inputs = new Map();
/** @type {Map<string, any>} */
const todays = new Map();
/** @type {any} */
let wanted = null;

/** @param {string} hypothesis */
async function inputsOf(hypothesis) {
  if (!inputs.has(hypothesis)) {
    const answer = await fetch(`/api/inputs?h=${encodeURIComponent(hypothesis)}`);
    if (!answer.ok) throw new Error(`inputs of ${hypothesis}: ${answer.status}`);
    inputs.set(hypothesis, await answer.json());
  }
  return inputs.get(hypothesis);
}

/** @param {any} request */
async function answer({ state, id }) {
  const own = await inputsOf(state.hypothesis);
  const key = `${state.hypothesis} ${state.years}`;
  if (!todays.has(key)) {
    todays.set(key, runMembers(lab, own, model, { ...state, start: lab.today, levers: {} }));
  }
  if (wanted !== null) return; // a newer state has come
  const policy = runMembers(lab, own, model, state);
  const today = todays.get(key);
  const futures = policy && today ? compare(lab, own, state, policy, today) : null;
  self.postMessage({ id, futures });
}

let isBusy = false;
async function work() {
  if (isBusy) return;
  isBusy = true;
  while (wanted !== null) {
    const request = wanted;
    wanted = null;
    try {
      await answer(request);
    } catch (error) {
      self.postMessage({ id: request.id, error: String(error) });
    }
    await new Promise((next) => setTimeout(next)); // newer messages come in
  }
  isBusy = false;
}

self.onmessage = ({ data }) => {
  if (data.lab) lab = data.lab;
  if (data.state) {
    wanted = data;
    work();
  }
};
