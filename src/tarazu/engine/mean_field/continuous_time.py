"""The model in continuous time: the equations of the mean field in the limit of short steps.

Engines step by the week, since records do; laws of combat and epidemics are stated as differential
equations. In this limit people flow at hazard times stock or at the rate of an event, a share moves
by rise * (1 - x) - fall * x, a memory by inflow - fall * x.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tarazu.engine.compiler.equations import equations_of
from tarazu.engine.compiler.kernel_files import program_of
from tarazu.engine.compiler.program import Program
from tarazu.engine.inputs import Inputs, prepare_week
from tarazu.engine.mean_field.numpy_source import write_values
from tarazu.engine.mean_field.weekly_map import sums_over
from tarazu.engine.trajectory import Districts, FloatArray
from tarazu.model.declaration import Model


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
    """The rates of change per week (S, D) at given levels (S, D)."""

    def __init__(
        self, program: Program, inputs: Inputs, levers: FloatArray, districts: Districts
    ) -> None:
        limit = equations_of(program).at_step(0)
        self.stocks = tuple(program.model.stocks)
        self.inflows, self.outflows = limit.inflows, limit.outflows
        both = (*limit.inflows.values(), *limit.outflows.values())
        self.flows = tuple(dict.fromkeys(name for names in both for name in names))
        self.compute = write_values(program, limit.behind(self.flows), self.flows)
        own = tuple(inputs.places), tuple(inputs.parameters[0]), tuple(levers)
        self.given = (*own, *sums_over(districts.weights))

    def __call__(self, levels: FloatArray) -> FloatArray:
        values = self.compute(tuple(levels), *self.given)
        flows = dict(zip(self.flows, values, strict=True))
        rates = np.zeros_like(levels)
        for rate, stock in zip(rates, self.stocks, strict=True):
            for name in self.inflows[stock]:
                rate += flows[name]
            for name in self.outflows[stock]:
                rate -= flows[name]
        return rates
