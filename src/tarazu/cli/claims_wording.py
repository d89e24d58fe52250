"""A ledger of claims as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill
from typing import TYPE_CHECKING

from tarazu.cli.wording import WIDTH, paragraph, table

if TYPE_CHECKING:
    from tarazu.claims import Entry, Ledger


def describe_ledger(ledger: Ledger) -> str:
    """Return a ledger as text: all verdicts at a glance, then each claim with its rule."""
    return "\n".join(_lines(ledger))


def _lines(ledger: Ledger) -> Iterator[str]:
    yield ledger.title
    yield table([[e.claim.id, e.claim.title, e.verdict] for e in ledger.entries], left=3)
    yield paragraph("The model is not calibrated: what it says depends on its assumptions.")
    for entry in ledger.entries:
        yield ""
        yield from _entry(entry)


def _entry(entry: Entry) -> Iterator[str]:
    claim = entry.claim
    yield f"{claim.id} {claim.title}: {entry.verdict}"
    yield from _wrapped("claim", claim.sentence)
    yield from _wrapped("rule", claim.rule)
    yield from _wrapped("verdict", entry.explanation)
    if entry.record is not None:
        yield from _wrapped("record", f"{entry.record.sentence} {entry.record.why}")
    if entry.model is not None and entry.model.n_left_out:
        yield from _wrapped("left out", f"{entry.model.n_left_out} draws miss the dose")


def _wrapped(label: str, text: str) -> Iterator[str]:
    yield fill(text, WIDTH, initial_indent=f"  {label:<10}", subsequent_indent=" " * 12)
