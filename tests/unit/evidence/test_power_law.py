"""Power laws: published exponents, an independent package, laws that are none."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import zeta
from tests.theory.severity_worlds import draw_power_law

from tarazu.core.errors import FitError
from tarazu.evidence.severity import power_law_kernels as kernels
from tarazu.evidence.severity.power_law import (
    compare_lognormal,
    fit_exponent,
    fit_tail,
    goodness_of_fit,
    lognormal_survival,
    power_survival,
)

TOLERANCE = 0.09  # published: about two standard deviations at 1000 events
SAME = 1e-4  # two optimisers of one likelihood


def with_body(seed: int, *, tail: int = 400, exponent: float = 2.5) -> np.ndarray:
    """A power law from 5 on over a body that is none."""
    rng = np.random.default_rng(seed)
    body = rng.integers(1, 5, 600)
    return np.concatenate([body, draw_power_law(rng, exponent, 5, tail)])


@pytest.mark.parametrize(("exponent", "start"), [(2.5, 5), (2.38, 12)])
def test_exponent__is_recovered_from_a_thousand_events(exponent, start):
    values = draw_power_law(np.random.default_rng(20260101), exponent, start, 1000)
    law = fit_exponent(values, start=start)
    assert law.exponent == pytest.approx(exponent, abs=TOLERANCE)
    assert law.interval[0] < law.exponent < law.interval[1]


def test_exponent__agrees_with_powerlaw():
    import powerlaw  # slow to import

    values = with_body(1)
    theirs = powerlaw.Fit(values, discrete=True, xmin=5, verbose=False)
    assert fit_exponent(values, start=5).exponent == pytest.approx(
        theirs.power_law.alpha, abs=1e-3
    )  # their optimiser stops there


def test_likelihood__is_that_of_the_zeta_function():
    for alpha, start in ((1.5, 1), (2.5, 5), (3.7, 40)):
        expected = -100 * np.log(zeta(alpha, start)) - alpha * 321.0
        assert kernels.log_likelihood(alpha, start, 100, 321.0) == pytest.approx(expected, rel=1e-9)


@given(start=st.integers(1, 30), mean_log=st.floats(0.1, 3.0))
def test_exponent__is_where_the_likelihood_peaks(start, mean_log):
    log_sum = 100 * (np.log(start) + mean_log)
    best = kernels.best_exponent(start, 100, log_sum)
    peak = kernels.log_likelihood(best, start, 100, log_sum)
    for other in np.linspace(kernels.SMALLEST_EXPONENT, kernels.LARGEST_EXPONENT, 57):
        assert peak >= kernels.log_likelihood(other, start, 100, log_sum) - SAME


def test_distance__is_the_largest_gap_between_steps():
    values = np.sort(with_body(2))
    first = int(np.searchsorted(values, 5))
    tail, alpha = values[first:], 2.5
    grid = np.arange(5, tail[-1] + 1)
    seen = np.searchsorted(tail, grid, side="right") / len(tail)
    law = 1 - zeta(alpha, grid + 1) / zeta(alpha, 5)
    expected = np.abs(seen - law).max()
    assert kernels.distance(values, first, alpha) == pytest.approx(expected, abs=1e-9)


def test_tail__starts_where_the_law_does():
    law = fit_tail(with_body(3, tail=2000), replicates=50)
    assert 4 <= law.start <= 8
    assert law.exponent == pytest.approx(2.5, abs=2 * TOLERANCE)


def test_tail__does_not_depend_on_the_order_of_values():
    values = with_body(4)
    shuffled = np.random.default_rng(0).permutation(values)
    assert fit_tail(values, replicates=20) == fit_tail(shuffled, replicates=20)


def test_tail__start_is_the_closest_of_all():
    values = np.sort(with_body(5))
    law = fit_tail(values, replicates=1)
    for start in np.unique(values):
        first = int(np.searchsorted(values, start))
        if len(values) - first >= 50:
            alpha = fit_exponent(values, start=int(start)).exponent
            assert law.distance <= kernels.distance(values, first, alpha) + 1e-9


def test_fit__is_not_doubted_for_a_power_law_and_is_for_a_geometric():
    values = with_body(6)
    law = fit_tail(values, replicates=1)
    assert goodness_of_fit(values, law, replicates=200) > 0.1
    geometric = np.random.default_rng(6).geometric(0.05, 2000)
    thin = fit_tail(geometric, replicates=1, fewest=1500)
    assert goodness_of_fit(geometric, thin, replicates=200, fewest=1500) < 0.05


def test_lognormal__is_closer_where_it_is_true_and_not_where_it_is_not():
    rng = np.random.default_rng(7)
    lognormal = np.maximum(np.rint(np.exp(rng.normal(3.0, 0.6, 2000))), 1).astype(np.int64)
    law = fit_exponent(lognormal, start=5)
    rivals = compare_lognormal(lognormal, law)
    assert rivals.log_ratio < 0
    assert rivals.p_value < 0.01
    assert rivals.log_mean == pytest.approx(3.0, abs=0.1)
    values = draw_power_law(rng, 2.5, 5, 3000)
    rivals = compare_lognormal(values, fit_exponent(values, start=5))
    assert rivals.p_value > 0.01 or rivals.log_ratio > 0


def test_lognormal__likelihood_ratio_agrees_with_powerlaw():
    import powerlaw  # slow to import

    """They put the lognormal's density on whole numbers, we round it: alike for large values."""
    rng = np.random.default_rng(8)
    values = np.rint(np.exp(rng.normal(4.0, 0.7, 1000))).astype(np.int64)
    theirs = powerlaw.Fit(values, discrete=True, xmin=20, verbose=False)
    ratio, _ = theirs.distribution_compare("power_law", "lognormal")
    ours = compare_lognormal(values, fit_exponent(values, start=20))
    assert ours.log_ratio == pytest.approx(ratio, abs=0.5)


def test_survival__starts_at_one_and_falls():
    values = with_body(9)
    law = fit_exponent(values, start=5)
    grid = np.arange(5, 200)
    power = power_survival(law, grid)
    lognormal = lognormal_survival(compare_lognormal(values, law), 5, grid)
    for curve in (power, lognormal):
        assert curve[0] == pytest.approx(1.0)
        assert (np.diff(curve) < 0).all()
    assert power == pytest.approx(zeta(law.exponent, grid) / zeta(law.exponent, 5), rel=1e-8)


def test_exponent__needs_two_values():
    with pytest.raises(FitError, match="two different"):
        fit_exponent(np.array([7, 7, 7]), start=5)
    with pytest.raises(FitError, match="at least 50"):
        fit_tail(np.arange(1, 20))


RESAMPLE = """
import numpy as np
from tarazu.evidence.near_repeat.estimator import near_repeat
from tarazu.evidence.severity import power_law_kernels as kernels
from tarazu.record import load_record
{first}
values, exponents = np.sort(np.arange(1, 400) % 37 + 1), np.empty(20)
kernels.resampled_exponents(values, 50, 0, exponents)
print(exponents.tolist())
"""


def test_resampling__does_not_depend_on_the_kernels_that_ran_before():
    # In processes of their own: what is loaded first from the cache of kernels is what counts.
    said = [
        subprocess.run(
            [sys.executable, "-c", RESAMPLE.format(first=first)],
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
        ).stdout
        for first in ("", "near_repeat(load_record())", "")
    ]
    assert said[0] == said[1] == said[2]
