"""Groups: thinning against draws, more events make no more groups, entries and exits."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.unit.evidence.few import FEW

from tarazu.core.provenance import canonical_json
from tarazu.evidence.finding import CANNOT_TELL
from tarazu.evidence.groups.estimator import (
    DESCRIBED,
    SAMPLE,
    count_groups,
    groups,
    measure_activity,
    rarefy,
    resample,
)
from tarazu.record import Record, load_record

EVENTS = arrays(np.int64, (4, 5), elements=st.integers(0, 12))


@pytest.fixture(scope="module")
def record() -> Record:
    return load_record()


def find(record):
    return groups(record, **FEW["groups"])


def test_rarefy__is_the_mean_over_draws():
    events = np.array([[12, 5, 2, 1]])
    rng = np.random.default_rng(1)
    pool = np.repeat(np.arange(4), events[0])
    drawn = [len(set(rng.choice(pool, 10, replace=False))) for _ in range(4000)]
    error = np.std(drawn) / np.sqrt(len(drawn))
    assert rarefy(events, 10)[0] == pytest.approx(np.mean(drawn), abs=5 * error)


@given(events=EVENTS)
def test_rarefy__lies_between_one_and_the_groups_there_are(events):
    found = rarefy(events, SAMPLE)
    enough = events.sum(axis=1) >= SAMPLE
    assert (np.isnan(found) == ~enough).all()
    assert (found[enough] >= 1 - 1e-9).all()
    assert (found[enough] <= (events > 0).sum(axis=1)[enough] + 1e-9).all()


@given(events=EVENTS)
def test_rarefy__counts_every_group_when_all_events_are_drawn(events):
    for row in events[events.sum(axis=1) > 0]:
        assert rarefy(row[None], int(row.sum()))[0] == pytest.approx((row > 0).sum())


def test_rarefy__more_events_of_the_same_groups_make_hardly_more():
    few, many = np.array([[10, 6, 4]]), np.array([[100, 60, 40]])
    assert rarefy(many, 10)[0] == pytest.approx(rarefy(few, 10)[0], abs=0.1)


@given(events=EVENTS)
def test_effective__is_one_for_one_group_and_all_for_equal_ones(events):
    activity = measure_activity(events)
    seen = events.sum(axis=1) > 0
    assert (activity.effective[seen] <= activity.active[seen] + 1e-9).all()
    assert (activity.effective[seen] >= 1 - 1e-9).all()
    assert measure_activity(np.array([[7, 7, 7]])).effective[0] == pytest.approx(3)


def test_entries__are_after_three_years_without_an_event():
    events = np.zeros((10, 1), np.int64)
    events[[1, 3, 8]] = 1
    activity = measure_activity(events)
    assert np.flatnonzero(activity.entries).tolist() == [8]
    assert np.flatnonzero(activity.exits).tolist() == [3]


def test_resample__keeps_the_events_of_each_year():
    events = np.array([[3, 4, 0], [0, 0, 0], [9, 0, 1]])
    drawn = resample(events, 50)
    assert (drawn.sum(axis=2) == events.sum(axis=1)).all()
    assert (drawn[:, events == 0] == 0).all()


def test_groups__count_every_event_with_a_group(record):
    finding = find(record)
    assert sum(finding.n_used.values()) + sum(finding.n_dropped.values()) == record.n_events
    nameless = record.events["group"].mask(record.events["movement"] == "islamist", "")
    finding = find(replace(record, events=record.events.assign(group=nameless)))
    assert finding.n_dropped == {"without a group": 158}


def test_groups__is_descriptive(record):
    finding = find(record)
    assert (finding.null, finding.p_value, finding.verdict) == ("descriptive", None, DESCRIBED)
    assert all(variant.p_value is None for variant in finding.sensitivity)
    low, high = finding.interval
    assert low <= finding.estimate <= high
    assert f"{finding.estimate:+.1f} (95% interval" in finding.sentence
    assert "active years only" in [variant.name for variant in finding.sensitivity]


@pytest.mark.parametrize(("is_late", "sign"), [(True, 1), (False, -1)])
def test_groups__are_more_where_late_events_have_groups_of_their_own(record, is_late, sign):
    events = record.events
    split_up = (events["date"] >= events["date"].median()) == is_late
    own = events["group"].mask(
        split_up & (events["group"] != ""), [f"of {row}" for row in events.index]
    )
    finding = find(replace(record, events=events.assign(group=own)))
    assert sign * finding.estimate > 5


def test_groups__does_not_depend_on_the_order_of_rows(record):
    shuffled = replace(record, events=record.events.sample(frac=1, random_state=1))
    assert canonical_json(find(shuffled).to_dict()) == canonical_json(find(record).to_dict())


@pytest.mark.parametrize("keep", [0, 1, 30])
def test_groups__cannot_tell_from_few_events(record, keep):
    few = replace(record, events=record.events.head(keep).reset_index(drop=True))
    finding = find(few)
    assert finding.verdict == CANNOT_TELL
    assert (finding.estimate, finding.interval) == (None, None)
    assert len(count_groups(few).groups) <= keep


def test_groups__describes_a_record_of_one_armed_group(record):
    alone = replace(record, events=record.events.assign(group="only"))
    finding = find(alone)
    assert finding.verdict == DESCRIBED
    assert finding.estimate == 0.0
