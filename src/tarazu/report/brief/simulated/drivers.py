"""What decides each policy's change, in words: which hypothesis is true, or one parameter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from tarazu.core.number_format import count, percent, significant
from tarazu.report.brief.simulated.policies import (
    civilians,
    compared,
    own_policies,
    title_of,
    verdict_on,
)
from tarazu.report.brief.texts import TEXTS, inline, listed, plain_name, short
from tarazu.report.tables.policies import hypotheses
from tarazu.study import StudyResult
from tarazu.study.analysis.driver import FEWEST, Driver, find_driver
from tarazu.study.analysis.uncertainty import Estimate

MOST: Final = 3  # policies, and lines on what decides one
MIDDLE: Final = (0.3, 0.7)  # shares of draws below a turn that is in the middle
EDGE: Final = (0.1, 0.9)
DIGITS: Final = 2
ZERO: Final = 0.1  # of the range tried


def drivers_of(study: StudyResult) -> list[Driver]:
    """Return the deciding assumption of each policy on the page, the analyst's own first."""
    if study.grid:
        return []
    return [find_driver(study, policy.name) for policy in compared(study)[:MOST]]


@dataclass(frozen=True, slots=True)
class Turn:
    """A policy that is better than today if one hypothesis is true, and worse if another is.

    Attributes
    ----------
    best, worst : names of the hypotheses. good, bad : shares of futures with fewer civilians
        killed under them.
    """

    policy: str
    best: str
    worst: str
    good: Estimate
    bad: Estimate


def turns_of(study: StudyResult) -> list[Turn]:
    """Return the policies on the page whose choice turns on which hypothesis is true.

    Only where the intervals leave out one half on either side.
    """
    if study.grid:
        return []
    names = list(hypotheses(study))
    found = []
    for policy in compared(study)[:MOST]:
        shares = {name: civilians(study, policy.name, name) for name in names}
        by_share = sorted(names, key=lambda name: shares[name].standing.value)
        worst, best = by_share[0], by_share[-1]
        if (verdict_on(shares[worst]), verdict_on(shares[best])) == ("worse", "better"):
            found.append(Turn(policy.name, best, worst, shares[best].lower, shares[worst].lower))
    return found


def turn_words(study: StudyResult, turn: Turn) -> str:
    """Return the shares of futures under the two hypotheses on which a policy's choice turns."""
    names = hypotheses(study)
    return TEXTS.text(
        "change",
        "turn",
        title=short(title_of(study, turn.policy)),
        best=inline(names[turn.best]),
        worst=inline(names[turn.worst]),
        good=percent(turn.good.value),
        good_low=percent(turn.good.low),
        good_high=percent(turn.good.high),
        bad=percent(turn.bad.value),
        bad_low=percent(turn.bad.low),
        bad_high=percent(turn.bad.high),
    )


def title_of_change(study: StudyResult, turns: list[Turn], drivers: list[Driver]) -> str:
    """Return on what the choice turns: the hypotheses or the parameter of the first policy.

    An analyst's own policies are the choice where there are any.
    """
    own = {policy.name for policy in own_policies(study)}
    turns = [turn for turn in turns if not own or turn.policy in own]
    drivers = [driver for driver in drivers if not own or driver.policy in own]
    if turns:
        names = hypotheses(study)
        best, worst = (inline(short(names[n])) for n in sorted((turns[0].best, turns[0].worst)))
        return TEXTS.text("change", "title_turn", best=best, worst=worst)
    found = [driver for driver in drivers if driver.stands_out]
    if found:
        key = "title_assumed" if found[0].is_assumed else "title_sourced"
        return TEXTS.text("change", key, name=plain_name(found[0].parameter))
    few = all(driver.n_draws < FEWEST for driver in drivers)
    if few:
        return TEXTS.text("change", "title_few")
    return TEXTS.text("change", "title_none_own" if own else "title_none")


def driver_lines(study: StudyResult, drivers: list[Driver], most: int) -> Iterator[str]:
    """Yield the parameter on which each policy's change depends; policies without one together.

    Parameters
    ----------
    most : policies with a parameter that there is room for.
    """
    for driver in [driver for driver in drivers if _is_found(driver)][:most]:
        yield _driver_words(study, driver)
    rest = sorted((d for d in drivers if not _is_found(d)), key=_kind)
    for (n_draws, n_tried), alike in groupby(rest, key=_kind):
        titles = listed([f"'{short(title_of(study, driver.policy))}'" for driver in alike])
        if n_draws < FEWEST:
            yield TEXTS.text("change", "few", titles=titles, draws=count(n_draws))
        else:
            tried, draws = count(n_tried), count(n_draws)
            yield TEXTS.text("change", "no_driver", titles=titles, tried=tried, draws=draws)


def _is_found(driver: Driver) -> bool:
    return driver.stands_out and driver.n_draws >= FEWEST


def _kind(driver: Driver) -> tuple[int, int]:
    return driver.n_draws, driver.n_tried


def _driver_words(study: StudyResult, driver: Driver) -> str:
    """Return on which parameter a policy's change depends, and how near the turn is."""
    title = short(title_of(study, driver.policy))
    rises = _share(driver.above) >= _share(driver.below)
    most, least = (driver.above, driver.below) if rises else (driver.below, driver.above)
    return TEXTS.text(
        "change",
        "driver",
        title=title,
        good=most[0],
        n_good=most[1],
        bad=least[0],
        n_bad=least[1],
        parameter=plain_name(driver.parameter),
        side=TEXTS.text("change", "above" if rises else "below"),
        split=_split(driver),
        near=_near(driver),
        basis=TEXTS.text("change", "assumed" if driver.is_assumed else "sourced"),
    )


def _split(driver: Driver) -> str:
    """Return the value at which the change turns, or in words that it is about 0."""
    if abs(driver.split) < ZERO * (driver.high - driver.low) and driver.low < 0.0 < driver.high:
        return TEXTS.text("change", "zero")
    return significant(driver.split, DIGITS)


def _near(driver: Driver) -> str:
    if MIDDLE[0] <= driver.quantile <= MIDDLE[1]:
        return TEXTS.text("change", "near_middle")
    if EDGE[0] < driver.quantile < EDGE[1]:
        return TEXTS.text("change", "near_inside", share=percent(driver.quantile))
    return TEXTS.text("change", "near_edge")


def _share(draws: tuple[int, int]) -> float:
    return draws[0] / draws[1] if draws[1] else 0.0
