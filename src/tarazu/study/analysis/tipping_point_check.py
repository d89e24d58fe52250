"""TippingPoints of a ranking that the mean field found, tried with drawn events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd

from tarazu.core.number_format import significant
from tarazu.study.analysis.ranking import Ranking
from tarazu.study.analysis.tipping_points import MEDIAN, TippingPoints, values_at
from tarazu.study.analysis.uncertainty import Estimate, mean_of
from tarazu.study.setup.scenario import Scenario

NEAREST: Final = 3  # tipping points that are checked
START: Final = "(nothing moved)"
LEVEL: Final = "not separated"


def check_tipping_points(
    found: TippingPoints,
    baseline: Scenario,
    policy: Scenario,
    *,
    replicates: int = 100,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Return the effect with drawn events at the start and past each of the nearest tipping points.

    Both policies are run with common random numbers at each point.

    Parameters
    ----------
    found : from the same scenarios, all parameters starting at their medians.
    replicates : pairs at each point, >= 2.

    Returns
    -------
    pandas.DataFrame
        parameter (first row: nothing moved), quantile, value, expected (mean field), effect (mean
        of policy less baseline over replicates, with its 90% interval), ahead (name of the
        policy, or ``not separated``), agrees (whether it is the one that the mean field puts
        ahead), n_replicates.

    See Also
    --------
    check_sentence : the same in words.
    """
    ranking = Ranking(baseline, policy, found.outcome)
    nearest = found.table[found.table["tips"]].head(NEAREST)
    names = [*baseline.model.parameters]
    points: list[tuple[str, float, float]] = [(START, np.nan, found.effect)]
    points += [
        (row["parameter"], row["beyond_quantile"], row["beyond_effect"])
        for row in nearest.to_dict("records")
    ]
    rows = []
    for done, (name, quantile, expected) in enumerate(points, start=1):
        at = np.full(len(names), MEDIAN)
        if name != START:
            at[names.index(name)] = quantile
        drawn = mean_of(ranking.drawn(at, replicates, seed))
        ahead = _ahead(found, drawn)
        rows.append(
            {
                "parameter": name,
                "quantile": quantile,
                "value": np.nan if name == START else values_at(baseline, at)[names.index(name)],
                "expected": expected,
                **drawn.columns("effect"),
                "ahead": ahead,
                "agrees": ahead == _ahead(found, Estimate(expected, expected, expected)),
                "n_replicates": replicates,
            }
        )
        if progress is not None:
            progress(done, len(points))
    return pd.DataFrame(rows)


def check_sentence(checks: pd.DataFrame) -> str:
    """Return in words which tipping points of the mean field drawn events confirm."""
    pairs = f"{int(checks['n_replicates'].iloc[0])} pairs of runs with drawn events per point"
    first, rest = checks.iloc[0], checks.iloc[1:]
    parts = [f"at the start {_words(first)}"]
    parts += [
        f"past the tipping point of {row['parameter']} {_words(row)}" for _, row in rest.iterrows()
    ]
    return f"By {pairs}: {'; '.join(parts)}."


def _words(row: pd.Series) -> str:
    is_level = row["ahead"] == LEVEL
    words = "the two are not separated" if is_level else f"'{row['ahead']}' is ahead"
    contradicts = not (is_level or row["agrees"])
    effect, low, high, expected = (
        significant(row[name], signed=True)
        for name in ("effect", "effect_low", "effect_high", "expected")
    )
    return (
        f"{words} ({effect}, 90% interval {low} to {high}; mean field {expected}"
        f"{', not confirmed' if contradicts else ''})"
    )


def _ahead(found: TippingPoints, effect: Estimate) -> str:
    """Return the policy that an effect, with its interval, puts ahead."""
    if effect.high < 0.0:
        return found.policy if found.outcome.better == "lower" else found.baseline
    if effect.low > 0.0:
        return found.baseline if found.outcome.better == "lower" else found.policy
    return LEVEL
