"""``tarazu model frontier`` and its siblings: what is asked when nothing else is said."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

import tarazu.study.analysis.frontier
from tarazu.cli.entry import run
from tarazu.model import build_model
from tarazu.study.analysis.frontier import Frontier
from tarazu.study.setup.scenario import Scenario


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[float]]:
    """Levels of the second axis, instead of ten years of runs at each."""
    seen: list[Sequence[float]] = []

    def note(
        scenario: Scenario, tempos: Sequence[float], axis: str, levels: Sequence[float], **_: object
    ) -> Frontier:
        seen.append(levels)
        cells = [
            {"tempo": tempo, "level": level, "start": start, "p_quiet": 0.0, "ratio": 1.0}
            | {"p_quiet_low": 0.0, "p_quiet_high": 0.1, "verdict": "persists"}
            | {"n_draws": 2, "n_runs": 10}
            for tempo in tempos
            for level in levels
            for start in ("low", "high")
        ]
        return Frontier(scenario.hypothesis.name, axis, pd.DataFrame(cells))

    monkeypatch.setattr(tarazu.study.analysis.frontier, "attrition_frontier", note)
    return seen


def test_frontier__tries_a_lever_at_both_ends_and_at_its_default(
    asked: list[Sequence[float]],
) -> None:
    lever = build_model().levers["technical_intelligence"]
    assert run(["model", "frontier", "--draws", "2"]) == 0
    assert asked == [sorted({lever.low, lever.default, lever.high})]


def test_frontier__tries_trust_at_three_levels_and_answers_for_each(
    asked: list[Sequence[float]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["model", "frontier", "--axis", "trust", "--draws", "2"]) == 0
    assert asked == [[0.1, 0.5, 0.9]]
    assert " ".join(capsys.readouterr().out.split()).count("no tempo ends it") == 3


def test_frontier__tries_the_levels_that_are_named(asked: list[Sequence[float]]) -> None:
    levels = ["--level", "0.2", "--level", "0.4"]
    assert run(["model", "frontier", *levels, "--draws", "2"]) == 0
    assert asked == [[0.2, 0.4]]


def test_threshold__names_each_number_with_its_range_and_its_draws(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["model", "threshold", "--draws", "2", "-q", "-o", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert all(len(line) <= 80 for line in shown.splitlines() if str(tmp_path) not in line)
    assert "not parts that add up" in " ".join(shown.split())
    rows = {row["what"]: row for row in _rows(tmp_path / "threshold.csv")}
    r_v = next(rows[text] for text in rows if text.startswith("R_v: recruits"))
    assert "importation set aside" in r_v["what"]
    assert float(r_v["median or share"]) > 0.0
    assert r_v["draws"] == "2"
    growth = rows["dominant eigenvalue of the weekly map at the equilibrium"]
    assert 0.9 < float(growth["median or share"]) < 1.0
    assert growth["draws"] == "2"
    assert (tmp_path / "threshold.html").exists()
    moving = _rows(tmp_path / "elasticities.csv")
    assert [row["draws"] for row in moving] == ["2"] * 10
    assert all(row["parameter"] in shown for row in moving)
    assert (tmp_path / "elasticities.html").exists()


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))
