"""Figure of the parameters to which the growth of violence at rest responds most."""

from __future__ import annotations

from tarazu.report.figure import Figure, literal
from tarazu.report.figures import theme
from tarazu.report.figures.analyses import NOT_CALIBRATED
from tarazu.report.figures.theme import figure_spec
from tarazu.report.table import Table
from tarazu.study.analysis.thresholds import Thresholds


def draw_elasticities(found: Thresholds, *, key: str = "elasticities") -> Figure:
    """Return the parameters to which the growth of violence at rest responds most."""
    table = found.leading_elasticities()
    shown = table.iloc[::-1]
    spec = figure_spec(
        [
            {
                "type": "scatter",
                "mode": "markers",
                "x": shown["median"].tolist(),
                "y": [literal(name) for name in shown["parameter"]],
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": (shown["high"] - shown["median"]).tolist(),
                    "arrayminus": (shown["median"] - shown["low"]).tolist(),
                },
                "marker": {"color": theme.BLUE, "size": 9},
                "showlegend": False,
            }
        ],
        height=120 + 32 * len(table),
        layout={
            "xaxis": {"title": {"text": "elasticity of the weekly growth factor at rest"}},
            "yaxis": {"type": "category", "title": {"text": "parameter"}},
        },
    )
    rows = tuple(
        (
            str(row["parameter"]),
            f"{row['median']:.2g}",
            f"{row['low']:.2g} to {row['high']:.2g}",
            str(row["n"]),
        )
        for row in table.to_dict("records")
    )
    return Figure(
        key=key,
        title=f"What moves the growth of violence at rest? Hypothesis '{found.hypothesis}'",
        alt="Elasticity of the growth factor to ten parameters: median and 5 to 95 % of draws.",
        source="linearised mean field of one average district, at rest from many militants",
        n=f"{len(found.elasticities)} draws: those of the first ten that came to rest",
        spec=spec,
        table=Table(
            "Elasticities: median and 5 to 95 % of draws",
            ("parameter", "median", "range", "draws"),
            rows,
            frozenset({1, 3}),
        ),
        notes=(
            NOT_CALIBRATED,
            "Percent by which the growth factor of violence rises if the parameter alone rises by "
            "one percent, the state held. They are elasticities, not parts that add up.",
        ),
    )
