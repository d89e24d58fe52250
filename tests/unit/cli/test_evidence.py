"""`tarazu evidence`: a complete folder or none, equal bytes, JSON on stdout."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.cli.stubs import stub_finding
from tests.unit.evidence.findings import weak_retaliation

from tarazu.cli.entry import run
from tarazu.core.errors import FitError
from tarazu.evidence.finding import CANNOT_TELL, Finding
from tarazu.pipeline import runner
from tarazu.pipeline.run_folder import MANIFEST, RUN
from tarazu.record import Record

OUTPUTS = {
    "brief.html",
    "annex.html",
    "findings.json",
    "evidence.json",
    "record.json",
    MANIFEST,
    RUN,
}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a quick stand-in in the place of the estimators."""

    def run_estimators(record: Record, names: Sequence[str], **_: object) -> tuple[Finding, ...]:
        return tuple(stub_finding(name, record) for name in names[:1])

    monkeypatch.setattr(runner, "run_estimators", run_estimators)


@pytest.mark.usefixtures("quick")
def test_evidence__leaves_a_complete_folder(tmp_path: Path) -> None:
    out = tmp_path / "out" / "evidence"
    assert run(["evidence", "-o", str(out)]) == 0
    assert {path.name for path in out.iterdir()} == OUTPUTS
    manifest = json.loads((out / MANIFEST).read_bytes())
    assert set(manifest["outputs"]) == OUTPUTS - {MANIFEST, RUN}
    assert set(manifest["provenance"]["inputs"]) >= {"events", "figures", "region", "rules"}


@pytest.mark.usefixtures("quick")
def test_evidence__two_runs_differ_in_the_run_note_only(tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert run(["evidence", "-q", "-o", str(tmp_path / name)]) == 0
    differing = {
        path.name
        for path in (tmp_path / "one").iterdir()
        if path.read_bytes() != (tmp_path / "two" / path.name).read_bytes()
    }
    assert differing <= {RUN}


@pytest.mark.usefixtures("quick")
def test_evidence__refuses_a_folder_of_other_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").write_text("years of work")
    for force in ([], ["--force"]):
        assert run(["evidence", "-o", str(tmp_path / "out"), *force]) == 2
        assert "never replaced" in capsys.readouterr().err
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"thesis.tex"}
    assert (tmp_path / "out" / "thesis.tex").read_text() == "years of work"


@pytest.mark.usefixtures("quick")
def test_evidence__replaces_its_own_folder_with_a_note_added_only_when_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["evidence", "-o", str(tmp_path / "out")]
    assert run(command) == run(command) == 0
    (tmp_path / "out" / "notes.txt").write_text("mine")
    assert run(command) == 2
    assert "--force" in capsys.readouterr().err
    assert (tmp_path / "out" / "notes.txt").read_text() == "mine"
    assert run([*command, "--force"]) == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == OUTPUTS


@pytest.mark.usefixtures("quick")
def test_evidence__prints_json_with_missing_numbers_as_null(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["evidence", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    (finding,) = printed["findings"]
    assert [row["name"] for row in printed["rows"]] == [finding["name"]]
    assert finding["estimate"] is None
    assert finding["n_used"] == {"events": 692}


@pytest.mark.usefixtures("quick")
def test_evidence__words_on_stdout_and_a_folder_when_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["evidence", "-o", str(tmp_path / "out")]) == 0
    assert "The record cannot tell" in capsys.readouterr().out
    assert {path.name for path in (tmp_path / "out").iterdir()} == OUTPUTS


@pytest.mark.usefixtures("quick")
def test_evidence__prints_the_table_that_it_leaves_at_the_level_of_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, out = tmp_path / "battery.toml", tmp_path / "out"
    config.write_text('estimators = ["displacement"]\nsignificance = 0.2\n')
    assert run(["evidence", "--json", "--config", str(config), "-o", str(out)]) == 0
    printed = json.loads(capsys.readouterr().out)
    left = json.loads((out / "evidence.json").read_bytes())
    assert left == {key: printed[key] for key in left}
    assert left["significance"] == 0.2


@pytest.mark.usefixtures("quick")
def test_evidence__asks_what_the_battery_file_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "battery.toml"
    config.write_text('estimators = ["displacement"]\nsignificance = 0.1\n')
    assert run(["evidence", "--json", "--config", str(config)]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in printed["rows"]] == ["displacement"]
    assert printed["significance"] == 0.1
    config.write_text('estimators = ["displacment"]')
    assert run(["evidence", "--config", str(config)]) == 2
    assert "displacment" in capsys.readouterr().err


@pytest.mark.usefixtures("quick")
def test_evidence__leaves_a_page_and_a_table_for_each_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "run_estimators", lambda record, names, **_: (weak_retaliation(),))
    assert run(["evidence", "-o", str(tmp_path / "out")]) == 0
    pages = {path.name for path in (tmp_path / "out" / "figures").iterdir()}
    keys = [f"retaliation-{f.kind}-{i}" for i, f in enumerate(weak_retaliation().figures, start=1)]
    assert pages == {"plotly.min.js", *(f"{k}.html" for k in keys), *(f"{k}.csv" for k in keys)}
    page = (tmp_path / "out" / "figures" / f"{keys[0]}.html").read_text()
    outside = page.replace("http://www.w3.org", "").replace("http-equiv", "")
    assert "http" not in outside  # opens without a network


@pytest.mark.parametrize("error", [FitError("one event only"), RuntimeError("bug")])
def test_evidence__a_failure_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(record: Record, names: Sequence[str], **_: object) -> tuple[Finding, ...]:
        raise error

    monkeypatch.setattr(runner, "run_estimators", fail)
    code = 2 if isinstance(error, FitError) else 3
    assert run(["evidence", "-o", str(tmp_path / "out")]) == code
    assert list(tmp_path.iterdir()) == []


def failing(*bugs: str) -> Callable[[str, Record], Finding]:
    """Return a stand-in for `estimate`: `wake` has an ordinary reason to fail, others a bug."""

    def estimate(name: str, record: Record) -> Finding:
        if name == "wake":
            raise FitError("the record has no attack.")
        if name in bugs:
            raise ZeroDivisionError("float division by zero")
        return stub_finding(name, record)

    return estimate


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """Battery file of three estimators."""
    config = tmp_path / "battery.toml"
    config.write_text('estimators = ["retaliation", "wake", "groups"]\n')
    return config


def test_evidence__keeps_the_rest_when_an_estimator_fails(
    tmp_path: Path,
    three: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("tarazu.evidence.estimate", failing())
    out = tmp_path / "out"
    assert run(["evidence", "--config", str(three), "-o", str(out)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "no result on this record (wake); it is not counted among the tests" in shown
    assert "the record has no attack." in shown
    entries = json.loads((out / "findings.json").read_bytes())
    assert [(e["name"], e.get("reason")) for e in entries] == [
        ("retaliation", None),
        ("groups", None),
        ("wake", "the record has no attack."),
    ]
    (failure,) = json.loads((out / "evidence.json").read_bytes())["failures"]
    assert failure == entries[2]
    brief = (out / "annex.html").read_text(encoding="utf-8")
    assert "wake: the record has no attack." in brief
    assert "not counted among the tests" in brief
    assert {path.name for path in out.iterdir()} == OUTPUTS


def test_evidence__keeps_the_rest_when_an_estimator_has_a_bug(
    tmp_path: Path,
    three: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("tarazu.evidence.estimate", failing("groups"))
    out = tmp_path / "out"
    assert run(["evidence", "--config", str(three), "-o", str(out), "--json"]) == 3
    captured = capsys.readouterr()
    printed = json.loads(captured.out)
    assert [e["is_bug"] for e in printed["failures"]] == [False, True]
    assert [row["name"] for row in printed["rows"]] == ["retaliation"]
    assert "'groups' failed" in captured.err
    assert "a bug in Tarazu" in captured.err
    traceback = out / "tracebacks" / "groups.txt"
    assert str(traceback) in captured.err
    assert "ZeroDivisionError" in traceback.read_text()
    assert (out / "brief.html").exists()


def test_evidence__without_a_folder_writes_the_traceback_of_a_bug(
    three: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tarazu.evidence.estimate", failing("groups"))
    assert run(["evidence", "-q", "--config", str(three)]) == 3
    captured = capsys.readouterr()
    assert "The record cannot tell (retaliation)." in captured.out
    (path,) = [Path(line.split(": ")[1]) for line in captured.err.splitlines() if "Trace" in line]
    assert "ZeroDivisionError" in path.read_text()
    path.unlink()


def test_evidence__of_no_result_at_all_is_an_error_of_the_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config, out = tmp_path / "battery.toml", tmp_path / "out"
    config.write_text('estimators = ["wake"]\n')
    monkeypatch.setattr("tarazu.evidence.estimate", failing())
    assert run(["evidence", "-q", "--config", str(config), "-o", str(out)]) == 2
    assert "no estimator gave a result" in capsys.readouterr().err
    assert (out / "record.json").exists()


@pytest.mark.parametrize("out", [None, "out"])
def test_evidence__prints_the_verdict_after_correction_everywhere(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    out: str | None,
) -> None:
    p_values = {"retaliation": 0.03, "wake": 0.6, "dose": 0.6}

    def estimate(name: str, record: Record) -> Finding:
        verdict = "more attacks follow" if name == "retaliation" else CANNOT_TELL
        sentence = f"{verdict.capitalize()} ({name})."
        found = stub_finding(name, record)
        return replace(found, p_value=p_values[name], verdict=verdict, sentence=sentence)

    monkeypatch.setattr("tarazu.evidence.estimate", estimate)
    config = tmp_path / "battery.toml"
    config.write_text('estimators = ["retaliation", "wake", "dose"]\n')
    command = ["evidence", "-q", "--config", str(config)]
    command += [] if out is None else ["-o", str(tmp_path / out)]
    assert run(command) == 0
    text = " ".join(capsys.readouterr().out.split())
    withdrawn = "The record cannot tell after correction for 3 tests (Holm p = 0.090). Alone"
    assert withdrawn in text
    assert "verdict more attacks follow" not in text  # in the numbers of the finding
    assert run([*command, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["rows"][0]["verdict"] == printed["findings"][0]["verdict"] == CANNOT_TELL
    assert printed["findings"][0]["sentence"].startswith(withdrawn)
    if out is not None:
        brief = (tmp_path / out / "annex.html").read_text(encoding="utf-8")
        assert withdrawn in " ".join(brief.split())
        assert "<strong>more attacks follow</strong>" not in brief
        written = json.loads((tmp_path / out / "findings.json").read_bytes())
        assert written[0]["verdict"] == CANNOT_TELL


@pytest.fixture
def stop_evidence(tmp_path: Path) -> Callable[[signal.Signals], tuple[int, str]]:
    """Send a signal to a command that is at work; return its exit code and what it then said."""
    code = (
        "import signal, sys, time\n"
        "from tarazu.cli import main\n"
        "from tarazu.pipeline import runner\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # ignored in background jobs
        "def work(record, names, **_):\n"
        "    sys.stderr.write('at work\\n'); sys.stderr.flush(); time.sleep(60)\n"
        "runner.run_estimators = work\n"
        "main()\n"
    )

    def stop(number: signal.Signals) -> tuple[int, str]:
        command = subprocess.Popen(
            [sys.executable, "-c", code, "evidence", "-o", str(tmp_path / "out")],
            stderr=subprocess.PIPE,
            text=True,
        )
        assert command.stderr is not None
        assert command.stderr.readline() == "at work\n"
        command.send_signal(number)
        said = command.stderr.read()
        command.stderr.close()
        return command.wait(timeout=60), said

    return stop


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_evidence__interrupted_says_so_and_leaves_nothing(
    tmp_path: Path,
    stop_evidence: Callable[[signal.Signals], tuple[int, str]],
    number: signal.Signals,
    exit_code: int,
) -> None:
    assert stop_evidence(number) == (
        exit_code,
        "interrupted; earlier results are as they were.\n",
    )
    assert list(tmp_path.iterdir()) == []


def test_evidence__killed_leaves_nothing_that_looks_finished(
    tmp_path: Path, stop_evidence: Callable[[signal.Signals], tuple[int, str]]
) -> None:
    assert stop_evidence(signal.SIGKILL) == (-signal.SIGKILL, "")
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == []
