"""Effects by panel and row: windows around operations, rings of districts, lags."""

from __future__ import annotations

from tarazu.core.number_format import interval, number
from tarazu.evidence.finding import FigureData
from tarazu.report.figure import Figure, literal
from tarazu.report.figures.annotations import upright
from tarazu.report.figures.theme import BLUE, INK, VERMILLION, figure_spec

SYMBOLS = ("diamond", "circle", "square")


def draw_effects(figure: FigureData, key: str) -> Figure:
    """Draw estimates with intervals, one line a row, one mark a panel."""
    data = figure.data
    panels = list(dict.fromkeys(data["panel"]))
    count_rows = len(data["row"])
    heights = [count_rows - 1 - i for i in range(count_rows)]
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
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": [data["high"][i] - data["estimate"][i] for i in mine],
                    "arrayminus": [data["estimate"][i] - data["low"][i] for i in mine],
                    "thickness": 2,
                    "width": 4,
                    "color": INK,
                },
                "marker": {
                    "size": 9,
                    "opacity": 1,
                    "symbol": SYMBOLS[p % len(SYMBOLS)],
                    "color": VERMILLION if p % 2 else BLUE,
                    "line": {"color": INK, "width": 1},
                },
                "customdata": [
                    literal(
                        f"{panel}, {data['row'][i]}: {number(data['estimate'][i])} "
                        f"({interval((data['low'][i], data['high'][i]))})"
                    )
                    for i in mine
                ],
                "hovertemplate": "%{customdata}<extra></extra>",
            }
        )
    layout = {
        "xaxis": {"title": {"text": literal(figure.x_label)}},
        "yaxis": {
            "title": {"text": literal(figure.y_label)},
            "range": [-0.6, count_rows - 0.4],
            "tickvals": heights,
            "ticktext": [literal(row) for row in data["row"]],
            "showgrid": False,
        },
        "shapes": [upright(0, dash="dash")],
        "margin": {"t": 40, "l": 150, "r": 16, "b": 52},
        "legend": {"y": 1.06},
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
        figure_spec(traces, height=110 + 30 * count_rows, layout=layout),
        ("where", "when", "estimate", "interval", "n", "verdict"),
        rows,
        frozenset({2}),
        notes=("Dashed line: no effect.",),
    )
