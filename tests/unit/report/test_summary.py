"""The last lines of a command count in plain words, and tell 'cannot tell' from 'not possible'."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.cli.stubs import stub_finding
from tests.unit.report.brief.made import study

from tarazu.evidence.battery import assess
from tarazu.record import load_record
from tarazu.report.summary import battery_point, caution_point, record_point


def test_record__one_event_is_no_plural() -> None:
    record = load_record()
    one = replace(record, events=record.events[record.events["initiator"] == "militant"].head(1))
    assert "1 event, 1 attack by armed groups and 0 operations by the state." in record_point(one)


@pytest.mark.parametrize(
    ("p_values", "expected"),
    [
        ((0.5, 0.5, 0.5), "For 3 of 3 tests the record cannot tell."),
        ((0.5, 0.5, None), "For 2 of 3 tests the record cannot tell; 1 more was not possible."),
        ((0.5, None, None), "For 1 of 3 tests the record cannot tell; 2 more were not possible."),
        ((None, None, None), "None of the 3 tests was possible."),
        ((0.5,), "For the only test the record cannot tell."),
        ((None,), "The only test was not possible."),
    ],
)
def test_battery__counts_the_tests_that_were_not_possible(
    p_values: tuple[float | None, ...], expected: str
) -> None:
    record = load_record()
    names = ("retaliation", "wake", "dose")
    findings = [
        replace(stub_finding(name, record), p_value=p_value)
        for name, p_value in zip(names, p_values, strict=False)
    ]
    assert battery_point(assess(findings, 0.05)) == expected


def test_battery__counts_no_test_that_was_not_possible_among_the_unclear() -> None:
    record = load_record()
    findings = [
        replace(stub_finding("retaliation", record), p_value=1e-6, verdict="more attacks"),
        *(replace(stub_finding(name, record), p_value=None) for name in ("wake", "dose")),
    ]
    told = battery_point(assess(findings, 0.05))
    assert told.startswith("2 of 3 tests were not possible. Retaliation: more attacks")


def test_caution__names_the_region_whose_rates_the_priors_hold() -> None:
    here = study({})
    assert "per capita" not in caution_point(here)
    elsewhere = replace(here, region="Slavia", borrowed_priors="Priors per capita are borrowed.")
    assert "The priors per capita are of Balochistan, not of Slavia" in caution_point(elsewhere)
