"""Number of extra operations that kill an expected number of militants, in each draw."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tarazu.core.bisection import bisect
from tarazu.engine import Pulse, State, Trajectory
from tarazu.study.setup.scenario import Scenario

FloatArray = NDArray[np.float64]

TAIL = 3  # counts up to this times the most expected operations stand for the whole Poisson
HALVINGS = 50
DEATHS = ("dead", "attack_deaths_civilian", "operation_deaths_civilian")


def size_operation(
    scenario: Scenario,
    *,
    week: int,
    targets: dict[int, float],
    most: int,
    start: State | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Return expected extra operations, and the militants whom they are expected to kill.

    The mean field gives the militants killed by n = 0, 1, 2, ... extra operations in that week; the
    expectation over a Poisson count then has a given value at one mean. So the dose counts the
    spread of the number of operations, which the mean field alone would overlook.

    Parameters
    ----------
    scenario : without the operation.
    week : of the operation. targets : militants to kill, by column of the district.
    most : expected operations in a district that are never exceeded.
    start : state of the mean field of each draw; None: today as assumed.

    Returns
    -------
    operations, killed : (N, D'), in the order of `targets`; killed is below its target where
        `most` operations do not reach it.
    """
    columns, draws = list(targets), np.arange(len(scenario.parameters))
    killed = np.stack(
        [
            _militants_killed(
                scenario.run(
                    draws,
                    draws if start is None else start.members,
                    seed=0,  # the mean field draws nothing
                    weeks=week + 1,
                    pulses=[Pulse("operations", week, d, count=n) for d in columns],
                    keep=DEATHS,
                    start=start,
                    mode="mean",
                )
            )[:, columns]
            for n in range(TAIL * most + 1)
        ]
    )  # (counts, N, D')
    extra = killed - killed[0]
    return _solve(extra, np.array(list(targets.values())), most)


def _militants_killed(trajectory: Trajectory) -> FloatArray:
    """Return the (N, D) militants killed in the last week."""
    dead = trajectory.by_district("dead")
    before = dead[:, -2] if dead.shape[1] > 1 else np.zeros_like(dead[:, -1])
    civilians = sum(trajectory.by_district(name)[:, -1] for name in DEATHS[1:])
    return np.asarray(dead[:, -1] - before - civilians)


def _solve(extra: FloatArray, target: FloatArray, most: int) -> tuple[FloatArray, FloatArray]:
    most_operations = np.full(extra.shape[1:], float(most))
    operations = bisect(
        lambda mean: _expected(extra, mean) >= target,
        np.zeros_like(most_operations),
        most_operations,
        halvings=HALVINGS,
    )
    return operations, _expected(extra, operations)


def _expected(extra: FloatArray, mean: FloatArray) -> FloatArray:
    """Return the expectation of `extra` (counts, N, D') over Poisson counts of means (N, D')."""
    counts = np.arange(extra.shape[0])
    factorial = np.array([math.lgamma(n + 1.0) for n in counts])
    log = counts[:, None, None] * np.log(mean) - mean - factorial[:, None, None]
    weight = np.exp(log)
    weight[-1] += np.maximum(0.0, 1.0 - weight.sum(axis=0))  # all larger counts
    return np.asarray((weight * extra).sum(axis=0))
