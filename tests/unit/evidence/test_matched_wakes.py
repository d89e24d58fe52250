"""Matched wake analysis: the published table, order of rows, windows, districts, effects."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarazu.core.errors import DataError
from tarazu.evidence.matched_wakes.analysis import _places, matched_wake
from tarazu.evidence.matched_wakes.matching import coarsen, imbalance, match_exactly, sturges_cuts
from tarazu.evidence.matched_wakes.window_counts import (
    LEAD,
    MIXED_PRE,
    POST,
    PRE,
    SAME_POST,
    TREND,
    count_wakes,
)

EFFECT, P_VALUE = 1e-6, 1e-4  # absolute and relative: the published digits
WINDOWS = {"windows_days": (2, 4, 6, 8, 10), "windows_km": (2.0, 4.0, 6.0, 8.0, 10.0)}
KINDS = {"treatment": "treatment", "control": "control", "dependent": "dependent"}
# (days, km): matched control, treatment, effect, p; None where the package does not estimate
PUBLISHED = {
    (8, 8): (9, 9, 1.0, 1.771583e-05),
    (8, 10): (10, 9, 0.8888889, 3.117263e-04),
    (4, 6): (20, 13, 0.07692308, 0.2272969),
    (2, 2): (22, 14, None, None),
    (10, 4): (20, 13, None, None),
}


@pytest.fixture(scope="module")
def demo(shared_data):
    return pd.read_csv(shared_data / "matched_wake_demo.csv")


def run(events, **options):
    return matched_wake(events, match_on=["match1", "match2"], **WINDOWS, **KINDS, **options)


def find(result, days, km):
    return next(e for e in result.effects if (e.days, e.km) == (days, km))


@pytest.fixture(scope="module")
def compat(demo):
    return run(demo, mode="compat")


@pytest.fixture(scope="module")
def default(demo):
    return run(demo, replicates=199)


@pytest.mark.parametrize(("window", "published"), PUBLISHED.items())
def test_compat__reproduces_the_published_table(compat, window, published):
    n_control, n_treatment, effect, p_value = published
    found = find(compat, *window)
    assert (found.n_control, found.n_treatment) == (n_control, n_treatment)
    if effect is None:
        assert np.isnan(found.effect)
        assert np.isnan(found.p_value)
        assert found.note
    else:
        assert found.effect == pytest.approx(effect, abs=EFFECT)
        assert found.p_value == pytest.approx(p_value, rel=P_VALUE)


def test_default__estimates_where_the_package_does_not(default):
    assert all(not np.isnan(e.effect) for e in default.effects)
    assert find(default, 2, 2).effect == pytest.approx(0.0, abs=1e-12)
    assert find(default, 2, 2).p_permutation == 1.0


def test_default__does_not_depend_on_the_order_of_rows(demo, default):
    shuffled = demo.sample(frac=1.0, random_state=7)
    assert repr(run(shuffled, replicates=199).effects) == repr(default.effects)


def test_compat__depends_on_the_order_of_rows(demo, compat):
    """Why there is a default: the package counts events of one day by their place in the file."""
    shuffled = demo.sample(frac=1.0, random_state=7)
    assert repr(run(shuffled, mode="compat").effects) != repr(compat.effects)


def test_default__finds_the_planted_effect_and_corrects_for_windows(default):
    found = find(default, 8, 8)
    assert found.effect == pytest.approx(1.0, abs=EFFECT)
    assert found.p_permutation <= found.p_adjusted <= 0.05
    assert found.detectable < 1.0
    assert found.imbalance_after < found.imbalance_before


def test_default__adds_rings_up_to_the_window(demo):
    one = matched_wake(
        demo, match_on=["match1"], windows_days=(8,), windows_km=(20.0,), **KINDS, replicates=0
    )
    assert one.effects[0].ring == pytest.approx(one.effects[0].effect)


def scattered(seed, n=300, days=90):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "type": rng.choice(["treatment", "control", "dependent", "none"], n),
            "timestamp": np.datetime64("2000-01-01") + rng.integers(0, days, n),
            "lat": rng.uniform(28, 29, n),
            "lon": rng.uniform(66, 67, n),
            "match1": rng.normal(size=n),
            "place": rng.integers(0, 5, n),
        }
    )


def test_counts__agree_with_a_plain_count():
    events = scattered(1).sort_values("timestamp", kind="stable").reset_index(drop=True)
    codes = {"treatment": 0, "control": 1, "dependent": 2, "none": 3}
    kind = events["type"].map(codes).to_numpy(dtype=np.int8)
    day = (events["timestamp"] - events["timestamp"][0]).dt.days.to_numpy()
    place = _places(events, ["lat", "lon"], None)
    found = count_wakes(day, kind, place, (3, 8), (20.0, 60.0), mode="default")
    lat, lon = place.latitude, place.longitude
    for e, i in enumerate(found.event):
        chord = np.sin((lat - lat[i]) / 2) ** 2
        chord = chord + np.cos(lat) * np.cos(lat[i]) * np.sin((lon - lon[i]) / 2) ** 2
        near = 2 * 6371.0088 * np.arcsin(np.sqrt(chord)) <= 60.0  # haversine, another formula
        lag = day - day[i]
        dependent = near & (kind == 2)
        assert found.counts[e, PRE, 1, 1] == (dependent & (lag < 0) & (lag >= -8)).sum()
        assert found.counts[e, POST, 1, 1] == (dependent & (lag > 0) & (lag <= 8)).sum()
        assert found.counts[e, LEAD, 1, 1] == (dependent & (lag < -8) & (lag >= -16)).sum()
        recent = (dependent & (lag < 0) & (lag >= -4)).sum()
        older = (dependent & (lag < -4) & (lag >= -8)).sum()
        assert found.counts[e, TREND, 1, 1] == recent - older
        same, other = near & (kind == kind[i]), near & (kind == 1 - kind[i])
        assert found.counts[e, SAME_POST, 0, 1] == (same & (lag > 0) & (lag <= 3)).sum()
        assert found.counts[e, MIXED_PRE, 0, 1] == (other & (lag < 0) & (lag >= -3)).sum()


def test_matched_wake__takes_distances_between_districts():
    events = scattered(2)
    ones = np.ones((5, 5)) * 50.0
    np.fill_diagonal(ones, 0.0)
    options = {"match_on": ["match1"], "windows_days": (5,), "replicates": 19}
    result = matched_wake(
        events, unit="place", distances=ones, windows_km=(0.0, 50.0), **options, **KINDS
    )
    inside = events[events["type"] == "dependent"]
    assert result.after[1].sum() > result.after[0].sum()
    assert result.after[0].sum() < len(inside) * len(result.treated)


def test_matched_wake__permutation_p_values_are_uniform_without_effect():
    p_values = [
        matched_wake(
            scattered(seed, 400, days=300),
            match_on=["match1"],
            windows_days=(10,),
            windows_km=(80.0,),
            replicates=99,
            **KINDS,
        )
        .effects[0]
        .p_permutation
        for seed in range(100)
    ]
    # 100 records: a share of 5 % lies below 14 but for one suite in 10^4
    assert np.mean(np.array(p_values) <= 0.05) <= 0.14
    assert 0.3 <= np.mean(np.array(p_values) <= 0.5) <= 0.7


def test_matched_wake__says_which_column_or_kind_is_missing(demo):
    with pytest.raises(DataError, match="match3"):
        matched_wake(demo, match_on=["match3"], **WINDOWS, **KINDS)
    with pytest.raises(DataError, match="strike"):
        matched_wake(demo, match_on=["match1"], **WINDOWS, **(KINDS | {"treatment": "strike"}))


def test_match__weights_controls_to_the_treated_of_their_stratum():
    bins = np.array([[1], [1], [1], [2], [2], [3]])
    treated = np.array([True, False, False, True, False, True])
    found = match_exactly(bins, treated)
    assert found.matched.tolist() == [True] * 5 + [False]
    assert found.weight.tolist() == pytest.approx([1, 0.75, 0.75, 1, 1.5, 0])


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=60))
def test_sturges__bins_hold_every_value(values):
    data = np.array(values)
    cuts = sturges_cuts(data)
    bins = coarsen(data, cuts)
    assert bins.min() >= 1
    assert bins.max() <= max(len(cuts) - 1, 1)


def test_imbalance__is_0_for_equal_and_1_for_disjoint_groups():
    treated = np.repeat([True, False], 30)
    spread = np.linspace(0.0, 1.0, 30)
    assert imbalance(np.concatenate([spread, spread])[:, None], treated) == pytest.approx(0.0)
    assert imbalance(np.concatenate([spread, spread + 5])[:, None], treated) == pytest.approx(1.0)
