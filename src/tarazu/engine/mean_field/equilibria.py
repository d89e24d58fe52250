"""Equilibria of the mean field and their growth rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tarazu.core.errors import SimulationError
from tarazu.engine.mean_field.weekly_map import Linearisation, WeeklyMap
from tarazu.engine.trajectory import Districts, FloatArray
from tarazu.model.declaration import Model

SETTLED: Final = 1e-10  # largest weekly change relative to a stock's level at an equilibrium
SETTLING_WEEKS: Final = 104  # of the map itself, before Newton's steps and between them
LONGEST_WEEKS: Final = 1_664  # of the map between two steps, after doubling from one to the next
NEWTON_STEPS: Final = 40
NOTHING: Final = 1e-4  # of a unit: a level below it that fades for ever counts as standing still
MOST_MOVED: Final = 0.99  # of a district's people, whom a step may put into stocks but the rest


@dataclass(frozen=True, slots=True, eq=False)
class Equilibrium:
    """A state that the closed weekly map does not leave, or the last one of the search.

    Attributes
    ----------
    state : (S, D) levels.
    is_settled : whether the largest weekly change is below 1e-10 of the level and 1e-4 units.
    drift : that change.
    eigenvalue : largest modulus of the eigenvalues of the map there; below 1 it is stable.
    """

    state: FloatArray
    is_settled: bool
    drift: float
    eigenvalue: float


class ClosedMap:
    """The weekly map with births in the place of deaths and constant population per district.

    Stocks that nobody leaves and nothing reads (the dead) are held constant, and the people stock
    that holds everybody else fills each district up to its population. Without this no state with
    violence is an equilibrium: the dead accumulate and the population shrinks. Both flows are about
    1e-5 of a district's people per year.

    Parameters
    ----------
    parameters : (P,). levers : (L, D).
    emptied : people stocks that are emptied every week, as if nobody could enter them.

    Attributes
    ----------
    kept : names of the stocks that are free to move.
    """

    def __init__(
        self,
        model: Model,
        parameters: FloatArray,
        levers: FloatArray,
        *,
        districts: Districts,
        emptied: Sequence[str] = (),
    ) -> None:
        self.model, self.parameters, self.levers, self.districts = (
            model,
            parameters,
            levers,
            districts,
        )
        people = [name for name, stock in model.stocks.items() if stock.kind == "people"]
        self.rest = next((n for n in people if model.stocks[n].initial is None), None)
        self.fixed = (*(name for name in people if _absorbs(model, name)), *emptied)
        self.alive = [n for n in people if n not in (self.rest, *self.fixed)]
        self.kept = tuple(n for n in model.stocks if n not in (self.rest, *self.fixed))
        self._at = {name: i for i, name in enumerate(model.stocks)}
        self._week = WeeklyMap(model, parameters, levers, districts=districts)
        self._directions = self.directions()

    def step(self, state: FloatArray) -> FloatArray:
        """Return the (S, D) state one week later."""
        return self.close(self._week.step(state), state)

    def close(self, after: FloatArray, before: FloatArray) -> FloatArray:
        """Return `after` with the populations of `before` and the fixed stocks unchanged."""
        closed = after.copy()
        for name in self.fixed:
            closed[self._at[name]] = before[self._at[name]]
        if self.rest is not None:
            heads = self._sum(before, (self.rest, *self.alive))
            closed[self._at[self.rest]] = heads - self._sum(closed, self.alive)
        return closed

    def jacobian(self, state: FloatArray) -> tuple[FloatArray, Linearisation]:
        """Return the (K * D, K * D) derivative over the kept stocks, and the week behind it."""
        week = self._week.linearise(state, self._directions)
        rows = np.concatenate([np.arange(r.start, r.stop) for r in map(week.rows, self.kept)])
        return week.jacobian[rows], week

    def with_levers_at_zero(self, names: Sequence[str]) -> ClosedMap:
        """Return the map with some levers held at 0; those that the model has not are passed."""
        at = [i for i, name in enumerate(self.model.levers) if name in names]
        if not at:
            return self
        levers = self.levers.copy()
        levers[at] = 0.0
        return ClosedMap(self.model, self.parameters, levers, districts=self.districts)

    def directions(self) -> FloatArray:
        """Return (S * D, K * D): each kept level up by one, the rest down where it is people."""
        D = len(self.districts.names)
        directions = np.zeros((len(self._at) * D, len(self.kept) * D))
        for k, name in enumerate(self.kept):
            columns = np.arange(k * D, (k + 1) * D)
            directions[self._at[name] * D + np.arange(D), columns] = 1.0
            if name in self.alive and self.rest is not None:
                directions[self._at[self.rest] * D + np.arange(D), columns] = -1.0
        return directions

    def moved(self, state: FloatArray, step: FloatArray) -> FloatArray:
        """Return the state with the kept stocks moved by a (K * D,) step, inside their ranges."""
        fresh = state.copy()
        for name, change in zip(
            self.kept, step.reshape(len(self.kept), len(self.districts.names)), strict=True
        ):
            level = fresh[self._at[name]] + change
            top = 1.0 if self.model.stocks[name].kind == "share" else np.inf
            fresh[self._at[name]] = np.clip(level, 0.0, top)
        if self.rest is not None:
            heads = self._sum(state, (self.rest, *self.alive))
            kept = MOST_MOVED * heads / np.maximum(self._sum(fresh, self.alive), 1e-300)
            for name in self.alive:
                fresh[self._at[name]] *= np.minimum(kept, 1.0)
        return self.close(fresh, state)

    def levels(self, state: FloatArray) -> FloatArray:
        """Return the (K * D,) levels of the kept stocks."""
        return np.concatenate([state[self._at[name]] for name in self.kept])

    def rows(self, stocks: Sequence[str]) -> NDArray[np.int64]:
        """Return the positions of some kept stocks in a (K * D,) vector."""
        D = len(self.districts.names)
        return np.concatenate([self.kept.index(name) * D + np.arange(D) for name in stocks])

    def _sum(self, state: FloatArray, names: Sequence[str]) -> FloatArray:
        return np.asarray(np.sum([state[self._at[name]] for name in names], axis=0))


def find_equilibrium(closed: ClosedMap, start: FloatArray) -> Equilibrium:
    """Return the equilibrium that the closed map reaches from a start.

    The map is followed for some years, then Newton's method with the exact Jacobian is tried;
    where it leads away, the map is followed further, each time for longer. Different starts may
    lead to different equilibria: search from low and from high ones.

    Parameters
    ----------
    start : (S, D).

    Raises
    ------
    SimulationError
        A stock or hazard leaves its range on the way; gives which, where, and its inputs.
    """
    state, further = start, SETTLING_WEEKS // 2
    for _ in range(SETTLING_WEEKS):
        state = closed.step(state)
    for _ in range(NEWTON_STEPS):
        after = closed.step(state)
        drift = _drift(after, state)
        if drift < SETTLED:
            break
        jacobian, _ = closed.jacobian(state)
        gap: FloatArray = closed.levels(after) - closed.levels(state)
        try:
            step = np.asarray(np.linalg.solve(np.eye(len(gap)) - jacobian, gap), dtype=np.float64)
            trial = closed.moved(state, step)
            better = _drift(closed.step(trial), trial) < drift
        except (np.linalg.LinAlgError, SimulationError):
            better = False
        if better:
            state = trial
        else:
            for _ in range(further):
                state = closed.step(state)
            further = min(2 * further, LONGEST_WEEKS)
    drift = _drift(closed.step(state), state)
    jacobian, _ = closed.jacobian(state)
    return Equilibrium(state, drift < SETTLED, drift, spectral_radius(jacobian))


def spectral_radius(matrix: FloatArray) -> float:
    """Return the largest modulus of the eigenvalues."""
    return float(np.abs(np.linalg.eigvals(matrix)).max()) if matrix.size else 0.0


def _drift(after: FloatArray, before: FloatArray) -> float:
    """Return the largest weekly change relative to the level of its stock."""
    scale = np.abs(before).max(axis=1, keepdims=True) + NOTHING
    return float((np.abs(after - before) / scale).max())


def _absorbs(model: Model, stock: str) -> bool:
    """Whether nobody leaves a people stock and nothing reads it."""
    if any(transfer.source == stock for transfer in model.transfers.values()):
        return False
    symbol = model[stock]
    read = [definition.expression for definition in model.definitions.values()]
    read += [event.mean for event in model.events.values()]
    read += [t.hazard for t in model.transfers.values() if t.hazard is not None]
    read += [t.attraction for t in model.transfers.values() if t.attraction is not None]
    read += [e for c in model.changes for e in (c.rise, c.fall, c.push, c.inflow)]
    read += [*model.nearby.values(), *model.everywhere.values()]
    return not any(symbol in expression.free_symbols for expression in read)
