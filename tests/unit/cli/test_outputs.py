"""No command destroys what is the user's: inputs, files of their own, finished work."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.record.ged_files import event, write_ged
from tests.unit.record.web_server import as_json, serve

from tarazu.cli.entry import run

STUDY = """
title = "{title}"
question = "Does it run?"
start = "a test"
weeks = 12
horizons = [12]
draws = 2
seed = {seed}
block = 1
hypotheses = ["full"]
policies = ["status-quo"]
"""

Refused = Callable[[list[str]], str]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An own working folder, so that default outputs lie in it."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


@pytest.fixture
def refused(here: Path, capsys: pytest.CaptureFixture[str]) -> Refused:
    """Run a command that must be refused, with exit code 2 and no file changed; what it said."""

    def contents() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in here.parent.rglob("*") if path.is_file()}

    def check(command: list[str]) -> str:
        before = contents()
        capsys.readouterr()
        assert run(command) == 2
        assert contents() == before
        said = capsys.readouterr().err
        assert "Traceback" not in said
        return said

    return check


@pytest.fixture
def events(here: Path) -> Path:
    """An event file with one row that cannot be read."""
    path = here / "events.csv"
    write_ged(path, [event(1), event(2, date_start="2012-02-31")])
    return path


def _study(path: Path, *, title: str = "Tiny", seed: int = 3) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(STUDY.format(title=title, seed=seed))
    return path


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_rejects__never_take_the_events(events: Path, refused: Refused, force: list[str]) -> None:
    linked, hard = events.with_name("link.csv"), events.with_name("hard.csv")
    linked.symlink_to(events)
    hard.hardlink_to(events)
    for out in (events, linked, hard):
        said = refused(["record", "describe", str(events), "--rejects", str(out), *force])
        assert "inputs are never overwritten" in said


def test_rejects__never_take_the_rules_or_another_file(
    here: Path, events: Path, refused: Refused
) -> None:
    from tarazu.record.coding.rules import SHIPPED_RULES

    rules, notes = here / "rules.toml", here / "notes.csv"
    rules.write_bytes(SHIPPED_RULES.read_bytes())
    notes.write_text("mine")
    command = ["record", "describe", str(events), "--rules", str(rules), "--rejects"]
    assert "is an input" in refused([*command, str(rules), "--force"])
    assert "was not written by Tarazu" in refused([*command, str(notes)])
    assert run([*command, str(notes), "--force"]) == 1
    assert run([*command, str(notes)]) == 1  # its own by now
    assert "2012-02-31" in notes.read_text()


def test_figures__never_take_the_events_or_a_study_of_the_name(
    here: Path, refused: Refused
) -> None:
    events, study = here / "ged.csv", _study(here / "study.toml")
    write_ged(events, [event(1)])
    command = ["data", "figures", str(events), "-o"]
    assert "is an input" in refused([*command, str(events), "--force"])
    said = refused([*command, str(here / "study.csv")])
    assert str(study) in said
    assert "--force" in said
    assert not (here / "study.csv").exists()
    for _ in range(2):
        assert run([*command, str(here / "figures.csv")]) == 0


def test_fetch__takes_its_own_files_only(
    here: Path, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UCDP_ACCESS_TOKEN", "a token")
    monkeypatch.setenv("TARAZU_CACHE_DIR", str(here.parent / "cache"))
    rows = [{"id": 1}]
    out, note = here / "events.json", here / "events.json.origin.json"
    out.write_text("collected by hand")
    with serve(
        lambda asked: as_json({"TotalCount": len(rows), "TotalPages": 1, "Result": rows})
    ) as server:
        command = ["data", "fetch", "ucdp", "--version", "25.1", "--address", server.address]
        command += ["-q", "-o", str(out)]
        assert str(out) in refused(command)
        assert server.asked == []  # before a request was made
        out.unlink()
        note.write_text("mine")
        assert str(note) in refused(command)
        assert not out.exists()
        assert run([*command, "--force"]) == 0
        rows.append({"id": 2})
        assert run(command) == 0
    assert len(json.loads(out.read_bytes())["Result"]) == 2


def test_model__pages_take_their_own_files_only_and_the_answer_is_printed(
    here: Path, refused: Refused, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["model", "threshold", "--draws", "2", "-q", "-o", str(here / "pages")]
    assert run(command) == 0
    assert run([*command, "--seed", "1"]) == 0
    (here / "pages" / "threshold.csv").write_text("edited")
    capsys.readouterr()
    assert run([*command, "--seed", "2"]) == 2
    shown = capsys.readouterr()
    assert "R_v" in shown.out
    assert "threshold.csv: was changed since Tarazu wrote it" in shown.err
    assert "Try" not in shown.err
    assert run([*command, "--seed", "2", "--force"]) == 0


@pytest.mark.parametrize(
    "command",
    [
        ["model", "odd", "-o", "mine"],
        ["model", "export", "--weeks", "4", "-o", "mine.xmile"],
        ["model", "diagram", "-o", "."],
    ],
)
def test_model__files_take_their_own_only(here: Path, refused: Refused, command: list[str]) -> None:
    for name in ("mine", "mine.xmile", "causal-loops.csv"):
        (here / name).write_text("mine")
    assert "was not written by Tarazu" in refused(command)
    assert run([*command, "--force"]) == 0
    assert run(command) == 0
