"""Rings around operations: the quotient, counts against a plain loop, the total, who is whose."""

import numpy as np
import pytest
from tests.unit.evidence.worlds import HORIZON, plant_after, quiet_ring, ring

from tarazu.evidence.displacement.rings import (
    TOTAL,
    count_rings,
    move_rings,
    ring_figure,
    second_ring,
    study_rings,
    weighted_displacement_quotient,
)

LEVEL = 0.9
EXACT = 1e-9


@pytest.mark.parametrize(
    ("buffer", "expected"),
    [
        ((50, 50), 0.0),  # nothing moved
        ((50, 70), -1.0),  # all that the target lost moved
        ((50, 60), -0.5),
        ((50, 40), 0.5),  # calm spread
    ],
)
def test_quotient__reads_as_published(buffer, expected):
    found = weighted_displacement_quotient((100, 80), buffer, (200, 200))
    assert found == pytest.approx(expected)


def test_quotient__does_not_see_a_change_that_all_share():
    halved = weighted_displacement_quotient((100, 40), (50, 30), (200, 100))
    assert halved == pytest.approx(weighted_displacement_quotient((100, 80), (50, 60), (200, 200)))


@pytest.mark.parametrize("control", [(0, 5), (5, 0)])
def test_quotient__is_undefined_without_control_or_change(control):
    assert np.isnan(weighted_displacement_quotient((9, 5), (3, 3), control))
    assert np.isnan(weighted_displacement_quotient((5, 5), (3, 4), (7, 7)))


def test_second_ring__are_neighbours_of_neighbours_only():
    far = second_ring(ring(8))
    assert np.flatnonzero(far[0]).tolist() == [2, 6]
    assert not (far & ring(8)).any()


def test_count_rings__counts_what_a_plain_loop_counts():
    counts = quiet_ring(5, attack_rate=0.05).counts()
    found = count_rings(counts, counts.operations, HORIZON)
    rings = [np.eye(8, dtype=bool), counts.neighbours, second_ring(counts.neighbours)]
    before, after = np.zeros(3), np.zeros(3)
    for day, district in np.argwhere(counts.operations > 0):
        number = counts.operations[day, district]
        for k, members in enumerate(rings):
            series = counts.attacks[:, members[district]]
            before[k] += number * series[max(day - HORIZON, 0) : day].sum()
            after[k] += number * series[day + 1 : day + HORIZON + 1].sum()
    assert found.before.tolist() == before.tolist()
    assert found.after.tolist() == after.tolist()


def test_move_rings__keeps_operations_in_their_district():
    counts = quiet_ring(6).counts()
    found = count_rings(counts, counts.operations, HORIZON)
    moved = move_rings(counts, HORIZON, 5)
    assert all((one.size == found.size).all() for one in moved)
    assert len({one.after[1] for one in moved}) > 1


@pytest.mark.parametrize("next_door", [False, True])
def test_study__sees_effects_where_they_are(next_door):
    world = plant_after(quiet_ring(2), 2, effect=2.0, next_door=next_door)
    found = study_rings(world.counts(), horizon=HORIZON, level=LEVEL)
    row = dict(zip(found.names, found.interval, strict=True))
    assert row[f"{TOTAL}, 1-{HORIZON} days after"][0] > 0
    assert (row[f"next door, 1-{HORIZON} days after"][0] > 0) == next_door
    assert (row["same district, 1-28 days after"][0] > 0) != next_door


def test_study__interval_of_the_total_is_not_the_sum_of_ends():
    world = quiet_ring(3)
    found = study_rings(world.counts(), horizon=HORIZON, level=LEVEL)
    low, high = found.interval[-1]
    ends = found.interval[-2, 1] - found.interval[-2, 0]
    assert low < found.estimate[-1] < high
    assert high - low < 2 * ends


def test_study__is_none_for_a_short_record():
    assert study_rings(quiet_ring(0, years=1).counts(), horizon=HORIZON, level=LEVEL) is None


def test_figure__has_a_row_for_every_ring_and_window():
    found = study_rings(quiet_ring(1).counts(), horizon=HORIZON, level=LEVEL)
    data = ring_figure(found, "a source", LEVEL).data
    assert {len(column) for column in data.values()} == {17}
