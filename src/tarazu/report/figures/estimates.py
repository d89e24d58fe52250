"""Estimates with their intervals: variants, windows, lags, and detectable effects."""

from __future__ import annotations

import re
from collections.abc import Mapping
from textwrap import wrap
from typing import Any

from tarazu.core.number_format import count, estimate, interval, number, percent
from tarazu.evidence.finding import FigureData
from tarazu.report.figure import Figure, literal
from tarazu.report.figures.marks import bin_edges, error_bars, level, steps, upright
from tarazu.report.figures.theme import (
    BAND,
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    VERMILLION,
    figure_spec,
)

SYMBOLS = ("circle", "square", "diamond", "triangle-up")
COLOURS = (BLUE, ORANGE, GREEN, VERMILLION)
NAME = 26  # characters of a row's name on one line


def forest_figure(figure: FigureData, key: str) -> Figure:
    """Return the estimate under other coding choices and subsets."""
    data = figure.data
    drawn = [i for i, value in enumerate(data["estimate"]) if value is not None]
    bare = [i for i in drawn if None in (data["low"][i], data["high"][i])]
    ends = {
        name: [data["estimate" if i in bare else name][i] for i in drawn]
        for name in ("estimate", "low", "high")
    }
    count_rows = len(data["variant"])
    heights = [count_rows - 1 - i for i in range(count_rows)]
    null = data["null"][0] if data.get("null") else 0.0
    points = {
        "type": "scatter",
        "mode": "markers",
        "name": "estimate and interval",
        "showlegend": False,
        "x": [data["estimate"][i] for i in drawn],
        "y": [heights[i] for i in drawn],
        "error_x": error_bars(
            *ends.values(),
            thickness=2,
            width=5,
            color=INK,
        ),
        "marker": {
            "size": [13 if i == 0 else 9 for i in drawn],
            "opacity": 1,
            "symbol": ["diamond" if i == 0 else "circle" for i in drawn],
            "color": [VERMILLION if i == 0 else BLUE for i in drawn],
            "line": {"color": INK, "width": 1},
        },
        "customdata": [
            literal(
                f"{data['variant'][i]}: "
                + estimate(
                    data["estimate"][i],
                    None if i in bare else (data["low"][i], data["high"][i]),
                    signed=False,
                )
            )
            for i in drawn
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    layout = {
        "xaxis": {"title": {"text": literal(figure.x_label)}},
        "yaxis": {
            "range": [-0.6, count_rows - 0.4],
            "tickvals": heights,
            "ticktext": [
                _two_lines(name if i in drawn else f"{name}: not estimable")
                for i, name in enumerate(data["variant"])
            ],
            "ticks": "",
            "showgrid": False,
            "showline": False,
        },
        "shapes": [upright(null, dash="dash")],
        "margin": {"t": 12, "l": 150, "r": 16, "b": 52},
    }
    rows = tuple(
        (str(name), number(e), interval(None if lo is None else (lo, h)), str(n), str(verdict))
        for name, e, lo, h, n, verdict in zip(
            *(data[c] for c in ("variant", "estimate", "low", "high", "n", "verdict")), strict=True
        )
    )
    return Figure.of_finding(
        figure,
        key,
        figure_spec([points], height=74 + 34 * count_rows, layout=layout),
        ("variant", "estimate", "interval", "n", "verdict alone"),
        rows,
        frozenset({1}),
        notes=(
            "Diamond: the main estimate. Dashed line: no effect."
            + (" Marks without a bar have no interval." if bare else ""),
        ),
    )


def kernel_figure(figure: FigureData, key: str) -> Figure:
    """Return the rate after an operation relative to the rate without it, by lag."""
    data = figure.data
    edges = bin_edges(data["lag_from"], data["lag_to"])
    curves = {name: steps(data[name]) for name in ("rate_ratio", "low", "high")}
    layout = {
        "xaxis": {"title": {"text": literal(figure.x_label)}, "showgrid": False},
        "yaxis": {
            "title": {"text": literal(figure.y_label)},
            "type": "log" if min(curves["low"], default=0) > 0 else "linear",
            "rangemode": "normal",
        },
        "shapes": [level(1.0)],
        "margin": {"t": 40, "l": 56, "r": 16, "b": 52},
    }
    traces = [
        _edge(edges, curves["low"], fill=None),
        _edge(edges, curves["high"], fill="tonexty"),
        {
            "type": "scatter",
            "mode": "lines",
            "name": "estimate",
            "x": edges,
            "y": curves["rate_ratio"],
            "line": {"color": BLUE, "width": 2.5},
            "hovertemplate": "day %{x}: %{y:.2f}<extra></extra>",
        },
    ]
    rows = tuple(
        (f"{a} to {b}", number(r), interval((lo, h)))
        for a, b, r, lo, h in zip(
            *(data[c] for c in ("lag_from", "lag_to", "rate_ratio", "low", "high")), strict=True
        )
    )
    return Figure.of_finding(
        figure,
        key,
        figure_spec(traces, height=340, layout=layout),
        ("days after the operation", "rate ratio", "interval"),
        rows,
        frozenset({1}),
        notes=("Dashed line: 1, the rate without an operation.",),
    )


def power_figure(figure: FigureData, key: str) -> Figure:
    """Return the share of simulated records in which an effect of each size is found."""
    data = figure.data
    curve = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "share of simulated records",
        "showlegend": False,
        "x": data["effect"],
        "y": data["power"],
        "line": {"color": BLUE, "width": 2.5},
        "marker": {"size": 8, "color": BLUE},
        "customdata": data["n_records"],
        "hovertemplate": "effect %{x}: %{y:.0%} of %{customdata} records<extra></extra>",
        "cliponaxis": False,
    }
    layout = {
        "xaxis": {"title": {"text": literal(figure.x_label)}},
        "yaxis": {
            "title": {"text": literal(figure.y_label)},
            "range": [0, 1.02],
            "tickformat": ".0%",
            "dtick": 0.2,
        },
        "shapes": [level(0.8)],
        "margin": {"t": 16, "l": 60, "r": 16, "b": 52},
    }
    rows = tuple(
        (number(e, signed=True), percent(p), count(n))
        for e, p, n in zip(data["effect"], data["power"], data["n_records"], strict=True)
    )
    return Figure.of_finding(
        figure,
        key,
        figure_spec([curve], height=300, layout=layout),
        ("true effect", "found in", "simulated records"),
        rows,
        frozenset({0, 1, 2}),
        notes=("Dashed line: 80%, the usual standard of what counts as detectable.",),
    )


def effects_figure(figure: FigureData, key: str) -> Figure:
    """Return estimates with intervals: one line per row, one mark per panel."""
    data = _in_panels(figure.data)
    panels = list(dict.fromkeys(data["panel"]))
    count_rows = len(data["row"])
    first_of = {panel: data["panel"].index(panel) for panel in panels}
    heads = len(panels) if len(panels) > 1 else 0
    heights = [
        count_rows + heads - 1 - i - (panels.index(panel) + 1 if heads else 0)
        for i, panel in enumerate(data["panel"])
    ]
    traces = []
    for p, panel in enumerate(panels):
        mine = [i for i in range(count_rows) if data["panel"][i] == panel]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": literal(panel),
                "x": [data["estimate"][i] for i in mine],
                "y": [heights[i] for i in mine],
                "error_x": error_bars(
                    *([data[name][i] for i in mine] for name in ("estimate", "low", "high")),
                    thickness=2,
                    width=4,
                    color=INK,
                ),
                "marker": {
                    "size": 9,
                    "opacity": 1,
                    "symbol": SYMBOLS[p % len(SYMBOLS)],
                    "color": COLOURS[p % len(COLOURS)],
                    "line": {"color": INK, "width": 1},
                },
                "customdata": [
                    literal(
                        f"{panel}, {data['row'][i]}: "
                        + estimate(
                            data["estimate"][i], (data["low"][i], data["high"][i]), signed=False
                        )
                    )
                    for i in mine
                ],
                "hovertemplate": "%{customdata}<extra></extra>",
            }
        )
    layout = {
        "xaxis": {"title": {"text": literal(figure.x_label)}},
        "yaxis": {
            "range": [-0.6, count_rows + heads - 0.4],
            "tickvals": [*heights, *(heights[i] + 1 for i in first_of.values() if heads)],
            "ticktext": [
                *(_two_lines(row) for row in data["row"]),
                *(f"<b>{literal(panel)}</b>" for panel in panels if heads),
            ],
            "ticks": "",
            "showgrid": False,
        },
        "shapes": [upright(0, dash="dash")],
        "showlegend": False,
        "margin": {"t": 14, "l": 150, "r": 16, "b": 52},
    }
    rows = tuple(
        (str(panel), str(row), number(e), interval((lo, h)), str(n), str(verdict))
        for panel, row, e, lo, h, n, verdict in zip(
            *(data[c] for c in ("panel", "row", "estimate", "low", "high", "n", "verdict")),
            strict=True,
        )
    )
    return Figure.of_finding(
        figure,
        key,
        figure_spec(traces, height=76 + 26 * (count_rows + heads), layout=layout),
        ("where", "when", "estimate", "interval", "n", "verdict alone"),
        rows,
        frozenset({2}),
        notes=("Dashed line: no effect.",),
    )


def excitation_figure(figure: FigureData, key: str) -> Figure:
    """Return a kernel fitted as steps, its interval, and the exponential one."""
    data = figure.data
    edges = bin_edges(data["lag_from"], data["lag_to"])

    def curve(
        name: str, column: str, colour: str, width: float, **more: object
    ) -> dict[str, object]:
        return {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": edges,
            "y": steps(data[column]),
            "line": {"color": colour, "width": width},
            "hovertemplate": "day %{x}: %{y:.4f}<extra></extra>",
            **more,
        }

    traces = [
        curve("lower end", "low", MUTED, 0.8, showlegend=False, hoverinfo="skip"),
        curve("interval", "high", MUTED, 0.8, fill="tonexty", fillcolor=BAND, hoverinfo="skip"),
        curve("no form assumed", "rate", BLUE, 2.5),
        curve("exponential", "exponential", VERMILLION, 2.0),
    ]
    layout = {
        "xaxis": {"title": {"text": literal(figure.x_label)}, "showgrid": False},
        "yaxis": {"title": {"text": literal(figure.y_label)}, "rangemode": "tozero"},
        "margin": {"t": 40, "l": 64, "r": 16, "b": 52},
    }
    rows = tuple(
        (f"{a} to {b}", number(rate), interval((low, high)), number(smooth))
        for a, b, rate, low, high, smooth in zip(
            *(data[c] for c in ("lag_from", "lag_to", "rate", "low", "high", "exponential")),
            strict=True,
        )
    )
    return Figure.of_finding(
        figure,
        key,
        figure_spec(traces, height=340, layout=layout),
        ("days after", "events per day", "interval", "exponential"),
        rows,
        frozenset({1, 3}),
    )


def _edge(edges: list[float], values: list[float], *, fill: str | None) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "interval",
        "showlegend": fill is not None,
        "x": edges,
        "y": values,
        "line": {"color": MUTED, "width": 0.8},
        "fill": fill or "none",
        "fillcolor": BAND,
        "hoverinfo": "skip",
    }


def _two_lines(name: str) -> str:
    """Return a name for an axis, broken where one line would take room from the plot."""
    return "<br>".join(literal(line) for line in wrap(name, NAME))


def _in_panels(data: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """Return rows panel by panel, and in each those before an operation before those after it."""
    panels = list(dict.fromkeys(data["panel"]))
    order = sorted(
        range(len(data["row"])),
        key=lambda i: (panels.index(data["panel"][i]), _moment(str(data["row"][i]))),
    )
    return {name: [values[i] for i in order] for name, values in data.items()}


def _moment(row: str) -> tuple[int, int]:
    """Return where a row of days stands: the last days before, ..., the first days after."""
    found = re.match(r"\d+", row)
    if found is None:
        return (0, 0)
    days = int(found[0])
    return (0, -days) if row.endswith("before") else (1, days)
