"""Figures of what the model is asked: frontier, one more operation, ablation, threshold."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, Final

import pandas as pd

from tarazu.core.number_format import MISSING, interval, number, percent
from tarazu.report.figure import Figure, literal
from tarazu.report.figures import theme
from tarazu.report.figures.theme import figure_spec
from tarazu.report.table import Table
from tarazu.study.analysis.frontier import RULES, STARTS, Frontier
from tarazu.study.analysis.marginal_effect import ARMED, COUNTED, REPLACEMENT, SINCE
from tarazu.study.analysis.thresholds import Thresholds
from tarazu.study.setup.zones import ALL_ZONES

NOT_CALIBRATED: Final = "The model is not calibrated: the numbers are shares and means of draws."
BOTH_TO_ONE: Final = (
    "A verdict compares each run with its own start: 'grows' from few militants and 'shrinks' from "
    "many can mean that both go to one level."
)
THRESHOLDS: Final = {
    "reproduction": "R_v: recruits a militant causes where nobody is violent",
    "growth": "growth factor a week of violence there (eigenvalue)",
    "feedback": "recruits that one more militant causes at rest",
    "growth_at_equilibrium": "dominant eigenvalue of the weekly map at rest",
    "from_low": "militants at rest, from few (persons)",
    "from_high": "militants at rest, from many (persons)",
    "above_one": "share with R_v above 1",
    "bistable": "share with two resting points",
}
"""What the columns and shares of `Thresholds` are called."""
SHARES: Final = {REPLACEMENT: "replaced (share of the militants removed)"}
"""Quantities of `marginal_effect` that are no counts."""
VERDICT_SHADES: Final = {
    "dies out": theme.SHADES[0],
    "shrinks": theme.SHADES[2],
    "persists": theme.SHADES[3],
    "grows": theme.SHADES[5],
}


def draw_frontier(frontier: Frontier, *, key: str = "frontier") -> Figure:
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
        labels.append(_panel_label(f"start with {'few' if start == 'low' else 'many'}", panel))
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
            f"{percent(row['p_quiet'])} ({percent(row['p_quiet_low'])} to "
            f"{percent(row['p_quiet_high'])})",
            number(row["ratio"]),
            str(row["verdict"]),
        )
        for row in table.to_dict("records")
    )
    rules = "; ".join(f"{verdict}: {rule}" for verdict, rule in RULES.items())
    return Figure(
        key=key,
        title=f"Is there a tempo that ends it? Hypothesis '{frontier.hypothesis}'",
        alt=f"Tiles by tempo and {frontier.axis}, labelled by what becomes of violence.",
        source=(
            "simulation; percentages: share of runs with a year without an attack, in the table "
            "with its 90% interval over draws"
        ),
        n=(
            f"{int(table['n_runs'].max())} runs in each of {len(table)} cells, by "
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


def draw_marginal(table: pd.DataFrame, *, district: str, key: str = "marginal") -> Figure:
    """Return what one more operation changes, by zone and horizon, with Monte Carlo intervals."""
    attacks = table[table["quantity"] == "attacks"]
    traces = [
        {
            "type": "scatter",
            "mode": "markers+lines",
            "name": zone,
            "x": [f"{weeks}" for weeks in part["weeks"]],
            "y": part["effect"].round(4).tolist(),
            "error_y": {
                "type": "data",
                "symmetric": False,
                "array": (part["effect_high"] - part["effect"]).round(4).tolist(),
                "arrayminus": (part["effect"] - part["effect_low"]).round(4).tolist(),
                "thickness": 1.2,
            },
            "line": {"color": colour, "dash": dash},
            "marker": {"symbol": symbol, "size": 8},
        }
        for (zone, part), colour, dash, symbol in zip(
            ((zone, attacks[attacks["zone"] == zone]) for zone in ALL_ZONES),
            theme.SERIES,
            theme.DASHES,
            ("circle", "square", "diamond", "x"),
            strict=False,
        )
    ]
    spec = figure_spec(
        traces,
        height=380,
        layout={
            "xaxis": {"type": "category", "title": {"text": "weeks after the operation"}},
            "yaxis": {
                "title": {"text": "change in attacks (sum)"},
                "rangemode": "normal",
                "zeroline": True,
                "zerolinecolor": theme.MUTED,
            },
        },
    )
    rows = tuple(
        (
            SHARES.get(str(row["quantity"]), str(row["quantity"])),
            str(row["zone"]),
            str(row["weeks"]),
            number(row["effect"], signed=True),
            _bounds(row, "effect"),
        )
        for row in table.to_dict("records")
    )
    return Figure(
        key=key,
        title=f"One more operation in {district}: what changes, here and next door",
        alt="Change in attacks by weeks after the operation and by zone, with intervals.",
        source="simulation, paired draws that share their luck; 90% Monte Carlo intervals",
        n=f"{int(table['n_draws'].max())} draws of the parameters",
        spec=spec,
        table=Table(
            f"One more operation ({', '.join(COUNTED)}; {ARMED} at the horizon)",
            ("quantity", "zone", "weeks", "change", "90% interval"),
            rows,
            frozenset({2, 3}),
        ),
        notes=(NOT_CALIBRATED, SINCE),
    )


def draw_ablation(
    table: pd.DataFrame, *, policy: str, baseline: str, outcome: str, key: str = "ablation"
) -> Figure:
    """Return the effect of a policy with each link held at its baseline path."""
    shown = table.iloc[::-1]
    spec = figure_spec(
        [
            {
                "type": "scatter",
                "mode": "markers",
                "x": shown["effect"].round(4).tolist(),
                "y": [literal(link) for link in shown["link"]],
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": (shown["effect_high"] - shown["effect"]).round(4).tolist(),
                    "arrayminus": (shown["effect"] - shown["effect_low"]).round(4).tolist(),
                },
                "marker": {"color": theme.BLUE, "size": 9},
                "showlegend": False,
            }
        ],
        height=120 + 40 * len(table),
        layout={
            "xaxis": {
                "title": {"text": f"change in {outcome}, '{policy}' against '{baseline}'"},
                "zeroline": True,
                "zerolinecolor": theme.MUTED,
            },
            "yaxis": {"type": "category", "title": {"text": "link held at its baseline path"}},
        },
    )
    rows = tuple(
        (
            str(row["link"]),
            *(f"{number(row[k], signed=True)} ({_bounds(row, k)})" for k in ("effect", "through")),
            number(row["left"]),
        )
        for row in table.to_dict("records")
    )
    return Figure(
        key=key,
        title="Which link does the conclusion rest on?",
        alt="Effect of the policy with all links at work and with each one held.",
        source="simulation, paired draws that share their luck; 90% Monte Carlo intervals",
        n=f"{int(table['n_draws'].max())} draws of the parameters",
        spec=spec,
        table=Table(
            f"Change in {outcome} with one link held",
            ("link", "effect (90% interval)", "through the link", "share left"),
            rows,
            frozenset({3}),
        ),
        notes=(NOT_CALIBRATED, "Parts through different links need not add up."),
    )


def draw_thresholds(found: Thresholds, *, key: str = "threshold") -> Figure:
    """Return how far violence feeds itself, over draws."""
    table = found.table
    known = table["reproduction"].dropna()
    traces = [
        {
            "type": "histogram",
            "x": values.round(4).tolist(),
            "name": name,
            "marker": {"color": colour, "pattern": {"shape": pattern}},
            "xbins": {"start": 0.0, "size": 0.1},
            "opacity": 0.85,
            "showlegend": True,
        }
        for name, values, colour, pattern in (
            ("R_v, where nobody is violent", known, theme.BLUE, ""),
            ("recruits per militant at rest", table["feedback"].dropna(), theme.ORANGE, "/"),
        )
        if len(values)
    ]
    spec = figure_spec(
        traces,
        height=360,
        layout={
            "barmode": "overlay",
            "xaxis": {"title": {"text": "recruits that one violent person causes"}},
            "yaxis": {"title": {"text": "draws"}},
        },
    )
    rows = [
        (THRESHOLDS[name], f"{middle:.4g}", f"{low:.4g} to {high:.4g}", str(n))
        if n
        else (THRESHOLDS[name], MISSING, MISSING, "0")
        for name, (middle, low, high, n) in found.levels().items()
    ]
    rows += [
        (THRESHOLDS[name], percent(s.value), f"{percent(s.low)} to {percent(s.high)}", str(n))
        if n
        else (THRESHOLDS[name], MISSING, MISSING, "0")
        for name, (s, n) in found.shares().items()
    ]
    reason = found.reason()
    rested = f"{int(table['from_high'].notna().sum())} of {len(table)}"
    return Figure(
        key=key,
        title=f"Does violence feed itself? Hypothesis '{found.hypothesis}', {found.policy}",
        alt="Histogram over draws of the recruits that one violent person causes.",
        source="linearised mean field of one average district",
        n=f"{len(table)} draws; R_v is defined in {len(known)}",
        spec=spec,
        table=Table(
            "Thresholds over draws: median and 5 to 95 % of draws, or share and 90 % interval",
            ("what", "median or share", "range", "draws"),
            tuple(rows),
            frozenset({1, 3}),
        ),
        notes=(
            NOT_CALIBRATED,
            f"The search came to rest from many militants in {rested} draws; the others have no "
            "numbers at rest.",
            *([f"Where R_v is not defined: {reason}."] if reason else []),
        ),
    )


def _category(title: str, domain: list[float] | None) -> dict[str, Any]:
    axis: dict[str, Any] = {"type": "category", "title": {"text": title}, "showgrid": False}
    return axis if domain is None else axis | {"domain": domain}


def _panel_label(text: str, panel: int) -> dict[str, Any]:
    return {
        "text": f"<b>{text} militants</b>",
        "xref": "paper",
        "yref": "paper",
        "x": 0.0 if panel == 1 else 0.52,
        "y": 1.0,
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
    }


def _bounds(row: Mapping[Hashable, Any], name: str) -> str:
    """Return the interval of a mean; draws that do not differ leave none to estimate."""
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return "the same in all draws" if low == high else interval((low, high), signed=True)
