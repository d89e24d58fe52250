"""The panel of claims: one line each, the record beside the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tarazu.claims import Entry, Ledger
from tarazu.core.number_format import count, percent
from tarazu.report import anchors
from tarazu.report.brief.texts import TEXTS, listed, short
from tarazu.report.likelihood import likelihood

MOST: Final = 16  # claims on the page
FEW: Final = 6  # up to so many stand with their sentences, more with their titles
LONGEST: Final = 110  # letters of a claim


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A claim in one line.

    Attributes
    ----------
    sentence, title : the claim. record : what the record says.
    share, word : what the model says, in numbers and in words; `word` is "" where there is no run.
    anchor : its row in the annex.
    """

    id: str
    sentence: str
    title: str
    record: str
    share: str
    word: str
    anchor: str


@dataclass(frozen=True, slots=True)
class ClaimsPanel:
    """The claims of a ledger, with the words for record and model."""

    title: str
    is_compact: bool
    lines: tuple[ClaimLine, ...]
    heads: tuple[str, str, str]
    record: str
    model: str
    note: str
    rest: str
    anchor: str


def claims_panel(ledger: Ledger) -> ClaimsPanel:
    """Return the claims as lines; what the record decides is the verdict of the ledger."""
    decided = sum(entry.verdict in ("supported", "contradicted") for entry in ledger.entries)
    total = count(len(ledger.entries))
    key = "title_some" if decided else "title_none"
    values = {"count": total} | ({"decided": count(decided)} if decided else {})
    left = len(ledger.entries) - MOST
    draws = sorted(
        {e.model.headline.n_draws for e in ledger.entries if e.model and e.model.headline}
    )
    return ClaimsPanel(
        title=TEXTS.text("claims", key, **values),
        is_compact=len(ledger.entries) > FEW,
        lines=tuple(_line(entry) for entry in ledger.entries[:MOST]),
        heads=(
            TEXTS.text("claims", "claim"),
            TEXTS.text("claims", "record"),
            TEXTS.text("claims", "true_in"),
        ),
        record=TEXTS.text("claims", "record"),
        model=TEXTS.text("claims", "model"),
        note=_note(draws),
        rest=TEXTS.text("claims", "more", count=count(left)) if left > 0 else "",
        anchor=anchors.LEDGER,
    )


def _note(draws: list[int]) -> str:
    if not draws:
        return TEXTS.text("claims", "note_no_run")
    numbers = listed([count(number) for number in draws], len(draws), last="either")
    return TEXTS.text("claims", "note", draws=numbers)


def _line(entry: Entry) -> ClaimLine:
    share, word = _model(entry)
    return ClaimLine(
        id=entry.claim.id,
        sentence=short(entry.claim.sentence, LONGEST),
        title=short(entry.claim.title),
        record=_record(entry),
        share=share,
        word=word,
        anchor=anchors.claim(entry.claim.id),
    )


def _record(entry: Entry) -> str:
    """Return what the record says; a verdict that the model puts in doubt is not repeated."""
    if entry.claim.record is None:
        return TEXTS.text("claims", "no_test")
    if entry.record is None:
        return TEXTS.text("claims", "no_run")
    words = {"supported": "supports", "contradicted": "contradicts"}
    return TEXTS.text("claims", words.get(entry.record.conclusion, "cannot tell"))


def _model(entry: Entry) -> tuple[str, str]:
    if entry.model is None:
        return TEXTS.text("claims", "no_run"), ""
    share = entry.model.headline
    if share is None:
        return TEXTS.text("claims", "no_draw"), ""
    shown = TEXTS.text(
        "claims",
        "share",
        share=percent(share.share),
        low=percent(share.low),
        high=percent(share.high),
    )
    return shown, likelihood(share.low, share.high)
