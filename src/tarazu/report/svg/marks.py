"""Marks of a static picture: lines, areas, points, bars, cells and words as SVG elements."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import groupby, pairwise
from math import isfinite
from typing import Any, Final

from tarazu.report.svg.scales import Scale

DASHES: Final = {
    "dash": "7 4",
    "dot": "2 3",
    "dashdot": "7 3 2 3",
    "longdash": "11 4",
    "longdashdot": "11 3 2 3",
}
WIDE: Final = 0.56  # of the font size, a letter on average
BAR: Final = 0.82  # of the room of a bar
MARKUP: Final = re.compile(r"</?[bi]>")
_ARM: Final = ((-1.0, -0.6), (-0.6, -1.0), (0.0, -0.4))  # a quarter of a cross
_CROSS: Final[list[tuple[float, float]]] = [
    corner
    for turn in range(4)
    for u, v in _ARM
    for corner in [((u, v), (-v, u), (-u, -v), (v, -u))[turn]]
]
TAG: Final = re.compile(r"<(?!/?[bi]>)")

Trace = Mapping[str, Any]


def words(
    x: float,
    y: float,
    text: object,
    *,
    size: float,
    colour: str,
    anchor: str = "middle",
    lift: float = 0.0,
    turn: float = 0.0,
) -> str:
    """Return text; ``<br>`` starts a line, ``<b>`` is bold and ``<i>`` italic.

    Parameters
    ----------
    x, y : baseline of the only line. lift : share of the block above `y`, 1 for all of it.
    turn : degrees, clockwise.
    """
    lines = re.split(r"<br\s*/?>", str(text))
    height = 1.2 * size
    top = y - lift * height * (len(lines) - 1)
    spans = "".join(
        f'<tspan x="{px(x)}" y="{px(top + i * height)}">{_styled(line)}</tspan>'
        for i, line in enumerate(lines)
    )
    turned = f' transform="rotate({px(turn)} {px(x)} {px(y)})"' if turn else ""
    return (
        f'<text font-size="{size:g}" fill="{colour}" text-anchor="{anchor}"{turned}>{spans}</text>'
    )


def _styled(line: str) -> str:
    line = TAG.sub("&lt;", line)
    line = line.replace("<b>", '<tspan font-weight="bold">')
    line = line.replace("<i>", '<tspan font-style="italic">')
    line = re.sub("</[bi]>", "</tspan>", line)
    return re.sub(r"&(?![a-z]+;|#\d+;)", "&amp;", line)


def width_of(text: object, size: float) -> float:
    """Return about how many pixels wide the longest line of a text is."""
    plain = MARKUP.sub("", str(text))
    return max(len(line) for line in plain.split("<br>")) * size * WIDE


def px(value: float) -> str:
    """Return a length with the digits that a screen can show."""
    return f"{value:.1f}".removesuffix(".0").replace("-0", "0" if abs(value) < 0.05 else "-0")


def stroke(line: Mapping[str, Any], colour: str) -> str:
    """Return the attributes of a line."""
    dash = DASHES.get(str(line.get("dash", "solid")))
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'stroke="{line.get("color", colour)}" stroke-width="{line.get("width", 2):g}"{dashes}'


def scatter(
    trace: Trace, x: Scale, y: Scale, colour: str, ink: str, below: Sequence[tuple[float, float]]
) -> Iterator[str]:
    """Yield the elements of a trace of lines, points and words.

    Parameters
    ----------
    below : points of the trace before, to which an area is filled.
    """
    points = points_of(trace, x, y)
    mode = str(trace.get("mode", "lines+markers"))
    line = trace.get("line", {})
    if trace.get("fill") in ("tonexty", "tozeroy", "toself"):
        base = {
            "tonexty": list(reversed(below)),
            "tozeroy": [(points[-1][0], y.zero), (points[0][0], y.zero)] if points else [],
        }.get(str(trace["fill"]), [])
        corners = " ".join(f"{px(a)},{px(b)}" for a, b in [*points, *base] if isfinite(a + b))
        fill = trace.get("fillcolor", colour)
        yield f'<polygon points="{corners}" fill="{fill}" stroke="none"/>'
    if "lines" in mode:
        for known, part in groupby(points, key=lambda point: isfinite(point[0] + point[1])):
            path = " ".join(f"{px(a)},{px(b)}" for a, b in part) if known else ""
            if path:
                yield f'<polyline points="{path}" fill="none" {stroke(line, colour)}/>'
    yield from _error_bars(trace, x, y, colour)
    for i, (a, b) in enumerate(points):
        if not isfinite(a + b):
            continue
        if "markers" in mode:
            yield marker(a, b, trace.get("marker", {}), i, colour)
        if "text" in mode and trace.get("text"):
            font = trace.get("textfont", {})
            size = float(font.get("size", 12))
            position = str(trace.get("textposition", "middle center"))
            shift = {"top": -9.0, "bottom": 9.0 + size}.get(position.split()[0], 0.35 * size)
            lift = {"top": 1.0, "bottom": 0.0}.get(position.split()[0], 0.5)
            yield words(
                a,
                b + shift,
                of(trace["text"], i),
                size=size,
                colour=str(of(font.get("color", ink), i)),
                lift=lift,
            )


def points_of(trace: Trace, x: Scale, y: Scale) -> list[tuple[float, float]]:
    """Return the points of a trace in pixels; NaN where there is none."""
    return [(x(a), y(b)) for a, b in zip(trace.get("x", ()), trace.get("y", ()), strict=False)]


def marker(a: float, b: float, looks: Mapping[str, Any], i: int, colour: str) -> str:
    """Return one mark of a point."""
    size = float(of(looks.get("size", 7), i)) / 2
    fill = str(of(looks.get("color", colour), i))
    symbol = str(of(looks.get("symbol", "circle"), i))
    edge = looks.get("line", {})
    line = stroke({"width": 1, **edge}, fill) if edge.get("width", 0) else ""
    if symbol.startswith("line-"):
        return f'<path d="M{px(a - size)},{px(b)}H{px(a + size)}" {stroke(edge, fill)}/>'
    if symbol.startswith("circle"):
        hollow = "none" if symbol.endswith("open") else fill
        return f'<circle cx="{px(a)}" cy="{px(b)}" r="{px(size)}" fill="{hollow}" {line}/>'
    shapes: dict[str, list[tuple[float, float]]] = {
        "diamond": [(0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)],
        "square": [(-1, -1), (1, -1), (1, 1), (-1, 1)],
        "triangle-up": [(0, -1), (1, 1), (-1, 1)],
        "triangle-down": [(0, 1), (1, -1), (-1, -1)],
        "x": _CROSS,
    }
    corners = shapes.get(symbol.removesuffix("-open"), shapes["square"])
    path = " ".join(f"{px(a + u * size)},{px(b + v * size)}" for u, v in corners)
    return f'<polygon points="{path}" fill="{fill}" {line}/>'


def _error_bars(trace: Trace, x: Scale, y: Scale, colour: str) -> Iterator[str]:
    for name in ("error_x", "error_y"):
        bars = trace.get(name)
        if not bars:
            continue
        line = stroke({"width": bars.get("thickness", 2), "color": bars.get("color", colour)}, "")
        cap = float(bars.get("width", 4))
        for i, (a, b) in enumerate(zip(trace["x"], trace["y"], strict=True)):
            more = of(bars["array"], i)
            less = of(bars.get("arrayminus", bars["array"]), i)
            if None in (a, b, more, less):
                continue
            if name == "error_x":
                low, high, at = x(a - less), x(a + more), y(b)
                path = f"M{px(low)},{px(at)}H{px(high)}" + "".join(
                    f"M{px(end)},{px(at - cap)}V{px(at + cap)}" for end in (low, high)
                )
            else:
                low, high, at = y(b - less), y(b + more), x(a)
                path = f"M{px(at)},{px(low)}V{px(high)}" + "".join(
                    f"M{px(at - cap)},{px(end)}H{px(at + cap)}" for end in (low, high)
                )
            if isfinite(low + high + at):
                yield f'<path d="{path}" fill="none" {line}/>'


def bars(
    trace: Trace, x: Scale, y: Scale, colour: str, hatch: str, stacked: dict[object, float]
) -> Iterator[str]:
    """Yield the rectangles of a trace of bars.

    Parameters
    ----------
    hatch : fill of hatched bars. stacked : ends of the bars below by place; new ends are written.
    """
    flat = trace.get("orientation") == "h"
    along, across = (y, x) if flat else (x, y)
    places, sizes = (trace["y"], trace["x"]) if flat else (trace["x"], trace["y"])
    looks = trace.get("marker", {})
    room = _room(places, along)
    for i, (place, size) in enumerate(zip(places, sizes, strict=True)):
        if size is None or size != size:
            continue
        base = of(trace["base"], i) if trace.get("base") is not None else stacked.get(place, 0.0)
        stacked[place] = base + size
        middle = along(place)
        wide = trace.get("width")
        half = room / 2
        if wide is not None:
            unit = abs(along.last - along.first) / ((along.high - along.low) or 1.0)
            half = abs(float(of(wide, i)) * unit) / 2
        start = across(base) if base or across.kind != "log" else across.first
        end = across(base + size)
        if not isfinite(start + end + middle):
            continue
        low, high = min(start, end), max(start, end)
        left, top, w, h = (
            (low, middle - half, high - low, 2 * half)
            if flat
            else (middle - half, low, 2 * half, high - low)
        )
        is_hatched = bool(of(looks.get("pattern", {}).get("shape", ""), i))
        fill = hatch if is_hatched else of(looks.get("color", colour), i)
        edge = looks.get("line", {})
        line = stroke(edge, "none") if edge else ""
        yield (
            f'<rect x="{px(left)}" y="{px(top)}" width="{px(max(w, 0.3))}" '
            f'height="{px(h)}" fill="{fill}" {line}/>'
        )


def _room(places: Sequence[object], along: Scale) -> float:
    """Return the pixels that one bar may take: most of the way to the nearest other one."""
    at = sorted({along(place) for place in places})
    gaps = [b - a for a, b in pairwise(at) if b - a > 0]
    whole = abs(along.last - along.first)
    return BAR * (min(gaps) if gaps else whole / max(along.high - along.low, 1.0))


def cells(trace: Trace, x: Scale, y: Scale, ink: str) -> Iterator[str]:
    """Yield the rectangles and words of a heat map over categories."""
    low, high = float(trace.get("zmin", 0)), float(trace.get("zmax", 1))
    wide, tall = abs(x(1) - x(0)), abs(y(1) - y(0))
    for j, row in enumerate(trace["z"]):
        for i, value in enumerate(row):
            a, b = x(trace["x"][i]), y(trace["y"][j])
            share = (value - low) / ((high - low) or 1.0)
            fill = min(trace["colorscale"], key=lambda stop: abs(stop[0] - share))[1]
            yield (
                f'<rect x="{px(a - wide / 2 + 1)}" y="{px(b - tall / 2 + 1)}" '
                f'width="{px(wide - 2)}" height="{px(tall - 2)}" fill="{fill}"/>'
            )
            if trace.get("text"):
                text = trace["text"][j][i]
                yield words(a, b + 4, text, size=11, colour=_readable(fill, ink), lift=0.5)


def _readable(fill: str, ink: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", fill):
        return ink
    red, green, blue = (int(fill[i : i + 2], 16) for i in (1, 3, 5))
    return "#ffffff" if 0.3 * red + 0.6 * green + 0.1 * blue < 120 else ink


def of(value: Any, i: int) -> Any:
    """Return the value of one point: of a list its entry, else the value of all."""
    return value[i] if isinstance(value, list | tuple) else value


def title_element(text: str) -> str:
    """Return the name of a picture for those who cannot see it."""
    return f"<title>{escape(text, quote=False)}</title>"
