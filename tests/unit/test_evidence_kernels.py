"""The kernels of the evidence against obvious twins, and their derivatives against differences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reference.evidence_loops import log_likelihood, tally

from tarazu.evidence.history_kernels import accumulate_likelihood, tally_history

WINDOWS = ((1, 2), (3, 7))
# Window sums of whole numbers are exact; fractions differ by the rounding of a running sum.
ROUNDING = 1e-12
# Central differences of a function of size 1e2 at step 1e-5: rounding 1e-9, curvature 1e-9.
STEP, DIFFERENCE = 1e-5, 1e-6


def draw_history(seed: int, n_days: int, n_districts: int, horizon: int) -> tuple:
    rng = np.random.default_rng(seed)
    shape = (n_days, n_districts)
    sources = np.stack([rng.poisson(0.4, shape).astype(float), rng.uniform(0, 1, shape)])
    counts, own, near = (rng.poisson(rate, shape) for rate in (0.4, 0.1, 0.15))
    return sources, counts, own, near, np.arange(n_days) // 6, np.array(WINDOWS), horizon


def run_tally(world: tuple) -> tuple:
    sources, counts, *_, period, windows, _ = world
    n_sources, _, n_districts = sources.shape
    n_periods, n_features = int(period[-1]) + 1, n_sources * len(windows)
    n_marked = int((counts > 0).sum())
    days, observed = np.zeros((2, n_districts, n_periods, 3))
    features = np.zeros((n_districts, n_periods, 3, n_features))
    place = np.zeros((n_marked, 2), dtype=np.int64)
    count, event_features = np.zeros(n_marked), np.zeros((n_marked, n_features))
    found = tally_history(*world, days, features, observed, place, count, event_features)
    return days, observed, features, place[:found], count[:found], event_features[:found]


@settings(max_examples=30)
@given(
    seed=st.integers(0, 10**6),
    n_days=st.integers(1, 40),
    n_districts=st.integers(1, 3),
    horizon=st.integers(1, 9),
)
def test_tally_history__equals_plain_sums(seed, n_days, n_districts, horizon):
    world = draw_history(seed, n_days, n_districts, horizon)
    days, observed, features, place, count, event_features = run_tally(world)
    plain_days, plain_observed, plain_features, plain_events = tally(*world)
    assert {tuple(cell): days[tuple(cell)] for cell in np.argwhere(days > 0)} == plain_days
    assert days.sum() == n_days * n_districts
    for cell in plain_days:
        assert observed[cell] == plain_observed[cell]
        assert features[cell] == pytest.approx(plain_features[cell], abs=ROUNDING)
    assert observed.sum() == sum(plain_observed.values())
    assert [(*p, c) for p, c in zip(place.tolist(), count, strict=True)] == [
        event[:3] for event in plain_events
    ]
    for found, event in zip(event_features, plain_events, strict=True):
        assert found == pytest.approx(event[3], abs=ROUNDING)


def test_tally_history__counts_the_horizon_from_the_day_after_a_treatment():
    sources, counts = np.zeros((1, 10, 1)), np.zeros((10, 1), dtype=np.int64)
    own, near = np.zeros((2, 10, 1), dtype=np.int64)
    own[2, 0] = near[3, 0] = 1
    period = np.arange(10)
    days, *_ = run_tally((sources, counts, own, near, period, np.array(WINDOWS), 3))
    classes = days[0].argmax(axis=1).tolist()
    assert classes == [0, 0, 0, 1, 1, 1, 2, 0, 0, 0]


def draw_likelihood(seed: int) -> tuple:
    """A state of 3 districts, 2 drifts, 2 years, 4 bursts and 3 branching ratios."""
    rng = np.random.default_rng(seed)
    level, burst = rng.normal(-0.5, 0.4, 10), rng.normal(0, 0.4, 4)

    def places(n: int) -> np.ndarray:
        columns = [rng.integers(low, high, n) for low, high in ((0, 3), (3, 5), (5, 7), (0, 4))]
        return np.stack(columns, axis=1)

    features = rng.uniform(0, 0.5, (30, 3)) * (rng.uniform(size=(30, 3)) < 0.7)
    return (
        level,
        burst,
        places(20),
        rng.uniform(1, 5, 20),
        places(30),
        rng.integers(1, 4, 30).astype(float),
        features,
        rng.uniform(5, 20, 3),
    )


def run_likelihood(state: tuple) -> tuple:
    P, B = len(state[0]), len(state[1])
    hessian, cross, burst_hessian = np.empty((P, P)), np.empty((P, B)), np.empty(B)
    gradient, burst_gradient = np.empty(P), np.empty(B)
    out = hessian, cross, burst_hessian, gradient, burst_gradient
    return accumulate_likelihood(*state, *out), *out


def differentiate(function, at: np.ndarray) -> np.ndarray:
    """Central differences, one row a coordinate of `at`."""
    steps = STEP * np.eye(len(at))
    return np.array([(function(at + s) - function(at - s)) / (2 * STEP) for s in steps])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_likelihood__equals_plain_sums(seed):
    state = draw_likelihood(seed)
    assert run_likelihood(state)[0] == pytest.approx(log_likelihood(*state), rel=1e-12)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_likelihood__gradient_is_its_slope(seed):
    level, burst, *data = state = draw_likelihood(seed)
    *_, gradient, burst_gradient = run_likelihood(state)
    by_level = differentiate(lambda x: log_likelihood(x, burst, *data), level)
    by_burst = differentiate(lambda x: log_likelihood(level, x, *data), burst)
    assert gradient == pytest.approx(by_level, abs=DIFFERENCE, rel=DIFFERENCE)
    assert burst_gradient == pytest.approx(by_burst, abs=DIFFERENCE, rel=DIFFERENCE)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_likelihood__hessian_is_the_slope_of_its_gradient(seed):
    level, burst, *data = state = draw_likelihood(seed)
    _, hessian, cross, burst_hessian, *_ = run_likelihood(state)

    def gradients(level, burst):
        return np.concatenate(run_likelihood((level, burst, *data))[-2:])

    by_level = differentiate(lambda x: gradients(x, burst), level)
    by_burst = differentiate(lambda x: gradients(level, x), burst)
    P = len(level)
    expected = {
        "level": (hessian, by_level[:, :P]),
        "level and burst": (cross, by_level[:, P:]),
        "burst": (np.diag(burst_hessian), by_burst[:, P:]),
    }
    for name, (found, slope) in expected.items():
        assert found == pytest.approx(slope, abs=DIFFERENCE, rel=DIFFERENCE), name
