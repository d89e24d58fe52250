import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tarazu.core.random.exponential import exp, expm1

ULPS = 2.5  # of the exact value, which math.exp and math.expm1 give to 1

quick = settings(deadline=None, max_examples=300)  # the first example compiles


@quick
@given(st.floats(-700.0, 709.0))
def test_exp__is_within_two_units_in_the_last_place(x):
    assert abs(exp(x) - math.exp(x)) <= ULPS * math.ulp(math.exp(x))


@quick
@given(st.one_of(st.floats(-1.0, 1.0), st.floats(-700.0, 709.0)))
def test_expm1__is_within_two_units_also_near_zero(x):
    assert abs(expm1(x) - math.expm1(x)) <= ULPS * math.ulp(math.expm1(x))


@pytest.mark.parametrize("x", [710.0, 1e9, math.inf])
def test_exp__is_infinite_beyond_the_largest_number(x):
    assert exp(x) == expm1(x) == math.inf


@pytest.mark.parametrize("x", [-1e9, -math.inf, -708.0])
def test_exp__of_far_below_zero_vanishes(x):
    assert 0.0 <= exp(x) < 1e-306
    assert expm1(x) == -1.0


def test_exp__of_nan_is_nan():
    assert np.isnan(exp(math.nan))
    assert np.isnan(expm1(math.nan))
