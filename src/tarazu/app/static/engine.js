// Where expected paths are computed: in a worker beside the page. A saved page has another module
// of this name, that computes in the page itself.
// @ts-check

/** Start; the function that is returned takes a state, and `onAnswer` gets what it gives.
 * @param {object} lab @param {(answer: any) => void} onAnswer
 * @returns {(state: object, id: number) => void} */
export function startEngine(lab, onAnswer) {
  const worker = new Worker("/static/worker.js", { type: "module" });
  worker.postMessage({ lab });
  worker.onmessage = ({ data }) => onAnswer(data);
  return (state, id) => worker.postMessage({ state, id });
}
