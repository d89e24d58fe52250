"""Policy effects in the model: one more operation, and one link held at its baseline path."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, Final

import pandas as pd

from tarazu.core.number_format import interval, number
from tarazu.report.figure import NOT_CALIBRATED, Figure
from tarazu.report.figures import theme
from tarazu.report.figures.marks import error_bars, named_points
from tarazu.report.figures.theme import figure_spec
from tarazu.report.table import Table
from tarazu.study.analysis.marginal_effect import ARMED, COUNTED, REPLACEMENT, SINCE
from tarazu.study.setup.zones import ALL_ZONES

SHARES: Final = {REPLACEMENT: "replaced (share of the militants removed)"}
"""Quantities of `marginal_effect` that are no counts."""


def marginal_figure(table: pd.DataFrame, *, district: str, key: str = "marginal") -> Figure:
    """Return the marginal effect of one operation, by zone and horizon, with intervals."""
    attacks = table[table["quantity"] == "attacks"]
    traces = [
        {
            "type": "scatter",
            "mode": "markers+lines",
            "name": zone,
            "x": [f"{weeks}" for weeks in part["weeks"]],
            "y": part["effect"].round(4).tolist(),
            "error_y": error_bars(
                part["effect"], part["effect_low"], part["effect_high"], thickness=1.2
            ),
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
        title=f"Marginal effect of one operation in {district}, here and next door",
        alt="Change in attacks by weeks after the operation and by zone, with intervals.",
        source="simulation, common random numbers; 90% Monte Carlo intervals",
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


def ablation_figure(
    table: pd.DataFrame, *, policy: str, baseline: str, outcome: str, key: str = "ablation"
) -> Figure:
    """Return the effect of a policy with each link held at its baseline path."""
    spec = figure_spec(
        [
            named_points(
                *(table[c].tolist() for c in ("link", "effect", "effect_low", "effect_high"))
            )
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
        source="simulation, common random numbers; 90% Monte Carlo intervals",
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


def _bounds(row: Mapping[Hashable, Any], name: str) -> str:
    """Return the interval of a mean; draws that do not differ leave none to estimate."""
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return "the same in all draws" if low == high else interval((low, high), signed=True)
