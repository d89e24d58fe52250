"""The assumption that decides each policy's change, in words."""

from __future__ import annotations

from typing import Final

from tarazu.core.number_format import count, percent, significant
from tarazu.report.brief.simulated.policies import compared, title_of
from tarazu.report.brief.texts import TEXTS, plain_name, short
from tarazu.study import StudyResult
from tarazu.study.analysis.driver import FEWEST, Driver, find_driver

MOST: Final = 3  # policies
MIDDLE: Final = (
    0.3,
    0.7,
)  # shares of draws below a turn that is in the middle
EDGE: Final = (0.1, 0.9)
DIGITS: Final = 2
ZERO: Final = 0.1  # of the range tried


def drivers_of(study: StudyResult) -> list[Driver]:
    """Return the deciding assumption of each policy on the page, the analyst's own first."""
    if study.grid:
        return []
    return [find_driver(study, policy.name) for policy in compared(study)[:MOST]]


def title_of_change(drivers: list[Driver]) -> str:
    """Return on what the choice turns: the assumption that decides the first policy of all."""
    found = [driver for driver in drivers if driver.stands_out]
    if found:
        key = "title_assumed" if found[0].is_assumed else "title_sourced"
        return TEXTS.text("change", key, name=plain_name(found[0].parameter))
    few = all(driver.n_draws < FEWEST for driver in drivers)
    return TEXTS.text("change", "title_few" if few else "title_none")


def driver_words(study: StudyResult, driver: Driver) -> str:
    """Return on which assumption a policy's change depends, and how near the turn is."""
    title = short(title_of(study, driver.policy))
    if driver.n_draws < FEWEST:
        return TEXTS.text("change", "few", title=title, draws=count(driver.n_draws))
    if not driver.stands_out:
        return TEXTS.text(
            "change",
            "no_driver",
            title=title,
            tried=count(driver.n_tried),
            draws=count(driver.n_draws),
        )
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
