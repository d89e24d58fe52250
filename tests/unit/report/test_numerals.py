"""Numbers in words: signs, intervals, missing values."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarazu.report.numerals import MINUS, MISSING, count, interval, number, percent, probability


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.084, "0.08"), (-0.2, f"{MINUS}0.20"), (-0.001, "0.00"), (12.34, "12.3"), (1234.5, "1234")],
)
def test_number__rounds_to_what_can_be_read(value: float, text: str) -> None:
    assert number(value) == text


def test_number__signs_when_asked_but_never_zero() -> None:
    assert number(0.5, signed=True) == "+0.50"
    assert number(0.001, signed=True) == number(-0.001, signed=True) == "0.00"


@pytest.mark.parametrize("value", [None, math.nan])
def test_number__says_so_when_there_is_none(value: float | None) -> None:
    assert number(value) == probability(value) == MISSING
    assert interval(None) == MISSING


def test_number__names_infinity() -> None:
    assert interval((-math.inf, math.inf)) == f"{MINUS}infinity to infinity"


@given(st.floats(0, 1))
def test_probability__is_never_printed_as_zero(value: float) -> None:
    assert probability(value) not in {"0.000", "0.00", "0"}


@given(st.integers(-(10**9), 10**9))
def test_count__keeps_every_digit(value: int) -> None:
    digits = "".join(character for character in count(value) if character.isdigit())
    assert int(digits) == abs(value)
    assert count(value).startswith(MINUS) == (value < 0)


def test_percent__is_whole() -> None:
    assert percent(0.236) == "24%"
