"""The attrition frontier: where violence ends, persists or grows, by tempo and intelligence."""

from __future__ import annotations

from typing import Any, Final

from tarazu.core.number_format import number, percent, percent_estimate
from tarazu.report.figure import NOT_CALIBRATED, Figure
from tarazu.report.figures import theme
from tarazu.report.figures.theme import figure_spec, panel_title
from tarazu.report.table import Table
from tarazu.study.analysis.frontier import RULES, STARTS, Frontier

BOTH_TO_ONE: Final = (
    "A verdict compares each run with its own start: 'grows' from few militants and 'shrinks' from "
    "many can mean that both end at one level."
)
VERDICT_SHADES: Final = {
    "dies out": theme.SHADES[0],
    "shrinks": theme.SHADES[2],
    "persists": theme.SHADES[3],
    "grows": theme.SHADES[5],
}


def frontier_figure(frontier: Frontier, *, key: str = "frontier") -> Figure:
    """Return the frontier as a table of tiles, from few militants and from many."""
    table = frontier.table
    tempos, levels = sorted(set(table["tempo"])), sorted(set(table["level"]))
    traces: list[dict[str, Any]] = []
    labels: list[dict[str, Any]] = []
    for panel, start in enumerate(STARTS, start=1):
        cells = {
            (row["level"], row["tempo"]): row
            for row in table[table["start"] == start].to_dict("records")
        }
        verdicts = [[str(cells[v, t]["verdict"]) for t in tempos] for v in levels]
        quiet = [[float(cells[v, t]["p_quiet"]) for t in tempos] for v in levels]
        rank = list(VERDICT_SHADES)
        axis = "" if panel == 1 else str(panel)
        traces.append(
            {
                "type": "heatmap",
                "x": [f"{tempo:g}" for tempo in tempos],
                "y": [f"{level:g}" for level in levels],
                "z": [[rank.index(v) for v in row] for row in verdicts],
                "zmin": 0,
                "zmax": len(rank) - 1,
                "colorscale": [
                    [i / (len(rank) - 1), shade] for i, shade in enumerate(VERDICT_SHADES.values())
                ],
                "showscale": False,
                "xgap": 2,
                "ygap": 2,
                "text": [
                    [f"{v}<br>{percent(p)}" for v, p in zip(*rows, strict=True)]
                    for rows in zip(verdicts, quiet, strict=True)
                ],
                "texttemplate": "%{text}",
                "hoverinfo": "skip",
                "xaxis": f"x{axis}",
                "yaxis": f"y{axis}",
            }
        )
        words = f"start with {'few' if start == 'low' else 'many'} militants"
        labels.append(panel_title(words, x=0.0 if panel == 1 else 0.52))
    spec = figure_spec(
        traces,
        height=140 + 62 * len(levels),
        layout={
            "annotations": labels,
            "xaxis": _category("tempo of operations (1 = today)", [0.0, 0.48]),
            "xaxis2": _category("tempo of operations (1 = today)", [0.52, 1.0]),
            "yaxis": _category(frontier.axis.replace("_", " "), None),
            "yaxis2": {"type": "category", "matches": "y", "showticklabels": False, "anchor": "x2"},
        },
    )
    rows = tuple(
        (
            f"{row['tempo']:g}",
            f"{row['level']:g}",
            str(row["start"]),
            percent_estimate(row["p_quiet"], (row["p_quiet_low"], row["p_quiet_high"])),
            number(row["ratio"]),
            str(row["verdict"]),
        )
        for row in table.to_dict("records")
    )
    rules = "; ".join(f"{verdict}: {rule}" for verdict, rule in RULES.items())
    return Figure(
        key=key,
        title=f"Does any operational tempo end violence? Hypothesis '{frontier.hypothesis}'",
        alt=f"Tiles by tempo and {frontier.axis}, labelled by what becomes of violence.",
        source=(
            "simulation; percentages: share of members with a year without an attack, in the table "
            "with its 90% interval over draws"
        ),
        n=(
            f"{int(table['n_runs'].max())} members in each of {len(table)} cells, by "
            f"{int(table['n_draws'].max())} draws of the parameters"
        ),
        spec=spec,
        table=Table(
            "The attrition frontier",
            ("tempo", frontier.axis, "start", "P(quiet year)", "last year / first", "verdict"),
            rows,
            frozenset({0, 1, 4}),
        ),
        notes=(NOT_CALIBRATED, f"Rules, written before the runs: {rules}.", BOTH_TO_ONE),
    )


def _category(title: str, domain: list[float] | None) -> dict[str, Any]:
    axis: dict[str, Any] = {"type": "category", "title": {"text": title}, "showgrid": False}
    return axis if domain is None else axis | {"domain": domain}
