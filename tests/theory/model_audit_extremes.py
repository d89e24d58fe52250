"""What is seen at the ends of the levers: out of range, not finite, more men than are willing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import sympy as sp
from tests.theory.model_audit_worlds import BLOCK, SEED, YEAR, Array, drawn, places, run, settings

from tarazu.model import Model, build_model
from tarazu.model.checks import checked
from tarazu.model.quantities import Definition
from tarazu.model.stocks import FACTIONS, MILITANTS

RECRUITS = "recruits_of_the_willing"


@dataclass
class Extremes:
    """What was seen over runs at the ends of the levers.

    Attributes
    ----------
    largest : militants of the region, at most, by run.
    of_people : the same as a share of all people.
    of_willing : militants over those who would ever fight, or over today's where these are more,
        at most, by run.
    beyond : recruits of a week beyond the willing that a district had left, at most, by run.
    """

    is_finite: bool = True
    in_range: bool = True
    largest: list[float] = field(default_factory=list)
    of_people: list[float] = field(default_factory=list)
    of_willing: list[float] = field(default_factory=list)
    beyond: list[float] = field(default_factory=list)

    def add(self, other: Extremes) -> None:
        self.is_finite &= other.is_finite
        self.in_range &= other.in_range
        for name in ("largest", "of_people", "of_willing", "beyond"):
            getattr(self, name).extend(getattr(other, name))


@cache
def counted_model() -> Model:
    """Return the shipped model with the recruits of sympathisers counted by district."""
    m = copy(build_model())
    m.definitions = dict(m.definitions)
    joined = sp.Add(m["spoiled"], *(m[f"recruited_{faction}"] for faction in FACTIONS))
    m.definitions[RECRUITS] = Definition(
        RECRUITS, "persons/week", joined, reported=True, total="sum", meaning="who join"
    )
    return checked(m)


def look(parameters: Array, levers: Array) -> Extremes:
    """Return what is seen in some draws under the same levers."""
    m, seen = counted_model(), Extremes()
    keep = [*m.stocks, RECRUITS]
    trajectory = run(parameters, levers, model=m, keep=keep)
    for name, stock in m.stocks.items():
        levels = trajectory.by_district(name)
        low, high = float(levels.min()), float(levels.max())
        seen.is_finite &= bool(np.isfinite([low, high]).all())  # both, unless one is not a number
        seen.in_range &= low >= 0.0 and (stock.kind != "share" or high <= 1.0)
    value = dict(zip(m.parameters, np.atleast_2d(parameters).T, strict=True))
    ready = value["militants_today"] / value["filled_today"] / value["sympathisers_today"]
    willing = ready[:, None, None] * trajectory.by_district("sympathiser")
    men = np.sum([trajectory.by_district(name) for name in MILITANTS], axis=0)
    everywhere, people = men.sum(axis=2), places().population.sum()
    most = np.maximum(willing.sum(axis=2), value["militants_today"][:, None] * people)
    left = np.maximum(willing - men, 0.0)[:, :-1]  # at the end of the week before
    beyond = np.maximum(trajectory.by_district(RECRUITS)[:, 1:] - left, 0.0)
    seen.largest = everywhere.max(axis=1).tolist()
    seen.of_people = (everywhere.max(axis=1) / people).tolist()
    seen.of_willing = (everywhere / most).max(axis=1).tolist()
    seen.beyond = beyond.max(axis=(1, 2)).tolist()
    return seen


def at_corners(draws: int, years: int = 20) -> Extremes:
    """Return what is seen in draws that each have a random corner of all levers of their own."""
    m, luck = counted_model(), np.random.default_rng(SEED)
    ends = [(lever.low, lever.high) for lever in m.levers.values()]
    corners = luck.integers(0, 2, (draws, len(ends)))
    every = drawn("full", draws)

    def one(i: int) -> Extremes:
        corner = {name: ends[k][corners[i, k]] for k, name in enumerate(m.levers)}
        return look(every[i : i + 1], settings(years * YEAR, **corner))

    return _together(one, range(draws))


def at_ends(draws: int, years: int = 20) -> Extremes:
    """Return what is seen with one lever at one of its ends, in the same draws for each."""
    parameters = drawn("full", draws, SEED + 1)
    jobs = [
        (name, end, i)
        for name, lever in counted_model().levers.items()
        for end in (lever.low, lever.high)
        for i in range(0, draws, BLOCK)
    ]

    def one(job: tuple[str, float, int]) -> Extremes:
        name, end, i = job
        return look(parameters[i : i + BLOCK], settings(years * YEAR, **{name: end}))

    return _together(one, jobs)


def _together(one: Callable[[Any], Extremes], jobs: Iterable[Any]) -> Extremes:
    first, *others = jobs
    seen = one(first)  # alone: it may compile
    with ThreadPoolExecutor(2) as pool:
        for part in pool.map(one, others):
            seen.add(part)
    return seen
