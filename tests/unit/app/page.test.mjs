// Unit tests of the lab's scripts; run by test_scripts.py.
import assert from "node:assert/strict";
import { test } from "node:test";
import { csvOf, rowsOf } from "../../../src/tarazu/app/static/download.js";
import { niceStep } from "../../../src/tarazu/app/static/drawing.js";
import { quantile } from "../../../src/tarazu/app/static/expected.js";
import { startNewest } from "../../../src/tarazu/app/static/newest.js";
import { run } from "../../../src/tarazu/app/static/runs.js";
import { History, isToday, moved, writeQuery } from "../../../src/tarazu/app/static/state.js";
import { between } from "../../../src/tarazu/app/static/replay.js";

const lab = {
  levers: [
    { name: "tempo", low: 0, high: 10, default: 1 },
    { name: "talks", low: 0, high: 1, default: 0 },
  ],
  policies: { today: [], surge: [{ lever: "tempo", value: 3 }] },
  today: "today",
  version: "1.0",
  key: "aa-bb",
};
const first = { hypothesis: "full", start: "today", years: 5, levers: {} };

test("a lever that is moved back is not in the state", () => {
  const away = moved(lab, first, "tempo", 2);
  assert.deepEqual(away.levers, { tempo: 2 });
  assert.ok(!isToday(lab, away));
  assert.ok(isToday(lab, moved(lab, away, "tempo", 1)));
  assert.deepEqual(moved(lab, { ...first, start: "surge" }, "tempo", 3).levers, {});
});

test("a lever stays in its range, and what is not a number moves nothing", () => {
  assert.deepEqual(moved(lab, first, "talks", 7).levers, { talks: 1 });
  assert.equal(moved(lab, first, "talks", NaN), first);
  assert.equal(moved(lab, first, "unknown", 1), first);
});

test("levers stand in one order in an address", () => {
  const a = moved(lab, moved(lab, first, "talks", 0.5), "tempo", 2);
  const b = moved(lab, moved(lab, first, "tempo", 2), "talks", 0.5);
  assert.equal(writeQuery(lab, a), writeQuery(lab, b));
  assert.equal(writeQuery(lab, a), "h=full&p=today&y=5&tempo=2&talks=0.5&m=1.0&g=aa-bb");
});

test("undo and redo go back and forth; a new state ends what could be redone", () => {
  const history = new History(first);
  assert.ok(!history.undo());
  const second = moved(lab, first, "tempo", 2);
  history.add(second);
  history.add(second);
  assert.equal(history.past.length, 1);
  assert.ok(history.undo());
  assert.equal(history.now, first);
  assert.ok(history.redo());
  assert.equal(history.now, second);
  history.undo();
  history.add(moved(lab, first, "talks", 1));
  assert.ok(!history.redo());
});

test("quantiles are those of NumPy", () => {
  assert.equal(quantile([3, 1, 2, 4], 0.5), 2.5);
  assert.equal(quantile([10, 0], 0.05), 0.5);
  assert.equal(quantile([7], 0.95), 7);
});

test("ticks are 1, 2 or 5 times a power of ten", () => {
  assert.deepEqual([1, 18, 44, 430, 0.3].map((top) => niceStep(top, 5)), [0.2, 5, 10, 100, 0.1]);
});

test("csv says what it is before its columns", () => {
  const band = { q05: [1], q25: [2], q50: [3], q75: [4], q95: [5] };
  const futures = { step: 13, outcomes: [{ name: "attacks", policy: band, today: band }] };
  const lines = csvOf(rowsOf(futures, "attacks"), { note: "not\ncalibrated" }).split("\n");
  assert.equal(lines[0], "# note: not calibrated");
  assert.equal(lines[2], "0,13,1,2,3,4,5,1,2,3,4,5");
});

test("lines of a run are read whole, wherever they are cut", async () => {
  const parts = ['{"state":"que', 'ued"}\n{"state":"done"', "}\n"];
  globalThis.fetch = async () => new Response(new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  }));
  const seen = [];
  await run({}, new AbortController().signal, (line) => seen.push(line.state));
  assert.deepEqual(seen, ["queued", "done"]);
});

test("a busy server and a refused scenario are told apart", async () => {
  const seen = [];
  for (const [status, body] of [[503, { waiting: 9 }], [422, { problem: "no lever" }]]) {
    globalThis.fetch = async () => new Response(JSON.stringify(body), { status });
    await run({}, new AbortController().signal, (line) => seen.push(line));
  }
  assert.equal(seen[0].state, "full");
  assert.equal(seen[0].waiting, 9);
  assert.deepEqual(seen[1], { state: "failed", why: "no lever" });
});

test("futures between two others are on the way, and have the texts of the second", () => {
  const from = { name: "a", total: 2, policy: { q50: [0, 4] }, districts: [{ slug: "x", change: 1 }] };
  const to = { name: "b", total: 4, policy: { q50: [2, 8] }, districts: [{ slug: "x", change: -1 }] };
  assert.deepEqual(between(from, to, 0.5), {
    name: "b", total: 3, policy: { q50: [1, 6] }, districts: [{ slug: "x", change: 0 }],
  });
  assert.deepEqual(between(from, to, 1), to);
});

test("of questions that come while one is answered, the newest alone is answered", async () => {
  const answered = [];
  const failed = [];
  /** @type {(() => void) | undefined} */
  let go;
  const ask = startNewest(async (question, isOld) => {
    if (question === 1) {
      await new Promise((next) => { go = next; });
      answered.push(isOld());
    }
    if (question === 4) throw new Error("left");
    answered.push(question);
  }, (question) => failed.push(question));
  ask(1);
  ask(2);
  ask(3);
  go?.();
  await new Promise((next) => setTimeout(next, 20));
  assert.deepEqual(answered, [true, 1, 3]);
  ask(4);
  await new Promise((next) => setTimeout(next, 20));
  ask(5);
  await new Promise((next) => setTimeout(next, 20));
  assert.deepEqual([answered.at(-1), failed], [5, [4]]);
});
