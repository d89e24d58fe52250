"""``tarazu model frontier`` and its siblings: what is asked when nothing else is said."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pytest

import tarazu.study.frontier
from tarazu.cli.entry import run
from tarazu.model import build_model
from tarazu.study.case import Case
from tarazu.study.frontier import Frontier


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[float]]:
    """Levels of the second axis, instead of ten years of runs at each."""
    seen: list[Sequence[float]] = []

    def note(
        case: Case, tempos: Sequence[float], axis: str, levels: Sequence[float], **_: object
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
        return Frontier(case.hypothesis.name, axis, pd.DataFrame(cells))

    monkeypatch.setattr(tarazu.study.frontier, "attrition_frontier", note)
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
