"""A Python user makes the bytes that the command line makes, and sees the same steps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tarazu.cli.entry import run
from tarazu.core.errors import OutputError, ResourceError
from tarazu.pipeline import Advance, Task, estimator_names, read_study, run_estimators, run_task
from tarazu.pipeline.run_folder import MANIFEST, RUN
from tarazu.pipeline.runner import check_default_folder, study_steps
from tarazu.record import load_record
from tarazu.study.runner.needs import estimate_needs

STUDY = """
title = "Tiny"
question = "Does it run?"
start = "a test"
weeks = 60
horizons = [12, 60]
draws = 3
seed = 3
hypotheses = ["full"]
policies = ["status-quo"]
"""
QUICK = "groups"  # the estimator that takes a second


def _bytes(folder: Path) -> dict[str, bytes]:
    """All bytes but those that time and host decide."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    contents = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    return {name: data for name, data in contents.items() if name != RUN}


def test_run_task__makes_the_bytes_of_tarazu_evidence(tmp_path: Path) -> None:
    config = tmp_path / "battery.toml"
    config.write_text(f'estimators = ["{QUICK}"]\nsignificance = 0.1\n')
    command = ["evidence", "-q", "--config", str(config), "-o", str(tmp_path / "command")]
    assert run(command) == 0
    task = Task(load_record(), (QUICK,), significance=0.1, figures=True)
    result = run_task(task, str(tmp_path / "python"))
    made = _bytes(tmp_path / "python")
    assert made == _bytes(tmp_path / "command")
    assert {"brief.html", "findings.json", "record.json"} < set(made)
    assert result.battery is not None
    assert [finding.name for finding in result.battery.findings] == [QUICK]


def test_run_task__makes_the_bytes_of_tarazu_run(tmp_path: Path) -> None:
    study = tmp_path / "tiny.toml"
    study.write_text(STUDY)
    assert run(["run", str(study), "-q", "-o", str(tmp_path / "results" / "command")]) == 0
    task = Task(load_record(), studies=(read_study(str(study)),))
    result = run_task(task, tmp_path / "results" / "python")
    made = _bytes(tmp_path / "results" / "python")
    assert made == _bytes(tmp_path / "results" / "command")
    assert {"brief.html", "metrics.parquet", "study.toml"} < set(made)
    assert [study.name for study in result.studies] == ["tiny"]
    assert result.battery is result.ledger is None


def test_run_task__studies_beyond_the_disk_together_are_refused_before_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studies = []
    for name in ("one", "two"):
        file = tmp_path / "studies" / f"{name}.toml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(STUDY)
        studies.append(read_study(file))
    free = 1.5 * estimate_needs(studies[0].study, 1).disk  # for one of them
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("usage", (), {"free": free}))
    steps: list[str] = []

    @contextmanager
    def progress(step: str) -> Iterator[Advance]:
        steps.append(step)
        yield lambda done, total, earlier=0: None

    task = Task(load_record(), studies=tuple(studies))
    together = r"a run of 2 studies \('one', 'two'\) writes about .* Reduce"
    with pytest.raises(ResourceError, match=together):
        run_task(task, tmp_path / "out", progress=progress)
    assert steps == []
    assert [path.name for path in tmp_path.iterdir()] == ["studies"]  # no .out.work


def test_run_task__writes_further_files_into_the_folder(tmp_path: Path) -> None:
    run_task(Task(load_record()), tmp_path / "out", also={"more.html": lambda: b"more"})
    made = _bytes(tmp_path / "out")
    assert made["more.html"] == b"more"
    assert b"more.html" in made[MANIFEST]


def test_run_estimators__opens_one_step_per_estimator(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []

    @contextmanager
    def progress(step: str) -> Iterator[Advance]:
        steps.append(step)
        yield lambda done, total, earlier=0: None

    monkeypatch.setattr("tarazu.evidence.estimate", lambda name, record: name)
    names = estimator_names()
    assert run_estimators(load_record(), names, progress=progress) == names
    assert steps == [f"estimating {name}" for name in names]


def test_default_folder__of_another_study_is_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "tiny.toml").write_text(STUDY)
    first, second = (read_study(str(tmp_path / name / "tiny.toml")) for name in ("a", "b"))
    run_task(Task(load_record(), studies=(first,)), tmp_path / "out")
    check_default_folder(first, tmp_path / "out")
    with pytest.raises(OutputError, match="a/tiny"):
        check_default_folder(second, tmp_path / "out")


def test_steps__state_the_place_of_a_study_among_several(tmp_path: Path) -> None:
    (tmp_path / "tiny.toml").write_text(STUDY)
    tiny, loop = read_study(tmp_path / "tiny.toml"), read_study("loop", "studies/loop")
    record = load_record()
    assert study_steps(Task(record, studies=(tiny,))) == ["running the study 'tiny'"]
    assert study_steps(Task(record, studies=(tiny, loop))) == [
        "running the study 'tiny' (1 of 2)",
        "running the study 'loop' (2 of 2)",
    ]
