"""The NumPy engine: the same declaration, evaluated by SymPy's own NumPy printer, week by week.

Slow and obvious: the oracle that generated kernels are held to, and the engine of small jobs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import sympy as sp

from tarazu.core.streams import (
    binomial_quantile,
    negative_binomial_quantile,
    poisson_quantile,
    uniform,
)
from tarazu.engine.inputs import Inputs, array_function
from tarazu.engine.program import Exits, Program
from tarazu.engine.trajectory import FloatArray, IntArray
from tarazu.model.quantities import Definition, Event, Transfer

Mode = Literal["stochastic", "mean"]


class OutOfRange(ValueError):  # noqa: N818 - reads as what it is where it is caught
    """A quantity left its range: (what, week, district, member, value)."""


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
            "population": np.broadcast_to(inputs.population, self.shape),
            "urban_share": np.broadcast_to(inputs.urban_share, self.shape),
        }
        for p, name in enumerate(model.parameters):
            self.values[name] = np.broadcast_to(inputs.parameters[:, p, None], self.shape)
        for s, name in enumerate(model.stocks):
            self.values[name] = inputs.start[:, s, :].copy()
        self.week = 0

    def run(self, national: FloatArray, district: FloatArray) -> None:
        """Fill national (M, T, Q) and district (M, T, D, K).

        Raises
        ------
        OutOfRange
            A hazard, expectation or level left its range.
        """
        inputs, quantities = self.inputs, self.program.quantities
        for self.week in range(national.shape[1]):
            self._advance()
            for q, name in enumerate(quantities):
                weights = inputs.people_share if inputs.is_mean[q] else np.ones(self.shape[1])
                national[:, self.week, q] = self.values[name] @ weights
            for k, q in enumerate(inputs.keep):
                district[:, self.week, :, k] = self.values[quantities[q]]

    def evaluate(self, expression: sp.Expr) -> FloatArray:
        """Return the (M, D) values of an expression of what is known so far this week."""
        names, function = array_function(expression)
        value = function(*(self.values[name] for name in names))
        return np.asarray(np.broadcast_to(value, self.shape), dtype=np.float64)

    def _checked(self, what: str, value: FloatArray) -> FloatArray:
        bad = ~((value >= 0.0) & np.isfinite(value))
        if bad.any():
            m, d = np.argwhere(bad)[0]
            raise OutOfRange(what, self.week, int(d), int(m), float(value[m, d]))
        return value

    def _advance(self) -> None:
        model, values = self.program.model, self.values
        for at, name in enumerate(model.levers):
            setting = self.inputs.levers[at, self.week]
            values[name] = np.broadcast_to(setting, self.shape)
        weights = _dense(self.inputs)
        for name, expression in model.nearby.items():
            values[name] = self.evaluate(expression) @ weights.T
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
                    uniform(inputs.seed, int(member), stream, self.week, int(key), index)
                    for key in inputs.keys
                ]
                for member in inputs.members
            ]
        )

    def _happen(self, event: Event) -> None:
        inputs, e = self.inputs, [*self.program.model.events].index(event.name)
        mean = self.evaluate(event.mean)
        row = inputs.pulse_row[self.week]
        if row >= 0:
            mean = mean + inputs.pulse_expected[row, e]
        self._checked(f"expectation of '{event.name}'", mean)
        if self.mode == "mean":
            drawn = mean
        else:
            luck = self._uniforms(self.program.streams[event.name])
            if event.size is None:
                drawn = _each(poisson_quantile, luck, mean)
            else:
                positive = mean > 0.0
                size = np.where(positive, self.evaluate(event.size), 1.0)
                count = _each(negative_binomial_quantile, luck, np.where(positive, mean, 1.0), size)
                drawn = np.where(positive, count, 0.0)
        if row >= 0:
            drawn = drawn + inputs.pulse_count[row, e]
        self.values[event.name] = drawn

    def _leave(self, exits: Exits) -> FloatArray:
        staying = self.values[exits.stock]
        for transfer in exits.counts:
            moved = np.minimum(self.values[str(transfer.count)], staying)
            self.values[transfer.name] = moved
            staying = staying - moved
        hazards = [
            self._checked(f"hazard of '{t.name}'", self.evaluate(t.hazard)) for t in exits.hazards
        ]
        if not hazards:
            return staying
        total = sum(hazards, np.zeros(self.shape))
        if self.mode == "mean":
            leaving = -staying * np.expm1(-total)
            for transfer, hazard in zip(exits.hazards, hazards, strict=True):
                share = np.divide(hazard, total, out=np.zeros(self.shape), where=total > 0.0)
                self.values[transfer.name] = leaving * share
            return staying - leaving
        luck = self._uniforms(self.program.streams[exits.stock])
        leaving = _each(binomial_quantile, luck, staying.astype(np.int64), -np.expm1(-total))
        after = staying - leaving
        for i, transfer in enumerate(exits.hazards):
            moved = leaving
            if i + 1 < len(hazards):
                rest: FloatArray = sum(hazards[i + 1 :], hazards[i])
                share = np.divide(hazards[i], rest, out=np.zeros(self.shape), where=rest > 0.0)
                luck = self._uniforms(self.program.streams[transfer.name])
                moved = _each(binomial_quantile, luck, leaving.astype(np.int64), share)
            self.values[transfer.name] = moved
            leaving = leaving - moved
        return after

    def _arrive(self, mover: Transfer, pull: FloatArray) -> FloatArray:
        """Return who arrives where: each origin's movers split by weight times pull."""
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
                        luck = uniform(inputs.seed, member, stream, self.week, origin, index)
                        moved = binomial_quantile(luck, int(left), min(part / total, 1.0))
                        arrivals[m, j] += moved
                        left, total, last = left - moved, total - part, j
                arrivals[m, last] += left
        return arrivals

    def _update(self, after: dict[str, FloatArray], arrivals: dict[str, FloatArray]) -> None:
        model, fresh = self.program.model, dict[str, FloatArray]()
        for share in self.program.shares:
            what = f"change of '{share.stock}'"
            rise = self._checked(what, self.evaluate(share.rise))
            fall = self._checked(what, self.evaluate(share.fall))
            rate, old = rise + fall, self.values[share.stock]
            level = np.divide(rise, rate, out=old.copy(), where=rate > 0.0)
            fresh[share.stock] = level + (old - level) * np.exp(-rate)
        for memory in self.program.memories:
            kept = self.values[memory.stock] * np.exp(-self.evaluate(memory.fall))
            level = kept + self.evaluate(memory.inflow)
            fresh[memory.stock] = self._checked(f"level of '{memory.stock}'", level)
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
