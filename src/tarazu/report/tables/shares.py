"""Tables of shares of draws: how often a policy has fewer civilians killed, and what decides it."""

from __future__ import annotations

from typing import Final

import numpy as np

from tarazu.core.number_format import DASH, count, percent, percent_estimate, significant
from tarazu.report.table import Table
from tarazu.report.tables.policies import (
    SHOWN,
    UNCALIBRATED,
    hypotheses,
    policy_titles,
    span,
)
from tarazu.study import OUTCOMES, StudyResult
from tarazu.study.analysis.driver import FEWEST, Driver, find_driver
from tarazu.study.analysis.leader import EVEN, find_leader, paired_shares
from tarazu.study.analysis.summary import main_horizon
from tarazu.study.analysis.uncertainty import Estimate, share_of

OUTCOME: Final = SHOWN[0]


def shares_table(result: StudyResult) -> Table:
    """Return how often each policy has fewer civilians killed than the baseline, by hypothesis."""
    weeks, names, titles = main_horizon(result), hypotheses(result), policy_titles(result)

    def cell(policy: str, hypothesis: str) -> str:
        shares = paired_shares(result, policy, OUTCOME, weeks, hypothesis)
        return (
            f"{_with_interval(shares.lower)}; as many {percent(shares.equal)}, "
            f"more {percent(shares.higher)}"
        )

    return Table(
        f"{UNCALIBRATED}: share of draws with fewer {OUTCOMES[OUTCOME].title.lower()} over "
        f"{span(weeks)} than under '{titles[result.baseline]}' (90% interval); with as many; more",
        ("policy", *names.values()),
        tuple(
            (title, *(cell(name, hypothesis) for hypothesis in names))
            for name, title in titles.items()
            if name != result.baseline
        ),
    )


def leader_sentences(result: StudyResult) -> tuple[str, ...]:
    """Return which policy does better than each other one, and how wide such an interval is."""
    titles, leader = policy_titles(result), find_leader(result)
    even = share_of(np.full(result.draws, EVEN))
    wide = (
        f"With {count(result.draws)} draws the 90% interval of a share near one half reaches "
        f"{count(100 * (even.high - even.low) / 2)} points to either side."
    )
    if leader is None:
        return (wide,)
    ahead = (
        f"'{titles[leader.policy]}' is ahead of every other policy in "
        f"{_with_interval(leader.share)} of draws at least, equal draws counted half; closest is "
        f"'{titles[leader.rival]}'."
        f"{'' if leader.is_clear else ' No policy leads: the interval holds one half.'}"
    )
    return ahead, wide


def drivers_table(result: StudyResult) -> Table:
    """Return the parameter that decides best whether each policy has fewer civilians killed."""
    titles = policy_titles(result)
    found = [find_driver(result, name) for name in titles if name != result.baseline]
    return Table(
        f"{UNCALIBRATED}: the parameter most correlated with the change in "
        f"{OUTCOMES[OUTCOME].title.lower()}, of all that differ between draws",
        (
            "policy",
            "parameter",
            "turns at",
            "draws below it",
            "fewer killed below",
            "fewer killed above",
            "p, of the largest",
            "parameters; draws",
        ),
        tuple((titles[driver.policy], *_cells(driver)) for driver in found),
    )


def _cells(driver: Driver) -> tuple[str, ...]:
    size = f"{count(driver.n_tried)}; {count(driver.n_draws)}"
    if not driver.stands_out:
        few = driver.n_draws < FEWEST
        return "too few draws" if few else "none stands out", *[DASH] * 5, size
    return (
        driver.parameter.replace("_", " "),
        significant(driver.split),
        percent(driver.quantile),
        _of(driver.below),
        _of(driver.above),
        significant(driver.p_value, 2),
        size,
    )


def _of(draws: tuple[int, int]) -> str:
    return f"{draws[0]} of {draws[1]}"


def _with_interval(share: Estimate) -> str:
    return percent_estimate(share.value, (share.low, share.high))
