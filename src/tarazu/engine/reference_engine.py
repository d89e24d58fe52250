"""The NumPy engine: the same declaration, evaluated by SymPy's own NumPy printer, week by week.

Slow and written independently of the generated kernels, which are compared with it; also the
engine of small jobs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

import numpy as np
import sympy as sp

from tarazu.core.random.normal import normal_quantile
from tarazu.core.random.streams import (
    binomial_quantile,
    member_state,
    negative_binomial_quantile,
    poisson_quantile,
    uniform,
    week_state,
)
from tarazu.engine.compiler.equations import LARGEST
from tarazu.engine.compiler.kernels import tailed_count
from tarazu.engine.compiler.program import Exits, Program
from tarazu.engine.compiler.subexpressions import names_in
from tarazu.engine.inputs import Inputs
from tarazu.engine.start import array_function
from tarazu.engine.trajectory import FloatArray, IntArray
from tarazu.model.declaration import PLACE_UNITS
from tarazu.model.quantities import Definition, Event, Shock, Tail, Transfer

Mode = Literal["stochastic", "mean"]


@dataclass
class OutOfRange(ValueError):  # noqa: N818 - named by what happened
    """A quantity left its range.

    Attributes
    ----------
    reads : names that its expression reads.
    """

    what: str
    week: int
    district: int
    member: int
    value: float
    reads: frozenset[str]


class ArrayRun:
    """A batch of members as (M, D) arrays, one for each name of the model.

    Attributes
    ----------
    values : by name; constants and weekly quantities alike.
    """

    def __init__(self, program: Program, mode: Mode, inputs: Inputs) -> None:
        self.program, self.mode, self.inputs = program, mode, inputs
        model = program.model
        self.shape = (len(inputs.members), len(inputs.population))
        self.values: dict[str, FloatArray] = {
            name: np.broadcast_to(values, self.shape)
            for name, values in zip(PLACE_UNITS, inputs.places, strict=True)
        }
        for p, name in enumerate(model.parameters):
            self.values[name] = np.broadcast_to(inputs.parameters[:, p, None], self.shape)
        for s, name in enumerate(model.stocks):
            self.values[name] = inputs.start[:, s, :].copy()
        self.week = 0
        self.chances = {  # and the week that each one is of
            name: (inputs.first_week - 1, inputs.chances[:, c])
            for c, name in enumerate(model.shocks)
        }

    def run(self, national: FloatArray, district: FloatArray) -> None:
        """Fill national (M, T, Q) and district (M, T, K, D).

        Raises
        ------
        OutOfRange
            A hazard, expectation or level left its range.
        """
        inputs, quantities = self.inputs, self.program.quantities
        for week in range(national.shape[1]):
            self.advance(week)
            for q, name in enumerate(quantities):
                weights = inputs.people_share if inputs.is_mean[q] else np.ones(self.shape[1])
                national[:, week, q] = self.values[name] @ weights
            for k, q in enumerate(inputs.keep):
                district[:, week, k] = self.values[quantities[q]]

    def state(self) -> tuple[FloatArray, FloatArray]:
        """Return the (M, S, D) levels and the (M, C, D) chances that the next week starts from."""
        levels = np.stack([self.values[name] for name in self.program.model.stocks], axis=1)
        drawn = [chance for _, chance in self.chances.values()]
        return levels, np.stack(drawn, axis=1) if drawn else self.inputs.chances

    @property
    def counted(self) -> int:
        """The week, counted as random numbers are."""
        return self.inputs.first_week + self.week

    def evaluate(self, expression: sp.Expr) -> FloatArray:
        """Return the (M, D) values of an expression of what is known so far this week."""
        names, function = array_function(expression)
        value = function(*(self.values[name] for name in names))
        if np.shape(value) != self.shape:  # most have it, and a fifth of the time went here
            value = np.broadcast_to(value, self.shape)
        return np.asarray(value, dtype=np.float64)

    def _checked(
        self, what: str, value: FloatArray, *reads: sp.Expr, highest: float = LARGEST
    ) -> FloatArray:
        bad = ~((value >= 0.0) & (value < highest))
        if bad.any():
            m, d = np.argwhere(bad)[0]
            names = frozenset(names_in(reads))
            raise OutOfRange(what, self.week, int(d), int(m), float(value[m, d]), names)
        return value

    def advance(self, week: int) -> None:
        """Run one week: what happens in it, then the levels after it.

        Raises
        ------
        OutOfRange
            A hazard, expectation or level left its range.
        """
        model, values, self.week = self.program.model, self.values, week
        setting = self.inputs.levers[self.inputs.lever_change[: week + 1].max()]
        for at, name in enumerate(model.levers):
            values[name] = np.broadcast_to(setting[at], self.shape)
        weights = _dense(self.inputs)
        for name, expression in model.nearby.items():
            values[name] = self.evaluate(expression) @ weights.T
        for name, expression in model.everywhere.items():
            summed = self.evaluate(expression).sum(axis=1, keepdims=True)
            values[name] = np.broadcast_to(summed, self.shape)
        for shock in model.shocks.values():
            values[shock.name] = self._shock(shock)
        pulls = [self.evaluate(t.attraction) for t in self.program.movers]
        arrivals = {t.name: np.zeros(self.shape) for t in self.program.movers}
        after: dict[str, FloatArray] = {}
        for step in self.program.steps:
            if isinstance(step, Definition):
                values[step.name] = self.evaluate(step.expression)
            elif isinstance(step, Event):
                self._happen(step)
            else:
                after[step.stock] = self._leave(step)
        for pull, mover in zip(pulls, self.program.movers, strict=True):
            arrivals[mover.name] = self._arrive(mover, pull)
        self._update(after, arrivals)

    def _uniforms(self, stream: int, index: int = 0) -> FloatArray:
        inputs = self.inputs
        return np.array(
            [
                [
                    uniform(inputs.seed, int(member), stream, self.counted, int(key), index)
                    for key in inputs.keys
                ]
                for member in inputs.members
            ]
        )

    def _shock(self, shock: Shock) -> FloatArray:
        """Return the (M, D) levels of this week; the chance is followed from the first week on."""
        if self.mode == "mean":
            return np.ones(self.shape)
        spread, kept = self.evaluate(shock.spread), np.exp(-self.evaluate(shock.fade))
        week, chance = self.chances[shock.name]
        for at in range(week + 1, self.counted + 1):
            keys = np.zeros_like(self.inputs.keys) if shock.is_common else self.inputs.keys
            stream = self.program.streams[shock.name]
            drawn = np.array(
                [
                    [
                        normal_quantile(uniform(self.inputs.seed, int(m), stream, at, int(k), 0))
                        for k in keys
                    ]
                    for m in self.inputs.members
                ]
            )
            chance = drawn if at == 0 else kept * chance + np.sqrt(1.0 - kept**2) * drawn
        self.chances[shock.name] = self.counted, chance
        return np.asarray(np.exp(spread * chance - spread**2 / 2.0))

    def _happen(self, event: Event) -> None:
        inputs, e = self.inputs, [*self.program.model.events].index(event.name)
        mean = self.evaluate(event.mean)
        row = inputs.pulse_row[self.week]
        if row >= 0:
            unknown = 1.0 - inputs.known_share[:, e, None] * inputs.pulse_known[row, e]
            mean = mean * unknown + inputs.pulse_expected[row, e]
        self._checked(f"expectation of '{event.name}'", mean, event.mean)
        if self.mode == "mean":
            drawn = mean
        else:
            uniforms = self._uniforms(self.program.streams[event.name])
            if event.tail is not None:
                drawn = self._tailed(event, event.tail, mean)
            elif event.size is None:
                drawn = _each(poisson_quantile, uniforms, mean)
            else:
                positive = mean > 0.0
                size = np.where(positive, self.evaluate(event.size), 1.0)
                above_zero = np.where(size > 0.0, size, -1.0)
                self._checked(f"size of '{event.name}'", above_zero, event.size, highest=np.inf)
                count = _each(
                    negative_binomial_quantile, uniforms, np.where(positive, mean, 1.0), size
                )
                drawn = np.where(positive, count, 0.0)
        if row >= 0:
            drawn = drawn + inputs.pulse_count[row, e]
        self.values[event.name] = drawn

    def _tailed(self, event: Event, tail: Tail, mean: FloatArray) -> FloatArray:
        inputs, stream = self.inputs, self.program.streams[event.name]
        exponent, largest = self.evaluate(tail.exponent), self.evaluate(tail.largest)
        happened, drawn = self.values[tail.of], np.zeros(self.shape)
        for m, d in np.argwhere((happened > 0.0) & (mean > 0.0)):
            # compiled functions hand 64-bit states out as int, and take an int as signed
            state = np.uint64(member_state(inputs.seed, int(inputs.members[m])))
            now = np.uint64(week_state(state, stream, self.counted))
            key, count = int(inputs.keys[d]), int(happened[m, d])
            drawn[m, d] = tailed_count(now, key, count, mean[m, d], exponent[m, d], largest[m, d])
        return drawn

    def _leave(self, exits: Exits) -> FloatArray:
        staying = self.values[exits.stock]
        for transfer in exits.counts:
            moved = np.minimum(self.values[str(transfer.count)], staying)
            self.values[transfer.name] = moved
            staying = staying - moved
        hazards = [
            self._checked(f"hazard of '{t.name}'", self.evaluate(t.hazard), t.hazard)
            for t in exits.hazards
        ]
        if not hazards:
            return staying
        rests = [*accumulate(reversed(hazards))][::-1]  # each hazard with those after it
        total = rests[0]
        if self.mode == "mean":
            leaving = -staying * np.expm1(-total)
            for transfer, hazard in zip(exits.hazards, hazards, strict=True):
                share = np.divide(hazard, total, out=np.zeros(self.shape), where=total > 0.0)
                self.values[transfer.name] = leaving * share
            return staying - leaving
        uniforms = self._uniforms(self.program.streams[exits.stock])
        leaving = _each(binomial_quantile, uniforms, staying.astype(np.int64), -np.expm1(-total))
        after = staying - leaving
        for i, transfer in enumerate(exits.hazards):
            moved = leaving
            if i + 1 < len(hazards):
                rest = rests[i]
                share = np.divide(hazards[i], rest, out=np.zeros(self.shape), where=rest > 0.0)
                uniforms = self._uniforms(self.program.streams[transfer.name])
                moved = _each(binomial_quantile, uniforms, leaving.astype(np.int64), share)
            self.values[transfer.name] = moved
            leaving = leaving - moved
        return after

    def _arrive(self, mover: Transfer, pull: FloatArray) -> FloatArray:
        """Return the arrivals by district: movers of each origin, split by weight times pull."""
        inputs, moving = self.inputs, self.values[mover.name]
        arrivals = np.zeros(self.shape)
        stream = self.program.streams[mover.name]
        for m in range(self.shape[0]):
            for d in range(self.shape[1]):
                near = inputs.neighbour[inputs.first[d] : inputs.first[d + 1]]
                parts = inputs.weight[inputs.first[d] : inputs.first[d + 1]] * pull[m, near]
                left, total = moving[m, d], parts.sum()
                if not total > 0.0:
                    arrivals[m, d] += left
                    continue
                if self.mode == "mean":
                    np.add.at(arrivals[m], near, left * parts / total)
                    continue
                last = d
                for j, part in zip(near, parts, strict=True):
                    if part > 0.0 and left > 0 and total > 0.0:
                        member, origin = int(inputs.members[m]), int(inputs.keys[d])
                        index = 1 + int(inputs.keys[j])
                        u = uniform(inputs.seed, member, stream, self.counted, origin, index)
                        moved = binomial_quantile(u, int(left), min(part / total, 1.0))
                        arrivals[m, j] += moved
                        left, total, last = left - moved, total - part, j
                arrivals[m, last] += left
        return arrivals

    def _update(self, after: dict[str, FloatArray], arrivals: dict[str, FloatArray]) -> None:
        model, fresh = self.program.model, dict[str, FloatArray]()
        for share in self.program.shares:
            what = f"change of '{share.stock}'"
            rise = self._checked(what, self.evaluate(share.rise), share.rise)
            fall = self._checked(what, self.evaluate(share.fall), share.fall)
            rate, old = rise + fall, self.values[share.stock]
            target = np.divide(rise, rate, out=old.copy(), where=rate > 0.0)
            fresh[share.stock] = old - (target - old) * np.expm1(-rate)
        for memory in self.program.memories:
            kept = self.values[memory.stock] * np.exp(-self.evaluate(memory.fall))
            level = kept + self.evaluate(memory.inflow)
            what = f"level of '{memory.stock}'"
            fresh[memory.stock] = self._checked(
                what, level, memory.inflow, memory.fall, highest=np.inf
            )
        for name in self.program.people:
            level = after.get(name, self.values[name])
            for transfer in model.transfers.values():
                if transfer.target == name:
                    moved = arrivals.get(transfer.name, self.values[transfer.name])
                    level = level + moved
            fresh[name] = level
        self.values |= fresh


def _each(quantile: Callable[..., int], *arguments: FloatArray | IntArray) -> FloatArray:
    """Return a draw for each element, one scalar call at a time."""
    flat = zip(*(argument.ravel() for argument in arguments), strict=True)
    drawn = [quantile(*(value.item() for value in values)) for values in flat]
    return np.array(drawn, dtype=np.float64).reshape(arguments[0].shape)


def _dense(inputs: Inputs) -> FloatArray:
    """Return the (D, D) neighbour weights."""
    weights = np.zeros((len(inputs.population),) * 2)
    origins = np.repeat(np.arange(len(inputs.population)), np.diff(inputs.first))
    weights[origins, inputs.neighbour] = inputs.weight
    return weights
