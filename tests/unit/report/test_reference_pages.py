"""Reference pages of files: current, complete, and without a key that is not described."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import BaseModel, Field
from tests.unit.cli.stubs import stub_finding
from tests.unit.evidence.findings import weak_retaliation
from tests.unit.study.cases import make_study

from tarazu.claims import weigh_claims
from tarazu.claims.ledger import EXPERIMENTS
from tarazu.cli.entry import run
from tarazu.evidence.battery import assess
from tarazu.evidence.failure import Failure
from tarazu.record.embedded import COLUMNS
from tarazu.region.attributes import ATTRIBUTES
from tarazu.region.load import TABLES
from tarazu.report.pages import outputs
from tarazu.report.pages.files import PAGES, files_page
from tarazu.report.pages.outputs import described, outputs_page
from tarazu.report.pages.schema import keys_of
from tarazu.study import load_study_result, run_study

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"


class Example(BaseModel):
    """An example.

    Attributes
    ----------
    one, two : both of them; see
        the next line. three : a third.
    """

    one: int = Field(ge=1, lt=9)
    two: tuple[str, ...] = ()
    three: float | None = None


class Silent(BaseModel):
    """Without attributes."""

    one: int


def test_files_page__is_current() -> None:
    assert (REFERENCE / "files.md").read_text(encoding="utf-8") == files_page()


def test_files_page__has_every_key_of_every_file() -> None:
    page = files_page()
    for kind in PAGES:
        for heading, model in kind.tables:
            section = page.split(f"### {kind.title}, {heading}\n")[1].split("\n#")[0]
            assert [f for f in model.model_fields if f"| `{f}` |" not in section] == []


def test_outputs_page__is_current() -> None:
    assert (REFERENCE / "outputs.md").read_text(encoding="utf-8") == outputs_page()


def test_outputs_page__has_every_key_of_findings_and_claims() -> None:
    battery = assess([weak_retaliation(), Failure("wake", "no attack.")])
    finding, failure = battery.finding_entries()
    assert described(outputs.FINDING) == finding.keys()
    assert described(outputs.FAILURE) == failure.keys()
    assert described(outputs.EVIDENCE) == battery.to_dict().keys()
    assert described(outputs.EVIDENCE_ROW) == battery.rows[0].keys()
    ledger = weigh_claims([weak_retaliation()], []).to_dict()
    assert described(outputs.CLAIMS) - {"entries"} == ledger.keys() - {"entries"}
    of_file = {"id", "title", "sentence", "rule", "share", "record", *EXPERIMENTS}
    assert described(outputs.CLAIM_ENTRY) | of_file == ledger["entries"][0].keys()


def test_outputs_page__has_every_key_of_a_run_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tarazu.evidence.estimate", stub_finding)
    config = tmp_path / "battery.toml"
    config.write_text('estimators = ["wake"]\n')
    out = tmp_path / "out"
    assert run(["evidence", "-q", "--config", str(config), "-o", str(out)]) == 0
    for name, table in (
        ("record", outputs.RECORD),
        ("MANIFEST", outputs.MANIFEST),
        ("RUN", outputs.RUN),
    ):
        found = json.loads((out / f"{name}.json").read_bytes()).keys()
        assert described(table) - {"study"} == found - {"study"}


def test_outputs_page__has_everything_in_a_study(tmp_path: Path) -> None:
    run_study(make_study(), out=tmp_path / "study")
    written = json.loads((tmp_path / "study" / "study.json").read_bytes())
    assert described(outputs.STUDY_JSON) == written.keys()
    result = load_study_result(tmp_path / "study")
    for table, dataset in ((outputs.BANDS, result.bands), (outputs.DISTRICTS, result.districts)):
        endings = tuple(name.removeprefix("NAME") for name in described(table) if "NAME_" in name)
        names = {str(name) for name in dataset.data_vars} - described(table)
        plain = {name for name in names if not name.endswith(endings)}
        with_mean = {name for name in names if f"{name}_mean" in names}
        assert plain == (with_mean if "NAME" in table else set())
        assert all(any(name.endswith(ending) for name in names) for ending in endings)


def test_outputs_page__has_every_column_of_tables_of_counts_and_regions() -> None:
    assert described(outputs.COUNTS) == set(COLUMNS)
    assert outputs.REGION_FILES.keys() == {*TABLES, ATTRIBUTES, "boundaries.geojson"}


def test_keys__have_type_limits_default_and_meaning() -> None:
    one, two, three = keys_of(Example)
    assert one == (
        "one",
        "whole number, from 1, below 9",
        "required",
        "both of them; see the next line.",
    )
    assert two[1:3] == ("list of text", "none")
    assert three == ("three", "number", "none", "a third.")


def test_keys__without_a_meaning_are_an_error() -> None:
    with pytest.raises(ValueError, match="Silent does not describe one"):
        keys_of(Silent)
