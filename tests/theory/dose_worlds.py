"""Militants killed by operation, on top of simulated records: written apart from the estimator."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from tests.theory.worlds import Frame, World, simulate_record

YEAR = 364  # days: an effect of the dose is spread evenly over the 52 weeks after the operation


@dataclass(frozen=True)
class DoseWorld:
    """A world in which operations kill; the number killed does nothing unless told otherwise.

    Doses are lognormal, cut to whole numbers (median 4, the largest of 90 about 45), so that a few
    operations hold most of the deaths, as on the record.
    """

    base: World = field(default_factory=World)
    per_death: float = 0.0  # attacks that one more death adds in its district within 52 weeks
    prevented: float = 0.0  # share of attacks there in 52 weeks that each death prevents
    follows_month: float = 0.0  # growth of the dose by attack of the last 28 days
    follows_year: bool = False  # dose grows with the root of the attacks of the last year


@dataclass(frozen=True)
class DoseRecord:
    attacks: NDArray[np.int64]  # (T, D) by day
    days: NDArray[np.int64]  # (N,)
    districts: NDArray[np.int64]
    doses: NDArray[np.float64]


def simulate_doses(world: DoseWorld, place: Frame, seed: int) -> DoseRecord:
    """Return daily attacks and operations with their doses, as they would be recorded."""
    attacks, operations = simulate_record(world.base, place, seed)
    rng = np.random.default_rng([seed, 7])
    days, districts = np.repeat(np.argwhere(operations > 0), operations[operations > 0], axis=0).T
    before = np.vstack([np.zeros((1, attacks.shape[1]), dtype=int), attacks.cumsum(axis=0)])
    month = before[days, districts] - before[np.maximum(days - 28, 0), districts]
    year = before[days, districts] - before[np.maximum(days - YEAR, 0), districts]
    dose = np.exp(rng.normal(1.5, 0.9, len(days))) * (1 + world.follows_month * month)
    doses = np.floor(dose * np.sqrt(1 + year) if world.follows_year else dose)
    kept = np.ones(attacks.shape)
    added = np.zeros_like(attacks)
    for day, district, killed in zip(days, districts, doses, strict=True):
        kept[day + 1 : day + YEAR + 1, district] *= (1 - world.prevented) ** killed
        later = day + rng.integers(1, YEAR + 1, rng.poisson(world.per_death * killed))
        np.add.at(added[:, district], later[later < len(attacks)], 1)
    return DoseRecord(rng.binomial(attacks, kept) + added, days, districts, doses)
