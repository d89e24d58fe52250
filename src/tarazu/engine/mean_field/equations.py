"""A week of the mean field as lines, in an order in which nothing is read before it is known.

What is summed over districts stands in a line of its own, as a function of one name; everything
else is arithmetic within a district. So a line can be differentiated without the week around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import sympy as sp

from tarazu.engine.compiler.program import Exits, Program
from tarazu.engine.compiler.subexpressions import Line, symbol
from tarazu.model.quantities import Definition, Event, Transfer


class Departing(sp.Function):  # type: ignore[misc]  # sympy has no types
    """(1 - exp(-h)) / h: with it exits by a hazard are smooth where the hazard is 0."""

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return the derivative by the hazard."""
        return DepartingSlope(*self.args)


class DepartingSlope(sp.Function):  # type: ignore[misc]
    """Derivative of `Departing`."""


class Nearby(sp.Function):  # type: ignore[misc]
    """Sum over the neighbours of a district, by weight."""


class Inward(sp.Function):  # type: ignore[misc]
    """Sum over those that a district is a neighbour of, by their weight for it."""


class Everywhere(sp.Function):  # type: ignore[misc]
    """Sum over all districts."""


SUMS: Final = (Nearby, Inward, Everywhere)


@dataclass(frozen=True, slots=True)
class WeekLines:
    """One week.

    Attributes
    ----------
    lines : they read stocks (levels before the week), levers, parameters and lines above.
    after : by stock, the line of its level a week later.
    flows : names of the declaration that have a line: sums, definitions, events, transfers.
    """

    lines: tuple[Line, ...]
    after: Mapping[str, str]
    flows: tuple[str, ...]


def week_lines(program: Program) -> WeekLines:
    """Return the lines of a week of expectations."""
    writer = _Writer(program)
    writer.before()
    for step in program.steps:
        if isinstance(step, Definition):
            writer.line(step.name, step.expression)
        elif isinstance(step, Event):
            writer.line(step.name, step.mean)
        else:
            writer.leave(step)
    writer.update()
    model = program.model
    flows = (*model.nearby, *model.everywhere, *model.definitions, *model.events, *model.transfers)
    return WeekLines(tuple(writer.lines), writer.after, flows)


class _Writer:
    def __init__(self, program: Program) -> None:
        self.program, self.model = program, program.model
        self.taken = set(program.model.names())
        self.lines: list[Line] = []
        self.left: dict[str, sp.Expr] = {}  # who is left of a stock after its exits
        self.after: dict[str, str] = {}
        self.pulls: dict[str, tuple[sp.Symbol, sp.Symbol]] = {}  # of movers: here, and in sum

    def line(self, name: str, expression: sp.Expr) -> sp.Symbol:
        self.lines.append(Line(name, expression))
        return symbol(name)

    def own(self, name: str, expression: sp.Expr) -> sp.Symbol:
        """Add a line that the declaration has no name for."""
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return self.line(name, expression)

    def before(self) -> None:
        """Sum what neighbours and the whole region see: levels before the week."""
        for name, expression in self.model.nearby.items():
            self.line(name, Nearby(self.own(f"source_of_{name}", expression)))
        for name, expression in self.model.everywhere.items():
            self.line(name, Everywhere(self.own(f"source_of_{name}", expression)))
        for mover in self.program.movers:
            pull = self.own(f"pull_of_{mover.name}", _given(mover.attraction))
            self.pulls[mover.name] = pull, self.own(f"total_pull_of_{mover.name}", Nearby(pull))

    def leave(self, exits: Exits) -> None:
        """Let people leave a stock: first counts, as far as there is anybody, then hazards."""
        stock, staying = exits.stock, symbol(exits.stock)
        for transfer in exits.counts:
            count = symbol(str(transfer.count))
            moved = self.line(
                transfer.name, sp.Piecewise((staying, count > staying), (count, True))
            )
            staying = self.own(f"staying_{stock}", staying - moved)
        if exits.hazards:
            hazards = [self.own(f"h_{t.name}", _given(t.hazard)) for t in exits.hazards]
            total = self.own(f"hazard_of_{stock}", sp.Add(*hazards))
            # Of those who leave by hazards h_i, the share h_i / h.
            factor = self.own(f"share_of_{stock}", staying * Departing(total))
            for transfer, hazard in zip(exits.hazards, hazards, strict=True):
                self.line(transfer.name, factor * hazard)
            staying = self.own(f"left_{stock}", staying * sp.exp(-total))
        self.left[stock] = staying

    def update(self) -> None:
        """Give every stock its level after the week."""
        arriving = {mover.name: self.arrive(mover) for mover in self.program.movers}
        for name in self.program.people:
            incoming = [
                arriving.get(transfer.name, symbol(transfer.name))
                for transfer in self.model.transfers.values()
                if transfer.target == name
            ]
            self.settle(name, sp.Add(self.left.get(name, symbol(name)), *incoming))
        for share in self.program.shares:
            rise = self.own(f"rise_of_{share.stock}", share.rise)
            fall = self.own(f"fall_of_{share.stock}", share.fall)
            rate = self.own(f"hazard_of_{share.stock}", rise + fall)
            old = symbol(share.stock)
            self.settle(share.stock, old * sp.exp(-rate) + rise * Departing(rate))
        for memory in self.program.memories:
            fall = self.own(f"fall_of_{memory.stock}", memory.fall)
            self.settle(memory.stock, symbol(memory.stock) * sp.exp(-fall) + memory.inflow)

    def arrive(self, mover: Transfer) -> sp.Symbol:
        """Return who arrives in a district: each origin's movers split by weight times pull.

        Those of an origin without anywhere to go stay there.
        """
        moving, (pull, total) = symbol(mover.name), self.pulls[mover.name]
        divisor = self.own(f"divisor_of_{mover.name}", _where(total > 0, total, 1))
        sent = self.own(f"sent_{mover.name}", _where(total > 0, moving / divisor, 0))
        drawn = self.own(f"drawn_{mover.name}", Inward(sent))
        return self.own(f"arrived_{mover.name}", pull * drawn + _where(total > 0, 0, moving))

    def settle(self, stock: str, level: sp.Expr) -> None:
        self.after[stock] = str(self.own(f"next_{stock}", level).name)


def _where(condition: sp.Basic, value: sp.Expr | int, other: sp.Expr | int) -> sp.Expr:
    return sp.Piecewise((value, condition), (other, True))


def _given(expression: sp.Expr | None) -> sp.Expr:
    assert expression is not None  # movers have an attraction, hazards a hazard
    return expression
