import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from tarazu.core.quantities import SpikeSlab
from tarazu.model.response import contrast, response

ROUNDING = 1e-12
pulls = st.floats(-50.0, 50.0)
levels = st.floats(0.0, 1e6)
LARGEST = float(np.exp(2.0))


def factor(pull):
    return float(response(sp.Float(pull)))


@given(pulls)
def test_response__to_the_opposite_pull_is_the_reciprocal(pull):
    assert factor(pull) * factor(-pull) == pytest.approx(1.0, rel=ROUNDING)
    assert factor(pull) * (1.0 + ROUNDING) >= 1.0 / LARGEST
    assert factor(pull) <= LARGEST * (1.0 + ROUNDING)


@given(pulls)
def test_response__is_the_exponential_of_twice_a_tanh_of_half_the_pull(pull):
    assert factor(pull) == pytest.approx(np.exp(2.0 * np.tanh(pull / 2.0)), rel=1e-9)


def test_response__to_nothing_is_no_change():
    assert factor(0.0) == 1.0
    slope = (factor(1e-5) - factor(-1e-5)) / 2e-5
    assert slope == pytest.approx(1.0, rel=1e-6)


@given(st.lists(pulls, min_size=2, max_size=5))
def test_response__rises_with_the_pull(several):
    values = [factor(pull) for pull in sorted(several)]
    assert values == sorted(values)


@given(levels)
def test_contrast__is_none_today_and_opposite_for_the_reciprocal(level):
    here = float(contrast(sp.Float(level)))
    assert -1.0 <= here <= 1.0
    assert (here > 0.0) == (level > 1.0)
    if level > 1e-6:
        assert float(contrast(sp.Float(1.0 / level))) == pytest.approx(-here, abs=1e-9)


@pytest.mark.parametrize("mean", [-2.0, 0.0, 1.0])
def test_spike_and_slab__holds_the_mass_that_it_says(mean):
    values = SpikeSlab(zero=0.3, mean=mean, sd=1.0).quantile((np.arange(100_000) + 0.5) / 100_000)
    assert np.all(np.diff(values) >= 0.0)
    assert (values == 0.0).mean() == pytest.approx(0.3, abs=1e-4)
    assert values.mean() == pytest.approx(0.7 * mean, abs=1e-3)


@pytest.mark.parametrize("zero", [0.0, 1.0, -0.1])
def test_spike_and_slab__needs_a_probability_of_no_effect(zero):
    with pytest.raises(ValueError, match="probability of no effect"):
        SpikeSlab(zero=zero, mean=0.0, sd=1.0)
