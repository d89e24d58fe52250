import itertools

import numpy as np
import pytest
import scoringrules
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tarazu.study.scores import VIEWS_BINS, crps, ignorance, interval_score

ROUNDING = 1e-9  # sums of doubles in another order
counts = st.integers(0, 3000)


def test_crps__of_a_point_is_its_distance():
    assert crps([3.0, 10.0], np.array([[5.0] * 7, [10.0] * 7])).tolist() == [2.0, 0.0]


@given(y=st.floats(0, 100), x=arrays(float, 25, elements=st.floats(0, 100)))
def test_crps__agrees_with_scoringrules(y, x):
    assert crps(y, x) == pytest.approx(scoringrules.crps_ensemble(y, x), abs=ROUNDING)


@given(y=st.floats(0, 100), x=arrays(float, 12, elements=st.floats(0, 100)))
def test_crps__agrees_with_the_sum_over_pairs(y, x):
    pairs = np.abs(x[:, None] - x[None, :]).mean()
    assert crps(y, x) == pytest.approx(np.abs(x - y).mean() - pairs / 2, abs=ROUNDING)


def test_crps__prefers_the_true_distribution():
    rng = np.random.default_rng(5)
    seen = rng.poisson(4.0, 4000).astype(float)
    right, wrong = rng.poisson(4.0, (4000, 200)), rng.poisson(6.0, (4000, 200))
    assert crps(seen, right).mean() < crps(seen, wrong).mean()


@pytest.mark.parametrize(("profile", "score"), [("evaluation", 0.01291), ("competition", 0.01434)])
def test_ignorance__of_a_thousand_draws_in_the_bin(profile, score):
    bins = {"evaluation": 10, "competition": 11}[profile]
    found = ignorance(4, np.full(1000, 3.0), profile=profile)
    assert found == pytest.approx(-np.log2(1001 / (1000 + bins)), abs=ROUNDING)
    assert round(found.item(), 5) == score


@given(y=counts, x=arrays(np.int64, 40, elements=counts))
def test_ignorance__agrees_with_a_count_by_hand(y, x):
    """The rule of VIEWS's competition, bin by bin: one member added to each of 11 bins."""
    edges = [*VIEWS_BINS, np.inf]
    for low, high in itertools.pairwise(edges):
        if low <= y < high:
            members = 1 + sum(low <= member < high for member in x)
    expected = -np.log2(members / (40 + 11))
    assert ignorance(y, x, profile="competition") == pytest.approx(expected, abs=ROUNDING)


@given(y=st.integers(0, 1000), x=arrays(np.int64, 40, elements=st.integers(0, 1000)))
def test_ignorance__profiles_differ_only_in_the_members_added(y, x):
    evaluation, competition = ignorance(y, x), ignorance(y, x, profile="competition")
    assert competition - evaluation == pytest.approx(np.log2(51 / 50), abs=ROUNDING)


def test_ignorance__of_the_evaluation_profile_has_a_last_bin_without_end():
    assert ignorance(2000, np.full(90, 600.0)) == pytest.approx(-np.log2(91 / 100))


def test_interval_score__of_the_reference_case():
    assert interval_score(10, 2, 8, level=0.9) == pytest.approx(46.0, abs=ROUNDING)
    assert interval_score(5, 2, 8, level=0.9) == 6.0


@given(y=st.floats(-50, 50), low=st.floats(-20, 20), width=st.floats(0, 20))
def test_interval_score__agrees_with_scoringrules(y, low, width):
    expected = scoringrules.interval_score(y, low, low + width, 0.2)
    assert interval_score(y, low, low + width, level=0.8) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: crps([1.0, 2.0], np.ones((3, 4))), "shape"),
        (lambda: crps(1.0, np.ones(0)), "at least one"),
        (lambda: crps(np.nan, np.ones(3)), "finite"),
        (lambda: ignorance(-1, np.ones(3)), "negative"),
        (lambda: ignorance(1, np.ones(3), profile="views"), "profile"),
        (lambda: interval_score(1, 2, 1), "before it begins"),
        (lambda: interval_score(1, 0, 2, level=1.0), "level"),
    ],
)
def test_scores__say_what_is_wrong(call, words):
    with pytest.raises(ValueError, match=words):
        call()
