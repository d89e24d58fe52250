"""The part of the answer that is about policies: simulated, not calibrated."""

from __future__ import annotations

from typing import Final

from tarazu.core.number_format import count, percent
from tarazu.report.brief.simulated.policies import (
    civilians,
    compared,
    ending_of,
    ending_shares,
    own_policies,
    title_of,
    verdict_on,
)
from tarazu.report.brief.texts import HEADLINE_WORDS, TEXTS, fit, plain_name, words_in
from tarazu.report.likelihood import likelihood
from tarazu.report.tables.policies import hypotheses
from tarazu.study import StudyResult
from tarazu.study.analysis.leader import find_leader
from tarazu.study.analysis.summary import in_order
from tarazu.study.analysis.uncertainty import Estimate
from tarazu.study.runner.result import Label

MOST_WORDS: Final = 3  # of the districts of a policy
EQUAL: Final = 0.05  # share of futures without a difference that is stated


def study_headline(study: StudyResult) -> str:
    """Return what the model says in at most 20 words."""
    if study.grid:
        return _head(f"grid_{ending_of(study)}", plain_name(study.grid))
    shown = compared(study)
    if not shown:
        return _head("one_policy", study.policies[0].title)
    if own_policies(study) or len(shown) == 1:
        verdict = verdict_on(civilians(study, shown[0].name))
        key = {"better": "policy_fewer", "worse": "policy_more", "open": "policy_open"}[verdict]
        return _head(key, shown[0].title)
    leader = find_leader(study)
    if leader is None or not leader.is_clear:
        return TEXTS.text("headline", "no_leader")
    return _head("leader", title_of(study, leader.policy))


def _head(key: str, name: str) -> str:
    return fit("headline", key, HEADLINE_WORDS, name=name)


def policy_sentence(study: StudyResult) -> str:
    """Return what the policies do to civilians killed: by shares of futures, never by a mean."""
    if study.grid:
        first = in_order(study)[0]
        ends = [share for (h, _), share in ending_shares(study).items() if h == first]
        most = max(ends, key=lambda share: share.value)
        return fit("answer", "grid", name=hypotheses(study)[first].lower(), **_shares(most))
    shown = compared(study)
    if not shown:
        return fit("answer", "one_policy", name=study.policies[0].title)
    if own_policies(study) or len(shown) == 1:
        shares = civilians(study, shown[0].name)
        where = _where(shown[0])
        values = _shares(shares.lower) | {"name": shown[0].title, "where": where}
        if shares.equal < EQUAL:
            return fit("answer", "own", **values)
        del values["word"]  # it would name one side of three
        return fit("answer", "own_equal", **values, more=percent(shares.higher))
    leader = find_leader(study)
    assert leader is not None  # there are two policies or more
    if leader.is_clear:
        title = title_of(study, leader.policy)
        return fit("answer", "leader", name=title, **_shares(leader.share))
    best = max(shown, key=lambda policy: civilians(study, policy.name).standing.value)
    key = "baseline_leads" if leader.policy == study.baseline else "no_leader"
    return fit("answer", key, name=best.title, **_shares(civilians(study, best.name).lower))


def _where(policy: Label) -> str:
    """Return where a policy acts: the districts by name if few words do, or else how many."""
    if not policy.districts:
        return ""
    named = ", ".join(policy.districts)
    if words_in(named) <= MOST_WORDS:
        return TEXTS.text("answer", "where", districts=named)
    return TEXTS.text("answer", "where_many", count=count(len(policy.districts)))


def _shares(share: Estimate) -> dict[str, str]:
    return {
        "share": percent(share.value),
        "low": percent(share.low),
        "high": percent(share.high),
        "word": likelihood(share.low, share.high),
    }
