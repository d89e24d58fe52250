"""Estimators are refused before they begin where they need more memory than there is."""

import dataclasses
from datetime import date

import pytest

from tarazu.core.errors import ResourceError
from tarazu.core.limits import MEMORY
from tarazu.evidence import ESTIMATORS, estimate
from tarazu.evidence.needs import NUMBERS_PER_DAY, require_estimator
from tarazu.record import load_record


@pytest.fixture(scope="module")
def record():
    return load_record()


def test_needs__are_known_of_every_estimator():
    assert set(NUMBERS_PER_DAY) == set(ESTIMATORS)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_estimate__of_the_shipped_record_fits_into_half_a_gibibyte(monkeypatch, record, name):
    monkeypatch.setenv(MEMORY, "0.5")
    require_estimator(name, record)


def test_estimate__of_too_many_districts_is_refused_with_what_to_reduce(monkeypatch, record):
    monkeypatch.setenv(MEMORY, "8")
    district = record.region.districts[0]
    region = dataclasses.replace(record.region, districts=(district,) * 5_000)
    wide = dataclasses.replace(record, region=region, start=date(2000, 1, 1))
    with pytest.raises(ResourceError, match=r"retaliation on [\d,]+ days in 5,000 districts needs"):
        estimate("retaliation", wide)
