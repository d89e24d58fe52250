"""Figures of a finding: each kind of `FigureData` drawn in one way."""

from __future__ import annotations

from collections.abc import Callable

from tarazu.evidence.finding import FigureData
from tarazu.report.figure import Figure
from tarazu.report.figures.counts import draw_residuals, draw_windows
from tarazu.report.figures.effects import draw_effects
from tarazu.report.figures.estimates import draw_forest, draw_kernel, draw_power
from tarazu.report.figures.excitation import draw_excitation
from tarazu.report.figures.mix import draw_groups, draw_shares, draw_survival

Drawing = Callable[[FigureData, str], Figure]

DRAWINGS: dict[str, tuple[tuple[str, ...], Drawing]] = {
    "windows": (("day_from", "day_to", "attacks", "expected", "low", "high"), draw_windows),
    "forest": (("variant", "estimate", "low", "high", "n", "verdict"), draw_forest),
    "kernel": (("lag_from", "lag_to", "rate_ratio", "low", "high"), draw_kernel),
    "excitation": (("lag_from", "lag_to", "rate", "low", "high", "exponential"), draw_excitation),
    "power": (("effect", "power", "n_records"), draw_power),
    "residuals": (("bin", "count", "expected_low", "expected_high"), draw_residuals),
    "shares": (("year", "label", "count"), draw_shares),
    "survival": (("deaths", "share", "power_law", "lognormal"), draw_survival),
    "effects": (("panel", "row", "estimate", "low", "high", "n", "verdict"), draw_effects),
    "groups": (("year", "events", "active", "thinned", "low", "high"), draw_groups),
}
"""By kind: the columns that its data must hold, and what draws them."""


def draw(figure: FigureData, *, key: str) -> Figure:
    """Draw one figure of a finding.

    Parameters
    ----------
    figure : numbers, labels, source and n, as the estimator gave them.
    key : element id in the page.

    Raises
    ------
    ValueError
        No drawing is known for `figure.kind`, or its columns are not those of that kind.
    """
    if figure.kind not in DRAWINGS:
        raise ValueError(
            f"figure kind is {figure.kind!r}; expected one of {', '.join(DRAWINGS)}. "
            "Add a drawing for it in report/finding_figures.py."
        )
    columns, drawing = DRAWINGS[figure.kind]
    missing = [name for name in columns if name not in figure.data]
    if missing:
        raise ValueError(f"figure '{figure.title}' ({figure.kind}) lacks column {missing[0]!r}")
    if len({len(figure.data[name]) for name in columns}) != 1:
        raise ValueError(f"figure '{figure.title}' ({figure.kind}) has columns of unequal length")
    return drawing(figure, key)
