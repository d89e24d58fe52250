"""Small worlds for the tests of the evidence: districts on a ring, events drawn at random."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tarazu.evidence.daily_counts import DailyCounts

HORIZON = 42


@dataclass(frozen=True)
class World:
    attacks: NDArray[np.int64]  # (T, D)
    operations: NDArray[np.int64]  # (T, D)
    neighbours: NDArray[np.bool_]  # (D, D)

    def counts(self) -> DailyCounts:
        year = 2000 + np.arange(len(self.attacks)) // 365
        used = {"attacks": int(self.attacks.sum()), "operations": int(self.operations.sum())}
        return DailyCounts(self.attacks, self.operations, year, self.neighbours, used, {})


def ring(districts: int) -> NDArray[np.bool_]:
    """Each district borders the one before and the one after."""
    place = np.arange(districts)
    gap = np.abs(place[:, None] - place[None, :])
    return np.asarray((gap == 1) | (gap == districts - 1))


def quiet_ring(
    seed: int,
    *,
    districts: int = 8,
    years: int = 6,
    attack_rate: float = 0.02,
    operation_rate: float = 0.003,
) -> World:
    """Attacks and operations that know nothing of each other."""
    rng = np.random.default_rng(seed)
    shape = (365 * years, districts)
    return World(
        attacks=rng.poisson(attack_rate, shape),
        operations=rng.poisson(operation_rate, shape),
        neighbours=ring(districts),
    )


def plant_after(world: World, seed: int, effect: float, *, next_door: bool = False) -> World:
    """Add `effect` attacks an operation on the 42 days after it, at home or next door."""
    rng = np.random.default_rng(seed)
    attacks = world.attacks.copy()
    for day, district in np.argwhere(world.operations > 0):
        places = np.flatnonzero(world.neighbours[district]) if next_door else np.array([district])
        for _ in range(rng.poisson(effect)):
            when = day + rng.integers(1, HORIZON + 1)
            if when < len(attacks):
                attacks[when, rng.choice(places)] += 1
    return replace(world, attacks=attacks)


def remove_after(world: World, *, next_door: bool = False) -> World:
    """Take away every attack on the 42 days after an operation, at home or next door."""
    attacks = world.attacks.copy()
    for day, district in np.argwhere(world.operations > 0):
        places = world.neighbours[district] if next_door else [district]
        attacks[day + 1 : day + HORIZON + 1, places] = 0
    return replace(world, attacks=attacks)
