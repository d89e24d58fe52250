import math

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from tarazu.model.bounds import bounds_of
from tarazu.model.units import UnitMismatch, parse_unit, times, unit_of, write_unit

x, y, z = sp.symbols("x y z", real=True)
UNITS = {"x": {"persons": 1}, "y": {"week": -1}, "z": {}}
ROUNDING = 1e-9  # bounds and values are worked out in different orders


@given(st.dictionaries(st.sampled_from(["persons", "week", "raids"]), st.sampled_from([-2, 1, 3])))
def test_unit__survives_writing_and_reading(unit):
    assert parse_unit(write_unit(unit)) == unit


def test_unit__of_a_product_is_the_product():
    assert write_unit(unit_of(x * y**2 / z, UNITS)) == "persons/week/week"
    assert times({"week": 1}, {"week": 1}, -1) == {}


def test_unit__that_cannot_be_read_says_so():
    with pytest.raises(ValueError, match=r"cannot read '2'"):
        parse_unit("persons/2")


def test_floor_of_one__takes_the_unit_of_the_other_term():
    assert unit_of(sp.Max(x, 1), UNITS) == {"persons": 1}


def test_number_added_to_a_quantity__is_a_mismatch():
    with pytest.raises(UnitMismatch, match="'1' in 1"):
        unit_of(x + 1, UNITS)


EXPRESSIONS = [
    1 - (1 - x) * (1 - y * z),
    x / (1 + y),
    sp.exp(-x * y) * z,
    sp.Max(x - y, 0) + sp.Min(z, 1),
    (x - y) ** 2,
    1 / (1 + (x - y) ** 2),
    -1 / (x - 2),
    z * (x - 0.5),
]


@pytest.mark.parametrize("expression", EXPRESSIONS)
@given(st.tuples(*[st.floats(0.0, 1.0)] * 3))
def test_bounds__hold_everywhere_inside(expression, values):
    low, high = bounds_of(expression, dict.fromkeys("xyz", (0.0, 1.0)))
    value = float(expression.subs(dict(zip((x, y, z), values, strict=True))))
    assert low - ROUNDING <= value <= high + ROUNDING


def test_bounds__of_an_inverse_across_zero_are_unbounded():
    assert bounds_of(1 / x, {"x": (-1.0, 1.0)}) == (-math.inf, math.inf)


def test_bounds__of_an_inverse_even_power_are_not_negative():
    assert bounds_of(x**-2, {"x": (-1.0, 2.0)}) == (0.25, math.inf)
