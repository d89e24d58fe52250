"""Wake: matched days against a plain twin, planted effects, intervals, order, thin records."""

import dataclasses
from functools import partial

import numpy as np
import pytest
from tests.unit.evidence.few import FEW
from tests.unit.evidence.worlds import HORIZON, plant_after, quiet_ring, remove_after

from tarazu.core.errors import ResourceError
from tarazu.core.limits import MEMORY
from tarazu.evidence.finding import CANNOT_TELL
from tarazu.evidence.methods import comparison_days
from tarazu.evidence.methods.comparison_days import (
    PAST_CUTS,
    PAST_LAGS,
    _felt,
    contrast_days,
    future,
    measure_days,
    past,
    score_interval,
)
from tarazu.evidence.near_repeat.estimator import near_repeat
from tarazu.evidence.wake.estimator import attacks_after, compare, distances, summarise, wake
from tarazu.record import load_record

EXACT = 1e-9
SEEDS = (0, 1, 2)
MARGIN = (90, 42)


def after(world):
    return partial(attacks_after, world.counts(), HORIZON)


def contrasts_of(world, margin=MARGIN):
    return contrast_days(
        world.attacks,
        world.operations,
        world.neighbours,
        after(world),
        margin=margin,
        horizon=HORIZON,
    )


def measured(world):
    contrasts = compare(world.counts(), after(world))
    return summarise(contrasts, measure_days(contrasts, replicates=199, seed=0))


def test_past_and_future__count_the_days_around_a_day():
    counts = np.zeros((30, 1), dtype=np.int64)
    counts[[3, 10, 17]] = 1
    assert past(counts, 1, 7)[10, 0] == 1  # day 3
    assert past(counts, 7, 7)[10, 0] == 1
    assert past(counts, 1, 6)[10, 0] == 0  # neither day 3 nor the day itself
    assert future(counts, 1, 7)[10, 0] == 1  # day 17
    assert future(counts, 1, 6)[10, 0] == 0
    assert past(counts, 1, 90)[0, 0] == 0


def test_felt__is_the_share_of_the_horizon_in_common():
    operations = np.random.default_rng(0).poisson(0.05, (300, 3))
    plain = operations.astype(float)
    for lag in range(1, HORIZON):
        plain[:-lag] += operations[lag:] * (1 - lag / HORIZON)
        plain[lag:] += operations[:-lag] * (1 - lag / HORIZON)
    assert _felt(operations, HORIZON) == pytest.approx(plain, abs=EXACT)


def same_past(world, day, other, district):
    near = world.attacks @ world.neighbours.astype(int)
    for series, cuts in ((world.attacks, PAST_CUTS[0]), (near, PAST_CUTS[1])):
        for (first, last), edges in zip(PAST_LAGS, cuts, strict=True):
            one = series[max(day - last, 0) : day - first + 1, district].sum()
            two = series[max(other - last, 0) : other - first + 1, district].sum()
            if np.digitize(one, edges) != np.digitize(two, edges):
                return False
    return True


def test_contrast__matches_the_days_of_a_plain_loop():
    world = quiet_ring(4, districts=4, years=3, attack_rate=0.03)
    found = contrasts_of(world)
    n_days = len(world.attacks)
    usable = range(MARGIN[0], n_days - MARGIN[1])
    expected = []
    for day, district in np.argwhere(world.operations > 0):
        if day not in usable:
            continue
        matches = [
            s
            for s in range(day - 182, day + 183)
            if s in usable and abs(s - day) > HORIZON and same_past(world, day, s, district)
        ]
        if matches:
            expected += [len(matches)] * world.operations[day, district]
    assert sorted(found.matches[found.own].tolist()) == sorted(expected)


@pytest.mark.parametrize("seed", SEEDS)
def test_wake__recovers_attacks_that_operations_bring(seed):
    found = measured(plant_after(quiet_ring(seed), seed, effect=2.0, next_door=False))
    assert found.interval[0] <= 2.0 <= found.interval[1]
    assert found.p_value <= 0.01


@pytest.mark.parametrize("seed", SEEDS)
def test_wake__is_negative_where_attacks_vanish(seed):
    found = measured(remove_after(quiet_ring(seed, attack_rate=0.06), next_door=False))
    assert found.interval[1] < 0


@pytest.mark.parametrize("seed", SEEDS)
def test_wake__does_not_take_attacks_next_door_for_attacks_at_home(seed):
    world = quiet_ring(seed)
    far = plant_after(world, seed, effect=2.0, next_door=True)
    assert measured(far).interval[0] < 0.3  # no clear rise at home


def test_score_interval__holds_the_effects_that_the_test_does_not_reject():
    z = 1.6448536
    low, high = score_interval(1.0, 0.2, 60, z)
    for bound in (low, high):
        assert (1.0 - bound) ** 2 == pytest.approx(z**2 * (0.2**2 + bound / 60), rel=1e-6)
    assert score_interval(-1.0, 0.2, 60, z) == pytest.approx((-1 - z * 0.2, -1 + z * 0.2))


def test_compare__is_none_for_a_short_or_thin_record():
    short = quiet_ring(0, years=1)
    assert compare(short.counts(), after(short)) is None
    thin = quiet_ring(0, operation_rate=0.0001)
    assert compare(thin.counts(), after(thin)) is None


@pytest.fixture(scope="module")
def record():
    return load_record()


@pytest.mark.parametrize("estimator", [wake, near_repeat])
def test_finding__does_not_depend_on_the_order_of_rows(record, estimator):
    events = record.events.sample(frac=1.0, random_state=3).reset_index(drop=True)
    shuffled = dataclasses.replace(record, events=events)
    few = FEW[estimator.__name__]
    assert estimator(shuffled, **few).to_dict() == estimator(record, **few).to_dict()


@pytest.mark.parametrize("estimator", [wake, near_repeat])
def test_finding__cannot_tell_on_a_thin_record(record, estimator):
    attacks = record.events[record.events["initiator"] == "militant"]
    clear = attacks[(attacks["date_precision"] == 1) & (attacks["district"] != "")]
    thin = dataclasses.replace(record, events=clear.head(3).reset_index(drop=True))
    found = estimator(thin)
    assert found.verdict == CANNOT_TELL
    assert found.estimate is None
    assert found.interval is None
    assert found.p_value is None
    assert "At least" in found.sentence


def test_distances__are_great_circles(record):
    km = distances(record)
    assert (km == km.T).all()
    assert (np.diag(km) == 0).all()
    edge = record.region.edges[0]
    place = {slug: i for i, slug in enumerate(record.region.slugs)}
    expected = edge.centroid_distance_km
    # the table of borders rounds to 100 m
    assert km[place[edge.district_a], place[edge.district_b]] == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize("estimator", [wake, near_repeat])
def test_finding__accounts_for_every_event(record, estimator):
    found = estimator(record, **FEW[estimator.__name__])
    assert sum(found.n_used.values()) + sum(found.n_dropped.values()) == record.n_events


def test_contrast__in_pieces_is_that_of_the_whole(monkeypatch):
    world = quiet_ring(4)
    whole = contrasts_of(world)
    monkeypatch.setattr(comparison_days, "CELLS_AT_ONCE", len(world.attacks))  # one district each
    pieces = contrasts_of(world)
    assert pieces.n_operations == whole.n_operations
    for found in (whole, pieces):  # the order of operations differs
        assert len(found.own) == whole.n_operations
        assert (found.first <= found.own).all()
        assert (found.own < found.first + found.size).all()
    for field in ("matches", "dose", "outcome"):
        one, other = (np.sort(getattr(c, field)[c.own], axis=0) for c in (whole, pieces))
        assert np.allclose(one, other, rtol=0, atol=EXACT)


def test_contrast__of_many_operations_on_a_day_has_the_day_once():
    world = quiet_ring(4)
    once = contrasts_of(world)
    often = contrasts_of(dataclasses.replace(world, operations=50 * world.operations))
    assert often.n_operations == 50 * once.n_operations
    assert len(often.outcome) == len(once.outcome) <= world.attacks.size
    assert np.allclose(often.outcome[often.own[::50]], once.outcome[once.own], rtol=0, atol=EXACT)


def test_contrast__beyond_the_memory_is_refused_with_what_to_reduce(monkeypatch):
    monkeypatch.setenv(MEMORY, "0.000001")
    with pytest.raises(ResourceError, match=r"operations with .* days .*Reduce the record to few"):
        contrasts_of(quiet_ring(4))
