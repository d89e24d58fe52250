"""How many extra operations make an expected number of militants killed, in each draw."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tarazu.core.bisection import bisect
from tarazu.engine import Districts, Pulse, Trajectory, simulate
from tarazu.model import Model

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

TAIL = 3  # counts up to this times the most expected operations stand for the whole Poisson
HALVINGS = 50
DEATHS = ("dead", "attack_deaths_civilian", "operation_deaths_civilian")


def size_operation(
    model: Model,
    parameters: FloatArray,
    levers: FloatArray,
    *,
    places: Districts,
    pulses: Sequence[Pulse],
    week: int,
    targets: dict[int, float],
    most: int,
) -> tuple[FloatArray, FloatArray]:
    """Return expected extra operations, and the militants whom they are expected to kill.

    The mean field says how many militants n = 0, 1, 2, ... extra operations kill in that week; the
    expectation over a Poisson count then has a given value at one mean. So the dose counts the
    spread of the number of operations, which the mean field alone would overlook.

    Parameters
    ----------
    parameters : (M, P). levers : (L, T, D) without the operation.
    week : of the operation. targets : militants to kill, by column of the district.
    most : expected operations in a district that are never exceeded.

    Returns
    -------
    operations, killed : (M, D'), in the order of `targets`; killed is below its target where
        `most` operations do not reach it.
    """
    counts = np.arange(TAIL * most + 1)
    columns = list(targets)
    killed = np.stack(
        [
            _militants_killed(
                simulate(
                    model,
                    parameters,
                    levers[:, : week + 1],
                    districts=places,
                    seed=0,  # the mean field draws nothing
                    members=np.arange(len(parameters)),
                    weeks=week + 1,
                    pulses=(
                        *(p for p in pulses if p.week <= week),
                        *(Pulse("operations", week, d, count=int(n)) for d in columns),
                    ),
                    keep=DEATHS,
                    mode="mean",
                )
            )[:, columns]
            for n in counts
        ]
    )  # (N, M, D')
    extra = killed - killed[0]
    return _solve(extra, np.array(list(targets.values())), most)


def _militants_killed(trajectory: Trajectory) -> FloatArray:
    """Return the (M, D) militants killed in the last week."""
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
    """Return the expectation of `extra` (N, M, D') over Poisson counts of these means (M, D')."""
    counts = np.arange(extra.shape[0])
    factorial = np.array([math.lgamma(n + 1.0) for n in counts])
    log = counts[:, None, None] * np.log(mean) - mean - factorial[:, None, None]
    weight = np.exp(log)
    weight[-1] += np.maximum(0.0, 1.0 - weight.sum(axis=0))  # all larger counts
    return np.asarray((weight * extra).sum(axis=0))
