"""Composition of events: shares by year, deaths per event, armed groups by year."""

from __future__ import annotations

from typing import Any

from tarazu.core.number_format import count, interval, number, percent
from tarazu.evidence.finding import FigureData
from tarazu.report.figure import Figure, literal
from tarazu.report.figures.marks import error_bars
from tarazu.report.figures.theme import (
    BAND,
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    SKY,
    VERMILLION,
    figure_spec,
    year_axis,
)

_LABELS = (BLUE, ORANGE, SKY, GREEN)


def shares_figure(figure: FigureData, key: str) -> Figure:
    """Return shares by year as stacked bars, the unlabelled part hatched, with change points."""
    data = figure.data
    years = sorted(set(data["year"]))
    labels = list(dict.fromkeys(data["label"]))
    counts = {(y, k): n for y, k, n in zip(data["year"], data["label"], data["count"], strict=True)}
    total = {y: sum(counts[y, k] for k in labels) for y in years}
    share = {(y, k): counts[y, k] / total[y] if total[y] else 0.0 for y in years for k in labels}
    colours = {k: _LABELS[i % len(_LABELS)] for i, k in enumerate(labels[:-1])}
    bars: list[dict[str, Any]] = [
        {
            "type": "bar",
            "name": literal(k),
            "x": years,
            "y": [share[y, k] for y in years],
            "marker": {"color": colours[k], "line": {"color": PAPER, "width": 0.6}}
            if k in colours
            else {
                "color": PAPER,
                "line": {"color": MUTED, "width": 0.6},
                "pattern": {"shape": "/", "fgcolor": MUTED, "size": 6, "solidity": 0.25},
            },
            "customdata": [f"{counts[y, k]} of {total[y]}" for y in years],
            "hovertemplate": f"%{{x}}, {literal(k)}: %{{y:.0%}} (%{{customdata}})<extra></extra>",
        }
        for k in labels
    ]
    places = list(
        zip(
            data.get("changes", []),
            data.get("changes_from", []),
            data.get("changes_to", []),
            data.get("changes_proven", []),
            strict=True,
        )
    )
    layout = {
        "barmode": "stack",
        "xaxis": year_axis(years[0], years[-1]) | {"title": {"text": literal(figure.x_label)}},
        "yaxis": {
            "title": {"text": literal(figure.y_label)},
            "range": [0, 1.06],
            "tickformat": ".0%",
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
        },
        "legend": {"traceorder": "normal"},
        "shapes": [shape for place in places for shape in _change(*place)],
        "margin": {"t": 44, "l": 60, "r": 16, "b": 52},
    }
    rows = tuple(
        (
            str(y),
            count(total[y]),
            *(percent(share[y, k]) for k in labels),
        )
        for y in years
        if total[y]
    )
    notes = ["Hatched: no label is known; it may belong to any of the others."]
    if places:
        notes.append(
            "Upright lines: change points with 90% intervals; solid where no labels of the "
            "hatched part could explain the change away, dotted where they could."
        )
    return Figure.of_finding(
        figure,
        key,
        figure_spec(bars, height=360, layout=layout),
        ("year", "attacks", *labels),
        rows,
        frozenset(range(1, 2 + len(labels))),
        notes=tuple(notes),
    )


def survival_figure(figure: FigureData, key: str) -> Figure:
    """Return the share of events with at least so many deaths, with two fitted tails."""
    data = figure.data
    seen = {
        "type": "scatter",
        "mode": "markers",
        "name": "events on record",
        "x": data["deaths"],
        "y": data["share"],
        "marker": {"size": 7, "color": PAPER, "line": {"color": INK, "width": 1.4}},
        "hovertemplate": "%{x} deaths or more: %{y:.1%} of events<extra></extra>",
    }
    fits = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": data["deaths"],
            "y": data[column],
            "line": {"color": colour, "width": 2.5, "dash": dash},
            "hoverinfo": "skip",
        }
        for name, column, colour, dash in (
            ("power law", "power_law", BLUE, "solid"),
            ("lognormal", "lognormal", VERMILLION, "dash"),
        )
    ]
    layout = {
        "xaxis": {
            "title": {"text": literal(figure.x_label)},
            "type": "log",
            "tickvals": [a * 10**b for b in range(5) for a in (1, 2, 5)],
        },
        "yaxis": {
            "title": {"text": literal(figure.y_label)},
            "type": "log",
            "rangemode": "normal",
            "tickvals": [1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001],
            "tickformat": ".1%",
        },
        "margin": {"t": 40, "l": 70, "r": 16, "b": 52},
    }
    rows = tuple(
        (count(x), percent(s), *(_or_dash(v) for v in fitted))
        for x, s, *fitted in zip(
            *(data[c] for c in ("deaths", "share", "power_law", "lognormal")), strict=True
        )
    )
    return Figure.of_finding(
        figure,
        key,
        figure_spec([seen, *fits], height=380, layout=layout),
        ("deaths, at least", "share of events", "power law", "lognormal"),
        rows,
        frozenset({0, 1, 2, 3}),
        notes=("Both axes are logarithmic. Few events carry the right end.",),
    )


def groups_figure(figure: FigureData, key: str) -> Figure:
    """Return groups by year: all that were active, and those expected among equally many events."""
    data = figure.data
    years = data["year"]
    bars = {
        "type": "bar",
        "name": "active, whatever the number of events",
        "x": years,
        "y": data["active"],
        "marker": {"color": BAND, "line": {"color": MUTED, "width": 0.8}},
        "customdata": data["events"],
        "hovertemplate": "%{x}: %{y} groups in %{customdata} events<extra></extra>",
    }
    thinned = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "expected among equally many events",
        "x": years,
        "y": data["thinned"],
        "error_y": error_bars(
            *([0.0 if v is None else v for v in data[c]] for c in ("thinned", "low", "high")),
            thickness=1.6,
            width=4,
            color=INK,
        ),
        "line": {"color": BLUE, "width": 2.5},
        "marker": {"size": 8, "color": BLUE},
        "hovertemplate": "%{x}: %{y:.1f}<extra></extra>",
    }
    layout = {
        "xaxis": year_axis(years[0], years[-1]) if years else {},
        "yaxis": {"title": {"text": literal(figure.y_label)}, "dtick": 2},
        "margin": {"t": 40, "l": 56, "r": 16, "b": 52},
    }
    rows = tuple(
        (
            str(y),
            count(n),
            count(a),
            _or_dash(e),
            _or_dash(t),
            interval(None if t is None else (lo, h)),
            count(came),
            count(went),
        )
        for y, n, a, e, t, lo, h, came, went in zip(
            *(
                data[c]
                for c in (
                    "year",
                    "events",
                    "active",
                    "effective",
                    "thinned",
                    "low",
                    "high",
                    "entries",
                    "exits",
                )
            ),
            strict=True,
        )
    )
    return Figure.of_finding(
        figure,
        key,
        figure_spec([bars, thinned], height=340, layout=layout),
        ("year", "events", "active", "effective", "thinned", "interval", "came", "went"),
        rows,
        frozenset({1, 2, 3, 4, 6, 7}),
    )


def _change(at: float, first: float, last: float, proven: bool) -> list[dict[str, Any]]:
    """Upright line at a change with a bar over its interval; bars are centred on years."""
    line = {"color": INK, "width": 2.2, "dash": "solid" if proven else "dot"}
    place = {"xref": "x", "yref": "paper", "type": "line"}
    return [
        place | {"x0": at - 0.5, "x1": at - 0.5, "y0": 0, "y1": 0.98, "line": line},
        place | {"x0": first - 0.5, "x1": last - 0.5, "y0": 0.98, "y1": 0.98, "line": line},
    ]


def _or_dash(value: float | None) -> str:
    return "-" if value is None else number(value)
