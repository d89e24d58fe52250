"""Marks that figures share: reference lines, words beside them, points with error bars, steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tarazu.report.figure import literal
from tarazu.report.figures.theme import BLUE, INK, MUTED


def upright(x: float, *, dash: str) -> dict[str, Any]:
    """Vertical line over the whole height of the plot."""
    return {
        "type": "line",
        "xref": "x",
        "yref": "paper",
        "x0": x,
        "x1": x,
        "y0": 0,
        "y1": 1,
        "line": {"color": INK, "width": 1.2, "dash": dash},
    }


def level(y: float) -> dict[str, Any]:
    """Dashed horizontal line over the whole width of the plot."""
    return {
        "type": "line",
        "xref": "paper",
        "yref": "y",
        "x0": 0,
        "x1": 1,
        "y0": y,
        "y1": y,
        "line": {"color": INK, "width": 1.2, "dash": "dash"},
    }


def beside_upright(x: float, text: str, *, anchor: str) -> dict[str, Any]:
    """Words at the top of a vertical line; `anchor` is the edge of the words that touches it."""
    return {
        "text": text,
        "xref": "x",
        "yref": "paper",
        "x": x,
        "xanchor": anchor,
        "xshift": 6 if anchor == "left" else -6,
        "y": 1,
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 12.5, "color": MUTED},
    }


def error_bars(
    values: Iterable[float], low: Iterable[float], high: Iterable[float], **looks: Any
) -> dict[str, Any]:
    """Error bars from the ends of intervals.

    Parameters
    ----------
    looks : further properties of Plotly's error bars, such as ``width``.
    """
    triples = list(zip(values, low, high, strict=True))
    return {
        "type": "data",
        "symmetric": False,
        "array": [_short(top - value) for value, _, top in triples],
        "arrayminus": [_short(value - bottom) for value, bottom, _ in triples],
        **looks,
    }


def named_points(
    names: Sequence[str], values: Sequence[float], low: Sequence[float], high: Sequence[float]
) -> dict[str, Any]:
    """One point with an error bar per name, the first name at the top."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [_short(value) for value in reversed(values)],
        "y": [literal(name) for name in reversed(names)],
        "error_x": error_bars(reversed(values), reversed(low), reversed(high)),
        "marker": {"color": BLUE, "size": 9},
        "showlegend": False,
    }


def bin_edges(first: Sequence[float], last: Sequence[float]) -> list[float]:
    """Corners of a staircase over bins of whole days: each bin flat from edge to edge."""
    return [edge for a, b in zip(first, last, strict=True) for edge in (a - 0.5, b + 0.5)]


def steps(values: Sequence[float]) -> list[float]:
    """Heights of a staircase at the corners that `bin_edges` returns."""
    return [value for value in values for _ in range(2)]


def _short(value: float) -> float:
    """Return a number with the digits that a picture can show."""
    return float(f"{value:.6g}")
