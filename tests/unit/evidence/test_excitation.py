"""Two kinds that excite each other: planted ratios, intervals, draws, and residuals."""

import numpy as np
import pytest
from tests.unit.evidence.worlds import World, ring

from tarazu.evidence.daily_counts import DailyCounts
from tarazu.evidence.methods.newton import PROFILE_DROP
from tarazu.evidence.point_process.excitation import (
    ExcitationFit,
    bootstrap_branching,
    fit_excitation,
    fit_histogram,
    profile_interval,
    simulate_excitation,
)
from tarazu.evidence.point_process.residuals import check_residuals, randomised_pit

PLANTED, MEAN_LAG = 0.4, 7.0
# Level, drift and bursts take up part of the clustering: measured 0.30 to 0.36 on such records.
LARGEST_BIAS = 0.15


def excited(seed: int, planted: float = PLANTED) -> DailyCounts:
    """Attacks of six districts over 15 years that excite attacks, and operations that follow."""
    rng = np.random.default_rng(seed)
    n_days = 15 * 365
    attacks = rng.poisson(0.03 * (1 - planted), (n_days, 6))
    operations = rng.poisson(0.003, (n_days, 6))
    for day in range(n_days):
        for district in np.flatnonzero(attacks[day]):
            for series, ratio in ((attacks, planted), (operations, planted / 4)):
                caused = rng.poisson(ratio * attacks[day, district])
                for when in day + rng.geometric(1 / MEAN_LAG, caused):
                    if when < n_days:
                        series[when, district] += 1
    return World(attacks, operations, ring(6)).counts()


@pytest.fixture(scope="module")
def fit() -> ExcitationFit:
    return fit_excitation(excited(1))


def test_excitation__finds_who_excites_whom(fit):
    (attacks, operations), (reaction, _) = fit.branching
    assert fit.converged
    assert PLANTED - LARGEST_BIAS < attacks[0] < PLANTED + 0.05
    assert reaction[0] == pytest.approx(PLANTED / 4, abs=0.05)
    assert max(attacks[1], operations.max()) < 0.1


def test_excitation__half_life_is_that_of_the_lags(fit):
    """Geometric lags of mean m have half-life -log 2 / log(1 - 1 / m), 4.5 days."""
    assert fit.kinds[0].half_life == pytest.approx(4.5, rel=0.5)


def test_excitation__spectral_radius_is_that_of_the_whole_map(fit):
    spread = ring(6) / 2
    here, beside = fit.branching[:, :, 0], fit.branching[:, :, 1]
    whole = np.kron(here, np.eye(6)) + np.kron(beside, spread)
    assert fit.spectral_radius == pytest.approx(np.abs(np.linalg.eigvals(whole)).max())


def test_excitation__mean_adds_up_to_what_was_seen(fit):
    for kind, series in zip(fit.kinds, (excited(1).attacks, excited(1).operations), strict=True):
        assert kind.mean.sum() == pytest.approx(series.sum(), rel=0.01)
        assert (kind.mean >= kind.background).all()


def test_profile_interval__holds_the_estimate_and_tells_something_from_nothing(fit):
    kind = fit.kinds[0]
    low, high = profile_interval(kind.history, kind.optimum, 0)
    assert 0 < low < kind.branching[0, 0] < high
    nothing, _ = profile_interval(kind.history, kind.optimum, 3)
    assert nothing == 0.0
    assert pytest.approx(1.6448536269514722**2 / 2, rel=1e-4) == PROFILE_DROP


def test_histogram__falls_with_the_lag():
    kernel = fit_histogram(excited(1), 0, 0)
    assert (kernel.low <= kernel.rate).all()
    assert (kernel.rate <= kernel.high).all()
    assert kernel.rate[:2].min() > kernel.rate[3:].max()


def test_simulate_excitation__draws_what_the_fit_expects(fit):
    """Sums over 30 records against (I - B)^-1 times the background; errors by their spread."""
    sums = np.array([[k.sum() for k in simulate_excitation(fit, ring(6), s)] for s in range(30)])
    branching = fit.branching.sum(axis=2)
    background = [kind.background.sum() for kind in fit.kinds]
    expected = np.linalg.solve(np.eye(2) - branching, background)
    error = sums.std(axis=0, ddof=1) / np.sqrt(30)
    assert (np.abs(sums.mean(axis=0) - expected) < 4 * error).all()


def test_simulate_excitation__same_seed_same_record(fit):
    first, again = (simulate_excitation(fit, ring(6), 3) for _ in range(2))
    assert (first[0] == again[0]).all()
    assert (first[1] == again[1]).all()
    assert (first[0] != simulate_excitation(fit, ring(6), 4)[0]).any()


def test_bootstrap__scatters_around_the_fit(fit):
    drawn = bootstrap_branching(fit, excited(1), replicates=5)[:, 0, 0, 0]
    assert drawn.min() < fit.branching[0, 0, 0] + 0.05
    assert drawn.max() > fit.branching[0, 0, 0] - LARGEST_BIAS
    assert np.ptp(drawn) > 0


def test_residuals__are_uniform_where_the_mean_is_right():
    rng = np.random.default_rng(1)
    mean = rng.uniform(0, 2, 20_000)
    residual = randomised_pit(rng.poisson(mean), mean, rng)
    assert np.quantile(residual, [0.1, 0.5, 0.9]) == pytest.approx([0.1, 0.5, 0.9], abs=0.015)


@pytest.mark.parametrize(("wrong", "passes"), [(1.0, True), (1.3, False)])
def test_check_residuals__sees_a_wrong_mean(wrong, passes):
    rng = np.random.default_rng(2)
    mean = rng.uniform(0.1, 1, 5000)
    check = check_residuals(rng.poisson(mean), wrong * mean)
    assert check.counts.sum() == 5000
    assert (check.p_value > 0.01) == passes
