"""Checks that refuse a test: their declaration, and what a refused finding says."""

from dataclasses import replace

import pytest
from tests.unit.evidence.findings import weak_retaliation

from tarazu.evidence.battery import assess
from tarazu.evidence.compose import refuse
from tarazu.evidence.finding import CANNOT_TELL, Check
from tarazu.evidence.refusals import declared, limit_of
from tarazu.evidence.words import Words

LEAD = Check("lead", "47 attacks, 18 expected", "p above 0.05", False, "attacks rose before")


def clear(p_value=0.001, **changes):
    """A finding whose p-value gives a verdict."""
    return replace(weak_retaliation(), p_value=p_value, verdict="backlash", **changes)


@pytest.mark.parametrize("estimator", declared())
def test_declared__names_checks_that_the_estimator_makes(estimator):
    words = Words(f"tarazu.evidence.{estimator}").table
    assert declared()[estimator].keys() <= words["checks"].keys()
    for check, entry in declared()[estimator].items():
        assert limit_of(estimator, check) == entry["limit"]
        assert entry["rule"]
        assert entry["reason"]


def test_check__of_the_declaration_carries_its_reason():
    made = Words("tarazu.evidence.wake").check("overlap", False, dose=0.3)
    assert made.refuses == declared()["wake"]["overlap"]["reason"]


def test_refuse__takes_the_verdict_and_keeps_the_numbers():
    found = clear(diagnostics=(LEAD,))
    refused = refuse(found)
    assert (refused.verdict, refused.verdict_unrefused) == (CANNOT_TELL, "backlash")
    assert (refused.estimate, refused.p_value) == (found.estimate, found.p_value)
    assert refused.refused_by == ("lead",)
    assert "attacks rose before (47 attacks, 18 expected)" in refused.refusal
    assert refused.sentence.startswith("The record cannot tell, because")
    assert found.sentence in refused.sentence
    assert {analysis.verdict for analysis in refused.sensitivity} == {CANNOT_TELL}


@pytest.mark.parametrize(
    "check", [replace(LEAD, passed=True), replace(LEAD, passed=None), replace(LEAD, refuses="")]
)
def test_refuse__leaves_a_finding_whose_checks_hold(check):
    found = clear(diagnostics=(check,))
    assert refuse(found) == found


def test_refused_test__stays_in_the_family_and_is_not_counted_as_found():
    refused = refuse(clear(diagnostics=(LEAD,)))
    other = clear(0.02, name="other")
    battery = assess([refused, other])
    assert battery.p_holm == {"retaliation": 0.002, "other": 0.02}
    assert battery.joint_verdict(refused) == CANNOT_TELL
    assert (
        battery.joint_verdict(assess([refused, clear(0.03, name="other")])["other"]) == "backlash"
    )
    assert "(Holm): 1 (other)" in battery.sentence
    assert (
        "Refused by their own checks, whatever their p-value: 1 (retaliation)" in battery.sentence
    )
    assert battery.rows[0]["refused_by"] == ("lead",)
