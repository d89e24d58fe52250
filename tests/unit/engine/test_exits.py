"""Who leaves a stock: the laws of every draw. The distribution is tested in `tests/theory`."""

import numpy as np
import pytest
from tests.reference.broken_kernels import changed_module
from tests.reference.exits_one_by_one import drawn_exits

from tarazu.engine.compiler import exit_kernels

DISTRICTS, WEEKS = 64 * 400 + 7, 16  # the last block of districts is not full
LEAST_HAZARD, MOST_HAZARD = 1e-6, 50.0  # per week
WALKS_ON = ("none if is_walk else 0.0", "none")
"""What was wrong: the sum of probabilities also ran where it has no end."""


def anybody(rng, exits):
    """Persons 0-300, hazards over all sizes, one exit in five closed."""
    span = np.log([LEAST_HAZARD, MOST_HAZARD])
    hazards = np.exp(rng.uniform(*span, (exits, DISTRICTS)))
    return rng.integers(0, 301, DISTRICTS), hazards * (rng.random(hazards.shape) > 0.2)


def few_beside_many(rng, exits):
    """Persons 0-5 at a hazard of about 1; in every other district a sum of many terms.

    A share above one half leaves: there the odds exceed 1, and terms beyond the last person
    grow. How many are summed depends on the districts beside it.
    """
    is_many = np.arange(DISTRICTS) % 2 == 1
    persons = np.where(is_many, rng.integers(60, 90, DISTRICTS), rng.integers(0, 6, DISTRICTS))
    whole = np.where(is_many, 0.35, rng.uniform(0.5, 3.0, DISTRICTS))
    return persons, whole * rng.dirichlet(np.ones(exits), DISTRICTS).T


def crowds(rng, exits):
    """Persons up to a million, of whom many leave: quantiles by expansion."""
    persons = np.floor(np.exp(rng.uniform(0.0, np.log(1e6), DISTRICTS)))
    return persons, np.exp(rng.uniform(np.log(1e-5), np.log(3.0), (exits, DISTRICTS)))


def broken_over_the_weeks(world, draw=exit_kernels.draw_exits):
    rng, broken = np.random.default_rng(6), []
    for week in range(WEEKS):
        persons, hazards = world(rng, exits=1 + week % 4)
        broken.append(drawn_exits(persons, hazards, week, draw).broken())
    return [laws for laws in broken if laws]


@pytest.mark.parametrize("world", [anybody, few_beside_many, crowds])
def test_draw_exits__keeps_its_laws_and_draws_what_the_quantiles_give(world):
    assert broken_over_the_weeks(world) == []


def test_draw_exits__negative_control_terms_without_end_break_the_laws():
    """Districts in which nobody leaves must have no terms in the sum of probabilities."""
    endless = changed_module(exit_kernels, *WALKS_ON)
    broken = broken_over_the_weeks(few_beside_many, endless.draw_exits)
    assert sum(laws.get("no more leave than are there", 0) for laws in broken) > 0
    assert sum(laws.get("total is the quantile", 0) for laws in broken) > 0


@pytest.mark.parametrize("persons", [0, 1, 300])
def test_draw_exits__nobody_leaves_without_a_hazard(persons):
    draws = drawn_exits(np.full(100, persons), np.zeros((3, 100)), week=0)
    assert not draws.left.any()
    assert not draws.moved.any()


def test_draw_exits__everybody_leaves_by_the_only_exit_at_an_endless_hazard():
    hazards = np.zeros((3, 100))
    hazards[1] = 1e3
    draws = drawn_exits(np.full(100, 300), hazards, week=0)
    np.testing.assert_array_equal(draws.moved[1], 300.0)
    assert draws.broken() == {}
