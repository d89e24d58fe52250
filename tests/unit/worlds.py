"""Small worlds and models that the tests of model and engine share."""

from functools import cache

import numpy as np
import sympy as sp

from tarazu.core.quantities import LogNormal, Parameter
from tarazu.core.sources import ASSUMED
from tarazu.engine import Districts
from tarazu.model import Model
from tarazu.model.checks import checked

RATES = {
    "contact": Parameter("1/week", LogNormal(0.4, 2), source=ASSUMED),
    "recovery": Parameter("1/week", LogNormal(0.2, 2), source=ASSUMED),
    "travel": Parameter("1/week", LogNormal(0.05, 2), source=ASSUMED),
    "raid_rate": Parameter("raids/persons/week", LogNormal(0.01, 2), source=ASSUMED),
    "killed_per_raid": Parameter("persons/raids", LogNormal(1.0, 2), source=ASSUMED),
    "lethality": Parameter("1/raids", LogNormal(0.5, 2), source=ASSUMED),
    "fear_up": Parameter("1/raids", LogNormal(0.1, 2), source=ASSUMED),
    "fading": Parameter("1/week", LogNormal(0.1, 2), source=ASSUMED),
    "initial_active": Parameter("1", LogNormal(0.05, 2), source=ASSUMED),
}


def declare_toy() -> Model:
    """Calm people turn active by contact; the active raid, travel and calm down; raids kill."""
    m = Model("toy")
    p = m.declare(RATES)
    calm = m.stock("calm", "people", unit="persons", initial=None, meaning="not active")
    active = m.stock(
        "active",
        "people",
        unit="persons",
        initial=p.initial_active * m["population"],
        meaning="active",
    )
    m.stock("gone", "people", unit="persons", initial=0, meaning="killed")
    m.stock("fear", "share", unit="1", initial=0, meaning="fear")
    m.stock("memory_raids", "memory", unit="raids", initial=0, meaning="raids remembered")
    raids = m.event("raids", unit="raids", mean=p.raid_rate * active, meaning="raids")
    m.event(
        "deaths",
        unit="persons",
        mean=p.killed_per_raid * raids,
        size=p.lethality * raids,
        meaning="killed in raids",
    )
    m.transfer("killed", "calm", "gone", count="deaths", meaning="killed in raids")
    share = active / sp.Max(calm + active, 1)
    nearby = m.sum_nearby("active_nearby", share)
    hazard = p.contact * (share + nearby) / 2
    m.transfer("joined", "calm", "active", hazard=hazard, meaning="join")
    m.transfer("calmed", "active", "calm", hazard=p.recovery, meaning="calm down")
    m.transfer(
        "travelled", "active", "active", hazard=p.travel, attraction=1 + share, meaning="travel"
    )
    m.change("fear", rise=p.fear_up * raids, fall=p.fading, meaning="raids frighten")
    m.change("memory_raids", inflow=raids, fall=p.fading, meaning="raids are remembered")
    return m


@cache
def toy_model() -> Model:
    """Return the toy, checked: the same object each time, so that it is compiled once."""
    return checked(declare_toy())


def line_of_districts(count: int, population: float = 10_000.0) -> Districts:
    """Districts in a row, each a neighbour of the next, growing from one end to the other."""
    weights = np.zeros((count, count))
    for d in range(count - 1):
        weights[d, d + 1] = weights[d + 1, d] = 1.0
    sums = weights.sum(axis=1, keepdims=True)
    return Districts(
        names=tuple(f"district-{d}" for d in range(count)),
        population=population * (1.0 + np.arange(count)),
        urban_share=np.linspace(0.1, 0.9, count),
        weights=np.divide(weights, sums, out=np.zeros_like(weights), where=sums > 0.0),
    )


def default_levers(model: Model, weeks: int, districts: int, **settings: float) -> np.ndarray:
    """Lever arrays at their defaults, or at one setting for all weeks and districts."""
    assert settings.keys() <= model.levers.keys()
    levels = [settings.get(name, lever.default) for name, lever in model.levers.items()]
    return np.broadcast_to(np.array(levels)[:, None, None], (len(levels), weeks, districts)).copy()


def medians(model: Model, **values: float) -> np.ndarray:
    """Parameters at their prior medians, but for those named."""
    assert values.keys() <= model.parameters.keys()
    return np.array([values.get(name, p.median) for name, p in model.parameters.items()])
