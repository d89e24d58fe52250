"""The audit of the model: can the loop live or die, and is no answer built in?

Thresholds that are missed stand as strict expected failures with their reason: if one is met
later, its test fails until the reason is taken away.
"""

from __future__ import annotations

import numpy as np
import pytest
from tests.theory import model_audit_page as page
from tests.theory.model_audit_page import Draws


def missed(reason: str) -> pytest.MarkDecorator:
    """Mark a threshold that is missed; that it is met one day is a failure to look at."""
    return pytest.mark.xfail(reason=reason, strict=True, raises=AssertionError)


@pytest.fixture(scope="module")
def found():
    draws = Draws()
    measured = page.measure(draws)
    page.write(measured, draws)
    return measured


def test_threshold__is_defined_nearly_everywhere(found):
    assert found["thresholds"]["full"]["reproduction"].notna().mean() >= 0.95


@missed(
    "0.81 of 200 draws: R_v lacks the removals of the base tempo, and all the willing are there"
)
def test_threshold__is_reached_from_both_sides(found):
    assert 0.2 <= page.is_above(found["thresholds"]["full"]).mean() <= 0.8


def test_threshold__separates_growth_from_decline_of_small_seeds(found):
    assert page.sign_agreement(found["thresholds"]["full"]) == 1.0


@pytest.mark.parametrize(
    "regime",
    [
        pytest.param(
            "dies out",
            marks=missed("3 % of draws: `renewal` is narrow, and room among the willing holds on"),
        ),
        "persists within 1.5",
        pytest.param(
            "grows by more than 2",
            marks=missed("8 % of draws: as above, with a ceiling at the willing"),
        ),
    ],
)
def test_regimes__each_is_reached_in_a_tenth_of_the_draws(found, regime):
    assert found["regimes"]["full"][regime] >= 0.1


@missed("19 % of draws: links act as far as violence has left today, which is little in ten years")
def test_loop__moves_attacks_in_half_of_the_draws(found):
    assert page.loop_moves(found["loop"]) >= 0.5


def test_loop__moves_r_v_across_one(found):
    assert page.loop_crosses(found["loop"]) >= 0.05


def test_mirror__what_no_response_decides_is_what_removals_and_leans_decide(found):
    assert (page.mirror_excess(found["mirror"]) <= 0.25).all()


@missed("S2, S7 and paid men (S16) stay below half of the draws: see the page")
def test_operability__each_row_moves_its_outcome(found):
    idle = page.rows_at_work(found["operability"])
    assert [*idle.index[idle < 0.5]] == []


@missed("15 of 115: what is reported, tolls and custody moves other outcomes than attacks")
def test_operability__few_parameters_are_inert(found):
    assert len(page.inert(found["moves"])) <= 0.1 * page.uncertain()


def test_levels__hypotheses_start_from_the_same_attacks(found):
    assert (found["levels"]["low"] >= 0.9).all()
    assert (found["levels"]["high"] <= 1.1).all()


@pytest.mark.parametrize("where", ["corners", "alone"])
def test_extremes__nothing_leaves_its_range(found, where):
    assert found[where].is_finite
    assert found[where].in_range


@pytest.mark.parametrize("where", ["corners", "alone"])
def test_extremes__nobody_joins_beyond_the_willing(found, where):
    """By a millionth of a person: rounding."""
    assert max(found[where].beyond) < 1e-6


def test_closure__of_two_classes_is_near_explicit_kin_groups(found):
    table = found["closure"]
    asked = table[(table["targeting"] <= 0.5) & (table["R"] <= 1.3)]
    np.testing.assert_allclose(asked["classes"], asked["explicit"], rtol=0.2)
