"""Feedback loops of a model: found in its signed influences, named by polarity and members."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from tarazu.model.declaration import Model
from tarazu.model.description import Edge, Sign, describe

Polarity = Literal["reinforcing", "balancing", "either"]
Link = tuple[str, str]
LETTERS: Mapping[Polarity, str] = {"reinforcing": "R", "balancing": "B", "either": "E"}


@dataclass(frozen=True, slots=True)
class Loop:
    """One feedback loop.

    Attributes
    ----------
    name : letter of the polarity and a number (R1, B2, E1), or what is claimed of the loop.
    members : quantities in the order of influence; the last acts on the first.
    signs : of the influence of each member on the next.
    polarity : ``reinforcing`` with an even number of negative influences, ``balancing`` with an
        odd one, ``either`` where a sign is free or changes over prior and state.
    """

    name: str
    members: tuple[str, ...]
    signs: tuple[Sign, ...]
    polarity: Polarity

    @property
    def links(self) -> tuple[Link, ...]:
        """Pairs of each member and the next."""
        return (*zip(self.members, (*self.members[1:], self.members[0]), strict=True),)

    def __str__(self) -> str:
        """Return the loop as one line."""
        steps = " ".join(f"{m} -({s})->" for m, s in zip(self.members, self.signs, strict=True))
        return f"{self.name} ({self.polarity}): {steps} {self.members[0]}"


def influences(model: Model) -> tuple[Edge, ...]:
    """Return the signed influences among stocks, events and definitions of a model.

    Flows of people are passed through: what drives a flow acts on the stocks at its ends. The
    stock that holds everybody else is left out, as it is moved by head counting alone; so are
    sums over neighbours, which are the same quantity next door.
    """
    signs: dict[tuple[str, str], Sign] = {}
    direct = describe(model).edges
    rest = {n for n, s in model.stocks.items() if s.kind == "people" and s.initial is None}
    onward: dict[str, list[Edge]] = {name: [] for name in (*model.transfers, *model.nearby)}
    for edge in direct:
        if edge.source in onward:
            onward[edge.source].append(edge)
    for edge in direct:
        if edge.source in onward:
            continue
        for source, target, sign in _passed_through(edge, onward):
            if source == target or rest & {source, target}:
                continue
            known = signs.get((source, target), sign)
            signs[source, target] = sign if known == sign else "±"
    return tuple(Edge(source, target, sign) for (source, target), sign in signs.items())


def _passed_through(
    edge: Edge, onward: Mapping[str, Sequence[Edge]]
) -> Iterator[tuple[str, str, Sign]]:
    """Yield where an influence ends once flows and sums are passed through."""
    if edge.target not in onward:
        yield edge.source, edge.target, edge.sign
        return
    for after in onward[edge.target]:
        yield from _passed_through(
            Edge(edge.source, after.target, _product(edge.sign, after.sign)), onward
        )


def _product(first: Sign, second: Sign) -> Sign:
    if "±" in (first, second):
        return "±"
    return "+" if first == second else "-"


def feedback_loops(edges: Iterable[Edge]) -> tuple[Loop, ...]:
    """Return the shortest independent loops, shortest first.

    A dense diagram has more loops than anyone can read. For every influence that lies on a loop,
    the shortest loop through it is found; loops are then taken from short to long as long as each
    brings an influence that no earlier one had (the shortest independent loop set).

    References
    ----------
    Oliva (2004), System Dynamics Review 20, 313-336, doi:10.1002/sdr.304.
    """
    signs = {(edge.source, edge.target): edge.sign for edge in edges}
    following: dict[str, list[str]] = {}
    for source, target in sorted(signs):
        following.setdefault(source, []).append(target)
    cycles = set()
    for source, target in signs:
        path = _shortest_path(following, target, source)
        if path is not None:
            cycles.add(_rotated(path))
    loops, covered = list[Loop](), set[tuple[str, str]]()
    numbers = dict.fromkeys(LETTERS, 0)
    for members in sorted(cycles, key=lambda cycle: (len(cycle), cycle)):
        links = [*zip(members, (*members[1:], members[0]), strict=True)]
        own = tuple(signs[link] for link in links)
        if covered.issuperset(links):
            continue
        covered.update(links)
        polarity = _polarity(own)
        numbers[polarity] += 1
        loops.append(Loop(f"{LETTERS[polarity]}{numbers[polarity]}", members, own, polarity))
    return tuple(loops)


def loop_through(signs: Mapping[Link, Sign], links: Sequence[Link], *, name: str) -> Loop | None:
    """Return a loop that passes some links in their order, joined by shortest paths.

    Each gap is closed by the shortest path that passes no member twice, one gap after the other.
    None where a link is missing or a gap cannot be closed.
    """
    if not set(links) <= set(signs):
        return None
    following: dict[str, list[str]] = {}
    for source, target in sorted(signs):
        following.setdefault(source, []).append(target)
    taken = {member for link in links for member in link}
    members: list[str] = []
    for (source, target), (onward, _) in zip(links, (*links[1:], links[0]), strict=True):
        path = _shortest_path(following, target, onward, without=taken - {target, onward})
        if path is None:
            return None
        members += [source, *path[:-1]]
        taken.update(path)
    own = tuple(signs[link] for link in zip(members, (*members[1:], members[0]), strict=True))
    return Loop(name, tuple(members), own, _polarity(own))


def _shortest_path(
    following: Mapping[str, Sequence[str]],
    start: str,
    end: str,
    without: AbstractSet[str] = frozenset(),
) -> tuple[str, ...] | None:
    """Return the members of a shortest path, both ends included; the first in the alphabet."""
    came_from: dict[str, str | None] = {start: None}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        if here == end:
            path = [here]
            while (before := came_from[path[-1]]) is not None:
                path.append(before)
            return tuple(reversed(path))
        for there in following.get(here, ()):
            if there not in came_from and there not in without:
                came_from[there] = here
                waiting.append(there)
    return None


def _rotated(cycle: tuple[str, ...]) -> tuple[str, ...]:
    first = cycle.index(min(cycle))
    return (*cycle[first:], *cycle[:first])


def _polarity(signs: Sequence[Sign]) -> Polarity:
    if "±" in signs:
        return "either"
    return "reinforcing" if signs.count("-") % 2 == 0 else "balancing"
