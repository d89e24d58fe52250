import numpy as np
import pytest

import tarazu.policy.cost
from tarazu.core.errors import ScenarioError
from tarazu.model import build_model
from tarazu.policy import (
    POLICIES,
    Policy,
    Setting,
    at_extra_cost,
    extra_cost,
    load_policy,
    resolve,
    weekly_cost,
)
from tarazu.region import load_region

WEEKS = 60
LEVERS = build_model().levers
REGION = load_region()
RESIDENTS = sum(district.population for district in REGION.districts)
BUDGET_RTOL = 1e-6
BUDGET = 20.0 * RESIDENTS  # 20 rupees a resident and week
COSTLY = [p for p in POLICIES if p not in {"status-quo", "withdrawal"}]


def settings_cost(**values):
    policy = Policy(
        "mine", "Mine", "A test.", tuple(Setting(lever=k, value=v) for k, v in values.items())
    )
    return extra_cost(policy, LEVERS, REGION, WEEKS)


@pytest.mark.parametrize("name", LEVERS)
def test_lever__cost_is_per_unit_and_resident(name):
    lever = LEVERS[name]
    expected = lever.cost * (lever.high - lever.default) * RESIDENTS
    assert settings_cost(**{name: lever.high}) == pytest.approx(expected, abs=1e-3)


def test_levers__cost_something_but_for_those_that_only_direct():
    free = {name for name, lever in LEVERS.items() if lever.cost == 0.0}
    assert free == {"reactive_share", "operation_harm", "importation"}  # the last two: experiments


def test_cost__follows_weeks_and_districts():
    half = Setting(lever="services", value=1.0, districts=("quetta",), from_week=30)
    policy = Policy("mine", "Mine", "A test.", (half,))
    cost = weekly_cost(resolve(policy, LEVERS, REGION, WEEKS), LEVERS, REGION)
    quetta = REGION.districts[REGION.slugs.index("quetta")].population
    step = LEVERS["services"].cost * (1.0 - LEVERS["services"].default) * quetta
    np.testing.assert_allclose(cost[30:] - cost[:30], step)


def test_status_quo__costs_nothing_extra_and_withdrawal_saves():
    assert extra_cost(load_policy("status-quo"), LEVERS, REGION, WEEKS) == 0.0
    assert extra_cost(load_policy("withdrawal"), LEVERS, REGION, WEEKS) < 0.0


@pytest.mark.parametrize("name", COSTLY)
def test_policy__at_a_budget_costs_it_and_stays_in_range(name):
    policy = load_policy(name)
    budget = min(BUDGET, extra_cost(policy, LEVERS, REGION, WEEKS))
    scaled = at_extra_cost(policy, LEVERS, REGION, WEEKS, budget)
    found = extra_cost(scaled, LEVERS, REGION, WEEKS)  # resolves, so it is in range
    assert found == pytest.approx(budget, rel=BUDGET_RTOL)


def test_policy__at_its_own_cost_is_itself():
    policy = load_policy("political-settlement")
    own = extra_cost(policy, LEVERS, REGION, WEEKS)
    scaled = at_extra_cost(policy, LEVERS, REGION, WEEKS, own)
    for before, after in zip(policy.settings, scaled.settings, strict=True):
        assert after.value == pytest.approx(before.value, rel=BUDGET_RTOL)
        assert after.lever == before.lever


def test_policy__beyond_the_ends_of_its_levers_is_an_error():
    surge = load_policy("surge")
    most = LEVERS["operational_tempo"].cost * 9.0 * RESIDENTS
    with pytest.raises(ScenarioError, match="there its levers end"):
        at_extra_cost(surge, LEVERS, REGION, WEEKS, 1.01 * most)


@pytest.mark.parametrize("name", ["status-quo", "withdrawal"])
def test_policy__that_saves_has_no_version_that_costs_more(name):
    with pytest.raises(ScenarioError, match="no version"):
        at_extra_cost(load_policy(name), LEVERS, REGION, WEEKS, BUDGET)


def test_policy__at_a_budget_is_checked_once(monkeypatch):
    checked = []
    monkeypatch.setattr(tarazu.policy.cost, "check_policy", lambda *args: checked.append(args))
    at_extra_cost(load_policy("surge"), LEVERS, REGION, WEEKS, BUDGET)
    assert len(checked) == 1
