// A picture as a png file: its marks drawn on a canvas as they look on the page now.
// @ts-check

const SCALE = 2; // pixels of the file for one of the page
const MARGIN = 16;
const LINE = 20; // px of a line of text around the picture
const MARKS = "line, polygon, polyline, path, rect, text";

/** Outline of a mark. @param {SVGElement} mark @returns {Path2D} */
function outline(mark) {
  /** @param {string} name */
  const number = (name) => Number(mark.getAttribute(name) ?? 0);
  if (mark.tagName === "path") return new Path2D(mark.getAttribute("d") ?? "");
  const path = new Path2D();
  if (mark.tagName === "line") {
    path.moveTo(number("x1"), number("y1"));
    path.lineTo(number("x2"), number("y2"));
  } else if (mark.tagName === "rect") {
    path.roundRect(number("x"), number("y"), number("width"), number("height"), number("rx"));
  } else {
    const points = (mark.getAttribute("points") ?? "").trim().split(/\s+/).map((one) => one.split(",").map(Number));
    points.forEach(([x, y], i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
    if (mark.tagName === "polygon") path.closePath();
  }
  return path;
}

/** @param {CanvasRenderingContext2D} canvas @param {SVGElement} mark */
function draw(canvas, mark) {
  const look = getComputedStyle(mark);
  canvas.globalAlpha = Number(look.opacity);
  if (mark.tagName === "text") {
    /** @param {string} name */
    const number = (name) => Number(mark.getAttribute(name) ?? 0);
    const anchor = look.textAnchor;
    canvas.font = `${look.fontWeight} ${look.fontSize} ${look.fontFamily}`;
    canvas.textAlign = anchor === "end" ? "right" : anchor === "middle" ? "center" : "left";
    canvas.fillStyle = look.fill;
    canvas.fillText(mark.textContent ?? "", number("x"), number("y") + number("dy"));
    return;
  }
  const path = outline(mark);
  if (look.fill !== "none" && mark.tagName !== "line") {
    canvas.globalAlpha = Number(look.opacity) * Number(look.fillOpacity);
    canvas.fillStyle = look.fill;
    canvas.fill(path);
  }
  if (look.stroke === "none") return;
  canvas.globalAlpha = Number(look.opacity);
  canvas.strokeStyle = look.stroke;
  canvas.lineWidth = parseFloat(look.strokeWidth);
  canvas.setLineDash(look.strokeDasharray === "none" ? [] : look.strokeDasharray.split(/[ ,]+/).map(parseFloat));
  canvas.stroke(path);
}

/** A picture with lines of text above and below it.
 * @param {SVGSVGElement} picture @param {string[]} above the first in bold
 * @param {string[]} below
 * @returns {Promise<Blob>} */
export async function pngOf(picture, above, below) {
  const { width, height } = picture.viewBox.baseVal;
  const element = document.createElement("canvas");
  const canvas = /** @type {CanvasRenderingContext2D} */ (element.getContext("2d"));
  const page = getComputedStyle(document.documentElement);
  const ink = page.color;
  const font = page.fontFamily;
  const wide = width + 2 * MARGIN;
  /** Lines that fit. @param {string} text @param {string} look */
  const wrapped = (text, look) => {
    canvas.font = look;
    const lines = [""];
    for (const word of text.split(" ")) {
      const longer = `${lines[lines.length - 1]} ${word}`.trim();
      if (canvas.measureText(longer).width > width && lines[lines.length - 1]) lines.push(word);
      else lines[lines.length - 1] = longer;
    }
    return lines.map((line) => ({ line, look }));
  };
  const head = above.flatMap((text, i) => wrapped(text, i ? `12px ${font}` : `600 15px ${font}`));
  const foot = below.flatMap((text) => wrapped(text, `12px ${font}`));
  const top = MARGIN + head.length * LINE;
  element.width = Math.round(wide * SCALE);
  element.height = Math.round((top + height + foot.length * LINE + MARGIN) * SCALE);
  canvas.scale(SCALE, SCALE);
  canvas.fillStyle = page.backgroundColor;
  canvas.fillRect(0, 0, element.width, element.height);
  canvas.fillStyle = ink;
  for (const [from, texts] of /** @type {[number, typeof head][]} */ ([[MARGIN, head], [top + height, foot]])) {
    texts.forEach(({ line, look }, i) => {
      canvas.font = look;
      canvas.fillText(line, MARGIN, from + i * LINE + 14);
    });
  }
  canvas.translate(MARGIN, top);
  for (const mark of picture.querySelectorAll(MARKS)) draw(canvas, /** @type {SVGElement} */ (mark));
  return new Promise((done, failed) => {
    element.toBlob((blob) => (blob ? done(blob) : failed(new Error("no picture"))), "image/png");
  });
}
