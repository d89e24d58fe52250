// The page that compares policies: members come in by hypothesis.
// @ts-check

import { run } from "./runs.js";
import { change, fill, said } from "./words.js";

/** @param {string} id */
const by = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const { choice, hypotheses, words } = JSON.parse(by("data").textContent ?? "");
const controller = new AbortController();
let done = 0;

document.documentElement.classList.add("script");

/** Texts of one row: changes of each policy, then shares of pairs. @param {any} outcome
 * @param {number} members @returns {string[]} */
export function cellsOf(outcome, members) {
  const changes = outcome.changes.map((/** @type {any} */ one) => (
    `${change(one.median)} (${change(one.low)} to ${change(one.high)})`
  ));
  /** @type {string[]} */
  const shares = [];
  for (let a = 0; a < changes.length; a++) {
    for (let b = a + 1; b < changes.length; b++) {
      shares.push(`${Math.round((100 * outcome.fewer[a][b]) / members)}%`);
    }
  }
  return [...changes, ...shares];
}

/** @param {Record<string, string[]>} flips sentences by outcome */
function showFlips(flips) {
  for (const [outcome, texts] of Object.entries(flips)) {
    document.querySelector(`[data-flips=${outcome}]`)?.replaceChildren(...texts.map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }));
  }
}

/** @param {any} line */
function follow(line) {
  if (line.state === "result") {
    const found = line.result;
    if (found.flips) {
      showFlips(found.flips);
      return;
    }
    done += 1;
    for (const outcome of found.outcomes) {
      const row = document.querySelector(`table[data-outcome=${outcome.name}] tr[data-hypothesis=${found.hypothesis}]`);
      const texts = cellsOf(outcome, found.members);
      row?.querySelectorAll("td").forEach((cell, i) => { cell.textContent = texts[i]; });
    }
    by("progress").setAttribute("value", String(done));
    const of = Object.keys(hypotheses).length;
    by("run-state").textContent = fill(words, "compare_done", { done, of, members: found.members });
    if (done === of) {
      by("mode").textContent = fill(words, "mode_stochastic", { members: found.members });
      // what would flip it comes last; until then nothing of the expected paths stays
      document.querySelectorAll("[data-flips]").forEach((list) => { list.replaceChildren(); });
    }
  } else if (line.state !== "done" && (line.state === "failed" || line.state === "late" || done < Object.keys(hypotheses).length)) {
    by("run-state").textContent = said(words, line);
  }
}

by("cancel").addEventListener("click", () => {
  controller.abort();
  by("run-state").textContent = words.state_cancelled;
});
by("cancel").hidden = false;
run(choice, controller.signal, follow, "/api/comparisons")
  .catch(() => {
    if (!controller.signal.aborted) by("run-state").textContent = words.state_unreachable;
  })
  .finally(() => { by("cancel").hidden = true; });
