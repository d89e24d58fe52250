import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from tarazu.model.answer import answer

from tarazu.core.quantities import SpikeSlab

ROUNDING = 1e-12
responses = st.floats(-5.0, 5.0)
presences = st.floats(0.0, 1.0)


def factor(response, presence):
    return float(answer(sp.Float(response) * sp.Float(presence)))


@given(responses, presences)
def test_answer__moves_as_far_up_as_down(response, presence):
    up, down = factor(response, presence), factor(-response, presence)
    assert up + down == pytest.approx(2.0, abs=ROUNDING)
    assert 0.0 <= up <= 2.0


@given(responses)
def test_answer__to_nothing_is_no_change(response):
    assert factor(response, 0.0) == factor(0.0, 1.0) == 1.0


@given(presences)
def test_answer__rises_with_the_response(presence):
    values = [factor(response, presence) for response in (-1.0, -0.1, 0.1, 1.0)]
    assert values == sorted(values)


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
