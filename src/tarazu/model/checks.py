"""Checks of a whole declaration: names, units, signs. All problems are reported at once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import sympy as sp

from tarazu.core.errors import TarazuError, raise_problems, suggest
from tarazu.model.bounds import Bounds, bounds_of
from tarazu.model.declaration import PLACE_UNITS, Model, ModelError
from tarazu.model.places.attributes import PLACES
from tarazu.model.units import PURE, Unit, UnitMismatch, parse_unit, times, unit_of, write_unit

WEEK: Unit = {"week": 1}
PER_WEEK: Unit = {"week": -1}
PERSONS: Unit = {"persons": 1}
ANY: Bounds = (-math.inf, math.inf)
NOT_NEGATIVE: Bounds = (0.0, math.inf)
SHARE: Bounds = (0.0, 1.0)
ABOVE_ONE: Bounds = (1.0, math.inf)


class Claim(NamedTuple):
    """What must hold of one expression of the declaration."""

    owner: str
    expression: sp.Expr
    unit: Unit
    within: Bounds
    reads: frozenset[str]


def checked(m: Model) -> Model:
    """Return the model if it can be run.

    Raises
    ------
    ModelError
        One problem: an unknown name, units that do not fit, something that may turn negative.
    ExceptionGroup
        Several of them.
    """
    problems: list[TarazuError] = [*_structure(m)]
    raise_problems(problems, f"model '{m.name}' has wrong parts")
    claims = [*_claims(m)]
    known = set(m.names())
    for claim in claims:
        problems.extend(_unknown_names(claim, known))
    raise_problems(problems, f"model '{m.name}' uses unknown names")
    problems.extend(_unit_problems(m, claims))
    raise_problems(problems, f"model '{m.name}' mixes units")
    ranges = _Ranges(m)
    for claim in claims:
        problems.extend(ranges.problems(claim))
    raise_problems(problems, f"model '{m.name}' leaves its ranges")
    return m


def _structure(m: Model) -> Iterator[ModelError]:
    people = [name for name, stock in m.stocks.items() if stock.kind == "people"]
    rest = [name for name in people if m.stocks[name].initial is None]
    if people and len(rest) != 1:
        yield ModelError(
            f"{len(rest)} people stocks without a start; expected one, which holds the rest"
        )
    for transfer in m.transfers.values():
        for name in (transfer.source, transfer.target):
            if name not in people:
                yield ModelError(
                    f"transfer '{transfer.name}': {_unknown(name, people, 'people stock')}"
                )
        if transfer.count is not None and transfer.count not in m.events:
            yield ModelError(
                f"transfer '{transfer.name}': {_unknown(transfer.count, m.events, 'event')}"
            )
    for event in m.events.values():
        if event.tail is not None and event.tail.of not in m.events:
            yield ModelError(
                f"tail of '{event.name}': {_unknown(event.tail.of, m.events, 'event')}"
            )
    for change in m.changes:
        stock = m.stocks.get(change.stock)
        if stock is None or stock.kind == "people":
            others = [name for name in m.stocks if name not in people]
            yield ModelError(f"change: {_unknown(change.stock, others, 'share or memory')}")
        elif stock.kind == "memory" and (change.rise or change.push):
            yield ModelError(
                f"change of memory '{stock.name}' has a rise or push; expected an inflow"
            )
        elif stock.kind == "share" and change.inflow:
            yield ModelError(
                f"change of share '{stock.name}' has an inflow; expected a rise or push"
            )
    for name, lever in m.levers.items():
        if lever.moves is not None and lever.moves not in m.stocks:
            yield ModelError(f"lever '{name}' moves: {_unknown(lever.moves, m.stocks, 'stock')}")


def _unknown(name: str, known: Iterable[str], what: str) -> str:
    names = list(known)
    hint = suggest(name, names) or f"there are {', '.join(names)}"
    return f"no {what} '{name}'; {hint}"


def _claims(m: Model) -> Iterator[Claim]:
    before = frozenset((*PLACE_UNITS, *m.parameters))
    still, start = m.still(), before | set(m.levers) | set(m.stocks)
    week = frozenset(m.names())
    for stock in m.stocks.values():
        if stock.initial is not None:
            within = SHARE if stock.kind == "share" else NOT_NEGATIVE
            owner = f"start of '{stock.name}'"
            yield Claim(owner, stock.initial, parse_unit(stock.unit), within, still)
    for name, expression in m.nearby.items():
        owner = f"sum over neighbours '{name}'"
        yield Claim(owner, expression, {"*": 1}, ANY, start)
    for name, expression in m.everywhere.items():
        yield Claim(f"sum over districts '{name}'", expression, {"*": 1}, ANY, start)
        start |= {name}  # a later sum may read an earlier one
    for definition in m.definitions.values():
        unit = parse_unit(definition.unit)
        yield Claim(f"definition '{definition.name}'", definition.expression, unit, ANY, week)
    for shock in m.shocks.values():
        owner = f"of the shock '{shock.name}'"
        yield Claim(f"spread {owner}", shock.spread, PURE, NOT_NEGATIVE, before)
        yield Claim(f"fade {owner}", shock.fade, PER_WEEK, NOT_NEGATIVE, before)
    for event in m.events.values():
        unit = times(parse_unit(event.unit), WEEK, -1)
        yield Claim(f"expectation of '{event.name}'", event.mean, unit, NOT_NEGATIVE, week)
        if event.size is not None:
            yield Claim(f"size of '{event.name}'", event.size, PER_WEEK, NOT_NEGATIVE, week)
        if event.tail is not None:
            owner = f"tail of '{event.name}'"
            yield Claim(f"exponent of the {owner}", event.tail.exponent, PURE, ABOVE_ONE, before)
            yield Claim(f"largest of the {owner}", event.tail.largest, PURE, NOT_NEGATIVE, before)
    for transfer in m.transfers.values():
        if transfer.hazard is not None:
            owner = f"hazard of '{transfer.name}'"
            yield Claim(owner, transfer.hazard, PER_WEEK, NOT_NEGATIVE, week)
        if transfer.attraction is not None:
            owner = f"attraction of '{transfer.name}'"
            yield Claim(owner, transfer.attraction, PURE, NOT_NEGATIVE, start)
    for change in m.changes:
        inflow = times(parse_unit(m.stocks[change.stock].unit), WEEK, -1)
        yield Claim(f"rise of '{change.stock}'", change.rise, PER_WEEK, NOT_NEGATIVE, week)
        yield Claim(f"fall of '{change.stock}'", change.fall, PER_WEEK, NOT_NEGATIVE, week)
        yield Claim(f"push on '{change.stock}'", change.push, PER_WEEK, ANY, week)
        yield Claim(f"inflow of '{change.stock}'", change.inflow, inflow, NOT_NEGATIVE, week)


def _unknown_names(claim: Claim, known: set[str]) -> Iterator[ModelError]:
    for name in sorted(symbol.name for symbol in claim.expression.free_symbols):
        if name not in known:
            yield ModelError(f"{claim.owner}: {_unknown(name, sorted(known), 'quantity')}")
        elif name not in claim.reads:
            yield ModelError(
                f"{claim.owner} reads '{name}', which is not known that early in the week"
            )


def units_of_names(m: Model) -> dict[str, Unit]:
    """Return the unit of every name; events and transfers are counts by week."""
    units = {name: parse_unit(unit) for name, unit in PLACE_UNITS.items()}
    for group in (m.parameters, m.levers, m.stocks, m.definitions):
        units |= {name: parse_unit(entry.unit) for name, entry in group.items()}
    units |= {e.name: times(parse_unit(e.unit), WEEK, -1) for e in m.events.values()}
    units |= {name: times(PERSONS, WEEK, -1) for name in m.transfers}
    units |= dict.fromkeys(m.shocks, PURE)
    for name, expression in (*m.nearby.items(), *m.everywhere.items()):
        units[name] = unit_of(expression, units)
    return units


def _unit_problems(m: Model, claims: list[Claim]) -> Iterator[ModelError]:
    try:
        units = units_of_names(m)
    except UnitMismatch as error:
        yield ModelError(f"sum over districts: {error}")
        return
    for transfer in m.transfers.values():
        if transfer.count is not None and m.events[transfer.count].unit != "persons":
            yield ModelError(
                f"transfer '{transfer.name}' counts '{transfer.count}' in "
                f"{m.events[transfer.count].unit}; expected persons"
            )
    for claim in claims:
        if claim.expression.is_zero or "*" in claim.unit:
            continue
        try:
            unit = unit_of(claim.expression, units)
        except UnitMismatch as error:
            yield ModelError(f"{claim.owner}: {error}")
            continue
        if dict(unit) != dict(claim.unit):
            yield ModelError(
                f"{claim.owner} is in {write_unit(unit)}; expected {write_unit(claim.unit)}: "
                f"{claim.expression}"
            )


class _Ranges:
    """Bounds of every name, definitions worked out when they are asked for."""

    def __init__(self, m: Model) -> None:
        self.model = m
        self.known: dict[str, Bounds] = {n: (p.low, p.high) for n, p in PLACES.items()}
        self.known |= {name: p.prior.support for name, p in m.parameters.items()}
        self.known |= {name: (lever.low, lever.high) for name, lever in m.levers.items()}
        for name, stock in m.stocks.items():
            self.known[name] = SHARE if stock.kind == "share" else NOT_NEGATIVE
        self.known |= dict.fromkeys((*m.events, *m.transfers, *m.shocks), NOT_NEGATIVE)

    def of(self, expression: sp.Expr) -> Bounds:
        for symbol in expression.free_symbols:
            self._learn(symbol.name)
        return bounds_of(expression, self.known)

    def _learn(self, name: str) -> None:
        if name in self.known:
            return
        self.known[name] = ANY  # while it is worked out: a cycle is the compiler's to name
        if name in self.model.definitions:
            self.known[name] = self.of(self.model.definitions[name].expression)
        else:
            summed = {**self.model.nearby, **self.model.everywhere}
            low, high = self.of(summed[name])
            self.known[name] = min(low, 0.0), high  # no neighbours: nothing to sum
            if name in self.model.everywhere:
                self.known[name] = (low if low >= 0.0 else -math.inf), math.inf

    def problems(self, claim: Claim) -> Iterator[ModelError]:
        low, high = self.of(claim.expression)
        if low < claim.within[0] or high > claim.within[1]:
            wide = sorted(
                f"{name} in [{self.known[name][0]:g}, {self.known[name][1]:g}]"
                for name in (symbol.name for symbol in claim.expression.free_symbols)
                if self.known[name][0] < 0.0 or claim.within[1] != math.inf
            )
            worst = low if low < claim.within[0] else high
            reads = ", ".join(wide) or "a number"
            yield ModelError(
                f"{claim.owner} may be {worst:g}; expected {claim.within[0]:g} to "
                f"{claim.within[1]:g}. It reads {reads}. Give the prior the right sign, or wrap "
                "the term in exp or Max"
            )


def range_of(m: Model, name: str) -> Bounds:
    """Return bounds within which a quantity of a checked model stays."""
    return _Ranges(m).of(m[name])
