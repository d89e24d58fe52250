"""Nodes of the causal diagram and the arrows between them, from the declaration of a model."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.resources import files
from typing import Any, Final, Literal

from tarazu.model import Model
from tarazu.model.description import Edge
from tarazu.model.loops.claimed import claimed_loops
from tarazu.model.loops.feedback import influences

Effect = Literal["raises", "lowers", "mixed", "open"]
WORDS: Final[Mapping[Effect, str]] = {
    "raises": "raises",
    "lowers": "lowers",
    "mixed": "raises in part and lowers in part",
    "open": "may raise or lower: the prior leaves the sign open",
}
OTHER: Final = "other"  # node of the parts that no other node has


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the diagram.

    Attributes
    ----------
    x, y : middle, in pixels of the picture.
    parts : quantities of the model, in the order of their names.
    against : those of them that fall when the node rises.
    """

    name: str
    title: str
    meaning: str
    x: float
    y: float
    parts: tuple[str, ...]
    against: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Arrow:
    """What one node does to another.

    Attributes
    ----------
    links : influences of parts of the source on parts of the target.
    effect : of the source on the target, over all links: ``mixed`` where some raise and some
        lower, ``open`` where the sign of one is not known.
    bend : pixels to the right of the straight line.
    """

    source: str
    target: str
    links: tuple[Edge, ...]
    effect: Effect
    bend: float = 0.0


@dataclass(frozen=True, slots=True)
class Diagram:
    """Nodes and arrows.

    Attributes
    ----------
    drawn : arrows in the picture: those of the loops that the description of the conflict claims,
        and the strongest of each other node.
    spine : nodes of the loop that stands out.
    edges : influences among the quantities of the model.
    model : name of the model.
    """

    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    drawn: tuple[Arrow, ...]
    spine: tuple[str, ...]
    edges: tuple[Edge, ...]
    model: str

    def title(self, name: str) -> str:
        """Return the title of a node."""
        return next(node.title for node in self.nodes if node.name == name)

    def is_spine(self, arrow: Arrow) -> bool:
        """Return whether an arrow leads from a node of the spine to the next."""
        return (arrow.source, arrow.target) in self.spine_links

    @property
    def spine_links(self) -> tuple[tuple[str, str], ...]:
        """Pairs of each node of the spine and the next."""
        return _round(self.spine)


def causal_diagram(model: Model, edges: tuple[Edge, ...] | None = None) -> Diagram:
    """Return the causal diagram of a model.

    The sign of an arrow is that of its links, each turned where a part stands against its node.
    Quantities that the table of nodes does not have are parts of a node of their own.

    Parameters
    ----------
    edges : what `influences` returned for the same model, where it is known; it takes seconds.
    """
    edges = influences(model) if edges is None else edges
    table = _table()
    names = sorted({name for edge in edges for name in (edge.source, edge.target)})
    place = {name: _place(name, table) for name in names}
    nodes = tuple(_nodes(place, table))
    arrows = tuple(_arrows(edges, place, table["bends"]))
    present = {node.name for node in nodes}
    spine = tuple(name for name in table["spine"] if name in present)
    drawn = tuple(_drawn(arrows, edges, place, spine))
    return Diagram(nodes, arrows, drawn, spine, edges, model.name)


def _table() -> dict[str, Any]:
    return tomllib.loads(
        files("tarazu.report.diagram").joinpath("groups.toml").read_text(encoding="utf-8")
    )


def _place(name: str, table: Mapping[str, Any]) -> tuple[str, bool] | None:
    """Return the node of a quantity and whether it stands against it; None for a reference."""
    nodes = table["nodes"]
    for whole in (True, False):
        if not whole and any(fnmatchcase(name, pattern) for pattern in table["references"]):
            return None
        for node, words in nodes.items():
            for key, is_against in (("parts", False), ("against", True)):
                for pattern in words.get(key, ()):
                    if name == pattern if whole else fnmatchcase(name, pattern):
                        return node, is_against
    return (OTHER, False)


def _nodes(
    place: Mapping[str, tuple[str, bool] | None], table: Mapping[str, Any]
) -> Iterable[Node]:
    other = {"title": "Other", "meaning": "parts of this model alone", "x": 130, "y": 400}
    for name, words in {**table["nodes"], OTHER: other}.items():
        parts = tuple(part for part, at in place.items() if at is not None and at[0] == name)
        if parts:
            yield Node(
                name,
                words["title"],
                words["meaning"],
                words["x"],
                words["y"],
                parts,
                frozenset(part for part in parts if place[part] == (name, True)),
            )


def _arrows(
    edges: Iterable[Edge],
    place: Mapping[str, tuple[str, bool] | None],
    bends: Mapping[str, float],
) -> Iterable[Arrow]:
    links: dict[tuple[str, str], list[Edge]] = {}
    for edge in edges:
        source, target = place[edge.source], place[edge.target]
        if source is not None and target is not None and source[0] != target[0]:
            links.setdefault((source[0], target[0]), []).append(edge)
    for (source_name, target_name), between in sorted(links.items()):
        effects = {_effect(edge, place) for edge in between}
        yield Arrow(
            source_name,
            target_name,
            tuple(between),
            _together(effects),
            bends.get(f"{source_name}-{target_name}", 0.0),
        )


def _effect(edge: Edge, place: Mapping[str, tuple[str, bool] | None]) -> Effect:
    source, target = place[edge.source], place[edge.target]
    if edge.sign == "±":
        return "open"
    turned = source is not None and target is not None and source[1] != target[1]
    return "raises" if (edge.sign == "+") != turned else "lowers"


def _together(effects: set[Effect]) -> Effect:
    if "open" in effects:
        return "open"
    return "mixed" if len(effects) > 1 else next(iter(effects))


def _drawn(
    arrows: Iterable[Arrow],
    edges: Iterable[Edge],
    place: Mapping[str, tuple[str, bool] | None],
    spine: tuple[str, ...],
) -> Iterable[Arrow]:
    wanted = set[tuple[str, str]]()
    for claimed in claimed_loops(edges):
        for source, target in () if claimed.loop is None else claimed.loop.links:
            a, b = place[source], place[target]
            if a is not None and b is not None and a[0] != b[0]:
                wanted.add((a[0], b[0]))
    wanted |= set(_round(spine))
    listed = list(arrows)
    shown = {name for pair in wanted for name in pair}
    for name in sorted({a.source for a in listed} | {a.target for a in listed}):
        if name in shown:
            continue
        mine = [a for a in listed if a.source == name] or [a for a in listed if a.target == name]
        best = max(mine, key=lambda a: (a.target in spine, len(a.links), a.target))
        wanted.add((best.source, best.target))
    return (a for a in listed if (a.source, a.target) in wanted)


def _round(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return pairs of each name and the next, the last with the first."""
    return (*zip(names, (*names[1:], *names[:1]), strict=True),)
