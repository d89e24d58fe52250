"""The Jacobian of the weekly map against differences of the map, and the map against the engine."""

import numpy as np
import pytest
import sympy as sp

from tarazu.core.errors import SimulationError
from tarazu.core.quantities import Fixed, Parameter
from tarazu.core.sources import ASSUMED
from tarazu.engine import simulate
from tarazu.engine.compiler.kernel_files import program_of
from tarazu.engine.inputs import prepare
from tarazu.engine.mean_field.weekly_map import WeeklyMap, linearise
from tarazu.engine.trajectory import Districts
from tarazu.model import build_model
from tarazu.model.checks import checked
from tarazu.model.declaration import Model, ModelError

# As many as in test_agreement, whose kernel of the shipped model serves here too.
PLACES = Districts(
    ("hub", "valley", "port", "pass"),
    np.array([3e5, 8e4, 1.2e6, 5e4]),
    np.array([0.1, 0.0, 0.6, 0.0]),
    np.array(
        [[0.0, 0.4, 0.4, 0.2], [1.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]]
    ),
)


@pytest.fixture(scope="module")
def case():
    model = build_model()
    parameters = np.array(
        [float(np.asarray(p.prior.quantile(0.6))) for p in model.parameters.values()]
    )
    levers = np.array(
        [np.full(len(PLACES.names), lever.default) for lever in model.levers.values()]
    )
    inputs = prepare(
        program_of(model),
        parameters,
        levers[:, None, :],
        districts=PLACES,
        seed=0,
        members=np.array([0]),
        weeks=1,
        pulses=(),
        keep=(),
        whole=False,
    )
    return model, inputs.start[0], parameters, levers


def test_linearise__takes_the_engine_s_own_step(case):
    model, state, parameters, levers = case
    run = simulate(
        model,
        parameters,
        levers[:, None, :],
        districts=PLACES,
        seed=0,
        members=np.array([0]),
        weeks=1,
        keep=list(model.stocks),
        mode="mean",
        engine="numpy",
    )
    own = np.array([run.by_district(name)[0, 0] for name in model.stocks])
    found = linearise(model, state, parameters, levers, districts=PLACES)
    assert found.after == pytest.approx(own, rel=1e-12)


def test_weekly_map__steps_as_it_is_linearised(case):
    model, state, parameters, levers = case
    week = WeeklyMap(model, parameters, levers, districts=PLACES)
    state = state * np.random.default_rng(4).uniform(0.7, 1.3, state.shape)
    before = state.copy()
    assert week.step(state) == pytest.approx(week.linearise(state).after, rel=1e-12)
    assert week.step(state) == pytest.approx(week.step(state), rel=0)  # it remembers nothing
    assert state == pytest.approx(before, rel=0)


def test_weekly_map__says_what_leaves_its_range(case):
    model, state, parameters, levers = case
    broken = state.copy()
    broken[[*model.stocks].index("memory_operations"), 1] = np.nan
    with pytest.raises(SimulationError, match="valley"):
        WeeklyMap(model, parameters, levers, districts=PLACES).step(broken)


def test_linearise__those_without_neighbours_stay_where_they_are():
    model = infection(0.1, 0.05)
    model.transfer(
        "left", "ill", "ill", hazard=model["recovery"], attraction=sp.Integer(1), meaning="move"
    )
    alone = Districts(("hub", "isle"), np.array([1e6, 1e5]), np.zeros(2), np.zeros((2, 2)))
    state = np.array([[9e5, 9e4], [1e5, 1e4]])
    week = WeeklyMap(model, np.array([0.1, 0.05]), np.zeros((0, 2)), districts=alone)
    found = week.linearise(state)
    assert found.after.sum(axis=0) == pytest.approx(state.sum(axis=0), rel=1e-12)
    assert found.jacobian.sum(axis=0) == pytest.approx(np.ones(4), abs=1e-12)
    assert week.step(state) == pytest.approx(found.after, rel=1e-12)


def test_linearise__a_hazard_with_cases_has_the_slope_of_its_case():
    model = infection(0.1, 0.05)
    ill = model["ill"]
    cases = sp.Piecewise((model["contact"] * ill / model["population"], ill > 100), (0, True))
    model.transfer("fled", "healthy", "ill", hazard=cases, meaning="a second way")
    place = Districts(("all",), np.array([1e6]), np.array([0.0]), np.zeros((1, 1)))
    week = WeeklyMap(model, np.array([0.1, 0.05]), np.zeros((0, 1)), districts=place)
    for level, at_work in ((50.0, 0), (2e5, 1)):
        state, step = np.array([[1e6 - level], [level]]), 1e-3 * level
        ahead, behind = (
            week.step(state + sign * step * np.array([[0.0], [1.0]])) for sign in (1, -1)
        )
        found = week.linearise(state)
        assert found.jacobian[:, 1] == pytest.approx(
            ((ahead - behind) / (2 * step)).ravel(), rel=1e-6
        )
        assert (found.flows["fled"] > 0) == at_work


def test_linearise__derivatives_are_those_of_the_map(case):
    model, state, parameters, levers = case
    rng = np.random.default_rng(2)
    state = state * rng.uniform(0.7, 1.3, state.shape)
    found = linearise(model, state, parameters, levers, districts=PLACES)
    for _ in range(12):  # along random directions, each stock moved in its own scale
        direction = state * rng.normal(size=state.shape)
        step = 1e-5
        ahead, behind = (
            linearise(
                model, state + sign * step * direction, parameters, levers, districts=PLACES
            ).after
            for sign in (1, -1)
        )
        slope = ((ahead - behind) / (2 * step)).ravel()
        exact = found.jacobian @ direction.ravel()
        scale = np.abs(state).ravel() + np.abs(exact) + 1e-9  # some stocks start at 0
        assert np.abs(slope - exact) == pytest.approx(0.0, abs=1e-6 * scale.max())
        assert np.abs(slope - exact) / scale == pytest.approx(0.0, abs=1e-5)


def test_linearise__people_are_conserved_by_every_derivative(case):
    model, state, parameters, levers = case
    found = linearise(model, state, parameters, levers, districts=PLACES)
    people = [name for name, stock in model.stocks.items() if stock.kind == "people"]
    total = sum(found.jacobian[found.rows(name)].sum(axis=0) for name in people)
    is_person = np.repeat([name in people for name in model.stocks], len(PLACES.names))
    assert total == pytest.approx(is_person.astype(float), abs=1e-9)


def infection(contact, recovery):
    """Susceptible-infected-susceptible, well mixed."""
    model = Model("infection")
    p = model.declare(
        {
            "contact": Parameter("1/week", Fixed(contact), source=ASSUMED),
            "recovery": Parameter("1/week", Fixed(recovery), source=ASSUMED),
        }
    )
    model.stock("healthy", "people", unit="persons", initial=None, meaning="at risk")
    model.stock("ill", "people", unit="persons", initial=0.0, meaning="infectious")
    force = p.contact * model["ill"] / model["population"]
    model.transfer("infected", "healthy", "ill", hazard=force, meaning="catch it")
    model.transfer("recovered", "ill", "healthy", hazard=p.recovery, meaning="recover")
    return model


@pytest.mark.parametrize(("contact", "recovery"), [(0.02, 0.05), (0.05, 0.05), (0.3, 0.1)])
def test_linearise__an_epidemic_grows_by_contact_less_recovery(contact, recovery):
    place = Districts(("all",), np.array([1e6]), np.array([0.0]), np.zeros((1, 1)))
    state = np.array([[1e6], [0.0]])
    found = linearise(
        infection(contact, recovery),
        state,
        np.array([contact, recovery]),
        np.zeros((0, 1)),
        districts=place,
    )
    growth = found.jacobian[found.rows("ill"), found.rows("ill")].item()
    # A week: exp(-recovery) stay ill, and each infects `contact` others, first order exactly.
    assert growth == pytest.approx(np.exp(-recovery) + contact, rel=1e-12)


def test_linearise__wants_a_state_for_every_district(case):
    model, state, parameters, levers = case
    with pytest.raises(ValueError, match="expected"):
        linearise(model, state[:, :2], parameters, levers, districts=PLACES)


def named(word: str) -> Model:
    """Return a contagion whose rate has the given name."""
    m = Model("contagion")
    p = m.declare({word: Parameter("1/week", Fixed(0.05), source=ASSUMED)})
    m.stock("passive", "people", unit="persons", initial=None, meaning="others")
    m.stock("active", "people", unit="persons", initial=0.1 * m["population"], meaning="active")
    m.stock("memory", "memory", unit="1", initial=1.0, meaning="fades where some are active")
    share = m["active"] / m["population"]
    m.sum_nearby("near", share)
    hazard = getattr(p, word) * (share + m["near"])
    m.transfer("joined", "passive", "active", hazard=hazard, meaning="join")
    m.change("memory", inflow=sp.Integer(0), fall=hazard, meaning="fading")
    return checked(m)


def week_of(model: Model):
    alone = Districts(("one",), np.array([1e5]), np.array([0.1]), np.zeros((1, 1)))
    state = np.array([[9e4], [1e4], [2.0]])
    return linearise(model, state, np.array([0.05]), np.zeros((0, 1)), districts=alone)


@pytest.mark.parametrize("word", ["leaving", "departing", "relaxing", "nearby", "still", "levers"])
def test_linearise__serves_a_model_with_words_of_the_engine(word):
    own, plain = week_of(named(word)), week_of(named("rate"))
    np.testing.assert_array_equal(own.after, plain.after)
    np.testing.assert_array_equal(own.jacobian, plain.jacobian)


def test_linearise__refuses_a_word_that_its_code_needs():
    with pytest.raises(ModelError, match="'Settled' cannot name a quantity"):
        week_of(named("Settled"))
