"""The causal diagram of a lab's model, what each link says, and which links can be held."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property

import sympy as sp

from tarazu.app.lab import Lab, keep_text
from tarazu.core.provenance import digest
from tarazu.engine.compiler.kernel_files import program_of
from tarazu.engine.mean_field.javascript import write_javascript
from tarazu.model import Model
from tarazu.model.description import Edge, Equation, equations_of
from tarazu.model.hold import Link, with_holds
from tarazu.model.loops.feedback import influences
from tarazu.report.diagram.nodes import Arrow, Diagram, causal_diagram


@dataclass(frozen=True, eq=False)
class Causes:
    """The causal diagram and what stands behind it.

    Attributes
    ----------
    equations : by what they give; a stock of several changes has several.
    held : links of the model that hold an arrow of the picture, by the arrow's key; empty where
        each of its links starts at a lever or passes through what cannot be held.
    """

    lab: Lab
    diagram: Diagram
    equations: Mapping[str, tuple[Equation, ...]]
    held: Mapping[str, tuple[Link, ...]]

    @cached_property
    def model(self) -> Model:
        """The model with a switch for each link that can be held."""
        links = dict.fromkeys(link for links in self.held.values() for link in links)
        return with_holds(self.lab.model, links)

    @property
    def javascript(self) -> str:
        """The mean field of `model` as the text of an ES module, kept on disk."""

        def make() -> str:
            return write_javascript(program_of(self.model), len(self.lab.region.slugs))

        named = [str(link) for links in self.held.values() for link in links]
        key = digest("\0".join([self.lab.written_from, *named]).encode())
        return keep_text("mean-field-held.js", key, make)

    def readers(self, edge: Edge) -> tuple[str, ...]:
        """Return what reads the source of an influence: its target, or flows at that stock."""
        return readers_of(self.lab.model, edge)


def key_of(arrow: Arrow) -> str:
    """Return the key of an arrow in addresses and ids."""
    return f"{arrow.source}-{arrow.target}"


def load_causes(lab: Lab) -> Causes:
    """Return the causal diagram of a lab's model; what takes seconds is kept on disk."""
    text = keep_text("causes.json", lab.model_digest, lambda: _found(lab.model))
    found = json.loads(text)
    diagram = causal_diagram(lab.model, tuple(Edge(*edge) for edge in found["edges"]))
    equations = dict[str, tuple[Equation, ...]]()
    for row in found["equations"]:
        one = Equation(**row)
        equations[one.quantity] = (*equations.get(one.quantity, ()), one)
    held = {key_of(arrow): tuple(_held(lab.model, arrow)) for arrow in diagram.drawn}
    return Causes(lab, diagram, equations, held)


def _found(model: Model) -> str:
    edges = [[edge.source, edge.target, edge.sign] for edge in influences(model)]
    return json.dumps({"edges": edges, "equations": [asdict(e) for e in equations_of(model)]})


def _held(model: Model, arrow: Arrow) -> Iterator[Link]:
    can_be_held = {*model.stocks, *model.events, *model.definitions, *model.transfers}
    for edge in arrow.links:
        if edge.source in can_be_held:
            yield from (Link(edge.source, reader) for reader in readers_of(model, edge))


def readers_of(model: Model, edge: Edge) -> tuple[str, ...]:
    """Return what reads the source of an influence.

    An influence on a stock of people goes through flows; of these, all that have an end at the
    stock and read the source. Empty where it passes through sums over neighbours or counts.
    """
    source = model[edge.source]
    flows = [t.name for t in model.transfers.values() if edge.target in (t.source, t.target)]
    return tuple(
        name
        for name in (edge.target, *flows)
        if any(source in one.free_symbols for one in expressions_of(model, name))
    )


def expressions_of(model: Model, name: str) -> list[sp.Expr]:
    """Return the expressions that give a quantity, and that can read something else."""
    found: list[sp.Expr | None] = []
    if name in model.definitions:
        found = [model.definitions[name].expression]
    elif name in model.events:
        found = [model.events[name].mean, model.events[name].size]
    elif name in model.transfers:
        found = [model.transfers[name].hazard]
    else:
        for change in model.changes:
            if change.stock == name:
                found += [change.rise, change.fall, change.push, change.inflow]
    return [expression for expression in found if expression is not None]
