"""The stochastic engine against the exact Markov chain of a small closed world."""

from functools import cache

import numpy as np
import pytest
import sympy as sp
from scipy import stats
from tests.reference.contagion_chain import transition

from tarazu.core.quantities import LogNormal, Parameter
from tarazu.core.sources import ASSUMED
from tarazu.engine import Districts, simulate
from tarazu.model import Model
from tarazu.model.checks import checked

ALPHA = 1e-6  # chance that a right engine fails one assertion
PEOPLE, START, WEEKS, MEMBERS = 12, 4, 6, 20_000
CONTACT, RECOVERY = 0.8, 0.5
FEWEST = 10.0  # expected members in a cell of the chi-square test


@cache
def contagion() -> Model:
    """Calm people turn active by contact, active people calm down: susceptible and infected."""
    m = Model("contagion")
    rates = {
        name: Parameter("1/week", LogNormal(0.5, 2), source=ASSUMED)
        for name in ("contact", "recovery", "travel")
    }
    p = m.declare(rates | {"begin": Parameter("1", LogNormal(0.5, 2), source=ASSUMED)})
    m.stock("calm", "people", unit="persons", initial=None, meaning="not active")
    active = m.stock(
        "active", "people", unit="persons", initial=p.begin * m["population"], meaning="active"
    )
    hazard = p.contact * active / m["population"]
    m.transfer("joined", "calm", "active", hazard=hazard, meaning="join")
    m.transfer("calmed", "active", "calm", hazard=p.recovery, meaning="calm down")
    m.transfer(
        "travelled",
        "active",
        "active",
        hazard=p.travel,
        attraction=sp.Integer(1),
        meaning="move to a neighbouring district",
    )
    return checked(m)


def p_value(contact: float) -> float:
    """Of the simulated numbers of active people after the last week, under the chain."""
    run = simulate(
        contagion(),
        np.array([CONTACT, RECOVERY, 0.0, START / PEOPLE]),
        np.zeros((0, WEEKS, 1)),
        districts=Districts(("here",), np.array([float(PEOPLE)]), np.zeros(1), np.zeros((1, 1))),
        seed=8,
        members=np.arange(MEMBERS),
        weeks=WEEKS,
    )
    seen = np.bincount(run.series("active")[:, -1].astype(int), minlength=PEOPLE + 1)
    exact = np.linalg.matrix_power(transition(PEOPLE, contact, RECOVERY), WEEKS)[START] * MEMBERS
    common = exact >= FEWEST
    rest = [seen[~common].sum()], [exact[~common].sum()]
    return float(
        stats.chisquare(
            np.concatenate([seen[common], rest[0]]), np.concatenate([exact[common], rest[1]])
        ).pvalue
    )


def test_stochastic_engine__has_the_distribution_of_the_exact_chain():
    assert p_value(CONTACT) > ALPHA


@pytest.mark.parametrize("wrong", [0.95, 1.05])
def test_chain__of_a_contact_five_per_cent_off_is_told_apart(wrong):
    assert p_value(CONTACT * wrong) < ALPHA
