"""The causal-loop diagram: direct influences with their signs, and the loops they form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tarazu.model import Model
from tarazu.model.description import Edge, Sign
from tarazu.model.loops.claimed import ClaimedLoop, claimed_loops
from tarazu.model.loops.feedback import LETTERS, Loop, feedback_loops, influences
from tarazu.report.figure import Figure, literal
from tarazu.report.figures import theme
from tarazu.report.figures.theme import figure_spec
from tarazu.report.table import Table

LOOKS: Final[dict[Sign, tuple[str, str, str]]] = {
    "+": (theme.BLUE, "solid", "raises"),
    "-": (theme.VERMILLION, "dash", "lowers"),
    "±": (theme.MUTED, "dot", "either way: the prior leaves the sign open"),
}
STEPS: Final[dict[Sign, str]] = {"+": "→", "-": "−→", "±": "±→"}
RADIUS: Final = 1.0
REACH: Final = 1.75  # of the axes: the longest names stand outside the circle
FONT: Final = 11
LINE: Final = 16  # pixels; height of a name
LISTED: Final = 8  # loops of each sign that the page lists; the table has all
GAP: Final = 0.06  # between the end of an arrow and the name that it points to


def loops_figure(model: Model, *, key: str = "causal-loops") -> Figure:
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
    traces.append(_nodes(place))
    axis = {"visible": False, "range": [-REACH, REACH], "fixedrange": True}
    spec = figure_spec(
        traces,
        height=960,
        layout={
            "xaxis": axis,
            "yaxis": axis | {"scaleanchor": "x", "rangemode": "normal"},
            "annotations": [_label(name, point) for name, point in place.items()],
        },
    )
    return Figure(
        key=key,
        title="What acts on what: the feedback loops of the model",
        alt=(
            f"Causal-loop diagram of {len(names)} quantities and {len(shown)} influences; its "
            f"{len(loops)} loops are in the table of this figure, the shortest of them below it."
        ),
        source=f"declaration of the model '{model.name}'",
        n=f"{len(names)} quantities, {len(shown)} influences, {len(loops)} independent loops",
        spec=spec,
        table=_loops_table(loops),
        notes=(
            "A solid arrow raises, a dashed one lowers, a dotted one may do either.",
            *_listed(loops),
            *_claimed(claimed_loops(edges)),
        ),
    )


def _loops_table(loops: Sequence[Loop]) -> Table:
    rows = tuple((loop.name, loop.polarity, " → ".join(loop.members)) for loop in loops)
    return Table("Feedback loops, shortest first", ("loop", "polarity", "members"), rows)


def _listed(loops: Sequence[Loop]) -> Iterator[str]:
    """Yield a heading and the shortest loops of each polarity, those of a known sign first."""
    yield "In the loops below, → raises, −→ lowers, ±→ may do either."
    for polarity in LETTERS:
        of = [loop for loop in loops if loop.polarity == polarity]
        shown = of[:LISTED]
        if not of:
            continue
        what = "Loops of either sign, by the prior" if polarity == "either" else f"{polarity} loops"
        rest = "" if len(shown) == len(of) else "; the rest are in the table (CSV)"
        yield f"{what.capitalize()}, shortest first, {len(shown)} of {len(of)} shown{rest}:"
        yield from (f"{loop.name}: {_in_words(loop)}" for loop in shown)


def _claimed(claimed: Sequence[ClaimedLoop]) -> Iterator[str]:
    """Yield the loops that the description claims, with the sign that the declaration gives."""
    yield (
        "Loops that the description of the conflict claims, as this model has them. Each is the "
        "loop through the links that its name requires; its sign is that of the declaration."
    )
    for one in claimed:
        if one.loop is None:
            yield f"{one.claim.capitalize()}: not a loop of this model."
            continue
        links = ", ".join(f"{_plain(a)} on {_plain(b)}" for a, b in one.open_links)
        sign = f"of either sign, open at: {links}" if links else one.loop.polarity
        yield f"{one.claim.capitalize()} ({sign}): {_in_words(one.loop)}"


def _in_words(loop: Loop) -> str:
    steps = zip(loop.members, loop.signs, strict=True)
    return " ".join(f"{_plain(m)} {STEPS[s]}" for m, s in steps) + f" {_plain(loop.members[0])}"


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _circle(names: Sequence[str], edges: Sequence[Edge]) -> NDArray[np.float64]:
    """Return (N, 2) places on a circle; those that act on each other stand near each other."""
    if not names:
        return np.zeros((0, 2))
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


def _nodes(place: dict[str, NDArray[np.float64]]) -> dict[str, Any]:
    points = np.array(list(place.values())).reshape(-1, 2)
    return {
        "type": "scatter",
        "mode": "markers",
        "x": np.round(points[:, 0], 4).tolist(),
        "y": np.round(points[:, 1], 4).tolist(),
        "text": [literal(_plain(name)) for name in place],
        "marker": {"size": 7, "color": theme.INK},
        "hoverinfo": "text",
        "showlegend": False,
    }


def _label(name: str, point: NDArray[np.float64]) -> dict[str, Any]:
    """Return a name that stands outside the circle and runs outwards from its point.

    Plotly anchors the box around the rotated text: the corner next to the circle is put on the
    point, and shifted so that the end of the text, not the corner, lies there.
    """
    x, y = point
    outwards = np.degrees(np.arctan2(y, x))
    right, above = x >= 0.0, y >= 0.0
    return {
        "text": literal(_plain(name)),
        "x": round(float(1.03 * x), 4),
        "y": round(float(1.03 * y), 4),
        "xanchor": "left" if right else "right",
        "yanchor": "bottom" if above else "top",
        "xshift": round(float((-1 if right else 1) * abs(y) * LINE / 2), 1),
        "yshift": round(float((-1 if above else 1) * abs(x) * LINE / 2), 1),
        "textangle": round(float(-outwards if right else 180.0 - outwards), 1),
        "font": {"size": FONT},
        "showarrow": False,
        "borderpad": 0,
    }
