"""Figures of a finding: one function per kind of `FigureData`."""

from __future__ import annotations

from collections.abc import Callable

from tarazu.evidence.finding import FigureData
from tarazu.report.figure import Figure
from tarazu.report.figures.counts import residuals_figure, windows_figure
from tarazu.report.figures.estimates import (
    effects_figure,
    excitation_figure,
    forest_figure,
    kernel_figure,
    power_figure,
)
from tarazu.report.figures.mix import groups_figure, shares_figure, survival_figure

Builder = Callable[[FigureData, str], Figure]

KINDS: dict[str, tuple[tuple[str, ...], Builder]] = {
    "windows": (("day_from", "day_to", "attacks", "expected", "low", "high"), windows_figure),
    "forest": (("variant", "estimate", "low", "high", "n", "verdict"), forest_figure),
    "kernel": (("lag_from", "lag_to", "rate_ratio", "low", "high"), kernel_figure),
    "excitation": (("lag_from", "lag_to", "rate", "low", "high", "exponential"), excitation_figure),
    "power": (("effect", "power", "n_records"), power_figure),
    "residuals": (("bin", "count", "expected_low", "expected_high"), residuals_figure),
    "shares": (("year", "label", "count"), shares_figure),
    "survival": (("deaths", "share", "power_law", "lognormal"), survival_figure),
    "effects": (("panel", "row", "estimate", "low", "high", "n", "verdict"), effects_figure),
    "groups": (("year", "events", "active", "thinned", "low", "high"), groups_figure),
}
"""By kind: the columns that its data must have, and the function that makes the figure."""


def finding_figure(figure: FigureData, *, key: str) -> Figure:
    """Return one figure of a finding.

    Parameters
    ----------
    figure : numbers, labels, source and n, as the estimator gave them.
    key : element id in the page.

    Raises
    ------
    ValueError
        `figure.kind` is not known, or the columns are not those of that kind.
    """
    if figure.kind not in KINDS:
        raise ValueError(
            f"figure kind is {figure.kind!r}; expected one of {', '.join(KINDS)}. "
            "Add a function for it to report/figures/findings.py."
        )
    columns, builder = KINDS[figure.kind]
    missing = [name for name in columns if name not in figure.data]
    if missing:
        raise ValueError(f"figure '{figure.title}' ({figure.kind}) lacks column {missing[0]!r}")
    if len({len(figure.data[name]) for name in columns}) != 1:
        raise ValueError(f"figure '{figure.title}' ({figure.kind}) has columns of unequal length")
    return builder(figure, key)
