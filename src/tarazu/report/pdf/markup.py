"""A tree of HTML as Typst markup: headings, text, lists, tables and pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tarazu.report.pdf.paint import colour
from tarazu.report.pdf.tree import Document, Element, is_left_out

PREAMBLE: Final = """\
#set document(title: {title}, date: none)
#set page(paper: "a4", margin: (x: 18mm, top: 18mm, bottom: 20mm), numbering: "1 / 1",
  number-align: right, footer-descent: 8mm)
#set text(font: ("Libertinus Serif", "New Computer Modern Math", "DejaVu Sans Mono"), size: 10pt,
  lang: "en", hyphenate: false)
#set par(leading: 0.6em, spacing: 0.9em)
#set heading(bookmarked: true)
#show heading: set block(above: 1.5em, below: 0.7em, sticky: true)
#show heading.where(level: 1): set text(size: 17pt)
#show heading.where(level: 2): set text(size: 13pt)
#show heading.where(level: 3): set text(size: 11pt)
#show link: set text(fill: rgb("#00588c"))
#show table: set text(size: 8.5pt)
#set table(stroke: (x: none, y: 0.4pt + rgb("#cfd5dc")), inset: (x: 4pt, y: 3pt),
  align: left + top)
#set table.cell(breakable: false)
#show table.cell.where(y: 0): strong
#set list(indent: 0.5em)
#set enum(indent: 0.5em)
"""
COMPACT: Final = """\
#set page(margin: (x: 12mm, top: 10mm, bottom: 14mm))
#set text(size: 8.8pt)
#set par(leading: 0.5em, spacing: 0.6em)
#show heading: set block(above: 0.9em, below: 0.45em, sticky: true)
#show heading.where(level: 2): set text(size: 10.5pt)
#show table: set text(size: 8pt)
"""
START: Final = "// here begins the text\n"
MANY_SECTIONS: Final = 12  # from which on a document has a list of contents; else it is set small
MANY_COLUMNS: Final = 6  # from which on a table is set smaller
ANSWER: Final = (  # the box of the first sentences
    'fill: rgb("#f1f3f6"), stroke: (left: 2pt), inset: 7pt, width: 100%, below: 1.2em'
)
PICTURE, ALONE = "88%", "52%"  # width of a figure, of the text; of one alone in a row for two
BESIDE: Final = frozenset({"brief", "annex"})  # documents that are PDF files beside this one
INLINE: Final = frozenset({"a", "b", "strong", "i", "em", "code", "span", "small", "br", "img"})
BLOCK_TEXT: Final = frozenset({"p", "figcaption", "summary", "dt", "dd", "caption"})


def typst_markup(document: Document) -> str:
    """Return the source of a document for Typst."""
    writer = _Writer(document)
    body = "\n".join(writer.blocks(document.body))
    sections = sum(1 for _ in document.body.elements("section"))
    contents = ""
    if sections >= MANY_SECTIONS:
        contents = '#outline(title: "Contents", depth: 2)\n#pagebreak(weak: true)\n'
    first, found, rest = body.partition("#metadata(none) // end of the heading")
    if found:
        body = f"{first}{contents}{rest}"
    compact = "" if contents else COMPACT
    return f"{PREAMBLE.format(title=_string(document.title))}{compact}{START}{body}\n"


class _Writer:
    """Writes the blocks of a document; links lead only to labels that it has."""

    def __init__(self, document: Document) -> None:
        self.ids = {
            element.attributes["id"]
            for element in document.body.elements(
                "section", "h1", "h2", "h3", "tr", "details", "figure"
            )
            if "id" in element.attributes
        }
        self.placed: set[str] = set()
        self.rules = document.rules
        self.width = PICTURE
        self.sheets = 0

    def blocks(self, parent: Element) -> Iterator[str]:
        """Yield the blocks of an element; text that stands alone is a paragraph."""
        line: list[Element | str] = []
        for child in parent.children:
            if isinstance(child, str) or child.tag in INLINE:
                line.append(child)
                continue
            yield from self._line(line)
            line = []
            if not is_left_out(child):
                yield from self._block(child)
        yield from self._line(line)

    def _line(self, line: list[Element | str]) -> Iterator[str]:
        pictures = [c for c in line if isinstance(c, Element) and c.tag == "img"]
        if pictures:
            for picture in pictures:
                yield f"#block(width: 100%, {self._picture(picture, self.width)})"
        elif any(not isinstance(c, str) or c.strip() for c in line):
            yield f"#par[{self.inline(Element('span', {}, line))}]"

    def _block(self, element: Element) -> Iterator[str]:
        tag, label = element.tag, self._label(element)
        if tag in ("h1", "h2", "h3", "h4"):
            yield f"#heading(level: {tag[1]})[{self.inline(element)}]{label}"
            return
        if label:
            yield f"#metadata(none){label}"
        if tag in ("ul", "ol"):
            yield self._list(element)
        elif tag == "table":
            yield from self._table(element)
        elif tag in BLOCK_TEXT:
            yield self._text(element)
        elif tag == "figure":
            yield from self.blocks(
                Element("div", {}, [c for c in element.children if not _is_fold(c)])
            )
        elif element.classes & {"pair", "columns"}:
            yield self._grid(element)
        else:
            if "sheet" in element.classes:
                if self.sheets:
                    yield "#pagebreak(weak: true)"
                self.sheets += 1
            yield from self.blocks(element)
            if tag == "header":
                yield "#metadata(none) // end of the heading"

    def _grid(self, element: Element) -> str:
        """Return what stands side by side, two and two; the last alone takes the row."""
        children = _children(element)
        cells = []
        for i, child in enumerate(children):
            is_alone = i == len(children) - 1 and i % 2 == 0
            self.width = ALONE if is_alone else PICTURE
            cell = "[" + "\n".join(self._block(child)) + "]"
            cells.append(f"grid.cell(colspan: 2){cell}" if is_alone else cell)
        self.width = PICTURE
        gutters = "column-gutter: 14pt, row-gutter: 8pt"
        return f"#grid(columns: (1fr, 1fr), {gutters}, {', '.join(cells)})"

    def _text(self, element: Element) -> str:
        words = self.inline(element)
        if element.tag in ("figcaption", "summary", "dt", "caption"):
            return f"#block(sticky: true, above: 1.1em, below: 0.5em, strong[{words}])"
        if "answer" in element.classes:
            parts = "".join(f"#par[{self.inline(part)}]" for part in _children(element))
            return f"#block({ANSWER})[#set text(size: 10.5pt);{parts}]"
        if element.tag == "dd":
            return f"#block(inset: (left: 1em), above: 0.4em)[{words}]"
        if element.classes & {"note", "source", "kicker"}:
            return f'#par(text(size: 8.5pt, fill: rgb("#555d66"))[{words}])'
        if "warning" in element.classes:
            return f"#block(stroke: 1pt, inset: 6pt, width: 100%, strong[{words}])"
        return f"#par[{words}]"

    def _list(self, element: Element) -> str:
        kind = "enum" if element.tag == "ol" else "list"
        items = [
            "[" + "\n".join(self.blocks(item)) + "]"
            for item in _children(element)
            if item.tag == "li"
        ]
        return f"#{kind}({', '.join(items)})" if items else ""

    def _table(self, table: Element) -> Iterator[str]:
        for caption in table.elements("caption"):
            yield self._text(caption)
        rows = [(_children(row), row) for row in table.elements("tr")]
        heads = sum(1 for head in table.elements("thead") for _ in head.elements("tr"))
        columns = max(
            (sum(int(c.attributes.get("colspan", 1)) for c in cells) for cells, _ in rows),
            default=0,
        )
        if not columns:
            return
        lines = [
            ", ".join(self._cell(cell, row if i == 0 else None) for i, cell in enumerate(cells))
            for cells, row in rows
        ]
        head = f"table.header({', '.join(lines[:heads])}), " if heads else ""
        size = "7pt" if columns >= MANY_COLUMNS else "8.5pt"
        yield (
            f"#[#show table: set text(size: {size})\n"
            f"#table(columns: {columns}, {head}{', '.join(lines[heads:])})]"
        )

    def _cell(self, cell: Element, row: Element | None) -> str:
        spans = [
            f"{name}: {cell.attributes[name]}"
            for name in ("colspan", "rowspan")
            if name in cell.attributes
        ]
        if "num" in cell.classes:
            spans.append("align: right + top")
        if (fill := colour(cell.classes, "background", self.rules)) is not None:
            spans.append(f'fill: rgb("{fill}"), align: center + horizon')
        label = "" if row is None else self._label(row)
        placed = f"#metadata(none){label}" if label else ""
        words = f"[{placed}{self.inline(cell)}]"
        if "clear" in cell.classes:  # framed, as on screen
            words = f"[#rect(stroke: 1pt, inset: 2.5pt){words}]"
        if (ink := colour(cell.classes, "color", self.rules)) is not None:
            words = f'[#text(fill: rgb("{ink}")){words}]'
        return f"table.cell({', '.join(spans)}){words}" if spans else words

    def inline(self, element: Element) -> str:
        """Return the text of an element with its links and emphasis."""
        return "".join(self._inline(child) for child in element.children)

    def _inline(self, child: Element | str) -> str:
        if isinstance(child, str):
            words = " ".join(child.split())
            before = " " if child[:1].isspace() and words else ""
            after = " " if child[-1:].isspace() else ""
            return f"#{_string(f'{before}{words}{after}')};" if child else ""
        if is_left_out(child):
            return ""
        words = self.inline(child)
        match child.tag:
            case "br":
                return "#linebreak()"
            case "img":
                return f"#box({self._picture(child, '5em')})"
            case "b" | "strong":
                return f"#strong[{words}]"
            case "i" | "em":
                return f"#emph[{words}]"
            case "small":
                return f" #text(size: 0.85em)[{words}]"
            case "code":
                return f'#text(font: "DejaVu Sans Mono", size: 0.8em)[{words}]'
            case "a":
                return self._link(child.attributes.get("href", ""), words)
        return words

    def _link(self, address: str, words: str) -> str:
        if address.startswith("#") and address[1:] in self.ids:
            return f"#link(label({_string(address[1:])}))[{words}]"
        name, dot, _ = address.partition(".html")
        if dot and name in BESIDE:
            return f"#link({_string(f'{name}.pdf')})[{words}]"
        if address.startswith(("https://", "http://")):
            return f"#link({_string(address)})[{words}]"
        return words

    def _picture(self, picture: Element, width: str) -> str:
        alt = picture.attributes.get("alt", "")
        said = f", alt: {_string(alt)}" if alt else ""
        return f"image({_string(picture.attributes['src'])}, width: {width}{said})"

    def _label(self, element: Element) -> str:
        name = element.attributes.get("id", "")
        if name not in self.ids or name in self.placed:
            return ""
        self.placed.add(name)
        return f"<{name}>"


def _children(element: Element) -> list[Element]:
    return [child for child in element.children if isinstance(child, Element)]


def _is_fold(child: Element | str) -> bool:
    """Return whether this is the folded table of a figure, which the HTML and a CSV hold."""
    return isinstance(child, Element) and child.tag == "details"


def _string(text: str) -> str:
    """Return a text as a string of Typst, which no character of it can leave."""
    for found, written in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(found, written)
    return f'"{text}"'
