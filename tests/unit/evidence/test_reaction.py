"""Reaction: windows, latencies, and what is no reaction."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.evidence.few import FEW

from tarazu.evidence.finding import CANNOT_TELL
from tarazu.evidence.reaction.estimator import (
    VERDICTS,
    first_latencies,
    measure_reaction,
    reaction,
    verdict_of,
)
from tarazu.record import load_record

DAYS, DISTRICTS = 4000, 4


def draw(seed: int, rate: float) -> np.ndarray:
    return np.random.default_rng(seed).poisson(rate, (DAYS, DISTRICTS))


def after(events: np.ndarray, days: int, share: float, seed: int) -> np.ndarray:
    """Follow a share of events by another one some days later."""
    rng = np.random.default_rng(seed)
    followed = np.zeros_like(events)
    chosen = rng.binomial(events[:-days], share)
    followed[days:] = chosen
    return followed


def word(found) -> str:
    return verdict_of(found.estimate, found.p_value)


def find(record):
    return reaction(record, **FEW["reaction"])


def test_reaction__operations_after_attacks_follow_them():
    attacks = draw(1, 0.02)
    found = measure_reaction(attacks, after(attacks, 5, 0.2, 2), moves=199)
    assert word(found) == VERDICTS[0]
    assert found.observed[0] > found.expected[0]
    assert found.interval[0] > 0


def test_reaction__is_the_excess_a_follower_makes():
    """Scattered attacks, some followed once: as many operations an attack beyond chance."""
    attacks = draw(3, 0.01)
    operations = after(attacks, 10, 0.2, 4)
    found = measure_reaction(attacks, operations, moves=499)
    # About 9 pairs come by chance among 32 of cause: their root over 160 attacks, twice.
    assert found.estimate == pytest.approx(operations.sum() / attacks.sum(), abs=0.04)


def test_reaction__interval_holds_what_either_of_the_two_tests_leaves_possible():
    """More operations before attacks than after: against moved dates alone the excess is near 0."""
    attacks = draw(8, 0.01)
    found = measure_reaction(attacks, after(attacks, 9, 1.0, 14)[::-1].copy(), moves=499)
    order = (found.after - found.before) / attacks.sum()
    low, high = found.interval
    assert min(found.estimate, order) > low
    assert max(found.estimate, order) < high


def test_reaction__attacks_after_operations_are_not_called_a_reaction():
    operations = draw(5, 0.005)
    attacks = draw(6, 0.02) + after(operations, 5, 0.5, 7)
    assert word(measure_reaction(attacks, operations, moves=199)) != VERDICTS[0]


def test_reaction__operations_in_the_middle_of_clusters_follow_nothing():
    """Attacks five days before and five days after each operation: together, in no order."""
    operations = draw(8, 0.003)
    attacks = draw(9, 0.01)
    attacks[5:] += operations[:-5]
    attacks[:-5] += operations[5:]
    found = measure_reaction(attacks, operations, moves=199)
    assert found.p_excess < 0.05
    assert word(found) == CANNOT_TELL


def test_reaction__operations_that_stay_away_avoid():
    attacks = draw(10, 0.02)
    operations = draw(11, 0.02)
    for day, district in np.argwhere(attacks > 0):
        operations[day + 1 : day + 29, district] = 0
    assert word(measure_reaction(attacks, operations, moves=199)) == VERDICTS[1]


def test_reaction__same_day_pairs_count_neither_way():
    attacks = np.zeros((2000, 1), dtype=np.int64)
    attacks[::200] = 1
    found = measure_reaction(attacks, attacks, moves=9)
    assert found.observed.tolist() == [0, 0, 0]


@given(seed=st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_first_latencies__equal_plain_search(seed):
    rng = np.random.default_rng(seed)
    attacks, operations = rng.poisson(0.1, (40, 3)), rng.poisson(0.05, (40, 3))
    expected = []
    for d in range(3):
        for t in range(40):
            later = [s - t for s in range(t + 1, 40) if operations[s, d]]
            expected += [min(later, default=np.inf)] * attacks[t, d]
    assert first_latencies(attacks, operations).tolist() == expected


def test_reaction__states_both_conditions():
    finding = find(load_record())
    assert finding.verdict in VERDICTS
    assert "four weeks before" in finding.sentence
    assert ("cannot tell whether" in finding.sentence) == (finding.verdict == CANNOT_TELL)
