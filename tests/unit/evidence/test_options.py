"""Options of the estimators: named in errors, passed on, and never with rates of the defaults."""

import re
from dataclasses import replace

import pytest
from tests.unit.evidence.few import FEW

from tarazu.evidence import ESTIMATORS, estimate
from tarazu.evidence.compose import WORDS
from tarazu.evidence.error_rates import load_validation
from tarazu.evidence.options import LEVEL, changed_options, options_of, tails
from tarazu.record import load_record


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


@pytest.mark.parametrize("name", ESTIMATORS)
@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("draws", 1, "expected a whole number, 2 or more"),
        ("draws", 2.5, "expected a whole number, 2 or more"),
        ("level", 1.0, "expected a number between 0 and 1"),
        ("level", "0.9", "expected a number between 0 and 1"),
        ("seed", -1, "expected a whole number, 0 or more"),
        ("horizon", True, "expected a whole number, 1 or more"),
    ],
)
def test_estimate__refuses_values_before_any_work(name, option, value, expected):
    if option in options_of(ESTIMATORS[name]):
        with pytest.raises(ValueError, match=f"^{name}: {option} is {value!r}; {expected}$"):
            estimate(name, None, **{option: value})


@pytest.mark.parametrize("name", ESTIMATORS)
def test_validation__is_that_of_the_defaults_alone(name):
    defaults = options_of(ESTIMATORS[name])
    if name == "groups":  # describes, so that nothing was measured
        return
    assert load_validation(ESTIMATORS[name], defaults).summary
    for option, value in FEW[name].items():
        other = load_validation(ESTIMATORS[name], defaults | {option: value})
        assert (other.summary, other.power, other.changed) == ({}, (), (option,))


def test_validation__is_not_printed_for_another_region() -> None:
    record = load_record()
    elsewhere = replace(record, region=replace(record.region, name="slavia", title="Slavia"))
    defaults = options_of(ESTIMATORS["retaliation"])
    found = load_validation(ESTIMATORS["retaliation"], defaults | {"record": elsewhere})
    assert (found.summary, found.power, found.elsewhere) == ({}, (), "Slavia")
    assert load_validation(ESTIMATORS["retaliation"], defaults | {"record": record}).summary


@pytest.mark.slow
@pytest.mark.parametrize("name", ESTIMATORS)
def test_finding__with_other_options_has_no_rates_and_says_so(record, name):
    finding = estimate(name, record, **FEW[name])
    caveat = WORDS.text("options", "caveat", names=", ".join(FEW[name]))
    assert finding.validation == {}
    assert (caveat in finding.caveats) == (name != "groups")
    assert all(figure.kind != "power" for figure in finding.figures)
    assert "simulated records of the size" not in finding.sentence


@pytest.mark.slow
def test_finding__takes_another_horizon_and_level(record):
    few = FEW["displacement"]
    wide = estimate("displacement", record, level=0.99, **few)
    narrow = estimate("displacement", record, level=0.5, **few)
    later = estimate("displacement", record, horizon=84, **few)
    assert wide.level == 0.99
    assert wide.interval[0] < narrow.interval[0] < narrow.interval[1] < wide.interval[1]
    assert wide.p_value == narrow.p_value
    assert later.estimate != wide.estimate
    assert re.search(r"on the 84 days after", later.estimand)


def test_changed_options__are_those_that_differ():
    def estimator(record, *, level=LEVEL, moves=9): ...

    given = {"record": None, "level": LEVEL, "moves": 9, "local": 1}
    assert changed_options(estimator, given) == ()
    assert changed_options(estimator, given | {"moves": 8, "level": 0.8}) == ("level", "moves")


@pytest.mark.parametrize(("level", "expected"), [(0.9, (0.05, 0.95)), (0.5, (0.25, 0.75))])
def test_tails__bound_an_interval(level, expected):
    assert tails(level) == expected
