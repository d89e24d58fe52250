"""Contents of the annex: what its side navigation lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tarazu.evidence import Finding
from tarazu.report import anchors

if TYPE_CHECKING:
    from tarazu.claims import Ledger
    from tarazu.study import StudyResult


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the contents and the lines below it."""

    anchor: str
    title: str
    parts: tuple[Entry, ...] = ()


def finding_title(name: str) -> str:
    """Return the name of a finding as readers see it: ``Near repeat``."""
    return name.replace("_", " ").capitalize()


def contents(
    findings: Sequence[Finding],
    *,
    has_table: bool,
    ledger: Ledger | None,
    studies: Sequence[StudyResult],
) -> tuple[Entry, ...]:
    """Return the contents, in the order of the page.

    Parameters
    ----------
    has_table : the findings have a table of their own.
    """
    return tuple(_entries(findings, has_table=has_table, ledger=ledger, studies=studies))


def _entries(
    findings: Sequence[Finding],
    *,
    has_table: bool,
    ledger: Ledger | None,
    studies: Sequence[StudyResult],
) -> Iterator[Entry]:
    yield Entry("answer", "The answer")
    yield Entry("limits", "What it does not say")
    yield Entry(anchors.RECORD, "The record", (Entry(anchors.QUALITY, "Quality"),))
    of_findings = tuple(Entry(anchors.finding(f.name), finding_title(f.name)) for f in findings)
    if has_table:
        yield Entry(anchors.FINDINGS, "All findings", of_findings)
    else:
        yield from of_findings
    if ledger is not None:
        yield Entry(
            anchors.LEDGER,
            "Claims",
            tuple(
                Entry(anchors.claim(e.claim.id), f"{e.claim.id} {e.claim.title}")
                for e in ledger.entries
            ),
        )
    for result in studies:
        yield Entry(anchors.study(result.name), f"Study: {result.title}")
    if studies:
        yield Entry(anchors.MODEL, "The model")
    yield Entry(anchors.METHODS, "Methods")
    yield Entry(anchors.PROVENANCE, "Provenance")
    yield Entry(anchors.CITE, "How to cite")
