"""Simulated records for measuring error rates: written apart from the estimators.

Attacks and operations are drawn day by day from their intensities given the past, in a world with
the districts, neighbours, shares, yearly level and size of a record.
"""

# ruff: noqa: NPY002 - inside compiled code np.random is numba's own generator, seeded by record;
# counter-based numbers would give other records than those on which the shipped rates were measured

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tarazu.core.jit import kernel
from tarazu.evidence.daily_counts import DailyCounts

HORIZON: Final = 42  # days over which an operation adds attacks
_KNOT_DAYS: Final = 900

Counts = NDArray[np.int64]
Array = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """What is switched on. Effects are attacks an operation adds within 42 days."""

    effect: float = 0.0
    next_door_effect: float = 0.0
    suppression: float = 0.0  # share of attacks in its district that an operation prevents
    excitation: float = 0.30  # branching ratio, same district, mean lag 10 days
    contagion: float = 0.08  # branching ratio, neighbours together
    reaction: float = 0.12  # operations an attack causes in its district, mean lag 14 days
    reaction_next_door: float = 0.05
    drift: float = 0.6  # sd of the log level of a district, independent every 2.5 years
    bursts: int = 60  # of 1-8 weeks over the whole record, region-wide, 2-5 times the background
    ties: float = 0.08  # chance that an attack has another one the same day
    gaps: bool = True  # of 1-10 months on both sides
    region_gaps: int = 6
    district_gaps: int = 20
    misclassified: float = 0.0  # share of attacks and operations recorded as the other side's
    local_bursts: int = 0  # per district, as above: the estimator does not allow for these
    operations_burst: bool = False  # operations share the bursts of attacks


@dataclass(frozen=True)
class Frame:
    """Districts of the record: who neighbours whom, shares of events, level by year.

    Attributes
    ----------
    neighbours : (D, D). attack_share, operation_share : (D,). year_level : (Y,).
    calendar_year : (T,). attacks, operations : in all, on average.
    """

    neighbours: NDArray[np.bool_]
    attack_share: Array
    operation_share: Array
    year_level: Array
    calendar_year: Counts
    attacks: int
    operations: int


def frame_of(counts: DailyCounts) -> Frame:
    """Return the districts, days and size of a record."""
    attacks, operations = counts.attacks, counts.operations
    year, n = counts.calendar_year, attacks.shape[1]
    by_year = np.bincount(year - year[0], attacks.sum(axis=1)).astype(float)
    smooth = np.convolve(np.pad(by_year, 1, mode="edge"), [0.25, 0.5, 0.25], "valid") + 0.1
    return Frame(
        neighbours=counts.neighbours,
        attack_share=(attacks.sum(axis=0) + 0.5) / (attacks.sum() + 0.5 * n),
        operation_share=(operations.sum(axis=0) + 0.5) / (operations.sum() + 0.5 * n),
        year_level=smooth,
        calendar_year=year,
        attacks=int(attacks.sum()),
        operations=int(operations.sum()),
    )


def simulate_record(world: World, place: Frame, seed: int) -> tuple[Counts, Counts]:
    """Return daily attacks and operations (T, D) as they would be recorded."""
    rng = np.random.default_rng(seed)
    year = place.calendar_year - place.calendar_year[0]
    T, D = len(year), len(place.attack_share)
    level = place.year_level[year][:, None]
    burst = _bursts(rng, world.bursts, T)[:, None] * np.ones(D)
    for d in range(D):
        burst[:, d] *= _bursts(rng, world.local_bursts, T)
    background = level * place.attack_share * _drift(rng, world.drift, T, D) * burst
    branching = world.excitation + world.contagion
    planned = (world.effect + world.next_door_effect) * place.operations / (1 - branching)
    spontaneous = max(place.attacks - planned, 0.1 * place.attacks)
    background *= spontaneous * (1 - branching) * (1 - world.ties) / background.sum()
    tempo = level * place.operation_share * _drift(rng, world.drift, T, D)
    if world.operations_burst:
        tempo = tempo * burst
    reacting = place.attacks * (world.reaction + world.reaction_next_door)
    tempo *= max(place.operations - reacting, 1.0) / tempo.sum()
    attacks, operations = np.zeros((2, T, D), np.int64)
    _days(
        background,
        tempo,
        place.neighbours.astype(np.float64),
        np.array([world.excitation, world.contagion, world.reaction, world.reaction_next_door]),
        np.array([world.effect, world.next_door_effect]) / HORIZON,
        world.ties,
        world.suppression,
        seed,
        attacks,
        operations,
    )
    if world.gaps:
        for _ in range(world.region_gaps):
            start = rng.integers(T)
            stop = start + rng.integers(30, 150)
            attacks[start:stop] = operations[start:stop] = 0
        for _ in range(world.district_gaps):
            start, district = rng.integers(T), rng.integers(D)
            stop = start + rng.integers(30, 300)
            attacks[start:stop, district] = operations[start:stop, district] = 0
    if world.misclassified > 0:
        wrong_attacks = rng.binomial(attacks, world.misclassified)
        wrong_operations = rng.binomial(operations, world.misclassified)
        attacks, operations = (
            attacks - wrong_attacks + wrong_operations,
            operations - wrong_operations + wrong_attacks,
        )
    return attacks, operations


def _bursts(rng: np.random.Generator, number: int, T: int) -> Array:
    factor = np.ones(T)
    for start in rng.integers(0, T, number):
        factor[start : start + rng.integers(7, 57)] *= rng.uniform(2, 5)
    return np.minimum(factor, 8.0)


def _drift(rng: np.random.Generator, sd: float, T: int, D: int) -> Array:
    """Smooth log-normal levels: independent knots every 900 days joined by half cosines."""
    knots = rng.normal(size=(T // _KNOT_DAYS + 2, D))
    place, weight = np.divmod(np.arange(T) / _KNOT_DAYS, 1)
    weight = ((1 - np.cos(np.pi * weight)) / 2)[:, None]
    place = place.astype(int)
    smooth = knots[place] * (1 - weight) + knots[place + 1] * weight
    return np.asarray(np.exp(sd * smooth))


@kernel
def _days(
    background: Array,
    tempo: Array,
    neighbours: Array,
    ratios: Array,
    effects: Array,
    ties: float,
    suppression: float,
    seed: int,
    attacks: Counts,
    operations: Counts,
) -> None:
    """Draw attacks and operations day by day. Writes attacks (T, D), operations (T, D)."""
    np.random.seed(seed)
    T, D = background.shape
    planted = np.zeros((T + 43, D))
    excited, reacting = np.zeros(D), np.zeros(D)
    keep_excited, keep_reacting = np.exp(-1 / 10.0), np.exp(-1 / 14.0)
    gain_excited = (1 - keep_excited) / keep_excited
    gain_reacting = (1 - keep_reacting) / keep_reacting
    degree = neighbours.sum(axis=1)
    last = np.full(D, -HORIZON - 1)
    for t in range(T):
        for d in range(D):
            count = 0
            kept = 1 - suppression if t - last[d] <= HORIZON else 1.0
            for _ in range(np.random.poisson(kept * (background[t, d] + excited[d]))):
                count += 1
                while np.random.random() < ties:
                    count += 1
            attacks[t, d] = count + np.random.poisson(planted[t, d])
            operations[t, d] = np.random.poisson(tempo[t, d] + reacting[d])
        excited *= keep_excited
        reacting *= keep_reacting
        for d in range(D):
            a = attacks[t, d]
            if a > 0:
                excited[d] += a * ratios[0] * gain_excited
                reacting[d] += a * ratios[2] * gain_reacting
                for j in range(D):
                    if neighbours[d, j] > 0:
                        excited[j] += a * ratios[1] / degree[d] * gain_excited
                        reacting[j] += a * ratios[3] / degree[d] * gain_reacting
            o = operations[t, d]
            if o > 0:
                last[d] = t
                for s in range(1, 43):
                    planted[t + s, d] += o * effects[0]
                    for j in range(D):
                        if neighbours[d, j] > 0:
                            planted[t + s, j] += o * effects[1] / degree[d]
