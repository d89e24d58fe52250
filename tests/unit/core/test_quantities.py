import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tarazu.core.quantities import Beta, Fixed, LogNormal, Normal, Parameter, Uniform
from tarazu.core.sources import ASSUMED

RTOL = 1e-9  # scipy.stats and scipy.special reach the same double by different routes

positive = st.floats(1e-6, 1e6)
uniforms = st.floats(1e-9, 1.0 - 1e-9)
CASES = [
    (LogNormal(3.0, 2.0), stats.lognorm(math.log(2.0), scale=3.0)),
    (Normal(-1.0, 0.5), stats.norm(-1.0, 0.5)),
    (Beta(2.0, 5.0), stats.beta(2.0, 5.0)),
    (Uniform(-2.0, 7.0), stats.uniform(-2.0, 9.0)),
]


@pytest.mark.parametrize(("prior", "reference"), CASES)
def test_prior__quantile_is_that_of_scipy(prior, reference):
    u = np.linspace(0.001, 0.999, 101)
    np.testing.assert_allclose(prior.quantile(u), reference.ppf(u), rtol=RTOL)


@given(median=positive, gsd=st.floats(1.001, 100.0), u=uniforms, v=uniforms)
def test_lognormal__quantile_rises_with_u_and_stays_positive(median, gsd, u, v):
    low, high = LogNormal(median, gsd).quantile(sorted((u, v)))
    assert 0.0 < low <= high


@given(a=st.floats(0.05, 50.0), b=st.floats(0.05, 50.0), u=uniforms)
def test_beta__quantile_is_a_share(a, b, u):
    assert 0.0 <= Beta(a, b).quantile(u) <= 1.0


@pytest.mark.parametrize("shape", [(), (3,), (2, 4)])
@pytest.mark.parametrize("prior", [*(prior for prior, _ in CASES), Fixed(4.0)])
def test_prior__quantile_keeps_the_shape(prior, shape):
    assert prior.quantile(np.full(shape, 0.3)).shape == shape


@pytest.mark.parametrize("u", [0.0, 1.0, -0.1, math.nan])
@pytest.mark.parametrize("prior", [*(prior for prior, _ in CASES), Fixed(4.0)])
def test_prior__refuses_what_is_no_uniform(prior, u):
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        prior.quantile([0.5, u])


@pytest.mark.parametrize("prior", [*(prior for prior, _ in CASES), Fixed(4.0)])
def test_prior__values_lie_in_the_support(prior):
    low, high = prior.support
    values = prior.quantile([1e-6, 0.5, 1.0 - 1e-6])
    assert np.all((values >= low) & (values <= high))


@pytest.mark.parametrize(
    "build",
    [
        lambda: LogNormal(0.0, 2.0),
        lambda: LogNormal(1.0, 1.0),
        lambda: Normal(math.inf, 1.0),
        lambda: Normal(0.0, 0.0),
        lambda: Beta(0.0, 1.0),
        lambda: Uniform(1.0, 1.0),
        lambda: Fixed(math.nan),
    ],
)
def test_prior__refuses_impossible_arguments(build):
    with pytest.raises(ValueError, match="is not a distribution; expected"):
        build()


@pytest.mark.parametrize(("prior", "_reference"), CASES)
def test_prior__says_what_it_is(prior, _reference):
    assert prior.describe().split(",")[0] == type(prior).__name__.lower()


def test_parameter__median_is_that_of_its_prior():
    assert Parameter("1/week", LogNormal(2e-4, 2.5), source=ASSUMED).median == pytest.approx(2e-4)


def test_parameter__refuses_a_missing_unit():
    with pytest.raises(ValueError, match="without unit"):
        Parameter(" ", Fixed(1.0), ASSUMED)


def test_parameter__refuses_a_bare_number():
    with pytest.raises(TypeError, match="Fixed"):
        Parameter("1", 0.5, ASSUMED)  # type: ignore[arg-type]


def test_quantile__does_without_scipy_stats():
    code = (
        "import sys; from tarazu.core.quantities import *; "
        "[p.quantile(0.3) for p in (LogNormal(1, 2), Normal(0, 1), Beta(1, 2))]; "
        "sys.exit('scipy.stats' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
