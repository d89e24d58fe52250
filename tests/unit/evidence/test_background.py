"""The fitted intensity: its score equations, a planted branching ratio, convergence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.evidence.worlds import HORIZON, quiet_ring, ring

from tarazu.evidence.methods.newton import TOLERANCE
from tarazu.evidence.point_process.background import BRANCHING_SHAPE, fit_background
from tarazu.evidence.point_process.history import FITTED, LAG_WINDOWS, History, read_history

PLANTED = 0.4  # attacks an attack causes, geometric lags of 7 days on average
# Level, drift and bursts take up part of the clustering, so the estimate is low, never high: over
# eight records of this size it was 0.28 to 0.34.
LARGEST_BIAS = 0.15
LARGEST_FALSE = 0.08  # ratio of a record without excitation; measured at most 0.03
HERE, NEXT_DOOR = "attacks, same district", "attacks, next door"


def history_of(attacks: np.ndarray, operations: np.ndarray, source: np.ndarray) -> History:
    year = 2000 + np.arange(len(attacks)) // 365
    places = ring(attacks.shape[1])
    return read_history(attacks, operations, {"attacks": source}, places, year, horizon=HORIZON)


def excited_attacks(seed: int, branching: float) -> np.ndarray:
    """Attacks of eight districts over 20 years, each causing others in its district."""
    rng = np.random.default_rng(seed)
    n_days = 20 * 365
    attacks = rng.poisson(0.05 * (1 - branching), (n_days, 8))
    for day in range(n_days):
        for district in np.flatnonzero(attacks[day]):
            caused = rng.poisson(branching * attacks[day, district])
            for when in day + rng.geometric(1 / 7, caused):
                if when < n_days:
                    attacks[when, district] += 1
    return attacks


@settings(max_examples=8)
@given(seed=st.integers(0, 10**6))
def test_intensity__expects_what_was_observed_in_each_district(seed):
    """Without excitation the score of a district's level is observed - expected = 0.

    The level has no prior, so this holds whatever the others are. Newton stops where g' I^-1 g is
    below its tolerance, so |g_d| <= sqrt(tolerance * I_dd), and I_dd is the expected count.
    """
    world = quiet_ring(seed, districts=4, years=4)
    fit_history = history_of(world.attacks, world.operations, np.zeros_like(world.attacks))
    fit = fit_background(fit_history)
    assert fit.converged
    observed = fit_history.observed[:, :, FITTED].sum(axis=(1, 2))
    gap = np.abs(fit.mean[:, :, FITTED].sum(axis=(1, 2)) - observed)
    assert (gap <= np.sqrt(TOLERANCE * observed) + 1e-9).all()


def test_intensity__expects_what_was_observed_in_total_with_excitation():
    """The scores of levels and log ratios add up to observed - expected + pull of the prior."""
    world = quiet_ring(5)
    history = history_of(world.attacks, world.operations, world.attacks)
    fit = fit_background(history)
    observed = history.observed[:, :, FITTED].sum()
    pull = BRANCHING_SHAPE * (1 - fit.lag_branching).sum()
    # As above, for the direction that raises all levels and log ratios: its information is at
    # most the expected count and the prior's.
    assert fit.mean[:, :, FITTED].sum() == pytest.approx(
        observed + pull, abs=np.sqrt(TOLERANCE * (observed + 1))
    )


def test_intensity__recovers_branching_from_below():
    attacks = excited_attacks(seed=1, branching=PLANTED)
    fit = fit_background(history_of(attacks, np.zeros_like(attacks), attacks))
    assert fit.converged
    assert PLANTED - LARGEST_BIAS < fit.branching[HERE] < PLANTED
    assert fit.branching[NEXT_DOOR] < LARGEST_FALSE


def test_intensity__places_excitation_in_the_lags_where_it_was_planted():
    attacks = excited_attacks(seed=2, branching=PLANTED)
    fit = fit_background(history_of(attacks, np.zeros_like(attacks), attacks))
    first, second, third = fit.lag_branching[0]
    # Of geometric lags of 7 days 66 % fall within a week and under 2 % after four weeks.
    assert first > second > third
    assert third < LARGEST_FALSE


def test_intensity__finds_no_branching_where_there_is_none():
    attacks = excited_attacks(seed=1, branching=0.0)
    fit = fit_background(history_of(attacks, np.zeros_like(attacks), attacks))
    assert max(fit.branching.values()) < LARGEST_FALSE


def test_intensity__says_when_it_did_not_converge():
    world = quiet_ring(5, years=3)
    history = history_of(world.attacks, world.operations, world.attacks)
    fit = fit_background(history, steps=1)
    assert not fit.converged
    assert abs(fit.decrement) >= TOLERANCE


def test_intensity__predicts_exposed_days_of_a_district_at_its_own_rate():
    world = quiet_ring(7)
    history = history_of(world.attacks, world.operations, np.zeros_like(world.attacks))
    fit = fit_background(history)
    clean, exposed = fit.mean[:, :, 0], fit.mean[:, :, 1]
    both = (history.days[:, :, 0] > 0) & (history.days[:, :, 1] > 0)
    by_day = [part[both] / history.days[both, i] for i, part in enumerate((clean, exposed))]
    assert by_day[1] == pytest.approx(by_day[0], rel=1e-9)


def test_history__splits_a_source_evenly_among_neighbours():
    attacks = np.zeros((200, 5), dtype=np.int64)
    attacks[50, 2] = 1
    history = history_of(attacks, np.zeros_like(attacks), attacks)
    by_district = history.features.sum(axis=(1, 2)).reshape(5, 3, len(LAG_WINDOWS))
    assert history.sources[:2] == (HERE, NEXT_DOOR)
    for window in range(len(LAG_WINDOWS)):
        assert by_district[:, 0, window] == pytest.approx([0, 0, 1, 0, 0])
        assert by_district[:, 1, window] == pytest.approx([0, 0.5, 0, 0.5, 0])
