"""Links of a model that can be held: the value that a target reads, replaced by a given path."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, replace

import sympy as sp

from tarazu.core.errors import ScenarioError, suggest
from tarazu.model.checks import checked, range_of
from tarazu.model.declaration import Model
from tarazu.model.quantities import Definition, Lever

LARGEST = 1e12  # of what a path may hold, in the unit of its quantity
INPUT = "input_"  # of a target, by a link that can be held


@dataclass(frozen=True, slots=True)
class Link:
    """One arrow of the causal-loop diagram.

    Attributes
    ----------
    source : the quantity that is read. target : the definition, event, transfer or stock whose
        expressions read it; "*" for all of them.
    """

    source: str
    target: str

    @property
    def name(self) -> str:
        """Name of the link in names of levers."""
        return self.source if self.target == "*" else f"{self.source}_to_{self.target}"

    @property
    def input(self) -> str:
        """Name of the definition that the target reads; it is reported, week by week."""
        return f"{INPUT}{self.name}"

    @property
    def switch(self) -> str:
        """Name of the lever that holds the link: 0 lets it work, 1 holds it."""
        return f"hold_{self.name}"

    @property
    def path(self) -> str:
        """Name of the lever with the values that the target reads while the link is held."""
        return f"path_{self.name}"

    def __str__(self) -> str:
        """Return the link as it is written on the command line."""
        return f"{self.source}>{self.target}"


def parse_link(text: str) -> Link:
    """Return the link that ``source>target`` names; ``source>*`` is all that reads the source.

    Raises
    ------
    ScenarioError
        The text is not of that form.
    """
    source, arrow, target = (part.strip() for part in text.partition(">"))
    if not (source and arrow and target):
        raise ScenarioError(
            f"'{text}' is not a link", value=text, expected="source>target, or source>*"
        )
    return Link(source, target)


def with_holds(model: Model, links: Iterable[Link]) -> Model:
    """Return the model with a switch and a path for each link; at their defaults it is the same.

    While the switch of a link is 1, its target reads the path in the place of the source: the
    loop is cut without changing what the target read before, unlike a link set to zero.

    Raises
    ------
    ScenarioError
        A quantity is unknown, or the target does not read the source.
    """
    held = copy(model)
    held.levers, held.definitions = dict(model.levers), dict(model.definitions)
    held.events, held.transfers = dict(model.events), dict(model.transfers)
    held.changes = list(model.changes)
    for link in links:
        _add(held, link)
    return checked(held)


def _add(model: Model, link: Link) -> None:
    if link.source not in {*model.stocks, *model.events, *model.definitions, *model.transfers}:
        known = [*model.stocks, *model.events, *model.definitions, *model.transfers]
        raise ScenarioError(
            f"no quantity '{link.source}' to hold",
            value=str(link),
            hint=suggest(link.source, known),
        )
    low, high = (max(-LARGEST, min(LARGEST, end)) for end in range_of(model, link.source))
    unit = _unit(model, link.source)
    model.levers[link.switch] = Lever("1", 0.0, 1.0, 0.0, None, f"holds {link}")
    model.levers[link.path] = Lever(unit, low, high, low, None, f"value of {link} while held")
    source, switch, path = model[link.source], model[link.switch], model[link.path]
    swap = {source: model[link.input]}
    if not _swap(model, link.target, source, swap):
        raise ScenarioError(
            f"'{link.target}' does not read '{link.source}'",
            value=str(link),
            hint="`tarazu model describe` lists the direct influences",
        )
    blend = (1 - switch) * source + switch * path
    if high < LARGEST:  # as the checks see it, a blend of two shares could reach 2
        blend = sp.Min(blend, high)
    model.definitions[link.input] = Definition(
        link.input,
        unit,
        sp.Max(blend, low),
        reported=True,
        total="mean",
        meaning=f"{link}, held or not",
    )


def _swap(model: Model, target: str, source: sp.Symbol, swap: dict[sp.Symbol, sp.Symbol]) -> int:
    """Let the expressions of a target read something else; return how many did."""
    changed = 0

    def fresh(expression: sp.Expr | None) -> sp.Expr | None:
        nonlocal changed
        if expression is None or source not in expression.free_symbols:
            return expression
        changed += 1
        return expression.xreplace(swap)

    def wanted(name: str) -> bool:
        return target in ("*", name) and not name.startswith(INPUT)

    for name, definition in model.definitions.items():
        if wanted(name):
            model.definitions[name] = replace(definition, expression=fresh(definition.expression))
    for name, event in model.events.items():
        if wanted(name):
            model.events[name] = replace(event, mean=fresh(event.mean), size=fresh(event.size))
    for name, transfer in model.transfers.items():
        if wanted(name):
            model.transfers[name] = replace(transfer, hazard=fresh(transfer.hazard))
    model.changes = [
        replace(
            change,
            rise=fresh(change.rise),
            fall=fresh(change.fall),
            push=fresh(change.push),
            inflow=fresh(change.inflow),
        )
        if wanted(change.stock)
        else change
        for change in model.changes
    ]
    return changed


def _unit(model: Model, name: str) -> str:
    if name in model.stocks:
        return model.stocks[name].unit
    if name in model.events:
        return f"{model.events[name].unit}/week"
    if name in model.definitions:
        return model.definitions[name].unit
    return "persons/week"
