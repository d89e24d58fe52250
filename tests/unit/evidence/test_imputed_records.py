"""Records with deaths drawn: what changes, what stays, and how deaths are split by side."""

import numpy as np
import pytest

import tarazu as tz
from tarazu.evidence.daily_counts import to_daily_counts
from tarazu.evidence.escalation.estimator import district_days
from tarazu.evidence.methods.imputed_records import split_deaths
from tarazu.record.vocabulary import DEATHS


@pytest.fixture(scope="module")
def copies():
    return tz.impute_deaths(tz.load_record(), imputations=2, wider=True)


def test_imputed_records__change_deaths_alone(copies):
    record = tz.load_record()
    for copy in copies:
        assert copy.n_events == record.n_events
        before, after = record.panel("month"), copy.panel("month")
        assert (before["attacks"] == after["attacks"]).all()
        total = sum(float(after[side].sum()) for side in DEATHS)
        assert total > sum(float(before[side].sum()) for side in DEATHS)


def test_imputed_records__leave_the_pace_of_attacks_as_it_is(copies):
    """Escalation counts days with an attack, whatever the number killed."""
    days = [
        district_days(to_daily_counts(record), record.region.slugs)
        for record in (tz.load_record(), *copies)
    ]
    for other in days[1:]:
        assert all((days[0][name] == other[name]).all() for name in days[0])


def test_split__adds_up_and_leaves_out_sides_without_deaths():
    rng = np.random.default_rng(4)
    sides = rng.integers(0, 6, (300, 4))
    total = np.where(sides.sum(axis=1) > 0, rng.integers(1, 50, 300), 0)
    split = split_deaths(total, sides)
    assert (split.sum(axis=1) == total).all()
    assert (split[sides == 0] == 0).all()
    exact = sides * (total / np.maximum(sides.sum(axis=1), 1))[:, None]
    assert (np.abs(split - exact) < 1).all()


def test_imputed_records__refuse_a_number_that_is_none():
    with pytest.raises(ValueError, match="imputations is 0; expected"):
        tz.impute_deaths(tz.load_record(), imputations=0)
