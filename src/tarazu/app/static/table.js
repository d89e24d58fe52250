// Rows of the tables beside pictures.
// @ts-check

/** Replace the rows of a table; the first cell of each names it.
 * @param {Element} body @param {string[][]} rows */
export function fillRows(body, rows) {
  body.replaceChildren(...rows.map((cells) => {
    const row = document.createElement("tr");
    cells.forEach((text, i) => {
      const cell = document.createElement(i === 0 ? "th" : "td");
      if (i === 0) cell.setAttribute("scope", "row");
      cell.textContent = text;
      row.append(cell);
    });
    return row;
  }));
}
