"""The causal diagram as a static picture: boxes and signed arrows, drawn by this code alone."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from math import hypot
from typing import Final

from tarazu.report.diagram.nodes import WORDS, Arrow, Diagram, Effect, Node
from tarazu.report.figures.theme import BLUE, FONT, INK, MUTED, PAPER, VERMILLION
from tarazu.report.svg.marks import px

WIDTH, HEIGHT = 1000, 600
BOX: Final = (150.0, 44.0)
SPINE_BOX: Final = (176.0, 60.0)
GAP: Final = 4.0  # px, between an arrow and its box
HEAD: Final = 11.0  # px, length of an arrow's head
LOOKS: Final[dict[Effect, tuple[str, str, str]]] = {
    "raises": (BLUE, "", "+"),
    "lowers": (VERMILLION, "8 4", "\N{MINUS SIGN}"),
    "mixed": (MUTED, "10 3 2 3", "+/\N{MINUS SIGN}"),
    "open": (MUTED, "2 4", "±"),
}
WIDTHS: Final = ((4, 3.0), (2, 2.2), (1, 1.5))  # of an arrow with at least so many links
SPINE_WIDTH: Final = 5.0

Point = tuple[float, float]


def diagram_svg(
    diagram: Diagram, *, key: str = "causal-diagram", links: bool = True, width: int = WIDTH
) -> str:
    """Return the diagram as an SVG element.

    Parameters
    ----------
    key : of the page, for ids.
    links : each box links to the part of the page that lists what it holds (``#node-...``).
    width : px that the picture asks for; it shrinks with the page.
    """
    parts = [
        *(_arrow(arrow, diagram) for arrow in _in_order(diagram)),
        *(_sign(arrow, diagram) for arrow in _in_order(diagram)),
        *(_box(node, diagram, links=links) for node in diagram.nodes),
        *_legend(),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{width}" '
        f'height="{round(width * HEIGHT / WIDTH)}" role="{"group" if links else "img"}" '
        f'aria-labelledby="{key}-title {key}-desc" style="max-width:100%;height:auto;'
        f"background:{PAPER}\" font-family='{FONT}'>"
        f'<title id="{key}-title">{escape(title(diagram))}</title>'
        f'<desc id="{key}-desc">{escape(description(diagram))}</desc>' + "\n".join(parts) + "</svg>"
    )


def live_svg(diagram: Diagram, *, key: str = "causal-diagram") -> str:
    """Return the same drawing for a page with a style sheet: boxes and arrows are links.

    Each leads to a part of the page, ``#node-NAME`` and ``#link-SOURCE-TARGET``, and says where its
    middle is (``data-x``, ``data-y``), for keys that move between them. Colours are attributes,
    which the page's style sheet overrides by the classes ``node``, ``link`` and the effect.
    """
    parts = [
        *(_live_arrow(arrow, diagram) for arrow in _in_order(diagram)),
        *(_live_box(node, diagram) for node in diagram.nodes),
        *(
            f'<g class="link {effect}">{entry}</g>'
            for effect, entry in zip((*LOOKS, "width"), _legend(), strict=True)
        ),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="picture diagram" id="{key}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" role="group" aria-labelledby="{key}-title">'
        f'<title id="{key}-title">{escape(title(diagram))}</title>' + "\n".join(parts) + "</svg>"
    )


def _live_box(node: Node, diagram: Diagram) -> str:
    kind = "node spine" if node.name in diagram.spine else "node"
    said = f"{node.title}: {node.meaning}"
    return (
        f'<a href="#node-{node.name}" class="{kind}" data-x="{px(node.x)}" data-y="{px(node.y)}" '
        f'aria-label="{escape(said)}">{_box(node, diagram, links=False)}</a>'
    )


def _live_arrow(arrow: Arrow, diagram: Diagram) -> str:
    start, middle, end = _curve(arrow, diagram)
    x, y = _sign_place(arrow, diagram)
    kind = "link spine" if diagram.is_spine(arrow) else "link"
    curve = f"M{px(start[0])},{px(start[1])}Q{px(middle[0])},{px(middle[1])} "
    return (
        f'<a href="#link-{arrow.source}-{arrow.target}" class="{kind} {arrow.effect}" '
        f'data-x="{px(x)}" data-y="{px(y)}" aria-label="{escape(sentence(arrow, diagram))}">'
        f'<path class="hit" d="{curve}{px(end[0])},{px(end[1])}" fill="none" stroke="none" '
        f'stroke-width="16" pointer-events="stroke"/>'
        f"{_arrow(arrow, diagram)}{_sign(arrow, diagram)}</a>"
    )


def title(diagram: Diagram) -> str:
    """Return the title of the diagram: its spine."""
    spine = " → ".join(diagram.title(name) for name in diagram.spine)
    return f"What acts on what: {spine}" if spine else "What acts on what: nothing"


def description(diagram: Diagram) -> str:
    """Return every drawn arrow as a sentence, the spine first."""
    return " ".join(sentence(arrow, diagram) for arrow in reversed(_in_order(diagram)))


def sentence(arrow: Arrow, diagram: Diagram) -> str:
    """Return what an arrow says: ``Recruitment raises retaliation (4 links).``."""
    count = len(arrow.links)
    return (
        f"{diagram.title(arrow.source)} {WORDS[arrow.effect].split(':')[0]} "
        f"{diagram.title(arrow.target).lower()} ({count} link{'s' if count > 1 else ''})."
    )


def _in_order(diagram: Diagram) -> list[Arrow]:
    """Return the drawn arrows, those of the spine last and on top."""
    return sorted(diagram.drawn, key=diagram.is_spine)


def _size(name: str, diagram: Diagram) -> Point:
    return SPINE_BOX if name in diagram.spine else BOX


def _box(node: Node, diagram: Diagram, *, links: bool) -> str:
    is_spine = node.name in diagram.spine
    wide, high = _size(node.name, diagram)
    fill, ink, edge = (INK, PAPER, INK) if is_spine else (PAPER, INK, MUTED)
    size = 17 if is_spine else 13.5
    drawn = (
        f'<rect x="{px(node.x - wide / 2)}" y="{px(node.y - high / 2)}" width="{px(wide)}" '
        f'height="{px(high)}" rx="6" fill="{fill}" stroke="{edge}" stroke-width="1.4"/>'
        f'<text x="{px(node.x)}" y="{px(node.y + 0.35 * size)}" text-anchor="middle" '
        f'font-size="{size}" font-weight="{650 if is_spine else 500}" fill="{ink}">'
        f"{escape(node.title)}</text>"
    )
    if not links:
        return drawn
    return f'<a href="#node-{node.name}"><title>{escape(node.meaning)}</title>{drawn}</a>'


def _curve(arrow: Arrow, diagram: Diagram) -> tuple[Point, Point, Point]:
    """Return start, control and end of an arrow's curve, clear of its boxes."""
    place = {node.name: (node.x, node.y) for node in diagram.nodes}
    (x0, y0), (x1, y1) = place[arrow.source], place[arrow.target]
    long = hypot(x1 - x0, y1 - y0)
    right = ((y0 - y1) / long, (x1 - x0) / long)  # of the way, where y grows downwards
    bend = 2 * (arrow.bend or 0.06 * long)
    if arrow.source in diagram.spine and diagram.is_spine(arrow) and not arrow.bend:
        bend = 0.0
    middle = ((x0 + x1) / 2 + right[0] * bend, (y0 + y1) / 2 + right[1] * bend)
    start = _edge((x0, y0), middle, _size(arrow.source, diagram), GAP)
    end = _edge((x1, y1), middle, _size(arrow.target, diagram), GAP)
    return start, middle, end


def _edge(centre: Point, towards: Point, size: Point, gap: float) -> Point:
    """Return where the line from the middle of a box leaves it, and a gap further."""
    dx, dy = towards[0] - centre[0], towards[1] - centre[1]
    long = hypot(dx, dy) or 1.0
    scale = min(size[0] / 2 / abs(dx) if dx else 1e9, size[1] / 2 / abs(dy) if dy else 1e9)
    reach = scale + gap / long
    return (centre[0] + dx * reach, centre[1] + dy * reach)


def _arrow(arrow: Arrow, diagram: Diagram) -> str:
    start, middle, end = _curve(arrow, diagram)
    colour, dash, _ = LOOKS[arrow.effect]
    wide = SPINE_WIDTH if diagram.is_spine(arrow) else _width(arrow)
    dx, dy = end[0] - middle[0], end[1] - middle[1]
    long = hypot(dx, dy) or 1.0
    ux, uy = dx / long, dy / long
    head = HEAD + wide
    base = (end[0] - ux * head, end[1] - uy * head)
    half = 0.42 * head
    corners = (
        end,
        (base[0] - uy * half, base[1] + ux * half),
        (base[0] + uy * half, base[1] - ux * half),
    )
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<path d="M{px(start[0])},{px(start[1])}Q{px(middle[0])},{px(middle[1])} '
        f'{px(base[0])},{px(base[1])}" fill="none" stroke="{colour}" '
        f'stroke-width="{wide}"{dashes}/>'
        f'<polygon points="{" ".join(f"{px(x)},{px(y)}" for x, y in corners)}" fill="{colour}"/>'
    )


def _width(arrow: Arrow) -> float:
    return next(wide for least, wide in WIDTHS if len(arrow.links) >= least)


def _sign(arrow: Arrow, diagram: Diagram) -> str:
    """Return the sign of an arrow, on a disc in the middle of its curve."""
    x, y = _sign_place(arrow, diagram)
    colour, _, sign = LOOKS[arrow.effect]
    wide = 11 if len(sign) == 1 else 15
    return (
        f'<rect x="{px(x - wide)}" y="{px(y - 10)}" width="{2 * wide}" height="20" rx="10" '
        f'fill="{PAPER}" stroke="{colour}" stroke-width="1.2"/>'
        f'<text x="{px(x)}" y="{px(y + 5)}" text-anchor="middle" font-size="14" '
        f'font-weight="650" fill="{INK}">{sign}</text>'
    )


def _sign_place(arrow: Arrow, diagram: Diagram) -> Point:
    (x0, y0), (cx, cy), (x1, y1) = _curve(arrow, diagram)
    return (x0 + 2 * cx + x1) / 4, (y0 + 2 * cy + y1) / 4


def _legend() -> Iterator[str]:
    x = 30.0
    for effect, words, room in (
        ("raises", "raises", 110),
        ("lowers", "lowers", 110),
        ("mixed", "raises in part, lowers in part", 255),
        ("open", "sign open: the prior allows either", 0),
    ):
        colour, dash, _ = LOOKS[effect]  # type: ignore[index]
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        yield (
            f'<path d="M{px(x)},582h34" fill="none" stroke="{colour}" stroke-width="2.6"{dashes}/>'
            f'<text x="{px(x + 42)}" y="587" font-size="13" fill="{INK}">{words}</text>'
        )
        x += room
    yield (
        f'<text x="980" y="587" text-anchor="end" font-size="13" fill="{MUTED}">'
        "width: number of links</text>"
    )
