"""Reference lines and the words beside them."""

from __future__ import annotations

from typing import Any

from tarazu.report.figures.theme import INK, MUTED


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


def on_level(y: float, text: str) -> dict[str, Any]:
    """Words on the left end of a horizontal line."""
    return {
        "text": text,
        "xref": "paper",
        "yref": "y",
        "x": 0.01,
        "xanchor": "left",
        "y": y,
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 12, "color": MUTED},
    }
