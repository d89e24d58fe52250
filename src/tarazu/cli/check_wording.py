"""The rules that say who initiated against labels given by hand, as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tarazu.cli.wording import paragraph, table

if TYPE_CHECKING:
    from tarazu.record.coding.hand_labels import LabelCheck, SampleCheck, Share

UNDECIDED = ("?", "?c", "unclear")  # by hand; by the rules


def contradictions(check: LabelCheck) -> int:
    """Return how many events the hand and the rules both decided, and differently."""
    return sum(
        number
        for sample in check.samples
        for hand, row in sample.confusion.items()
        for rule, number in row.items()
        if hand != rule and hand not in UNDECIDED and rule not in UNDECIDED
    )


def describe_check(check: LabelCheck) -> str:
    """Return the check as text: the headline, then a table and shares for each sample."""
    return "\n".join(_lines(check))


def _lines(check: LabelCheck) -> Iterator[str]:
    yield paragraph(check.sentence())
    yield f"  rules {check.rules_digest[:12]}, labels {check.labels_digest[:12]}"
    if check.not_found:
        yield f"  {check.not_found:,} labelled events are not in the record"
    for sample in check.samples:
        yield ""
        yield f"Sample {sample.sample}" + (
            ": the headline, never used to change the rules"
            if sample.sample == check.headline
            else ""
        )
        yield table(_confusion(sample))
        yield table(_shares(sample))


def _confusion(sample: SampleCheck) -> list[list[str]]:
    initiators = ("state", "militant", "other", "unclear")
    head = ["by hand \\ by the rules", *initiators]
    return [
        head,
        *(
            [hand, *(str(row.get(name, 0)) for name in initiators)]
            for hand, row in sample.confusion.items()
        ),
    ]


def _shares(sample: SampleCheck) -> list[list[str]]:
    rows = [["", "share", "95 % interval", "n", "if ? wrong", "if ? right"]]
    for name, shares in (("precision", sample.precision), ("recall", sample.recall)):
        rows += [[f"{name}, {side}", *_cells(share)] for side, share in shares.items()]
    return rows


def _cells(share: Share) -> list[str]:
    interval = "-" if share.low is None else f"{share.low:.0%} to {share.high:.0%}"
    bounds = ("-" if value is None else f"{value:.0%}" for value in (share.worst, share.best))
    estimate = "-" if share.estimate is None else f"{share.estimate:.0%}"
    return [estimate, interval, str(share.total), *bounds]
