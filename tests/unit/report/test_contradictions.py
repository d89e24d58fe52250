"""Contradictions that careful readers met, 4 to 8 of thirteen: none of them comes back.

The others have their tests where their tables are: tests/unit/report/test_annex_reading.py, and
tests/unit/report/brief. What needs a whole run is in brief/test_statements.py.
"""

import re
from dataclasses import replace
from statistics import NormalDist

import pytest
from tests.unit.report.brief.made import named, retaliation

from tarazu.core.intervals import wilson_interval
from tarazu.evidence.battery import assess
from tarazu.evidence.finding import Finding
from tarazu.evidence.simulated.rates import ErrorRates, _rate
from tarazu.evidence.words import Words
from tarazu.report.annex.document import TERMS
from tarazu.report.likelihood import scale_sentence
from tarazu.report.tables.battery import at_odds, battery_section, rates_table


def _tested(interval: tuple[float, float], p_value: float, level: float = 0.9) -> Finding:
    finding = named("escalation", "the record cannot tell", p_value)
    return replace(finding, interval=interval, level=level, null="two slopes are 0")


def test_tactics__sentence_names_the_series_of_the_estimate() -> None:
    """Contradiction 4: the steps of two series stood side by side as if they were one."""
    text = Words("tarazu.evidence.tactics").text(
        "clauses", "estimate", series="districts", label="cities", step=28.26
    )
    assert text.endswith("in districts: the share of cities moves by 28.3 points.")


@pytest.mark.parametrize(
    ("interval", "p_value", "level", "is_explained"),
    [
        ((0.08, 0.70), 0.97, 0.9, True),
        ((-0.70, -0.08), 0.97, 0.9, True),
        ((0.08, 0.70), 0.097, 0.95, True),
        ((0.08, 0.70), 0.097, 0.9, False),  # beyond 5%, and inside what 90% leaves out
        ((-0.08, 0.70), 0.97, 0.9, False),
        ((0.08, 0.70), 0.01, 0.9, False),
    ],
)
def test_glance__explains_an_interval_and_a_p_value_at_odds(
    interval: tuple[float, float], p_value: float, level: float, is_explained: bool
) -> None:
    """Contradiction 5: +0.08 to +0.70 stood beside p = 0.97 without a word."""
    section = battery_section(assess([retaliation(), _tested(interval, p_value, level)]))
    assert section is not None
    notes = " ".join(section["notes"])
    assert ("Escalation: its interval leaves out 0" in notes) is is_explained
    assert ("two slopes are 0" in notes) is is_explained


def test_at_odds__leaves_out_what_is_not_tested() -> None:
    described = replace(_tested((0.4, 1.1), 0.5), p_value=None)
    assert at_odds(assess([described])) == ()


def test_second_opinion__on_the_other_side_is_explained() -> None:
    """Contradiction 6: +0.06 attacks stood beside a rate ratio of 0.92 without a word."""
    check = Words("tarazu.evidence.retaliation").table["checks"]["rate_ratio"]
    assert "On the other side of no effect" in check["expectation"]
    assert "no contradiction while both intervals hold no effect" in check["expectation"]


@pytest.mark.parametrize(("level", "words"), [(0.9, "Intervals: 90%."), (0.95, "90% or 95%, as")])
def test_glance__states_the_levels_of_its_intervals(level: float, words: str) -> None:
    """Contradiction 7: four conventions of levels stood in one table."""
    section = battery_section(assess([retaliation(), _tested((-1, 1), 0.5, level)]))
    assert section is not None
    assert words in section["notes"][0]
    assert "at 5% for all tests together" in section["notes"][0]


@pytest.mark.parametrize(("hits", "records"), [(3, 60), (57, 60), (0, 40)])
def test_rates__have_the_level_that_their_heading_states(hits: int, records: int) -> None:
    measured = _rate("false positives", hits, records)
    rates = ErrorRates("in a world", records, 1, {"wake": (measured,)}, {})
    table = rates_table(replace(assess([retaliation()]), error_rates=rates))
    assert table is not None
    stated = re.search(r"(\d+)% interval \(Wilson\)", " ".join(table.columns))
    assert stated is not None
    z = NormalDist().inv_cdf(0.5 + int(stated[1]) / 200)
    low, high = wilson_interval(hits / records, records, z)
    assert table.rows[0][3] == f"{100 * low:.1f}% to {100 * high:.1f}%"


def test_annex__has_the_words_for_shares_that_the_brief_has() -> None:
    assert scale_sentence() in dict(TERMS).values()
