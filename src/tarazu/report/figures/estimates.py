"""Estimates with their intervals: reruns, lags, and what could have been found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tarazu.core.number_format import count, interval, number, percent
from tarazu.evidence.finding import FigureData
from tarazu.report.figure import Figure, literal
from tarazu.report.figures.annotations import level, on_level, upright
from tarazu.report.figures.theme import BAND, BLUE, INK, MUTED, VERMILLION, figure_spec


def draw_forest(figure: FigureData, key: str) -> Figure:
    """Draw the same estimate on other cuts and readings of the record."""
    data = figure.data
    drawn = [
        i
        for i, row in enumerate(zip(data["estimate"], data["low"], data["high"], strict=True))
        if None not in row
    ]
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
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [data["high"][i] - data["estimate"][i] for i in drawn],
            "arrayminus": [data["estimate"][i] - data["low"][i] for i in drawn],
            "thickness": 2,
            "width": 5,
            "color": INK,
        },
        "marker": {
            "size": [13 if i == 0 else 9 for i in drawn],
            "opacity": 1,
            "symbol": ["diamond" if i == 0 else "circle" for i in drawn],
            "color": [VERMILLION if i == 0 else BLUE for i in drawn],
            "line": {"color": INK, "width": 1},
        },
        "customdata": [
            literal(
                f"{data['variant'][i]}: {number(data['estimate'][i])} "
                f"({interval((data['low'][i], data['high'][i]))})"
            )
            for i in drawn
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    labels = [
        {
            "text": literal(name if i in drawn else f"{name}: not estimable"),
            "xref": "paper",
            "x": 0,
            "xanchor": "left",
            "y": heights[i] + 0.2,
            "yanchor": "bottom",
            "showarrow": False,
            "font": {"size": 12.5, "color": INK if i in drawn else MUTED},
        }
        for i, name in enumerate(data["variant"])
    ]
    layout = {
        "xaxis": {"title": {"text": literal(figure.x_label)}},
        "yaxis": {
            "title": {"text": literal(figure.y_label)},
            "range": [-0.6, count_rows - 0.25],
            "showticklabels": False,
            "ticks": "",
            "showgrid": False,
            "showline": False,
        },
        "shapes": [upright(null, dash="dash")],
        "annotations": labels,
        "margin": {"t": 12, "l": 34, "r": 16, "b": 52},
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
        figure_spec([points], height=70 + 46 * count_rows, layout=layout),
        ("reading of the record", "estimate", "interval", "n", "verdict"),
        rows,
        frozenset({1}),
        notes=("Diamond: the main estimate. Dashed line: no effect.",),
    )


def draw_kernel(figure: FigureData, key: str) -> Figure:
    """Draw the rate after an operation relative to the rate without it, by lag."""
    data = figure.data
    edges, curves = _steps(data)
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


def draw_power(figure: FigureData, key: str) -> Figure:
    """Draw how often an effect of each size would be found in a record like this one."""
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
        "annotations": [on_level(0.8, "80%, the usual standard")],
        "margin": {"t": 16, "l": 60, "r": 16, "b": 52},
    }
    rows = tuple(
        (number(e, signed=True), percent(p), count(n))
        for e, p, n in zip(data["effect"], data["power"], data["n_records"], strict=True)
    )
    return Figure.of_finding(
        figure,
        key,
        figure_spec([curve], height=330, layout=layout),
        ("true effect", "found in", "simulated records"),
        rows,
        frozenset({0, 1, 2}),
    )


def _steps(data: Mapping[str, list[Any]]) -> tuple[list[float], dict[str, list[float]]]:
    """Lag bins as the corners of a staircase: each bin flat from its first to its last edge."""
    edges: list[float] = []
    curves: dict[str, list[float]] = {"rate_ratio": [], "low": [], "high": []}
    for i, (first, last) in enumerate(zip(data["lag_from"], data["lag_to"], strict=True)):
        edges += [first - 0.5, last + 0.5]
        for name, curve in curves.items():
            curve += [data[name][i]] * 2
    return edges, curves


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
