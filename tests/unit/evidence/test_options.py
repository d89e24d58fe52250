"""Options of the estimators: named in errors, passed on, and never with rates of the defaults."""

import re
from dataclasses import replace
from datetime import date
from inspect import signature
from typing import get_type_hints

import pytest
from tests.unit.evidence.few import FEW

from tarazu.core.errors import ScenarioError
from tarazu.evidence import ESTIMATORS, estimate, option_types
from tarazu.evidence.error_rates import MEASURED_EVENTS, load_validation
from tarazu.evidence.option_types import PartOfRecord
from tarazu.evidence.options import LEVEL, PART, changed_options, options_of, tails
from tarazu.record import Record, load_record

WINDOWS = {7: "a week", 14: "two weeks", 28: "four weeks"}


@pytest.fixture(scope="module")
def record():
    return load_record()


@pytest.mark.parametrize("name", ESTIMATORS)
def test_estimate__names_the_options_of_an_estimator_that_lacks_one(name):
    options = ", ".join(options_of(ESTIMATORS[name]))
    with pytest.raises(
        TypeError, match=rf"^{name} has no option 'drawz'; its options are {options}"
    ):
        estimate(name, None, drawz=3)
    with pytest.raises(TypeError, match=r"Did you mean 'draws'\?$"):
        estimate(name, None, drawz=3)
    with pytest.raises(
        TypeError, match=r"record is None \(NoneType\); expected a Record, from load_rec"
    ):
        estimate(name, None, draws=3)


@pytest.mark.parametrize(
    ("name", "said", "meant"),
    [
        ("wake", "window", "horizon"),
        ("dose", "windows", "weeks"),
        ("wake", "permutations", "replicates"),
        ("retaliation", "permutations", "moves"),
        ("dose", "permutations", "exchanges"),
        ("wake", "alpha", "level"),
        ("wake", "district", "districts"),
        ("severity", "since", "start"),
        ("wake", "region", "districts"),
        ("wake", "where", "districts"),
        ("wake", "from", "start"),
        ("wake", "to", "end"),
    ],
)
def test_estimate__understands_what_people_call_an_option(name, said, meant):
    with pytest.raises(TypeError, match=rf"no option '{said}'.*Did you mean '{meant}'\?$"):
        estimate(name, None, **{said: 1})


def test_part_of_a_record__has_the_same_names_in_errors_and_types():
    assert tuple(PartOfRecord.__annotations__) == PART


@pytest.mark.parametrize("name", ESTIMATORS)
@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("draws", 1, "expected a whole number, 2 or more"),
        ("draws", 2.5, "expected a whole number, 2 or more"),
        ("level", 1.0, "expected a number between 0 and 1, such as 0.9"),
        ("level", "0.9", "expected a number between 0 and 1, such as 0.9"),
        ("seed", -1, "expected a whole number, 0 or more"),
        ("horizon", True, "expected a whole number, from 1 to 181"),
        ("horizon", 182, "expected a whole number, from 1 to 181"),
        ("weeks", (1, 52), "expected the first and the last week, such as (13, 52), from 5 to 52"),
        ("weeks", 12, "expected the first and the last week, such as (13, 52), from 5 to 52"),
    ],
)
def test_estimate__refuses_values_before_any_work(name, option, value, expected):
    if option in options_of(ESTIMATORS[name]):
        message = re.escape(f"{name}: {option} is {value!r}; {expected}")
        with pytest.raises(ValueError, match=f"^{message}$"):
            estimate(name, None, **{option: value})


@pytest.mark.parametrize("name", ESTIMATORS)
def test_validation__is_that_of_the_defaults_alone(name):
    defaults = options_of(ESTIMATORS[name])
    if name == "groups":  # describes, so that nothing was measured
        return
    assert load_validation(ESTIMATORS[name], defaults).summary
    for option, value in FEW[name].items():
        other = load_validation(ESTIMATORS[name], defaults | {option: value})
        assert (other.summary, other.power) == ({}, ())
        assert other.unmeasured == (f"these options ({option}={value!r})",)


def test_validation__is_not_printed_for_another_region() -> None:
    record = load_record()
    elsewhere = replace(record, region=replace(record.region, name="slavia", title="Slavia"))
    defaults = options_of(ESTIMATORS["retaliation"])
    found = load_validation(ESTIMATORS["retaliation"], defaults | {"record": elsewhere})
    assert (found.summary, found.power) == ({}, ())
    assert found.unmeasured == ("records of Slavia",)
    assert load_validation(ESTIMATORS["retaliation"], defaults | {"record": record}).summary


@pytest.mark.slow
@pytest.mark.parametrize("name", ESTIMATORS)
def test_finding__with_other_options_has_no_rates_and_says_so(record, name):
    finding = estimate(name, record, **FEW[name])
    given = ", ".join(f"{option}={value!r}" for option, value in FEW[name].items())
    caveat = f"Error rates were not measured for these options ({given}), and are left out."
    assert finding.validation == {}
    assert (caveat in finding.caveats) == (name != "groups")
    assert finding.options == options_of(ESTIMATORS[name]) | FEW[name]
    assert finding.inputs == {k: v for k, v in record.inputs.items() if k != "figures"}
    shown = str(finding.summary())
    assert ("Error rates: not measured for these options" in shown) == (name != "groups")
    assert all(figure.kind != "power" for figure in finding.figures)
    assert not any("found in 80%" in check.expectation for check in finding.diagnostics)
    assert "simulated records of the size" not in finding.sentence


@pytest.mark.slow
def test_finding__takes_another_horizon_and_level(record):
    few, part = FEW["displacement"], record.sel(start="2010")  # less to compute
    wide = estimate("displacement", part, level=0.99, **few)
    narrow = estimate("displacement", part, level=0.5, **few)
    later = estimate("displacement", part, horizon=84, **few)
    assert wide.level == 0.99
    assert wide.interval[0] < narrow.interval[0] < narrow.interval[1] < wide.interval[1]
    assert wide.p_value == narrow.p_value
    assert later.estimate != wide.estimate
    assert re.search(r"on the 84 days after", later.estimand)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["near_repeat", "severity", "escalation", "groups"])
def test_finding__has_the_level_of_its_intervals_in_words_figures_and_numbers(record, name):
    few = FEW[name] | ({"replicates": 99} if "replicates" in FEW[name] else {})
    wide = estimate(name, record, level=0.9, **few)
    narrow = estimate(name, record, level=0.5, **few)
    assert wide.interval[0] < narrow.interval[0] <= narrow.interval[1] < wide.interval[1]
    assert (wide.level, narrow.level) == (0.9, 0.5)
    assert (wide.estimate, wide.p_value) == (narrow.estimate, narrow.p_value)
    assert "50% interval" in narrow.sentence
    assert "50% interval" in narrow.summary()
    first = [finding.to_frame().iloc[1] for finding in (wide, narrow)]
    assert first[0]["low"] < first[1]["low"]


@pytest.mark.slow
def test_near_repeat__takes_another_horizon(record):
    few = FEW["near_repeat"]
    found = {days: estimate("near_repeat", record, horizon=days, **few) for days in WINDOWS}
    for days, finding in found.items():
        pairs = int(re.search(r"have (\d+) pairs in one district 1 to (\d+) ", finding.sentence)[1])
        shown = finding.figures[0].data  # by lag: 1 to 7, 8 to 14, 15 to 28 days
        assert pairs == sum(shown["n"][: [*WINDOWS].index(days) + 1])
        assert f"1 to {days} days apart" in finding.estimand
        assert f"within {WINDOWS[days]} in a district" in finding.question
    with pytest.raises(ValueError, match="near_repeat: horizon is 10; expected 7, 14 or 28 days"):
        estimate("near_repeat", record, horizon=10)


def test_validation__is_that_of_whole_records_of_balochistan_alone(record):
    wake = ESTIMATORS["wake"]

    def of(other):
        return load_validation(wake, options_of(wake) | {"record": other})

    assert of(record).summary
    assert record.n_events == MEASURED_EVENTS
    part = of(record.sel(start="2005"))
    assert (part.summary, part.unmeasured) == ({}, ("this selection of the record",))
    elsewhere = replace(record, region=replace(record.region, name="slavia", title="Slavia"))
    assert of(elsewhere).unmeasured == ("records of Slavia",)
    three = of(replace(record, events=record.events.head(3)))
    assert three.summary == {}
    assert "a record of 3 events" in three.unmeasured[0]
    short = of(replace(record, start=date(2010, 1, 1)))
    assert (short.summary, short.unmeasured) == ({}, ("a record of 12 years (measured with 30)",))
    mapped = of(replace(record, source=replace(record.source, title="My notes", scope="any")))
    assert (mapped.summary, mapped.unmeasured) == ({}, ("records of My notes",))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["near_repeat", "escalation", "groups"])
def test_estimate__on_a_part_is_the_estimate_of_that_part(record, name):
    part = {"start": "2006", "districts": ["Kech", "Quetta", "Dera Bugti", "Panjgur"]}
    found = estimate(name, record, **part, **FEW[name])
    alone = ESTIMATORS[name](record.sel(**part), **FEW[name])
    assert (found.estimate, found.interval, found.n_used) == (
        alone.estimate,
        alone.interval,
        alone.n_used,
    )
    chosen = "2006-01-01 to 2021-12-31; districts dera_bugti, kech, panjgur, quetta"
    assert found.selection == tuple(chosen.split("; "))
    assert found.sentence == f"In a part of the record ({chosen}): {alone.sentence}"
    assert found.estimand.endswith(f"in a part of the record: {chosen}")
    assert any("state how it was chosen" in caveat for caveat in found.caveats)
    assert any("Districts outside the part" in caveat for caveat in found.caveats)
    assert found.inputs["region"] != record.inputs["region"]


@pytest.mark.parametrize("name", ESTIMATORS)
def test_option_types__are_those_of_the_estimator(name):
    declared = getattr(option_types, f"{name.title().replace('_', '')}Options")
    given = get_type_hints(declared)
    part = get_type_hints(option_types.PartOfRecord)
    taken = signature(ESTIMATORS[name]).parameters.values()
    hints = get_type_hints(ESTIMATORS[name])
    own = {p.name: hints[p.name] for p in taken if p.kind is p.KEYWORD_ONLY}
    assert given == part | own
    own_part = {p for p in signature(Record.sel).parameters if p != "self"}
    assert set(part) == own_part


def test_estimate__names_the_nearest_estimator(record):
    with pytest.raises(ValueError, match=r"called 'retalliation'; .*mean 'retaliation'\?$"):
        estimate("retalliation", record)


def test_estimate__refuses_a_part_before_any_work(record):
    with pytest.raises(ScenarioError, match=r"no district 'Kechh' in Balochistan"):
        estimate("wake", record, districts="Kechh")
    with pytest.raises(ValueError, match=r"no event is left of 692"):
        estimate("wake", record, start="1992-02-01", end="1992-02-02")


@pytest.mark.slow
def test_dose__of_other_weeks_names_them(record):
    few = FEW["dose"]
    usual, later = (estimate("dose", record, weeks=weeks, **few) for weeks in ((5, 52), (13, 26)))
    assert "in weeks 13 to 26 after" in later.estimand
    assert "in weeks 13 to 26 per" in later.sentence
    assert later.estimate != usual.estimate
    assert later.figures[0].data["estimate"][0] == later.estimate
    assert "weeks 13 to 26" in later.figures[1].title


def test_changed_options__are_those_that_differ():
    def estimator(record, *, level=LEVEL, moves=9): ...

    given = {"record": None, "level": LEVEL, "moves": 9, "local": 1}
    assert changed_options(estimator, given) == ()
    assert changed_options(estimator, given | {"moves": 8, "level": 0.8}) == ("level", "moves")


@pytest.mark.parametrize(("level", "expected"), [(0.9, (0.05, 0.95)), (0.5, (0.25, 0.75))])
def test_tails__bound_an_interval(level, expected):
    assert tails(level) == expected
