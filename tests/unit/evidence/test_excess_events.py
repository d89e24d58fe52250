"""The excess after operations: its sign, its interval, and what it must not depend on."""

import dataclasses

import numpy as np
import pytest
from tests.unit.evidence.worlds import HORIZON, World, plant_after, quiet_ring, remove_after

from tarazu.evidence.daily_counts import DailyCounts
from tarazu.evidence.point_process.after_operations import fit_attacks
from tarazu.evidence.point_process.background import Background
from tarazu.evidence.point_process.excess_events import Excess, measure_excess, measure_placebo
from tarazu.evidence.point_process.history import EXPOSED, LATER, NEXT_DOOR
from tarazu.evidence.retaliation.estimator import verdict_of

SEEDS = (0, 1, 2, 3)
NULL_SEEDS = range(20)
# Of 20 intervals with coverage 0.9 or more, fewer than 14 hold zero with probability 0.002.
FEWEST_COVERING = 14
# Mean of 20 estimates of sd 0.15: standard error 0.034.
LARGEST_NULL_MEAN = 0.12
# Newton's stopping rule moves an expected count by 1e-3 of its standard error at most.
RELABELLED = 1e-3


def excess_of(world: World, condition: int = EXPOSED, level: float = 0.9) -> Excess:
    return measure_excess(fit_attacks(world.counts()), condition, level=level)


@pytest.mark.parametrize("seed", SEEDS)
def test_excess__is_positive_where_attacks_follow_operations(seed):
    found = excess_of(plant_after(quiet_ring(seed), seed, effect=1.0))
    assert found.interval[0] > 0
    assert found.estimate == pytest.approx(1.0, abs=0.5)  # sd 0.2 of the planted and the estimate
    assert verdict_of(found.estimate, found.p_value) == "backlash"


@pytest.mark.parametrize("seed", SEEDS)
def test_excess__is_negative_where_attacks_vanish_after_operations(seed):
    world = quiet_ring(seed, attack_rate=0.06)
    found = excess_of(remove_after(world))
    assert found.observed == 0
    assert found.interval[1] < 0
    # What 42 days of the planted rate hold, a fifth less where operations overlap.
    assert found.estimate == pytest.approx(-0.06 * HORIZON, rel=0.3)


def test_excess__is_about_zero_where_nothing_is_planted():
    found = [excess_of(quiet_ring(seed)) for seed in NULL_SEEDS]
    covering = sum(e.interval[0] <= 0 <= e.interval[1] for e in found)
    assert covering >= FEWEST_COVERING
    assert abs(np.mean([e.estimate for e in found])) < LARGEST_NULL_MEAN


@pytest.mark.parametrize("condition", [EXPOSED, NEXT_DOOR])
@pytest.mark.parametrize("seed", SEEDS)
def test_excess__interval_holds_the_estimate_and_widens_with_its_level(condition, seed):
    world = plant_after(quiet_ring(seed), seed, effect=0.5)
    intervals = [excess_of(world, condition, level).interval for level in (0.5, 0.9, 0.99)]
    estimate = excess_of(world, condition).estimate
    lows, highs = zip(*intervals, strict=True)
    assert lows[2] < lows[1] < lows[0] < estimate < highs[0] < highs[1] < highs[2]


def test_excess__does_not_depend_on_the_order_of_districts():
    world = plant_after(quiet_ring(3), 3, effect=0.5)
    order = np.random.default_rng(0).permutation(world.attacks.shape[1])
    relabelled = World(
        np.ascontiguousarray(world.attacks[:, order]),  # kernels are compiled for C order
        np.ascontiguousarray(world.operations[:, order]),
        world.neighbours[np.ix_(order, order)],
    )
    for condition in (EXPOSED, NEXT_DOOR):
        one, other = excess_of(world, condition), excess_of(relabelled, condition)
        assert one.observed == other.observed
        assert one.estimate == pytest.approx(other.estimate, abs=RELABELLED)
        assert one.interval == pytest.approx(other.interval, abs=RELABELLED)
        assert one.p_value == pytest.approx(other.p_value, abs=RELABELLED)


def test_excess__is_undefined_without_operations():
    found = excess_of(quiet_ring(1, operation_rate=0.0))
    assert found.n_treatments == 0
    assert np.isnan([found.estimate, *found.interval, found.p_value]).all()


def test_excess__does_not_count_the_day_of_the_operation():
    world = quiet_ring(4)
    attacks = world.attacks + 5 * world.operations
    first = excess_of(world)
    same_day = excess_of(dataclasses.replace(world, attacks=attacks))
    # Attacks are planted on clean days, or on days exposed to an earlier operation.
    exposed = sum(
        5 * int(world.operations[max(t - HORIZON, 0) : t, d].any())
        for t, d in np.argwhere(world.operations > 0)
    )
    assert same_day.observed == first.observed + exposed


def fit_by_hand(expected: float, observed: int, variance: float) -> Background:
    """One district and one period, all of its days exposed."""
    counts = np.zeros((400, 1), dtype=np.int64)
    counts[1, 0] = 1
    year = np.full(400, 2000)
    days = DailyCounts(counts, counts, year, np.zeros((1, 1), dtype=bool), {}, {})
    fit = fit_attacks(days)
    history = fit.history
    shape = history.days.shape
    seen, mean = np.zeros(shape), np.zeros(shape)
    seen[0, 0, EXPOSED], mean[0, 0, EXPOSED] = observed, expected
    history = dataclasses.replace(history, observed=seen, n_treatments=2)
    error = np.diag(np.full(shape[2], variance))
    return dataclasses.replace(fit, history=history, mean=mean, covariance=error, dispersion=1.0)


@pytest.mark.parametrize("observed", [0, 1, 7, 30])
def test_excess__interval_ends_where_the_score_test_does(observed):
    """At each end m of the interval (observed - m)^2 = z^2 (max(m, 0) + variance), z of 90 %."""
    expected, variance, z = 5.0, 2.0, 1.6448536269514722
    found = measure_excess(fit_by_hand(expected, observed, variance), EXPOSED, level=0.9)
    assert found.estimate == (observed - expected) / 2
    for end in found.interval:
        mean = 2 * end + expected
        assert (observed - mean) ** 2 == pytest.approx(z**2 * (max(mean, 0) + variance), rel=1e-9)


def test_excess__at_home_is_not_what_operations_add_next_door():
    """Twenty records: the home estimate has a standard error of 0.03."""
    here = [
        excess_of(plant_after(quiet_ring(seed), seed, effect=1.0, next_door=True)).estimate
        for seed in NULL_SEEDS
    ]
    assert abs(np.mean(here)) < LARGEST_NULL_MEAN


@pytest.mark.parametrize("seed", SEEDS)
def test_placebo__sees_events_planted_after_the_horizon(seed):
    world = quiet_ring(seed)
    late = np.roll(world.operations, HORIZON, axis=0)  # what follows it comes 43 to 84 days late
    late[:HORIZON] = 0
    planted = plant_after(dataclasses.replace(world, operations=late), seed, effect=5.0)
    calm, busy = (
        measure_placebo(fit_attacks(dataclasses.replace(world, attacks=a).counts()), LATER)
        for a in (world.attacks, planted.attacks)
    )
    assert calm.p_value > 0.001  # false once in 250 runs of the four seeds
    assert busy.p_value < 0.01
    assert busy.observed > busy.expected
