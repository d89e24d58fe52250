// The causal diagram under the hand: zoom, drag, and keys that move from box to arrow.
// @ts-check

/** @typedef {{x: number, y: number}} Point */

const STEP = 1.25; // of one zoom
const MOST = 4;
const LEAST_WIDTH = 720; // px at which the words of the boxes can be read
const STILL = 4; // px that a click may move

/** Number of the item that an arrow key leads to: the nearest one in the quarter that the key
 * points to; -1 where there is none.
 * @param {Point[]} items @param {number} from @param {string} key @returns {number} */
export function nextOf(items, from, key) {
  const [right, down] = /** @type {Record<string, [number, number]>} */ ({
    ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1],
  })[key] ?? [0, 0];
  let best = -1;
  let least = Infinity;
  items.forEach(({ x, y }, i) => {
    const along = (x - items[from].x) * right + (y - items[from].y) * down;
    const across = Math.abs((x - items[from].x) * down) + Math.abs((y - items[from].y) * right);
    if (i === from || along <= 0 || across > along) return;
    const far = along + across;
    if (far < least) [best, least] = [i, far];
  });
  return best;
}

/** Let a diagram be moved about. Its links lead to parts of the page as they do without scripts.
 * @param {HTMLElement} frame @param {Record<"closer" | "farther" | "whole", HTMLElement>} buttons */
export function startDiagram(frame, buttons) {
  const picture = /** @type {SVGSVGElement} */ (frame.querySelector("svg"));
  const items = /** @type {SVGAElement[]} */ (
    /** @type {unknown[]} */ ([...picture.querySelectorAll(".node[href], .link[href]")])
  );
  const places = items.map(({ dataset }) => ({ x: Number(dataset.x), y: Number(dataset.y) }));
  let at = Math.max(items.findIndex((one) => one.matches(".node.spine")), 0);
  let zoom = 1;

  /** @param {number} to */
  function point(to) {
    items[at]?.setAttribute("tabindex", "-1");
    items[to]?.setAttribute("tabindex", "0");
    at = to;
  }

  /** @param {number} to */
  function scale(to) {
    const base = Math.max(frame.clientWidth, LEAST_WIDTH);
    const before = picture.clientWidth;
    const middle = [frame.scrollLeft + frame.clientWidth / 2, frame.scrollTop + frame.clientHeight / 2];
    zoom = Math.min(Math.max(to, frame.clientWidth / base), MOST);
    picture.style.width = `${Math.round(base * zoom)}px`;
    const ratio = picture.clientWidth / before;
    frame.scrollTo(middle[0] * ratio - frame.clientWidth / 2, middle[1] * ratio - frame.clientHeight / 2);
  }

  items.forEach((item, i) => {
    item.setAttribute("tabindex", "-1");
    item.addEventListener("focus", () => point(i));
  });
  point(at);
  buttons.closer.addEventListener("click", () => scale(zoom * STEP));
  buttons.farther.addEventListener("click", () => scale(zoom / STEP));
  buttons.whole.addEventListener("click", () => scale(0));
  frame.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "=") scale(zoom * STEP);
    else if (event.key === "-") scale(zoom / STEP);
    else if (event.key === "0") scale(0);
    else if (event.key.startsWith("Arrow")) {
      const to = event.target === frame ? at : nextOf(places, at, event.key);
      if (to >= 0) items[to].focus();
    } else return;
    event.preventDefault();
  });
  frame.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    scale(event.deltaY < 0 ? zoom * STEP : zoom / STEP);
  }, { passive: false });

  /** @type {{x: number, y: number, left: number, top: number} | null} */
  let held = null;
  let isMoved = false;
  frame.addEventListener("pointerdown", ({ pointerType, button, clientX: x, clientY: y }) => {
    isMoved = false;
    if (pointerType !== "mouse" || button !== 0) return; // fingers scroll by themselves
    held = { x, y, left: frame.scrollLeft, top: frame.scrollTop };
  });
  window.addEventListener("pointermove", ({ clientX, clientY }) => {
    if (held === null) return;
    if (Math.hypot(clientX - held.x, clientY - held.y) > STILL) isMoved = true;
    if (isMoved) frame.scrollTo(held.left - (clientX - held.x), held.top - (clientY - held.y));
  });
  window.addEventListener("pointerup", () => { held = null; });
  frame.addEventListener("dragstart", (event) => event.preventDefault());
  frame.addEventListener("click", (event) => {
    if (!isMoved) return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  return { focus: () => items[at].focus() };
}
