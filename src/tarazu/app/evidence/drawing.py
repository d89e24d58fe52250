"""Pictures of the record as lists of marks; `static/evidence_drawing.js` returns the same."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, floor, pi, sin
from typing import Final

from tarazu.app.drawing import APART, TILE, Mark, nice_step, one_decimal
from tarazu.app.evidence.counts import YEAR
from tarazu.app.evidence.view import DistrictCount, View
from tarazu.core.number_format import count
from tarazu.region import Tile

LEFT, RIGHT, TOP, BOTTOM = 40, 10, 10, 26  # px around the plot
LABEL: Final = 44  # px between two years under the timeline, at least
BOUNDS: Final = (1, 5, 10, 20, 40)  # events from which on a tile is darker


def timeline_marks(
    bars: Sequence[int],
    view: View,
    first_year: int,
    gaps: Sequence[int],
    width: int,
    height: int,
) -> list[Mark]:
    """Return the timeline: bars, years without any event, and the period that the map shows.

    Parameters
    ----------
    bars : per year or month, as `view.by` has it. gaps : years. width, height : px.
    """
    per = 1 if view.by == "year" else YEAR  # bars of a year
    step = (width - LEFT - RIGHT) / len(bars)
    top = max(1, *bars)
    deep = height - TOP - BOTTOM

    def x(bar: float) -> float:
        return LEFT + bar * step

    def y(value: float) -> float:
        return TOP + deep - value / top * deep

    marks: list[Mark] = []
    for year in gaps:
        marks.append(_rect("gap", x((year - first_year) * per), TOP, per * step, deep))
    left = x(view.first * per / YEAR)
    right = x((view.last + 1) * per / YEAR)
    marks.append(_rect("brush", left, TOP, right - left, deep))
    tick = max(1, nice_step(top, floor(deep / APART)))
    for i in range(floor(top / tick) + 1):
        at = one_decimal(y(i * tick))
        line = {"class": "grid", "x1": str(LEFT), "x2": str(width - RIGHT), "y1": at, "y2": at}
        marks.append(("line", line, ""))
        text = {"class": "tick", "x": str(LEFT - 6), "y": at, "dy": "4", "text-anchor": "end"}
        marks.append(("text", text, count(i * tick)))
    for i, value in enumerate(bars):
        if value:
            month = i * YEAR // per
            kind = "bar in" if view.first <= month <= view.last else "bar"
            marks.append(_rect(kind, x(i + 0.1), y(value), 0.8 * step, deep + TOP - y(value)))
    years = len(bars) // per
    every = next(n for n in (1, 2, 5, 10, 20, 50, 100) if n * per * step >= LABEL or n == 100)
    for year in range(years):
        if (first_year + year) % every == 0:
            at = one_decimal(x((year + 0.5) * per))
            text = {"class": "tick", "x": at, "y": str(height - 8), "text-anchor": "middle"}
            marks.append(("text", text, str(first_year + year)))
    return marks


def _rect(kind: str, x: float, y: float, width: float, height: float) -> Mark:
    return (
        "rect",
        {
            "class": kind,
            "x": one_decimal(x),
            "y": one_decimal(y),
            "width": one_decimal(width),
            "height": one_decimal(height),
        },
        "",
    )


def count_map_marks(
    tiles: Sequence[Tile], districts: Sequence[DistrictCount], chosen: str, unit: int
) -> list[Mark]:
    """Return the tile map of counts: one hexagon per district, its events in the period in it.

    A district that the record knows as one may have several hexagons: the others have its name in
    brackets.

    Parameters
    ----------
    chosen : slug of the district of the timeline, or "". unit : px from one hexagon to the next.
    """
    of = {district.slug: district.shown for district in districts}
    left, top = min(t.x for t in tiles), max(t.y for t in tiles)
    marks: list[Mark] = []
    seen: set[str] = set()
    for tile in tiles:
        number = of[tile.slug]
        shade = f"n{sum(number >= bound for bound in BOUNDS)}"
        x, y = (tile.x - left + 0.6) * unit, (top - tile.y + 0.65) * unit
        corners = " ".join(
            f"{one_decimal(x + unit * TILE * cos(pi / 6 + k * pi / 3))},"
            f"{one_decimal(y + unit * TILE * sin(pi / 6 + k * pi / 3))}"
            for k in range(6)
        )
        is_chosen = " chosen" if tile.slug == chosen else ""
        about = {"class": f"tile {shade}{is_chosen}", "points": corners, "data-slug": tile.slug}
        marks.append(("polygon", about, ""))
        lines = [(tile.abbr, -2, "abbr"), (count(number), 12, "value")]
        if tile.slug in seen:
            lines = [(f"({tile.abbr})", 5, "abbr")]
        seen.add(tile.slug)
        for words, dy, kind in lines:
            text = {
                "class": f"tile-text {kind} {shade}",
                "x": one_decimal(x),
                "y": one_decimal(y),
                "dy": str(dy),
                "text-anchor": "middle",
                "data-slug": tile.slug,
            }
            marks.append(("text", text, words))
    return marks
