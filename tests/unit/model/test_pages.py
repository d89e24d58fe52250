"""The explanation pages say what the declaration says, and cite what exists."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from tarazu.model import HYPOTHESES, build_model, load_hypothesis
from tarazu.model.mechanisms.registry import MECHANISMS
from tarazu.model.pages import declared_by, mechanism_page, pages, works_cited, write_pages

DOCS = Path(__file__).parents[3] / "docs" / "mechanisms"
HEADINGS = ("Claim", "Evidence for", "Evidence against", "What would change our mind")


def written(name: str) -> str:
    return files("tarazu.model").joinpath("mechanisms", f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", sorted(pages()))
def test_page__is_the_one_that_make_docs_writes(page):
    assert (DOCS / page).read_text(encoding="utf-8") == pages()[page], "run `make docs`"


def test_folder__holds_no_page_of_a_mechanism_that_is_gone():
    assert {path.name for path in DOCS.iterdir()} == set(pages())


@pytest.mark.parametrize("name", MECHANISMS)
def test_written_part__states_claim_evidence_and_what_would_change_our_mind(name):
    for heading in HEADINGS:
        assert f"**{heading}.**" in written(name)


@pytest.mark.parametrize("name", MECHANISMS)
def test_written_part__every_year_belongs_to_a_work_of_the_bibliography(name):
    text = written(name)
    years = set(re.findall(r"\b(?:19|20)\d\d\b", text))
    assert years == {str(work.year) for work in works_cited(text)}


def test_recruitment__says_where_r_v_stands_as_the_audit_measured_it():
    text = " ".join(written("recruitment").split())
    assert "R_v may be above 1 or below" in text
    assert "](../validation/model-audit.md)" in text
    audit = (DOCS.parent / "validation" / "model-audit.md").read_text(encoding="utf-8")
    (row,) = [line for line in audit.splitlines() if line.startswith("| share above 1")]
    assert 0 < int(row.split(" | ")[2].rstrip("%")) < 100


def test_page__holds_every_parameter_lever_and_equation_of_its_mechanism():
    model, told = build_model(), "".join(mechanism_page(name) for name in MECHANISMS)
    declared = set().union(*declared_by().values())
    started = declared_by()["stocks"]
    for name in {*model.parameters, *model.levers} - started:
        assert told.count(f"| `{name}` |") == 1
    for name in {*model.definitions, *model.transfers, *model.events} - started:
        assert f"{name} =\n" in told
    assert {*model.names()} - declared == set()


def test_hypotheses__are_all_on_their_page():
    page = pages()["hypotheses.md"]
    for name in HYPOTHESES:
        hypothesis = load_hypothesis(name)
        assert hypothesis.tells in page
        assert all(f"| `{parameter}` |" in page for parameter in hypothesis.restrictions)


def test_written_pages__are_those_that_are_told(tmp_path):
    write_pages(tmp_path / "new")
    assert {path.name: path.read_text() for path in (tmp_path / "new").iterdir()} == pages()
