"""How long one event goes on exciting others: steps with intervals, and an exponential beside."""

from __future__ import annotations

from tarazu.core.number_format import interval, number
from tarazu.evidence.finding import FigureData
from tarazu.report.figure import Figure, literal
from tarazu.report.figures.theme import BAND, BLUE, MUTED, VERMILLION, figure_spec


def draw_excitation(figure: FigureData, key: str) -> Figure:
    """Draw a kernel fitted as steps, its interval, and the exponential one."""
    data = figure.data
    edges: list[float] = []
    for first, last in zip(data["lag_from"], data["lag_to"], strict=True):
        edges += [first - 0.5, last + 0.5]

    def steps(
        name: str, column: str, colour: str, width: float, **more: object
    ) -> dict[str, object]:
        return {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": edges,
            "y": [value for value in data[column] for _ in range(2)],
            "line": {"color": colour, "width": width},
            "hovertemplate": "day %{x}: %{y:.4f}<extra></extra>",
            **more,
        }

    traces = [
        steps("lower end", "low", MUTED, 0.8, showlegend=False, hoverinfo="skip"),
        steps("interval", "high", MUTED, 0.8, fill="tonexty", fillcolor=BAND, hoverinfo="skip"),
        steps("no form assumed", "rate", BLUE, 2.5),
        steps("exponential", "exponential", VERMILLION, 2.0),
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
        ("days after", "events a day", "interval", "exponential"),
        rows,
        frozenset({1, 3}),
    )
