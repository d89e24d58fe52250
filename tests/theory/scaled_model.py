"""The shipped model with everything extensive times N: people, attacks, raids, operations, groups.

In the mean field densities do not depend on N; in the stochastic engine luck averages out as N
grows. By which power of N a parameter scales is read off its unit.
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from functools import cache

import numpy as np
import sympy as sp

from tarazu.engine import Districts
from tarazu.engine.inputs import first_state
from tarazu.engine.mean_field.equilibria import ClosedMap, find_equilibrium
from tarazu.model import Model, build_model
from tarazu.model.units import parse_unit

EXTENSIVE = ("persons", "attacks", "raids", "operations", "groups")  # force counts in persons


def exponent(unit: str) -> int:
    """Return the power of N by which a quantity of that unit scales; 0 for a density."""
    return sum(power for word, power in parse_unit(unit).items() if word in EXTENSIVE)


def scaled(model: Model, parameters: np.ndarray, n: int) -> np.ndarray:
    """Return the (..., P) parameters of a world N times as large."""
    return parameters * powers([p.unit for p in model.parameters.values()], n)


def powers(units: list[str], n: int) -> np.ndarray:
    """Return N to the exponent of each unit."""
    return np.array([float(n) ** exponent(unit) for unit in units])


def ring(people: int, districts: int, urban_share: float) -> Districts:
    """Return equal districts that each border all others equally; none for a single one."""
    return Districts(
        tuple(f"d{d}" for d in range(districts)),
        np.full(districts, float(people)),
        np.full(districts, urban_share),
        (1.0 - np.eye(districts)) / max(districts - 1, 1),
    )


def today(model: Model, weeks: int, districts: int) -> np.ndarray:
    """Return the (L, T, D) levers at their defaults."""
    defaults = np.array([lever.default for lever in model.levers.values()])
    return np.tile(defaults[:, None, None], (1, weeks, districts))


@cache
def light_tailed() -> Model:
    """Return the shipped model with Poisson deaths of the same mean; the same object each time."""
    light = copy(build_model())
    light.events = {name: replace(event, tail=None) for name, event in light.events.items()}
    return light


def at_rest(parameters: np.ndarray, districts: Districts) -> Model:
    """Return the shipped model, light-tailed, that starts where its mean field rests.

    People start as whole persons of the given equal districts, and in others in proportion, so
    that no rounding of heads is taken for a bias.
    """
    model = light_tailed()
    closed = ClosedMap(
        model, parameters, today(model, 1, len(districts.names))[:, 0], districts=districts
    )
    point = find_equilibrium(closed, first_state(model, parameters, districts=districts))
    assert point.is_settled
    assert point.eigenvalue < 1.0
    starts = {}
    for (name, stock), level in zip(model.stocks.items(), point.state[:, 0], strict=True):
        if stock.initial is None:
            start = None
        elif stock.kind == "share":
            start = sp.Float(level)
        else:
            here = np.round(level) if stock.kind == "people" else level
            start = sp.Float(here / districts.population[0]) * model["population"]
        starts[name] = replace(stock, initial=start)
    rested = copy(model)
    rested.stocks = starts
    return rested
