"""Simulated records for measuring error rates: written apart from the estimators.

Attacks and operations are drawn day by day from their intensities given the past, in a world with
the districts, neighbours, shares, yearly level and size of the record of Balochistan.
"""

# ruff: noqa: NPY002 - inside compiled code np.random is numba's own generator, seeded by record

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray
from tests.theory.measured_record import load_record

HORIZON = 42
YEARS = 30
ATTACKS, OPERATIONS = 420, 90


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
    bursts: int = 60  # of 1-8 weeks over 30 years, region-wide, 2-5 times the background
    ties: float = 0.08  # chance that an attack has another one the same day
    gaps: bool = True  # 6 region-wide and 20 district gaps of 1-10 months on both sides
    misclassified: float = 0.0  # share of attacks and operations recorded as the other side's
    local_bursts: int = 0  # per district, as above: the estimator does not allow for these
    operations_burst: bool = False  # operations share the bursts of attacks


ALL_OFF = {"drift": 0.0, "bursts": 0, "ties": 0.0, "gaps": False}


@dataclass(frozen=True)
class Frame:
    """Districts of the record: who neighbours whom, shares of events, level by year."""

    neighbours: NDArray[np.bool_]
    attack_share: NDArray[np.float64]
    operation_share: NDArray[np.float64]
    year_level: NDArray[np.float64]
    calendar_year: NDArray[np.int64]


def frame() -> Frame:
    record = load_record()
    panel = record.panel()
    attacks, operations = panel["attacks"].to_numpy(), panel["operations"].to_numpy()
    year = panel["time"].dt.year.to_numpy()
    by_year = np.bincount(year - year[0], attacks.sum(axis=1)).astype(float)
    smooth = np.convolve(np.pad(by_year, 1, mode="edge"), [0.25, 0.5, 0.25], "valid") + 0.1
    n = attacks.shape[1]
    return Frame(
        neighbours=record.region.adjacency(),
        attack_share=(attacks.sum(axis=0) + 0.5) / (attacks.sum() + 0.5 * n),
        operation_share=(operations.sum(axis=0) + 0.5) / (operations.sum() + 0.5 * n),
        year_level=smooth,
        calendar_year=year.astype(np.int64),
    )


def simulate_record(
    world: World, place: Frame, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
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
    planned = (world.effect + world.next_door_effect) * OPERATIONS / (1 - branching)
    spontaneous = max(ATTACKS - planned, 0.1 * ATTACKS) * (1 - branching) * (1 - world.ties)
    background *= spontaneous / background.sum()
    tempo = level * place.operation_share * _drift(rng, world.drift, T, D)
    if world.operations_burst:
        tempo = tempo * burst
    reacting = ATTACKS * (world.reaction + world.reaction_next_door)
    tempo *= max(OPERATIONS - reacting, 1.0) / tempo.sum()
    attacks, operations = _days(
        background,
        tempo,
        place.neighbours.astype(np.float64),
        np.array([world.excitation, world.contagion, world.reaction, world.reaction_next_door]),
        np.array([world.effect, world.next_door_effect]) / HORIZON,
        world.ties,
        world.suppression,
        seed,
    )
    if world.gaps:
        for _ in range(6):
            start = rng.integers(T)
            stop = start + rng.integers(30, 150)
            attacks[start:stop] = operations[start:stop] = 0
        for _ in range(20):
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


def _bursts(rng: np.random.Generator, number: int, T: int) -> NDArray[np.float64]:
    factor = np.ones(T)
    for start in rng.integers(0, T, number):
        factor[start : start + rng.integers(7, 57)] *= rng.uniform(2, 5)
    return np.minimum(factor, 8.0)


def _drift(rng: np.random.Generator, sd: float, T: int, D: int) -> NDArray[np.float64]:
    """Smooth log-normal levels: independent knots every 900 days joined by half cosines."""
    knots = rng.normal(size=(T // 900 + 2, D))
    place, weight = np.divmod(np.arange(T) / 900, 1)
    weight = ((1 - np.cos(np.pi * weight)) / 2)[:, None]
    place = place.astype(int)
    return np.exp(sd * (knots[place] * (1 - weight) + knots[place + 1] * weight))


@numba.njit  # type: ignore[misc]
def _days(background, tempo, neighbours, ratios, effects, ties, suppression, seed):  # type: ignore[no-untyped-def]
    np.random.seed(seed)
    T, D = background.shape
    attacks, operations = np.zeros((T, D), np.int64), np.zeros((T, D), np.int64)
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
    return attacks, operations
