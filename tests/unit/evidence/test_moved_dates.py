"""Windows around operations, and the dates moved that they are compared with."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reference.evidence_loops import window_counts

from tarazu.evidence.methods.moved_dates import SHIFT_DAYS, WINDOW_LAGS, count_windows, move_dates

SHORT_LAGS = ((-6, -4), (-3, -1), (1, 3), (4, 6))


def draw(seed: int, n_days: int, rate: float) -> np.ndarray:
    return np.random.default_rng(seed).poisson(rate, (n_days, 3))


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), n_days=st.integers(1, 40))
def test_windows__equal_plain_sums(seed, n_days):
    counts, operations = draw(seed, n_days, 0.5), draw(seed + 1, n_days, 0.2)
    found = count_windows(counts, operations, lags=SHORT_LAGS, replicates=0)
    assert found.observed.tolist() == window_counts(counts, operations, SHORT_LAGS)


@given(seed=st.integers(0, 10**6), replicate=st.integers(0, 3))
@settings(max_examples=20)
def test_windows__moved_are_those_around_moved_dates(seed, replicate):
    counts, operations = draw(seed, 365, 0.05), draw(seed + 1, 365, 0.01)
    found = count_windows(counts, operations, lags=SHORT_LAGS, replicates=4, seed=seed)
    moved = move_dates(operations, seed=seed, replicate=replicate)
    assert found.moved[replicate].tolist() == window_counts(counts, moved, SHORT_LAGS)


def test_windows__leave_out_pairs_on_the_same_day():
    operations = draw(1, 300, 0.02)
    assert operations.max() >= 1
    alone = operations * 0
    alone[np.flatnonzero(operations[:, 0])[0], 0] = 1
    assert count_windows(alone, alone, replicates=0).observed.tolist() == [0] * len(WINDOW_LAGS)


def test_windows__count_after_as_after():
    counts, operations = np.zeros((2, 300, 1), dtype=np.int64)
    operations[150, 0] = 1
    counts[151, 0], counts[178, 0], counts[149, 0] = 3, 1, 2
    found = count_windows(counts, operations, replicates=0)
    assert dict(zip(found.lags, found.observed.tolist(), strict=True)) == {
        (-84, -57): 0,
        (-56, -29): 0,
        (-28, -1): 2,
        (1, 28): 4,
        (29, 56): 0,
        (57, 84): 0,
    }


@given(
    day=st.integers(0, 364),
    district=st.integers(0, 2),
    seed=st.integers(0, 10**6),
    replicate=st.integers(0, 10**6),
)
def test_move_dates__keeps_the_district_and_stays_near(day, district, seed, replicate):
    operations = np.zeros((365, 3), dtype=np.int64)
    operations[day, district] = 1
    ((new_day, new_district),) = np.argwhere(move_dates(operations, seed=seed, replicate=replicate))
    assert new_district == district
    assert abs(new_day - day) <= SHIFT_DAYS


def test_move_dates__reaches_both_ways_and_back_from_the_ends():
    operations = np.zeros((365, 1), dtype=np.int64)
    operations[20, 0] = 1
    days = [
        np.flatnonzero(move_dates(operations, seed=0, replicate=r)[:, 0]).item()
        for r in range(2000)
    ]
    assert min(days) == 0
    assert max(days) == 20 + SHIFT_DAYS
    # A move of -21 .. -182 days comes back as day 1 .. 162, which a move forward reaches as well.
    twice = sum(20 < day <= SHIFT_DAYS - 20 for day in days) / len(days)
    assert twice == pytest.approx(2 * 142 / 365, abs=0.05)  # sd 0.009


@given(seed=st.integers(0, 10**6))
@settings(max_examples=20)
def test_move_dates__keeps_the_number_of_operations_in_each_district(seed):
    operations = draw(seed, 365, 0.05)
    moved = move_dates(operations, seed=seed, replicate=1)
    assert moved.sum(axis=0).tolist() == operations.sum(axis=0).tolist()


def test_move_dates__differs_by_replicate_and_seed_and_repeats():
    operations = draw(1, 365, 0.05)
    first, other, seeded, again = (
        move_dates(operations, seed=seed, replicate=replicate).tobytes()
        for seed, replicate in ((0, 0), (0, 1), (1, 0), (0, 0))
    )
    assert first == again
    assert len({first, other, seeded, operations.tobytes()}) == 4
