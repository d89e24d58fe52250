"""The stochastic engine against exact simulation in continuous time, in distribution.

The engine holds hazards still within a week. With hazards of a few per cent a week that moves the
distribution by less than these samples can show; a contact 15 % off is told apart.
"""

import numpy as np
import pytest
from scipy import stats
from tests.reference.gillespie import active_after
from tests.theory.scaled_model import ring
from tests.theory.test_engine_chain import contagion

from tarazu.engine import Districts, simulate

ALPHA = 1e-6  # chance that a right engine fails one assertion
PEOPLE, START, WEEKS = 15, 5, 60
CONTACT, RECOVERY, TRAVEL = 0.03, 0.02, 0.01
EXACT, MEMBERS = 2_000, 20_000
FEWEST = 10  # in a cell of the smaller sample


def weights_of(districts: int) -> np.ndarray:
    return ring(PEOPLE, districts, 0.0).weights if districts > 1 else np.zeros((1, 1))


def drawn(districts: int, contact: float = CONTACT) -> np.ndarray:
    run = simulate(
        contagion(),
        np.array([contact, RECOVERY, TRAVEL, START / PEOPLE]),
        np.zeros((0, WEEKS, districts)),
        districts=Districts(
            tuple(f"d{d}" for d in range(districts)),
            np.full(districts, float(PEOPLE)),
            np.zeros(districts),
            weights_of(districts),
        ),
        seed=3,
        members=np.arange(MEMBERS),
        weeks=WEEKS,
    )
    return run.series("active")[:, -1].astype(int)


def exact(districts: int) -> np.ndarray:
    rng = np.random.Generator(np.random.PCG64(11))
    weights = weights_of(districts)
    return np.array(
        [
            active_after(PEOPLE, START, CONTACT, RECOVERY, TRAVEL, weights, WEEKS, rng)
            for _ in range(EXACT)
        ]
    )


def p_value(one: np.ndarray, other: np.ndarray) -> float:
    """Of equal distributions: chi-square over values, the rare ones pooled."""
    size = max(one.max(), other.max()) + 1
    counts = np.array([np.bincount(sample, minlength=size) for sample in (one, other)])
    common = counts[1] >= FEWEST
    cells = np.column_stack([counts[:, common], counts[:, ~common].sum(axis=1)])
    return float(stats.chi2_contingency(cells[:, cells.sum(axis=0) > 0]).pvalue)


@pytest.mark.parametrize("districts", [1, 3])
def test_stochastic_engine__has_the_distribution_of_exact_simulation(districts):
    reference = exact(districts)
    assert p_value(drawn(districts), reference) > ALPHA
    assert p_value(drawn(districts, 1.15 * CONTACT), reference) < ALPHA
