"""Resting points, growth and the reproduction number, against models with known answers."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from tarazu.core.quantities import Fixed, Parameter
from tarazu.core.sources import ASSUMED
from tarazu.engine import simulate
from tarazu.engine.inputs import first_state
from tarazu.engine.mean_field.equilibria import ClosedMap, find_equilibrium
from tarazu.engine.mean_field.reproduction import (
    feedback_number,
    growth_elasticities,
    reproduction_number,
)
from tarazu.engine.trajectory import Districts
from tarazu.model import build_model
from tarazu.model.declaration import Model
from tarazu.model.stocks import IMPORTATION, MILITANTS

PLACES = Districts(
    ("hub", "valley"),
    np.array([1e6, 2e5]),
    np.array([0.1, 0.0]),
    np.array([[0.0, 1.0], [1.0, 0.0]]),
)
RATES = st.floats(0.005, 0.4)


def militancy(*, recruit, desert, killed=0.01, shock=0.0, sponsored=0.0):
    """Militants recruit by contact and by what their attacks leave in memory; some are killed."""
    model = Model("militancy")
    values = {"recruit": recruit, "desert": desert, "shock": shock, "sponsored": sponsored}
    units = dict.fromkeys(values, "1/week") | {"shock": "1"}
    p = model.declare(
        {
            name: Parameter(units[name], Fixed(value), source=ASSUMED)
            for name, value in values.items()
        }
    )
    rate = model.declare(
        {
            "death_rate": Parameter("1/week", Fixed(killed), source=ASSUMED),
            "attack_rate": Parameter("attacks/persons/week", Fixed(0.2), source=ASSUMED),
            "per_attack": Parameter("persons/attacks/week", Fixed(1.0), source=ASSUMED),
            "fading": Parameter("1/week", Fixed(0.1), source=ASSUMED),
        }
    )
    militant, people = model["militant"], model["population"]
    model.stock("civilian", "people", unit="persons", initial=None, meaning="others")
    model.stock("militant", "people", unit="persons", initial=1e-12 * people, meaning="armed")
    model.stock("dead", "people", unit="persons", initial=0.0, meaning="killed")
    model.stock("memory", "memory", unit="attacks", initial=0.0, meaning="attacks remembered")
    model.event("attacks", unit="attacks", mean=rate.attack_rate * militant, meaning="attacks")
    model.change("memory", inflow=model["attacks"], fall=rate.fading, meaning="remembered")
    force = p.recruit * militant / people + p.shock * rate.per_attack * model["memory"] / people
    model.transfer("recruited", "civilian", "militant", hazard=force, meaning="join")
    model.transfer("sent", "civilian", "militant", hazard=p.sponsored, meaning="sent from outside")
    model.transfer("deserted", "militant", "civilian", hazard=p.desert, meaning="leave")
    model.transfer("killed", "militant", "dead", hazard=rate.death_rate, meaning="killed")
    model.transfer(
        "moved",
        "militant",
        "militant",
        hazard=0.02 * p.desert,
        attraction=1 + 0 * p.shock,
        meaning="go next door",
    )
    return model


def values_of(model):
    return np.array([float(np.asarray(p.prior.quantile(0.5))) for p in model.parameters.values()])


def closed_map(model):
    return ClosedMap(model, values_of(model), np.zeros((0, 2)), districts=PLACES)


def start(share=1e-6):
    heads = PLACES.population
    return np.array([heads * (1 - share), heads * share, 0 * heads, 0 * heads])


def reproduction(model):
    return reproduction_number(
        closed_map(model), start(), violent=("militant",), recruitment=("recruited",)
    )


def test_reproduction__counts_recruits_over_a_lifetime_and_by_every_channel():
    recruit, desert, killed, shock = 0.03, 0.05, 0.01, 0.2
    found = reproduction(militancy(recruit=recruit, desert=desert, killed=killed, shock=shock))
    # Leaving by either hazard ends it; moving next door does not.
    hazard, moving = desert + killed, 0.02 * desert
    total = hazard + moving
    weeks = 1.0 / (1.0 - np.exp(-total) - (1.0 - np.exp(-total)) * moving / total)
    remembered = 1.0 / (1.0 - np.exp(-0.1))  # weeks that an attack stays in memory
    expected = weeks * (recruit + shock * 0.2 * remembered)
    assert found.number == pytest.approx(expected, rel=1e-9)
    assert found.by_faction == {"militant": pytest.approx(1.0)}


@settings(max_examples=30, deadline=None)
@given(RATES, RATES, st.floats(0.0, 0.3))
def test_reproduction__is_above_one_just_where_violence_grows(recruit, desert, shock):
    found = reproduction(militancy(recruit=recruit, desert=desert, shock=shock))
    assert np.sign(found.number - 1.0) == np.sign(np.log(found.eigenvalue))


@pytest.mark.parametrize(("recruit", "shock"), [(0.03, 0.0), (0.03, 0.15), (0.12, 0.1)])
def test_reproduction__the_mean_field_grows_from_small_seeds_as_the_eigenvalue_says(recruit, shock):
    model = militancy(recruit=recruit, desert=0.06, shock=shock)
    run = simulate(
        model,
        values_of(model),
        np.zeros((0, 160, 2)),
        districts=PLACES,
        seed=0,
        members=np.array([0]),
        weeks=160,
        mode="mean",
        engine="numpy",
    )
    militants = run.series("militant")[0]
    growth = np.log(militants[120] / militants[80]) / 40  # after the fast modes have died away
    assert growth == pytest.approx(np.log(reproduction(model).eigenvalue), abs=1e-3)


def test_reproduction__growth_is_that_of_violence_and_not_of_what_fades_beside_it():
    alone = reproduction(militancy(recruit=0.03, desert=0.05)).eigenvalue
    model = militancy(recruit=0.03, desert=0.05)
    slow = model.declare({"slow": Parameter("1/week", Fixed(1e-4), source=ASSUMED)}).slow
    model.stock("habit", "memory", unit="persons", initial=0.0, meaning="read by nothing")
    model.change("habit", inflow=slow * model["militant"], fall=slow, meaning="fades slowly")
    found = reproduction_number(
        closed_map(model),
        np.concatenate([start(), 0 * start()[:1]]),
        violent=("militant",),
        recruitment=("recruited",),
    )
    assert found.eigenvalue == pytest.approx(alone)
    assert found.eigenvalue < 1.0 - 1e-3 < found.equilibrium.eigenvalue


def test_reproduction__of_the_shipped_model_gives_the_growth_of_its_mean_field():
    model, place = (
        build_model(),
        Districts(("one",), np.array([4e5]), np.zeros(1), np.zeros((1, 1))),
    )
    values = values_of(model)
    levers = np.array(
        [[lever.default * (name != IMPORTATION)] for name, lever in model.levers.items()]
    )
    closed = ClosedMap(model, values, levers, districts=place)
    joining = [
        name
        for name, transfer in model.transfers.items()
        if transfer.target in MILITANTS and transfer.source not in MILITANTS
    ]
    first = first_state(model, values, districts=place)
    found = reproduction_number(closed, first, violent=MILITANTS, recruitment=joining)
    state, armed = found.equilibrium.state.copy(), []
    at = [[*model.stocks].index(name) for name in MILITANTS]
    state[at] += 1e-9
    for _ in range(800):
        state = closed.step(state)
        armed.append(state[at].sum())
    growth = np.log(armed[-1] / armed[-101]) / 100
    assert growth == pytest.approx(np.log(found.eigenvalue), abs=1e-3)
    assert np.sign(found.number - 1.0) == np.sign(growth)
    assert abs(np.log(found.equilibrium.eigenvalue) - growth) > 1e-4  # that of peace is another


def test_reproduction__says_what_brings_violence_where_nobody_is_violent():
    found = reproduction(militancy(recruit=0.03, desert=0.05, sponsored=1e-7))
    assert found.number is None
    assert "sent" in found.reason
    assert "no equilibrium without violence" in found.reason


@pytest.mark.parametrize("share", [1e-6, 0.5])
def test_equilibrium__is_where_as_many_join_as_leave(share):
    recruit, desert, killed = 0.2, 0.05, 0.01
    point = find_equilibrium(
        closed_map(militancy(recruit=recruit, desert=desert, killed=killed)), start(share)
    )
    assert point.is_settled
    assert point.eigenvalue < 1.0
    leaving = 1.0 - np.exp(-(desert + killed + 0.02 * desert))
    leaving *= (desert + killed) / (desert + killed + 0.02 * desert)

    def gap(i):
        return (1.0 - i) * (1.0 - np.exp(-recruit * i)) - i * leaving

    prevalence = point.state[1].sum() / PLACES.population.sum()
    # Moving next door makes the districts differ a little from one well-mixed one.
    assert prevalence == pytest.approx(brentq(gap, 1e-3, 0.999), abs=0.02)


def test_equilibrium__is_reached_by_the_map_alone_where_newton_leads_out_of_range():
    class Astray(ClosedMap):
        def moved(self, state, step):
            return np.full_like(state, np.nan)

    model = militancy(recruit=0.2, desert=0.05)
    astray = Astray(model, values_of(model), np.zeros((0, 2)), districts=PLACES)
    found, expected = (find_equilibrium(one, start(0.5)) for one in (astray, closed_map(model)))
    assert found.is_settled
    assert found.state == pytest.approx(expected.state, rel=1e-6)


def test_equilibrium__without_growth_is_without_violence():
    point = find_equilibrium(closed_map(militancy(recruit=0.01, desert=0.1)), start(0.2))
    assert point.state[1].sum() < 1e-3


def test_elasticities__are_those_of_the_eigenvalue():
    model = militancy(recruit=0.08, desert=0.05, shock=0.1)
    closed = closed_map(model)
    state = start(0.0)
    found = growth_elasticities(closed, state, violent=("militant",))
    names = [*model.parameters]
    for name in ("recruit", "desert", "shock", "fading"):
        slopes = []
        for factor in (1.001, 0.999):
            moved = closed.parameters.copy()
            moved[names.index(name)] *= factor
            other = ClosedMap(model, moved, np.zeros((0, 2)), districts=PLACES)
            slopes.append(np.log(np.abs(np.linalg.eigvals(other.jacobian(state)[0])).max()))
        assert found[name] == pytest.approx((slopes[0] - slopes[1]) / 0.002, rel=1e-3)
    assert found["recruit"] > 0 > found["desert"]


def test_elasticities__are_not_those_of_what_fades_beside_violence():
    model = militancy(recruit=0.03, desert=0.05)
    slow = model.declare({"slow": Parameter("1/week", Fixed(1e-4), source=ASSUMED)}).slow
    model.stock("habit", "memory", unit="persons", initial=0.0, meaning="read by nothing")
    model.change("habit", inflow=slow * model["militant"], fall=slow, meaning="fades slowly")
    state = np.concatenate([start(0.0), 0 * start()[:1]])
    found = growth_elasticities(closed_map(model), state, violent=("militant",))
    assert found["slow"] == pytest.approx(0.0, abs=1e-9)
    assert found["recruit"] > 1e-3


def test_closed_map__keeps_heads_and_lets_the_dead_rest():
    closed = closed_map(militancy(recruit=0.1, desert=0.05, killed=0.05))
    state = start(0.01)
    after = closed.step(state)
    assert closed.fixed == ("dead",)
    assert after[2] == pytest.approx(state[2])
    assert after[:2].sum(axis=0) == pytest.approx(state[:2].sum(axis=0))


def test_feedback__without_violence_is_the_reproduction_number():
    model = militancy(recruit=0.03, desert=0.05, shock=0.2)
    closed, found = closed_map(model), reproduction(model)
    at_rest = feedback_number(
        closed, found.equilibrium.state, violent=("militant",), recruitment=("recruited",)
    )
    assert at_rest.eigenvalue == pytest.approx(found.number, rel=1e-5)


def test_feedback__keeps_its_sign_where_a_militant_keeps_recruits_away():
    """The more attacks are remembered, the fewer of those who would come from outside do."""
    model = militancy(recruit=0.0, desert=0.05, sponsored=1e-4)
    sent = model.transfers["sent"]
    fewer = 1 / (1 + 100 * model["memory"] * model["per_attack"] / model["population"])
    model.transfers["sent"] = replace(sent, hazard=sent.hazard * fewer)
    point = find_equilibrium(closed_map(model), start())
    found = feedback_number(
        closed_map(model), point.state, violent=("militant",), recruitment=("recruited", "sent")
    )
    assert found.eigenvalue < 0.0
    assert found.net_recruits < 0.0


def test_feedback__at_rest_with_an_inflow_is_what_the_inflow_leaves_to_one():
    # Militants at rest: m = feedback * m + inflow / leaving, to first order in a large population.
    model = militancy(recruit=0.03, desert=0.05, sponsored=1e-7)
    closed = closed_map(model)
    point = find_equilibrium(closed, start())
    feedback = feedback_number(
        closed, point.state, violent=("militant",), recruitment=("recruited",)
    )
    week = 1e-7 * PLACES.population.sum()
    leaving = 1.0 - np.exp(-0.06)
    share_from_outside = week / leaving / point.state[1].sum()
    assert feedback.eigenvalue == pytest.approx(1.0 - share_from_outside, abs=2e-3)
