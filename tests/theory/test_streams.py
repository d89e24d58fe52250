"""Random streams: do the draws have the distributions that they claim?

Every statistical assertion fails by chance once in 1 / ALPHA runs with fresh seeds; here seeds
are fixed. Each family has a negative control: a generator that is slightly wrong must fail.
"""

import itertools

import numpy as np
import pytest
from scipy import stats
from tests.reference import count_quantiles as reference

from tarazu.core.jit import kernel
from tarazu.core.random.streams import (
    binomial_quantile,
    negative_binomial_quantile,
    poisson_quantile,
    power_law_quantile,
    uniform,
)

ALPHA = 1e-6
SEED = 20_260_101
N = 200_000
MIN_EXPECTED = 20  # persons in a bin of a chi-square, so that its distribution is known
CDF_ERROR = 1e-3  # what the docstrings promise above the exact means
COORDINATES = ("seed", "member", "stream", "week", "district", "index")


@kernel
def _fill(start, steps, out):
    """Write the uniforms at addresses start + i * steps; start, steps : (6,) int64."""
    for i in range(out.shape[0]):
        a = start + i * steps
        out[i] = uniform(a[0], a[1], a[2], a[3], a[4], a[5])


def _line(coordinate: int, step: int = 1, n: int = N) -> np.ndarray:
    """Return the uniforms of n neighbours along one coordinate."""
    start, steps = np.array([SEED, 3, 1, 4, 1, 5]), np.zeros(6, np.int64)
    steps[coordinate] = step
    out = np.empty(n)
    _fill(start, steps, out)
    return out


def _block(n: int = N) -> np.ndarray:
    """Return uniforms as a simulation meets them: weeks by districts by indices."""
    districts, indices = 40, 5
    weeks = n // (districts * indices)
    out = np.empty(weeks * districts * indices)
    _fill_block(weeks, districts, indices, out)
    return out


@kernel
def _fill_block(weeks, districts, indices, out):
    i = 0
    for week in range(weeks):
        for district in range(districts):
            for index in range(indices):
                out[i] = uniform(SEED, 0, 2, week, district, index)
                i += 1


def _p_of_counts(observed: np.ndarray, expected: np.ndarray) -> float:
    """Return the chi-square p-value after neighbours with little expected are pooled."""
    pooled_observed, pooled_expected, o, e = [], [], 0.0, 0.0
    for one_observed, one_expected in zip(observed, expected, strict=True):
        o, e = o + one_observed, e + one_expected
        if e >= MIN_EXPECTED:
            pooled_observed.append(o)
            pooled_expected.append(e)
            o = e = 0.0
    pooled_observed[-1] += o
    pooled_expected[-1] += e
    statistic = ((np.array(pooled_observed) - pooled_expected) ** 2 / pooled_expected).sum()
    return float(stats.chi2.sf(statistic, len(pooled_expected) - 1))


def _p_of_draws(draws: np.ndarray, distribution) -> float:
    values = np.arange(draws.min(), draws.max() + 1)
    expected = draws.size * distribution.pmf(values)
    expected[0] = draws.size * distribution.cdf(values[0])
    expected[-1] = draws.size * distribution.sf(values[-1] - 1)
    return _p_of_counts(np.bincount(draws - draws.min(), minlength=values.size), expected)


def _p_of_uniforms(u: np.ndarray, bins: int = 1024) -> float:
    observed = np.bincount((u * bins).astype(np.int64), minlength=bins)
    return _p_of_counts(observed, np.full(bins, u.size / bins))


def _p_of_pairs(u: np.ndarray, v: np.ndarray, bins: int = 32) -> float:
    cells = (u * bins).astype(np.int64) * bins + (v * bins).astype(np.int64)
    return _p_of_counts(np.bincount(cells, minlength=bins**2), np.full(bins**2, u.size / bins**2))


def _p_of_correlation(u: np.ndarray, v: np.ndarray) -> float:
    z = np.corrcoef(u, v)[0, 1] * np.sqrt(u.size)
    return float(2 * stats.norm.sf(abs(z)))


CASES = [
    ("poisson", (0.05,)),
    ("poisson", (1.0,)),
    ("poisson", (12.0,)),
    ("poisson", (30.0,)),
    ("binomial", (40, 0.1)),
    ("binomial", (40, 0.9)),
    ("binomial", (100_000, 2e-4)),
    ("negative_binomial", (0.5, 0.3)),
    ("negative_binomial", (8.0, 2.0)),
    ("negative_binomial", (200.0, 0.5)),
    ("power_law", (2.5, 1, 2_000)),
    ("power_law", (2.4, 12, 5_000)),
]
QUANTILES = {
    "poisson": poisson_quantile,
    "binomial": binomial_quantile,
    "negative_binomial": negative_binomial_quantile,
    "power_law": power_law_quantile,
}


def _draw(name: str, parameters: tuple, u: np.ndarray) -> np.ndarray:
    quantile = QUANTILES[name]
    return np.array([quantile(x, *parameters) for x in u])


@pytest.mark.parametrize(("name", "parameters"), CASES)
def test_draws__have_the_distribution_of_the_reference(name, parameters):
    draws = _draw(name, parameters, _block())
    assert _p_of_draws(draws, getattr(reference, name)(*parameters)) > ALPHA


@pytest.mark.parametrize(
    ("name", "wrong", "claimed"),
    [
        ("poisson", (1.03,), (1.0,)),
        ("poisson", (12.15,), (12.0,)),
        ("binomial", (40, 0.103), (40, 0.1)),
        ("negative_binomial", (8.0, 2.08), (8.0, 2.0)),
        ("power_law", (2.55, 1, 2_000), (2.5, 1, 2_000)),
    ],
)
def test_draws__negative_control_a_small_bias_is_seen(name, wrong, claimed):
    draws = _draw(name, wrong, _block())
    assert _p_of_draws(draws, getattr(reference, name)(*claimed)) < ALPHA


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("poisson", (30.01,)),
        ("poisson", (200.0,)),
        ("poisson", (1e6,)),
        ("binomial", (61, 0.499)),
        ("binomial", (1_000, 0.031)),
        ("binomial", (1_000, 0.969)),
        ("binomial", (10**7, 3.1e-6)),
        ("negative_binomial", (30.1, 60.0)),
        ("negative_binomial", (1e4, 60.0)),
        ("negative_binomial", (5e3, 0.2)),
        ("negative_binomial", (1e6, 5.0)),
    ],
)
def test_draws__cdf_error_above_the_exact_mean_is_bounded(name, parameters):
    distribution = getattr(reference, name)(*parameters)
    low, high = distribution.ppf([1e-9, 1.0 - 1e-9])
    values = np.unique(np.linspace(low, high, 200).astype(np.int64))
    below, above = np.full(values.size, 2.0**-53), np.full(values.size, 1.0 - 2.0**-53)
    for _ in range(45):  # the luck at which the quantile leaves each value: its CDF there
        middle = (below + above) / 2.0
        reached = _draw(name, parameters, middle) <= values
        below, above = np.where(reached, middle, below), np.where(reached, above, middle)
    assert np.abs(below - distribution.cdf(values)).max() <= CDF_ERROR


@pytest.mark.parametrize("coordinate", range(6), ids=COORDINATES)
@pytest.mark.parametrize("step", [1, 64, 2**32])
def test_uniform__is_uniform_along_every_coordinate(coordinate, step):
    assert _p_of_uniforms(_line(coordinate, step)) > ALPHA


@pytest.mark.parametrize("coordinate", range(6), ids=COORDINATES)
@pytest.mark.parametrize("lag", [1, 2, 7])
def test_uniform__neighbours_are_independent(coordinate, lag):
    u = _line(coordinate)
    assert _p_of_pairs(u[:-lag], u[lag:]) > ALPHA
    assert _p_of_correlation(u[:-lag], u[lag:]) > ALPHA


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(range(6), 2)))
def test_uniform__coordinates_do_not_stand_in_for_each_other(one, other):
    assert _p_of_pairs(_line(one), _line(other)) > ALPHA


def test_uniform__low_bits_are_as_good_as_high_ones():
    assert _p_of_uniforms(_block() * 2**40 % 1.0) > ALPHA


def test_uniform__never_repeats_in_a_simulation():
    # 10^6 of 2^52 values: a repetition is expected once in 9,000 such runs.
    assert np.unique(_block(1_000_000)).size == 1_000_000


def test_uniform__negative_control_a_weak_hash_is_seen():
    u = np.arange(1, N) * 0.6180339887498949 % 1.0  # equidistributed, but neighbours are tied
    assert _p_of_pairs(u[:-1], u[1:]) < ALPHA
    blurred = u[1:] + 0.05 * u[:-1]
    assert _p_of_correlation(u[:-1], blurred) < ALPHA
