"""What an analysis of the model found, in a sentence or two: stands before its tables."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from tarazu.core.number_format import (
    count,
    estimate,
    interval,
    percent,
    percent_interval,
)
from tarazu.report.tables.policies import span
from tarazu.study.analysis.marginal_effect import ARMED, REPLACEMENT
from tarazu.study.analysis.thresholds import Thresholds
from tarazu.study.analysis.tipping_points import TippingPointsOverDraws
from tarazu.study.analysis.uncertainty import Estimate
from tarazu.study.setup.zones import EVERYWHERE, ZONES

LEVEL = 0.9  # of the intervals in the tables of analyses
MONTE_CARLO = f"{percent(LEVEL)} Monte Carlo interval"  # of a mean over draws
WIDEST = 1.0  # interval of a share with which it is still stated


def marginal_answer(table: pd.DataFrame, *, district: str) -> str:
    """Return what one more operation changes at the longest horizon, and what is replaced.

    Parameters
    ----------
    table : of `marginal_effect`. district : title of the district of the operation.
    """
    weeks = int(table["weeks"].max())
    rows = {
        (str(row["quantity"]), str(row["zone"])): row
        for row in table[table["weeks"] == weeks].to_dict("records")
    }
    here, all_over = rows["attacks", ZONES[0]], rows["attacks", EVERYWHERE]
    sentences = [
        f"One more operation in {district} changes attacks there over {span(weeks)}, "
        f"{_averaged(here)}, by {_change(here)}; in all districts by {_change(all_over)}."
    ]
    replaced = rows.get((REPLACEMENT, EVERYWHERE))
    if replaced is not None and replaced["effect"] == replaced["effect"]:
        sentences.append(_replaced(replaced))
    return " ".join(sentences)


def ablation_answer(
    table: pd.DataFrame, *, policy: str, baseline: str, outcome: str, weeks: int
) -> str:
    """Return the effect of a policy, and the link through which most of it goes.

    Parameters
    ----------
    table : of `ablate`.
    """
    whole, *links = table.to_dict("records")
    answer = (
        f"With all links at work, '{policy}' changes {outcome} over {span(weeks)}, "
        f"{_averaged(whole)}, by {_change(whole)} against '{baseline}'."
    )
    if whole["n_draws"] == 1:
        return f"{answer} One draw cannot tell through which link."
    clear = [row for row in links if row["through_low"] * row["through_high"] > 0.0]
    if not clear:
        return f"{answer} No link, held alone, changes this by more than chance."
    most = max(clear, key=lambda row: abs(row["through"]))
    return f"{answer} Most goes through {most['link']}: {_change(most, 'through')}."


def thresholds_answer(found: Thresholds) -> str:
    """Return whether violence grows from few militants, and how often there are two equilibria."""
    above, n = found.shares()["above_one"]
    bistable, n_settled = found.shares()["bistable"]
    number = "the reproduction number of violence"
    if not n:
        return f"Under '{found.hypothesis}', {number} is not defined in any draw: {found.reason()}."
    drawn = len(found.table)
    answer = (
        f"Under '{found.hypothesis}' with '{found.policy}', {number} (R_v) is above 1, so that "
        f"violence grows from few {ARMED}, in {_share(above)} of "
        f"{_draws(n, drawn, 'in which it is defined')}."
    )
    if not n_settled:
        return answer
    return (
        f"{answer} Starting from few and from many {ARMED}, the model ends at different levels in "
        f"{_share(bistable)} of {_draws(n_settled, drawn, 'in which both reach an equilibrium')}."
    )


def flips_answer(found: TippingPointsOverDraws, *, policy: str, baseline: str) -> str:
    """Return how often a policy is ahead, and the parameter that most often changes that."""
    first = found.table.iloc[0]
    drawn = _draws(first["n_draws"], first["n_draws"], "")
    answer = f"'{policy}' is ahead of '{baseline}' in {_share(found.ahead)} of {drawn}."
    if not first["n_tipping"]:
        return f"{answer} No parameter, moved alone, changes the ranking in any draw."
    share = _share(Estimate(first["tips"], first["tips_low"], first["tips_high"]))
    return f"{answer} Moved alone, {first['parameter']} changes the ranking in {share} of them."


def _share(found: Estimate) -> str:
    ends = percent_interval((found.low, found.high))
    return f"{percent(found.value)} ({percent(LEVEL)} interval, {ends})"


def _draws(n: int, drawn: int, which: str) -> str:
    """Return a number of draws in words, with `which` they are where others were left out."""
    noun = "draw" if n == 1 else "draws"
    return f"{count(n)} {noun}" if n == drawn else f"the {count(n)} of {count(drawn)} draws {which}"


def _replaced(row: Mapping[Hashable, Any]) -> str:
    """Return the share of removed militants that is replaced, or that the draws cannot tell it."""
    low, high, n = row["effect_low"], row["effect_high"], row["n_draws"]
    stated = f"{MONTE_CARLO}, {percent_interval((low, high))}"
    if low >= 0.0 and high - low <= WIDEST:
        share = percent(row["effect"])
        return f"Of the {ARMED} whom it removes, {share} are replaced by then ({stated})."
    draws = "One draw" if n == 1 else f"These {count(n)} draws"
    ends = "" if low != low else f" (share replaced: {stated})"
    return f"{draws} cannot tell whether the {ARMED} whom it removes are replaced by then{ends}."


def _averaged(row: Mapping[Hashable, Any]) -> str:
    return (
        "in one draw" if row["n_draws"] == 1 else f"on average over {count(row['n_draws'])} draws"
    )


def _change(row: Mapping[Hashable, Any], name: str = "effect") -> str:
    """Return a mean over draws with its interval, which is not the spread over draws."""
    low, high, mean = row[f"{name}_low"], row[f"{name}_high"], estimate(row[name], None)
    if low == high:
        return f"{mean} (the same in each)"
    if low != low:  # one draw
        return mean
    return f"{mean} ({MONTE_CARLO}, {interval((low, high), signed=True)})"
