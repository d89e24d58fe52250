"""A document of Tarazu's own HTML as a tree, its pictures taken out as SVG."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import Final

from tarazu.report.pdf.paint import Rules, class_rules, painted
from tarazu.report.svg.drawing import draw_svg

VOID: Final = frozenset({"br", "hr", "img", "input", "link", "meta", "rect"})
LEFT_OUT: Final = frozenset({"script", "style", "nav", "button", "noscript", "title", "head"})
LEFT_OUT_CLASSES: Final = frozenset({"contents", "csvs", "skip", "swatch", "take"})
SCREEN_LINKS: Final = frozenset({"from"})  # classes of links whose content alone is for paper
PLOT: Final = re.compile(
    r'<div class="plot" id="(?P<key>[^"]+)-plot" role="img" aria-label="(?P<alt>[^"]*)"[^>]*></div>'
    r'\s*<script type="application/json"[^>]*>(?P<spec>.*?)</script>',
    re.DOTALL,
)
SCRIPT: Final = re.compile(  # that runs, at once or later; may hold any text
    r'<script(?: type="text/plain" id="plotly")?>.*?</script>', re.DOTALL
)
SVG: Final = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
TITLE: Final = re.compile(r"<title[^>]*>(.*?)</title>", re.DOTALL)
PICTURE_WIDTH: Final = 720  # px, of a figure that is drawn for the page


@dataclass(slots=True)
class Element:
    """An element with its attributes and what it holds."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    @property
    def classes(self) -> frozenset[str]:
        """Names of its classes."""
        return frozenset(self.attributes.get("class", "").split())

    def elements(self, *tags: str) -> Iterator[Element]:
        """Yield the elements of some kinds anywhere below, in the order of the page."""
        for child in self.children:
            if isinstance(child, Element):
                if child.tag in tags:
                    yield child
                yield from child.elements(*tags)

    @property
    def text(self) -> str:
        """Its text without markup."""
        parts = (c if isinstance(c, str) else c.text for c in self.children)
        return " ".join("".join(parts).split())


@dataclass(frozen=True, slots=True)
class Document:
    """A document and its pictures.

    Attributes
    ----------
    pictures : SVG by the name of a file; an ``img`` of the tree names it in ``src``.
    rules : what classes of its style sheet paint.
    """

    title: str
    body: Element
    pictures: dict[str, str]
    rules: Rules


def read_document(html: str) -> Document:
    """Return a document that `write_brief` or `write_annex` wrote, as a tree."""
    pictures: dict[str, str] = {}
    rules = class_rules(html)

    def taken(svg: str, alt: str) -> str:
        name = f"picture-{len(pictures) + 1}.svg"
        pictures[name] = painted(svg, rules)
        return f'<img src="{name}" alt="{alt}">'

    def drawn(found: re.Match[str]) -> str:
        alt = unescape(found["alt"])
        svg = draw_svg(
            json.loads(found["spec"]), key=found["key"], title=alt, alt=alt, width=PICTURE_WIDTH
        )
        return taken(svg, found["alt"])

    def moved(found: re.Match[str]) -> str:
        said = TITLE.search(found[0])
        return taken(found[0], "" if said is None else said[1])

    body = html.split("<body", 1)[-1].split(">", 1)[-1].rsplit("</body>", 1)[0]
    body = SVG.sub(moved, PLOT.sub(drawn, SCRIPT.sub("", body)))
    title = TITLE.search(html)
    return Document(
        "" if title is None else unescape(title[1]), _Reader(body).root, pictures, rules
    )


class _Reader(HTMLParser):
    """Builds the tree; what is not for paper is left out."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("body")
        self._open = [self.root]
        self._is_unwrapped = False  # inside a link that stands on screen only
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs})
        if tag == "a" and made.classes & SCREEN_LINKS:
            self._is_unwrapped = True
            return
        self._open[-1].children.append(made)
        if tag not in VOID:
            self._open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._is_unwrapped:
            self._is_unwrapped = False
        elif tag not in VOID and any(element.tag == tag for element in self._open[1:]):
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def is_left_out(element: Element) -> bool:
    """Return whether an element is for the screen only."""
    return (
        element.tag in LEFT_OUT
        or bool(element.classes & LEFT_OUT_CLASSES)
        or (element.tag == "a" and element.attributes.get("href", "").startswith("data:"))
    )
