"""The continuous-time Hawkes likelihood against the sum over all pairs, and its maximum."""

import numpy as np
import pytest
from scipy.optimize import minimize
from tests.reference.hawkes_sums import log_likelihood
from tests.theory.hawkes_worlds import thin

from tarazu.core.errors import FitError
from tarazu.evidence.point_process.hawkes import fit_hawkes
from tarazu.evidence.point_process.hawkes_kernels import accumulate_hawkes, accumulate_one_kind

MU, ETA, BETA = np.array([0.4, 0.2]), np.array([[0.3, 0.2], [0.1, 0.4]]), 1.5
# Central differences at step 1e-5 of a sum of size 1e2.
STEP, DIFFERENCE = 1e-5, 1e-5
# A search by differences stops within this of the maximum, in log-likelihood units.
SEARCH = 1e-5


def unpack(parameters):
    rows = parameters[:-1].reshape(2, 3)
    return rows[:, 0].copy(), rows[:, 1:].copy(), parameters[-1]


def pack(mu, eta, beta):
    return np.append(np.column_stack([mu, eta]).ravel(), beta)


def evaluate(events, end, parameters):
    gradient, hessian = np.empty(7), np.empty((7, 7))
    value = accumulate_hawkes(*events, end, *unpack(parameters), gradient, hessian)
    return value, gradient, hessian


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_hawkes__likelihood_equals_the_sum_over_pairs(seed):
    events = thin(MU, ETA, BETA, 60.0, seed)
    parameters = pack(MU, ETA, BETA) * np.random.default_rng(seed).uniform(0.5, 2, 7)
    value, *_ = evaluate(events, 60.0, parameters)
    assert value == pytest.approx(log_likelihood(*events, 60.0, *unpack(parameters)), rel=1e-12)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_hawkes__derivatives_are_slopes(seed):
    events, at = thin(MU, ETA, BETA, 60.0, seed), pack(MU, ETA, BETA)
    _, gradient, hessian = evaluate(events, 60.0, at)
    ends = [(at + s, at - s) for s in STEP * np.eye(7)]
    values = [evaluate(events, 60.0, a)[0] - evaluate(events, 60.0, b)[0] for a, b in ends]
    slopes = [evaluate(events, 60.0, a)[1] - evaluate(events, 60.0, b)[1] for a, b in ends]
    assert gradient == pytest.approx(np.array(values) / (2 * STEP), rel=DIFFERENCE, abs=DIFFERENCE)
    assert hessian == pytest.approx(np.array(slopes) / (2 * STEP), rel=DIFFERENCE, abs=DIFFERENCE)


@pytest.mark.parametrize("n", [1, 40, 511, 512, 513, 1500])  # around the length of a block
@pytest.mark.parametrize("unit", [1.0, 1e-60, 1e60])  # of time: rates of 1e60, and of 1e-60
def test_hawkes__one_kind_in_blocks_is_the_general_pass(n, unit):
    times = thin(MU[:1], ETA[:1, :1], BETA, 8000.0, 1)[0][:n] * unit
    end, mu, eta, beta = times[-1] + unit, MU[0] / unit, ETA[0, 0], BETA / unit
    found, exact = (np.empty(3), np.empty((3, 3))), (np.empty(3), np.empty((3, 3)))
    value = accumulate_one_kind(times, end, mu, eta, beta, *found)
    kinds = np.zeros(n, np.int64)
    twin = accumulate_hawkes(times, kinds, end, np.array([mu]), np.array([[eta]]), beta, *exact)
    assert value == pytest.approx(twin, rel=1e-12)
    at = np.array([mu, eta, beta])  # as slopes in logarithms, which have no unit
    assert at * found[0] == pytest.approx(at * exact[0], rel=1e-9, abs=1e-9)
    assert at[:, None] * found[1] * at == pytest.approx(at[:, None] * exact[1] * at, rel=1e-9)


@pytest.mark.parametrize("seed", [1, 2])
def test_hawkes__maximum_is_that_of_the_quadratic_twin(seed):
    times, kinds = thin(MU, ETA, BETA, 100.0, seed)
    fit = fit_hawkes(times, kinds, end=100.0, n_kinds=2)
    assert fit.converged
    twin = minimize(
        lambda logs: -log_likelihood(times, kinds, 100.0, *unpack(np.exp(logs))),
        np.log(np.maximum(pack(fit.mu, fit.eta, fit.beta), 1e-3) * 1.2),
        method="BFGS",
    )
    assert fit.log_likelihood >= -twin.fun - SEARCH
    assert fit.log_likelihood == pytest.approx(
        log_likelihood(times, kinds, 100.0, fit.mu, fit.eta, fit.beta), rel=1e-12
    )


def test_hawkes__a_first_part_does_not_change_the_maximum():
    times, kinds = thin(MU, ETA, BETA, 6000.0, 5)
    whole = fit_hawkes(times, kinds, end=6000.0, n_kinds=2)
    staged = fit_hawkes(times, kinds, end=6000.0, n_kinds=2, first_events=500)
    assert staged.log_likelihood == pytest.approx(whole.log_likelihood, abs=1e-6)
    assert staged.eta == pytest.approx(whole.eta, rel=1e-3, abs=1e-5)


def test_hawkes__without_excitation_is_poisson():
    times = np.sort(np.random.default_rng(1).uniform(0, 1000, 2000))
    fit = fit_hawkes(times, np.zeros(2000, dtype=int), end=1000.0, n_kinds=1)
    assert fit.eta[0, 0] < 0.1
    assert fit.mu[0] * 1000 / (1 - fit.eta[0, 0]) == pytest.approx(2000, rel=0.02)


def test_hawkes__expects_as_many_events_as_it_saw():
    """At the maximum the compensator of each kind is its count: scores times parameters."""
    times, kinds = thin(MU, ETA, BETA, 500.0, 3)
    fit = fit_hawkes(times, kinds, end=500.0, n_kinds=2)
    caused = fit.eta[:, kinds] * (1 - np.exp(-fit.beta * (500.0 - times)))
    expected = fit.mu * 500.0 + caused.sum(axis=1)
    assert expected == pytest.approx(np.bincount(kinds), rel=1e-4)


@pytest.mark.parametrize(
    ("times", "kinds", "error"),
    [
        ([2.0, 1.0], [0, 1], ValueError),
        ([1.0, 12.0], [0, 1], ValueError),
        ([1.0, 2.0], [0, 2], ValueError),
        ([1.0, 2.0], [0, -1], ValueError),
        ([], [], ValueError),
        ([1.0, 2.0], [0, 0], FitError),
    ],
)
def test_hawkes__says_what_it_cannot_fit(times, kinds, error):
    with pytest.raises(error):
        fit_hawkes(np.array(times), np.array(kinds, dtype=int), end=10.0, n_kinds=2)


def test_hawkes__does_not_take_a_trend_for_an_endless_kernel():
    """Events that only become more frequent: without a bound the decay would go to zero."""
    times = 100 * np.sqrt(np.random.default_rng(4).uniform(0, 1, 300))
    fit = fit_hawkes(np.sort(times), np.zeros(300, dtype=int), end=100.0, n_kinds=1)
    assert fit.converged
    assert fit.beta >= 1 / 100 * (1 - 1e-9)
    assert fit.eta[0, 0] < 10
