"""The hexagon tile map: one tile per district, no coordinates, no distances."""

from __future__ import annotations

from math import cos, pi, sin, sqrt
from typing import Any

from tarazu.core.number_format import count, years
from tarazu.record import Record
from tarazu.region import Region
from tarazu.report.figure import Figure, literal
from tarazu.report.figures.theme import FIRST_DARK_SHADE, INK, MUTED, PAPER, SHADES, figure_spec
from tarazu.report.table import Table

LOWER_BOUNDS = (0, 1, 5, 10, 20, 40, 80)  # events, one bound per shade
RADIUS = 0.96 / sqrt(3)  # of a hexagon one unit wide, with a gap to its neighbours


def map_figure(record: Record) -> Figure | None:
    """Return attacks with a confirmed death by district; None for a region without tiles."""
    region = record.region
    if not region.tiles:
        return None
    attacks = record.events.loc[record.events["initiator"] == "militant"]
    sure = attacks.loc[~attacks["zero_best"]]
    shown = _by_district(sure, region)
    zeros = _by_district(attacks.loc[attacks["zero_best"]], region)
    placed = sum(shown.values())
    homeless = int(sure["count"].sum()) - placed
    names = {district.slug: district.name for district in region.districts}
    title = f"Attacks by district, {years(record.start.year, record.end.year)}"
    order = sorted(region.slugs, key=lambda slug: (-shown[slug], names[slug]))
    leaders = ", ".join(f"{names[slug]} {count(shown[slug])}" for slug in order[:5])
    quiet = sum(value == 0 for value in shown.values())
    return Figure(
        key="figure-map",
        title=title,
        alt=(
            f"{title}, as a map of hexagons, darker for more attacks. Most: {leaders}. "
            f"{quiet} of {len(shown)} districts have none."
        ),
        source=record.source.title,
        n=(
            f"{count(placed)} attacks with a confirmed death in {len(shown)} districts; "
            f"{count(homeless)} more without a district are not drawn"
        ),
        spec=figure_spec(
            [_labels(region, shown, names)], height=400, layout=_layout(region, shown)
        ),
        table=Table(
            title,
            ("district", "attacks, confirmed death", "attacks, best = 0"),
            tuple((names[slug], count(shown[slug]), count(zeros[slug])) for slug in order),
            frozenset({1, 2}),
        ),
        notes=(
            "Each hexagon is a district near its true place; the number in it counts its attacks "
            "with a confirmed death, darker for more. Counts are not per capita: populous "
            "districts and well-reported towns stand out.",
            *_merged_note(region),
            _abbreviations(region, names),
        ),
    )


def shade_of(value: int) -> int:
    """Position in `SHADES` of a count of events (>= 0)."""
    return max(i for i, bound in enumerate(LOWER_BOUNDS) if value >= bound)


def _by_district(events: Any, region: Region) -> dict[str, int]:
    sums = events.groupby("district", observed=True)["count"].sum()
    return {slug: int(sums.get(slug, 0)) for slug in region.slugs}


def _merged_note(region: Region) -> tuple[str, ...]:
    if len(region.tiles) == len({tile.slug for tile in region.tiles}):
        return ()
    return (
        "A hexagon in brackets belongs to the district named in it; the source knows both as one.",
    )


def _abbreviations(region: Region, names: dict[str, str]) -> str:
    pairs = {tile.abbr: names[tile.slug] for tile in region.tiles}
    return "; ".join(f"{short} {pairs[short]}" for short in sorted(pairs)) + "."


def _hexagon(x: float, y: float) -> str:
    corners = (
        (x + RADIUS * cos(pi / 6 + k * pi / 3), y + RADIUS * sin(pi / 6 + k * pi / 3))
        for k in range(6)
    )
    return "M" + "L".join(f"{a:.4f},{b:.4f}" for a, b in corners) + "Z"


def _labels(region: Region, shown: dict[str, int], names: dict[str, str]) -> dict[str, Any]:
    seen: set[str] = set()
    texts = []
    for tile in region.tiles:
        abbreviation = literal(tile.abbr)
        texts.append(
            f"({abbreviation})"
            if tile.slug in seen
            else f"{abbreviation}<br><b>{count(shown[tile.slug])}</b>"
        )
        seen.add(tile.slug)
    dark = [shade_of(shown[tile.slug]) >= FIRST_DARK_SHADE for tile in region.tiles]
    return {
        "type": "scatter",
        "mode": "text",
        "showlegend": False,
        "x": [tile.x for tile in region.tiles],
        "y": [tile.y for tile in region.tiles],
        "text": texts,
        "textfont": {"size": 13, "color": [PAPER if d else INK for d in dark]},
        "customdata": [
            f"{literal(names[tile.slug])}: {count(shown[tile.slug])} attacks"
            for tile in region.tiles
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _layout(region: Region, shown: dict[str, int]) -> dict[str, Any]:
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
                "fillcolor": SHADES[shade_of(shown[tile.slug])],
                "line": {"color": MUTED, "width": 1},
                "layer": "below",
            }
            for tile in region.tiles
        ],
        "margin": {"l": 4, "r": 4, "t": 8, "b": 4},
    }
