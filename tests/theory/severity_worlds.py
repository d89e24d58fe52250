"""Simulated deaths per event, written apart from the estimators of severity."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import zeta

LARGEST = 100_000  # deaths in one event; the tail beyond is put there


@dataclass(frozen=True)
class SeverityWorld:
    """How deadly events are. Below `start` the body is that of small counts."""

    exponent: float = 2.3
    start: int = 5
    tail_share: float = 0.35  # of events
    bursts: int = 60  # of 1-8 weeks in which all events are deadlier, or all less deadly
    burst_spread: float = 0.3  # sd of the log factor of a burst
    rounding: float = 0.1  # share of events above 10 deaths given to the next multiple of 5
    rise: float = 0.0  # relative rise of deaths in the later half of the events
    missed_early: float = 0.0  # share of events with one death that the earlier half misses


def draw_power_law(
    rng: np.random.Generator, exponent: float, start: int, size: int
) -> NDArray[np.int64]:
    """Return values k >= start with chance in proportion to k^-exponent."""
    return start + np.searchsorted(-_tail(exponent, start), -rng.random(size), side="left")


@cache
def _tail(exponent: float, start: int) -> NDArray[np.float64]:
    """Chance of a value above start, start + 1, ..."""
    above = np.arange(start, LARGEST) + 1.0
    return np.asarray(zeta(exponent, above) / zeta(exponent, start))


def simulate_deaths(
    world: SeverityWorld, days: NDArray[np.int64], seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return deaths >= 1 (N,) and months (N,) of events on given days (N,), sorted."""
    rng = np.random.default_rng([seed, 2])
    n = len(days)
    deaths = rng.choice(np.arange(1, world.start), n, p=_body(world.start)).astype(np.float64)
    tail = rng.random(n) < world.tail_share
    deaths[tail] = draw_power_law(rng, world.exponent, world.start, int(tail.sum()))
    factor = np.ones(int(days[-1]) + 1)
    for start in rng.integers(0, len(factor), world.bursts):
        factor[start : start + rng.integers(7, 57)] *= np.exp(world.burst_spread * rng.normal())
    factor = factor[days] * np.where(np.arange(n) >= n // 2, 1 + world.rise, 1.0)
    scaled = deaths * factor
    deaths = np.where(factor == 1.0, deaths, np.floor(scaled + rng.random(n)))
    rounded = (deaths > 10) & (rng.random(n) < world.rounding)
    deaths[rounded] = 5 * np.ceil(deaths[rounded] / 5)
    missed = (deaths <= 1) & (np.arange(n) < n // 2) & (rng.random(n) < world.missed_early)
    keep = (deaths >= 1) & ~missed
    return deaths[keep].astype(np.int64), (days[keep] / 30.4375).astype(np.int64)


def _body(start: int) -> NDArray[np.float64]:
    """Shares of 1 .. start - 1 deaths."""
    weight = 1.0 / np.arange(1, start) ** 1.2
    return np.asarray(weight / weight.sum())
