"""The declaration of a model: stocks and what moves them, as symbols that every use reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from types import SimpleNamespace

import sympy as sp

from tarazu.core.errors import TarazuError
from tarazu.core.quantities import Parameter
from tarazu.model.places.attributes import PLACES
from tarazu.model.quantities import (
    Change,
    Definition,
    Event,
    Lever,
    Shock,
    Stock,
    StockKind,
    Tail,
    Total,
    Transfer,
)

ZERO = sp.Integer(0)

PLACE_UNITS = {name: place.unit for name, place in PLACES.items()}
"""What every district brings along, by name: unit."""


class ModelError(TarazuError):
    """A model is declared in a way that cannot be run."""


class Model:
    """A declared model: mechanisms add to it, `checked` closes it, engines read it.

    Names are Python identifiers, one name space for everything. ``m["grievance"]`` is the symbol
    of that name whether or not it is declared yet; what never gets declared is an error when the
    model is checked.

    Attributes
    ----------
    parameters, levers, stocks, events, shocks, transfers, definitions : by name, in their order.
    changes : what moves shares and memories.
    nearby : name -> expression of stocks summed over neighbours by weight, at the week's start.
    everywhere : name -> expression of stocks summed over all districts, at the week's start.
    mechanisms : names of the mechanisms that were added, in order.
    digest : sha256 of the file of a user's own mechanism, "" without one.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.mechanisms: tuple[str, ...] = ()
        self.digest = ""
        self.parameters: dict[str, Parameter] = {}
        self.levers: dict[str, Lever] = {}
        self.stocks: dict[str, Stock] = {}
        self.events: dict[str, Event] = {}
        self.shocks: dict[str, Shock] = {}
        self.transfers: dict[str, Transfer] = {}
        self.changes: list[Change] = []
        self.definitions: dict[str, Definition] = {}
        self.nearby: dict[str, sp.Expr] = {}
        self.everywhere: dict[str, sp.Expr] = {}

    def __getitem__(self, name: str) -> sp.Symbol:
        """Return the symbol of a quantity."""
        return sp.Symbol(name, real=True)

    def __contains__(self, name: str) -> bool:
        """Return whether a quantity of that name is declared."""
        return name in set(self.names())

    def __repr__(self) -> str:
        return f"<Model '{self.name}': {self._counts()}>"

    def _counts(self) -> str:
        kinds = (
            "stocks",
            "mechanisms",
            "events",
            "transfers",
            "definitions",
            "parameters",
            "levers",
        )
        return ", ".join(f"{len(getattr(self, kind))} {kind}" for kind in kinds)

    def _repr_html_(self) -> str:
        stocks = [(s.name, s.unit, s.meaning) for s in self.stocks.values()]
        levers = [
            (name, f"{lever.low:g} to {lever.high:g}", f"{lever.default:g}", lever.meaning)
            for name, lever in self.levers.items()
            if lever.moves is not None
        ]
        parameters = [
            (name, p.unit, p.prior.describe(), str(p.source)) for name, p in self.parameters.items()
        ]
        return (
            f"<p><b>Model '{escape(self.name)}'</b>: {self._counts()}</p>"
            + _folded("Stocks", ("name", "unit", "meaning"), stocks)
            + _folded("Levers of policies", ("name", "range", "status quo", "meaning"), levers)
            + _folded("Parameters", ("name", "unit", "prior", "source"), parameters)
        )

    def names(self) -> Iterator[str]:
        """Iterate over all names that expressions may use."""
        for group in (
            PLACE_UNITS,
            self.parameters,
            self.levers,
            self.stocks,
            self.events,
            self.shocks,
            self.transfers,
            self.definitions,
            self.nearby,
            self.everywhere,
        ):
            yield from group

    def _claim(self, name: str) -> sp.Symbol:
        if not name.isidentifier():
            msg = f"'{name}' cannot name a quantity; expected letters, digits and underscores"
            raise ModelError(msg)
        if name in self:
            msg = f"'{name}' is declared twice; expected one quantity of that name"
            raise ModelError(msg)
        return self[name]

    def _claim_stream(self, name: str, stream_id: str | None, taken: Mapping[str, str]) -> None:
        for other, other_id in taken.items():
            if other_id == (stream_id or name):
                msg = (
                    f"'{name}' and '{other}' have the same stream id '{other_id}' and would share "
                    f"their random numbers; give '{name}' a stream_id of its own"
                )
                raise ModelError(msg)

    @property
    def stream_ids(self) -> dict[str, str]:
        """The id of the random stream of each event, stock, transfer and shock, by name."""
        ids: dict[str, str] = {}
        for drawn in (self.events, self.stocks, self.transfers, self.shocks):
            ids |= {name: quantity.stream_id or name for name, quantity in drawn.items()}
        return ids

    @property
    def design_ids(self) -> dict[str, str]:
        """The id by which each parameter is drawn, by name, in order of declaration."""
        return {name: p.stream_id or name for name, p in self.parameters.items()}

    def still(self) -> frozenset[str]:
        """Return the names that stand still through a run: what a start may read.

        Attributes of places, parameters, and the definitions and sums over districts of these.
        """
        known = {*PLACE_UNITS, *self.parameters}
        named = {name: d.expression for name, d in self.definitions.items()} | self.everywhere
        while True:
            more = {
                name
                for name, expression in named.items()
                if name not in known and all(s.name in known for s in expression.free_symbols)
            }
            if not more:
                return frozenset(known)
            known |= more

    def declare(self, parameters: Mapping[str, Parameter]) -> SimpleNamespace:
        """Add a mechanism's parameters; return their symbols as attributes."""
        for name, parameter in parameters.items():
            self._claim(name)
            self._claim_stream(name, parameter.stream_id, self.design_ids)
            self.parameters[name] = parameter
        return SimpleNamespace(**{name: self[name] for name in parameters})

    def lever(self, name: str, lever: Lever) -> sp.Symbol:
        """Add something that a policy may set."""
        symbol = self._claim(name)
        self.levers[name] = lever
        return symbol

    def stock(
        self,
        name: str,
        kind: StockKind,
        *,
        unit: str,
        initial: sp.Expr | float | None,
        meaning: str,
        stream_id: str | None = None,
    ) -> sp.Symbol:
        """Add a stock; see `Stock`."""
        symbol = self._claim(name)
        self._claim_stream(name, stream_id, self.stream_ids)
        start = None if initial is None else sp.sympify(initial)
        self.stocks[name] = Stock(name, kind, unit, start, meaning, stream_id)
        return symbol

    def event(
        self,
        name: str,
        *,
        unit: str,
        mean: sp.Expr | float,
        size: sp.Expr | None = None,
        tail: Tail | None = None,
        meaning: str,
        stream_id: str | None = None,
    ) -> sp.Symbol:
        """Add a weekly count: Poisson, negative binomial (size) or heavy-tailed; see `Event`."""
        if size is not None and tail is not None:
            msg = f"event '{name}' has a size and a tail; expected one of them"
            raise ModelError(msg)
        symbol = self._claim(name)
        self._claim_stream(name, stream_id, self.stream_ids)
        self.events[name] = Event(name, unit, sp.sympify(mean), size, meaning, tail, stream_id)
        return symbol

    def shock(
        self,
        name: str,
        *,
        is_common: bool,
        spread: sp.Expr,
        fade: sp.Expr,
        meaning: str,
        stream_id: str | None = None,
    ) -> sp.Symbol:
        """Add a level with mean 1 that comes and goes by itself; see `Shock`."""
        symbol = self._claim(name)
        self._claim_stream(name, stream_id, self.stream_ids)
        self.shocks[name] = Shock(name, is_common, spread, fade, meaning, stream_id)
        return symbol

    def transfer(
        self,
        name: str,
        source: str,
        target: str,
        *,
        hazard: sp.Expr | None = None,
        count: str | None = None,
        attraction: sp.Expr | None = None,
        meaning: str,
        stream_id: str | None = None,
    ) -> sp.Symbol:
        """Add a flow of people, by hazard or by the count of an event; see `Transfer`."""
        if (hazard is None) == (count is None):
            msg = f"transfer '{name}' needs either a hazard or a count"
            raise ModelError(msg)
        if (attraction is not None) != (source == target):
            msg = (
                f"transfer '{name}' from '{source}' to '{target}'; expected two stocks within a "
                "district, or one stock and an attraction between neighbours"
            )
            raise ModelError(msg)
        symbol = self._claim(name)
        self._claim_stream(name, stream_id, self.stream_ids)
        self.transfers[name] = Transfer(
            name, source, target, hazard, count, attraction, meaning, stream_id
        )
        return symbol

    def change(
        self,
        stock: str,
        *,
        rise: sp.Expr = ZERO,
        fall: sp.Expr = ZERO,
        push: sp.Expr = ZERO,
        inflow: sp.Expr = ZERO,
        meaning: str,
    ) -> None:
        """Add something that moves a share or a memory; see `Change`."""
        self.changes.append(Change(stock, rise, fall, push, inflow, meaning))

    def define(
        self,
        name: str,
        expression: sp.Expr,
        *,
        unit: str = "1",
        reported: bool = False,
        total: Total = "mean",
        meaning: str,
    ) -> sp.Symbol:
        """Name an expression; see `Definition`."""
        symbol = self._claim(name)
        self.definitions[name] = Definition(name, unit, expression, reported, total, meaning)
        return symbol

    def sum_nearby(self, name: str, expression: sp.Expr) -> sp.Symbol:
        """Name the weighted sum over neighbours of an expression of stocks, at the week's start."""
        symbol = self._claim(name)
        self.nearby[name] = expression
        return symbol

    def sum_everywhere(self, name: str, expression: sp.Expr) -> sp.Symbol:
        """Name the sum over all districts of an expression of stocks, at the week's start."""
        symbol = self._claim(name)
        self.everywhere[name] = expression
        return symbol


def _folded(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table as HTML that opens on a click."""
    head = "".join(f"<th>{name}</th>" for name in columns)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return (
        f"<details><summary>{title} ({len(rows)})</summary>"
        f"<table><tr>{head}</tr>{body}</table></details>"
    )
