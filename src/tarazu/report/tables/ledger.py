"""Tables of a ledger: verdicts, the results behind them, and their rules."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from tarazu.claims import Entry, Ledger
from tarazu.claims.experiments import ModelResult, Share
from tarazu.claims.weigh import VERDICTS
from tarazu.core.number_format import MINUS, count, percent, percent_interval
from tarazu.report.table import Table
from tarazu.report.tables.policies import POOLED_WORDS
from tarazu.study import StudyResult
from tarazu.study.setup.spec import POOLED

SIGNS: Final = {
    "supported": "\N{CHECK MARK}",
    "contradicted": "\N{BALLOT X}",
    "inconclusive": "?",
    "model-conditional": "\N{WHITE DIAMOND}",
    "not run": "\N{EN DASH}",
}
NO_TEST: Final = "No test on the record."
NOT_RUN: Final = "The study was not run."


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule of a claim, fixed before the runs, and the reason for its test on the record."""

    claim: str
    text: str
    why: str


def verdict_table(ledger: Ledger) -> Table:
    """Return one line per claim: its verdict, what the record says, how often the model agrees."""
    rows = tuple(
        (e.claim.id, e.claim.title, e.verdict, _record_short(e), _model_short(e.model))
        for e in ledger.entries
    )
    return Table(ledger.title, ("claim", "title", "verdict", "record", "true in"), rows)


def ledger_table(ledger: Ledger) -> Table:
    """Return one row per claim: its sentence, the verdict, the results of record and model."""
    rows = tuple(
        (
            f"{entry.claim.id} {entry.claim.title}. {entry.claim.sentence}",
            f"{SIGNS[entry.verdict]} {entry.verdict}",
            _record_words(entry),
            NOT_RUN if entry.model is None else _model_words(entry.model),
        )
        for entry in ledger.entries
    )
    return Table(
        "Claims with their verdicts (the model is not calibrated)",
        ("claim", "verdict", "result on the record", "result in the model"),
        rows,
    )


def shares_table(ledger: Ledger, studies: tuple[StudyResult, ...]) -> Table | None:
    """Return the share of draws in which each claim holds, by hypothesis; None without draws."""
    titles = {h.name: h.title for study in studies for h in study.hypotheses}
    rows = tuple(
        (
            entry.claim.id,
            hypothesis_words(hypothesis, titles),
            _share_words(by_subset.get("all")),
            _share_words(by_subset.get("kept")),
        )
        for entry in ledger.entries
        if entry.model is not None
        for hypothesis, by_subset in _by_hypothesis(entry.model.shares).items()
    )
    if not rows:
        return None
    return Table(
        "Not calibrated: share of draws in which each claim holds (90% Monte Carlo interval; n)",
        ("claim", "hypothesis", "all draws", "draws that match the record's attacks per year"),
        rows,
    )


def holds_table(ledger: Ledger, studies: tuple[StudyResult, ...]) -> Table | None:
    """Return the share of all draws in which each claim holds, one column per hypothesis."""
    titles = {h.name: h.title for study in studies for h in study.hypotheses}
    held = {
        entry.claim.id: {
            hypothesis: by_subset.get("all")
            for hypothesis, by_subset in _by_hypothesis(entry.model.shares).items()
        }
        for entry in ledger.entries
        if entry.model is not None
    }
    names = list(dict.fromkeys(name for shares in held.values() for name in shares))
    if not names:
        return None
    return Table(
        "Not calibrated: share of draws in which each claim holds (90% Monte Carlo interval; n)",
        ("claim", *(hypothesis_words(name, titles) for name in names)),
        tuple(
            (claim, *(_share_words(shares.get(name)) for name in names))
            for claim, shares in held.items()
            if shares
        ),
    )


def rules(ledger: Ledger) -> tuple[Rule, ...]:
    """Return every rule in the order of the ledger."""
    return tuple(
        Rule(
            f"{entry.claim.id} {entry.claim.title}",
            entry.claim.rule,
            entry.claim.record.why if entry.claim.record is not None else "",
        )
        for entry in ledger.entries
    )


def verdict_words(ledger: Ledger) -> tuple[tuple[str, str], ...]:
    """Return sign, name and meaning of each verdict that occurs."""
    seen = {entry.verdict for entry in ledger.entries}
    return tuple((f"{SIGNS[v]} {v}", words) for v, words in VERDICTS.items() if v in seen)


def ledger_sentence(ledger: Ledger) -> str:
    """Return the number of claims by verdict, as a sentence."""
    tally = Counter(entry.verdict for entry in ledger.entries)
    parts = [
        f"{count(tally[v])} {v} ({', '.join(e.claim.id for e in ledger.entries if e.verdict == v)})"
        for v in VERDICTS
        if tally[v]
    ]
    total = len(ledger.entries)
    decided = tally["supported"] + tally["contradicted"]
    ending = (
        "The record decides none of them."
        if not decided
        else f"The record decides {count(decided)} of them."
    )
    if tally["model-conditional"]:
        ending += " Model-conditional ones say only what the model's assumptions imply."
    return (
        f"Of {count(total)} claims weighed by rules written before the runs: {'; '.join(parts)}. "
        f"{ending}"
    )


def hypothesis_words(name: str, titles: dict[str, str]) -> str:
    """Return the readable name of a hypothesis, or of all of them pooled."""
    return POOLED_WORDS if name == POOLED else titles.get(name, name)


def _record_short(entry: Entry) -> str:
    if entry.claim.record is None:
        return "no test"
    return "not run" if entry.record is None else entry.record.conclusion


def _model_short(model: ModelResult | None) -> str:
    """Return the share of draws that decides; a dash where no draw could be used."""
    headline = None if model is None else model.headline
    return SIGNS["not run"] if headline is None else percent(headline.share)


def _record_words(entry: Entry) -> str:
    if entry.record is None:
        return NO_TEST
    return f"{entry.record.verdict.capitalize()} (test: {entry.record.finding})."


def _model_words(model: ModelResult) -> str:
    headline = model.headline
    if headline is None:
        return model.detail
    detail = re.sub(r"(?<!\w)-(?=\d)", MINUS, model.detail)
    detail = re.sub(r"\b\w+(?= = \d)", lambda found: found[0].replace("_", " "), detail)
    tail = " on the draw" if model.conclusion == "depends" else ""
    left_out = (
        f" {count(model.n_left_out)} draws are left out: {model.why_left_out}."
        if model.n_left_out
        else ""
    )
    return f"It {model.conclusion}{tail}: true in {_share_words(headline)}. {detail}{left_out}"


def _share_words(share: Share | None) -> str:
    if share is None:
        return "no draw"
    return (
        f"{percent(share.share)} ({percent_interval((share.low, share.high))}; "
        f"n = {count(share.n_draws)})"
    )


def _by_hypothesis(shares: tuple[Share, ...]) -> dict[str, dict[str, Share]]:
    grouped: dict[str, dict[str, Share]] = {}
    for share in shares:
        grouped.setdefault(share.hypothesis, {})[share.subset] = share
    return grouped
