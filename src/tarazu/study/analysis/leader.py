"""Which policy is ahead, by shares of draws: never by a mean, which one draw can make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tarazu.study.analysis.summary import in_order, main_horizon
from tarazu.study.analysis.uncertainty import Estimate, share_of
from tarazu.study.runner.result import StudyTables
from tarazu.study.setup.outcomes import OUTCOMES

FloatArray = NDArray[np.float64]

EVEN: Final = 0.5


@dataclass(frozen=True, slots=True)
class Leader:
    """The policy that does better than each other one in the most draws.

    Attributes
    ----------
    policy : its name. rival : the other policy that comes closest to it.
    share : share of draws in which it does better than this rival, ties counted half, with the
        Monte Carlo interval of 90%.
    is_clear : whether the interval lies above one half against every other policy.
    n_draws : of one hypothesis.
    """

    policy: str
    rival: str
    share: Estimate
    is_clear: bool
    n_draws: int


@dataclass(frozen=True, slots=True)
class PairedShares:
    """How often a policy has less, as much, and more of an outcome than the baseline.

    Attributes
    ----------
    lower : share of draws with less, with its Monte Carlo interval of 90%. equal, higher : shares.
    standing : of draws with less, ties counted half: one half where nothing differs.
    """

    lower: Estimate
    equal: float
    higher: float
    standing: Estimate


def paired_shares(
    result: StudyTables, policy: str, outcome: str, weeks: int, hypothesis: str
) -> PairedShares:
    """Return the shares of draws of one hypothesis with less, as much, and more of an outcome."""
    table = draws_of(result, outcome, weeks, hypothesis)
    mine = table[policy].to_numpy(dtype=np.float64)
    base = table[result.baseline].to_numpy(dtype=np.float64)
    return PairedShares(
        lower=share_of(np.asarray(mine < base, dtype=np.float64)),
        equal=float((mine == base).mean()),
        higher=float((mine > base).mean()),
        standing=share_of(_ahead(mine, base)),
    )


def draws_of(result: StudyTables, outcome: str, weeks: int, hypothesis: str) -> pd.DataFrame:
    """Return an outcome by draw (rows) and policy (columns), replicates averaged."""
    table = result.metrics
    table = table[(table["weeks"] == weeks) & (table["hypothesis"] == hypothesis)]
    return table.pivot_table(index="draw", columns="policy", values=outcome, observed=True)


def find_leader(
    result: StudyTables,
    outcome: str = "deaths_civilian",
    *,
    weeks: int | None = None,
    hypothesis: str | None = None,
) -> Leader | None:
    """Return the leading policy of a study under one hypothesis; None for a single policy.

    Parameters
    ----------
    outcome : one that has a better side. weeks : a horizon; None for the main one.
    hypothesis : None for the one that rules nothing out, or else the first.

    Raises
    ------
    ValueError
        The outcome has no better side: it is reported, never an objective.
    """
    if OUTCOMES[outcome].better == "none":
        msg = f"'{outcome}' is reported and never ranked"
        raise ValueError(msg)
    names = [policy.name for policy in result.policies]
    if len(names) < 2:
        return None
    weeks = main_horizon(result) if weeks is None else weeks
    hypothesis = in_order(result)[0] if hypothesis is None else hypothesis
    table = draws_of(result, outcome, weeks, hypothesis)
    sign = 1.0 if OUTCOMES[outcome].better == "lower" else -1.0
    values = {name: sign * table[name].to_numpy(dtype=np.float64) for name in names}
    closest = {
        name: min(
            (
                (share_of(_ahead(values[name], values[other])), other)
                for other in names
                if other != name
            ),
            key=lambda pair: pair[0].value,
        )
        for name in names
    }
    policy = max(names, key=lambda name: closest[name][0].value)
    share, rival = closest[policy]
    return Leader(policy, rival, share, share.low > EVEN, len(table))


def _ahead(mine: FloatArray, other: FloatArray) -> FloatArray:
    return np.asarray((mine < other) + EVEN * (mine == other), dtype=np.float64)
