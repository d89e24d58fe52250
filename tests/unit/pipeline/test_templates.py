"""Templates load and run as they are written, and mention the file that they become."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tarazu.claims import load_ledger
from tarazu.cli.entry import run
from tarazu.model import HYPOTHESES, build_model
from tarazu.pipeline.templates import TEMPLATES
from tarazu.policy import POLICIES
from tarazu.study import STUDIES, load_study
from tarazu.study.setup.scenario import median_scenario

LONGEST_LINE = 100


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A folder with a file of every kind, as `tarazu KIND new FILE` writes it."""
    for kind in TEMPLATES:
        assert run([kind, "new", str(tmp_path / f"{kind}.toml"), "-q"]) == 0
    return tmp_path


def test_templates__load_as_written(written: Path) -> None:
    study = load_study(written / "study.toml")
    assert study.spec.start_date is not None
    assert load_ledger(written / "claims.toml").claims[0].id == "C1"
    scenario = median_scenario(
        str(written / "hypothesis.toml"), str(written / "policy.toml"), weeks=60
    )
    assert scenario.hypothesis.restrictions.keys() == {"retaliation", "retaliation_harm"}


def test_templates__use_one_another(written: Path) -> None:
    path = written / "study.toml"
    text = path.read_text(encoding="utf-8")
    text = text.replace('"withdrawal"]', '"policy.toml"]').replace('"full",', '"hypothesis.toml",')
    path.write_text(text, encoding="utf-8")
    study = load_study(path)
    assert [policy.name for policy in study.policies] == ["status-quo", "policy"]
    assert study.hypotheses[0].name == "hypothesis"


@pytest.mark.parametrize("kind", TEMPLATES)
def test_template__mentions_its_file_and_fits_an_editor(kind: str) -> None:
    text = TEMPLATES[kind]("mine.toml")
    assert "mine.toml" in text or kind == "hypothesis"
    assert max(map(len, text.splitlines())) <= LONGEST_LINE
    assert "{" not in text.replace("{ low = 0.0 }", "").replace("{ high = 0.0 }", "")


def test_template__of_a_policy_names_every_lever() -> None:
    text = TEMPLATES["policy"]("mine.toml")
    assert [name for name in build_model().levers if f"#   {name}: " not in text] == []


def test_template__without_a_file_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policy", "new"]) == 0
    assert capsys.readouterr().out == TEMPLATES["policy"]("my-policy.toml")


@pytest.mark.parametrize(
    ("kind", "names"), [("study", STUDIES), ("policy", POLICIES), ("hypothesis", HYPOTHESES)]
)
def test_list__shows_every_name_that_ships(
    kind: str,
    names: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    assert run([kind, "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 50
    heads = [line.split()[0] for line in lines if line[:2] == "  " and line[2] != " "]
    assert [head for head in heads if head != kind] == [*names]
    assert run([kind, "list", "--json"]) == 0
    assert [row[kind] for row in json.loads(capsys.readouterr().out)] == [*names]


def test_template__overwrites_nothing_of_yours(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("years of work")
    assert run(["study", "new", str(path)]) == 2
    assert path.read_text() == "years of work"
    assert run(["study", "new", str(tmp_path / "mine.txt")]) == 2
    assert "does not end in .toml" in " ".join(capsys.readouterr().err.split())


@pytest.mark.slow
def test_template__of_a_study_runs_as_written(
    written: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = written / "results" / "mine"
    assert run(["run", str(written / "study.toml"), "-q", "-o", str(out)]) == 0
    assert "Withdrawal" in capsys.readouterr().out
    assert (out / "brief.html").exists()
