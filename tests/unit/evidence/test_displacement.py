"""Displacement: published examples of the weighted difference, signs, who counts as next door."""

import numpy as np
import pytest
from tests.unit.evidence.worlds import HORIZON, World, plant_after, quiet_ring, remove_after, ring

from tarazu.evidence.displacement.estimator import verdict_of, weighted_displacement_difference
from tarazu.evidence.point_process.after_operations import fit_attacks
from tarazu.evidence.point_process.excess_events import Excess, measure_excess
from tarazu.evidence.point_process.history import NEXT_DOOR

PUBLISHED = 1e-2  # the examples are printed with two decimals
SEEDS = (0, 1, 2, 3)
DAY = 400


def next_door(world: World) -> Excess:
    return measure_excess(fit_attacks(world.counts()), NEXT_DOOR)


def test_displacement_difference__equals_the_published_example():
    found = weighted_displacement_difference((100, 80), (100, 90))
    assert found.estimate == pytest.approx(-10, abs=PUBLISHED)
    assert found.standard_error == pytest.approx(19.24, abs=PUBLISHED)


def test_displacement_difference__equals_the_published_example_with_areas():
    found = weighted_displacement_difference(
        (207, 110), (308, 318), treated_area=1.2, control_area=0.9
    )
    assert found.estimate == pytest.approx(-91.94, abs=PUBLISHED)
    assert found.standard_error == pytest.approx(31.51, abs=PUBLISHED)
    assert found.p_value == pytest.approx(0.00353, abs=1e-4)  # two-sided normal at 2.918


def test_displacement_difference__refuses_an_area_of_zero():
    with pytest.raises(ValueError, match="above 0"):
        weighted_displacement_difference((1, 1), (1, 1), control_area=0.0)


def test_displacement_difference__cannot_tell_without_events():
    found = weighted_displacement_difference((0, 0), (0, 0))
    assert (found.estimate, found.standard_error, found.p_value) == (0.0, 0.0, 1.0)


@pytest.mark.parametrize("seed", SEEDS)
def test_displacement__is_positive_where_attacks_follow_next_door(seed):
    found = next_door(plant_after(quiet_ring(seed), seed, effect=2.0, next_door=True))
    assert found.interval[0] > 0
    assert verdict_of(found.estimate, found.p_value) == "displacement"


@pytest.mark.parametrize("seed", SEEDS)
def test_displacement__is_negative_where_attacks_vanish_next_door(seed):
    found = next_door(remove_after(quiet_ring(seed, attack_rate=0.06), next_door=True))
    assert found.interval[1] < 0


@pytest.mark.parametrize("seed", SEEDS)
def test_displacement__does_not_take_attacks_at_home_for_attacks_next_door(seed):
    world = quiet_ring(seed)
    planted = plant_after(world, seed, effect=2.0)
    # Attacks are added to districts with an operation of their own, whose days are not next door.
    assert next_door(planted).observed == next_door(world).observed


def one_operation(*, also: tuple[int, ...] = ()) -> World:
    """One operation in district 2 of a ring of six; a day later, one in each of `also`.

    In the six weeks after, three attacks in district 1; one attack elsewhere, long before.
    """
    attacks, operations = np.zeros((2, 2 * 365, 6), dtype=np.int64)
    operations[DAY, 2] = 1
    operations[DAY + 1, list(also)] = 1
    attacks[DAY + 5, 1] = 3
    attacks[100, 5] = 1
    return World(attacks, operations, ring(6))


def test_displacement__counts_neighbours_of_the_operation():
    assert next_door(one_operation()).observed == 3


def test_displacement__leaves_out_a_district_with_an_operation_of_its_own():
    assert next_door(one_operation(also=(1,))).observed == 0


def test_displacement__looks_at_neighbours_and_no_farther():
    history = fit_attacks(one_operation().counts()).history
    days = history.days[:, :, NEXT_DOOR].sum(axis=1)
    assert days.tolist() == [0, HORIZON, 0, HORIZON, 0, 0]
