"""The battery on records with little in them: each estimator gives a finding or a reason."""

from collections.abc import Callable
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.unit.evidence.few import FEW
from tests.unit.evidence.findings import weak_retaliation

from tarazu.evidence import Finding, estimate, run_battery
from tarazu.evidence.registry import NAMES
from tarazu.record import Record, load_record
from tarazu.report import write_annex, write_brief

PART = {"start": "2011", "districts": ["Kech", "Panjgur", "Quetta"]}
THIN: dict[str, tuple[dict[str, Any], Callable[[pd.DataFrame], pd.DataFrame]]] = {
    "one event": ({}, lambda events: events.iloc[[300]]),
    "three events": ({}, lambda events: events.iloc[[5, 300, 600]]),
    "no operations": (PART, lambda events: events[events["initiator"] != "state"]),
    "no attacks": (PART, lambda events: events[events["initiator"] != "militant"]),
    "no districts": (PART, lambda events: events.assign(district=None)),
    "one district": ({"districts": "Kech"}, lambda events: events),
    "one armed group": (PART, lambda events: events.assign(group="BLA", movement="baloch")),
}
"""The part of the record that is taken, and the events of it that are left."""
FAILING = ("no attacks", "no districts")  # seven of ten estimators have nothing to work on


@pytest.fixture(scope="module")
def whole() -> Record:
    return load_record()


def thin(name: str, whole: Record) -> Record:
    part, choose = THIN[name]
    record = whole.sel(**part)
    return replace(record, events=choose(record.events).reset_index(drop=True))


def quick(name: str, record: Record) -> Finding:
    return estimate(name, record, **FEW[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", THIN)
def test_battery__of_a_thin_record_keeps_what_can_be_estimated(
    name: str, whole: Record, tmp_path: Path
) -> None:
    record = thin(name, whole)
    battery = run_battery(record, make=quick)
    given = [finding.name for finding in battery.findings]
    assert sorted([*given, *(failure.name for failure in battery.failures)]) == sorted(NAMES)
    assert [failure.traceback for failure in battery.failures if failure.is_bug] == []
    assert len(battery.failures) == (7 if name in FAILING else 0)
    for failure in battery.failures:
        assert "expected at least one" in failure.reason
        assert failure.reason in battery._repr_html_()
    for finding in battery:
        joint = next(row["verdict"] for row in battery.rows if row["name"] == finding.name)
        assert f"Verdict: {joint}." in finding.summary()
        assert repr(finding).startswith(f"<Finding {finding.name}: {joint}\n")
        assert f"<th>verdict</th><td>{joint}</td>" in finding._repr_html_()
    assert write_brief(record, battery, tmp_path / "brief.html").stat().st_size > 10_000
    if battery.failures:
        page = write_annex(record, battery, tmp_path / "annex.html").read_text(encoding="utf-8")
        assert escape(battery.failures[0].reason, quote=False) in page


def test_battery__shows_the_verdict_that_holm_leaves_everywhere(whole: Record) -> None:
    alone = replace(weak_retaliation(), p_value=0.04, verdict="backlash", sentence="It holds.")
    battery = run_battery(whole, NAMES[:3], make=lambda name, _: replace(alone, name=name))
    assert [finding.verdict for finding in battery.findings] == ["backlash"] * 3
    for finding in battery:
        for text in (
            repr(finding),
            finding._repr_html_(),
            finding.summary(),
            battery._repr_html_(),
        ):
            assert "the record cannot tell" in text
            assert "backlash" not in text
    assert set(battery.to_frame()["verdict"]) == {"the record cannot tell"}
    (held,) = run_battery(whole, NAMES[:1], make=lambda name, _: replace(alone, name=name))
    assert "backlash" in repr(held)  # one test needs no correction
