"use strict";
// Contents, search, sorting and folding. Without JavaScript the page shows everything.
(function () {
  const MOST_ROWS = 12; // of a table before the rest is folded
  const FIRST_ROWS = 8;
  const MOST_FOUND = 40;
  const main = document.querySelector("main");

  function element(tag, words, properties) {
    const made = document.createElement(tag);
    made.textContent = words;
    return Object.assign(made, properties || {});
  }

  document.querySelectorAll("details").forEach(function (details) {
    if (!details.hasAttribute("data-keep")) details.open = false;
  });

  // Contents: beside the text on wide screens, a menu above it on narrow ones.
  const menu = document.getElementById("contents");
  const wide = window.matchMedia("(min-width: 1100px)");
  function fit() { menu.open = wide.matches; }
  wide.addEventListener("change", fit);
  fit();
  menu.addEventListener("click", function (event) {
    if (!wide.matches && event.target.closest("a")) menu.open = false;
  });

  // Tables: sorted by a click on a column's head; what is long shows its first rows.
  function number(words) {
    const found = words.replace(/\u2212/g, "-").replace(/,(?=\d{3})/g, "").match(/[-+]?\d+(\.\d+)?/);
    return found && words.trim().indexOf(found[0].replace("-", "\u2212").slice(0, 1)) <= 2 ? Number(found[0]) : null;
  }

  function compared(a, b) {
    if (a.value !== null && b.value !== null) return a.value - b.value;
    if (a.value !== null || b.value !== null) return a.value === null ? 1 : -1;
    return a.words.localeCompare(b.words, "en", { numeric: true });
  }

  function sort(table, column, head) {
    const down = head.getAttribute("aria-sort") === "ascending";
    const body = table.tBodies[0];
    const rows = Array.from(body.rows, function (row, i) {
      const words = row.cells[column].textContent.trim();
      return { row: row, place: i, words: words, value: number(words) };
    });
    rows.sort(function (a, b) {
      const order = compared(a, b);
      const last = a.value === null && b.value !== null || a.value !== null && b.value === null;
      return (down && !last ? -order : order) || a.place - b.place;
    });
    table.querySelectorAll("thead th").forEach(function (other) { other.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    rows.forEach(function (one) { body.appendChild(one.row); });
    fold(table);
  }

  function fold(table) {
    if (table.tBodies[0].rows.length <= MOST_ROWS) return;
    const all = table.dataset.all === "yes";
    Array.from(table.tBodies[0].rows).forEach(function (row, i) {
      row.classList.toggle("folded", !all && i >= FIRST_ROWS);
    });
  }

  function unfold(table) {
    table.dataset.all = "yes";
    fold(table);
    const button = table.closest(".table").querySelector(".rows");
    if (button) button.remove();
  }

  main.querySelectorAll(".table table").forEach(function (table) {
    const rows = table.tBodies[0].rows.length;
    if (rows > 2 && table.tHead.rows[0].cells.length > 2) {
      table.querySelectorAll("thead th").forEach(function (head, column) {
        const button = element("button", head.textContent, { type: "button", className: "sort" });
        head.textContent = "";
        head.appendChild(button);
        button.addEventListener("click", function () { sort(table, column, head); });
      });
    }
    if (rows > MOST_ROWS) {
      const button = element("button", "Show all " + rows + " rows", { type: "button", className: "rows" });
      button.addEventListener("click", function () { unfold(table); });
      table.closest(".table").querySelector(".take").prepend(button);
      fold(table);
    }
  });

  // A link into a folded part opens it.
  function reveal(target) {
    for (let at = target; at && at !== main; at = at.parentElement) {
      if (at.tagName === "DETAILS") at.open = true;
    }
    const row = target.closest("tr");
    if (row && row.classList.contains("folded")) unfold(row.closest("table"));
    target.scrollIntoView();
  }
  function follow() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && main.contains(target)) reveal(target);
  }
  window.addEventListener("hashchange", follow);
  window.addEventListener("load", follow);

  // Search: headings, paragraphs, entries of lists and rows of tables that hold every word.
  const box = document.getElementById("search");
  const list = document.getElementById("found");
  const said = document.getElementById("found-count");
  let index = null;

  function plain(words) {
    return words.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/\u2212/g, "-").toLowerCase();
  }

  function build() {
    const parts = main.querySelectorAll("h2, h3, p, li, dt, dd, figcaption, caption, tbody tr");
    return Array.from(parts, function (part) {
      const words = (part.tagName === "TR" ? Array.from(part.cells, function (cell) { return cell.textContent; }).join(" · ")
        : part.textContent).replace(/\s+/g, " ").trim();
      const section = part.closest("section");
      const heading = section && section.querySelector("h2");
      return {
        part: part, words: words, plain: plain(words),
        where: heading ? heading.textContent.trim() : "",
        rank: part.tagName === "H2" ? 0 : part.tagName === "H3" || part.tagName === "FIGCAPTION" ? 1 : 2,
      };
    }).filter(function (entry) { return entry.words; });
  }

  function excerpt(entry, word) {
    const at = Math.max(0, entry.plain.indexOf(word) - 40);
    const cut = entry.words.slice(at, at + 130);
    return (at ? "… " : "") + cut + (at + 130 < entry.words.length ? " …" : "");
  }

  function search() {
    const words = plain(box.value).split(/\s+/).filter(Boolean);
    list.textContent = "";
    if (!words.length || words.join("").length < 2) { said.textContent = ""; return; }
    index = index || build();
    const found = index.filter(function (entry) {
      return words.every(function (word) { return entry.plain.includes(word); });
    });
    found.sort(function (a, b) { return a.rank - b.rank; });
    said.textContent = found.length === 1 ? "1 place" : found.length + " places" + (found.length > MOST_FOUND ? ", the first " + MOST_FOUND + " are listed" : "");
    found.slice(0, MOST_FOUND).forEach(function (entry) {
      const item = document.createElement("li");
      const button = element("button", "", { type: "button" });
      button.appendChild(element("b", entry.where));
      button.appendChild(element("span", excerpt(entry, words[0])));
      button.addEventListener("click", function () {
        main.querySelectorAll(".hit").forEach(function (old) { old.classList.remove("hit"); });
        entry.part.classList.add("hit");
        if (!wide.matches) menu.open = false;
        reveal(entry.part);
      });
      item.appendChild(button);
      list.appendChild(item);
    });
  }
  box.addEventListener("input", search);
  document.getElementById("search-part").hidden = false;

  // The part that is being read is marked in the contents.
  const links = new Map();
  menu.querySelectorAll("a").forEach(function (link) { links.set(link.hash.slice(1), link); });
  const seen = new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) {
      const link = links.get(entry.target.id);
      if (!link || !entry.isIntersecting) return;
      links.forEach(function (other) { other.removeAttribute("aria-current"); });
      link.setAttribute("aria-current", "true");
    });
  }, { rootMargin: "-10% 0px -80% 0px" });
  main.querySelectorAll("section[id]").forEach(function (section) { seen.observe(section); });

  const open = document.getElementById("open-all");
  open.hidden = false;
  open.addEventListener("click", function () {
    main.querySelectorAll("details").forEach(function (part) { part.open = true; });
    main.querySelectorAll(".table table").forEach(unfold);
  });
})();
