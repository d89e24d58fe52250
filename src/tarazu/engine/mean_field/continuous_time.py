"""The model in continuous time: the mean field's limit for short steps, for laws that are known.

Engines step by the week, since records do; laws of combat and epidemics are stated as differential
equations. Here the same declaration is read as one: people flow at hazard times stock or at the
rate of an event, a share moves by rise * (1 - x) - fall * x, a memory by inflow - fall * x.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import sympy as sp

from tarazu.engine.compiler.kernel_files import program_of
from tarazu.engine.compiler.program import Program
from tarazu.engine.inputs import Inputs, array_function, prepare_week
from tarazu.engine.trajectory import Districts, FloatArray
from tarazu.model.declaration import Model
from tarazu.model.quantities import Definition, Event, Transfer


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """A solution in continuous time.

    Attributes
    ----------
    times : (N,) weeks. stocks : names (S,). levels : (N, S, D).
    """

    times: FloatArray
    stocks: tuple[str, ...]
    levels: FloatArray

    def of(self, stock: str) -> FloatArray:
        """Return the (N, D) levels of one stock."""
        return np.asarray(self.levels[:, self.stocks.index(stock)])


def solve(
    model: Model,
    parameters: FloatArray,
    levers: FloatArray,
    *,
    districts: Districts,
    times: FloatArray,
    rtol: float = 1e-9,
    atol: float = 1e-9,
) -> Path:
    """Return the solution of the model's differential equations at some times.

    Parameters
    ----------
    parameters : (P,). levers : (L, D), constant in time. times : (N,) weeks, rising from 0.
    rtol, atol : tolerances of the integrator (DOP853), atol in the unit of each stock.

    Raises
    ------
    ValueError
        Arrays of the wrong shape.
    RuntimeError
        The integrator gave up; its message.
    """
    from scipy.integrate import solve_ivp  # late: it is large

    program = program_of(model)
    inputs = prepare_week(program, parameters, levers, districts=districts)
    start = inputs.start[0]
    rates = _Rates(program, inputs, levers, districts)
    solved = solve_ivp(
        lambda _, flat: rates(flat.reshape(start.shape)).ravel(),
        (float(times[0]), float(times[-1])),
        start.ravel(),
        method="DOP853",
        t_eval=times,
        rtol=rtol,
        atol=atol,
    )
    if not solved.success:
        raise RuntimeError(solved.message)
    return Path(times, tuple(model.stocks), solved.y.T.reshape(len(times), *start.shape))


class _Rates:
    """The weekly rates of change (S, D) at given levels (S, D)."""

    def __init__(
        self, program: Program, inputs: Inputs, levers: FloatArray, districts: Districts
    ) -> None:
        self.program, self.weights = program, districts.weights
        model = program.model
        self.fixed: dict[str, FloatArray] = {
            "population": inputs.population,
            "urban_share": inputs.urban_share,
        }
        shape = inputs.population.shape
        for p, name in enumerate(model.parameters):
            self.fixed[name] = np.full(shape, inputs.parameters[0, p])
        for at, name in enumerate(model.levers):
            self.fixed[name] = levers[at]

    def __call__(self, levels: FloatArray) -> FloatArray:
        model = self.program.model
        values = self.fixed | dict(zip(model.stocks, levels, strict=True))
        for name, expression in model.nearby.items():
            values[name] = self.weights @ _evaluate(expression, values)
        for name, expression in model.everywhere.items():
            values[name] = np.full(levels.shape[1], _evaluate(expression, values).sum())
        rates = {name: np.zeros(levels.shape[1]) for name in model.stocks}
        for step in self.program.steps:
            if isinstance(step, Definition):
                values[step.name] = _evaluate(step.expression, values)
            elif isinstance(step, Event):
                values[step.name] = _evaluate(step.mean, values)
            else:
                for t in (*step.counts, *step.hazards):
                    flow = (
                        values[str(t.count)]
                        if t.hazard is None
                        else _evaluate(t.hazard, values) * values[t.source]
                    )
                    values[t.name] = flow
                    rates[t.source] = rates[t.source] - flow
                    arriving = flow if t.attraction is None else self._spread(flow, t, values)
                    rates[t.target] = rates[t.target] + arriving
        for share in self.program.shares:
            level = values[share.stock]
            rise, fall = _evaluate(share.rise, values), _evaluate(share.fall, values)
            rates[share.stock] = rise * (1.0 - level) - fall * level
        for memory in self.program.memories:
            fading = _evaluate(memory.fall, values) * values[memory.stock]
            rates[memory.stock] = _evaluate(memory.inflow, values) - fading
        return np.array([rates[name] for name in model.stocks])

    def _spread(
        self, flow: FloatArray, transfer: Transfer, values: dict[str, FloatArray]
    ) -> FloatArray:
        """Return who arrives in each district; those without a neighbour to go to stay."""
        parts = self.weights * _evaluate(transfer.attraction, values)
        totals = parts.sum(axis=1)
        going = np.divide(flow, totals, out=np.zeros_like(flow), where=totals > 0.0)
        stayed = np.where(totals > 0.0, 0.0, flow)
        return np.asarray(going @ parts + stayed)


def _evaluate(expression: sp.Expr, values: dict[str, FloatArray]) -> FloatArray:
    names, function = array_function(expression)
    shape = values["population"].shape
    return np.array(np.broadcast_to(function(*(values[name] for name in names)), shape))
