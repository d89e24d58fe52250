"""Sums around operations, all on the same moved dates."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.evidence_worlds import plant_after, quiet_ring

from tarazu.evidence.battery import max_t_adjust
from tarazu.evidence.joint_dates import LEAD_DAYS, SUMS, _usable, ask_jointly, sum_jointly
from tarazu.record import load_default_record


def sums(world, **options):
    counts = world.counts()
    doses = np.ones(int(counts.operations.sum()))
    return sum_jointly(counts, doses, moves=199, **options)


def test_joint_dates__finds_attacks_planted_at_home_and_names_them():
    p = max_t_adjust(sums(plant_after(quiet_ring(1), 1, effect=1.5)), list(SUMS))
    assert p["retaliation"] < 0.05
    assert p["displacement"] > 0.05


def test_joint_dates__finds_attacks_planted_next_door():
    p = max_t_adjust(sums(plant_after(quiet_ring(2), 2, effect=3.0, next_door=True)), list(SUMS))
    assert p["displacement"] < 0.05


def test_joint_dates__equal_doses_say_nothing_of_the_dose():
    dates = sums(quiet_ring(3))
    at = dates.names.index("dose")
    assert dates.observed[at] == pytest.approx(0.0)
    assert np.abs(dates.moved[:, at]).max() == pytest.approx(0.0)


def test_joint_dates__repeats_itself():
    one, two = sums(quiet_ring(4)), sums(quiet_ring(4))
    assert (one.moved == two.moved).all()
    assert not (one.moved == sums(quiet_ring(4), seed=1).moved).all()


def test_usable__leaves_out_the_days_before_an_operation_and_no_others():
    operations = np.zeros((300, 2), dtype=np.int64)
    operations[200, 0] = 2
    usable = _usable(operations)
    assert usable[:, 1].all()
    left_out = np.flatnonzero(~usable[:, 0])
    assert (left_out[0], left_out[-1], len(left_out)) == (200 - LEAD_DAYS, 199, LEAD_DAYS)


def test_ask_jointly__does_not_depend_on_the_order_of_rows():
    record = load_default_record()
    shuffled = replace(record, events=record.events.sample(frac=1, random_state=2))
    first, again = ask_jointly(record, moves=19), ask_jointly(shuffled, moves=19)
    assert (first.moved == again.moved).all()
    assert (first.observed == again.observed).all()
