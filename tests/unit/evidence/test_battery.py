"""The battery: joint error control on findings, whatever made them."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.evidence.findings import weak_retaliation

from tarazu.core.errors import FitError, ScenarioError
from tarazu.core.provenance import canonical_json
from tarazu.evidence.battery import BatteryConfig, assess, load_battery, run_battery
from tarazu.evidence.finding import CANNOT_TELL
from tarazu.evidence.methods.holm import holm_adjust
from tarazu.evidence.registry import ESTIMATORS
from tarazu.record import load_record

P_VALUES = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12)


def finding(name, p_value, **changes):
    verdict = "backlash" if p_value is not None and p_value < 0.05 else CANNOT_TELL
    return replace(weak_retaliation(), name=name, p_value=p_value, verdict=verdict, **changes)


@given(P_VALUES)
def test_holm__is_the_step_down_of_the_definition(p_values):
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    expected, largest = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[i]))
        expected[i] = largest
    assert holm_adjust(p_values) == pytest.approx(expected)


@pytest.mark.parametrize(
    "p_values",
    [
        [0.3],
        [0.04, 0.01, 0.03],
        [0.01, 0.5, 0.01, 1.0, 0.5],
        [0.34, 0.33, 0.45, 0.4, 0.003, 0.27, 0.6, 0.12, 0.016],
    ],
)
def test_holm__is_that_of_statsmodels(p_values):
    from statsmodels.stats.multitest import multipletests  # slow to import

    assert holm_adjust(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])


def test_holm__of_no_test_is_empty():
    assert holm_adjust([]) == []


def test_assess__a_small_p_value_among_many_no_longer_counts():
    findings = [finding("one", 0.03), *(finding(f"other {i}", 0.6) for i in range(7))]
    battery = assess(findings)
    first = battery.rows[0]
    assert (first["verdict_alone"], first["verdict"]) == ("backlash", CANNOT_TELL)
    assert first["p_holm"] == pytest.approx(0.24)
    assert battery.sentence == (
        "Tests: 8. Significant at the 5% level alone: 1 (one). After correction for their number "
        "at 5% (Holm): 0."
    )


def test_assess__a_tiny_p_value_still_counts():
    findings = [finding("one", 0.001), *(finding(f"other {i}", 0.6) for i in range(7))]
    assert assess(findings).rows[0]["verdict"] == "backlash"


def test_assess__keeps_a_verdict_that_rests_on_no_rejection():
    small = replace(finding("tactics", 0.7), verdict="no share changed by 15 points or more")
    battery = assess([small, finding("one", 0.03)])
    row = battery.rows[0]
    assert row["verdict"] == "no share changed by 15 points or more"
    assert "Significant at the 5% level alone: 1 (one)" in battery.sentence
    assert battery.sentence.endswith("(Holm): 0.")


def test_assess__descriptions_and_failed_fits_are_no_tests():
    described = finding("groups", None, null="descriptive")
    described = replace(described, verdict="more groups")
    failed = finding("wake", 0.0001, converged=False)
    battery = assess([finding("one", 0.04), described, failed])
    rows = {row["name"]: row for row in battery.rows}
    assert rows["one"]["p_holm"] == pytest.approx(0.04)  # the only test of the family
    assert (rows["groups"]["kind"], rows["groups"]["verdict"]) == (
        "descriptive",
        "more groups",
    )
    assert (rows["wake"]["p_holm"], rows["wake"]["verdict"]) == (None, CANNOT_TELL)


def test_assess__a_sentence_starts_with_the_verdict_after_correction():
    findings = [finding("one", 0.03), *(finding(f"other {i}", 0.6) for i in range(7))]
    battery = assess(findings)
    corrected = battery.corrected(findings[0])
    assert corrected.verdict == CANNOT_TELL
    assert corrected.sentence.startswith("The record cannot tell after correction for 8 tests")
    assert corrected.sentence.endswith(findings[0].sentence)
    assert battery.corrected(findings[1]) == findings[1]
    assert battery[findings[0].name] == corrected == next(iter(battery))
    assert battery.finding_entries()[0]["verdict"] == CANNOT_TELL
    assert battery.finding_entries()[0]["verdict_alone"] == "backlash"


def fail(name, record):
    if name == "wake":
        raise FitError("the record has no attack.")
    if name == "groups":
        raise ZeroDivisionError("float division by zero")
    return finding(name, 0.03)


def test_run_battery__keeps_the_others_when_one_fails():
    config = BatteryConfig(estimators=("wake", "tactics", "groups", "dose"))
    battery = run_battery(load_record(), config, make=fail)
    assert [one.name for one in battery.findings] == ["tactics", "dose"]
    assert battery.p_holm == {"tactics": 0.06, "dose": 0.06}  # of two tests, not of four
    assert battery.sentence.endswith(
        "2 estimators gave no result on this record (wake, groups); they are not counted among the "
        "tests."
    )
    ordinary, bug = battery.failures
    assert (ordinary.reason, ordinary.is_bug) == ("the record has no attack.", False)
    assert bug.is_bug
    assert "in fail" in bug.traceback
    assert "ZeroDivisionError" in bug.reason
    entries = json.loads(canonical_json(battery.finding_entries()))
    assert [entry["name"] for entry in entries] == ["tactics", "dose", "wake", "groups"]
    assert entries[2]["reason"] == "the record has no attack."
    assert json.loads(canonical_json(battery.to_dict()))["failures"] == entries[2:]


def test_run_battery__of_failures_alone_has_no_test():
    battery = run_battery(load_record(), BatteryConfig(estimators=("wake",)), make=fail)
    assert battery.findings == ()
    assert "No test" in battery.sentence


def test_battery__table_is_plain_json():
    battery = assess([finding("one", 0.03), finding("two", None, null="descriptive")])
    written = json.loads(canonical_json(battery.to_dict()))
    assert [row["name"] for row in written["rows"]] == ["one", "two"]
    assert written["sentence"] == battery.sentence


def test_load_battery__the_shipped_one_asks_everything():
    config = load_battery()
    assert config.estimators == tuple(ESTIMATORS)
    assert config.significance == 0.05


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('estimators = ["retalliation"]', r"Did you mean 'retaliation'\?$"),
        ('estimators = ["retaliation", "retaliation"]', "once"),
        ("estimators = []", "estimators"),
        ('estimators = ["retaliation"]\nsignificance = 0.0', "significance"),
        ('estimators = ["retaliation"]\nsignificanse = 0.05', "significance"),
    ],
)
def test_load_battery__names_what_is_wrong(tmp_path, text, complaint):
    path = tmp_path / "battery.toml"
    path.write_text(text)
    with pytest.raises(ScenarioError, match=complaint):
        load_battery(path)


def test_run_battery__asks_what_it_is_told_in_that_order(tmp_path):
    path = tmp_path / "battery.toml"
    path.write_text('estimators = ["displacement", "retaliation"]')
    made = []

    def make(name, record):
        made.append(name)
        return finding(name, 0.5)

    battery = run_battery(load_record(), load_battery(path), make=make)
    assert made == ["displacement", "retaliation"] == [row["name"] for row in battery.rows]


def test_run_battery__of_something_else_is_an_error_at_once():
    with pytest.raises(TypeError, match=r"record is 3 \(int\); expected a Record"):
        run_battery(3)


def test_battery__without_a_finding_shows_its_sentence():
    battery = run_battery(load_record(), BatteryConfig(estimators=("wake",)), make=fail)
    assert battery.to_frame().empty
    assert battery._repr_html_() == (
        f"<p>{battery.sentence}</p><p>wake: the record has no attack.</p>"
    )
    with pytest.raises(KeyError, match=r"'wake' gave no finding: the record has no attack\."):
        battery["wake"]


def test_run_battery__names_the_estimator_that_runs_where_it_is_seen(monkeypatch, capsys):
    config = BatteryConfig(estimators=("tactics", "wake"))
    run_battery(load_record(), config, make=fail)
    assert capsys.readouterr().err == ""  # nobody watches a pipe
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "20")
    run_battery(load_record(), config, make=fail)
    assert max(map(len, capsys.readouterr().err.split("\r"))) == 19  # none wraps
    monkeypatch.setenv("COLUMNS", "80")
    run_battery(load_record(), config, make=fail)
    lines = capsys.readouterr().err.split("\r")
    shown = [line.strip() for line in lines if line.strip()]
    assert shown == ["estimator 1 of 2: tactics", "estimator 2 of 2: wake"]
    assert lines[-2:] == [" " * 79, ""]  # at the end the line is empty
    run_battery(load_record(), config, make=fail, progress=False)
    assert capsys.readouterr().err == ""


def test_run_battery__out_of_memory_is_no_bug():
    def make(name, record):
        raise MemoryError

    (failure,) = run_battery(load_record(), BatteryConfig(estimators=("wake",)), make=make).failures
    assert not failure.is_bug
    assert "out of memory" in failure.reason
