"""No command destroys what is the user's: inputs, files of their own, finished work."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.record.ged_files import event, write_ged
from tests.unit.record.web_server import as_json, serve
from tests.unit.region.made_up_country import write_geojson

from tarazu.cli.entry import run
from tarazu.core.files.outputs import LIST
from tarazu.core.files.work_folder import open_work, read_key
from tarazu.pipeline.run_folder import MANIFEST, RUN
from tarazu.study import load_study_result
from tarazu.study.runner import run as running

pytestmark = pytest.mark.slow  # whole commands, in processes of their own

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


def _stop_after_one_block(command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    run_block, done = running.run_block, []

    def stop(*arguments: object) -> object:
        if done:
            raise KeyboardInterrupt
        done.append(run_block(*arguments))  # type: ignore[arg-type]
        return done[0]

    with monkeypatch.context() as patched:
        patched.setattr(running, "run_block", stop)
        assert run([*command, "--workers", "1"]) == 130


def _region(boundaries: Path, out: Path) -> list[str]:
    names = ["--names", "name", "--country", "Nowhere"]
    return ["region", "build", "--boundaries", str(boundaries), *names, "-o", str(out)]


def test_region__force_never_takes_a_folder_of_the_user(
    here: Path, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    boundaries = write_geojson(here.parent / "map.geojson")
    (here / "thesis.tex").write_text("years of work")
    (here / "house").mkdir()
    (here / "house" / "letter.txt").write_text("dear")
    monkeypatch.setenv("HOME", str(here / "house"))
    monkeypatch.setenv("USERPROFILE", str(here / "house"))
    (here.parent / "empty").mkdir()
    said = {
        ".": "the working folder",
        "house": "your home folder",
        "..": "the working folder",
        "/": "a whole file system",
    }
    for out, reason in said.items():
        for force in ([], ["--force"]):
            assert reason in refused([*_region(boundaries, Path(out)), *force])
    monkeypatch.chdir(here.parent / "empty")
    monkeypatch.setenv("HOME", str(here.parent / "empty"))
    monkeypatch.setenv("USERPROFILE", str(here.parent / "empty"))
    assert "is not empty" in refused([*_region(boundaries, here), "--force"])


def test_region__force_replaces_the_folder_that_it_wrote(here: Path, refused: Refused) -> None:
    boundaries = write_geojson(here / "map.geojson")
    command = _region(boundaries, here / "made-up")
    assert run(command) == run(command) == 0
    (here / "made-up" / "columns.csv").write_text("edited")
    assert "'columns.csv' was added or changed" in refused(command)
    assert run([*command, "--force"]) == 0
    own = here / "made-up" / "boundaries.geojson"
    assert "the input" in refused([*_region(own, here / "made-up"), "--force"])


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


def test_sample__never_takes_the_events_nor_a_sheet_that_was_filled(
    here: Path, refused: Refused
) -> None:
    events, sheet = here / "ged.csv", here / "labels.csv"
    told = "Gunmen kill one soldier at post"
    write_ged(events, [event(i, deaths_a="1", source_headline=told) for i in range(4)])
    command = ["record", "sample", str(events), "-n", "2", "-o"]
    assert "is an input" in refused([*command, str(events), "--force"])
    assert run([*command, str(sheet)]) == run([*command, str(sheet)]) == 0
    sheet.write_text(sheet.read_text().replace(",,2010", ",militant,2010"))
    assert "was changed since Tarazu wrote it" in refused([*command, str(sheet)])
    assert run(["record", "check", str(events), "--labels", str(sheet)]) == 0
    (here / "run").mkdir()
    (here / "run" / MANIFEST).write_text("{}")
    assert "folder of results" in refused([*command, str(here / "run" / "labels.csv"), "--force"])


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
    monkeypatch.setenv("UCDP_ACCESS_TOKEN", "a-token")
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


@pytest.mark.parametrize("kind", ["study", "policy", "hypothesis", "claims"])
def test_template__is_yours_once_you_edited_it(kind: str, here: Path, refused: Refused) -> None:
    command = [kind, "new", "mine.toml"]
    assert run(command) == run(command) == 0
    mine = here / "mine.toml"
    mine.write_text(mine.read_text(encoding="utf-8") + "# my words\n", encoding="utf-8")
    assert "--force" in refused(command)
    assert run([*command, "--force"]) == 0
    assert "my words" not in mine.read_text(encoding="utf-8")


@pytest.mark.heavy
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


@pytest.mark.heavy
@pytest.mark.slow
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


def test_run__refuses_a_work_folder_of_the_user(here: Path, refused: Refused) -> None:
    study = _study(here / "tiny.toml")
    work = here / ".results.work"
    work.mkdir()
    (work / "thesis.tex").write_text("years of work")
    for force in ([], ["--force"]):
        said = refused(["run", str(study), "-q", "-o", str(here / "results"), *force])
        assert "was not written by Tarazu" in said
    assert not (here / "results").exists()


def test_evidence__leaves_a_folder_of_the_user_that_is_called_like_work(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the end of a run without studies, too: before, it was deleted there."""
    from tests.unit.evidence.findings import weak_retaliation

    from tarazu.pipeline import runner

    monkeypatch.setattr(runner, "run_estimators", lambda record, names, **_: (weak_retaliation(),))
    (here / ".results.work").mkdir()
    (here / ".results.work" / "thesis.tex").write_text("years of work")
    assert run(["evidence", "-q", "-o", str(here / "results")]) == 0
    assert (here / ".results.work" / "thesis.tex").read_text() == "years of work"


@pytest.mark.heavy
def test_run__two_studies_of_one_name_do_not_share_a_default(
    here: Path, refused: Refused, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = _study(here / "a" / "my.toml"), _study(here / "b" / "my.toml", title="Other")
    assert run(["run", str(one), "-q"]) == 0
    assert json.loads((here / "out" / "my" / RUN).read_bytes())["study"] == "../a/my.toml"
    said = refused(["run", str(two), "-q"])
    assert "holds the results of ../a/my.toml" in said
    assert "--out" in said
    assert load_study_result(here / "out" / "my").title == "Tiny"
    _study(one, title="Edited", seed=4)
    assert run(["run", "a/my.toml", "-q"]) == 0  # the same study, edited and by another path
    assert load_study_result(here / "out" / "my").title == "Edited"
    assert run(["run", str(two), "-q", "-o", "out/other"]) == 0
    assert run(["run", str(two), "-q", "--force"]) == 0
    assert load_study_result(here / "out" / "my").title == "Other"


def test_run__two_studies_of_one_name_do_not_share_unfinished_work(
    here: Path, refused: Refused
) -> None:
    two = _study(here / "b" / "my.toml")
    open_work(here / "out" / ".my.work", "../a/my.toml")
    assert "../a/my.toml" in refused(["run", str(two), "-q"])
    assert read_key(here / "out" / ".my.work") == "../a/my.toml"


def test_run__a_study_that_was_moved_goes_on_from_finished_blocks(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    study, moved = _study(here / "a" / "my.toml"), here / "b" / "my.toml"
    _stop_after_one_block(["run", str(study), "-o", "results"], monkeypatch)
    moved.parent.mkdir()
    study.rename(moved)
    capsys.readouterr()
    assert run(["run", str(moved), "-o", "results"]) == 0
    assert "continuing after 1 of 2 member-runs" in capsys.readouterr().err


def test_run__a_study_called_like_a_shipped_one_does_not_share_its_default(
    here: Path, refused: Refused
) -> None:
    assert run(["run", str(_study(here / "demo.toml")), "-q"]) == 0
    for command in (["demo", "-q"], ["run", "demo", "-q"]):
        assert "holds the results of ../demo.toml" in refused(command)


def test_run__force_keeps_a_study_that_lies_in_its_folder(here: Path, refused: Refused) -> None:
    study = _study(here / "tiny.toml")
    assert run(["run", str(study), "-q", "-o", "results"]) == 0
    copy = here / "results" / "study.toml"
    assert "the input" in refused(["run", str(copy), "-q", "-o", "results", "--force"])
    (here / "results" / "mine.toml").write_text(
        'title = "Mine"\nmeaning = "A test."\n[[settings]]\nlever = "dialogue"\nvalue = 0.5\n'
    )
    study.write_text(study.read_text().replace('["status', '["results/mine.toml", "status'))
    said = refused(["run", str(study), "-q", "-o", "results", "--force"])
    assert re.search(r"the input .*mine\.toml", said)


def test_run__an_edit_of_the_question_goes_on_from_finished_blocks(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    study = _study(here / "tiny.toml")
    _stop_after_one_block(["run", str(study)], monkeypatch)
    study.write_text(study.read_text().replace("Does it run?", "Does it go on?"))
    capsys.readouterr()
    assert run(["run", str(study), "--workers", "1"]) == 0
    assert "continuing after 1 of 2 member-runs" in capsys.readouterr().err
    assert load_study_result(here / "out" / "tiny").question == "Does it go on?"
    assert [path.name for path in (here / "out").iterdir()] == ["tiny"]


def test_outputs__leave_their_list_in_no_folder_that_is_replaced_whole(here: Path) -> None:
    assert run(["run", str(_study(here / "tiny.toml")), "-q"]) == 0
    assert not list((here / "out").rglob(LIST))
    assert (here / "out" / "tiny" / MANIFEST).exists()
