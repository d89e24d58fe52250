"""Figures of tipping points: the moves of single parameters that change a ranking."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from tarazu.core.number_format import DASH, interval, number, percent_estimate, significant
from tarazu.report.figure import Figure, literal
from tarazu.report.figures import theme
from tarazu.report.figures.marks import error_bars, named_points
from tarazu.report.figures.theme import figure_spec
from tarazu.report.table import Table
from tarazu.study.analysis.sign_changes import RANGE
from tarazu.study.analysis.tipping_points import TippingPoints, TippingPointsOverDraws

SHOWN: Final = 15  # parameters in the picture; the table has all
WIDEST: Final = 5.0  # times the effect at the start: what the axis of effects shows at most
NO_FLIP: Final = "does not flip"
FLIPS: Final = 3  # position of the column that says whether a parameter flips the ranking
NOT_CALIBRATED: Final = (
    "The model is not calibrated: prior quantiles are assumptions, not evidence."
)


def tipping_points_figure(flips: TippingPoints, *, key: str = "flip") -> Figure:
    """Return how far each parameter moves along its prior until the other policy is ahead.

    Left: from the start to the flip, in prior quantiles; a parameter without a bar does not flip.
    Right: the effects that the parameter reaches over 99% of its prior. Parameters that leave the
    difference as it is are counted, not shown.
    """
    moving = flips.table[flips.moves]
    shown = moving.head(SHOWN).iloc[::-1]
    names = [literal(_label(row)) for row in shown.to_dict("records")]
    height = 190 + 26 * len(shown)
    spec = figure_spec(
        [*_moves(shown, names), *_ranges(flips, shown, names)],
        height=height,
        layout={
            "barmode": "overlay",
            "xaxis": {
                "title": {"text": "prior quantile of the parameter (1)"},
                "range": [0.0, 1.0],
                "domain": [0.0, 0.44],
            },
            "xaxis2": {
                "title": {"text": f"policy less baseline ({flips.outcome.unit})"},
                "domain": [0.52, 1.0],
                "zeroline": True,
                "zerolinecolor": theme.INK,
                "range": _reach(flips, shown),
                "anchor": "y2",
            },
            "yaxis": {"type": "category", "title": {"text": "parameter moved alone"}},
            "yaxis2": {
                "type": "category",
                "matches": "y",
                "showticklabels": False,
                "anchor": "x2",
                "title": {"text": ""},
            },
            "legend": {"y": 1.0 + 30.0 / height},
        },
    )
    title = f"Which parameter, moved alone, flips '{flips.policy}' against '{flips.baseline}'?"
    return Figure(
        key=key,
        title=title,
        alt=(
            f"{title} Bars from the start to the prior quantile at which the ranking flips, "
            "and the range of effects on the right."
        ),
        source=(
            f"simulation, mean field, hypothesis '{flips.hypothesis}'; {flips.outcome.name}, "
            f"{flips.weeks} weeks; all other parameters at {flips.where}"
        ),
        n=(
            f"{len(flips.table)} parameters, {len(moving)} of which change the difference and "
            f"{flips.n_tipping} flip the ranking; {flips.n_fixed} more are fixed"
        ),
        spec=spec,
        table=_table(flips, moving),
        notes=(NOT_CALIBRATED, *_levels(flips, len(moving)), _turns(flips)),
    )


def tipping_only(figure: Figure, flips: TippingPoints) -> Figure:
    """Return the figure with the rows that flip the ranking, and the others as a count."""
    if not flips.effect:  # no ranking to flip: the table shows the effects that make one
        return figure
    rows = tuple(row for row in figure.table.rows if row[FLIPS] != NO_FLIP)
    others = len(figure.table.rows) - len(rows)
    note = (
        f"{others} parameters change the difference and do not flip the "
        "ranking; --json has them, and so has the page that --out writes."
    )
    return replace(figure, table=replace(figure.table, rows=rows), notes=(note, *figure.notes))


def tipping_points_over_draws_figure(
    found: TippingPointsOverDraws, *, key: str = "flip-draws"
) -> Figure:
    """Return the share of drawn starting points from which each parameter flips the ranking."""
    shown = found.table.head(SHOWN)
    spec = figure_spec(
        [
            named_points(
                *(shown[c].tolist() for c in ("parameter", "tips", "tips_low", "tips_high"))
            )
        ],
        height=120 + 26 * len(shown),
        layout={
            "xaxis": {
                "title": {"text": "share of draws in which it flips the ranking (1)"},
                "range": [0.0, 1.0],
            },
            "yaxis": {"type": "category", "title": {"text": "parameter moved alone"}},
        },
    )
    rows = tuple(
        (
            str(row["parameter"]),
            str(row["unit"]),
            percent_estimate(row["tips"], (row["tips_low"], row["tips_high"])),
            number(row["distance"]) if row["n_tipping"] else "does not flip",
        )
        for row in found.table.to_dict("records")
    )
    title = "Which parameter flips the ranking, wherever the others stand?"
    return Figure(
        key=key,
        title=title,
        alt=f"{title} Shares of draws by parameter, with intervals.",
        source="simulation, mean field; all other parameters as drawn; 90% intervals (Wilson)",
        n=f"{int(found.table['n_draws'].max())} draws of the parameters",
        spec=spec,
        table=Table(
            title,
            ("parameter", "unit", "flips in (90% interval)", "median move (quantiles)"),
            rows,
            frozenset({2, 3}),
        ),
        notes=(
            NOT_CALIBRATED,
            "The policy is ahead in this share of the draws: "
            f"{percent_estimate(found.ahead.value, (found.ahead.low, found.ahead.high))}.",
        ),
    )


def _moves(shown: pd.DataFrame, names: list[str]) -> list[dict[str, Any]]:
    """Return a bar from the start to the flip for each parameter: raised, or lowered."""
    moved = shown["tipping_quantile"] - shown["start_quantile"]
    bars: list[dict[str, Any]] = []
    for name, rises, colour, pattern in (
        ("flips when raised", True, theme.ORANGE, "/"),
        ("flips when lowered", False, theme.BLUE, ""),
    ):
        of = shown["tips"] & ((moved > 0.0) == rises)
        if not of.any():
            continue
        bars.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": name,
                "y": names,
                "base": shown["start_quantile"].round(4).tolist(),
                "x": moved.where(of, 0.0).round(4).tolist(),
                "marker": {"color": colour, "pattern": {"shape": pattern}},
            }
        )
    return bars


def _ranges(flips: TippingPoints, shown: pd.DataFrame, names: list[str]) -> list[dict[str, Any]]:
    """Return the range of effects of each parameter around the effect at the start."""
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": "effect at the start; line: over 99% of the prior",
            "y": names,
            "x": [round(flips.effect, 4)] * len(shown),
            "error_x": error_bars(
                [flips.effect] * len(shown),
                shown["effect_least"],
                shown["effect_most"],
                thickness=1.6,
            ),
            "marker": {"color": theme.INK, "size": 7, "symbol": "diamond"},
            "xaxis": "x2",
            "yaxis": "y2",
        }
    ]


def _table(flips: TippingPoints, moving: pd.DataFrame) -> Table:
    rows = tuple(
        (
            str(row["parameter"]),
            str(row["unit"]),
            significant(row["start_value"]),
            _flip(row),
            f"{row['tipping_quantile']:.3f}" if row["tips"] else DASH,
            number(row["effect_low"], signed=True),
            number(row["effect_high"], signed=True),
            interval((row["effect_least"], row["effect_most"]), signed=True),
        )
        for row in moving.to_dict("records")
    )
    return Table(
        f"One parameter moved at a time; effects: '{flips.policy}' less '{flips.baseline}', "
        f"{flips.outcome.unit}",
        (
            "parameter",
            "unit",
            "from",
            "flips",
            "prior quantile",
            f"effect at {RANGE[0]:g}",
            f"effect at {RANGE[1]:g}",
            "effects over the range",
        ),
        rows,
        frozenset({2, 4, 5, 6}),
    )


def _reach(flips: TippingPoints, shown: pd.DataFrame) -> list[float]:
    """Return an axis on which the sign of most effects can be read; the widest run off it."""
    if shown.empty:
        return [-1.0, 1.0]
    ends = np.abs(shown[["effect_least", "effect_most"]].to_numpy())
    most = max(WIDEST * abs(flips.effect), 2.0 * float(np.median(ends)))
    low, high = shown["effect_least"].min(), shown["effect_most"].max()
    return [max(min(low, -0.2 * most), -most) * 1.05, min(max(high, 0.2 * most), most) * 1.05]


def _label(row: dict[Any, Any]) -> str:
    return f"{row['parameter']} {_flip(row)}" if row["tips"] else str(row["parameter"])


def _flip(row: dict[Any, Any]) -> str:
    if not row["tips"]:
        return NO_FLIP
    rises = row["tipping_quantile"] > row["start_quantile"]
    return f"{'above' if rises else 'below'} {significant(row['tipping_value'])}"


def _levels(flips: TippingPoints, n_moving: int) -> list[str]:
    """Return notes for policies that are level, and on the parameters not shown."""
    notes = []
    if not flips.effect:
        notes.append(
            f"The two policies are level at {flips.where}, so that there is no ranking to "
            "change; on the right, the effects that each parameter alone reaches. Start from "
            "draws for a ranking (--draws 20)."
        )
    if same := len(flips.table) - n_moving:
        notes.append(
            f"{same} of {len(flips.table)} parameters, moved alone, leave the difference between "
            "the two as it is; they are not shown."
        )
    return notes


def _turns(flips: TippingPoints) -> str:
    """Return a note on the search: its grid, and where it may miss a tipping point."""
    n = len(flips.table)
    back = int((flips.table["n_changes"] > 1).sum())
    bent = int((~flips.table["is_monotone"]).sum())
    parts = [
        f"Each parameter was tried at nine quantiles from {RANGE[0]:g} to {RANGE[1]:g} and the "
        "first change of sign on each side bisected; effects wider than the picture are in the "
        "table."
    ]
    if back:
        parts.append(f"{back} of {n} parameters change the sign more than once.")
    if bent:
        parts.append(
            f"For {bent} of {n} the effect does not only rise or only fall, so that a flip between "
            "two quantiles tried may be missed."
        )
    return " ".join(parts)
