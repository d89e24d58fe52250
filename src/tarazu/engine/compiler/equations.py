"""A week of the mean field as equations: the one description that all of its forms derive from.

The equations are those of a step of `STEP` weeks, with flows per week. With a step of 1 they are
the weekly map: the kernel of the mean field and its Jacobian are written from that. With a step of
0 the flows are the rates of the differential equations; a system dynamics file keeps the step as a
symbol. The reference engine is written from the declaration, independently, and compared.

What is summed over districts stands in an equation of its own, as a function of one name;
everything else is arithmetic within a district.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import sympy as sp

from tarazu.engine.compiler.program import PULSES, Exits, MemoryUpdate, Program, ShareUpdate
from tarazu.engine.compiler.step_functions import (
    STEP,
    AtMost,
    Departing,
    Everywhere,
    Inward,
    Leaving,
    Nearby,
    Relaxing,
    Shared,
)
from tarazu.engine.compiler.subexpressions import names_in, symbol
from tarazu.model.declaration import ModelError
from tarazu.model.quantities import Definition, Event, Transfer

LARGEST: Final = 1e9
"""Upper limit of an expected count and of a hazard per week; beyond it a run fails."""


@dataclass(frozen=True, slots=True)
class Equation:
    """One quantity of a week.

    Attributes
    ----------
    unit : where the declaration states it, or the construction does; "" elsewhere.
    highest : the value must be in [0, highest); None where nothing is checked.
    """

    name: str
    expression: sp.Expr
    unit: str = ""
    meaning: str = ""
    highest: float | None = None


@dataclass(frozen=True, slots=True)
class Equations:
    """A step of all stocks.

    Attributes
    ----------
    lines : they read stocks (levels before the step), levers, parameters and lines above.
    after : by stock, the line of its level after the step; its own name where nothing moves it.
    inflows, outflows : by stock, the lines of its flows, per week.
    """

    lines: tuple[Equation, ...]
    after: Mapping[str, str]
    inflows: Mapping[str, tuple[str, ...]]
    outflows: Mapping[str, tuple[str, ...]]

    def at_step(self, weeks: int | sp.Rational) -> Equations:
        """Return the equations of a step of a known length, 0 for the limit of short steps."""
        return replace(self, lines=tuple(_at_step(line, weeks) for line in self.lines))

    def behind(self, names: Iterable[str]) -> tuple[Equation, ...]:
        """Return the lines of some names, and those that they are computed from, in order."""
        needed, found = set(names), list[Equation]()
        for line in reversed(self.lines):
            if line.name in needed:
                needed |= names_in([line.expression])
                found.append(line)
        return tuple(reversed(found))


def _at_step(line: Equation, weeks: int | sp.Rational) -> Equation:
    if STEP not in line.expression.free_symbols:
        return line
    return replace(line, expression=line.expression.xreplace({STEP: sp.sympify(weeks)}))


def equations_of(program: Program, *, pulses: bool = False) -> Equations:
    """Return the equations of a model.

    Parameters
    ----------
    pulses : whether events have terms for what comes from outside, see `PULSES`.

    Raises
    ------
    ModelError
        A quantity is named as an equation that the declaration has no name for.
    """
    made = made_names(program)
    for name in program.model.names():
        if name in made or name == STEP.name:
            msg = f"'{name}' cannot name a quantity: generated code uses that word; take another"
            raise ModelError(msg)
    writer = _Writer(program, pulses)
    writer.before()
    for step in program.steps:
        if isinstance(step, Definition):
            writer.line(step.name, step.expression, step.unit, step.meaning)
        elif isinstance(step, Event):
            writer.happen(step)
        else:
            writer.leave(step)
    writer.update()
    return writer.equations()


def made_names(program: Program) -> set[str]:
    """Return the names of equations and rows that the declaration has no name for."""
    model = program.model
    of_stocks = (
        *("next", "home", "staying", "hazard_of", "none_of", "leaving", "left", "share_of"),
        *("rise_of", "fall_of", "change_of", "new", "fading"),
    )
    of_events = ("own_mean_of", "mean_of", "none_of", "size_of", *PULSES)
    of_tails = ("exponent_of", "largest_of")
    of_shocks = ("chance_of", "spread_of", "kept_of")
    of_transfers = ("h", "rest_of", "pull_of", "total_pull_of", "sent", "stayed", "arrived")
    return {
        *(f"{word}_{name}" for word in of_stocks for name in model.stocks),
        *(f"{word}_{name}" for word in (*of_events, *of_tails) for name in model.events),
        *(f"{word}_{name}" for word in (*of_transfers, "arrivals_by") for name in model.transfers),
        *(f"{word}_{name}" for word in of_shocks for name in model.shocks),
        *(f"source_of_{name}" for name in (*model.nearby, *model.everywhere)),
    }


class _Writer:
    def __init__(self, program: Program, pulses: bool) -> None:
        self.program, self.model, self.pulses = program, program.model, pulses
        self.lines: list[Equation] = []
        self.left: dict[str, sp.Expr] = {}  # who is left of a stock after its exits
        self.after = {name: name for name in self.model.stocks}
        self.inflows: dict[str, list[str]] = {name: [] for name in self.model.stocks}
        self.outflows: dict[str, list[str]] = {name: [] for name in self.model.stocks}

    def line(self, name: str, expression: sp.Expr, *given: Any) -> sp.Symbol:
        self.lines.append(Equation(name, expression, *given))
        return symbol(name)

    def equations(self) -> Equations:
        inflows, outflows = (
            {stock: tuple(flows) for stock, flows in found.items()}
            for found in (self.inflows, self.outflows)
        )
        return Equations(tuple(self.lines), self.after, inflows, outflows)

    def before(self) -> None:
        """Sum what neighbours and the whole region show: levels before the step."""
        model, movers = self.model, self.program.movers
        for shock in model.shocks.values():
            self.line(shock.name, sp.Integer(1), "1", f"{shock.meaning}; at its mean")
        first, *later = _in_turn(model.everywhere)
        for name, expression in (*model.nearby.items(), *first.items()):
            self.line(f"source_of_{name}", expression)
        for mover in movers:
            self.line(f"pull_of_{mover.name}", _given(mover.attraction))
        for sums in (first, *later):
            for name, expression in sums.items():
                if sums is not first:
                    self.line(f"source_of_{name}", expression)
            for name in sums:
                self.line(name, Everywhere(symbol(f"source_of_{name}")))
        for name in model.nearby:
            self.line(name, Nearby(symbol(f"source_of_{name}")))
        for mover in movers:
            self.line(f"total_pull_of_{mover.name}", Nearby(symbol(f"pull_of_{mover.name}")))

    def happen(self, event: Event) -> None:
        name, unit = event.name, f"{event.unit}/week"
        if not self.pulses:
            self.line(name, event.mean, unit, event.meaning, LARGEST)
            return
        own = self.line(f"own_mean_of_{name}", event.mean)
        unknown = own * (1 - symbol(f"known_pulse_{name}"))
        expected = unknown + symbol(f"expected_pulse_{name}")
        mean = self.line(f"mean_of_{name}", expected, unit, event.meaning, LARGEST)
        self.line(name, mean + symbol(f"count_pulse_{name}"), unit)

    def leave(self, exits: Exits) -> None:
        """Add the exits of a stock: counts first, as far as persons are left, then hazards."""
        stock, staying = exits.stock, symbol(exits.stock)
        for transfer in exits.counts:
            count = symbol(str(transfer.count))
            moved = AtMost(count, staying, STEP)
            moved = self.line(transfer.name, moved, "persons/week", transfer.meaning)
            staying = staying - STEP * moved
        staying = self.line(f"staying_{stock}", staying, "persons", f"who leaves '{stock}'")
        if exits.hazards:
            staying = self.compete(exits, staying)
        self.left[stock] = self.line(f"left_{stock}", staying, "persons")
        self.outflows[stock] += [t.name for t in (*exits.counts, *exits.hazards)]

    def compete(self, exits: Exits, staying: sp.Symbol) -> sp.Expr:
        """Split those who leave by hazards h_i: a share h_i / h of them; return who is left."""
        stock = exits.stock
        hazards = [
            self.line(f"h_{t.name}", _given(t.hazard), "1/week", t.meaning, LARGEST)
            for t in exits.hazards
        ]
        total = sp.Add(*hazards, evaluate=False)
        hazard = self.line(f"hazard_of_{stock}", total, "1/week")
        leaving = self.line(f"leaving_{stock}", Leaving(STEP * hazard), "1")
        share = self.line(f"share_of_{stock}", staying * Departing(STEP * hazard), "persons")
        for transfer, own in zip(exits.hazards, hazards, strict=True):
            moved = self.line(transfer.name, share * own, "persons/week")
            if transfer.attraction is not None:
                self.send(transfer, moved)
        return staying - staying * leaving

    def send(self, mover: Transfer, moved: sp.Symbol) -> None:
        """Split movers by weight times pull; those without anywhere to go stay."""
        total = symbol(f"total_pull_of_{mover.name}")
        sent = self.line(f"sent_{mover.name}", Shared(moved, total))
        self.line(f"stayed_{mover.name}", moved - sent * total, "persons/week")

    def update(self) -> None:
        """Give every stock its level after the step."""
        for share in self.program.shares:
            self.share(share)
        for memory in self.program.memories:
            self.memory(memory)
        arriving = {t.target for t in self.program.movers}
        for stock in self.program.people:
            incoming = [
                t.name
                for t in self.model.transfers.values()
                if t.target == stock and t.attraction is None
            ]
            self.inflows[stock] += incoming
            if stock in self.left or incoming:
                moved = [STEP * symbol(name) for name in incoming]
                level = sp.Add(self.left.get(stock, symbol(stock)), *moved)
                self.after[stock] = f"{'home' if stock in arriving else 'next'}_{stock}"
                self.line(self.after[stock], level, "persons")
        self.arrive()

    def share(self, share: ShareUpdate) -> None:
        """Move a share towards rise / (rise + fall); it stays where it is if both are 0."""
        stock, old = share.stock, symbol(share.stock)
        meaning = f"level of '{stock}' after the week"
        up = self.line(f"rise_of_{stock}", share.rise, "1/week", meaning, LARGEST)
        down = self.line(f"fall_of_{stock}", share.fall, "1/week", "", LARGEST)
        rate = self.line(f"hazard_of_{stock}", up + down, "1/week")
        change = Relaxing(old, up, rate, STEP)
        self.line(f"change_of_{stock}", change, "1/week")
        self.line(f"next_{stock}", old + STEP * change, "1")
        self.inflows[stock].append(f"change_of_{stock}")
        self.after[stock] = f"next_{stock}"

    def memory(self, memory: MemoryUpdate) -> None:
        """Fade a memory by its hazard, and add the inflow, which does not fade within the step."""
        stock, old = memory.stock, symbol(memory.stock)
        unit = self.model.stocks[stock].unit
        self.line(f"new_{stock}", memory.inflow, f"{unit}/week")
        fading = old * memory.fall * Departing(STEP * memory.fall)
        self.line(f"fading_{stock}", fading, f"{unit}/week")
        kept = old * sp.exp(-STEP * memory.fall)
        level = kept + STEP * memory.inflow
        self.line(f"next_{stock}", level, unit, "", math.inf)
        self.inflows[stock].append(f"new_{stock}")
        self.outflows[stock].append(f"fading_{stock}")
        self.after[stock] = f"next_{stock}"

    def arrive(self) -> None:
        """Add up who arrives in a district from those that it is a neighbour of."""
        movers = self.program.movers
        for mover in movers:
            self.line(f"arrived_{mover.name}", Inward(symbol(f"sent_{mover.name}")))
        levels: dict[str, sp.Expr] = {}
        for mover in movers:
            name, stock = mover.name, mover.target
            arrivals = symbol(f"arrived_{name}") * symbol(f"pull_of_{name}")
            arrivals = arrivals + symbol(f"stayed_{name}")
            self.line(f"arrivals_by_{name}", arrivals, "persons/week")
            self.inflows[stock].append(f"arrivals_by_{name}")
            old = levels.get(stock, symbol(self.after[stock]))
            levels[stock] = old + STEP * arrivals
        for stock, level in levels.items():
            self.after[stock] = f"next_{stock}"
            self.line(f"next_{stock}", level, "persons")


def _in_turn(sums: Mapping[str, sp.Expr]) -> list[dict[str, sp.Expr]]:
    """Return sums over districts in groups, so that each reads sums of earlier groups only."""
    groups: list[dict[str, sp.Expr]] = [{}]
    turn: dict[str, int] = {}
    for name, expression in sums.items():
        turn[name] = max((turn[n] + 1 for n in names_in([expression]) if n in turn), default=0)
        groups += [{} for _ in range(turn[name] + 1 - len(groups))]
        groups[turn[name]][name] = expression
    return groups


def _given(expression: sp.Expr | None) -> sp.Expr:
    assert expression is not None  # movers have an attraction, hazards a hazard
    return expression
