"""Change points of shares: exact partitions, bounds whatever the labels, what is found."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import xlogy

from tarazu.evidence.methods import change_points_kernels as kernels
from tarazu.evidence.methods.change_points import (
    FEWEST_LABELLED,
    SHORTEST,
    find_changes,
    has_enough_labels,
    measure_dispersion,
    step_bounds,
)

ROUNDING = 1e-7  # sums of logarithms in another order
SMALL_COUNTS = arrays(np.int64, (2, 3), elements=st.integers(0, 30))
UNKNOWN = arrays(np.int64, 2, elements=st.integers(0, 20))


class MultinomialCost:
    """The same likelihood as a cost of `ruptures`, an independent search."""

    model = "multinomial"
    min_size = 1

    def fit(self, signal):
        self.signal = signal
        return self

    def error(self, start, end):
        x = self.signal[start:end].sum(axis=0)
        return float(xlogy(x.sum(), max(x.sum(), 1)) - xlogy(x, np.maximum(x, 1)).sum())


def shares(seed: int, *segments: tuple[int, tuple[float, ...]], mean: float = 8.0) -> np.ndarray:
    """Events by quarter and label; a segment is its number of quarters and its shares."""
    rng = np.random.default_rng(seed)
    rows = [rng.multinomial(rng.poisson(mean), p) for n, p in segments for _ in range(n)]
    return np.array(rows, dtype=np.int64)


def search(known: np.ndarray, shortest: int, fewest: int, most: int) -> np.ndarray:
    cumulated = np.vstack([np.zeros_like(known[:1]), known.cumsum(axis=0)])
    gains, ends = np.empty((most + 1, len(cumulated))), np.empty((most + 1, len(cumulated)), int)
    x = np.arange(known.sum() + 1)
    kernels.partition(cumulated, shortest, fewest, xlogy(x, np.maximum(x, 1)), gains, ends)
    return gains[:, -1]


@pytest.mark.parametrize("changes", [1, 2, 3])
def test_partition__agrees_with_ruptures(changes):
    known = shares(3, (12, (0.6, 0.3, 0.1)), (10, (0.2, 0.5, 0.3)), (14, (0.4, 0.4, 0.2)))
    import ruptures  # slow to import

    class Cost(MultinomialCost, ruptures.base.BaseCost):
        pass

    cost = Cost()
    ends = ruptures.Dynp(custom_cost=cost, min_size=3, jump=1).fit(known).predict(changes)
    expected = -cost.sum_of_costs(ends)
    assert search(known, 3, 0, changes)[changes] == pytest.approx(expected, abs=ROUNDING)


@given(known=arrays(np.int64, (14, 2), elements=st.integers(0, 6)))
def test_partition__is_the_best_of_all_single_changes(known):
    cost = MultinomialCost().fit(known)
    splits = [
        -cost.error(0, t) - cost.error(t, 14)
        for t in range(4, 11)
        if min(known[:t].sum(), known[t:].sum()) >= 10
    ]
    expected = max(splits, default=-np.inf)
    assert search(known, 4, 10, 1)[1] == pytest.approx(expected, abs=ROUNDING)


def test_find_changes__finds_planted_changes_in_order():
    known = shares(5, (20, (0.8, 0.2)), (20, (0.2, 0.8)), (20, (0.8, 0.2)))
    found = find_changes(known, np.zeros(len(known), dtype=np.int64), replicates=99)
    first, second = (change.period for change in found.changes)
    assert abs(first - 20) <= 2
    assert abs(second - 40) <= 2


def test_shuffle__is_a_permutation_that_repeats():
    order, again = np.empty(30, np.int64), np.empty(30, np.int64)
    kernels.shuffle(order, 1, 2)
    kernels.shuffle(again, 1, 2)
    assert sorted(order) == list(range(30))
    assert (order == again).all()
    kernels.shuffle(again, 1, 3)
    assert (order != again).any()


def test_shuffle__puts_every_element_everywhere():
    orders = np.empty((3000, 4), np.int64)
    for r in range(3000):
        kernels.shuffle(orders[r], 0, r)
    seen = np.array([[(orders[:, i] == k).mean() for k in range(4)] for i in range(4)])
    assert np.abs(seen - 0.25).max() < 0.04  # five standard errors


@given(known=SMALL_COUNTS)
def test_least_divergence__is_the_likelihood_ratio_where_all_is_known(known):
    cost = MultinomialCost().fit(known)
    expected = cost.error(0, 2) - cost.error(0, 1) - cost.error(1, 2)
    found = kernels.least_divergence(known, np.zeros(2, np.int64))
    assert found == pytest.approx(expected, abs=1e-5)


@given(known=SMALL_COUNTS, unknown=UNKNOWN, seed=st.integers(0, 2**32 - 1))
def test_least_divergence__undercuts_every_way_to_label_the_unknown(known, unknown, seed):
    rng = np.random.default_rng(seed)
    least = kernels.least_divergence(known, unknown)
    for _ in range(5):
        chances = rng.dirichlet(np.ones(3), 2)
        filled = known + np.array([rng.multinomial(unknown[s], chances[s]) for s in range(2)])
        cost = MultinomialCost().fit(filled)
        ratio = cost.error(0, 2) - cost.error(0, 1) - cost.error(1, 2)
        assert least <= ratio + 1e-5


@given(known=arrays(np.int64, (2, 2), elements=st.integers(0, 12)), unknown=UNKNOWN)
def test_least_divergence__is_found_by_trying_all_labels(known, unknown):
    """Two labels: whole numbers come close to the minimum over all real ones, from above."""
    ratios = []
    for a in range(unknown[0] + 1):
        for b in range(unknown[1] + 1):
            filled = known + np.array([[a, unknown[0] - a], [b, unknown[1] - b]])
            cost = MultinomialCost().fit(filled)
            ratios.append(cost.error(0, 2) - cost.error(0, 1) - cost.error(1, 2))
    least = kernels.least_divergence(known, unknown)
    assert least <= min(ratios) + 1e-5
    assert least >= min(ratios) - 0.7  # a step of one label is worth no more at these sizes


@given(known=SMALL_COUNTS, unknown=UNKNOWN, seed=st.integers(0, 2**32 - 1))
def test_step_bounds__hold_the_step_whatever_the_labels(known, unknown, seed):
    rng = np.random.default_rng(seed)
    known = known + 1
    chances = rng.dirichlet(np.ones(3), 2)
    filled = known + np.array([rng.multinomial(unknown[s], chances[s]) for s in range(2)])
    share = filled / filled.sum(axis=1, keepdims=True)
    low, high = step_bounds(known, unknown, 0.0)
    assert (low <= share[1] - share[0] + 1e-12).all()
    assert (share[1] - share[0] <= high + 1e-12).all()


def test_find_changes__finds_a_step_and_its_place():
    known = shares(7, (30, (0.7, 0.3)), (30, (0.3, 0.7)))
    found = find_changes(known, np.zeros(60, np.int64))
    (change,) = found.proven
    assert change.first <= 30 <= change.last
    assert change.low[1] <= 0.4 <= change.high[1]
    assert found.p_value < 0.01


def test_find_changes__knows_that_missing_labels_can_explain_a_step_away():
    """The same step among labelled events, but before it most labels are missing."""
    known = shares(7, (30, (0.7, 0.3)), (30, (0.3, 0.7)))
    unknown = np.zeros(60, np.int64)
    unknown[:30] = 3 * known[:30].sum(axis=1)
    found = find_changes(known, unknown)
    assert found.p_known < 0.01
    assert found.changes
    assert not found.proven
    assert found.strongest.low[1] < 0 < found.strongest.high[1]


def test_find_changes__still_finds_a_step_that_no_labels_can_undo():
    known = shares(7, (30, (0.9, 0.1)), (30, (0.1, 0.9)))
    found = find_changes(known, np.ones(60, np.int64))
    assert len(found.proven) == 1


def test_find_changes__does_not_care_how_labels_are_ordered():
    known = shares(9, (20, (0.6, 0.3, 0.1)), (20, (0.3, 0.3, 0.4)))
    unknown = shares(1, (40, (1.0,)), mean=2.0)[:, 0]
    one, other = find_changes(known, unknown), find_changes(known[:, ::-1], unknown)
    assert one.penalty == pytest.approx(other.penalty, abs=ROUNDING)
    assert one.p_value == other.p_value
    assert one.strongest.before == pytest.approx(other.strongest.before[::-1])


def test_find_changes__bounds_every_step_that_could_be_there():
    known = shares(2, (40, (0.5, 0.5)), mean=60.0)
    assert find_changes(known, np.zeros(40, np.int64)).largest_step < 0.15
    assert find_changes(known, 20 + np.zeros(40, np.int64)).largest_step > 0.15


def test_dispersion__is_one_for_independent_events_and_grows_with_bursts():
    known = shares(4, (120, (0.5, 0.5)))
    assert measure_dispersion(known, ()) < 1.3
    rng = np.random.default_rng(6)
    alike = np.array([rng.permutation([n, 0]) for n in rng.poisson(8, 60)]).repeat(2, axis=0)
    assert measure_dispersion(alike, ()) > 4


def test_dispersion__leaves_out_what_a_change_explains():
    known = shares(4, (60, (0.9, 0.1)), (60, (0.1, 0.9)))
    assert measure_dispersion(known, (60,)) < 1.4 < measure_dispersion(known, ())


def test_find_changes__refuses_what_is_too_little():
    one_label = np.tile([[5, 0]], (2 * SHORTEST, 1))
    assert not has_enough_labels(one_label)
    assert not has_enough_labels(np.ones((2 * SHORTEST - 1, 2), np.int64) * FEWEST_LABELLED)
    with pytest.raises(ValueError, match="too few"):
        find_changes(np.ones((3, 2), np.int64), np.zeros(3, np.int64))
