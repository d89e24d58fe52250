"""Records drawn from the prior of the log-linear model, written apart from the estimator."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WINDOWS = ((1, 7), (8, 28), (29, 84))
HORIZON = 42


@dataclass(frozen=True)
class PriorWorld:
    """A small world: districts on a ring, calendar years, and what the prior says of them."""

    districts: int = 4
    years: int = 6
    rate: float = 0.02  # attacks a day where every factor is 1
    operation_rate: float = 0.004
    level_shape: float = 2.0
    drift_shape: float = 1.0
    burst_shape: float = 1.0
    year_shape: float = 0.5
    history_sd: float = 0.1  # with 0.3 one draw in ten grows without end
    ratio_sd: float = 0.7

    @property
    def neighbours(self) -> NDArray[np.bool_]:
        gap = np.abs(np.subtract.outer(np.arange(self.districts), np.arange(self.districts)))
        return np.asarray((gap == 1) | (gap == self.districts - 1))

    @property
    def calendar_year(self) -> NDArray[np.int64]:
        return 2000 + np.arange(365 * self.years) // 365


def draw_from_prior(
    world: PriorWorld, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], float]:
    """Return (T, D) attacks and operations, and the log rate ratio that they were drawn with."""
    rng = np.random.default_rng([seed, 11])

    def factor(shape: float, *size: int) -> NDArray[np.float64]:
        return rng.gamma(shape, 1 / shape, size)

    T, D = 365 * world.years, world.districts
    epoch, year = np.arange(T) // (3 * 365), np.arange(T) // 365
    within = np.arange(T) - epoch * 3 * 365
    burst = within * 26 // (3 * 365)  # 26 intervals of six weeks in three years
    n_epochs = int(epoch[-1]) + 1
    background = (
        world.rate
        * factor(world.level_shape, D)
        * factor(world.drift_shape, n_epochs, D)[epoch]
        * (
            factor(world.year_shape, world.years)[year]
            * factor(world.burst_shape, n_epochs, 26)[epoch, burst]
        )[:, None]
    )
    coefficients = rng.normal(0, world.history_sd, 2 * len(WINDOWS))
    log_ratio = float(rng.normal(0, world.ratio_sd))
    operations = rng.poisson(world.operation_rate, (T, D))
    attacks = np.zeros((T, D), dtype=np.int64)
    spread = world.neighbours / world.neighbours.sum(axis=1)[:, None]
    for t in range(T):
        log_factor = np.zeros(D)
        for w, (first, last) in enumerate(WINDOWS):
            recent = attacks[max(t - last, 0) : max(t - first + 1, 0)].sum(axis=0)
            log_factor += coefficients[w] * np.log1p(recent)
            log_factor += coefficients[len(WINDOWS) + w] * np.log1p(recent @ spread)
        log_factor += log_ratio * (operations[max(t - HORIZON, 0) : t].sum(axis=0) > 0)
        attacks[t] = rng.poisson(background[t] * np.exp(log_factor))
        if attacks[t].max() > 1000:
            raise ValueError(f"seed {seed}: the record grows without end; lower history_sd")
    return attacks, operations, log_ratio
