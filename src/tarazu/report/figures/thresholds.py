"""Thresholds of violence over draws, and the parameters that move its growth most."""

from __future__ import annotations

from typing import Final

from tarazu.core.number_format import MISSING, count, percent, percent_interval, significant
from tarazu.report.figure import NOT_CALIBRATED, Figure
from tarazu.report.figures import theme
from tarazu.report.figures.marks import named_points
from tarazu.report.figures.theme import figure_spec
from tarazu.report.table import Table
from tarazu.study.analysis.thresholds import Thresholds

THRESHOLDS: Final = {
    "reproduction": "R_v: recruits per militant where nobody is violent, importation set aside",
    "growth": "growth factor of violence there per week (eigenvalue)",
    "feedback": "leading eigenvalue of the next generation at the equilibrium, signed",
    "net_recruits": "net recruits per additional militant at the equilibrium",
    "growth_at_equilibrium": "dominant eigenvalue of the weekly map at the equilibrium",
    "from_low": "militants at the equilibrium, from few (persons)",
    "from_high": "militants at the equilibrium, from many (persons)",
    "above_one": "share with R_v above 1",
    "bistable": "share with two equilibria",
}
"""Titles of the columns and shares of `Thresholds`."""


def thresholds_figure(found: Thresholds, *, key: str = "threshold") -> Figure:
    """Return reproduction number, equilibria and feedback over draws."""
    table = found.table
    known = table["reproduction"].dropna()
    traces = [
        {
            "type": "histogram",
            "x": values.round(4).tolist(),
            "name": name,
            "marker": {"color": colour, "pattern": {"shape": pattern}},
            "xbins": {"start": -10.0, "size": 0.1},
            "opacity": 0.85,
            "showlegend": True,
        }
        for name, values, colour, pattern in (
            ("R_v, where nobody is violent", known, theme.BLUE, ""),
            (
                "net recruits per additional militant at the equilibrium",
                table["net_recruits"].dropna(),
                theme.ORANGE,
                "/",
            ),
        )
        if len(values)
    ]
    spec = figure_spec(
        traces,
        height=360,
        layout={
            "barmode": "overlay",
            "xaxis": {"title": {"text": "recruits per violent person"}},
            "yaxis": {"title": {"text": "draws"}},
        },
    )
    rows = [
        (THRESHOLDS[name], *_level(middle, low, high), count(n))
        if n
        else (THRESHOLDS[name], MISSING, MISSING, "0")
        for name, (middle, low, high, n) in found.levels().items()
    ]
    rows += [
        (THRESHOLDS[name], percent(s.value), percent_interval((s.low, s.high)), count(n))
        if n
        else (THRESHOLDS[name], MISSING, MISSING, "0")
        for name, (s, n) in found.shares().items()
    ]
    reason = found.reason()
    reached = f"{int(table['from_high'].notna().sum())} of {len(table)}"
    return Figure(
        key=key,
        title=f"Is violence self-sustaining? Hypothesis '{found.hypothesis}', {found.policy}",
        alt="Histogram over draws of the recruits per violent person.",
        source="linearised mean field of one average district",
        n=f"{len(table)} draws; R_v is defined in {len(known)}",
        spec=spec,
        table=Table(
            "Thresholds over draws: median and 5 to 95% of draws, or share and 90% interval",
            ("what", "median or share", "range", "draws"),
            tuple(rows),
            frozenset({1, 3}),
        ),
        notes=(
            NOT_CALIBRATED,
            f"The search reached an equilibrium from many militants in {reached} draws; the "
            "others have no numbers there.",
            *([f"Where R_v is not defined: {reason}."] if reason else []),
        ),
    )


def elasticities_figure(found: Thresholds, *, key: str = "elasticities") -> Figure:
    """Return the parameters to which the growth of violence responds most."""
    table = found.leading_elasticities()
    spec = figure_spec(
        [named_points(*(table[name].tolist() for name in ("parameter", "median", "low", "high")))],
        height=120 + 32 * len(table),
        layout={
            "xaxis": {
                "title": {"text": "elasticity of the weekly growth factor at the equilibrium"}
            },
            "yaxis": {"type": "category", "title": {"text": "parameter"}},
        },
    )
    rows = tuple(
        (
            str(row["parameter"]),
            significant(row["median"], 2),
            f"{significant(row['low'], 2)} to {significant(row['high'], 2)}",
            str(row["n"]),
        )
        for row in table.to_dict("records")
    )
    return Figure(
        key=key,
        title=f"What moves the growth of violence most? Hypothesis '{found.hypothesis}'",
        alt="Elasticity of the growth factor to ten parameters: median and 5 to 95% of draws.",
        source="linearised mean field of one average district, equilibrium from many militants",
        n=f"{len(found.elasticities)} draws: those of the first ten that reach an equilibrium",
        spec=spec,
        table=Table(
            "Elasticities: median and 5 to 95% of draws",
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


def _level(middle: float, low: float, high: float) -> tuple[str, str]:
    """Return median and range with four digits: growth factors differ in the third."""
    return significant(middle, 4), f"{significant(low, 4)} to {significant(high, 4)}"
