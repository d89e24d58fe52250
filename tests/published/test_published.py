"""The table of published answers is what the estimators say of the records, and nothing else."""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.published import inquiry, results
from tests.published.results import (
    INQUIRY,
    PAGE,
    POWER,
    RESULTS,
    Result,
    agreement,
    load_answers,
    write_page,
)

from tarazu.evidence import CANNOT_TELL

QUICK = ("chechnya", "afghanistan", "israel_palestine")


def stored(benchmark: str | None = None) -> list[Result]:
    rows = [Result(**row) for row in json.loads(RESULTS.read_text(encoding="utf-8"))]
    return [row for row in rows if benchmark in (None, row.benchmark)]


def test_answers__state_expectation_window_power_and_deviations() -> None:
    power = json.loads(POWER.read_text(encoding="utf-8"))
    for name, answer in load_answers().items():
        assert answer["expected"]
        assert answer["window"]
        assert answer["deviations"]
        assert power[name]
        primary = [row for row in stored(name) if row.is_primary]
        assert len(primary) == 1


def test_page__is_made_from_the_stored_results(tmp_path: Path) -> None:
    write_page(stored(), tmp_path / "page.md")
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == PAGE.read_text(encoding="utf-8")


def test_inquiry__stands_below_its_rule(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(INQUIRY.read_text(encoding="utf-8"), encoding="utf-8")
    results.write_inquiry(stored(), page)
    assert page.read_text(encoding="utf-8") == INQUIRY.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", QUICK)
@pytest.mark.slow
def test_results__are_those_of_the_estimators(name: str, shared_data: Path) -> None:
    assert_equal(results.BENCHMARKS[name](shared_data), stored(name))


@pytest.mark.heavy
def test_results__of_iraq_fata_and_the_inquiry_too(shared_data: Path) -> None:
    assert_equal(results.compute(shared_data), stored())


def assert_equal(found: list[Result], expected: list[Result]) -> None:
    assert [row.name for row in found] == [row.name for row in expected]
    for one, other in zip(found, expected, strict=True):
        assert (one.verdict, dict(one.n)) == (other.verdict, dict(other.n))
        for key in ("estimate", "low", "high", "p_value"):
            np.testing.assert_allclose(getattr(one, key), getattr(other, key), rtol=1e-6)


@pytest.mark.parametrize(
    ("verdict", "expected", "said"),
    [
        ("backlash", "backlash", "agrees"),
        ("deterrence", "backlash", "disagrees"),
        (CANNOT_TELL, "backlash", CANNOT_TELL),
        ("backlash", "disputed", "disputed: this record says backlash"),
    ],
)
def test_agreement__follows_the_primary_verdict(verdict: str, expected: str, said: str) -> None:
    row = Result("any", "any", verdict, 1.0, 0.5, 1.5, 0.01, "per unit", {})
    assert agreement(row, expected) == said


def test_campaigns__start_after_fifteen_quiet_days() -> None:
    first = date(2009, 1, 1)
    days = [0, 5, 19, 34, 33, 47]
    frame = pd.DataFrame(
        {
            "district": ["a", "a", "a", "a", "b", "b"],
            "date": [np.datetime64(first + timedelta(days=day), "s") for day in days],
        }
    )
    assert inquiry.campaigns(frame).index.tolist() == [0, 3, 4]


# Each analysis: estimate, half the width of its interval, p.
SOUND = {"A": (0.2, 0.1, 0.01), "B": (0.2, 0.1, 0.01), "C": (0.2, 0.3, 0.2), "D": (0.0, 0.2, 0.9)}
PARTS = {"E 1": (0.1, 0.3, 0.4), "E 2": (0.1, 0.3, 0.4), "E 3": (-0.1, 0.3, 0.4)}


@pytest.mark.parametrize(
    ("change", "refused", "said"),
    [
        ({}, (), "stands"),
        ({}, ("attacks before operations",), "artefact"),
        ({"D": (0.1, 0.05, 0.01)}, (), "artefact"),
        ({"D": (-0.1, 0.05, 0.01)}, (), "stands"),
        ({"B": (0.05, 0.1, 0.3)}, (), "artefact"),
        ({"C": (0.05, 0.1, 0.3)}, (), "artefact"),
        ({"B": (0.15, 0.2, 0.1)}, (), "cannot tell"),
        ({"E 1": (-0.1, 0.3, 0.4)}, (), "cannot tell"),
    ],
)
def test_judge__follows_the_rule_of_the_page(
    change: dict[str, tuple[float, float, float]], refused: tuple[str, ...], said: str
) -> None:
    found = {
        letter: _Found(estimate, (estimate - half, estimate + half), p)
        for letter, (estimate, half, p) in (SOUND | PARTS | change).items()
    }
    found["A"].refused_by = refused
    assert inquiry.judge(found) == said  # type: ignore[arg-type]


class _Found:
    """What the rule reads of a finding."""

    refused_by: tuple[str, ...] = ()

    def __init__(self, estimate: float, interval: tuple[float, float], p_value: float) -> None:
        self.estimate, self.interval, self.p_value = estimate, interval, p_value


def test_results__keep_what_cannot_be_estimated_as_such() -> None:
    row = Result("any", "any", CANNOT_TELL, math.nan, math.nan, math.nan, math.nan, "per unit", {})
    kept = json.loads(json.dumps(asdict(row)))
    assert math.isnan(Result(**kept).estimate)
    assert not re.search("nan", results._numbers(row))
