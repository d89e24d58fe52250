"""Numbers of a brief traced to the annex: is each in a link, and at the place it leads to?

A number is at its place if a number there, rounded to as many digits as the brief shows, is the
same; a share may stand there as a fraction. What mixes letters and digits, as a version or the
name of a claim, must stand there as it is, or as the beginning of a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "rect", "line", "circle", "polygon"})
SILENT = frozenset({"script", "style", "title"})
HEADINGS = ("h1", "h2", "h3", "h4")
WORD = re.compile(r"[\w.,+\N{MINUS SIGN}]*\d[\w.,]*%?")
NUMBER = re.compile(r"(?P<sign>[+-]?)(?P<digits>\d[\d,]*(?:\.\d+)?(?:e-?\d+)?)(?P<percent>%?)")


@dataclass
class Element:
    """An element of a page."""

    tag: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)
    parent: Element | None = None

    def elements(self) -> Iterator[Element]:
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.elements()

    def text(self) -> str:
        if self.tag in SILENT:
            return ""
        return " ".join(c if isinstance(c, str) else c.text() for c in self.children)

    def texts(self, link: str = "") -> Iterator[tuple[str, str]]:
        """Yield each text below with the address of the link that it stands in."""
        if self.tag in SILENT:
            return
        link = self.attributes.get("href", "") if self.tag == "a" else link
        for child in self.children:
            if isinstance(child, str):
                yield child, link
            else:
                yield from child.texts(link)


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.at = Element("root", {})
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs}, parent=self.at)
        self.at.children.append(made)
        if tag not in VOID:
            self.at = made

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.at.tag == tag, (self.at.tag, tag)
            assert self.at.parent is not None
            self.at = self.at.parent

    def handle_data(self, data: str) -> None:
        self.at.children.append(data)


def _place(element: Element) -> str:
    """Return the text of an element; of a heading, what follows up to the next one of its level."""
    if element.tag not in HEADINGS:
        return element.text()
    assert element.parent is not None
    parts, is_inside, level = [], False, HEADINGS.index(element.tag) + 1
    for child in element.parent.children:
        if child is element:
            is_inside = True
        elif is_inside and isinstance(child, Element) and child.tag in HEADINGS[:level]:
            break
        if is_inside:
            parts.append(child if isinstance(child, str) else child.text())
    return " ".join(parts)


def _plain(text: str) -> str:
    return " ".join(text.replace("\N{MINUS SIGN}", "-").split())


@dataclass
class Place:
    """What stands at an anchor: its text, and its numbers with their signs."""

    text: str
    numbers: set[tuple[str, float, bool]]

    @classmethod
    def of(cls, element: Element) -> Place:
        text = _plain(_place(element))
        numbers = {
            (found["sign"], float(found["digits"].rstrip(",").replace(",", "")), bool(found[3]))
            for found in NUMBER.finditer(text)
        }
        return cls(text, numbers)

    def has(self, word: str) -> bool:
        """Whether the number, or the word with digits, is here."""
        found = NUMBER.fullmatch(word)
        if found is None:
            return re.search(rf"(?<!\w){re.escape(word)}", self.text) is not None
        digits = found["digits"].replace(",", "")
        value, decimals = float(digits), len(digits.partition(".")[2])
        half = 0.5 * 10.0**-decimals * (1 + 1e-9)
        for sign, here, is_percent in self.numbers:
            if found["sign"] and value and (sign == "-") != (found["sign"] == "-"):
                continue
            scales = (1.0, 100.0) if found["percent"] and not is_percent and here <= 1 else (1.0,)
            if any(abs(scale * here - value) <= half for scale in scales):
                return True
        return False


def untraced(brief: str, annex: str, address: str = "annex.html") -> list[str]:
    """Return each number of a brief that is in no link, or not at the place it leads to."""
    body = _Reader(brief.split("</head>")[1].removesuffix("</html>\n")).root
    page = _Reader(annex.split("</head>")[1].rsplit("</html>", 1)[0]).root
    by_id = {e.attributes["id"]: e for e in page.elements() if "id" in e.attributes}
    places: dict[str, Place] = {}
    problems = []
    for text, link in body.texts():
        for found in WORD.finditer(text):
            word = _plain(found[0]).strip(".,")
            start, _, anchor = link.partition("#")
            if start != address or not anchor:
                problems.append(f"{word} is in no link: {_plain(text)}")
            elif anchor not in by_id:
                problems.append(f"{word} leads to #{anchor}, which is not in the annex")
            else:
                if anchor not in places:
                    places[anchor] = Place.of(by_id[anchor])
                if not places[anchor].has(word):
                    problems.append(f"{word} is not at #{anchor}: {_plain(text)}")
    return problems
