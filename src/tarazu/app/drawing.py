"""Pictures of the lab as lists of marks: what the server writes and a browser draws again.

`static/drawing.js` returns the same marks, number by number; a test compares the two. Colours are
classes of the style sheet, so that one picture serves light, dark and high contrast.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import cos, floor, log10, pi, sin, sqrt
from typing import Final

from tarazu.app.futures import Band, DistrictFutures, OutcomeFutures
from tarazu.app.words import change
from tarazu.core.number_format import count
from tarazu.region import Tile

Mark = tuple[str, dict[str, str], str]
"""Name of an element, its attributes, its text."""

YEAR: Final = 52
LEFT, RIGHT, TOP, BOTTOM = 46, 10, 12, 30  # px around the plot
APART: Final = 45  # px between two ticks of the vertical axis, about
TILE: Final = 0.96 / sqrt(3)  # of a hexagon one unit wide, with a gap to its neighbours
SHADES: Final = (0.02, 0.1, 0.25)  # bounds of the change, as shares of today's attacks


def one_decimal(value: float) -> str:
    """Return a number with at most one decimal, halves rounded up, as JavaScript does too."""
    return f"{floor(value * 10 + 0.5) / 10:g}"


def nice_step(top: float, ticks: int) -> float:
    """Return the distance of round ticks: 1, 2 or 5 times a power of ten."""
    raw = max(top, 1e-9) / max(ticks, 1)
    power = 10.0 ** floor(log10(raw))
    for times in (1, 2, 5):
        if raw <= times * power:
            return times * power
    return 10 * power


def fan_marks(
    outcome: OutcomeFutures,
    weeks: int,
    step: int,
    width: int,
    height: int,
    *,
    is_today: bool,
) -> list[Mark]:
    """Return the fan of one outcome, today's practice behind it.

    Parameters
    ----------
    width, height : px. is_today : whether the policy is today's practice, so that one fan is drawn.
    """
    bands = (outcome.today, outcome.policy)
    top = max(1.0, 1.04 * max(value for band in bands for value in band.q95))
    plot = _Plot(weeks, step, top, width, height)
    marks = plot.frame()
    marks += plot.band(outcome.today, "q05", "q95", "today outer")
    marks += plot.line(outcome.today, "today median")
    if not is_today:
        marks += plot.band(outcome.policy, "q05", "q95", "policy outer")
        marks += plot.band(outcome.policy, "q25", "q75", "policy inner")
        marks += plot.line(outcome.policy, "policy median")
    return marks


class _Plot:
    """Scales of one fan."""

    def __init__(self, weeks: int, step: int, top: float, width: int, height: int) -> None:
        self.weeks, self.step, self.top = weeks, step, top
        self.width, self.height = width, height

    def x(self, week: float) -> str:
        return one_decimal(LEFT + week / self.weeks * (self.width - LEFT - RIGHT))

    def y(self, value: float) -> str:
        return one_decimal(self.height - BOTTOM - value / self.top * (self.height - TOP - BOTTOM))

    def frame(self) -> list[Mark]:
        marks: list[Mark] = []
        tick = nice_step(self.top, floor((self.height - TOP - BOTTOM) / APART))
        for i in range(floor(self.top / tick) + 1):
            at = self.y(i * tick)
            right = str(self.width - RIGHT)
            line = {"class": "grid", "x1": str(LEFT), "x2": right, "y1": at, "y2": at}
            marks.append(("line", line, ""))
            text = {"class": "tick", "x": str(LEFT - 6), "y": at, "dy": "4", "text-anchor": "end"}
            marks.append(("text", text, count(i * tick) if tick >= 1 else f"{i * tick:g}"))
        years = self.weeks // YEAR
        every = 1 if years <= 5 else 2
        for year in range(0, years + 1, every):
            at = self.x(year * YEAR)
            text = {"class": "tick", "x": at, "y": str(self.height - BOTTOM + 17)}
            last = year == years
            text["text-anchor"] = "end" if last else "middle"
            marks.append(("text", text, f"year {year}" if last else str(year)))
        return marks

    def _middles(self, numbers: Sequence[float]) -> list[str]:
        return [
            f"{self.x((i + 0.5) * self.step)},{self.y(value)}" for i, value in enumerate(numbers)
        ]

    def band(self, band: Band, low: str, high: str, kind: str) -> list[Mark]:
        there = self._middles(getattr(band, high))
        back = self._middles(getattr(band, low))[::-1]
        return [("polygon", {"class": kind, "points": " ".join(there + back)}, "")]

    def line(self, band: Band, kind: str) -> list[Mark]:
        return [("polyline", {"class": kind, "points": " ".join(self._middles(band.q50))}, "")]


def map_marks(tiles: Sequence[Tile], districts: Sequence[DistrictFutures], unit: int) -> list[Mark]:
    """Return the tile map of change: one hexagon per district, its change of attacks in it.

    Parameters
    ----------
    unit : px from one hexagon to the next.
    """
    of = {district.slug: district for district in districts}
    left, top = min(t.x for t in tiles), max(t.y for t in tiles)
    marks: list[Mark] = []
    for tile in tiles:
        district = of[tile.slug]
        x, y = (tile.x - left + 0.6) * unit, (top - tile.y + 0.65) * unit
        corners = " ".join(
            f"{one_decimal(x + unit * TILE * cos(pi / 6 + k * pi / 3))},"
            f"{one_decimal(y + unit * TILE * sin(pi / 6 + k * pi / 3))}"
            for k in range(6)
        )
        marks.append(("polygon", {"class": f"tile {shade(district)}", "points": corners}, ""))
        for text, dy, kind in ((tile.abbr, -2, "abbr"), (change(district.change), 12, "value")):
            about = {
                "class": f"tile-text {kind} {shade(district)}",
                "x": one_decimal(x),
                "y": one_decimal(y),
                "dy": str(dy),
                "text-anchor": "middle",
            }
            marks.append(("text", about, text))
    return marks


def map_size(tiles: Sequence[Tile], unit: int) -> tuple[int, int]:
    """Return width and height of the tile map, px."""
    wide = max(t.x for t in tiles) - min(t.x for t in tiles) + 1.2
    tall = max(t.y for t in tiles) - min(t.y for t in tiles) + 1.3
    return floor(wide * unit + 0.5), floor(tall * unit + 0.5)


def shade(district: DistrictFutures) -> str:
    """Return the class of a district's change: ``less3`` to ``more3``, or ``same``."""
    share = district.change / max(district.today, 1.0)
    steps = sum(abs(share) >= bound for bound in SHADES)
    return "same" if steps == 0 else f"{'less' if share < 0 else 'more'}{steps}"


def svg(marks: Sequence[Mark], *, width: int, height: int, key: str, title: str, text: str) -> str:
    """Return marks as an SVG element with a name and a description for screen readers."""
    drawn = "".join(map(_element, marks))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="picture" id="{key}" role="img" '
        f'viewBox="0 0 {width} {height}" aria-labelledby="{key}-title {key}-text">'
        f'<title id="{key}-title">{escape(title)}</title>'
        f'<desc id="{key}-text">{escape(text)}</desc>{drawn}</svg>'
    )


def _element(mark: Mark) -> str:
    name, attributes, text = mark
    listed = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{listed}>{escape(text)}</{name}>" if text else f"<{name}{listed}/>"
