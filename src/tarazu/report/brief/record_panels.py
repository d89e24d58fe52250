"""Panels of the record: events by year, and the map of districts."""

from __future__ import annotations

from math import cos, pi, sin, sqrt
from typing import TYPE_CHECKING, Final

from tarazu.core.number_format import count, percent
from tarazu.record import Record
from tarazu.report import anchors
from tarazu.report.brief.panel import Panel
from tarazu.report.brief.texts import TEXTS
from tarazu.report.figures.theme import FIRST_DARK_SHADE
from tarazu.report.figures.tile_map import shade_of
from tarazu.report.svg.canvas import SIZE, Canvas, fitted
from tarazu.report.svg.marks import width_of

if TYPE_CHECKING:
    import pandas as pd

    from tarazu.region import Region

WIDE: Final = 340.0  # px; a narrow screen
NAMED: Final = 4  # districts named beside the map
BARS: Final = 8  # districts drawn where there is no map
LABELS: Final = 7  # years written under the bars at most
HIGH, HIGHEST = 205.0, 300.0  # px, of the map; a region of many rows may take more of the page
LETTER: Final = 0.3  # of a tile's width
LETTERS: Final = 8.5  # px, that a map may grow to have
CROWDED: Final = 60  # tiles; above, their names are left out


def years_panel(record: Record) -> Panel:
    """Return attacks upwards and operations downwards, by year."""
    years = list(range(record.start.year, record.end.year + 1))
    sure, zero, operations = (
        _by_year(record, "militant", years, zero=False),
        _by_year(record, "militant", years, zero=True),
        _by_year(record, "state", years, zero=None),
    )
    attacks = [a + b for a, b in zip(sure, zero, strict=True)]
    gaps = gap_years(record)
    n_attacks, n_operations = sum(attacks), sum(operations)
    title = _years_title(years, attacks, n_operations, gaps)
    unclear = int(record.events.loc[record.events["initiator"] == "unclear", "count"].sum())
    alt = TEXTS.text(
        "years",
        "alt",
        title=title,
        attacks=count(n_attacks),
        zero=count(sum(zero)),
        operations=count(n_operations),
    )
    is_empty = n_attacks + n_operations == 0
    return Panel(
        key="years",
        title=title,
        picture="" if is_empty else _draw_years(years, sure, zero, operations, gaps).svg(alt),
        note=TEXTS.text(
            "years",
            "note",
            attacks=count(n_attacks),
            operations=count(n_operations),
            unclear=count(unclear),
            source=record.source.title,
        ),
        anchor=anchors.RECORD,
    )


def gap_years(record: Record) -> list[int]:
    """Return the years inside the span of a record that have no event at all."""
    years = list(range(record.start.year, record.end.year + 1))
    every = _by_year(record, None, years, zero=None)
    return [year for year, n in zip(years, every, strict=True) if n == 0]


def spans(years: list[int]) -> list[tuple[int, int]]:
    """Return years as spans of neighbouring ones.

    Examples
    --------
    >>> spans([1993, 1994, 1998])
    [(1993, 1994), (1998, 1998)]
    """
    found: list[tuple[int, int]] = []
    for year in years:
        if found and found[-1][1] == year - 1:
            found[-1] = (found[-1][0], year)
        else:
            found.append((year, year))
    return found


def _years_title(years: list[int], attacks: list[int], operations: int, gaps: list[int]) -> str:
    most = max(attacks, default=0)
    if most == 0 and operations == 0:
        return TEXTS.text("years", "none")
    if attacks.count(most) != 1:
        return TEXTS.text(
            "years", "title_flat", attacks=count(sum(attacks)), operations=count(operations)
        )
    quiet = (
        TEXTS.text("years", "quiet", count=count(len(gaps)), years=count(len(years)))
        if gaps
        else TEXTS.text("years", "quiet_none")
    )
    return TEXTS.text(
        "years", "title", year=years[attacks.index(most)], most=count(most), quiet=quiet
    )


def _draw_years(
    years: list[int], sure: list[int], zero: list[int], operations: list[int], gaps: list[int]
) -> Canvas:
    canvas = Canvas(WIDE, 176)
    left, right, top, bottom = 26.0, WIDE - 2, 32.0, 146.0
    most_up = max((a + b for a, b in zip(sure, zero, strict=True)), default=0)
    most_down = max(operations, default=0)
    scale = (bottom - top) / max(most_up + most_down, 1)
    zero_line = top + most_up * scale
    step = (right - left) / len(years)
    for first, last in spans(gaps):
        x = left + (first - years[0]) * step
        canvas.rect(x, top, (last - first + 1) * step, bottom - top, "gap")
    bar = 0.76 * step
    for i in range(len(years)):
        x = left + i * step + (step - bar) / 2
        up, more, down = sure[i] * scale, zero[i] * scale, operations[i] * scale
        canvas.rect(x, zero_line - up, bar, up, "attack")
        if more:
            canvas.rect(x, zero_line - up - more, bar, more, "unproven")
        if down:
            canvas.rect(x, zero_line, bar, down, "operation")
    canvas.line(left, zero_line, right, zero_line, "axis")
    for value, y in ((most_up, top), (most_down, bottom)):
        if value:
            canvas.text(left - 3, y + (8 if y == top else 0), count(value), "muted", anchor="end")
            canvas.line(left - 2, y, left + 2, y, "axis")
    words = TEXTS.text("years", "attacks")
    canvas.text(left, 13, words, "attack-words", size=11.5)
    if sum(zero):
        canvas.text(left + width_of(words, 11.5) + 14, 13, TEXTS.text("years", "zero"), "muted")
    if most_down:
        canvas.text(left, 173, TEXTS.text("years", "operations"), "operation-words", size=11.5)
    if gaps:
        _gap_words(canvas, gaps, years, left, step, zero_line)
    every = max(1, -(-len(years) // LABELS))
    for i, year in enumerate(years):
        if (years[-1] - year) % every == 0:
            x, wide = left + (i + 0.5) * step, width_of(str(year), SIZE)
            x = min(x, right - wide / 2)
            canvas.text(x, bottom + 15, str(year), "muted", anchor="middle")
    return canvas


def _gap_words(
    canvas: Canvas, gaps: list[int], years: list[int], left: float, step: float, zero_line: float
) -> None:
    """Write beside the longest gap what it is."""
    first, last = max(spans(gaps), key=lambda span: span[1] - span[0])
    wide = (last - first + 1) * step
    lines = TEXTS.group("gap")["lines"]
    if wide < max(width_of(line, SIZE) for line in lines):
        return
    middle = left + (first - years[0]) * step + wide / 2
    for i, line in enumerate(lines):
        y = zero_line - 8 - 13 * (len(lines) - 1 - i)
        canvas.text(middle, y, line, "muted", anchor="middle")


def _by_year(
    record: Record, initiator: str | None, years: list[int], *, zero: bool | None
) -> list[int]:
    events: pd.DataFrame = record.events
    if initiator is not None:
        events = events[events["initiator"] == initiator]
    if zero is not None:
        events = events[events["zero_best"] == zero]
    sums = events["count"].groupby(events["date"].dt.year).sum()
    return [int(sums.get(year, 0)) for year in years]


def map_panel(record: Record) -> Panel | None:
    """Return attacks by district: tiles, or bars where a region has no map; None without any."""
    region = record.region
    attacks = record.events[record.events["initiator"] == "militant"]
    sure = attacks[~attacks["zero_best"]]
    sums = sure.groupby("district", observed=True)["count"].sum()
    shown = {slug: int(sums.get(slug, 0)) for slug in region.slugs}
    names = {district.slug: district.name for district in region.districts}
    placed, order = sum(shown.values()), sorted(shown, key=lambda slug: (-shown[slug], slug))
    most = ", ".join(f"{names[slug]} {count(shown[slug])}" for slug in order[:NAMED] if shown[slug])
    if not placed:
        return None
    share = percent(shown[order[0]] / placed)
    title = TEXTS.text("map", "title", district=names[order[0]], share=share)
    alt = TEXTS.text(
        "map",
        "alt",
        title=title,
        most=most,
        quiet=count(sum(n == 0 for n in shown.values())),
        all=count(len(shown)),
    )
    draw = _draw_tiles(region, shown) if region.tiles else _draw_bars(order, shown, names)
    return Panel(
        key="map",
        title=title,
        picture=draw.svg(alt),
        lines=(TEXTS.text("map", "most", most=most),),
        note=TEXTS.text(
            "map",
            "note",
            placed=count(placed),
            homeless=count(int(sure["count"].sum()) - placed),
            brackets=TEXTS.text("map", "brackets") if _has_brackets(region) else "",
            source=record.source.title,
        ),
        anchor=anchors.DISTRICTS,
    )


def _has_brackets(region: Region) -> bool:
    """Return whether a district has several named tiles, all but the first in brackets."""
    return len({tile.slug for tile in region.tiles}) < len(region.tiles) <= CROWDED


def _draw_tiles(region: Region, shown: dict[str, int]) -> Canvas:
    xs, ys = [tile.x for tile in region.tiles], [tile.y for tile in region.tiles]
    wide, high = max(xs) - min(xs) + 1.0, max(ys) - min(ys) + 2 / sqrt(3)
    unit = min(WIDE / wide, max(HIGH, min(HIGHEST, high * LETTERS / LETTER)) / high)
    canvas = Canvas(WIDE, high * unit)
    left = (WIDE - wide * unit) / 2
    radius = 0.96 * unit / sqrt(3)
    size = min(11.0, LETTER * unit)
    seen: set[str] = set()
    for tile in region.tiles:
        x = left + (tile.x - min(xs) + 0.5) * unit
        y = (max(ys) - tile.y + 1 / sqrt(3)) * unit
        shade = shade_of(shown[tile.slug])
        corners = [
            (x + radius * cos(pi / 6 + k * pi / 3), y + radius * sin(pi / 6 + k * pi / 3))
            for k in range(6)
        ]
        canvas.polygon(corners, f"tile shade{shade}")
        if len(region.tiles) > CROWDED:
            continue
        look = "on-dark" if shade >= FIRST_DARK_SHADE else "on-light"
        if tile.slug in seen:
            canvas.text(x, y + 0.35 * size, f"({tile.abbr})", look, anchor="middle", size=size)
            continue
        seen.add(tile.slug)
        canvas.text(x, y - 0.15 * size, tile.abbr, look, anchor="middle", size=size)
        canvas.text(
            x, y + size, count(shown[tile.slug]), f"{look} strong", anchor="middle", size=size
        )
    return canvas


def _draw_bars(order: list[str], shown: dict[str, int], names: dict[str, str]) -> Canvas:
    rows = [slug for slug in order if shown[slug]][:BARS]
    canvas = Canvas(WIDE, 18.0 * max(len(rows), 1) + 18)
    canvas.text(0, 11, TEXTS.text("map", "bars"), "muted")
    most = max((shown[slug] for slug in rows), default=1)
    for i, slug in enumerate(rows):
        y = 18.0 * (i + 1)
        canvas.text(0, y + 12, fitted(names[slug], 118))
        wide = 180.0 * shown[slug] / most
        canvas.rect(122, y + 2, wide, 13, "attack")
        canvas.text(126 + wide, y + 12, count(shown[slug]), "strong")
    return canvas
