// Runs the mean field of the model whose links can be held, beside the page.
// @ts-check

import * as model from "/why-model.js";
import { compare, runMembers } from "./expected.js";
import { startNewest } from "./newest.js";

/** @type {any} */
let lab = null;
/** @type {Promise<any> | null} */
let inputs = null;

/** @param {string} hypothesis */
async function inputsOf(hypothesis) {
  const answer = await fetch(`/api/inputs?h=${encodeURIComponent(hypothesis)}`);
  if (!answer.ok) throw new Error(`inputs of ${hypothesis}: ${answer.status}`);
  return answer.json();
}

/** Inputs with one parameter at one value in every draw.
 * @param {any} own @param {{name: string, value: number} | null} moved */
export function withParameter(own, moved) {
  if (moved === null) return own;
  const at = model.PARAMETERS.indexOf(moved.name);
  /** @param {number[]} row */
  const put = (row) => row.map((value, i) => (i === at ? moved.value : value));
  return { ...own, parameters: own.parameters.map(put) };
}

/** @param {{id: number, state: any, held: any[], moved: any}} request */
async function answer({ id, state, held, moved }) {
  inputs ??= inputsOf(state.hypothesis);
  const own = withParameter(await inputs, moved);
  const today = runMembers(lab, own, model, { ...state, start: lab.today, levers: {} });
  const policy = runMembers(lab, own, model, state, held);
  self.postMessage({ id, futures: policy && today ? compare(lab, own, state, policy, today) : null });
}

const ask = startNewest(answer, ({ id }, error) => self.postMessage({ id, error: String(error) }));

self.onmessage = ({ data }) => {
  if (data.lab) lab = data.lab;
  if (data.state) ask(data);
};
