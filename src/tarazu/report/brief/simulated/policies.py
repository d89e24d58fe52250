"""Policies of a study: which are shown, and how each changes what happens under the baseline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from tarazu.policy import POLICIES
from tarazu.report.tables.policies import keyed
from tarazu.study import STUDIES, StudyResult
from tarazu.study.analysis.leader import EVEN, PairedShares, paired_shares
from tarazu.study.analysis.summary import in_order, main_horizon
from tarazu.study.analysis.uncertainty import Estimate, share_of
from tarazu.study.runner.result import Label

OUTCOMES: Final = ("deaths_civilian", "attacks", "disappeared")
FIRST: Final = OUTCOMES[0]

Changes = dict[tuple[Any, ...], dict[str, Any]]
"""Rows of `StudyResult.to_frame` by outcome, hypothesis and policy."""


def own_policies(result: StudyResult) -> list[Label]:
    """Return the policies of a study that do not ship with Tarazu: those of the analyst."""
    if result.grid or result.is_operation or result.name in STUDIES:
        return []
    return [p for p in result.policies if p.name not in POLICIES and p.name != result.baseline]


def compared(result: StudyResult) -> list[Label]:
    """Return the policies that are compared with the baseline, the analyst's own first."""
    own = {policy.name for policy in own_policies(result)}
    others = [policy for policy in result.policies if policy.name != result.baseline]
    return sorted(others, key=lambda policy: policy.name not in own)


def main_study(studies: Sequence[StudyResult]) -> StudyResult | None:
    """Return the study that the page is about: the first that compares policies, or the first."""
    plain = [s for s in studies if not s.is_operation and not s.grid and len(s.policies) > 1]
    return next(iter([*plain, *studies]), None)


def changes_of(result: StudyResult) -> Changes:
    """Return paired changes from the baseline; see `StudyResult.to_frame`."""
    return keyed(result.to_frame(OUTCOMES), "outcome", "hypothesis", "policy")


def civilians(result: StudyResult, policy: str, hypothesis: str | None = None) -> PairedShares:
    """Return the shares of futures with fewer, as many and more civilians killed than today.

    Parameters
    ----------
    hypothesis : None for the one that rules nothing out, or else the first.
    """
    hypothesis = in_order(result)[0] if hypothesis is None else hypothesis
    return paired_shares(result, policy, FIRST, main_horizon(result), hypothesis)


def verdict_on(shares: PairedShares) -> str:
    """Return better or worse where the interval leaves out one half, or else open.

    Futures in which nothing differs count half, so that a policy that seldom acts is not worse.
    """
    if shares.standing.low > EVEN:
        return "better"
    return "worse" if shares.standing.high < EVEN else "open"


def title_of(result: StudyResult, name: str) -> str:
    """Return the readable name of a policy."""
    return next(policy.title for policy in result.policies if policy.name == name)


def ending_shares(result: StudyResult) -> dict[tuple[str, str], Estimate]:
    """Return the share of runs with a year without an attack, by hypothesis and policy.

    Its interval of 90% takes draws as the unit.
    """
    table = result.metrics
    table = table[table["weeks"] == max(result.horizons)]
    by_draw = table.groupby(["hypothesis", "policy", "draw"], observed=True)["quiet_year"].mean()
    return {
        (hypothesis, policy.name): share_of(
            by_draw.loc[hypothesis, policy.name].to_numpy(dtype="float64")
        )
        for hypothesis in in_order(result)
        for policy in result.policies
    }


def ending_of(result: StudyResult) -> str:
    """Return where violence ends in most runs of some setting: none, some or most.

    "most" where it does under the hypothesis that rules nothing out, or else the first; "some"
    where it does under others only.
    """
    ends = {h for (h, _), share in ending_shares(result).items() if share.value > EVEN}
    return "most" if in_order(result)[0] in ends else "some" if ends else "none"
