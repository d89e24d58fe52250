"""Counts with a heavy tail: their mean, and their distribution by numerical integration."""

import numpy as np
import pytest
from scipy import integrate, stats

from tarazu.core.jit import kernel
from tarazu.core.random.streams import member_state, week_state
from tarazu.engine.compiler.kernels import tailed_count

ALPHA = 1e-6  # chance that a right sampler fails one assertion
DRAWS = 200_000
FEWEST = 20.0


@kernel
def _draw(n, happened, mean, exponent, largest, out):
    now = week_state(member_state(7, 1), 2, 3)
    for key in range(n):
        out[key] = tailed_count(now, key, happened, mean, exponent, largest)


def drawn(happened, mean, exponent, largest):
    out = np.zeros(DRAWS)
    _draw(DRAWS, happened, mean, exponent, largest, out)
    return out


@pytest.mark.parametrize("happened", [1, 3, 2_000])
@pytest.mark.parametrize(("exponent", "largest"), [(1.3, 50.0), (2.4, 300.0)])
def test_tailed_count__has_the_mean_that_is_asked_for(happened, exponent, largest):
    mean = 1.5 * happened
    sample = drawn(happened, mean, exponent, largest)
    error = sample.std(ddof=1) / np.sqrt(DRAWS)
    assert error < 0.02 * mean
    assert abs(sample.mean() - mean) < stats.norm.isf(ALPHA / 2) * error


def chances(mean, exponent, largest, highest):
    """P(count = k) of one toll, k below `highest`: Poisson mixed over the cut Lomax rate."""
    cut = 1.0 - (1.0 + largest) ** -exponent

    def density(x):
        return exponent * (1.0 + x) ** (-exponent - 1.0) / cut

    scale = mean / integrate.quad(lambda x: x * density(x), 0.0, largest, limit=500)[0]
    return np.array(
        [
            integrate.quad(
                lambda x, k=k: stats.poisson.pmf(k, scale * x) * density(x),
                0.0,
                largest,
                limit=500,
                points=[1.0, 5.0, 20.0],
            )[0]
            for k in range(highest)
        ]
    )


def p_value(sample, mean, exponent, largest):
    highest = 12
    expected = DRAWS * chances(mean, exponent, largest, highest)
    expected = np.append(expected, DRAWS - expected.sum())
    seen = np.bincount(np.minimum(sample, highest).astype(int), minlength=highest + 1)
    assert expected.min() > FEWEST
    return float(stats.chisquare(seen, expected).pvalue)


def test_tailed_count__has_the_distribution_of_the_mixture():
    sample = drawn(1, 1.5, 1.6, 100.0)
    assert p_value(sample, 1.5, 1.6, 100.0) > ALPHA
    assert p_value(sample, 1.5, 1.7, 100.0) < ALPHA  # a tail a little lighter is told apart
