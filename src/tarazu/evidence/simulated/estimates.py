"""What estimators find in the daily counts of one simulated record."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Final, NamedTuple

import numpy as np

from tarazu.core.errors import FitError
from tarazu.evidence.daily_counts import DailyCounts
from tarazu.evidence.methods.comparison_days import measure_days
from tarazu.evidence.near_repeat.estimator import (
    PRIMARY,
    SAME,
    SHORT,
    beyond_chance,
    distance_bands,
)
from tarazu.evidence.near_repeat.knox import event_days, knox
from tarazu.evidence.point_process.after_operations import fit_attacks, measure_after
from tarazu.evidence.point_process.excess_events import Excess
from tarazu.evidence.point_process.history import EXPOSED, NEXT_DOOR
from tarazu.evidence.reaction.estimator import measure_reaction
from tarazu.evidence.sensitivity import FEWEST_EVENTS, has_enough_events
from tarazu.evidence.wake.estimator import attacks_after, compare, summarise

# Fewer than in a finding: they add to the noise of single p-values and leave the rates.
PERMUTATIONS: Final = 299
EXCHANGES: Final = 199
MOVES: Final = 199
SEED: Final = 0  # of permutations, as in a finding
HORIZON: Final = 42  # days, as in a finding


class Found(NamedTuple):
    """Estimate, ends of its interval and p-value; NaN where there are too few events."""

    estimate: float
    low: float
    high: float
    p_value: float


NOTHING: Final = Found(np.nan, np.nan, np.nan, np.nan)


def find_effects(names: Collection[str], counts: DailyCounts) -> dict[str, Found]:
    """Return what estimators find, by name; one fit serves `retaliation` and `displacement`."""
    found = {name: _ALONE[name](counts) for name in names if name in _ALONE}
    together = {name: _CONDITIONS[name] for name in names if name in _CONDITIONS}
    if together:
        excess = measure_excesses(counts, tuple(together.values()))
        found |= {name: _of_excess(one) for name, one in zip(together, excess, strict=True)}
    return {name: found[name] for name in names}


def measure_excesses(counts: DailyCounts, conditions: tuple[int, ...]) -> tuple[Excess, ...]:
    """Return the excess on the days of each class of exposure."""
    background = fit_attacks(counts)
    return tuple(measure_after(counts, background, condition) for condition in conditions)


def _of_excess(excess: Excess) -> Found:
    return Found(excess.estimate, *excess.interval, excess.p_value)


def _wake(counts: DailyCounts) -> Found:
    contrasts = compare(counts, partial(attacks_after, counts, HORIZON))
    if contrasts is None:
        return NOTHING
    effects = measure_days(contrasts, replicates=PERMUTATIONS, seed=SEED)
    effect = summarise(contrasts, effects)
    return Found(effect.estimate, *effect.interval, effect.p_value)


def _reaction(counts: DailyCounts) -> Found:
    if not has_enough_events(counts):
        return NOTHING
    found = measure_reaction(counts.attacks, counts.operations, moves=MOVES, seed=SEED)
    return Found(found.estimate, *found.interval, found.p_value)


def _near_repeat(counts: DailyCounts) -> Found:
    struck = event_days(counts.attacks)
    if len(struck.day) < FEWEST_EVENTS or len(np.unique(struck.place)) < 2:
        return NOTHING
    bands, n_days = distance_bands(counts.neighbours), len(counts.attacks)
    test = knox(struck, None, bands, n_days=n_days, null=PRIMARY, replicates=EXCHANGES, seed=SEED)
    excess, (low, high), p_value = beyond_chance(test, SAME, SHORT)
    return Found(excess, low, high, p_value)


def find_or_nothing(names: Collection[str], counts: DailyCounts) -> dict[str, Found]:
    """Return what estimators find; nothing where a simulated record cannot be fitted."""
    try:
        return find_effects(names, counts)
    except FitError:
        return dict.fromkeys(names, NOTHING)


_CONDITIONS: Final = {"retaliation": EXPOSED, "displacement": NEXT_DOOR}
_ALONE: Final[dict[str, Callable[[DailyCounts], Found]]] = {
    "wake": _wake,
    "reaction": _reaction,
    "near_repeat": _near_repeat,
}
COUNTED: Final = ("retaliation", *_ALONE, "displacement")
"""Estimators that need nothing but the days and districts of attacks and operations."""
