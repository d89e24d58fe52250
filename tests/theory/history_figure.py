"""Twenty simulated histories and the record, year by year and on the tile map: one SVG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import cos, pi, sin

import numpy as np
from numpy.typing import NDArray

from tarazu.region import Region
from tarazu.report.figures.theme import BLUE, INK, MUTED, ORANGE, PAPER, SHADES

Array = NDArray[np.float64]

COLUMNS, WIDTH, HEIGHT = 3, 330, 190  # of panels
BARS = (14.0, 30.0, 158.0, 130.0)  # left, top, width, height of the years
TILES = (180.0, 14.0, 146.0)  # left, top, width of the map
BOUNDS = (0, 1, 5, 10, 20, 40, 80)  # attacks of a district; one shade from each on


def draw_histories(
    region: Region, years: Sequence[int], panels: Sequence[tuple[str, Array, Array]]
) -> str:
    """Return the SVG of panels (title, attacks by year, attacks by tile); the first is a record.

    Bars of all panels share one scale; bars that leave it are cut, and the highest has its number.
    """
    rows = -(-len(panels) // COLUMNS)
    width, height = COLUMNS * WIDTH, rows * HEIGHT + 30
    most = 2.0 * float(panels[0][1].max())
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        'font-family="Liberation Sans, DejaVu Sans, Arial, sans-serif" font-size="11">',
        "<title>Attacks by year and district: the record and twenty simulated histories</title>",
        f'<rect width="{width}" height="{height}" fill="{PAPER}"/>',
    ]
    for at, (title, by_year, by_tile) in enumerate(panels):
        x, y = WIDTH * (at % COLUMNS), HEIGHT * (at // COLUMNS)
        parts.append(f'<g transform="translate({x},{y})">')
        parts += _panel(region, years, title, by_year, by_tile, most, ORANGE if at == 0 else BLUE)
        parts.append("</g>")
    parts += [*_legend(height - 16), "</svg>"]
    return "\n".join(parts) + "\n"


def _panel(
    region: Region,
    years: Sequence[int],
    title: str,
    by_year: Array,
    by_tile: Array,
    most: float,
    colour: str,
) -> Iterator[str]:
    left, top, width, height = BARS
    step = width / len(years)
    yield _text(left, 16, title, INK, weight="bold")
    base = top + height
    for share in (0.0, 0.5, 1.0):
        level = base - height * share
        yield f'<path d="M{left},{level:.1f}H{left + width:.1f}" stroke="#dfe3e8"/>'
        yield _text(left + width + 2, level + 4, f"{most * share:.0f}", MUTED, size=9)
    for i, number in enumerate(by_year):
        tall = height * min(float(number) / most, 1.0)
        at = left + i * step
        yield (
            f'<rect x="{at:.1f}" y="{base - tall:.1f}" width="{step - 1:.1f}" '
            f'height="{tall:.1f}" fill="{colour}"/>'
        )
        if number > most and i == int(np.argmax(by_year)):
            yield _text(at - 2, top - 2, f"{number:.0f}", INK, size=8)
    for i in (0, len(years) - 1):
        yield _text(left + i * step - (12 if i else 0), base + 12, str(years[i]), MUTED, size=9)
    yield from _map(region, by_tile)


def _map(region: Region, by_tile: Array) -> Iterator[str]:
    left, top, width = TILES
    xs, ys = [t.x for t in region.tiles], [t.y for t in region.tiles]
    unit = width / (max(xs) - min(xs) + 1.2)
    for tile, number in zip(region.tiles, by_tile, strict=True):
        x = left + 20 + (tile.x - min(xs) + 0.6) * unit * 0.86
        y = top + 26 + (max(ys) - tile.y) * unit * 0.86
        corners = " ".join(
            f"{x + 0.48 * unit * cos(pi / 6 + k * pi / 3):.1f},"
            f"{y + 0.48 * unit * sin(pi / 6 + k * pi / 3):.1f}"
            for k in range(6)
        )
        shade = SHADES[max(i for i, bound in enumerate(BOUNDS) if number >= bound)]
        name = f"{tile.abbr}: {number:.0f}"
        yield (
            f'<polygon points="{corners}" fill="{shade}" stroke="{MUTED}" stroke-width="0.5">'
            f"<title>{escape(name)}</title></polygon>"
        )


def _legend(y: float) -> Iterator[str]:
    yield _text(14, y, "Bars: attacks per year. Hexagons: attacks in all years, from", INK)
    for i, bound in enumerate(BOUNDS):
        x = 330 + 52 * i
        looks = f'fill="{SHADES[i]}" stroke="{MUTED}"'
        yield f'<rect x="{x}" y="{y - 10}" width="14" height="12" {looks}/>'
        yield _text(x + 18, y, str(bound), INK)


def _text(x: float, y: float, words: str, colour: str, *, size: int = 11, weight: str = "") -> str:
    bold = f' font-weight="{weight}"' if weight else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-size="{size}"{bold}>'
        f"{escape(words)}</text>"
    )
