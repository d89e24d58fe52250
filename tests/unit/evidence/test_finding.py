"""Findings on whole records: counts add up, words are numbers, bytes repeat, little is cautious."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.unit.evidence.few import FEW

from tarazu.core.errors import FitError
from tarazu.core.provenance import canonical_json
from tarazu.evidence import CANNOT_TELL, ESTIMATORS, Finding, estimate
from tarazu.evidence.displacement.estimator import VERDICTS as DISPLACEMENT_VERDICTS
from tarazu.evidence.finding import MAIN
from tarazu.evidence.methods.deaths import MODELS
from tarazu.evidence.retaliation.estimator import VERDICTS as RETALIATION_VERDICTS
from tarazu.evidence.sensitivity import SENSITIVITY_ANALYSES
from tarazu.record import Record, load_record, read_record

VERDICTS = {"retaliation": RETALIATION_VERDICTS, "displacement": DISPLACEMENT_VERDICTS}
NAMES = ("retaliation", "displacement")  # what operations do: alike in words and in sign
ALL = tuple(ESTIMATORS)
USE_DEATHS = ("dose", "severity")
MINUS = "\N{MINUS SIGN}"


@pytest.fixture(scope="module")
def record() -> Record:
    return load_record()


def find(name: str, record: Record) -> Finding:
    return estimate(name, record, **FEW[name])


@pytest.fixture(scope="module")
def findings(record: Record) -> Callable[[str], Finding]:
    """Findings by name, each made when first used."""
    return cache(lambda name: find(name, record))


def part(record: Record, keep: pd.Series) -> Record:
    return replace(record, events=record.events[keep].reset_index(drop=True))


def dated(record: Record, initiators: list[str], dates: list[str]) -> Record:
    """Events of one district on given days, all else as in some event of that initiator."""
    rows = [
        record.events[record.events["initiator"] == initiator].iloc[0] for initiator in initiators
    ]
    events = pd.DataFrame(rows).reset_index(drop=True).astype(record.events.dtypes)
    events = events.assign(
        date=np.array(dates, dtype="datetime64[s]"), date_precision=1, district="quetta", count=1
    )
    return replace(record, events=events)


@pytest.mark.parametrize("name", ALL)
def test_finding__accounts_for_all_events(findings, record, name):
    finding = findings(name)
    counted = sum(finding.n_used.values()) + sum(finding.n_dropped.values())
    assert counted == record.n_events


@pytest.mark.parametrize("name", NAMES)
def test_finding__words_are_its_numbers(findings, name):
    finding = findings(name)
    low, high = finding.interval
    assert finding.verdict in VERDICTS[name]
    assert {variant.verdict for variant in finding.sensitivity} <= set(VERDICTS[name])
    assert low < finding.estimate < high
    assert f"{finding.estimate:+.2f} per operation" in finding.sentence.replace(MINUS, "-")
    assert f"{low:+.2f} to {high:+.2f}" in finding.sentence.replace(MINUS, "-")
    assert ("cannot tell" in finding.sentence) == (finding.verdict == CANNOT_TELL)


@pytest.mark.parametrize("name", NAMES)
def test_finding__verdicts_follow_their_p_value_and_sign(findings, name):
    rising, falling = VERDICTS[name][:2]
    for row in (findings(name), *findings(name).sensitivity):
        if row.p_value >= 0.05:
            assert row.verdict == CANNOT_TELL
        else:
            assert row.verdict == (rising if row.estimate > 0 else falling)


@pytest.mark.parametrize("name", ALL)
def test_finding__has_every_sensitivity_analysis(findings, name):
    names = [*SENSITIVITY_ANALYSES, *(MODELS if name in USE_DEATHS else ())]
    assert [variant.name for variant in findings(name).sensitivity] == names
    forests = [f for f in findings(name).figures if f.kind == "forest"]
    (forest,) = (f for f in forests if f.data["variant"][0] == MAIN)
    assert forest.data["variant"] == [MAIN, *names]
    assert len({len(column) for column in forest.data.values()}) == 1


@pytest.mark.parametrize("name", NAMES)
def test_finding__names_analyses_that_disagree(findings, name):
    finding = findings(name)
    others = {v.verdict for v in finding.sensitivity} - {finding.verdict, CANNOT_TELL}
    assert ("the verdict changes" in finding.sentence) == bool(others)
    assert all(verdict in finding.sentence for verdict in others)


@pytest.mark.parametrize("name", ALL)
def test_finding__survives_canonical_json(findings, name):
    written = canonical_json(findings(name).to_dict())
    assert canonical_json(json.loads(written)) == written
    assert json.loads(written)["estimate"] == findings(name).estimate


@pytest.mark.parametrize("name", ALL)
def test_finding__does_not_depend_on_the_order_of_rows(findings, record, name):
    shuffled = replace(record, events=record.events.sample(frac=1, random_state=1))
    again = find(name, shuffled)
    assert canonical_json(again.to_dict()) == canonical_json(findings(name).to_dict())


@pytest.mark.parametrize("name", ALL)
def test_finding__is_the_same_from_the_event_file(
    findings: Callable[[str], Finding], shared_data: Path, name: str
) -> None:
    read = read_record(shared_data / "ucdp_ged_balochistan_hdx.csv")
    found = canonical_json(find(name, read).to_dict())
    assert found == canonical_json(findings(name).to_dict())


@pytest.mark.parametrize("name", NAMES)
def test_finding__cannot_tell_without_operations(record, name):
    finding = find(name, part(record, record.events["initiator"] != "state"))
    assert finding.verdict == CANNOT_TELL
    assert (finding.estimate, finding.interval, finding.p_value) == (None, None, None)
    assert "cannot tell" in finding.sentence
    assert "0 operations" in finding.sentence
    assert finding.n_used["operations"] == 0


def test_finding__cannot_tell_from_one_operation(record):
    """One operation and three attacks after it are no backlash, whatever a score test says."""
    dates = ["2010-03-01", "2010-03-05", "2010-03-09", "2010-03-20", "2005-01-01"]
    finding = find("retaliation", dated(record, ["state"] + ["militant"] * 4, dates))
    assert finding.verdict == CANNOT_TELL
    assert "cannot tell" in finding.sentence
    assert (finding.estimate, finding.interval, finding.p_value) == (None, None, None)


@pytest.mark.parametrize("name", NAMES)
def test_finding__cannot_tell_from_operations_on_the_last_day(record, name):
    """Ten operations with no day after them."""
    attacks = part(record, record.events["initiator"] == "militant").events
    operations = dated(record, ["state"] * 10, [str(record.end)] * 10).events
    both = replace(record, events=pd.concat([attacks, operations], ignore_index=True))
    finding = find(name, both)
    assert finding.verdict == CANNOT_TELL
    assert (finding.estimate, finding.interval, finding.p_value) == (None, None, None)


@pytest.mark.parametrize("name", NAMES)
def test_finding__gives_no_number_to_an_analysis_without_usable_attacks(record, name):
    """Attacks of one movement without a district leave its analysis empty, not the finding."""
    islamist = record.events["movement"] == "islamist"
    attacks = record.events["initiator"] == "militant"
    district = record.events["district"].mask(islamist & attacks)
    finding = find(name, replace(record, events=record.events.assign(district=district)))
    (variant,) = (v for v in finding.sensitivity if v.name == "Islamist groups only")
    assert (variant.estimate, variant.verdict) == (None, CANNOT_TELL)
    assert finding.estimate is not None


@pytest.mark.parametrize("name", NAMES)
def test_finding__needs_an_attack(record, name):
    with pytest.raises(FitError, match="no attack by militants"):
        find(name, part(record, record.events["initiator"] == "state"))


def test_estimate__names_the_estimators_there_are(record):
    with pytest.raises(ValueError, match="expected retaliation, "):
        estimate("backlash", record)
