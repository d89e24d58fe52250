"""A week as passes over all districts: sweeps of plain arithmetic, and the draws between them.

A sweep reads and writes rows of one scratch array, a row a quantity, districts side by side, so
that the compiler can work on several districts at once. Whatever is written from this (the
generated kernel, the C program that benchmarks compare it with) computes the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import sympy as sp
from sympy.codegen.cfunctions import expm1

from tarazu.engine.compiler.program import Exits, Program, read_by
from tarazu.engine.compiler.subexpressions import (
    Hoist,
    Line,
    Names,
    names_in,
    share_work,
    stable,
    symbol,
    worth_a_row,
)
from tarazu.model.declaration import PLACE_UNITS
from tarazu.model.quantities import Definition, Event, Transfer

Mode = Literal["stochastic", "mean"]

LARGEST: Final = 1e9
"""An expected count or a hazard a week beyond this is a failure, not a number."""
_TINY: Final = sp.Float("1e-300")  # keeps 0 / 0 out: 0 / tiny is 0


@dataclass(frozen=True, slots=True)
class Check:
    """A value that must be in [0, highest), where `only_if` is above 0 if that is given."""

    name: str
    highest: float
    only_if: str | None = None


@dataclass(frozen=True, slots=True)
class Sweep:
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
        """Return the rows that the sweep reads, sorted: names that are neither made nor scalar."""
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
    """The counts of some events are drawn."""

    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class ExitDraw:
    """Who leaves some stocks is drawn."""

    exits: tuple[Exits, ...]


@dataclass(frozen=True, slots=True)
class Settle:
    """Those who left for a neighbouring district are sent there, whole."""

    transfer: Transfer


Pass = Sweep | Everywhere | Neighbours | EventDraw | ExitDraw | Settle


@dataclass(frozen=True, slots=True)
class Week:
    """A week of one member.

    Attributes
    ----------
    constants : worked out once a member, from its parameters.
    settings : worked out whenever levers change.
    passes : in order. sums : names that `Everywhere` gives.
    rows : names of the rows of the scratch array, in order; recorded quantities come first.
    """

    program: Program
    mode: Mode
    constants: tuple[Line, ...]
    settings: Sweep
    passes: tuple[Pass, ...]
    rows: tuple[str, ...]

    @property
    def scalars(self) -> set[str]:
        """Names that are one number for all districts."""
        sums = self.program.model.everywhere
        return {*self.program.model.parameters, *(line.name for line in self.constants), *sums}


def plan_week(program: Program, mode: Mode) -> Week:
    """Return the passes of a week, with what is fixed taken out and common work shared."""
    before, sweeps, draws = _before(program), *_sweeps(program, mode)
    names = Names({*program.model.names(), *made_names(program)})
    parameters = set(program.model.parameters)
    fixed = parameters | set(program.model.levers) | set(PLACE_UNITS)
    constants = Hoist(names, parameters.__contains__)
    all_sweeps = [_hoisted(sweep, constants) for sweep in (before, *sweeps)]
    scalars = {line.name for line in constants.lines.values()}
    settings = worth_a_row(names, (fixed | scalars).__contains__)
    all_sweeps = [_hoisted(sweep, settings) for sweep in all_sweeps]
    rows_of_settings = [*settings.lines.values()]
    before, *sweeps = [
        replace(sweep, lines=tuple(share_work([*sweep.lines], names))) for sweep in all_sweeps
    ]
    passes: list[Pass] = [*_starting(program, before)]
    for sweep, drawn in zip(sweeps, draws, strict=True):
        passes += [sweep, *drawn]
    stores = tuple((line.name, symbol(line.name)) for line in rows_of_settings)
    shared = tuple(share_work(rows_of_settings, names))
    week = Week(program, mode, (*constants.lines.values(),), Sweep(shared, (), stores), (), ())
    passes = _crossing([*passes, *_arriving(program, mode)], week.scalars)
    return replace(week, passes=tuple(passes), rows=tuple(_rows(program, mode, week, passes)))


def made_names(program: Program) -> set[str]:
    """Return the names that passes make for themselves, from the names of the declaration."""
    model = program.model
    of_stocks = (
        "next",
        "staying",
        "hazard_of",
        "none_of",
        "leaving",
        "left",
        "share_of",
    )
    of_events = ("mean_of", "none_of", "size_of", "expected_pulse", "count_pulse")
    of_tails = ("exponent_of", "largest_of")
    of_transfers = ("h", "rest_of", "pull_of", "total_pull_of", "sent", "stayed", "arrived")
    return {
        *(f"{word}_{name}" for word in (*of_stocks, "rise_of", "fall_of") for name in model.stocks),
        *(f"{word}_{name}" for word in (*of_events, *of_tails) for name in model.events),
        *(f"{word}_{name}" for word in of_transfers for name in model.transfers),
        *(f"source_of_{name}" for name in (*model.nearby, *model.everywhere)),
    }


def _hoisted(sweep: Sweep, hoist: Hoist) -> Sweep:
    lines = (replace(line, expression=hoist.out_of(line.expression)) for line in sweep.lines)
    return replace(sweep, lines=tuple(lines))


def _before(program: Program) -> Sweep:
    """Return what neighbours and the whole region will see: levels before the week."""
    model = program.model
    lines = [
        Line(f"source_of_{name}", stable(expression))
        for name, expression in (*model.nearby.items(), *model.everywhere.items())
    ]
    lines += [Line(f"pull_of_{t.name}", stable(t.attraction)) for t in program.movers]
    return Sweep(tuple(lines), (), tuple((line.name, symbol(line.name)) for line in lines))


def _starting(program: Program, before: Sweep) -> Iterable[Pass]:
    model = program.model
    if before.lines:
        yield before
    if model.everywhere:
        yield Everywhere(tuple((f"source_of_{name}", name) for name in model.everywhere))
    sums = [(f"source_of_{name}", name) for name in model.nearby]
    sums += [(f"pull_of_{t.name}", f"total_pull_of_{t.name}") for t in program.movers]
    if sums:
        yield Neighbours(tuple(sums))


def _arriving(program: Program, mode: Mode) -> Iterable[Pass]:
    """Send movers to their neighbours, after all districts are done."""
    if not program.movers:
        return
    if mode == "mean":
        yield Neighbours(
            tuple((f"sent_{t.name}", f"arrived_{t.name}") for t in program.movers), True
        )
    arrivals: dict[str, sp.Expr] = {}
    for t in program.movers:
        arrived = symbol(f"arrived_{t.name}")
        if mode == "mean":  # drawn by origins without anybody to go to, those stay at home
            arrived = arrived * symbol(f"pull_of_{t.name}") + symbol(f"stayed_{t.name}")
        arrivals[t.target] = arrivals.get(t.target, symbol(t.target)) + arrived
    yield Sweep((), (), tuple(arrivals.items()))


def _sweeps(program: Program, mode: Mode) -> tuple[list[Sweep], list[list[Pass]]]:
    """Return the sweeps from a week's first to its last, and what is drawn after each."""
    builder = _Builder(program, mode)
    for step in program.steps:
        if isinstance(step, Definition):
            builder.define(step)
        elif isinstance(step, Event):
            builder.happen(step)
        else:
            builder.leave(step)
    builder.update()
    sweeps = [
        Sweep(tuple(lines), tuple(checks), tuple(stores))
        for lines, checks, stores in zip(builder.lines, builder.checks, builder.stores, strict=True)
    ]
    return sweeps, [*map(_drawn, builder.events, builder.exits)]


def _drawn(events: list[Event], exits: list[Exits]) -> list[Pass]:
    drawn: list[Pass] = [EventDraw(tuple(events))] if events else []
    drawn += [ExitDraw(tuple(exits))] if exits else []
    return drawn + [Settle(t) for one in exits for t in one.hazards if t.attraction is not None]


class _Builder:
    """Puts every step into the first sweep in which all that it reads is known."""

    def __init__(self, program: Program, mode: Mode) -> None:
        self.program, self.mode = program, mode
        self.lines: list[list[Line]] = []
        self.checks: list[list[Check]] = []
        self.stores: list[list[tuple[str, sp.Expr]]] = []
        self.events: list[list[Event]] = []
        self.exits: list[list[Exits]] = []
        self.known: dict[str, int] = {}  # name -> first sweep that may read it; 0 if not here

    def at(self, names: Iterable[str]) -> int:
        level = max((self.known.get(name, 0) for name in names), default=0)
        while len(self.lines) <= level:
            for part in (self.lines, self.checks, self.stores, self.events, self.exits):
                part.append([])
        return level

    def line(self, level: int, name: str, expression: sp.Expr, meaning: str = "") -> sp.Symbol:
        self.lines[level].append(Line(name, stable(expression), meaning))
        self.known[name] = level
        return symbol(name)

    def define(self, step: Definition) -> None:
        level = self.at(read_by(step))
        value = self.line(level, step.name, step.expression, step.meaning)
        if step.reported:
            self.stores[level].append((step.name, value))

    def happen(self, event: Event) -> None:
        level, name = self.at(read_by(event)), event.name
        expected = event.mean + symbol(f"expected_pulse_{name}")
        if self.mode == "mean":
            expected = self.line(level, f"mean_of_{name}", expected, event.meaning)
            self.checks[level].append(Check(f"mean_of_{name}", LARGEST))
            value = self.line(level, name, expected + symbol(f"count_pulse_{name}"))
            self.stores[level].append((name, value))
            return
        mean = self.line(level, f"mean_of_{name}", expected, event.meaning)
        self.checks[level].append(Check(f"mean_of_{name}", LARGEST))
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
        staying = symbol(stock)
        for transfer in exits.counts:
            moved = sp.Min(symbol(str(transfer.count)), staying, evaluate=False)
            moved = self.line(level, transfer.name, moved, transfer.meaning)
            staying = staying - moved
        staying = self.line(level, f"staying_{stock}", staying, f"who leaves '{stock}'")
        hazards = [
            self.line(level, f"h_{t.name}", t.hazard, t.meaning)
            for t in exits.hazards
            if t.hazard is not None
        ]
        if not hazards:
            self.line(level, f"left_{stock}", staying)
            return
        self.checks[level] += [Check(f"h_{t.name}", LARGEST) for t in exits.hazards]
        if self.mode == "mean":
            self._expect(level, exits, staying, hazards)
        else:
            self._draw(level, exits, staying, hazards)

    def _expect(
        self, level: int, exits: Exits, staying: sp.Symbol, hazards: list[sp.Symbol]
    ) -> None:
        stock = exits.stock
        hazard = self.line(level, f"hazard_of_{stock}", sp.Add(*hazards, evaluate=False))
        leaving = self.line(level, f"leaving_{stock}", -expm1(-hazard))
        share = self.line(level, f"share_of_{stock}", staying * leaving / sp.Max(hazard, _TINY))
        for transfer, own in zip(exits.hazards, hazards, strict=True):
            moved = self.line(level, transfer.name, share * own)
            if transfer.attraction is not None:
                self._send(level, transfer, moved)
        self.line(level, f"left_{stock}", staying - staying * leaving)

    def _send(self, level: int, transfer: Transfer, moved: sp.Symbol) -> None:
        name = transfer.name
        total = symbol(f"total_pull_of_{name}")
        sent = self.line(level, f"sent_{name}", moved / sp.Max(total, _TINY))
        stayed = self.line(level, f"stayed_{name}", moved - sent * total)
        self.stores[level] += [(f"sent_{name}", sent), (f"stayed_{name}", stayed)]

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
        """Put levels after the week into the last sweep."""
        level = self.at(self.known)
        program, stores = self.program, self.stores[level]
        leaves = {step.stock for step in program.steps if isinstance(step, Exits)}
        for share in program.shares:
            stores.append((share.stock, self._share(level, share.stock, share.rise, share.fall)))
        for memory in program.memories:
            kept = symbol(memory.stock) * sp.exp(-memory.fall)
            value = self.line(level, f"next_{memory.stock}", kept + memory.inflow)
            self.checks[level].append(Check(f"next_{memory.stock}", math.inf))
            stores.append((memory.stock, value))
        for step in program.steps:
            if self.mode == "stochastic" and isinstance(step, Exits) and step.hazards:
                staying, leaving = f"staying_{step.stock}", f"leaving_{step.stock}"
                self.line(level, f"left_{step.stock}", symbol(staying) - symbol(leaving))
        for stock in program.people:
            arriving = [
                symbol(t.name)
                for t in program.model.transfers.values()
                if t.target == stock and t.attraction is None
            ]
            stays = symbol(f"left_{stock}" if stock in leaves else stock)
            if stock in leaves or arriving:
                stores.append((stock, sp.Add(stays, *arriving)))

    def _share(self, level: int, stock: str, rise: sp.Expr, fall: sp.Expr) -> sp.Symbol:
        """Move a share towards rise / (rise + fall); it stays where it is if both are 0."""
        up = self.line(level, f"rise_of_{stock}", rise, f"level of '{stock}' after the week")
        down = self.line(level, f"fall_of_{stock}", fall)
        self.checks[level] += [Check(f"{word}_of_{stock}", LARGEST) for word in ("rise", "fall")]
        rate = self.line(level, f"hazard_of_{stock}", up + down)
        target = up / sp.Max(rate, _TINY)
        old = symbol(stock)
        return self.line(level, f"next_{stock}", old + (target - old) * -expm1(-rate))


def _crossing(passes: Sequence[Pass], scalars: set[str]) -> list[Pass]:
    """Return the passes, in which a sweep stores whatever a later one reads of its lines."""
    result: list[Pass] = []
    wanted: set[str] = set()
    for one in reversed(passes):
        if isinstance(one, Sweep):
            made = [line.name for line in one.lines]
            stored = {row for row, _ in one.stores}
            extra = [(n, symbol(n)) for n in made if n in wanted and n not in stored]
            result.append(replace(one, stores=(*one.stores, *extra)))
            wanted |= set(one.loads(scalars))
        else:
            result.append(one)
    return result[::-1]


def _rows(program: Program, mode: Mode, week: Week, passes: Sequence[Pass]) -> Iterable[str]:
    """Name the rows: recorded quantities, levers, the rows of each draw side by side, others."""
    known: dict[str, None] = dict.fromkeys(program.quantities)
    known |= dict.fromkeys(program.model.levers)
    known |= dict.fromkeys(PLACE_UNITS)
    for word in ("expected_pulse", "count_pulse"):
        known |= dict.fromkeys(f"{word}_{name}" for name in program.model.events)
    for one in passes:
        if isinstance(one, ExitDraw):
            for exits in one.exits:
                names = [t.name for t in exits.hazards]
                known |= dict.fromkeys(f"h_{name}" for name in names)
                known |= dict.fromkeys(f"rest_of_{name}" for name in names)
                known |= dict.fromkeys((*names, f"leaving_{exits.stock}"))
        elif isinstance(one, Settle):
            known |= dict.fromkeys((f"arrived_{one.transfer.name}",))
        elif isinstance(one, Everywhere | Neighbours):
            known |= dict.fromkeys(row for row, _ in one.sums)
            if isinstance(one, Neighbours):
                known |= dict.fromkeys(row for _, row in one.sums)
    for sweep in (week.settings, *(one for one in passes if isinstance(one, Sweep))):
        known |= dict.fromkeys(row for row, _ in sweep.stores)
        known |= dict.fromkeys(sweep.loads(week.scalars))
    return [*known, "fine"]
