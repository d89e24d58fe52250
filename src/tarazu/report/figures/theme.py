"""One design language for every figure: colours, fonts, and the Plotly template.

Colours are Okabe and Ito's palette, which survives the common forms of colour blindness; every
pair that meets in one figure also differs in lightness or in pattern, so that it survives a
black-and-white printer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FONT = (
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", '
    '"DejaVu Sans", Arial, sans-serif'
)

INK = "#1b1f24"
MUTED = "#555d66"
GRID = "#dfe3e8"
BAND = "#d3d8de"
PAPER = "#ffffff"

BLUE = "#0072B2"
ORANGE = "#E69F00"
VERMILLION = "#D55E00"
GREEN = "#009E73"
PURPLE = "#CC79A7"
SKY = "#56B4E9"
SERIES = (BLUE, ORANGE, GREEN, VERMILLION, PURPLE, SKY)
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")

SHADES = ("#f4f6f8", "#d6e6f1", "#a9cde3", "#6facd0", "#2673a6", "#0b5c93", "#083a5e")
"""Light to dark in one hue; the last three carry white text."""
FIRST_DARK_SHADE = 4

CONFIG: Mapping[str, Any] = {
    "displayModeBar": False,
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": False,
}


def template() -> dict[str, Any]:
    """Return the Plotly template shared by all figures."""
    axis = {
        "showline": True,
        "linecolor": MUTED,
        "linewidth": 1,
        "gridcolor": GRID,
        "zeroline": False,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": MUTED,
        "automargin": True,
        "fixedrange": True,
        "title": {"standoff": 10, "font": {"size": 13, "color": INK}},
    }
    return {
        "layout": {
            "font": {"family": FONT, "size": 13, "color": INK},
            "paper_bgcolor": PAPER,
            "plot_bgcolor": PAPER,
            "colorway": list(SERIES),
            "margin": {"l": 56, "r": 16, "t": 34, "b": 52},
            "hoverlabel": {"font": {"family": FONT, "size": 13}, "align": "left"},
            "hovermode": "closest",
            "dragmode": False,
            "bargap": 0.18,
            "legend": {
                "orientation": "h",
                "x": 0,
                "xanchor": "left",
                "y": 1.02,
                "yanchor": "bottom",
                "itemclick": False,
                "itemdoubleclick": False,
                "font": {"size": 12.5},
            },
            "xaxis": axis,
            "yaxis": axis | {"rangemode": "tozero"},
        }
    }


def figure_spec(
    traces: list[dict[str, Any]], *, height: int, layout: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a Plotly figure as plain data, in the shared template.

    Parameters
    ----------
    height : pixels; the width follows the page.
    """
    return {
        "data": traces,
        "layout": {"template": template(), "height": height, **layout},
        "config": dict(CONFIG),
    }


def panel_title(
    text: str, *, y: float = 1.0, x: float = 0.0, axis: str | None = None
) -> dict[str, Any]:
    """Heading of one panel of a figure, above its left edge.

    Parameters
    ----------
    x, y : left edge and top of the panel, in fractions of the plotting area.
    axis : number of the axes of a panel ("" for the first), of which `x` and `y` are fractions.
    """
    return {
        "text": f"<b>{text}</b>",
        "xref": "paper" if axis is None else f"x{axis} domain",
        "yref": "paper" if axis is None else f"y{axis} domain",
        "x": x,
        "xanchor": "left",
        "y": y,
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 13},
    }


def year_axis(first: int, last: int) -> dict[str, Any]:
    """Axis of calendar years with room for half a bar at each end."""
    span = last - first + 1
    step = 1 if span <= 8 else 2 if span <= 16 else 5
    return {
        "title": {"text": "calendar year"},
        "range": [first - 0.6, last + 0.6],
        "tick0": first - first % step,
        "dtick": step,
        "tickformat": "d",
        "showgrid": False,
    }
