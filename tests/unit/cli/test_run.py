"""`tarazu run`, `demo` and `claims`: equal bytes for any workers, resumed when stopped, codes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.unit.cli.stubs import stub_finding
from tests.unit.record.ged_files import event, write_ged
from tests.unit.study.cases import make_spec

from tarazu.cli.entry import run
from tarazu.core.errors import FitError
from tarazu.evidence import ESTIMATORS, Finding
from tarazu.pipeline.run_folder import MANIFEST, RUN
from tarazu.pipeline.task import StudyInput
from tarazu.record import Record
from tarazu.study import build_study, find_study, load_study, load_study_result

pytestmark = pytest.mark.slow  # whole commands, in processes of their own

ROOT = Path(__file__).parents[3]
STUDY = """
title = "Tiny"
question = "Does it run?"
start = "a test"
weeks = 60
horizons = [12, 60]
draws = 6
seed = 3
block = 1
hypotheses = ["full", "deterrence"]
policies = ["status-quo", "mine.toml"]
"""
POLICY = """
title = "Mine"
meaning = "A test."
[[settings]]
lever = "dialogue"
value = 0.5
"""
TABLES = {"metrics.parquet", "parameters.parquet"}
OF_STUDY = {"study.toml", "study.json", *TABLES, "bands.nc", "districts.nc"}
OF_RUN = {"record.json", "brief.html", "annex.html", MANIFEST, RUN}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """File of a study that takes a second."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "mine.toml").write_text(POLICY)
    path = tmp_path / "in" / "tiny.toml"
    path.write_text(STUDY)
    return path


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """An empty folder for what commands leave."""
    (tmp_path / "results").mkdir()
    return tmp_path / "results"


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _but_note(folder: Path) -> dict[str, bytes]:
    """All bytes but those that time and host decide."""
    return {name: data for name, data in _contents(folder).items() if name != RUN}


def test_run__leaves_a_complete_folder_and_prints_the_brief(
    study: Path, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = results / "tiny"
    assert run(["run", str(study), "-o", str(out)]) == 0
    assert str(out / "brief.html") in "".join(capsys.readouterr().out.split())
    assert set(_contents(out)) == OF_STUDY | OF_RUN
    assert (out / "study.toml").read_bytes() == study.read_bytes()
    assert load_study_result(out).name == "tiny"
    manifest = json.loads((out / MANIFEST).read_bytes())
    assert set(manifest["outputs"]) == (OF_STUDY | OF_RUN) - {MANIFEST, RUN}
    assert manifest["seeds"] == {"tiny": 3}
    assert {"events", "region", "study tiny"} <= set(manifest["provenance"]["inputs"])
    assert [path.name for path in results.iterdir()] == ["tiny"]


@pytest.mark.parametrize("columns", [50, 80])
def test_run__ends_with_what_was_found_where_it_lies_and_what_to_type(
    columns: int,
    study: Path,
    results: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.chdir(results)
    assert run(["run", str(study), "-q", "-o", "out"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= columns
    heads = [line for line in lines if not line.startswith(" ")]
    assert heads == ["What was found", "Where it lies", "What to type next"]
    labels = [line.split()[0] for line in lines if line[:2] == "  " and line[2] != " "]
    assert labels[:6] == ["record", "policies", "caution", "brief", "annex", "data"]
    text = " ".join(" ".join(lines).split())
    assert "457 attacks by armed groups and 97 operations by the state" in text
    assert "against 'Status quo' under 'full', median and 5% to 95% of draws, simulated" in text
    assert "-" not in text.split("calibrated: ")[1].split(" caution")[0]  # minus signs: U+2212


def test_run__as_json_has_the_same_in_data(
    study: Path, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = results / "out"
    assert run(["run", str(study), "-q", "--json", "-o", str(out)]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["brief"] == str(out / "brief.html")
    assert [point["label"] for point in printed["points"]] == ["record", "policies", "caution"]
    assert printed["evidence"] is printed["claims"] is None
    ((change, *_),) = [found["changes"] for found in printed["studies"]]
    table = load_study_result(out).metrics
    table = table[table["weeks"] == 60].astype({"policy": str, "hypothesis": str})
    killed = table[table["hypothesis"] == change["hypothesis"]].pivot_table(
        index="draw", columns="policy", values="deaths_civilian"
    )
    difference = killed["mine"] - killed["status-quo"]
    assert change["policy"] == "mine"
    assert change["change_median"] == pytest.approx(difference.median())
    assert change["share_lower"] == pytest.approx((difference < 0).mean())


def test_run__of_another_model_refuses_the_lab(
    study: Path, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, out = results / "model.py", results / "out"
    model.write_text("")
    assert run(["run", str(study), "--lab", "--model", str(model), "-o", str(out)]) == 2
    assert "the lab is of the shipped model" in " ".join(capsys.readouterr().err.split())
    assert not out.exists()


@pytest.mark.heavy
def test_run__workers_change_nothing_but_the_run_note(study: Path, results: Path) -> None:
    for workers in ("1", "2"):
        command = ["run", str(study), "-q", "-o", str(results / workers), "--workers", workers]
        assert run(command) == 0
    assert _but_note(results / "1") == _but_note(results / "2")


def test_run__compares_with_the_events_that_are_given(study: Path, results: Path) -> None:
    events = results / "ged.csv"
    write_ged(events, [event(1)])
    out = results / "out"
    assert run(["run", str(study), "-q", "--events", str(events), "-o", str(out)]) == 0
    run(["run", str(study), "-q", "-o", str(results / "embedded")])
    assert (
        load_study_result(out).record_range != load_study_result(results / "embedded").record_range
    )


WRONG: Mapping[str, tuple[tuple[str, str], tuple[str, str], tuple[str, ...]]] = {
    "misspelled key": (("draws =", "drawz ="), ("", ""), ("tiny.toml", "drawz", "draws")),
    "lever out of range": (
        ("", ""),
        ("value = 0.5", "value = 7.0"),
        ("mine.toml", "settings[0]", "dialogue"),
    ),
    "swept lever out of range": (
        (
            'policies = ["status-quo", "mine.toml"]',
            '[grid]\nlever = "operational_tempo"\nvalues = [0.0, 99.0]',
        ),
        ("", ""),
        ("tiny.toml", "grid.values[1]", "99"),
    ),
    "unknown district": (
        ("", ""),
        ("value = 0.5", 'value = 0.5\ndistricts = ["Atlantis"]'),
        ("mine.toml", "settings[0].districts", "Atlantis"),
    ),
    "overlapping dates": (
        ("", ""),
        (
            "value = 0.5",
            'value = 0.5\n[[settings]]\nlever = "dialogue"\nvalue = 0.2\nfrom_week = 9',
        ),
        ("mine.toml", "settings[1]", "dialogue"),
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_run__a_wrong_study_is_named_with_file_and_key(
    wrong: str, study: Path, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    in_study, in_policy, said = WRONG[wrong]
    study.write_text(STUDY.replace(*in_study))
    (study.parent / "mine.toml").write_text(POLICY.replace(*in_policy))
    assert run(["run", str(study), "-o", str(results / "out")]) == 2
    shown = capsys.readouterr().err
    assert all(part in shown for part in said), shown
    assert "Traceback" not in shown
    assert list(results.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "said"), [("seventen", "Did you mean 'seventeen'"), ("absent.toml", "absent.toml")]
)
def test_run__a_study_that_is_not_there(
    name: str, said: str, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["run", name, "-o", str(results / "out")]) == 2
    assert said in capsys.readouterr().err
    assert list(results.iterdir()) == []


STOPPED = """
import os, signal, sys, time
from tarazu.cli import main
from tarazu.study.runner import run

signal.signal(signal.SIGINT, signal.default_int_handler)
run_block, done = run.run_block, []
def slow(*arguments):
    if len(done) == 3:
        sys.stderr.write("at work\\n")
        sys.stderr.flush()
        time.sleep(2.0)
    done.append(run_block(*arguments))
    return done[-1]
run.run_block = slow
main()
"""


@pytest.fixture
def stop_run(study: Path, results: Path) -> Callable[[signal.Signals], tuple[int, str]]:
    """Send a signal to a run in its fourth block; return its exit code and what it then said."""

    def stop(number: signal.Signals) -> tuple[int, str]:
        command = [sys.executable, "-c", STOPPED, "run", str(study), "--workers", "1"]
        with subprocess.Popen(
            [*command, "-o", str(results / "cut")], stderr=subprocess.PIPE, text=True, cwd=ROOT
        ) as process:
            assert process.stderr is not None
            while (line := process.stderr.readline()) != "at work\n":
                assert line, "the run ended before it was stopped"
            process.send_signal(number)
            said = process.stderr.read()
        return process.returncode, said

    return stop


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param(signal.SIGKILL, -9, marks=pytest.mark.heavy),
        (signal.SIGINT, 130),
        pytest.param(signal.SIGTERM, 143, marks=pytest.mark.heavy),
    ],
)
def test_run__stopped_leaves_nothing_that_looks_finished_and_is_taken_up_again(
    number: signal.Signals,
    code: int,
    stop_run: Callable[[signal.Signals], tuple[int, str]],
    study: Path,
    results: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stopped, said = stop_run(number)
    assert stopped == code
    assert ("the same command continues from there" in said) == (number != signal.SIGKILL)
    if number != signal.SIGKILL:  # the last line does not contradict the one before it
        assert said.splitlines()[-1] == "interrupted; earlier results are as they were."
    assert [path.name for path in results.iterdir() if not path.name.startswith(".")] == []
    assert run(["run", str(study), "-o", str(results / "cut")]) == 0
    assert "continuing after" in capsys.readouterr().err
    assert [path.name for path in results.iterdir()] == ["cut"]
    assert run(["run", str(study), "-q", "-o", str(results / "whole")]) == 0
    assert _but_note(results / "cut") == _but_note(results / "whole")


def test_run__that_ends_in_a_bug_keeps_its_blocks_and_says_so(
    study: Path,
    results: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no such word")

    command = ["run", str(study), "-o", str(results / "cut")]
    with monkeypatch.context() as patched:
        patched.setattr("tarazu.report.write_brief", fail)
        assert run(command) == 3
    assert "the same command continues from there" in capsys.readouterr().err
    assert run(command) == 0
    assert "continuing after 24 of 24" in capsys.readouterr().err


LEDGER = ("seventeen", "loop", "levers", "attrition")
SMALL = {
    "demo": {},
    "seventeen": {
        "weeks": 262,
        "horizons": (4, 12, 260),
        "draws": 2,
        "replicates": 1,
        "policies": ("status-quo",),
        "operation": {"week": 1, "militant_deaths": 2.0, "split": {"kech": 1.0}},
    },
    "loop": {
        "horizons": (52,),
        "draws": 2,
        "replicates": 1,
        "mode": "mean",
        "reproduction": True,
        "policies": ("status-quo",),
        "grid": {"lever": "operational_tempo", "values": (0.0,)},
    },
    "levers": load_study("levers").spec.model_dump(exclude_defaults=True)
    | {"draws": 2, "replicates": 1, "hypotheses": ("full",)},
    "attrition": {
        "weeks": 1560,
        "horizons": (1508, 1560),
        "draws": 4,
        "replicates": 1,
        "mode": "mean",
        "policies": ("status-quo",),
        "grid": {"lever": "operational_tempo", "values": (0.0, 2.0)},
    },
}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put small studies and a stand-in for estimators, which take minutes, in their places."""

    def read_study(name: str, subfolder: str = ".", **options: object) -> StudyInput:
        spec = make_spec(**SMALL[name])
        study = build_study(spec, name=name, folder=find_study("demo").parent)
        return StudyInput(study, spec.title.encode(), subfolder)

    monkeypatch.setattr("tarazu.pipeline.task.read_study", read_study)
    monkeypatch.setattr("tarazu.evidence.estimate", stub_finding)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    "command", [["demo"], pytest.param(["run", "demo"], marks=pytest.mark.heavy)]
)
def test_demo__is_the_whole_brief(command: list[str], results: Path) -> None:
    out = results / "demo"
    assert run([*command, "-q", "-o", str(out)]) == 0
    others = {f"studies/{name}/{file}" for name in LEDGER for file in OF_STUDY}
    others |= {"findings.json", "evidence.json", "claims.json", "lab.html"}
    assert set(_contents(out)) == OF_STUDY | OF_RUN | others
    findings = json.loads((out / "findings.json").read_bytes())
    assert [finding["name"] for finding in findings] == list(ESTIMATORS)
    assert load_study_result(out).name == "demo"
    manifest = json.loads((out / MANIFEST).read_bytes())
    assert set(manifest["seeds"]) == {"demo", *LEDGER}
    assert {"claims", "study seventeen"} <= set(manifest["provenance"]["inputs"])
    assert [path.name for path in results.iterdir()] == ["demo"]


@pytest.mark.usefixtures("small")
def test_demo__keeps_the_rest_when_an_estimator_fails(
    results: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def estimate(name: str, record: Record) -> Finding:
        if name == "retaliation":  # the test of a claim
            raise FitError("the record has no attack.")
        if name == "groups":
            raise ZeroDivisionError("float division by zero")
        return stub_finding(name, record)

    monkeypatch.setattr("tarazu.evidence.estimate", estimate)
    out = results / "demo"
    assert run(["demo", "-q", "-o", str(out)]) == 3
    captured = capsys.readouterr()
    assert "'groups' failed" in captured.err
    ended = " ".join(captured.out.split())
    assert "2 estimators gave no result on this record (retaliation, groups)" in ended
    assert "C14 No kinetic exit" in ended.split("claims ")[1]
    findings = json.loads((out / "findings.json").read_bytes())
    failed = {entry["name"]: entry["reason"] for entry in findings if entry.get("failed")}
    assert failed["retaliation"] == "the record has no attack."
    assert set(failed) == {"retaliation", "groups"}
    entries = json.loads((out / "claims.json").read_bytes())["entries"]
    (tested,) = [e for e in entries if (e["record_result"] or {}).get("finding") == "retaliation"]
    assert tested["record_result"]["verdict"] == "no result"
    assert tested["verdict"] == "inconclusive"
    assert (out / "tracebacks" / "groups.txt").exists()
    assert "retaliation: the record has no attack." in (out / "annex.html").read_text()


@pytest.mark.heavy
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("out", [[], ["-o", "out/demo"]])
def test_demo__replaces_its_own_folder(
    out: list[str], results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(results)
    for _ in range(2):
        assert run(["demo", "-q", *out]) == 0
    assert [path.name for path in (results / "out").iterdir()] == ["demo"]


@pytest.mark.heavy
@pytest.mark.usefixtures("small")
def test_claims__prints_every_claim_with_its_rule_and_verdict(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["claims", "-q"]) == 0
    shown = capsys.readouterr().out
    for claim in ("C1 Attrition", "C2 Displacement", "C3 Backlash", "C14 No kinetic exit"):
        assert f"{claim}: " in shown
    assert "C14 No kinetic exit: model-conditional" in shown
    assert shown.count("rule  ") == 14
    assert "not calibrated" in shown


@pytest.mark.heavy
@pytest.mark.usefixtures("small")
def test_claims__decides_those_of_a_file(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = results / "mine.toml"
    assert run(["claims", "new", str(own)]) == 0
    capsys.readouterr()
    assert run(["claims", "-q", "--claims", str(own), "--json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)["entries"]
    assert entry["sentence"] == "Operations raise attacks in the same district within six weeks."
    assert entry["verdict"] == "inconclusive"


@pytest.mark.usefixtures("small")
def test_claims__as_json_is_what_the_folder_holds(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = results / "claims"
    assert run(["claims", "-q", "--json", "-o", str(out)]) == 0
    told = capsys.readouterr().out
    assert [entry["id"] for entry in json.loads(told)["entries"]] == [f"C{n}" for n in range(1, 15)]
    assert told.encode() == (out / "claims.json").read_bytes()
    assert (out / "studies" / "attrition" / "metrics.parquet").exists()
