"""The passes of a week of drawn events and whole people.

Expectations, hazards and what moves shares and memories are lines of the mean field's equations;
draws take the place of expected events, exits and arrivals.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import sympy as sp

from tarazu.engine.compiler.equations import Equation, equations_of
from tarazu.engine.compiler.expected_week import checks_of, lower, plan_sums
from tarazu.engine.compiler.program import Exits, Program, read_by
from tarazu.engine.compiler.step_functions import SUMS
from tarazu.engine.compiler.subexpressions import Line, names_in, stable, symbol
from tarazu.engine.compiler.week_plan import (
    Check,
    DistrictLoop,
    EventDraw,
    ExitDraw,
    Pass,
    Settle,
    ShockDraw,
)
from tarazu.model.quantities import Definition, Event


def plan_drawn(program: Program) -> list[Pass]:
    """Return the passes of a week of draws."""
    planner = _Planner(program)
    for step in program.steps:
        if isinstance(step, Definition):
            planner.define(step)
        elif isinstance(step, Event):
            planner.happen(step)
        else:
            planner.leave(step)
    planner.update()
    shocks = tuple(program.model.shocks.values())
    drawn = [ShockDraw(shocks)] if shocks else []
    return [*drawn, *plan_sums(planner.week, program), *planner.passes(), *_arriving(program)]


def _arriving(program: Program) -> Iterable[Pass]:
    """Yield the loop that adds those who arrived, after all districts are done."""
    arrivals: dict[str, sp.Expr] = {}
    for t in program.movers:
        arrived = symbol(f"arrived_{t.name}")
        arrivals[t.target] = arrivals.get(t.target, symbol(t.target)) + arrived
    if arrivals:
        yield DistrictLoop((), (), tuple(arrivals.items()))


class _Planner:
    """Puts every step into the first loop in which all that it reads is known."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.week = equations_of(program, pulses=True).at_step(1)
        self.equation = {line.name: line for line in self.week.lines}
        self.lines: list[list[Line]] = []
        self.checks: list[list[Check]] = []
        self.stores: list[list[tuple[str, sp.Expr]]] = []
        self.events: list[list[Event]] = []
        self.exits: list[list[Exits]] = []
        # name -> first loop that may read it; sums over districts stand before all loops
        self.known = {line.name: 0 for line in self.week.lines if isinstance(line.expression, SUMS)}
        self.known |= dict.fromkeys(program.model.shocks, 0)

    def passes(self) -> Iterable[Pass]:
        """Yield the loops in order, and what is drawn after each."""
        for level, lines in enumerate(self.lines):
            yield DistrictLoop(tuple(lines), tuple(self.checks[level]), tuple(self.stores[level]))
            events, exits = self.events[level], self.exits[level]
            if events:
                yield EventDraw(tuple(events))
            if exits:
                yield ExitDraw(tuple(exits))
            for one in exits:
                yield from (Settle(t) for t in one.hazards if t.attraction is not None)

    def at(self, names: Iterable[str]) -> int:
        level = max((self.known.get(name, 0) for name in names), default=0)
        while len(self.lines) <= level:
            for part in (self.lines, self.checks, self.stores, self.events, self.exits):
                part.append([])
        return level

    def line(self, level: int, name: str, expression: sp.Expr) -> sp.Symbol:
        self.lines[level].append(Line(name, stable(expression)))
        self.known[name] = level
        return symbol(name)

    def take(self, level: int, name: str) -> sp.Symbol:
        """Add an equation of the mean field, and its check."""
        equation = self.equation[name]
        self.lines[level] += lower([equation])
        self.checks[level] += checks_of([equation])
        self.known[name] = level
        return symbol(name)

    def define(self, step: Definition) -> None:
        level = self.at(read_by(step))
        value = self.take(level, step.name)
        if step.reported:
            self.stores[level].append((step.name, value))

    def happen(self, event: Event) -> None:
        level, name = self.at(read_by(event)), event.name
        self.take(level, f"own_mean_of_{name}")
        mean = self.take(level, f"mean_of_{name}")
        stores = [(f"mean_of_{name}", mean)]
        if event.tail is not None:
            for word in ("exponent", "largest"):
                value = self.line(level, f"{word}_of_{name}", getattr(event.tail, word))
                stores.append((f"{word}_of_{name}", value))
        elif event.size is not None:
            size = self.line(level, f"size_of_{name}", event.size)
            self.checks[level].append(Check(f"size_of_{name}", math.inf, f"mean_of_{name}"))
            stores.append((f"size_of_{name}", size))
        else:
            stores.append((f"none_of_{name}", self.line(level, f"none_of_{name}", sp.exp(-mean))))
        self.stores[level] += stores
        self.events[level].append(event)
        self.known[name] = level + 1

    def leave(self, exits: Exits) -> None:
        level, stock = self.at(read_by(exits)), exits.stock
        for transfer in exits.counts:
            self.take(level, transfer.name)
        staying = self.take(level, f"staying_{stock}")
        if not exits.hazards:
            self.take(level, f"left_{stock}")
            return
        hazards = [self.take(level, f"h_{t.name}") for t in exits.hazards]
        self._draw(level, exits, staying, hazards)

    def _draw(self, level: int, exits: Exits, staying: sp.Symbol, hazards: list[sp.Symbol]) -> None:
        stock, names = exits.stock, [transfer.name for transfer in exits.hazards]
        rest, stores = hazards[-1], [(f"staying_{stock}", staying)]
        rests = [rest]
        for name, own in reversed([*zip(names, hazards, strict=True)][:-1]):
            rest = self.line(level, f"rest_of_{name}", own + rest)
            rests.insert(0, rest)
        hazard = self.line(level, f"hazard_of_{stock}", rest)
        none = self.line(level, f"none_of_{stock}", sp.exp(-staying * hazard))
        stores += [(f"hazard_of_{stock}", hazard), (f"none_of_{stock}", none)]
        stores += [(f"h_{name}", own) for name, own in zip(names, hazards, strict=True)]
        stores += [(f"rest_of_{name}", own) for name, own in zip(names, rests, strict=True)]
        self.stores[level] += stores
        self.exits[level].append(exits)
        self.known |= dict.fromkeys((*names, f"leaving_{stock}", f"left_{stock}"), level + 1)

    def update(self) -> None:
        """Put levels after the week into the last loop."""
        level = self.at(self.known)
        stores = self.stores[level]
        shares = [share.stock for share in self.program.shares]
        for stock in (*shares, *(memory.stock for memory in self.program.memories)):
            for equation in self._behind(self.week.after[stock]):
                self.take(level, equation.name)
            stores.append((stock, symbol(self.week.after[stock])))
        for step in self.program.steps:
            if isinstance(step, Exits) and step.hazards:
                staying, leaving = f"staying_{step.stock}", f"leaving_{step.stock}"
                self.line(level, f"left_{step.stock}", symbol(staying) - symbol(leaving))
        for stock in self.program.people:
            name = self.week.after[stock]
            if name != stock:
                home = self.equation.get(f"home_{stock}", self.equation[name])
                stores.append((stock, home.expression))

    def _behind(self, name: str) -> Iterable[Equation]:
        """Yield the equation of a level after the week, after those that nothing else needs."""
        read = names_in([self.equation[name].expression])
        for line in self.week.lines:
            if line.name in read and line.name not in self.known:
                yield from self._behind(line.name)
        yield self.equation[name]
