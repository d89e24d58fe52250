"""Estimators are refused before they begin where they need too much memory or time."""

import dataclasses
import logging
from datetime import date

import pytest

from tarazu.core.errors import ResourceError
from tarazu.core.limits import MEMORY
from tarazu.evidence import ESTIMATORS, estimate, needs
from tarazu.evidence.needs import COSTS, estimate_needs, require_estimator
from tarazu.record import load_record


@pytest.fixture(scope="module")
def record():
    return load_record()


def test_needs__are_known_of_every_estimator():
    assert set(COSTS) == set(ESTIMATORS)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_estimate__of_the_shipped_record_fits_into_half_a_gibibyte(monkeypatch, record, name):
    monkeypatch.setenv(MEMORY, "0.5")
    require_estimator(name, record)


def test_estimate__of_too_many_districts_is_refused_with_what_to_reduce(monkeypatch, record):
    monkeypatch.setenv(MEMORY, "8")
    district = record.region.districts[0]
    region = dataclasses.replace(record.region, districts=(district,) * 5_000)
    wide = dataclasses.replace(record, region=region, start=date(2000, 1, 1))
    with pytest.raises(ResourceError, match=r"retaliation on .* days in 5,000 districts needs"):
        estimate("retaliation", wide)


def test_estimate__longer_than_the_limit_is_refused_with_hours(monkeypatch, record):
    monkeypatch.setattr(needs, "LONGEST_HOURS", 0.0001)
    told = (
        r"dose on [\d,]+ events on [\d,]+ days in \d+ districts takes about 0 hours; expected at "
        r"most 0.0001 hours. Reduce the districts"
    )
    with pytest.raises(ResourceError, match=told):
        estimate("dose", record)


def test_needs__of_a_long_estimate_are_logged(monkeypatch, record, caplog):
    monkeypatch.setattr(needs, "NOTED_SECONDS", 0.0)
    with caplog.at_level(logging.INFO, "tarazu.evidence"):
        require_estimator("wake", record)
    assert "wake on" in caplog.text
    assert "minutes and up to" in caplog.text


# processor seconds as measured (docs/validation/large-records.md): estimator, events, districts
MEASURED = (
    ("retaliation", 298_821, 3, 16.5),
    ("wake", 298_821, 3, 10.0),
    ("dose", 298_821, 3, 68.6),
    ("near_repeat", 298_821, 3, 11.0),
    ("reaction", 298_821, 3, 26.5),
    ("retaliation", 7_452, 104, 27.0),
    ("wake", 7_452, 104, 10.3),
    ("dose", 7_452, 104, 17.6),
    ("near_repeat", 7_452, 104, 6.8),
    ("retaliation", 29_082, 774, 230.0),
    ("wake", 29_082, 774, 88.6),
    ("displacement", 29_082, 774, 105.0),
    ("dose", 29_082, 774, 93.7),
    ("reaction", 29_082, 774, 20.4),
    ("near_repeat", 29_082, 774, 74.8),
)


@pytest.mark.parametrize(("name", "events", "districts", "seconds"), MEASURED)
def test_needs__are_of_the_order_that_was_measured(record, name, events, districts, seconds):
    found = estimate_needs(name, of_size(record, events, districts))
    assert seconds / 4 < found.seconds < 4 * seconds


@pytest.mark.parametrize("name", ESTIMATORS)
def test_estimate__of_30_000_events_in_774_districts_fits_into_4_gib(monkeypatch, record, name):
    monkeypatch.setenv(MEMORY, "4")
    require_estimator(name, of_size(record, 30_000, 774))


def of_size(record, events, districts):
    """A record of 35 years, so far as the estimates look at it."""
    region = dataclasses.replace(record.region, districts=record.region.districts[:1] * districts)
    span = {"start": date(1990, 1, 1), "end": date(2024, 12, 31)}
    repeated = record.events.iloc[[0] * events].assign(count=1)
    return dataclasses.replace(record, region=region, events=repeated, **span)
