"""Displayed numbers: signs, intervals, missing values, thousands."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarazu.core.number_format import (
    MINUS,
    MISSING,
    count,
    counts,
    estimate,
    interval,
    number,
    p_value,
    percent,
    percent_interval,
    plain,
    probability,
    significant,
    years,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.084, "0.08"), (-0.2, f"{MINUS}0.20"), (-0.001, "0.00"), (12.34, "12.3"), (1234.5, "1,234")],
)
def test_number__rounds_to_what_can_be_read(value: float, text: str) -> None:
    assert number(value) == text


def test_number__signs_when_asked_but_never_zero() -> None:
    assert number(0.5, signed=True) == "+0.50"
    assert number(0.001, signed=True) == number(-0.001, signed=True) == "0.00"
    assert count(-0.2) == "0"


@pytest.mark.parametrize("value", [None, math.nan])
def test_number__says_so_when_there_is_none(value: float | None) -> None:
    assert number(value) == probability(value) == estimate(value, None) == MISSING
    assert interval(None) == MISSING


def test_number__names_infinity() -> None:
    assert interval((-math.inf, math.inf)) == f"{MINUS}infinity to infinity"


def test_significant__keeps_small_numbers() -> None:
    assert significant(-0.000123456) == f"{MINUS}0.000123"
    assert significant(1.9, 1, signed=True) == "+2"


def test_estimate__states_level_and_unit_once() -> None:
    shown = estimate(0.06, (-0.04, 0.2), level=0.9, unit="attacks per operation")
    assert shown == f"+0.06 attacks per operation (90% interval, {MINUS}0.04 to +0.20)"
    assert estimate(0.06, (-0.04, 0.2)) == f"+0.06 ({MINUS}0.04 to +0.20)"
    assert estimate(2.0, (1.0, 3.0), signed=False) == "2.00 (1.00 to 3.00)"
    assert estimate(0.06, None) == "+0.06"
    assert estimate(36.4, None, unit="% more deaths") == "+36.4% more deaths"
    assert estimate(1851.0, (715.0, math.nan), signed=False, whole=True) == "1,851 (at least 715)"


@given(st.floats(0, 1))
def test_probability__is_never_printed_as_zero(value: float) -> None:
    assert probability(value) not in {"0.000", "0.00", "0"}
    assert p_value(value).startswith(("p = 0.", "p = 1.", "p < 0.001"))


@given(st.integers(-(10**9), 10**9))
def test_count__keeps_every_digit(value: int) -> None:
    assert int(plain(count(value))) == value
    assert count(value).startswith(MINUS) == (value < 0)


def test_counts__are_one_phrase() -> None:
    assert counts({"operations": 98, "attacks": 1476}) == "98 operations, 1,476 attacks"
    assert counts({}) == "none"


def test_percent__has_no_space_and_is_whole_unless_asked() -> None:
    assert percent(0.236) == "24%"
    assert percent(0.0525, 1) == "5.2%"
    assert percent_interval((0.12, 0.314)) == "12% to 31%"


def test_years__have_an_en_dash() -> None:
    assert years(2004, 2021) == "2004\N{EN DASH}2021"
    assert years(2004, 2004) == "2004"
