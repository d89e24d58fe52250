import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special
from tests.reference import count_quantiles as reference

from tarazu.core.jit import plain
from tarazu.core.random.heavy_tails import incomplete_beta, power_tail
from tarazu.core.random.normal import normal_quantile
from tarazu.core.random.streams import (
    binomial_quantile,
    negative_binomial_quantile,
    poisson_quantile,
    power_law_quantile,
    uniform,
)

U_MIN, U_MAX = 2.0**-53, 1.0 - 2.0**-53
NORMAL_RTOL = 4e-15  # AS 241 promises 1e-16; scipy's own error is as large
BETA_RTOL = 1e-9
TAIL_RTOL = 1e-9
QUANTILE_GRID = np.concatenate([[1e-12, 1e-6], np.linspace(0.003, 0.997, 199), [1 - 1e-6]])

uniforms = st.floats(U_MIN, U_MAX)
counters = st.integers(0, 2**62)
means = st.floats(0.0, 1e6)
small_counts = st.integers(0, 5_000)
shares = st.floats(0.0, 1.0)
sizes = st.floats(0.05, 1e4)
quick = settings(deadline=None, max_examples=200)  # the first example compiles


@quick
@given(address=st.tuples(*[counters] * 6))
def test_uniform__equals_its_twin_and_lies_inside(address):
    assert uniform(*address) == reference.uniform(*address)
    assert 0.0 < uniform(*address) < 1.0


def test_uniform__extreme_bits_stay_inside():
    assert U_MIN == 0.5 * 2.0**-52
    assert (float(2**52 - 1) + 0.5) * 2.0**-52 == U_MAX < 1.0


@pytest.mark.parametrize("position", range(6))
def test_uniform__every_coordinate_counts(position):
    address = [3, 1, 4, 1, 5, 9]
    values = set()
    for value in range(1_000):
        address[position] = value
        values.add(uniform(*address))
    assert len(values) == 1_000


def test_uniform__does_not_depend_on_how_it_is_called():
    assert uniform(1, 2, 3, 4, 5, 6) == plain(uniform)(1, 2, 3, 4, 5, 6)


@pytest.mark.parametrize("u", [U_MIN, 1e-10, 0.075, 0.0750001, 0.5, 0.6, 0.925, 0.93, U_MAX])
def test_normal_quantile__is_that_of_scipy(u):
    assert normal_quantile(u) == pytest.approx(special.ndtri(u), rel=NORMAL_RTOL)


@pytest.mark.parametrize("mean", [0.0, 1e-9, 0.1, 1.0, 7.5, 29.9, 30.0])
def test_poisson_quantile__exact_for_small_means(mean):
    expected = reference.poisson(mean).ppf(QUANTILE_GRID)
    assert [poisson_quantile(u, mean) for u in QUANTILE_GRID] == expected.tolist()


@pytest.mark.parametrize(
    ("n", "p"),
    [(0, 0.5), (1, 0.3), (10, 0.9), (60, 0.5), (100, 0.3), (10**6, 2e-5), (10**6, 1 - 2e-5)],
)
def test_binomial_quantile__exact_for_rare_outcomes(n, p):
    expected = reference.binomial(n, p).ppf(QUANTILE_GRID)
    assert [binomial_quantile(u, n, p) for u in QUANTILE_GRID] == expected.tolist()


@pytest.mark.parametrize(
    ("mean", "dispersion"), [(0.1, 0.1), (5.0, 0.3), (30.0, 100.0), (200.0, 0.3), (5e3, 0.5)]
)
def test_negative_binomial_quantile__exact_where_promised(mean, dispersion):
    expected = reference.negative_binomial(mean, dispersion).ppf(QUANTILE_GRID)
    drawn = [negative_binomial_quantile(u, mean, dispersion) for u in QUANTILE_GRID]
    assert drawn == expected.tolist()


def test_negative_binomial_quantile__becomes_poisson():
    for u in QUANTILE_GRID:
        assert negative_binomial_quantile(u, 8.0, math.inf) == poisson_quantile(u, 8.0)


@pytest.mark.parametrize(
    ("alpha", "xmin", "xmax"), [(2.5, 1, 1000), (1.05, 1, 9999), (3.0, 5, 300), (2.5, 7, 7)]
)
def test_power_law_quantile__exact(alpha, xmin, xmax):
    expected = reference.power_law(alpha, xmin, xmax).ppf(QUANTILE_GRID)
    drawn = [power_law_quantile(u, alpha, xmin, xmax) for u in QUANTILE_GRID]
    assert drawn == expected.tolist()


@pytest.mark.parametrize("alpha", [1.01, 1.5, 2.5, 5.0])
@pytest.mark.parametrize("start", [1, 2, 12, 1000])
def test_power_tail__is_the_hurwitz_zeta(alpha, start):
    assert power_tail(alpha, start) == pytest.approx(special.zeta(alpha, start), rel=TAIL_RTOL)


@pytest.mark.parametrize("x", [1e-6, 0.1, 0.5, 0.9])
@pytest.mark.parametrize(("a", "b"), [(0.2, 5.0), (3.0, 0.4), (40.0, 1e5)])
def test_incomplete_beta__is_that_of_scipy(a, b, x):
    assert incomplete_beta(a, b, x) == pytest.approx(special.betainc(a, b, x), rel=BETA_RTOL)


@quick
@given(u=uniforms, v=uniforms, mean=means)
def test_poisson_quantile__rises_with_luck(u, v, mean):
    low, high = sorted((u, v))
    assert 0 <= poisson_quantile(low, mean) <= poisson_quantile(high, mean)


@quick
@given(u=uniforms, mean=st.floats(0.0, 30.0), factor=st.floats(1.0, 10.0))
def test_poisson_quantile__rises_with_the_mean_where_exact(u, mean, factor):
    assert poisson_quantile(u, mean) <= poisson_quantile(u, min(30.0, mean * factor))


@quick
@given(u=uniforms, v=uniforms, n=st.integers(0, 10**9), p=shares)
def test_binomial_quantile__rises_with_luck_within_support(u, v, n, p):
    low, high = sorted((u, v))
    assert 0 <= binomial_quantile(low, n, p) <= binomial_quantile(high, n, p) <= n


@quick
@given(u=uniforms, v=uniforms, mean=means, dispersion=sizes)
def test_negative_binomial_quantile__rises_with_luck(u, v, mean, dispersion):
    low, high = (negative_binomial_quantile(x, mean, dispersion) for x in sorted((u, v)))
    assert 0 <= low <= high


@quick
@given(
    u=uniforms,
    v=uniforms,
    alpha=st.floats(1.01, 20.0),
    xmin=st.integers(1, 10_000),
    width=st.integers(0, 10**9),
)
def test_power_law_quantile__rises_with_luck_within_support(u, v, alpha, xmin, width):
    low, high = (power_law_quantile(x, alpha, xmin, xmin + width) for x in sorted((u, v)))
    assert xmin <= low <= high <= xmin + width


@pytest.mark.parametrize(
    "failed",
    [
        lambda: poisson_quantile(0.5, -1e-9),
        lambda: poisson_quantile(0.5, math.nan),
        lambda: poisson_quantile(0.5, math.inf),
        lambda: binomial_quantile(0.5, -1, 0.5),
        lambda: binomial_quantile(0.5, 10, 1.1),
        lambda: binomial_quantile(0.5, 10, math.nan),
        lambda: negative_binomial_quantile(0.5, 1.0, 0.0),
        lambda: negative_binomial_quantile(0.5, math.nan, 1.0),
        lambda: power_law_quantile(0.5, 1.0, 1, 10),
        lambda: power_law_quantile(0.5, 2.0, 0, 10),
        lambda: power_law_quantile(0.5, 2.0, 11, 10),
    ],
)
def test_quantiles__answer_impossible_arguments_with_minus_one(failed):
    assert failed() == -1


@pytest.mark.parametrize("u", [U_MIN, U_MAX])
def test_quantiles__end_at_the_extremes_of_luck(u):
    for mean in (1e-6, 0.5, 29.0, 31.0, 1e9):
        assert abs(poisson_quantile(u, mean) - mean) < 10 * math.sqrt(mean) + 40
        assert negative_binomial_quantile(u, mean, 1.0) < 60 * mean + 40
    assert binomial_quantile(u, 10**9, 1e-8) < 100
