"""Patterns of policies: in what share of futures the model shows them, and their mirror images.

A pattern is a test on the model's own levers. Its mirror image is the opposite statement, tested
by the same rule turned round. Neither need hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tarazu.core.errors import ScenarioError
from tarazu.engine.compiler.week_plan import Mode
from tarazu.policy import Setting
from tarazu.study.analysis.uncertainty import share_of
from tarazu.study.setup.outcomes import YEAR
from tarazu.study.setup.scenario import Scenario

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Attacks = Mapping[str, FloatArray]
"""Weekly attacks of the whole region, (N, T) by policy."""
Policies = Mapping[str, tuple[Setting, ...]]

END: Final = 520  # weeks of every run
BATCH: Final = 64  # members
MARGIN: Final = 0.01  # two policies are separated if they differ by more than this share
HOLDS, NEITHER, MIRROR = 1, 0, -1


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """A statement on what policies do, as a test on the runs of some policies.

    Attributes
    ----------
    claim : the statement. rule : when it holds; the mirror image is the rule turned round.
    policies : settings by name of policy; levers that a policy leaves out stay as in the scenario.
    judge : from the weekly attacks of the policies to (N,) `HOLDS`, `NEITHER` or `MIRROR`.
    """

    name: str
    claim: str
    rule: str
    policies: Policies
    judge: Callable[[Attacks], IntArray]


def look_for_patterns(
    scenario: Scenario,
    patterns: Sequence[Pattern],
    *,
    mode: Mode = "mean",
    seed: int = 0,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Return the share of draws in which each pattern holds, and in which its mirror image does.

    Parameters
    ----------
    scenario : draws of the parameters under one hypothesis; its levers are today's.
    mode : ``mean``, or ``stochastic``: one replicate per draw, common random numbers.
    workers : threads, >= 1; results do not depend on it.
    progress : called with the number of policies that are done, and of all.

    Returns
    -------
    pandas.DataFrame
        pattern, hypothesis, holds, mirror, neither (shares of draws, each with its 90% interval
        in _low and _high), n_draws.

    Raises
    ------
    ScenarioError
        The levers of the scenario end before week 520.
    """
    if scenario.weeks < END:
        raise ScenarioError(f"levers of {scenario.weeks} weeks", expected=f"{END} or more")
    policies = {name: settings for one in patterns for name, settings in one.policies.items()}
    attacks: dict[str, FloatArray] = {}
    with ThreadPoolExecutor(workers) as pool:
        runs = pool.map(lambda some: _attacks(scenario, some, mode, seed), policies.values())
        for name, weekly in zip(policies, runs, strict=True):
            attacks[name] = weekly
            if progress is not None:
                progress(len(attacks), len(policies))
    return pd.DataFrame(
        [_row(one.name, scenario.hypothesis.name, one.judge(attacks)) for one in patterns]
    )


def _row(pattern: str, hypothesis: str, verdicts: IntArray) -> dict[str, Any]:
    row: dict[str, Any] = {"pattern": pattern, "hypothesis": hypothesis}
    for name, verdict in (("holds", HOLDS), ("mirror", MIRROR), ("neither", NEITHER)):
        row |= share_of((verdicts == verdict).astype(np.float64)).columns(name)
    return row | {"n_draws": len(verdicts)}


def _attacks(scenario: Scenario, settings: Sequence[Setting], mode: Mode, seed: int) -> FloatArray:
    """Return (N, T) weekly attacks of each draw under some settings."""
    for setting in settings:
        weeks = slice(setting.from_week, setting.until_week)
        scenario = scenario.with_lever(setting.lever, setting.value, weeks)
    members = np.arange(len(scenario.parameters))
    parts = np.split(members, range(BATCH, len(members), BATCH))
    runs = [
        scenario.run(part, part, seed=seed, weeks=END, mode=mode).series("attacks")
        for part in parts
    ]
    return np.concatenate(runs)


def total(weekly: FloatArray) -> FloatArray:
    """Return (N,) attacks of all weeks."""
    return np.asarray(weekly.sum(axis=1))


def year_before(week: int, weekly: FloatArray) -> FloatArray:
    """Return (N,) attacks of the 52 weeks before a week."""
    return np.asarray(weekly[:, week - YEAR : week].sum(axis=1))


def clearly_less(few: FloatArray, many: FloatArray) -> NDArray[np.bool_]:
    """Return whether one is below the other by more than `MARGIN` of it."""
    return np.asarray(few < (1.0 - MARGIN) * many)


def verdicts_of(holds: NDArray[np.bool_], mirror: NDArray[np.bool_]) -> IntArray:
    """Return (N,) `HOLDS`, `MIRROR` or `NEITHER`; the two never hold at once."""
    return np.where(holds, HOLDS, np.where(mirror, MIRROR, NEITHER))
