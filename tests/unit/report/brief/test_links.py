"""Links of the brief's numbers: what they hold, and that the test that traces them can fail."""

import re
from pathlib import Path

import pytest
from tests.unit.report.brief.made import retaliation, text_of
from tests.unit.report.brief.traced import untraced

from tarazu.record import load_record
from tarazu.report import write_annex, write_brief
from tarazu.report.brief.links import linker

RECORD = load_record()


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("No number.", "No number."),
        ("Attacks rose by 3.", "Attacks rose by [3]."),
        (
            "+0.06 (90% interval, 0 to 1); beyond 2 or 3.",
            "[+0.06 (90% interval, 0 to 1)]; beyond [2 or 3].",
        ),
        ("2012 (108); 8 of 30 years", "[2012 (108)]; [8 of 30] years"),
        ("Fewer in 1 future (of 20).", "Fewer in [1 future (of 20)]."),
        ("Balochistan (29 districts)", "Balochistan ([29] districts)"),
        ("a <b> & 7", "a &lt;b&gt; &amp; [7]"),
    ],
)
def test_linker__links_from_the_first_to_the_last_number_of_a_clause(text, linked) -> None:
    html = str(linker("annex.html")(text, "record"))
    html = html.replace('<a class="from" href="annex.html#record">', "[").replace("</a>", "]")
    assert html == linked


def test_linker__links_nothing_without_an_annex_or_an_anchor() -> None:
    assert linker(None)("3 attacks", "record") == "3 attacks"
    assert linker("annex.html")("3 attacks", "") == "3 attacks"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("pages")
    findings = [retaliation()]
    brief = write_brief(RECORD, findings, folder / "brief.html", annex="annex.html")
    annex = write_annex(RECORD, findings, folder / "annex.html")
    return brief.read_text(encoding="utf-8"), annex.read_text(encoding="utf-8")


def test_brief__of_a_record_has_each_number_at_its_place_in_the_annex(pages) -> None:
    assert untraced(*pages) == []


def test_brief__of_unmeasured_rates_has_its_detectable_change_in_the_annex(tmp_path: Path) -> None:
    findings = [retaliation(validation={})]
    brief = write_brief(RECORD, findings, tmp_path / "brief.html", annex="annex.html")
    annex = write_annex(RECORD, findings, tmp_path / "annex.html")
    assert "not measured for this record" in text_of(brief)
    assert untraced(brief.read_text(encoding="utf-8"), annex.read_text(encoding="utf-8")) == []


def test_brief__has_the_same_words_with_links_and_without(pages, tmp_path: Path) -> None:
    alone = write_brief(RECORD, [retaliation()], tmp_path / "brief.html")
    linked = re.sub(r' <a href="annex[^>]*>in full</a>|All else is in .*?</a>\.', "", pages[0])
    assert text_of(linked) == text_of(alone)


@pytest.mark.parametrize(
    ("found", "put", "problem"),
    [
        ("+0.06", "+0.07", "+0.07 is not at #finding-retaliation"),
        ("+0.06", "\N{MINUS SIGN}0.06", "-0.06 is not at #finding-retaliation"),
        ("#finding-retaliation", "#finding-wake", "leads to #finding-wake"),
        ('class="from" href="annex.html#record"', "", "is in no link"),
    ],
)
def test_untraced__names_a_number_that_is_wrong(pages, found, put, problem) -> None:
    brief, annex = pages
    assert any(problem in said for said in untraced(brief.replace(found, put), annex))
