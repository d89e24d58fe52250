"""The causal-loop diagram: who acts on whom, with the sign of each influence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tarazu.model import Model
from tarazu.model.describe import Edge, Sign
from tarazu.model.loops import Loop, feedback_loops, influences
from tarazu.report import theme
from tarazu.report.figure import BriefFigure, Table, literal
from tarazu.report.theme import figure_spec

LOOKS: Final[dict[Sign, tuple[str, str, str]]] = {
    "+": (theme.BLUE, "solid", "raises"),
    "-": (theme.VERMILLION, "dash", "lowers"),
    "±": (theme.MUTED, "dot", "either way: the prior leaves the sign open"),
}
RADIUS: Final = 1.0
GAP: Final = 0.06  # between the end of an arrow and the name that it points to


def draw_loops(model: Model, *, key: str = "causal-loops") -> BriefFigure:
    """Return the causal-loop diagram of a model, drawn from its declaration.

    Nodes are the stocks, events and definitions that lie on a feedback loop; arrows are the
    direct influences among them, with the sign of the derivative over prior and state.

    Parameters
    ----------
    key : element id in the page.
    """
    edges = influences(model)
    loops = feedback_loops(edges)
    names = sorted({name for loop in loops for name in loop.members})
    shown = [edge for edge in edges if {edge.source, edge.target} <= set(names)]
    place = dict(zip(names, _circle(names, shown), strict=True))
    traces = [
        trace
        for sign in LOOKS
        for trace in _arrows([edge for edge in shown if edge.sign == sign], place, sign)
    ]
    traces.append(_labels(place))
    axis = {"visible": False, "range": [-1.2, 1.2], "fixedrange": True}
    spec = figure_spec(
        traces,
        height=720,
        layout={"xaxis": axis, "yaxis": axis | {"scaleanchor": "x", "rangemode": "normal"}},
    )
    return BriefFigure(
        key=key,
        title="What acts on what: the feedback loops of the mechanism",
        alt=(
            f"Causal-loop diagram of {len(names)} quantities and {len(shown)} influences; its "
            f"{len(loops)} loops are listed in the table of this figure."
        ),
        source=f"declaration of the model '{model.name}'",
        n=f"{len(names)} quantities, {len(shown)} influences, {len(loops)} independent loops",
        spec=spec,
        table=_loops_table(loops),
        notes=("A solid arrow raises, a dashed one lowers, a dotted one may do either.",),
    )


def _loops_table(loops: Sequence[Loop]) -> Table:
    rows = tuple((loop.name, loop.polarity, " → ".join(loop.members)) for loop in loops)
    return Table("Feedback loops, shortest first", ("loop", "polarity", "members"), rows)


def _circle(names: Sequence[str], edges: Sequence[Edge]) -> NDArray[np.float64]:
    """Return (N, 2) places on a circle; those that act on each other stand near each other."""
    at = {name: i for i, name in enumerate(names)}
    weight = np.zeros((len(names), len(names)))
    for edge in edges:
        weight[at[edge.source], at[edge.target]] += 1.0
        weight[at[edge.target], at[edge.source]] += 1.0
    _, vectors = np.linalg.eigh(np.diag(weight.sum(axis=1)) - weight)
    second = vectors[:, 1] if len(names) > 2 else np.arange(len(names), dtype=float)
    second = second * (1.0 if second[np.abs(second).argmax()] > 0 else -1.0)
    rank = np.lexsort((np.arange(len(names)), np.round(second, 9))).argsort()
    angle = 2 * np.pi * rank / max(len(names), 1)
    return RADIUS * np.stack([np.sin(angle), np.cos(angle)], axis=1)


def _arrows(
    edges: Sequence[Edge], place: dict[str, NDArray[np.float64]], sign: Sign
) -> list[dict[str, Any]]:
    if not edges:
        return []
    colour, dash, words = LOOKS[sign]
    x: list[float | None] = []
    y: list[float | None] = []
    tips: list[NDArray[np.float64]] = []
    for edge in edges:
        points = _curve(place[edge.source], place[edge.target])
        x += [*np.round(points[:, 0], 4).tolist(), None]
        y += [*np.round(points[:, 1], 4).tolist(), None]
        tips.append(points[-2:])
    ends = np.array(tips)  # (N, 2, 2)
    heading = np.degrees(np.arctan2(*(ends[:, 1] - ends[:, 0]).T))
    line = {"color": colour, "width": 1.2, "dash": dash}
    heads = {"symbol": "triangle-up", "size": 8, "color": colour}
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": x,
            "y": y,
            "line": line,
            "name": words,
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "mode": "markers",
            "x": np.round(ends[:, 1, 0], 4).tolist(),
            "y": np.round(ends[:, 1, 1], 4).tolist(),
            "marker": heads | {"angle": np.round(heading, 1).tolist()},
            "text": [literal(f"{e.source} {words.split(':')[0]} {e.target}") for e in edges],
            "hoverinfo": "text",
            "showlegend": False,
        },
    ]


def _curve(start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points of an arc that bends towards the middle and stops short of the names."""
    t = np.linspace(GAP, 1.0 - GAP, 12)[:, None]
    middle = 0.35 * (start + end) / 2
    return np.asarray((1 - t) ** 2 * start + 2 * t * (1 - t) * middle + t**2 * end)


def _labels(place: dict[str, NDArray[np.float64]]) -> dict[str, Any]:
    points = np.array(list(place.values()))
    sides = [
        "middle right" if x > 0.1 else "middle left" if x < -0.1 else "top center"
        for x in points[:, 0]
    ]
    sides = [
        "bottom center" if side == "top center" and y < 0 else side
        for side, y in zip(sides, points[:, 1], strict=True)
    ]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": np.round(points[:, 0], 4).tolist(),
        "y": np.round(points[:, 1], 4).tolist(),
        "text": [literal(name.replace("_", " ")) for name in place],
        "textposition": sides,
        "marker": {"size": 7, "color": theme.INK},
        "textfont": {"size": 12},
        "hoverinfo": "skip",
        "showlegend": False,
    }
