"""Levels before the first week, from parameters and places."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from tarazu.core.errors import SimulationError
from tarazu.engine.compiler.program import Program
from tarazu.engine.compiler.subexpressions import stable
from tarazu.engine.trajectory import Districts, FloatArray
from tarazu.model.declaration import PLACE_UNITS, Model


@cache
def array_function(expression: sp.Expr) -> tuple[tuple[str, ...], Callable[..., FloatArray]]:
    """Return the names that an expression reads and SymPy's NumPy function of them, in order."""
    names = tuple(sorted(symbol.name for symbol in expression.free_symbols))
    symbols = [sp.Symbol(name, real=True) for name in names]
    return names, sp.lambdify(symbols, stable(expression), "numpy")


class _Still:
    """What stands still through a run, (M, D) by name, worked out when it is asked for."""

    def __init__(self, model: Model, parameters: FloatArray, districts: Districts) -> None:
        self.model = model
        self.values: dict[str, NDArray[np.float64]] = {
            name: values[None, :]
            for name, values in zip(PLACE_UNITS, districts.places(), strict=True)
        }
        self.values |= {name: parameters[:, p, None] for p, name in enumerate(model.parameters)}
        self.shape = (len(parameters), len(districts.names))

    def of(self, expression: sp.Expr) -> FloatArray:
        """Return the values of an expression; not every one depends on both axes."""
        names, function = array_function(expression)
        return function(*(self._value(name) for name in names))

    def _value(self, name: str) -> NDArray[np.float64]:
        if name not in self.values:
            if name in self.model.definitions:
                self.values[name] = self.of(self.model.definitions[name].expression)
            else:
                summed = np.broadcast_to(self.of(self.model.everywhere[name]), self.shape)
                self.values[name] = summed.sum(axis=1, keepdims=True)
        return self.values[name]


def levels_before(
    program: Program, parameters: FloatArray, districts: Districts, *, whole: bool
) -> FloatArray:
    """Return (M, S, D) levels before the first week; `whole` rounds people to whole persons.

    parameters : (M, P).

    Raises
    ------
    SimulationError
        The initial stocks hold more people than the population.
    """
    model, still = program.model, _Still(program.model, parameters, districts)
    start = np.empty((len(parameters), len(model.stocks), len(districts.names)))
    for s, stock in enumerate(model.stocks.values()):
        if stock.initial is not None:
            level = still.of(stock.initial)
            whole_people = whole and stock.kind == "people"
            start[:, s, :] = np.floor(level + 0.5) if whole_people else level
    if not program.people:
        return start
    stocks = [*model.stocks]
    others = [stocks.index(name) for name in program.people if name != program.rest]
    rest = np.floor(districts.population + 0.5) - start[:, others, :].sum(axis=1)
    if np.any(rest < 0.0):
        m, d = np.argwhere(rest < 0.0)[0]
        raise SimulationError(
            f"{rest[m, d]:g} people are left before the first week",
            quantity=program.rest,
            value=float(rest[m, d]),
            district=districts.names[d],
            week=0,
            expected="fewer people in the other stocks than the population",
            hint=f"Check the initial shares of {', '.join(stocks[s] for s in others)}",
        )
    start[:, stocks.index(program.rest), :] = rest
    return start
