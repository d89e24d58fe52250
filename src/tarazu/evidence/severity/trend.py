"""Deaths per event early and late: a step in the mean of logarithms, against blocks moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tarazu.evidence.methods.change_points_kernels import shuffle
from tarazu.evidence.methods.deaths import Imputed
from tarazu.evidence.methods.inversion import critical_value
from tarazu.evidence.options import LEVEL

BLOCK_MONTHS: Final = 6  # events that stay together: longer than a burst of 8 weeks
FEWEST_LETHAL_EVENTS: Final = 30  # events in all below which no number is given
FEWEST_BLOCKS: Final = 6  # three on each side


@dataclass(frozen=True, slots=True)
class SeverityStep:
    """Typical deaths per event in the later half of the events over the earlier half.

    Attributes
    ----------
    ratio, interval : of geometric means, with an interval robust to bursts of half a year.
    p_value : two-sided, share of random orders of half-years with a step as large.
    split : first month of the later half, counted from January 1970.
    n_early, n_late : events.
    """

    ratio: float
    interval: tuple[float, float]
    p_value: float
    split: int
    n_early: int
    n_late: int


def compare_halves(
    deaths: NDArray[np.int64],
    months: NDArray[np.int64],
    *,
    level: float = LEVEL,
    replicates: int = 999,
    seed: int = 0,
) -> SeverityStep | None:
    """Return the step in deaths per event from the first to the second half of the events.

    Half-years stay whole, so the halves are as equal as whole half-years allow.

    Parameters
    ----------
    deaths : (N,) >= 1. months : (N,) since January 1970.

    Returns
    -------
    SeverityStep or None
        None for too few events, or for events of fewer than six half-years.
    """
    places, block = np.unique(months // BLOCK_MONTHS, return_inverse=True)
    if len(deaths) < FEWEST_LETHAL_EVENTS or len(places) < FEWEST_BLOCKS:
        return None
    n: NDArray[np.float64] = np.bincount(block).astype(np.float64)
    total: NDArray[np.float64] = np.bincount(block, np.log(deaths)).astype(np.float64)
    orders = _orders(len(places), replicates, seed)
    step, error, split = _steps(n[None], total[None])
    moved, moved_error, _ = _steps(n[orders], total[orders])
    by_chance = np.abs(moved / moved_error)
    half = critical_value(by_chance, level) * float(error[0])
    k = int(split[0])
    return SeverityStep(
        ratio=float(np.exp(step[0])),
        interval=(float(np.exp(step[0] - half)), float(np.exp(step[0] + half))),
        p_value=float((1 + (by_chance >= abs(step[0] / error[0])).sum()) / (1 + replicates)),
        split=int(places[k]) * BLOCK_MONTHS,
        n_early=int(n[:k].sum()),
        n_late=int(n[k:].sum()),
    )


def compare_imputed(
    deaths: NDArray[np.float64],
    months: NDArray[np.int64],
    *,
    level: float = LEVEL,
    replicates: int = 999,
    seed: int = 0,
) -> Imputed | None:
    """Return the step of `compare_halves` averaged over imputations of the deaths, and its test.

    The statistic is the mean over imputations of the step over its standard error; each random
    order of half-years is applied to all of them. Estimate, interval and variances are those of
    logarithms.

    Parameters
    ----------
    deaths : (M, N) >= 1, by imputation. months : (N,) since January 1970.
    """
    places, block = np.unique(months // BLOCK_MONTHS, return_inverse=True)
    if deaths.shape[1] < FEWEST_LETHAL_EVENTS or len(places) < FEWEST_BLOCKS:
        return None
    n: NDArray[np.float64] = np.bincount(block).astype(np.float64)
    orders = np.vstack([np.arange(len(places))[None], _orders(len(places), replicates, seed)])
    steps, errors = np.empty((2, len(deaths)))
    ratios = np.zeros(len(orders))
    for m, imputed in enumerate(deaths):
        total: NDArray[np.float64] = np.bincount(block, np.log(imputed)).astype(np.float64)
        step, error, _ = _steps(n[orders], total[orders])
        steps[m], errors[m] = step[0], error[0]
        ratios += step / error / len(deaths)
    scale = float((1.0 / errors).mean())
    middle, half = float(ratios[0]) / scale, critical_value(np.abs(ratios[1:]), level) / scale
    extreme = int((np.abs(ratios[1:]) >= abs(ratios[0])).sum())
    return Imputed(
        estimate=middle,
        interval=(middle - half, middle + half),
        p_value=(1 + extreme) / (1 + replicates),
        within=float((errors**2).mean()),
        between=float(np.var(steps, ddof=1)) if len(steps) > 1 else 0.0,
        imputations=len(deaths),
    )


def _orders(blocks: int, replicates: int, seed: int) -> NDArray[np.int64]:
    """Return (R, B) random orders of the blocks."""
    order = np.empty(blocks, dtype=np.int64)
    orders = np.empty((replicates, blocks), dtype=np.int64)
    for r in range(replicates):
        shuffle(order, seed, r)
        orders[r] = order
    return orders


def _steps(
    n: NDArray[np.float64], total: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Return late less early mean, its cluster-robust standard error and the split, by order.

    n, total : (R, B) events and sums by block in each order.
    """
    blocks = n.shape[1]
    before = n.cumsum(axis=1)[:, :-1]
    middle = np.abs(2 * before - n.sum(axis=1, keepdims=True))
    middle[:, :2] = middle[:, -2:] = np.inf  # three half-years on each side at least
    split = middle.argmin(axis=1) + 1  # (R,)
    late = np.arange(blocks) >= split[:, None]
    step = np.zeros(len(n))
    variance = np.zeros(len(n))
    for side, sign in ((late, 1.0), (~late, -1.0)):
        size = (n * side).sum(axis=1)
        mean = (total * side).sum(axis=1) / size
        members = side.sum(axis=1)
        residual = (total - n * mean[:, None]) * side
        variance += (residual**2).sum(axis=1) / size**2 * members / (members - 1)
        step += sign * mean
    return step, np.sqrt(np.maximum(variance, 1e-12)), split
