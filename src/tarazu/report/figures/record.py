"""Figures of the record: events by year, deaths by year and side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tarazu.core.number_format import count
from tarazu.core.number_format import years as span_of_years
from tarazu.record import Record
from tarazu.report.figure import Figure, literal
from tarazu.report.figures.theme import BLUE, INK, MUTED, figure_spec, panel_title, year_axis
from tarazu.report.table import Table

if TYPE_CHECKING:
    import pandas as pd

PANEL_GAP = 0.11  # of the plotting height: room for the heading of the panel below

INITIATORS = (
    ("militant", "Attacks by armed groups"),
    ("state", "Operations by the state"),
    ("foreign_state", "Strikes by foreign states"),
    ("unclear", "Unclear who began"),
    ("other", "Other conflicts"),
)

NOUNS = {"militant": "attacks", "state": "operations", "foreign_state": "foreign states"}

SIDES = (
    ("deaths_civilian", "Civilians"),
    ("deaths_state", "Government forces"),
    ("deaths_militant", "Armed groups"),
    ("deaths_unknown", "Side unknown"),
)


def events_figure(record: Record) -> Figure:
    """Return events by year and initiator, those without a confirmed death apart."""
    years = _years(record)
    counts = {
        (initiator, zero): _by_year(
            record.events.loc[
                (record.events["initiator"] == initiator) & (record.events["zero_best"] == zero)
            ],
            "count",
            years,
        )
        for initiator, _ in INITIATORS
        for zero in (False, True)
    }
    shown = [
        (initiator, words)
        for initiator, words in INITIATORS
        if sum(counts[initiator, False]) + sum(counts[initiator, True])
    ]
    traces: list[dict[str, Any]] = []
    titles = []
    for place, (initiator, words) in enumerate(shown):
        sure, zero = counts[initiator, False], counts[initiator, True]
        titles.append(f"{words}: {count(sum(sure) + sum(zero))} ({count(sum(zero))} hatched)")
        for name, values, marker in (
            ("at least one confirmed death", sure, _SOLID),
            ("no confirmed death (best estimate 0)", zero, _HATCHED),
        ):
            traces.append(
                {
                    "type": "bar",
                    "name": name,
                    "legendgroup": name,
                    "showlegend": place == 0,
                    "x": years,
                    "y": [value or None for value in values],
                    "yaxis": _axis_name("y", place),
                    "marker": marker,
                    "hovertemplate": "%{x}: %{y} events, " + name + "<extra></extra>",
                }
            )
    layout = _stacked(years, titles, y_title="events per year") | {"barmode": "stack"}
    columns = ["year"]
    for initiator, _ in shown:
        noun = NOUNS.get(initiator, initiator)
        columns += [f"{noun}, confirmed death", f"{noun}, best = 0"]
    rows = tuple(
        (str(year), *(count(counts[k, z][i]) for k, _ in shown for z in (False, True)))
        for i, year in enumerate(years)
    )
    total = sum(sum(values) for values in counts.values())
    zeros = sum(sum(values) for (_, zero), values in counts.items() if zero)
    title = f"Events by year, {span_of_years(years[0], years[-1])}"
    return Figure(
        key="figure-timeline",
        title=title,
        alt=(
            f"{title}: stacked yearly bars, one panel per initiator. "
            + " ".join(
                f"{t}: {_peak(years, counts, k)}." for t, (k, _) in zip(titles, shown, strict=True)
            )
        ),
        source=record.source.title,
        n=f"{count(total)} events, {count(zeros)} of them without a confirmed death",
        spec=figure_spec(traces, height=96 + 92 * len(shown), layout=layout),
        table=Table(title, tuple(columns), rows, frozenset(range(1, len(columns)))),
        notes=(
            "An attack is begun by an armed group, an operation by the state; other conflicts are "
            "between groups or with another state, whose strikes are counted apart. Vertical "
            "scales differ between panels.",
            *_weak_rows(record, zeros),
        ),
    )


def _weak_rows(record: Record, zeros: int) -> tuple[str, ...]:
    """Return what hatched rows rest on, where a source otherwise has lethal events only."""
    if not zeros or not record.source.is_lethal_only:
        return ()
    sites = record.events.loc[record.events["group_site"], "count"].sum()
    many = f"; {count(float(sites))} events come from armed groups' own sites" if sites else ""
    return (
        f"Hatched rows rest on claims and ranges without a confirmed death{many}. Read trends "
        "without them first.",
    )


def deaths_figure(record: Record) -> Figure:
    """Return deaths by year, one panel per side, on one common scale."""
    years = _years(record)
    series = {column: _by_year(record.events, column, years) for column, _ in SIDES}
    top = max(max(values) for values in series.values())
    traces = [
        {
            "type": "bar",
            "name": words,
            "showlegend": False,
            "x": years,
            "y": series[column],
            "yaxis": _axis_name("y", place),
            "marker": {"color": MUTED},
            "hovertemplate": "%{x}: %{y} deaths<extra>" + words + "</extra>",
        }
        for place, (column, words) in enumerate(SIDES)
    ]
    titles = [f"{words} ({count(sum(series[column]))})" for column, words in SIDES]
    layout = _stacked(years, titles, y_title="deaths per year")
    layout["margin"]["t"] = 24
    for place in range(len(SIDES)):
        layout[_axis_key("y", place)]["range"] = [0, 1.05 * max(top, 1)]
    rows = tuple(
        (str(year), *(count(series[column][i]) for column, _ in SIDES))
        for i, year in enumerate(years)
    )
    total = sum(sum(values) for values in series.values())
    title = f"Deaths by year and side, {span_of_years(years[0], years[-1])}"
    return Figure(
        key="figure-deaths",
        title=title,
        alt=f"{title}: yearly bars in four panels of one scale. Totals: {'; '.join(titles)}.",
        source=record.source.title,
        n=f"{count(total)} deaths in {count(float(record.events['count'].sum()))} events",
        spec=figure_spec(traces, height=64 + 86 * len(SIDES), layout=layout),
        table=Table(title, ("year", *(w.lower() for _, w in SIDES)), rows, frozenset(range(1, 5))),
        notes=(
            "Best estimates of deaths; low and high estimates, where the source has them, "
            "are not part of this record. All four panels share one scale.",
        ),
    )


_SOLID = {"color": BLUE}
_HATCHED = {
    "color": "#ffffff",
    "line": {"color": INK, "width": 1},
    "pattern": {"shape": "/", "fgcolor": INK, "bgcolor": "#ffffff", "size": 5, "solidity": 0.25},
}


def _years(record: Record) -> list[int]:
    return list(range(record.start.year, record.end.year + 1))


def _by_year(events: pd.DataFrame, column: str, years: list[int]) -> list[int]:
    sums = events[column].groupby(events["date"].dt.year).sum()
    return [int(sums.get(year, 0)) for year in years]


def _peak(years: list[int], counts: dict[tuple[str, bool], list[int]], initiator: str) -> str:
    totals = [a + b for a, b in zip(counts[initiator, False], counts[initiator, True], strict=True)]
    at = totals.index(max(totals))
    return f"most in {years[at]}, {count(totals[at])}"


def _axis_name(letter: str, place: int) -> str:
    return letter if place == 0 else f"{letter}{place + 1}"


def _axis_key(letter: str, place: int) -> str:
    return f"{letter}axis" if place == 0 else f"{letter}axis{place + 1}"


def _stacked(years: list[int], titles: list[str], *, y_title: str) -> dict[str, Any]:
    """Layout of panels one above the other over one axis of years."""
    panels = len(titles)
    height = (1 - PANEL_GAP * (panels - 1)) / panels
    layout: dict[str, Any] = {
        "xaxis": year_axis(years[0], years[-1]) | {"anchor": _axis_name("y", panels - 1)},
        "annotations": [],
        "margin": {"l": 56, "r": 12, "t": 64, "b": 48},
        "legend": {"y": 1, "yref": "container", "yanchor": "top"},
    }
    for place, words in enumerate(titles):
        top = 1 - place * (height + PANEL_GAP)
        layout[_axis_key("y", place)] = {
            "domain": [max(top - height, 0), top],
            "anchor": "x",
            "title": {"text": y_title if panels < 2 else y_title.replace(" per ", "<br>per ")},
            "nticks": 4,
        }
        layout["annotations"].append(panel_title(literal(words), y=top))
    return layout
