"""The weekly map of the mean field and its exact Jacobian, from derivatives of the declaration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from tarazu.engine.inputs import array_function
from tarazu.engine.program import Exits, Program, compile_program
from tarazu.engine.trajectory import FloatArray, Places
from tarazu.model.declaration import Model
from tarazu.model.quantities import Definition, Event, Transfer


@dataclass(frozen=True, slots=True, eq=False)
class Linearisation:
    """One week of the mean field at one state.

    The state is ordered by stock, then by district: x[s * D + d].

    Attributes
    ----------
    stocks : (S,) names. places : (D,) names.
    after : (S, D) levels a week later.
    jacobian : (S * D, N) derivative of `after` along the directions; where none were given, by
        the levels before, N = S * D.
    flows : by transfer, events and definitions too: (D,) this week's values.
    flow_jacobians : by the same names: (D, N).
    """

    stocks: tuple[str, ...]
    places: tuple[str, ...]
    after: FloatArray
    jacobian: FloatArray
    flows: Mapping[str, FloatArray]
    flow_jacobians: Mapping[str, FloatArray]

    def rows(self, stock: str) -> slice:
        """Return the rows of the state that belong to a stock."""
        at = self.stocks.index(stock) * len(self.places)
        return slice(at, at + len(self.places))


def linearise(
    model: Model,
    state: FloatArray,
    parameters: FloatArray,
    levers: FloatArray,
    *,
    places: Places,
    directions: FloatArray | None = None,
) -> Linearisation:
    """Return a week of the mean field from `state`, with all its derivatives.

    Derivatives are those of the declared expressions, carried through the week by the chain rule
    (forward mode); nothing is approximated. Where an expression has a kink (Max, Min), the
    derivative is that of one side.

    Parameters
    ----------
    state : (S, D) levels in the order of ``model.stocks``.
    parameters : (P,). levers : (L, D).
    directions : (S * D, N) along which derivatives are taken; default: the unit vectors, which
        give the Jacobian. (S * D, 0) gives the step alone.

    Raises
    ------
    ValueError
        Arrays of the wrong shape.
    """
    D = len(places.names)
    expected = ((len(model.stocks), D), (len(model.parameters),), (len(model.levers), D))
    if (state.shape, parameters.shape, levers.shape) != expected:
        msg = f"shapes {(state.shape, parameters.shape, levers.shape)}; expected {expected}"
        raise ValueError(msg)
    along = np.eye(state.size) if directions is None else directions
    return _Week(_program(model), state, parameters, levers, places, along).run()


@lru_cache(maxsize=8)
def _program(model: Model) -> Program:
    return compile_program(model)


class _Week:
    """Values (D,) and tangents (D, N) of everything that a week works out."""

    def __init__(
        self,
        program: Program,
        state: FloatArray,
        parameters: FloatArray,
        levers: FloatArray,
        places: Places,
        directions: FloatArray,
    ) -> None:
        model = program.model
        self.program, self.places = program, places
        self.n_districts = D = len(places.names)
        self.n_directions = directions.shape[1]
        constants: dict[str, FloatArray] = {
            "population": np.floor(places.population + 0.5),
            "urban_share": places.urban_share,
            **{
                name: np.full(D, value)
                for name, value in zip(model.parameters, parameters, strict=True)
            },
            **dict(zip(model.levers, levers, strict=True)),
        }
        self.value: dict[str, FloatArray] = constants
        self.tangent: dict[str, FloatArray] = {}
        for s, name in enumerate(model.stocks):
            self.value[name] = state[s].astype(np.float64)
            self.tangent[name] = directions[s * D : (s + 1) * D]

    def run(self) -> Linearisation:
        model, weights = self.program.model, self.places.weights
        for name, expression in model.nearby.items():
            value, tangent = self.evaluate(expression)
            self._know(name, weights @ value, weights @ tangent)
        for name, expression in model.everywhere.items():
            value, tangent = self.evaluate(expression)
            total = np.full(self.n_districts, value.sum())
            self._know(name, total, np.broadcast_to(tangent.sum(axis=0), tangent.shape))
        pulls = [self.evaluate(_given(mover.attraction)) for mover in self.program.movers]
        after: dict[str, tuple[FloatArray, FloatArray]] = {}
        for step in self.program.steps:
            if isinstance(step, Definition):
                self._know(step.name, *self.evaluate(step.expression))
            elif isinstance(step, Event):
                self._know(step.name, *self.evaluate(step.mean))
            else:
                after[step.stock] = self._leave(step)
        arrivals = {
            mover.name: self._arrive(mover, *pull)
            for mover, pull in zip(self.program.movers, pulls, strict=True)
        }
        fresh = {**self._people(after, arrivals), **self._shares(), **self._memories()}
        named = [n for n in self.tangent if n not in model.stocks]
        return Linearisation(
            stocks=tuple(model.stocks),
            places=self.places.names,
            after=np.array([fresh[name][0] for name in model.stocks]),
            jacobian=np.concatenate([fresh[name][1] for name in model.stocks]),
            flows={name: self.value[name] for name in named},
            flow_jacobians={name: self.tangent[name] for name in named},
        )

    def _know(self, name: str, value: FloatArray, tangent: FloatArray) -> None:
        self.value[name], self.tangent[name] = value, tangent

    def evaluate(self, expression: sp.Expr) -> tuple[FloatArray, FloatArray]:
        """Return the (D,) values and (D, N) derivatives of an expression of what is known."""
        value = self._value(expression)
        tangent = np.zeros((self.n_districts, self.n_directions))
        for name, partial in _partials(expression) if self.n_directions else ():
            if name in self.tangent:
                tangent += self._value(partial)[:, None] * self.tangent[name]
        return value, tangent

    def _value(self, expression: sp.Expr) -> FloatArray:
        names, function = array_function(expression)
        found = function(*(self.value[name] for name in names))
        return np.asarray(np.broadcast_to(found, self.n_districts), dtype=np.float64)

    def _leave(self, exits: Exits) -> tuple[FloatArray, FloatArray]:
        staying, slope = self.value[exits.stock], self.tangent[exits.stock]
        for transfer in exits.counts:
            count, count_slope = self.value[str(transfer.count)], self.tangent[str(transfer.count)]
            limited = (count > staying)[:, None]
            moved = np.minimum(count, staying)
            moved_slope = np.where(limited, slope, count_slope)
            self._know(transfer.name, moved, moved_slope)
            staying, slope = staying - moved, slope - moved_slope
        if not exits.hazards:
            return staying, slope
        hazards = [self.evaluate(_given(transfer.hazard)) for transfer in exits.hazards]
        total = np.sum([value for value, _ in hazards], axis=0)
        total_slope = np.sum([tangent for _, tangent in hazards], axis=0)
        # Of those who leave by hazards h_i, the share h_i / h; the factor g(h) = (1 - exp(-h)) / h.
        factor, factor_slope = _departures(total)
        for transfer, (hazard, hazard_slope) in zip(exits.hazards, hazards, strict=True):
            moved = staying * factor * hazard
            moved_slope = (
                (factor * hazard)[:, None] * slope
                + (staying * factor)[:, None] * hazard_slope
                + (staying * hazard * factor_slope)[:, None] * total_slope
            )
            self._know(transfer.name, moved, moved_slope)
        kept = np.exp(-total)
        return staying * kept, kept[:, None] * slope - (staying * kept)[:, None] * total_slope

    def _arrive(
        self, mover: Transfer, pull: FloatArray, pull_slope: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return who arrives where: each origin's movers split by weight times pull."""
        weights = self.places.weights
        moving, slope = self.value[mover.name], self.tangent[mover.name]
        offers = weights @ pull  # (D,) by origin
        offers_slope = weights @ pull_slope
        open_ = offers > 0.0
        per_offer = np.divide(moving, offers, out=np.zeros_like(moving), where=open_)
        per_offer_slope = np.where(
            open_[:, None],
            (slope - per_offer[:, None] * offers_slope) / np.where(open_, offers, 1.0)[:, None],
            0.0,
        )
        drawn = weights.T @ per_offer  # (D,) by destination
        value = pull * drawn + np.where(open_, 0.0, moving)
        tangent = (
            drawn[:, None] * pull_slope
            + pull[:, None] * (weights.T @ per_offer_slope)
            + np.where(open_[:, None], 0.0, slope)
        )
        return value, tangent

    def _people(
        self,
        after: Mapping[str, tuple[FloatArray, FloatArray]],
        arrivals: Mapping[str, tuple[FloatArray, FloatArray]],
    ) -> dict[str, tuple[FloatArray, FloatArray]]:
        fresh = {}
        for name in self.program.people:
            value, tangent = after.get(name, (self.value[name], self.tangent[name]))
            for transfer in self.program.model.transfers.values():
                if transfer.target == name:
                    known = (self.value[transfer.name], self.tangent[transfer.name])
                    moved, slope = arrivals.get(transfer.name, known)
                    value, tangent = value + moved, tangent + slope
            fresh[name] = value, tangent
        return fresh

    def _shares(self) -> dict[str, tuple[FloatArray, FloatArray]]:
        fresh = {}
        for share in self.program.shares:
            rise, rise_slope = self.evaluate(share.rise)
            fall, fall_slope = self.evaluate(share.fall)
            old, slope = self.value[share.stock], self.tangent[share.stock]
            rate, rate_slope = rise + fall, rise_slope + fall_slope
            kept, (factor, factor_slope) = np.exp(-rate), _departures(rate)
            value = kept * old + factor * rise
            tangent = (
                kept[:, None] * slope
                + factor[:, None] * rise_slope
                + (factor_slope * rise - kept * old)[:, None] * rate_slope
            )
            fresh[share.stock] = value, tangent
        return fresh

    def _memories(self) -> dict[str, tuple[FloatArray, FloatArray]]:
        fresh = {}
        for memory in self.program.memories:
            fall, fall_slope = self.evaluate(memory.fall)
            inflow, inflow_slope = self.evaluate(memory.inflow)
            old, slope = self.value[memory.stock], self.tangent[memory.stock]
            kept = np.exp(-fall)
            value = old * kept + inflow
            tangent = kept[:, None] * slope - (old * kept)[:, None] * fall_slope + inflow_slope
            fresh[memory.stock] = value, tangent
        return fresh


def _given(expression: sp.Expr | None) -> sp.Expr:
    assert expression is not None  # movers have an attraction, hazards a hazard
    return expression


def _departures(hazard: NDArray[np.float64]) -> tuple[FloatArray, FloatArray]:
    """Return (1 - exp(-h)) / h and its derivative, both smooth at 0."""
    small = hazard < 1e-6
    h = np.where(small, 1.0, hazard)
    value = np.where(small, 1.0 - hazard / 2.0, -np.expm1(-h) / h)
    slope = np.where(small, -0.5 + hazard / 3.0, (np.exp(-h) * (1.0 + h) - 1.0) / h**2)
    return value, slope


@lru_cache(maxsize=4096)
def _partials(expression: sp.Expr) -> Sequence[tuple[str, sp.Expr]]:
    """Return the derivative of an expression by each symbol that it reads."""
    symbols = sorted(expression.free_symbols, key=lambda symbol: str(symbol.name))
    return tuple((str(symbol.name), _one_sided(sp.diff(expression, symbol))) for symbol in symbols)


def _one_sided(derivative: sp.Expr) -> sp.Expr:
    """Return a derivative whose steps are plain comparisons: 1 above the kink, 0 at and below."""
    return derivative.replace(
        sp.Heaviside, lambda x, *_: sp.Piecewise((sp.Integer(1), x > 0), (sp.Integer(0), True))
    )
