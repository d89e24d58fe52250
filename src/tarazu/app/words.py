"""Texts of the lab, filled with the numbers of futures; `static/words.js` fills them alike."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from math import floor
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tarazu.app.futures import Futures, OutcomeFutures

FILE: Final = "words.toml"
YEAR: Final = 52
MINUS: Final = "\N{MINUS SIGN}"


@cache
def load_words() -> Mapping[str, str]:
    """Return the texts by name."""
    return tomllib.loads(files(__package__).joinpath(FILE).read_text(encoding="utf-8"))


def fill(name: str, **values: object) -> str:
    """Return a text with its names filled in."""
    return load_words()[name].format(**values)


def span(weeks: int) -> str:
    """Return a number of weeks as years: 5 years."""
    years = weeks // YEAR
    return f"{years} year" if years == 1 else f"{years} years"


def amount(value: float) -> str:
    """Return a number as a whole one, halves rounded away from zero: 1,332."""
    size = floor(abs(value) + 0.5)
    return f"{MINUS if value < 0 and size else ''}{size:,}"


def change(value: float) -> str:
    """Return a whole number with its sign: +12, -7, 0."""
    return f"+{amount(value)}" if floor(value + 0.5) > 0 else amount(value)


def headline(futures: Futures, *, is_today: bool) -> str:
    """Return what futures say in one sentence: of the first outcome."""
    first, years = futures.outcomes[0], span(futures.weeks)
    if is_today:
        return fill("headline_today", total=amount(first.today_total), years=years)
    if first.change.equal == futures.members:
        return fill("headline_same")
    return fill(
        "headline_change",
        fewer=first.change.fewer,
        members=futures.members,
        kind=fill(f"kind_{futures.mode}"),
        years=years,
        **_changes(first),
    )


def sentence(outcome: OutcomeFutures, futures: Futures, *, is_today: bool) -> str:
    """Return what a picture shows in one sentence."""
    known = {
        "title": outcome.title,
        "years": span(futures.weeks),
        "today": amount(outcome.today_total),
    }
    if is_today:
        return fill("chart_today", **known)
    return fill("chart_change", policy=amount(outcome.policy_total), **known, **_changes(outcome))


def _changes(outcome: OutcomeFutures) -> dict[str, str]:
    numbers = outcome.change
    return {
        "median": change(numbers.median),
        "low": change(numbers.low),
        "high": change(numbers.high),
    }


def map_sentence(futures: Futures, *, is_today: bool) -> str:
    """Return what the map shows in one sentence."""
    if is_today:
        return fill("map_today")
    less = [d for d in futures.districts if d.change <= -0.5]
    more = [d for d in futures.districts if d.change >= 0.5]
    if not (less or more):
        return fill("map_small", years=span(futures.weeks))
    most = sorted([*less, *more], key=lambda d: -abs(d.change))[:3]
    return fill(
        "map_change",
        years=span(futures.weeks),
        less=len(less),
        more=len(more),
        same=len(futures.districts) - len(less) - len(more),
        most=", ".join(f"{d.name} {change(d.change)}" for d in most),
    )


def cost(futures: Futures) -> str:
    """Return what the policy costs in one sentence."""
    millions = futures.extra_cost / 1e6
    if abs(millions) < 0.5:
        return fill("cost_same")
    return fill("cost", cost=change(millions))


def mode(futures: Futures) -> str:
    """Return how futures were computed."""
    return fill(f"mode_{futures.mode}", members=futures.members)
