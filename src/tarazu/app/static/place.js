// Where and when a lever is moved: one dialog for all levers.
// @ts-check

import { isEverywhere, placed, whereOf } from "./state.js";

/** @typedef {import("./state.js").Lab} Lab */
/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Where} Where */

const NAMED = 2; // districts that are named; of more, their number is given

/** Where and when in words, with a space before them, as tarazu.app.where.describe_where.
 * @param {Lab} lab @param {Where} where */
export function describeWhere(lab, { districts, start, ramp }) {
  const names = lab.districts.filter(({ slug }) => districts.includes(slug)).map(({ name }) => name);
  const places = names.length > NAMED ? `${names.length} districts` : names.join(" and ");
  return [
    places && ` in ${places}`,
    start ? ` from week ${start}` : "",
    ramp ? ` over ${ramp} weeks` : "",
  ].join("");
}

/** Show at each lever where and when it is moved. @param {any} lab @param {State} state */
export function showPlaces(lab, state) {
  for (const { name } of lab.levers) {
    const where = whereOf(state, name);
    const isPlaced = name in state.levers && !isEverywhere(where);
    const text = isPlaced ? lab.words.where_note.replace("{where}", describeWhere(lab, where)) : "";
    /** @type {HTMLElement} */ (document.getElementById(`where-${name}`)).textContent = text;
  }
}

/** Let the dialog be opened from each lever. @param {any} lab @param {() => State} now
 * @param {(next: State) => void} set */
export function startPlaces(lab, now, set) {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("place"));
  /** @param {string} id */
  const input = (id) => /** @type {HTMLInputElement} */ (document.getElementById(id));
  const boxes = /** @type {HTMLInputElement[]} */ ([...dialog.querySelectorAll("input[type=checkbox]")]);
  let lever = "";

  for (const button of document.querySelectorAll("button[data-place]")) {
    button.addEventListener("click", () => {
      lever = button.getAttribute("data-place") ?? "";
      const { districts, start, ramp } = whereOf(now(), lever);
      const title = document.querySelector(`label[for="lever-${CSS.escape(lever)}"]`)?.textContent ?? lever;
      /** @type {HTMLElement} */ (document.getElementById("place-title")).textContent = title;
      for (const box of boxes) box.checked = districts.includes(box.value);
      input("place-start").value = String(start);
      input("place-ramp").value = String(ramp);
      dialog.showModal();
    });
  }
  input("place-use").addEventListener("click", () => {
    dialog.close();
    set(placed(lab, now(), lever, {
      districts: boxes.filter((box) => box.checked).map((box) => box.value),
      start: Number(input("place-start").value),
      ramp: Number(input("place-ramp").value),
    }));
  });
  input("place-none").addEventListener("click", () => {
    for (const box of boxes) box.checked = false;
  });
  input("place-cancel").addEventListener("click", () => dialog.close());
}
