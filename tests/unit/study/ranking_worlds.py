"""Toy models in which it is known by hand which of two policies is ahead."""

from functools import cache

import numpy as np
import sympy as sp
from tests.unit.worlds import line_of_districts

from tarazu.core.quantities import Fixed, LogNormal, Parameter, Uniform
from tarazu.core.sources import ASSUMED
from tarazu.model import Hypothesis, Model
from tarazu.model.checks import checked
from tarazu.model.quantities import Lever
from tarazu.model.stocks import MILITANTS
from tarazu.study.setup.policies import ResolvedPolicy
from tarazu.study.setup.scenario import Scenario

WEEKS, DISTRICTS = 6, 2
RATES = {
    "relief": Parameter("attacks/week", Uniform(0.0, 10.0), source=ASSUMED),
    "provocation": Parameter("attacks/week", LogNormal(4.0, 2.0), source=ASSUMED),
    "bend": Parameter("1", Uniform(-2.0, 2.0), source=ASSUMED),
    "bend_size": Parameter("attacks/week", Fixed(1.0), source=ASSUMED),
    "level": Parameter("attacks/week", Uniform(40.0, 60.0), source=ASSUMED),
}


def nobody_fights() -> Model:
    """Return a model with the people and deaths that outcomes are made of, all of them none."""
    m = Model("nobody fights")
    m.stock("passive", "people", unit="persons", initial=None, meaning="everybody")
    for name in (*MILITANTS, "sympathiser", "dead"):
        m.stock(name, "people", unit="persons", initial=0.0, meaning="nobody")
    for name in (
        *("attack_deaths_civilian", "operation_deaths_civilian", "attack_deaths_state"),
        *("operation_deaths_militant", "deaths_in_custody"),
    ):
        m.event(name, unit="persons", mean=sp.Integer(0), meaning="nobody")
    return m


@cache
def tempo_model() -> Model:
    """Return a model in which a step of tempo adds provocation + bend_size * bend^2 - relief.

    At the medians that is 4 + 0 - 5 = -1 attack a week and district.
    """
    m = nobody_fights()
    p = m.declare(RATES)
    tempo = m.lever("tempo", Lever("1", 0.0, 3.0, 1.0, "passive", "tempo of operations"))
    step = p.provocation + p.bend_size * p.bend**2 - p.relief
    m.event("attacks", unit="attacks", mean=sp.Max(p.level + tempo * step, 0), meaning="attacks")
    return checked(m)


def scenario_of(model: Model, name: str, weeks: int = WEEKS, **settings: float) -> Scenario:
    """Return a scenario of a toy model with levers at their defaults, but for those named."""
    levels = [settings.get(lever, model.levers[lever].default) for lever in model.levers]
    return Scenario(
        model=model,
        hypothesis=Hypothesis("toy", "Toy", "Known by hand.", {}),
        policy=ResolvedPolicy(
            name,
            name,
            "A test.",
            np.broadcast_to(
                np.array(levels)[:, None, None], (len(levels), weeks, DISTRICTS)
            ).copy(),
        ),
        districts=line_of_districts(DISTRICTS),
        parameters=np.array([[p.median for p in model.parameters.values()]]),
    )
