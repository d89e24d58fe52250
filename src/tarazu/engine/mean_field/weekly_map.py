"""The weekly map of the mean field and its exact Jacobian, from derivatives of the declaration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from tarazu.engine.compiler.kernel_files import BuiltKernel, build_kernel, program_of
from tarazu.engine.compiler.program import Program
from tarazu.engine.inputs import Inputs, prepare_week
from tarazu.engine.mean_field.numpy_source import WeekFunctions, write_functions
from tarazu.engine.simulation import explain, run_member, start_rows
from tarazu.engine.trajectory import Districts, FloatArray
from tarazu.model.declaration import Model


@dataclass(frozen=True, slots=True, eq=False)
class Linearisation:
    """One week of the mean field at one state.

    The state is ordered by stock, then by district: x[s * D + d].

    Attributes
    ----------
    stocks : (S,) names. districts : (D,) names.
    after : (S, D) levels one week later.
    jacobian : (S * D, N) derivative of `after` along the directions; where none were given, by
        the levels before, N = S * D.
    flows : by transfer, events and definitions too: (D,) this week's values.
    flow_jacobians : by the same names: (D, N).
    """

    stocks: tuple[str, ...]
    districts: tuple[str, ...]
    after: FloatArray
    jacobian: FloatArray
    flows: Mapping[str, FloatArray]
    flow_jacobians: Mapping[str, FloatArray]

    def rows(self, stock: str) -> slice:
        """Return the rows of the state that belong to a stock."""
        at = self.stocks.index(stock) * len(self.districts)
        return slice(at, at + len(self.districts))


class WeeklyMap:
    """A week of the mean field at fixed parameters and levers, with all its derivatives.

    Derivatives are those of the declared expressions, carried through the week by the chain rule
    (forward mode); nothing is approximated. Where an expression has a kink (Max, Min), the
    derivative is that of one side.

    Parameters
    ----------
    parameters : (P,). levers : (L, D).

    Raises
    ------
    ValueError
        Arrays of the wrong shape.
    """

    def __init__(
        self, model: Model, parameters: FloatArray, levers: FloatArray, *, districts: Districts
    ) -> None:
        D = len(districts.names)
        _check((parameters.shape, levers.shape), ((len(model.parameters),), (len(model.levers), D)))
        self.model, self.parameters, self.levers, self.districts = (
            model,
            parameters,
            levers,
            districts,
        )
        self._functions = _functions(model)
        self._sums = sums_over(districts.weights)
        own = tuple(districts.places()), tuple(parameters), tuple(levers)
        self._settled = self._functions.settle(*own, *self._sums)

    def step(self, state: FloatArray) -> FloatArray:
        """Return the (S, D) levels one week after `state` (S, D), by the engine's own kernel.

        Raises
        ------
        SimulationError
            A stock or hazard leaves its range in that week.
        """
        self._check_state(state)
        S, D = state.shape
        program, kernel, inputs, empty = self._engine
        rows = empty.copy()
        levels = rows.reshape(-1, kernel.source.stride)[:S]
        levels[:, :D], levels[:, D:] = state, state[:, :1]
        national, district = np.empty((1, len(program.quantities))), np.empty((1, 0, D))
        if run_member(kernel, inputs, 0, rows, national, district) >= 0:
            explain(program, "mean", inputs, self.districts, 0, 0, state)
        return levels[:, :D].copy()

    @cached_property
    def _engine(self) -> tuple[Program, BuiltKernel, Inputs, FloatArray]:
        """The kernel of the mean field, its inputs, and its scratch array before a week."""
        program = program_of(self.model)
        inputs = prepare_week(program, self.parameters, self.levers, districts=self.districts)
        kernel = build_kernel(self.model, "mean", len(self.districts.names))
        return program, kernel, inputs, start_rows(program, kernel.source, inputs, 0)

    def linearise(self, state: FloatArray, directions: FloatArray | None = None) -> Linearisation:
        """Return the week from a state, with its derivatives along some directions.

        Parameters
        ----------
        state : (S, D) levels in the order of ``model.stocks``.
        directions : (S * D, N) along which derivatives are taken; default: the unit vectors, which
            give the Jacobian.

        Raises
        ------
        ValueError
            Arrays of the wrong shape.
        """
        self._check_state(state)
        along = np.eye(state.size) if directions is None else directions
        _check((along.shape,), ((state.size, along.shape[-1]),))
        S, D, N = *state.shape, along.shape[1]
        tangents = along.reshape(S, D, N).transpose(0, 2, 1)  # districts last, as everywhere
        after, slopes, flows, flow_slopes = self._functions.linearise(
            tuple(state), tuple(tangents), np.zeros((N, D)), self._settled, *self._sums
        )
        names = self._functions.flows
        return Linearisation(
            stocks=tuple(self.model.stocks),
            districts=self.districts.names,
            after=_rows(after, (S, D)),
            jacobian=np.stack(slopes).transpose(0, 2, 1).reshape(S * D, N),
            flows=dict(zip(names, _rows(flows, (len(names), D)), strict=True)),
            flow_jacobians={name: slope.T for name, slope in zip(names, flow_slopes, strict=True)},
        )

    def _check_state(self, state: FloatArray) -> None:
        _check((state.shape,), ((len(self.model.stocks), len(self.districts.names)),))


def linearise(
    model: Model,
    state: FloatArray,
    parameters: FloatArray,
    levers: FloatArray,
    *,
    districts: Districts,
    directions: FloatArray | None = None,
) -> Linearisation:
    """Return one week of the mean field from one state; see `WeeklyMap`, which serves many."""
    return WeeklyMap(model, parameters, levers, districts=districts).linearise(state, directions)


@lru_cache(maxsize=8)
def _functions(model: Model) -> WeekFunctions:
    return write_functions(program_of(model))


Sum = Callable[[FloatArray | float], FloatArray]


def sums_over(weights: FloatArray) -> tuple[Sum, Sum, Sum]:
    """Return the sums over neighbours, over whose neighbour one is, and over all districts."""

    def spread(values: FloatArray | float) -> FloatArray:
        return np.broadcast_to(values, (*np.shape(values)[:-1], len(weights)))

    return (
        lambda values: spread(values) @ weights.T,
        lambda values: spread(values) @ weights,
        lambda values: spread(spread(values).sum(axis=-1, keepdims=True)),
    )


def _rows(values: Sequence[FloatArray], shape: tuple[int, ...]) -> FloatArray:
    rows = np.empty(shape)
    for row, value in zip(rows, values, strict=True):
        row[:] = value
    return rows


def _check(shapes: tuple[tuple[int, ...], ...], expected: tuple[tuple[int, ...], ...]) -> None:
    if shapes != expected:
        msg = f"shapes {shapes}; expected {expected}"
        raise ValueError(msg)
