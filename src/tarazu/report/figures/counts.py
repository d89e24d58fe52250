"""Observed counts against the range expected by chance or under a good fit."""

from __future__ import annotations

from tarazu.core.number_format import MINUS, count, interval, number
from tarazu.evidence.finding import FigureData
from tarazu.report.figure import Figure, literal
from tarazu.report.figures.marks import beside_upright, upright
from tarazu.report.figures.theme import BAND, BLUE, INK, MUTED, figure_spec

MOST_TICKS = 7  # names of bins under a plot
WEEK = 7  # days


def windows_figure(figure: FigureData, key: str) -> Figure:
    """Return observed counts before and after an operation against those of moved dates."""
    data = figure.data
    starts, ends, seen = data["day_from"], data["day_to"], data["attacks"]
    middles = list(range(len(starts)))  # windows of unequal length side by side, none a density
    turn = sum(end < 0 for end in ends) - 0.5  # where the operation stands
    spans = [_days(a, b) for a, b in zip(starts, ends, strict=True)]
    band = {
        "type": "bar",
        "name": "range expected by chance",
        "x": middles,
        "base": data["low"],
        "y": [h - lo for lo, h in zip(data["low"], data["high"], strict=True)],
        "width": 0.92,
        "marker": {"color": BAND, "line": {"color": MUTED, "width": 0.8}},
        "customdata": [
            f"{span}: by chance {number(e)}, range {interval((lo, h))}"
            for span, e, lo, h in zip(
                spans, data["expected"], data["low"], data["high"], strict=True
            )
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    mean = {
        "type": "scatter",
        "name": "mean expected by chance",
        "mode": "markers",
        "x": middles,
        "y": data["expected"],
        "marker": {"symbol": "line-ew", "size": 18, "line": {"width": 2, "color": MUTED}},
        "hoverinfo": "skip",
    }
    observed = {
        "type": "scatter",
        "name": "observed",
        "mode": "markers+text",
        "x": middles,
        "y": seen,
        "text": [f"<b>{count(v)}</b>" for v in seen],
        "textposition": "top center",
        "textfont": {"color": INK},
        "marker": {"symbol": "circle", "size": 11, "color": BLUE},
        "customdata": spans,
        "hovertemplate": "%{customdata}: %{y} observed<extra></extra>",
        "cliponaxis": False,
    }
    top = max([*seen, *data["high"], 1])
    layout = {
        "xaxis": {
            "title": {"text": literal(figure.x_label)},
            "tickvals": middles,
            "ticktext": [_span(a, b) for a, b in zip(starts, ends, strict=True)],
            "range": [-0.6, len(middles) - 0.4],
            "showgrid": False,
        },
        "yaxis": {"title": {"text": literal(figure.y_label)}, "range": [0, 1.18 * top]},
        "shapes": [upright(turn, dash="solid")],
        "annotations": [
            beside_upright(turn, "before", anchor="right"),
            beside_upright(turn, "after", anchor="left"),
        ],
        "margin": {"t": 62, "l": 56, "r": 16, "b": 56},
        "legend": {"y": 1.1},
    }
    rows = tuple(
        (f"{span}{_in_weeks(a, b)}", count(v), number(e), interval((lo, h)), _against(v, lo, h))
        for span, a, b, v, e, lo, h in zip(
            spans, starts, ends, seen, data["expected"], data["low"], data["high"], strict=True
        )
    )
    return Figure.of_finding(
        figure,
        key,
        figure_spec([band, mean, observed], height=380, layout=layout),
        (
            "days from the operation",
            "observed",
            "by chance",
            "range by chance, 5 to 95%",
            "observed is",
        ),
        rows,
        frozenset({1, 2}),
    )


def residuals_figure(figure: FigureData, key: str) -> Figure:
    """Return residuals of the fit by bin, against the range that a good fit would give."""
    data = figure.data
    bins = [literal(value) for value in data["bin"]]
    low, high, seen = data["expected_low"], data["expected_high"], data["count"]
    outside = [not lo <= v <= h for v, lo, h in zip(seen, low, high, strict=True)]
    band = {
        "type": "bar",
        "name": "range of a good fit",
        "x": bins,
        "base": low,
        "y": [h - lo for lo, h in zip(low, high, strict=True)],
        "marker": {"color": BAND, "line": {"color": MUTED, "width": 0.8}},
        "hoverinfo": "skip",
    }
    observed = {
        "type": "scatter",
        "mode": "markers",
        "name": "observed (cross: outside the range)",
        "x": bins,
        "y": seen,
        "marker": {
            "size": 11,
            "opacity": 1,
            "color": BLUE,
            "symbol": ["x" if out else "circle" for out in outside],
        },
        "hovertemplate": "%{x}: %{y}<extra></extra>",
        "cliponaxis": False,
    }
    layout = {
        "xaxis": {
            "title": {"text": literal(figure.x_label)},
            "type": "category",
            "tickangle": 0,
            **_few_ticks(bins),
        },
        "yaxis": {
            "title": {"text": literal(figure.y_label)},
            "range": _around([*low, *high, *seen]),
            "rangemode": "normal",
        },
        "margin": {"t": 40, "l": 56, "r": 16, "b": 60},
    }
    rows = tuple(
        (str(b), count(v), interval((lo, h)), _against(v, lo, h))
        for b, v, lo, h in zip(data["bin"], seen, low, high, strict=True)
    )
    return Figure.of_finding(
        figure,
        key,
        figure_spec([band, observed], height=320, layout=layout),
        ("bin", "observed", "range of a good fit", "observed is"),
        rows,
        frozenset({1}),
    )


def _few_ticks(bins: list[str]) -> dict[str, list[str]]:
    """Return the ticks of many bins: as many names as fit side by side."""
    step = -(-len(bins) // MOST_TICKS)
    return {} if step == 1 else {"tickvals": bins[::step], "ticktext": bins[::step]}


def _around(values: list[float]) -> list[float]:
    """Return the range of an axis on which values that lie close together can be told apart."""
    low, high = min(values), max(values)
    pad = 0.25 * (high - low) or 1.0
    return [max(0.0, low - pad), high + pad]


def _days(first: int, last: int) -> str:
    side = "before" if last < 0 else "after" if first > 0 else "from"
    near, far = sorted((abs(first), abs(last)))
    if side == "from":
        return f"day {first} to day {last}"
    return f"{near} days {side}" if near == far else f"{near} to {far} days {side}"


def _in_weeks(first: int, last: int) -> str:
    """Return the weeks of a span, counted from 1 at the operation; "" unless they are whole."""
    near, far = sorted((abs(first), abs(last)))
    if first < 0 < last or (near - 1) % WEEK or far % WEEK:
        return ""
    start, end = (near - 1) // WEEK + 1, far // WEEK
    return f" (week {end})" if start == end else f" (weeks {start} to {end})"


def _span(first: int, last: int) -> str:
    return f"{first}".replace("-", MINUS) + f" to {last}".replace("-", MINUS)


def _against(seen: float, low: float, high: float) -> str:
    return "above" if seen > high else "below" if seen < low else "inside"
