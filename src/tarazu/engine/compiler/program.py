"""Programs: the steps of a week in computing order, and the quantities that are recorded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import sympy as sp

from tarazu.model.declaration import PLACE_UNITS, Model, ModelError
from tarazu.model.quantities import Definition, Event, Transfer


@dataclass(frozen=True, slots=True)
class Exits:
    """All exits of one stock in a week, drawn together.

    Attributes
    ----------
    stock : the people stock.
    counts : transfers whose size an event gives; they go first, in order.
    hazards : transfers that compete for those who remain.
    """

    stock: str
    counts: tuple[Transfer, ...]
    hazards: tuple[Transfer, ...]


@dataclass(frozen=True, slots=True)
class ShareUpdate:
    """A share x after a week: x moves towards rise / (rise + fall) at the hazard rise + fall."""

    stock: str
    rise: sp.Expr
    fall: sp.Expr


@dataclass(frozen=True, slots=True)
class MemoryUpdate:
    """A memory after a week: the part that has not faded by the hazard `fall`, plus the inflow."""

    stock: str
    inflow: sp.Expr
    fall: sp.Expr


Step = Definition | Event | Exits

PULSES: Final = ("expected_pulse", "count_pulse", "known_pulse")
"""Rows of each event: added to its expectation, added to its count, share left to a record."""


@dataclass(frozen=True, slots=True)
class Program:
    """A model ready to run: one week of one district, step by step.

    Stocks are read as they stand before the week; steps follow their dependencies; updates come
    last; people between districts arrive after all districts are done.

    Attributes
    ----------
    steps : in an order in which nothing is read before it is known.
    shares, memories : updates of those stocks.
    movers : transfers between neighbours, in order of declaration.
    quantities : names of what a run records: stocks, then events, then reported definitions.
    units, totals : of the quantities; how districts add up (``sum`` or ``mean``).
    streams : the number of the random stream of each event, stock, transfer and shock, by its id.
    """

    model: Model
    steps: tuple[Step, ...]
    shares: tuple[ShareUpdate, ...]
    memories: tuple[MemoryUpdate, ...]
    movers: tuple[Transfer, ...]
    quantities: tuple[str, ...]
    units: tuple[str, ...]
    totals: tuple[str, ...]
    streams: Mapping[str, int]

    @property
    def drawn(self) -> tuple[str, ...]:
        """Names of what a week draws: events; each stock's exits and its transfers; shocks."""
        events = [step.name for step in self.steps if isinstance(step, Event)]
        exits = [
            name
            for step in self.steps
            if isinstance(step, Exits)
            for name in (step.stock, *(transfer.name for transfer in step.hazards))
        ]
        return (*events, *exits, *self.model.shocks)

    @property
    def people(self) -> tuple[str, ...]:
        """Names of the people stocks."""
        return tuple(name for name, s in self.model.stocks.items() if s.kind == "people")

    @property
    def rest(self) -> str:
        """The people stock that starts with everybody not in another one."""
        stocks = self.model.stocks.values()
        return next(s.name for s in stocks if s.kind == "people" and s.initial is None)


def compile_program(model: Model) -> Program:
    """Return the program of a checked model.

    Raises
    ------
    ModelError
        Quantities of one week depend on each other in a circle; the message names them.
    """
    reported = [d for d in model.definitions.values() if d.reported]
    stocks, events = model.stocks.values(), model.events.values()
    streams = {name: stream_number(own) for name, own in model.stream_ids.items()}
    return Program(
        model=model,
        steps=_ordered(_steps(model)),
        shares=tuple(_share_update(model, s.name) for s in stocks if s.kind == "share"),
        memories=tuple(_memory_update(model, s.name) for s in stocks if s.kind == "memory"),
        movers=tuple(t for t in model.transfers.values() if t.attraction is not None),
        quantities=(*model.stocks, *model.events, *(d.name for d in reported)),
        units=(
            *(s.unit for s in stocks),
            *(f"{e.unit}/week" for e in events),
            *(d.unit for d in reported),
        ),
        totals=(*(s.total for s in stocks), *("sum" for _ in events), *(d.total for d in reported)),
        streams=streams,
    )


def stream_number(stream_id: str) -> int:
    """Return the random stream of an id: the same whatever else the model declares."""
    return int.from_bytes(hashlib.sha256(stream_id.encode()).digest()[:4], "little") >> 1


def _steps(model: Model) -> dict[str, Step]:
    steps: dict[str, Step] = {**model.definitions, **model.events}
    for name, stock in model.stocks.items():
        leaving = [t for t in model.transfers.values() if t.source == name]
        if stock.kind == "people" and leaving:
            counts = tuple(t for t in leaving if t.count is not None)
            hazards = tuple(t for t in leaving if t.count is None)
            steps[f"exits of {name}"] = Exits(name, counts, hazards)
    return steps


def read_by(step: Step) -> set[str]:
    """Return the names that a step reads."""
    if isinstance(step, Definition):
        return _names([step.expression])
    if isinstance(step, Event):
        expressions = [step.mean] if step.size is None else [step.mean, step.size]
        if step.tail is None:
            return _names(expressions)
        return _names([*expressions, step.tail.exponent, step.tail.largest]) | {step.tail.of}
    hazards = [t.hazard for t in step.hazards if t.hazard is not None]
    return _names(hazards) | {str(t.count) for t in step.counts}


def levels_behind(program: Program, names: frozenset[str]) -> list[str]:
    """Return the stocks, levers, parameters and districts from which these names are worked out."""
    model = program.model
    steps = {step.name: step for step in program.steps if not isinstance(step, Exits)}
    pending, seen = set(names), set[str]()
    while pending:
        name = pending.pop()
        seen.add(name)
        if name in steps:
            pending |= read_by(steps[name]) - seen
        elif name in model.nearby or name in model.everywhere:
            summed = model.nearby.get(name, model.everywhere.get(name))
            pending |= _names([summed]) - seen
        elif name in model.transfers:
            transfer = model.transfers[name]
            behind = {str(transfer.count)} if transfer.hazard is None else _names([transfer.hazard])
            pending |= (behind | {transfer.source}) - seen
    known = (*PLACE_UNITS, *model.stocks, *model.levers, *model.parameters)
    return [name for name in known if name in seen]


def _names(expressions: Iterable[sp.Expr]) -> set[str]:
    return {symbol.name for expression in expressions for symbol in expression.free_symbols}


def _ordered(steps: Mapping[str, Step]) -> tuple[Step, ...]:
    """Return the steps so that each follows what it reads; ties keep the declared order."""
    made_by = {name: name for name in steps}
    for name, step in steps.items():
        if isinstance(step, Exits):
            made_by |= {t.name: name for t in (*step.counts, *step.hazards)}
    waits_for = {
        name: {made_by[read] for read in read_by(step) if read in made_by}
        for name, step in steps.items()
    }
    done: dict[str, Step] = {}
    while len(done) < len(steps):
        ready = [n for n in steps if n not in done and waits_for[n] <= done.keys()]
        if not ready:
            circle = " -> ".join(_circle(waits_for, set(done)))
            msg = (
                f"quantities of one week depend on each other in a circle: {circle}. "
                "Make one of them read a stock (its level before the week) instead"
            )
            raise ModelError(msg)
        done[ready[0]] = steps[ready[0]]
    return tuple(done.values())


def _circle(waits_for: Mapping[str, set[str]], done: set[str]) -> list[str]:
    path = [next(name for name in waits_for if name not in done)]
    while True:
        following = min(name for name in waits_for[path[-1]] if name not in done)
        if following in path:
            circle = path[path.index(following) :]
            return [*reversed([*circle, following])]
        path.append(following)


def _share_update(model: Model, stock: str) -> ShareUpdate:
    changes = [change for change in model.changes if change.stock == stock]
    rises = [c.rise for c in changes] + [sp.Max(c.push, 0) for c in changes]
    falls = [c.fall for c in changes] + [sp.Max(-c.push, 0) for c in changes]
    return ShareUpdate(stock, sp.Add(*rises), sp.Add(*falls))


def _memory_update(model: Model, stock: str) -> MemoryUpdate:
    changes = [change for change in model.changes if change.stock == stock]
    inflow = sp.Add(*(change.inflow for change in changes))
    return MemoryUpdate(stock, inflow, sp.Add(*(change.fall for change in changes)))
