"""Near repeat: counts against a plain twin, directions, nulls, order, thin records."""

import numpy as np
import pytest
from tests.unit.evidence.worlds import quiet_ring, ring

from tarazu.core.jit import plain
from tarazu.evidence import CANNOT_TELL, estimate
from tarazu.evidence.near_repeat import knox as knox_module
from tarazu.evidence.near_repeat.estimator import SAME, SHORT, beyond_chance, distance_bands
from tarazu.evidence.near_repeat.knox import (
    NULLS,
    PAIR_LAGS,
    EventDays,
    _is_dense,
    backwards,
    event_days,
    knox,
)
from tarazu.record import load_record

DAYS = 2000
PLACES = 6


def scattered(seed, n=80):
    rng = np.random.default_rng(seed)
    return event_days_at(rng.integers(0, DAYS, n), rng.integers(0, PLACES, n))


def event_days_at(days, places):
    counts = np.zeros((DAYS, PLACES), dtype=np.int64)
    np.add.at(counts, (days, places), 1)
    return event_days(counts)


def plain_pairs(sources, targets, bands):
    counts = np.zeros((bands.max() + 1, len(PAIR_LAGS)), dtype=int)
    for day, place in zip(sources.day, sources.place, strict=True):
        for other, where in zip(targets.day, targets.place, strict=True):
            for k, (first, last) in enumerate(PAIR_LAGS):
                if bands[place, where] >= 0 and first <= other - day <= last:
                    counts[bands[place, where], k] += 1
    return counts


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_knox__counts_the_pairs_of_a_plain_loop(seed):
    bands = distance_bands(ring(PLACES))
    sources, targets = scattered(seed, 300), scattered(seed + 10, 300)
    among = knox(sources, None, bands, n_days=DAYS, null="common trends", replicates=1)
    directed = knox(sources, targets, bands, n_days=DAYS, null="own trends", replicates=1)
    assert (among.observed == plain_pairs(sources, sources, bands)).all()
    assert (directed.observed == plain_pairs(sources, targets, bands)).all()


@pytest.mark.parametrize("null", NULLS)
@pytest.mark.parametrize("paired", [True, False])
def test_knox__counts_the_same_pairs_from_sums(monkeypatch, null, paired):
    bands = distance_bands(ring(PLACES))
    sources, targets = scattered(1, 300), None if paired else scattered(11, 400)
    found = []
    for is_dense in (True, False):
        monkeypatch.setattr(knox_module, "_is_dense", lambda *_, dense=is_dense: dense)
        found.append(knox(sources, targets, bands, n_days=DAYS, null=null, replicates=5, seed=2))
    assert (found[0].observed == found[1].observed).all()
    assert (found[0].moved == found[1].moved).all()


def test_knox__sums_days_only_where_they_are_full():
    bands = distance_bands(ring(PLACES))
    thin, full = scattered(0), event_days(np.ones((DAYS, PLACES), dtype=np.int64))
    assert not _is_dense(thin, thin, bands, DAYS)
    assert _is_dense(full, full, bands, DAYS)


def test_knox__backwards_asks_what_came_before():
    bands = distance_bands(ring(PLACES))
    first, then = scattered(3), scattered(4)
    turned = knox(
        backwards(then, DAYS),
        backwards(first, DAYS),
        bands,
        n_days=DAYS,
        null="own trends",
        replicates=1,
    )
    assert (turned.observed == plain_pairs(first, then, bands)).all()


def test_knox__events_of_one_day_are_one_and_no_pair():
    struck = event_days_at([5, 5, 5, 12], [0, 0, 1, 1])
    assert len(struck.day) == 3
    found = knox(struck, None, distance_bands(ring(PLACES)), n_days=DAYS, null="own trends")
    assert found.observed[0].tolist() == [1, 0, 0]  # days 5 and 12 in district 1
    assert found.observed[1].tolist() == [1, 0, 0]  # district 0 and its neighbour 1


@pytest.mark.parametrize("null", NULLS)
def test_redate__keeps_what_the_null_keeps(null):
    from tarazu.evidence.near_repeat.knox import _redate

    day = scattered(5, 200).day
    new = np.empty_like(day)
    plain(_redate)(day, NULLS.index(null), DAYS, 0, 3, new)
    assert new.min() >= 0
    assert new.max() < DAYS
    if null == "own trends":
        assert np.abs(new - day).max() <= 182
    else:
        assert (np.sort(new) == day).all()
    if null == "own trends, common bursts":
        assert np.abs(new - day).max() < 364
    assert (new != day).mean() > 0.9


@pytest.mark.parametrize("null", NULLS)
def test_knox__finds_planted_repeats(null):
    rng = np.random.default_rng(8)
    days, places = rng.integers(0, DAYS - 20, 150), rng.integers(0, PLACES, 150)
    again = rng.integers(0, 150, 60)
    struck = event_days_at(
        np.concatenate([days, days[again] + rng.integers(1, 8, 60)]),
        np.concatenate([places, places[again]]),
    )
    found = knox(struck, None, distance_bands(ring(PLACES)), n_days=DAYS, null=null, replicates=199)
    excess, (low, high), p_value = beyond_chance(found, SAME, SHORT)
    assert p_value <= 0.01
    assert 0 < low < excess < high
    assert found.share_above(SAME, SHORT) <= 0.005


def test_knox__replicates_have_more_pairs_than_what_is_spaced_out():
    days = np.arange(0, DAYS - 20, 20)  # no two within a fortnight
    spaced = event_days_at(days, np.zeros(len(days), dtype=int))
    found = knox(
        spaced, None, distance_bands(ring(PLACES)), n_days=DAYS, null=NULLS[0], replicates=199
    )
    jittered = knox(
        spaced, None, distance_bands(ring(PLACES)), n_days=DAYS, null="own trends", replicates=199
    )
    assert found.share_above(SAME, SHORT) == 0.5  # the same days in another order
    assert jittered.share_above(SAME, SHORT) >= 0.99


def test_knox__has_no_ratio_without_pairs():
    lone = EventDays(np.array([3], dtype=np.int64), np.array([0], dtype=np.int64))
    found = knox(lone, None, distance_bands(ring(PLACES)), n_days=DAYS, null="common trends")
    excess, _, p_value = beyond_chance(found, SAME, SHORT)
    assert np.isnan(excess)
    assert p_value == 1.0


def test_knox__same_seed_same_counts():
    struck = event_days(quiet_ring(1).attacks)
    bands = distance_bands(ring(8))
    twice = [
        knox(struck, None, bands, n_days=6 * 365, null="own trends", replicates=19).moved
        for _ in range(2)
    ]
    assert (twice[0] == twice[1]).all()


def test_near_repeat__of_one_district_cannot_tell():
    # Dates exchanged within one district are the same dates: the ratio is 1 whatever happened.
    record = load_record().sel(districts="Kech")
    finding = estimate("near_repeat", record, replicates=99, sensitivity_replicates=99, draws=2)
    assert (finding.estimate, finding.p_value, finding.verdict) == (None, None, CANNOT_TELL)
    assert "in two districts or more" in finding.sentence
