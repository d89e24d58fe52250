"""What holds of the shipped model in every draw and under every shipped policy."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from tests.unit.worlds import default_levers, line_of_districts, medians

from tarazu.engine import Pulse, simulate
from tarazu.model import HYPOTHESES, build_model, draw_parameters, load_hypothesis
from tarazu.policy import POLICIES, load_policy

WEEKS, DISTRICTS, DRAWS = 80, 4, 6
POPULATION = 100_000.0  # of the first district; the others are multiples of it
TOTAL_RTOL = 1e-12  # sums run in another order
BOMBINGS, LARGE = 150, 8.0  # weeks with one attack each; a toll that many times the mean
LEAST_LARGE, MOST_LARGE = 0.004, 0.05  # share of such tolls; a Poisson toll has none


@cache
def draws(hypothesis: str) -> np.ndarray:
    m = build_model()
    uniforms = np.random.default_rng(8).uniform(0.01, 0.99, (DRAWS, len(m.parameters)))
    return draw_parameters(m, load_hypothesis(hypothesis), uniforms)


def settings_of(policy: str) -> dict[str, float]:
    """A policy's settings as they stand in its last week."""
    return {setting.lever: setting.value for setting in load_policy(policy).settings}


@cache
def run_under(policy: str, hypothesis: str, mode: str):
    m = build_model()
    return simulate(
        m,
        draws(hypothesis),
        default_levers(m, WEEKS, DISTRICTS, **settings_of(policy)),
        districts=line_of_districts(DISTRICTS, POPULATION),
        seed=2,
        members=np.arange(DRAWS),
        weeks=WEEKS,
        keep=(*m.stocks, "force"),
        mode=mode,
    )


@pytest.mark.heavy
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("hypothesis", HYPOTHESES)
def test_people__are_whole_and_conserved_to_the_last_one(policy, hypothesis):
    run, m = run_under(policy, hypothesis, "stochastic"), build_model()
    people = [run.by_district(s.name) for s in m.stocks.values() if s.kind == "people"]
    total = np.sum(people, axis=0).sum(axis=2)
    assert np.all(total == line_of_districts(DISTRICTS, POPULATION).population.sum())
    for stock in people:
        assert np.all((stock >= 0.0) & (stock == np.floor(stock)))


@pytest.mark.heavy
@pytest.mark.parametrize("mode", ["stochastic", "mean"])
@pytest.mark.parametrize("policy", POLICIES)
def test_stocks__stay_in_their_ranges(policy, mode):
    run = run_under(policy, "full", mode)
    for stock in build_model().stocks.values():
        levels = run.by_district(stock.name)
        assert np.all(np.isfinite(levels) & (levels >= 0.0)), stock.name
        if stock.kind == "share":
            assert np.all(levels <= 1.0), stock.name


@pytest.mark.parametrize("policy", POLICIES)
def test_force__is_the_same_total_under_every_policy(policy):
    force = run_under(policy, "full", "stochastic").by_district("force").sum(axis=2)
    today = run_under("status-quo", "full", "stochastic").by_district("force").sum(axis=2)
    np.testing.assert_allclose(force, today, rtol=TOTAL_RTOL)
    np.testing.assert_allclose(force, np.broadcast_to(force[:, :1], force.shape), rtol=TOTAL_RTOL)


def test_tolls__have_a_heavy_tail():
    """Bohorquez et al. (2009), https://doi.org/10.1038/nature08631: density exponent about 2.5."""
    m, districts = build_model(), line_of_districts(DISTRICTS, POPULATION)
    bombings = [Pulse("attacks_urban", t, d, count=1) for t in range(BOMBINGS) for d in range(4)]
    run = simulate(
        m,
        medians(m, attacks_today=1e-15, momentum=1e-9, tail_exponent=1.5),
        default_levers(m, BOMBINGS, DISTRICTS),
        districts=replace(districts, population=10.0 * districts.population),
        seed=2,
        members=np.arange(10),
        weeks=BOMBINGS,
        pulses=bombings,
        keep=["deaths_urban"],
    )
    tolls = run.by_district("deaths_urban")
    mean = m.parameters["deaths_per_attack_urban"].median
    assert tolls.mean() == pytest.approx(mean, rel=0.25)  # the mean of heavy tails is slow
    assert LEAST_LARGE < (tolls > LARGE * mean).mean() < MOST_LARGE
