"""Check of the initiator rules against events labelled by hand."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from tarazu.core.errors import DataError
from tarazu.core.intervals import wilson_interval
from tarazu.core.provenance import canonical_json, digest_file
from tarazu.core.tables.cells import shorten
from tarazu.core.tables.csv_columns import read_csv_columns
from tarazu.record.record import Record
from tarazu.record.vocabulary import INITIATORS
from tarazu.region import is_shipped

SHIPPED_CHECK = Path(__file__).parents[1] / "data" / "label_check.json"
HAND_LABELS = (
    "state",
    "militant",
    "other",
    "?",
    "?c",
)  # ? cannot tell, ?c a group's own claim only
OPEN_LABELS = ("?", "?c")
HEADLINE = "2"  # the sample that is never used to change the rules
CHECKED = ("militant", "state")
Z_95 = 1.959963984540054  # 97.5 % quantile of the normal distribution


@dataclass(frozen=True, slots=True)
class Share:
    """A share of hand-labelled events, with a 95% Wilson interval and bounds.

    Attributes
    ----------
    right, total : events with a clear hand label.
    estimate, low, high : 0 to 1; None without events.
    worst, best : the share if every event without a clear label were wrong, or right.
    """

    right: int
    total: int
    estimate: float | None
    low: float | None
    high: float | None
    worst: float | None
    best: float | None


@dataclass(frozen=True)
class SampleCheck:
    """One sample: the confusion table and what follows from it.

    Attributes
    ----------
    confusion : counts by hand label, then by the record's initiator.
    precision, recall : by initiator "militant" and "state". Of the events that the rules give to
        the side, the share that the hand gives it; of those that the hand gives it, the share that
        the rules give it (left unclear counts as not given).
    """

    sample: str
    confusion: Mapping[str, Mapping[str, int]]
    precision: Mapping[str, Share]
    recall: Mapping[str, Share]


@dataclass(frozen=True)
class LabelCheck:
    """The initiator rules against a hand-labelled sample of events.

    Attributes
    ----------
    samples : one entry per sample. headline : name of the sample that is never used to
        change the rules (the first rules, whose logic these follow, had seen both samples).
    rules_digest : of the rules that were checked; the result holds for no others.
    labels_digest : sha256 of the file of labels. not_found : labelled events not in the record.
    """

    samples: tuple[SampleCheck, ...]
    headline: str
    rules_digest: str
    labels_digest: str
    not_found: int

    def sample(self, name: str) -> SampleCheck | None:
        """Return one sample, None without it."""
        return next((check for check in self.samples if check.sample == name), None)

    def to_json(self) -> bytes:
        """Return the result as canonical JSON."""
        return canonical_json(self)

    def sentence(self) -> str:
        """Return the headline in words."""
        check = self.sample(self.headline)
        if check is None:
            return "The rules were not checked on the headline sample."
        parts = []
        for side in CHECKED:
            precision, recall = check.precision[side], check.recall[side]
            parts.append(f"{side}: precision {_words(precision)}, recall {_words(recall)}")
        return f"Initiator rules on hand-read sample {self.headline}: {'; '.join(parts)}."

    def _repr_html_(self) -> str:
        tables = []
        for check in self.samples:
            rows = "".join(
                f"<tr><td>{escape(hand)}</td>"
                + "".join(f"<td>{row.get(name, 0)}</td>" for name in INITIATORS)
                + "</tr>"
                for hand, row in check.confusion.items()
            )
            head = "".join(f"<th>{name}</th>" for name in INITIATORS)
            tables.append(
                f"<table><caption>sample {escape(check.sample)}</caption>"
                f"<tr><th>by hand</th>{head}</tr>{rows}</table>"
            )
        return f"<p>{escape(self.sentence())}</p>{''.join(tables)}"


def check_labels(record: Record, labels: Path) -> LabelCheck:
    """Compare the initiators of a record with labels given by hand.

    Parameters
    ----------
    record : read from an event file; the embedded figures have no ids to compare by.
    labels : csv with columns sample, id, hand_label (state, militant, other, ? cannot tell,
        ?c a group's own claim only).

    Raises
    ------
    DataError, ExceptionGroup
        The labels cannot be read, or no labelled event is in the record.
    """
    labels = Path(labels)
    coded = dict(zip(record.events["event_id"], record.events["initiator"], strict=True))
    coded.pop("", None)
    if not coded:
        raise DataError(
            "the record has no event ids to compare labels with",
            file=labels,
            expected="a record read from an event file",
            hint="Give the event file: `tarazu record check EVENTS LABELS`",
        )
    pairs: dict[str, Counter[tuple[str, str]]] = {}
    missing = 0
    for sample, event_id, hand in _read_labels(labels):
        counts = pairs.setdefault(sample, Counter())
        if event_id in coded:
            counts[hand, coded[event_id]] += 1
        else:
            missing += 1
    if not any(counts.total() for counts in pairs.values()):
        what = f"none of {missing} labelled events is in the record"
        raise DataError(what, file=labels, line=2, column="id", expected="ids of the event file")
    return LabelCheck(
        samples=tuple(_check_sample(sample, pairs[sample]) for sample in sorted(pairs)),
        headline=HEADLINE,
        rules_digest=record.rules_digest,
        labels_digest=digest_file(labels),
        not_found=missing,
    )


def measured_check(record: Record) -> LabelCheck | None:
    """Return the check that ships with the package, of events in Balochistan read by hand.

    None ("not measured") for a record of another region, or one that other rules classified.
    """
    if not is_shipped(record.region) or not SHIPPED_CHECK.is_file():
        return None
    content = json.loads(SHIPPED_CHECK.read_text(encoding="utf-8"))
    if content["rules_digest"] != record.rules_digest:
        return None
    return LabelCheck(
        samples=tuple(_from_json(entry) for entry in content["samples"]),
        headline=content["headline"],
        rules_digest=content["rules_digest"],
        labels_digest=content["labels_digest"],
        not_found=content["not_found"],
    )


def _read_labels(path: Path) -> list[tuple[str, str, str]]:
    """Return sample, event id and label of each event that was labelled by hand."""
    columns = read_csv_columns(path, ("sample", "id", "hand_label"))
    samples, ids = columns.key("sample"), columns.key("id")
    labels = columns.one_of("hand_label", HAND_LABELS)
    rows = list(zip(samples, ids, labels, strict=True))
    seen: set[tuple[str, str]] = set()
    for row, (sample, event_id, _) in enumerate(rows):
        if (sample, event_id) in seen:
            what = f"event {shorten(event_id)} stands twice in sample {shorten(sample)}"
            columns.note(row, "id", what, "each event once in a sample")
        seen.add((sample, event_id))
    columns.raise_problems()
    return rows


def _check_sample(sample: str, counts: Counter[tuple[str, str]]) -> SampleCheck:
    confusion = {
        hand: {name: counts[hand, name] for name in INITIATORS if counts[hand, name]}
        for hand in HAND_LABELS
        if any(counts[hand, name] for name in INITIATORS)
    }
    clear = [hand for hand in HAND_LABELS if hand not in OPEN_LABELS]
    precision, recall = {}, {}
    for side in CHECKED:
        right = counts[side, side]
        given = sum(counts[hand, side] for hand in clear)
        open_given = sum(counts[hand, side] for hand in OPEN_LABELS)
        precision[side] = _share(right, given, open_given, open_given)
        wanted = sum(counts[side, name] for name in INITIATORS)
        open_other = sum(
            counts[hand, name] for hand in OPEN_LABELS for name in INITIATORS if name != side
        )
        recall[side] = _share(right, wanted, open_other, open_given)
    return SampleCheck(sample, confusion, precision, recall)


def _share(right: int, total: int, open_wrong: int, open_right: int) -> Share:
    """Return the share right / total, and its bounds if open events turned out wrong, or right."""
    worst = right / (total + open_wrong) if total + open_wrong else None
    best = (right + open_right) / (total + open_right) if total + open_right else None
    if total == 0:
        return Share(right, total, None, None, None, worst, best)
    low, high = wilson_interval(right / total, total, Z_95)
    return Share(right, total, right / total, low, high, worst, best)


def _words(share: Share) -> str:
    if share.estimate is None or share.low is None or share.high is None:
        return "not measured"
    return f"{share.estimate:.0%} ({share.low:.0%} to {share.high:.0%}, n = {share.total})"


def _from_json(entry: Mapping[str, Any]) -> SampleCheck:
    return SampleCheck(
        sample=entry["sample"],
        confusion=entry["confusion"],
        precision={side: Share(**values) for side, values in entry["precision"].items()},
        recall={side: Share(**values) for side, values in entry["recall"].items()},
    )
