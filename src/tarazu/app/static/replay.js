// The last change again: from the futures before it to those after it.
// @ts-check

/** @typedef {import("./words.js").Futures} Futures */

const BEFORE = 700; // ms that the futures before the change stand still
const DURING = 900; // ms of the change

/** Futures between two others; texts and counts are those of the second.
 * @template T @param {T} from @param {T} to @param {number} share of the way @returns {T} */
export function between(from, to, share) {
  if (typeof from === "number" && typeof to === "number") {
    return /** @type {T} */ (from + share * (to - from));
  }
  if (Array.isArray(from) && Array.isArray(to)) {
    return /** @type {T} */ (to.map((one, i) => between(from[i] ?? one, one, share)));
  }
  if (from && to && typeof from === "object" && typeof to === "object") {
    const old = /** @type {Record<string, any>} */ (from);
    return /** @type {T} */ (Object.fromEntries(
      Object.entries(to).map(([key, value]) => [key, between(old[key] ?? value, value, share)]),
    ));
  }
  return to;
}

/** Show futures before a change, then those on the way, then those after it.
 * @param {Futures} from @param {Futures} to @param {(futures: Futures) => void} show
 * @param {AbortSignal} signal ends it */
export async function replay(from, to, show, signal) {
  /** @param {number} ms */
  const pause = (ms) => new Promise((next) => setTimeout(next, ms));
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches || from.weeks !== to.weeks;
  show(from);
  await pause(isStill ? BEFORE + DURING : BEFORE);
  const start = performance.now();
  while (!isStill && !signal.aborted) {
    const share = Math.min((performance.now() - start) / DURING, 1);
    if (share === 1) break;
    show({ ...between(from, to, share), weeks: to.weeks, step: to.step, members: to.members });
    await new Promise((next) => requestAnimationFrame(next));
  }
  if (!signal.aborted) show(to);
}
