"""The answer of a study in one table: each policy and its paired change, by hypothesis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tarazu.core.errors import ScenarioError
from tarazu.model.hypothesis import UNRESTRICTED
from tarazu.study.analysis.uncertainty import share_of
from tarazu.study.runner.result import StudyTables
from tarazu.study.setup.checks import check_outcomes
from tarazu.study.setup.outcomes import YEAR

FloatArray = NDArray[np.float64]

MAIN_WEEKS: Final = 5 * YEAR  # the horizon of one-page answers where a study has it
FIRST: Final = ("deaths_civilian", "attacks")  # civilians first
LEVELS: Final = {"q05": 0.05, "median": 0.5, "q95": 0.95}


def main_horizon(result: StudyTables) -> int:
    """Return the horizon of one-page answers, in weeks: five years, or else the longest."""
    return MAIN_WEEKS if MAIN_WEEKS in result.horizons else max(result.horizons)


def summarise(
    result: StudyTables, outcomes: Sequence[str] = FIRST, weeks: int | None = None
) -> pd.DataFrame:
    """Return one row per outcome, hypothesis and policy.

    Hypotheses are not pooled: a restriction holds part of the answer, so that a share over several
    would hold what was put in. The one that rules nothing out comes first.

    Parameters
    ----------
    outcomes : names from `OUTCOMES`. weeks : a horizon of the study; None for the main one.

    Returns
    -------
    pandas.DataFrame
        outcome, hypothesis, policy, weeks, n_draws; q05, median, q95 over draws (replicates
        averaged); change_q05, change_median, change_q95 of the paired difference from the
        baseline, draw by draw; share_lower (and _low, _high: Monte Carlo interval of 90%): draws in
        which the policy has less of it than the baseline. Changes of the baseline itself are NaN.

    Raises
    ------
    ScenarioError
        An outcome or a horizon that the study does not have.
    """
    weeks = main_horizon(result) if weeks is None else weeks
    if weeks not in result.horizons:
        raise ScenarioError(
            f"no horizon of {weeks} weeks in study '{result.name}'",
            value=weeks,
            expected=f"one of {', '.join(map(str, result.horizons))}",
        )
    outcomes = check_outcomes(outcomes)
    table = result.metrics[result.metrics["weeks"] == weeks]
    rows: list[dict[str, Any]] = []
    for name in outcomes:
        every = table.pivot_table(  # means over replicates
            index=["hypothesis", "draw"], columns="policy", values=name, observed=True
        )
        for hypothesis in in_order(result):
            of_policies = every.loc[hypothesis]
            today = of_policies[result.baseline].to_numpy()
            for policy in result.policies:
                keys = {"outcome": name, "hypothesis": hypothesis, "policy": policy.name}
                is_baseline = policy.name == result.baseline
                values = of_policies[policy.name].to_numpy()
                rows.append(keys | {"weeks": weeks} | _row(values, today, is_baseline=is_baseline))
    return pd.DataFrame(rows)


def in_order(result: StudyTables) -> list[str]:
    """Return the names of a study's hypotheses, the one that rules nothing out first."""
    names = [hypothesis.name for hypothesis in result.hypotheses]
    return sorted(names, key=lambda name: name != UNRESTRICTED)


def _row(values: FloatArray, today: FloatArray, *, is_baseline: bool) -> dict[str, float]:
    change = values - today
    lower = (change < 0.0).astype(np.float64)
    row: dict[str, float] = {"n_draws": len(values)} | _quantiles(values, "")
    row |= _quantiles(np.full_like(change, np.nan) if is_baseline else change, "change_")
    return row | share_of(lower[:0] if is_baseline else lower).columns("share_lower")


def _quantiles(values: FloatArray, prefix: str) -> dict[str, float]:
    return {f"{prefix}{name}": float(np.quantile(values, q)) for name, q in LEVELS.items()}
