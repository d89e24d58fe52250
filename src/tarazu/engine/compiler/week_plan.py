"""A week as passes over all districts: loops of plain arithmetic, and the draws between them.

A loop reads and writes rows of one scratch array, one row per quantity, districts side by side, so
that the compiler can work on several districts at once. Everything written from these passes (the
generated kernel, the C program that benchmarks compare it with) computes the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import sympy as sp

from tarazu.engine.compiler.program import PULSES, Exits, Program
from tarazu.engine.compiler.subexpressions import (
    Hoist,
    Line,
    Names,
    names_in,
    share_work,
    symbol,
    worth_a_row,
)
from tarazu.model.declaration import PLACE_UNITS
from tarazu.model.quantities import Event, Shock, Transfer

Mode = Literal["stochastic", "mean"]


@dataclass(frozen=True, slots=True)
class Check:
    """A value that must be in [0, highest), where `only_if` is above 0 if that is given."""

    name: str
    highest: float
    only_if: str | None = None


@dataclass(frozen=True, slots=True)
class DistrictLoop:
    """One loop over districts.

    Attributes
    ----------
    lines : in order. checks : of values that they assign.
    stores : (row, value): rows written at the end of each district.
    """

    lines: tuple[Line, ...]
    checks: tuple[Check, ...] = ()
    stores: tuple[tuple[str, sp.Expr], ...] = ()

    def loads(self, scalars: Iterable[str]) -> list[str]:
        """Return the rows that the loop reads, sorted: names that are neither made nor scalar."""
        read = names_in([line.expression for line in self.lines])
        read |= names_in([value for _, value in self.stores])
        return sorted(read - {line.name for line in self.lines} - set(scalars))


@dataclass(frozen=True, slots=True)
class Everywhere:
    """Sums over all districts: (row, name of the sum)."""

    sums: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Weighted sums over neighbours: (row, row of the sums); `inward` takes weights of arrival."""

    sums: tuple[tuple[str, str], ...]
    inward: bool = False


@dataclass(frozen=True, slots=True)
class EventDraw:
    """Draw the counts of some events."""

    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class ExitDraw:
    """Draw how many people leave some stocks, and by which exit."""

    exits: tuple[Exits, ...]


@dataclass(frozen=True, slots=True)
class Settle:
    """Send those who left for a neighbouring district there, as whole persons."""

    transfer: Transfer


@dataclass(frozen=True, slots=True)
class ShockDraw:
    """Move the levels that come and go by themselves."""

    shocks: tuple[Shock, ...]


Pass = DistrictLoop | Everywhere | Neighbours | EventDraw | ExitDraw | Settle | ShockDraw


@dataclass(frozen=True, slots=True)
class Week:
    """A week of one member.

    Attributes
    ----------
    constants : computed once per member, from its parameters.
    settings : computed whenever levers change.
    passes : in order.
    rows : names of the rows of the scratch array, in order; recorded quantities come first.
    """

    program: Program
    mode: Mode
    constants: tuple[Line, ...]
    settings: DistrictLoop
    passes: tuple[Pass, ...]
    rows: tuple[str, ...]

    @property
    def scalars(self) -> set[str]:
        """Names that are one number for all districts."""
        sums = self.program.model.everywhere
        return {*self.program.model.parameters, *(line.name for line in self.constants), *sums}


def finish_week(
    program: Program, mode: Mode, passes: Sequence[Pass], names_taken: set[str]
) -> Week:
    """Return a week of these passes, with what is fixed taken out and common work shared."""
    names = Names(names_taken)
    parameters = set(program.model.parameters)
    fixed = parameters | set(program.model.levers) | set(PLACE_UNITS)
    constants = Hoist(names, parameters.__contains__)
    hoisted = [_hoisted(one, constants) for one in passes]
    scalars = {line.name for line in constants.lines.values()}
    settings = worth_a_row(names, (fixed | scalars).__contains__)
    hoisted = [_hoisted(one, settings) for one in hoisted]
    rows_of_settings = [*settings.lines.values()]
    shared = [_shared(one, names) for one in hoisted]
    stores = tuple((line.name, symbol(line.name)) for line in rows_of_settings)
    once = DistrictLoop(tuple(share_work(rows_of_settings, names)), (), stores)
    week = Week(program, mode, (*constants.lines.values(),), once, (), ())
    crossing = _crossing(shared, week.scalars)
    return replace(week, passes=tuple(crossing), rows=tuple(_rows(program, week, crossing)))


def _hoisted(one: Pass, hoist: Hoist) -> Pass:
    if not isinstance(one, DistrictLoop):
        return one
    lines = (replace(line, expression=hoist.out_of(line.expression)) for line in one.lines)
    return replace(one, lines=tuple(lines))


def _shared(one: Pass, names: Names) -> Pass:
    if not isinstance(one, DistrictLoop):
        return one
    return replace(one, lines=tuple(share_work([*one.lines], names)))


def _crossing(passes: Sequence[Pass], scalars: set[str]) -> list[Pass]:
    """Return the passes, in which a loop stores every line of its own that a later one reads."""
    result: list[Pass] = []
    wanted: set[str] = set()
    for one in reversed(passes):
        if isinstance(one, DistrictLoop):
            made = [line.name for line in one.lines]
            stored = {row for row, _ in one.stores}
            extra = [(n, symbol(n)) for n in made if n in wanted and n not in stored]
            result.append(replace(one, stores=(*one.stores, *extra)))
            wanted |= set(one.loads(scalars))
        else:
            result.append(one)
    return result[::-1]


def _rows(program: Program, week: Week, passes: Sequence[Pass]) -> Iterable[str]:
    """Name the rows: recorded quantities, levers, the rows of each draw side by side, others."""
    known: dict[str, None] = dict.fromkeys(program.quantities)
    known |= dict.fromkeys(program.model.levers)
    known |= dict.fromkeys(PLACE_UNITS)
    for word in PULSES:
        known |= dict.fromkeys(f"{word}_{name}" for name in program.model.events)
    for one in passes:
        if isinstance(one, ExitDraw):
            for exits in one.exits:
                names = [t.name for t in exits.hazards]
                known |= dict.fromkeys(f"h_{name}" for name in names)
                known |= dict.fromkeys(f"rest_of_{name}" for name in names)
                known |= dict.fromkeys((*names, f"leaving_{exits.stock}"))
        elif isinstance(one, ShockDraw):
            known |= dict.fromkeys(f"chance_of_{shock.name}" for shock in one.shocks)
            known |= dict.fromkeys(shock.name for shock in one.shocks)
        elif isinstance(one, Settle):
            known |= dict.fromkeys((f"arrived_{one.transfer.name}",))
        elif isinstance(one, Everywhere | Neighbours):
            known |= dict.fromkeys(row for row, _ in one.sums)
            if isinstance(one, Neighbours):
                known |= dict.fromkeys(row for _, row in one.sums)
    for loop in (week.settings, *(one for one in passes if isinstance(one, DistrictLoop))):
        known |= dict.fromkeys(row for row, _ in loop.stores)
        known |= dict.fromkeys(loop.loads(week.scalars))
    return [*known, "fine"]
