"""The history of a study in the annex, beside the record and public totals of the same years."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.report.brief.made import DRAWS
from tests.unit.report.brief.made import study as make_result

from tarazu.record import load_record
from tarazu.record.public_totals import public_totals
from tarazu.report.annex import study_section as sections
from tarazu.report.annex.hindcast import Count, counts_of, hindcast_figures
from tarazu.study.runner.result import Hindcast

YEARS = tuple(range(2004, 2026))
RECORDED = {2012: 108, 2019: 10}


@pytest.fixture(scope="module")
def record():
    return load_record()


def make_hindcast() -> Hindcast:
    """Attacks 10, 20, 30 and disappearances 300, 400, 500 in every year."""
    rows = {
        "attacks": [[10.0, 20.0, 30.0]] * len(YEARS),
        "disappearances_reported": [[300.0, 400.0, 500.0]] * len(YEARS),
    }
    return Hindcast(YEARS, (0.05, 0.5, 0.95), {"full": rows, "pooled": rows}, RECORDED, ())


@pytest.fixture(scope="module")
def result():
    return replace(make_result({"surge": np.zeros(DRAWS)}), hindcast=make_hindcast())


def test_counts__stand_beside_the_years_of_the_record_and_after(record):
    found = counts_of(make_hindcast(), record, "attacks", "full")
    assert [c.year for c in found] == [*range(2004, 2022), 2024]
    by_year = {c.year: c for c in found}
    assert (by_year[2012].number, by_year[2012].place) == (108, "above")
    assert (by_year[2019].number, by_year[2019].place) == (10, "within")
    assert (by_year[2005].number, by_year[2005].place) == (0, "below")
    assert by_year[2024] == Count(2024, "PIPS", 202, 10.0, 20.0, 30.0)


def test_counts__of_a_year_that_the_record_does_not_hold_whole_are_left_out(record):
    found = counts_of(make_hindcast(), record.sel(end="2021-03-31"), "attacks", "full")
    assert [c.year for c in found if c.source != "PIPS"] == [*range(2004, 2021)]


def test_counts__of_disappearances_are_published_ones_alone(record):
    found = counts_of(make_hindcast(), record, "disappearances", "full")
    assert [(c.year, c.number, c.place) for c in found] == [
        (2022, 629, "above"),
        (2022, 367, "within"),
        (2022, 257, "below"),
        (2024, 619, "above"),
    ]


def test_figures__say_how_many_counts_lie_within(result, record):
    attacks, missing = hindcast_figures(result, record)
    assert attacks.title.endswith("1 of 19 counts within the central 90%")
    assert missing.title.endswith("1 of 4 counts within the central 90%")
    assert attacks.title.startswith("Not calibrated")
    assert len(attacks.table.rows) == 19
    assert ">2010</tspan>" in attacks.to_svg()  # a year, not the number 2,010


def test_section__has_the_part_only_with_a_record_and_a_history(result, record, monkeypatch):
    monkeypatch.setattr(sections, "_policy_parts", lambda result: ("", ()))

    def headings(section):
        return [part.heading for part in section.parts]

    name = "The years before, beside what was counted"
    assert name in headings(sections.study_section(result, record))
    assert name not in headings(sections.study_section(result))
    assert name not in headings(sections.study_section(replace(result, hindcast=None), record))


def test_totals__of_a_region_without_any_are_none():
    assert public_totals("kp-fata") == ()
    assert all(total.address.startswith("http") for total in public_totals("balochistan"))
