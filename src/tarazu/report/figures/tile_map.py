"""The hexagon tile map: one tile per district, no coordinates, no distances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import cos, pi, sin, sqrt
from typing import Any

from tarazu.core.number_format import count, number, years
from tarazu.record import Record
from tarazu.region import Region
from tarazu.report.figure import Figure, literal
from tarazu.report.figures.theme import FIRST_DARK_SHADE, INK, MUTED, PAPER, SHADES, figure_spec
from tarazu.report.tables.districts import PER, district_counts, districts_table

LOWER_BOUNDS = (0, 1, 5, 10, 20, 40, 80)  # events, one bound per shade
RATE_BOUNDS = (0, 1e-9, 1, 2, 5, 10, 20)  # attacks per 100,000 residents, all years together
RADIUS = 0.96 / sqrt(3)  # of a hexagon one unit wide, with a gap to its neighbours


def map_figure(record: Record) -> Figure | None:
    """Return attacks with a confirmed death by district; None for a region without tiles."""
    found = district_counts(record)
    return _map_of(
        record,
        key="figure-map",
        what="Attacks",
        shown={slug: count(value) for slug, value in found.sure.items()},
        values=found.sure,
        bounds=LOWER_BOUNDS,
        note="Each hexagon is a district near its true place; the number in it counts its attacks "
        "with a confirmed death, darker for more. Counts are not per capita: populous "
        "districts and well-reported towns stand out.",
    )


def rate_map_figure(record: Record) -> Figure | None:
    """Return attacks per resident by district; None without tiles or without residents."""
    found = district_counts(record)
    if not found.rates:
        return None
    return _map_of(
        record,
        key="figure-map-rates",
        what=f"Attacks per {count(PER)} residents",
        shown={slug: number(rate) for slug, rate in found.rates.items()},
        values=found.rates,
        bounds=RATE_BOUNDS,
        note="The same attacks per capita, over all years of the record together, by the residents "
        "of the region's district table. In a small district a few attacks make a high rate.",
    )


def _map_of(
    record: Record,
    *,
    key: str,
    what: str,
    shown: Mapping[str, str],
    values: Mapping[str, float],
    bounds: Sequence[float],
    note: str,
) -> Figure | None:
    region = record.region
    if not region.tiles:
        return None
    found = district_counts(record)
    names = {district.slug: district.name for district in region.districts}
    title = f"{what} by district, {years(record.start.year, record.end.year)}"
    order = sorted(region.slugs, key=lambda slug: (-values[slug], names[slug]))
    leaders = ", ".join(f"{names[slug]} {shown[slug]}" for slug in order[:5])
    quiet = sum(value == 0 for value in values.values())
    shades = {slug: shade_of(value, bounds) for slug, value in values.items()}
    return Figure(
        key=key,
        title=title,
        alt=(
            f"{title}, as a map of hexagons, darker for more attacks. Most: {leaders}. "
            f"{quiet} of {len(shown)} districts have none."
        ),
        source=record.source.title,
        n=(
            f"{count(found.placed)} attacks with a confirmed death in {len(shown)} districts; "
            f"{count(found.homeless)} more without a district are not drawn"
        ),
        spec=figure_spec(
            [_labels(region, shown, shades, names, what)],
            height=400,
            layout=_layout(region, shades),
        ),
        table=replace(districts_table(record), caption=title),
        notes=(note, *_merged_note(region), _abbreviations(region, names)),
    )


def shade_of(value: float, bounds: Sequence[float] = LOWER_BOUNDS) -> int:
    """Position in `SHADES` of a count of events or a rate (>= 0)."""
    return max(i for i, bound in enumerate(bounds) if value >= bound)


def _merged_note(region: Region) -> tuple[str, ...]:
    if len(region.tiles) == len({tile.slug for tile in region.tiles}):
        return ()
    return (
        "A hexagon in brackets belongs to the district named in it; the source knows both as one.",
    )


def _abbreviations(region: Region, names: Mapping[str, str]) -> str:
    pairs = {tile.abbr: names[tile.slug] for tile in region.tiles}
    return "; ".join(f"{short} {pairs[short]}" for short in sorted(pairs)) + "."


def _hexagon(x: float, y: float) -> str:
    corners = (
        (x + RADIUS * cos(pi / 6 + k * pi / 3), y + RADIUS * sin(pi / 6 + k * pi / 3))
        for k in range(6)
    )
    return "M" + "L".join(f"{a:.4f},{b:.4f}" for a, b in corners) + "Z"


def _labels(
    region: Region,
    shown: Mapping[str, str],
    shades: Mapping[str, int],
    names: Mapping[str, str],
    what: str,
) -> dict[str, Any]:
    seen: set[str] = set()
    texts = []
    for tile in region.tiles:
        abbreviation = literal(tile.abbr)
        texts.append(
            f"({abbreviation})"
            if tile.slug in seen
            else f"{abbreviation}<br><b>{shown[tile.slug]}</b>"
        )
        seen.add(tile.slug)
    dark = [shades[tile.slug] >= FIRST_DARK_SHADE for tile in region.tiles]
    return {
        "type": "scatter",
        "mode": "text",
        "showlegend": False,
        "x": [tile.x for tile in region.tiles],
        "y": [tile.y for tile in region.tiles],
        "text": texts,
        "textfont": {"size": 13, "color": [PAPER if d else INK for d in dark]},
        "customdata": [
            f"{literal(names[tile.slug])}: {shown[tile.slug]} {what.lower()}"
            for tile in region.tiles
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _layout(region: Region, shades: Mapping[str, int]) -> dict[str, Any]:
    xs, ys = [tile.x for tile in region.tiles], [tile.y for tile in region.tiles]
    hidden = {"visible": False, "fixedrange": True, "title": {"text": ""}}
    return {
        "xaxis": hidden | {"range": [min(xs) - 0.6, max(xs) + 0.6], "constrain": "domain"},
        "yaxis": hidden
        | {"range": [min(ys) - 0.65, max(ys) + 0.65], "scaleanchor": "x", "rangemode": "normal"},
        "shapes": [
            {
                "type": "path",
                "path": _hexagon(tile.x, tile.y),
                "fillcolor": SHADES[shades[tile.slug]],
                "line": {"color": MUTED, "width": 1},
                "layer": "below",
            }
            for tile in region.tiles
        ],
        "margin": {"l": 4, "r": 4, "t": 8, "b": 4},
    }
