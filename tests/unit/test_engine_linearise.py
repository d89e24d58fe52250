"""The Jacobian of the weekly map against differences of the map, and the map against the engine."""

import numpy as np
import pytest

from tarazu.core.quantities import Fixed, Parameter
from tarazu.core.sources import ASSUMED
from tarazu.engine import simulate
from tarazu.engine.build import program_of
from tarazu.engine.inputs import prepare
from tarazu.engine.linearise import linearise
from tarazu.engine.trajectory import Places
from tarazu.model import build_model
from tarazu.model.declaration import Model

PLACES = Places(
    ("hub", "valley", "port"),
    np.array([3e5, 8e4, 1.2e6]),
    np.array([0.1, 0.0, 0.6]),
    np.array([[0.0, 0.5, 0.5], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]),
)


@pytest.fixture(scope="module")
def case():
    model = build_model()
    parameters = np.array(
        [float(np.asarray(p.prior.quantile(0.6))) for p in model.parameters.values()]
    )
    levers = np.array([np.full(3, lever.default) for lever in model.levers.values()])
    inputs = prepare(
        program_of(model),
        parameters,
        levers[:, None, :],
        places=PLACES,
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
        places=PLACES,
        seed=0,
        members=np.array([0]),
        weeks=1,
        keep=list(model.stocks),
        mode="mean",
        engine="numpy",
    )
    own = np.array([run.by_district(name)[0, 0] for name in model.stocks])
    found = linearise(model, state, parameters, levers, places=PLACES)
    assert found.after == pytest.approx(own, rel=1e-12)


def test_linearise__derivatives_are_those_of_the_map(case):
    model, state, parameters, levers = case
    rng = np.random.default_rng(2)
    state = state * rng.uniform(0.7, 1.3, state.shape)
    found = linearise(model, state, parameters, levers, places=PLACES)
    for _ in range(12):  # along random directions, each stock moved in its own scale
        direction = state * rng.normal(size=state.shape)
        step = 1e-5
        ahead, behind = (
            linearise(
                model, state + sign * step * direction, parameters, levers, places=PLACES
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
    found = linearise(model, state, parameters, levers, places=PLACES)
    people = [name for name, stock in model.stocks.items() if stock.kind == "people"]
    total = sum(found.jacobian[found.rows(name)].sum(axis=0) for name in people)
    is_person = np.repeat([name in people for name in model.stocks], 3)
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
    place = Places(("all",), np.array([1e6]), np.array([0.0]), np.zeros((1, 1)))
    state = np.array([[1e6], [0.0]])
    found = linearise(
        infection(contact, recovery),
        state,
        np.array([contact, recovery]),
        np.zeros((0, 1)),
        places=place,
    )
    growth = found.jacobian[found.rows("ill"), found.rows("ill")].item()
    # A week: exp(-recovery) stay ill, and each infects `contact` others, first order exactly.
    assert growth == pytest.approx(np.exp(-recovery) + contact, rel=1e-12)


def test_linearise__wants_a_state_for_every_district(case):
    model, state, parameters, levers = case
    with pytest.raises(ValueError, match="expected"):
        linearise(model, state[:, :2], parameters, levers, places=PLACES)
