"""The battery: joint error control on findings, whatever made them."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.evidence.findings import weak_retaliation

from tarazu.core.errors import ScenarioError
from tarazu.core.provenance import canonical_json
from tarazu.evidence.battery import assess, holm_adjust, load_battery, run_battery
from tarazu.evidence.finding import CANNOT_TELL
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
    assert (first["verdict"], first["joint_verdict"]) == ("backlash", CANNOT_TELL)
    assert first["p_holm"] == pytest.approx(0.24)
    assert "1 reach the 5% level alone (one)" in battery.sentence
    assert "0 do so after correction" in battery.sentence


def test_assess__a_tiny_p_value_still_counts():
    findings = [finding("one", 0.001), *(finding(f"other {i}", 0.6) for i in range(7))]
    assert assess(findings).rows[0]["joint_verdict"] == "backlash"


def test_assess__keeps_a_verdict_that_rests_on_no_rejection():
    small = replace(finding("tactics", 0.7), verdict="no share changed by 15 points or more")
    row = assess([small, finding("one", 0.03)]).rows[0]
    assert row["joint_verdict"] == "no share changed by 15 points or more"


def test_assess__descriptions_and_failed_fits_are_no_tests():
    described = finding("groups", None, null="descriptive")
    described = replace(described, verdict="more groups")
    failed = finding("wake", 0.0001, converged=False)
    battery = assess([finding("one", 0.04), described, failed])
    rows = {row["name"]: row for row in battery.rows}
    assert rows["one"]["p_holm"] == pytest.approx(0.04)  # the only test of the family
    assert (rows["groups"]["kind"], rows["groups"]["joint_verdict"]) == (
        "descriptive",
        "more groups",
    )
    assert (rows["wake"]["p_holm"], rows["wake"]["joint_verdict"]) == (None, CANNOT_TELL)


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
        ('estimators = ["retalliation"]', "retalliation"),
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
