"""The mean of the stochastic engine approaches the mean field as populations grow."""

import numpy as np
import pytest
from tests.theory.test_engine_chain import contagion

from tarazu.engine import Places, simulate

SIZES = np.array([60, 120, 240, 480])
CONTACT, RECOVERY, TRAVEL = 0.6, 0.2, 0.05
BURN, WEEKS, MEMBERS = 40, 240, 3_000
LARGEST_ERROR = 0.2  # standard error of the mean, as a share of the bias
BIAS_SLOPE, BIAS_TOLERANCE = -1.0, 0.2
SPREAD_SLOPE, SPREAD_TOLERANCE = -0.5, 0.05


def ring(districts: int) -> np.ndarray:
    """Weights of districts that each border all others equally; none for a single one."""
    others = 1.0 - np.eye(districts)
    return others / max(districts - 1, 1)


def shares(people: int, districts: int, mode: str, members: int) -> np.ndarray:
    """Share of active people, (members, weeks after the burn-in)."""
    run = simulate(
        contagion(),
        np.array([CONTACT, RECOVERY, TRAVEL, 0.6]),
        np.zeros((0, WEEKS, districts)),
        places=Places(
            tuple(f"d{d}" for d in range(districts)),
            np.full(districts, float(people)),
            np.zeros(districts),
            ring(districts),
        ),
        seed=2,
        members=np.arange(members),
        weeks=WEEKS,
        mode=mode,
    )
    return run.series("active")[:, BURN:] / (people * districts)


@pytest.mark.parametrize("districts", [1, 3])
def test_stochastic_mean__approaches_the_mean_field_as_one_over_n(districts):
    biases, spreads = [], []
    for people in SIZES:
        drawn = shares(int(people), districts, "stochastic", MEMBERS)
        limit = shares(int(people), districts, "mean", 1)[0, -1]
        means = drawn.mean(axis=1)
        bias = means.mean() - limit
        error = means.std(ddof=1) / np.sqrt(MEMBERS)
        assert error < LARGEST_ERROR * abs(bias), f"{people} people: more members needed"
        biases.append(abs(bias))
        spreads.append(drawn[:, -1].std(ddof=1))
    bias_slope = np.polyfit(np.log(SIZES), np.log(biases), 1)[0]
    spread_slope = np.polyfit(np.log(SIZES), np.log(spreads), 1)[0]
    assert bias_slope == pytest.approx(BIAS_SLOPE, abs=BIAS_TOLERANCE)
    assert spread_slope == pytest.approx(SPREAD_SLOPE, abs=SPREAD_TOLERANCE)
