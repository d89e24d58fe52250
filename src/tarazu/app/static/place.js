// Where and when a lever is moved: one dialog for all levers.
// @ts-check

import { firstDay, isEverywhere, placed, weekOf, whereOf } from "./state.js";

/** @typedef {import("./state.js").Lab} Lab */
/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Where} Where */

const NAMED = 2; // places that are named; of more, the number of districts is given

/** Divisions that are there whole, and the districts that are not in them.
 * @param {Lab} lab @param {string[]} slugs */
function placesOf({ districts, divisions }, slugs) {
  /** @param {string} name */
  const isWhole = (name) => {
    const own = districts.filter(({ division }) => division === name);
    return own.length > 1 && own.every(({ slug }) => slugs.includes(slug));
  };
  const whole = divisions.filter(isWhole);
  const single = districts.filter(({ slug, division }) => slugs.includes(slug) && !whole.includes(division));
  return [...whole.map((name) => `${name} division`), ...single.map(({ name }) => name)];
}

/** A day as 21 May 2026. @param {string} day */
function inWords(day) {
  return new Date(day).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
}

/** Where and when in words, with a space before them, as tarazu.app.where.describe_where in days.
 * @param {Lab} lab @param {Where} where */
export function describeWhere(lab, { districts, start, ramp }) {
  const names = placesOf(lab, districts);
  const places = names.length > NAMED ? `${districts.length} districts` : names.join(" and ");
  return [
    places && ` in ${places}`,
    start ? ` from ${inWords(firstDay(lab, start))} (week ${start})` : "",
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
  /** @param {string} which */
  const boxesOf = (which) => /** @type {HTMLInputElement[]} */ ([...dialog.querySelectorAll(which)]);
  const boxes = boxesOf("input[type=checkbox][value]");
  const wholes = boxesOf("input[data-division]");
  let lever = "";

  /** Boxes of the districts of a division. @param {HTMLInputElement} whole */
  const parts = (whole) => boxes.filter((box) => box.closest("fieldset") === whole.closest("fieldset"));

  /** Show what is chosen: whole divisions, and the week of the day. */
  function show() {
    for (const whole of wholes) {
      const chosen = parts(whole).filter((box) => box.checked).length;
      whole.checked = chosen === parts(whole).length;
      whole.indeterminate = chosen > 0 && !whole.checked;
    }
    const week = weekOf(lab, input("place-start").value || lab.start);
    /** @type {HTMLElement} */ (document.getElementById("place-week")).textContent = lab.words.where_week
      .replace("{week}", String(week)).replace("{start}", inWords(lab.start));
  }

  for (const button of document.querySelectorAll("button[data-place]")) {
    button.addEventListener("click", () => {
      lever = button.getAttribute("data-place") ?? "";
      const { districts, start, ramp } = whereOf(now(), lever);
      const title = document.querySelector(`label[for="lever-${CSS.escape(lever)}"]`)?.textContent ?? lever;
      /** @type {HTMLElement} */ (document.getElementById("place-title")).textContent = title;
      for (const box of boxes) box.checked = districts.includes(box.value);
      input("place-start").value = firstDay(lab, start);
      input("place-ramp").value = String(ramp);
      show();
      dialog.showModal();
    });
  }
  input("place-use").addEventListener("click", () => {
    dialog.close();
    set(placed(lab, now(), lever, {
      districts: boxes.filter((box) => box.checked).map((box) => box.value),
      start: weekOf(lab, input("place-start").value || lab.start),
      ramp: Number(input("place-ramp").value),
    }));
  });
  input("place-none").addEventListener("click", () => {
    for (const box of boxes) box.checked = false;
    show();
  });
  for (const whole of wholes) {
    whole.addEventListener("change", () => {
      for (const box of parts(whole)) box.checked = whole.checked;
      show();
    });
  }
  for (const box of boxes) box.addEventListener("change", show);
  input("place-start").addEventListener("input", show);
  input("place-cancel").addEventListener("click", () => dialog.close());
}
