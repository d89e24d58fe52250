"""Intervals hold what the test does not reject: 0 is outside if and only if p is below 5%."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.evidence.worlds import plant_after, quiet_ring

from tarazu.evidence.dose.effect import measure_dose
from tarazu.evidence.dose.panel import DosePanel
from tarazu.evidence.escalation.estimator import (
    agreed_interval,
    agreed_p_value,
    measure_escalation,
)
from tarazu.evidence.finding import Analysis
from tarazu.evidence.methods.inversion import critical_value, invert_exchange
from tarazu.evidence.near_repeat.knox import KnoxTest
from tarazu.evidence.options import LEVEL, SIGNIFICANCE
from tarazu.evidence.sensitivity import pool
from tarazu.evidence.severity.trend import compare_halves
from tarazu.evidence.simulated.estimates import COUNTED, find_effects

seeds = st.integers(0, 2**32 - 1)


def agrees(low, high, p_value):
    return (low <= 0 <= high) == (p_value >= SIGNIFICANCE)


def share(seen, chance):
    return (1 + (chance >= seen - 1e-9).sum()) / (1 + len(chance))


@given(seeds, st.sampled_from([39, 99, 200]), st.sampled_from([0.8, 0.9, 0.95]))
def test_critical_value__is_the_farthest_that_is_not_rejected(seed, permutations, level):
    chance = np.abs(np.random.default_rng(seed).normal(size=permutations))
    c = critical_value(chance, level)
    assert share(c, chance) >= 1 - level - 1e-12
    assert share(c + 1e-6, chance) < 1 - level - 1e-12


@given(seeds, st.sampled_from([0.8, 0.95]))
def test_invert_exchange__holds_what_the_exchanges_do_not_reject(seed, level):
    rng = np.random.default_rng(seed)
    carried = rng.normal(0.1, 0.2, 99)
    by_chance = rng.normal(0.0, 0.3, 99) + 0.5 * carried
    observed = float(rng.normal(0.3, 0.3))
    low, high = invert_exchange(observed, by_chance, carried, level)
    for b in np.linspace(low - 0.3, high + 0.3, 41):
        left = by_chance - b * carried
        p = share(abs(observed - b - left.mean()), np.abs(left - left.mean()))
        assert (low <= b <= high) == (p >= 1 - level - 1e-12)


@given(seeds, st.integers(0, 30))
def test_ratio_of_pairs__leaves_1_out_where_p_is_small(seed, observed):
    moved = np.random.default_rng(seed).poisson(9, (199, 1, 1))
    ratio, (low, high), p_value = KnoxTest(np.array([[observed]]), moved).ratio(0, 1)
    assert low <= ratio <= high
    assert agrees(low - 1, high - 1, p_value)


@pytest.mark.parametrize("effect", [0.0, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_estimators__have_intervals_that_agree_with_their_tests(seed, effect):
    world = plant_after(quiet_ring(seed), seed, effect)
    found = find_effects(COUNTED, world.counts())
    wrong = {name: one for name, one in found.items() if not agrees(*one[1:3], one.p_value)}
    assert not wrong
    assert all(one.low <= one.estimate <= one.high for one in found.values())


@pytest.mark.parametrize("per_death", [0.0, 0.3])
@pytest.mark.parametrize("seed", range(3))
def test_dose__has_intervals_that_agree_with_its_tests(seed, per_death):
    rng = np.random.default_rng(seed)
    world = quiet_ring(seed, years=8, operation_rate=0.006)
    weeks = len(world.attacks) // 7
    attacks = world.attacks[: 7 * weeks].reshape(weeks, 7, -1).sum(axis=1)
    week, district = rng.integers(53, weeks - 53, 80), rng.integers(0, 8, 80)
    doses = np.floor(np.exp(rng.normal(1.5, 0.9, 80)))
    for w, d, killed in zip(week, district, doses, strict=True):
        attacks[w + 1 : w + 53, d] += rng.poisson(per_death * killed / 52, 52)
    panel = DosePanel(attacks, week, district, doses, world.neighbours, {}, {})
    effect = measure_dose(panel, ((5, 52), (1, 12)), exchanges=199)
    rows = zip(effect.estimates, effect.intervals, effect.p_values, strict=True)
    for estimate, (low, high), p_value in rows:
        assert low <= estimate <= high
        assert agrees(low, high, p_value)
    low, high = effect.intervals[0]
    assert low < per_death * 48 / 52 < high


@given(seeds, st.floats(-1.0, 1.0))
def test_severity__has_an_interval_that_agrees_with_its_test(seed, rise):
    rng = np.random.default_rng(seed)
    months = np.sort(rng.integers(0, 120, 90))
    deaths = 1 + rng.poisson(np.exp(1 + rise * (months > 60)))
    step = compare_halves(deaths, months, replicates=99)
    assert agrees(step.interval[0] - 1, step.interval[1] - 1, step.p_value)


@given(seeds, st.floats(-0.8, 0.8))
def test_escalation__has_an_interval_that_agrees_with_its_test(seed, exponent):
    rng = np.random.default_rng(seed)
    days = {}
    for unit in range(5):
        mean = 30 * np.arange(1, 26) ** -(exponent + rng.normal(0, 0.2))
        days[str(unit)] = np.cumsum(1 + rng.poisson(rng.exponential(mean)))
    found = measure_escalation(days)
    assert agrees(*agreed_interval(found.pooled, found.pooled_likelihood), agreed_p_value(found))


@given(seeds)
def test_pool__has_an_interval_that_agrees_with_its_p_value(seed):
    rng = np.random.default_rng(seed)
    ends = np.sort(rng.normal(0.3, 0.5, (5, 3)), axis=1)
    analyses = [Analysis(b, (a, c), 0.5, {"events": 9}) for a, b, c in ends.tolist()]
    pooled = pool(analyses, LEVEL)
    assert agrees(*pooled.interval, pooled.p_value)
