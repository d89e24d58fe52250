// Stochastic runs on the server: lines of JSON as they come. Aborting the request ends the run.
// @ts-check

/** Send a scenario; call `onLine` with each state of its run.
 * @param {object} state @param {AbortSignal} signal @param {(line: any) => void} onLine
 * @param {string} [address] */
export async function run(state, signal, onLine, address = "/api/runs") {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(state),
    signal,
  });
  if (!answer.ok || answer.body === null) {
    const problem = await answer.json().catch(() => ({ problem: String(answer.status) }));
    const busy = problem.problem === "compiling" ? "compiling" : "full";
    onLine(answer.status === 503 ? { state: busy, ...problem } : { state: "failed", why: problem.problem });
    return;
  }
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = /** @type {string} */ (lines.pop());
    for (const line of lines) onLine(JSON.parse(line));
  }
}
