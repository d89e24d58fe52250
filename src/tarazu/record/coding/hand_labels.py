"""Check of the initiator rules against events labelled by hand."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
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

SHIPPED_CHECKS = Path(__file__).parents[1] / "data"  # NAME_label_check.json, by name of the region
HAND_LABELS = (
    "state",
    "militant",
    "foreign_state",
    "other",
    "?",
    "?c",
)  # ? cannot tell, ?c a group's own claim only
OPEN_LABELS = ("?", "?c")
NOT_YET = ""  # a row of a sheet that nobody has read
LABEL, FINER_LABEL = "hand_label", "hand_label_5"  # the latter keeps drone strikes apart
DRONE = "drone"
FOREIGN_STATE = "foreign_state"
HEADLINE = "2"  # the sample that is never used to change the rules
CHECKED = ("militant", "state")
ALL_CHECKED = (*CHECKED, FOREIGN_STATE)
PERIOD = 5  # years
Z_90 = 1.6448536269514722  # 95 % quantile of the normal distribution


@dataclass(frozen=True, slots=True)
class Share:
    """A share of hand-labelled events, with a 90% Wilson interval and bounds.

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
class PeriodCheck:
    """Part of a sample, by the year of the event; precision and recall as in `SampleCheck`."""

    first_year: int
    last_year: int
    precision: Mapping[str, Share]
    recall: Mapping[str, Share]


@dataclass(frozen=True)
class SampleCheck:
    """One sample: the confusion table and what follows from it.

    Attributes
    ----------
    confusion : counts by hand label, then by the record's initiator.
    precision, recall : by initiator "militant", "state" and, where the labels keep strikes of
        foreign states apart from what is "other", "foreign_state". Of the events that the rules
        give to the side, the share that the hand gives it; of those that the hand gives it, the
        share that the rules give it (left unclear counts as not given).
    periods : the same by five years.
    """

    sample: str
    confusion: Mapping[str, Mapping[str, int]]
    precision: Mapping[str, Share]
    recall: Mapping[str, Share]
    periods: tuple[PeriodCheck, ...] = ()


@dataclass(frozen=True)
class LabelCheck:
    """The initiator rules against a hand-labelled sample of events.

    Attributes
    ----------
    samples : one entry per sample. headline : name of the sample that is never used to
        change the rules (the first rules, whose logic these follow, had seen both samples).
    rules_digest : of the rules that were checked; the result holds for no others.
    labels_digest : sha256 of the file of labels. not_found : labelled events not in the record.
    region : title of the region whose events were read; the result holds for no other.
    not_labelled : rows of the sheet without a label yet.
    """

    samples: tuple[SampleCheck, ...]
    headline: str
    rules_digest: str
    labels_digest: str
    not_found: int
    region: str = ""
    not_labelled: int = 0

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
        for side, precision in check.precision.items():
            name, recall = side.replace("_", " "), check.recall[side]
            parts.append(f"{name}: precision {_words(precision)}, recall {_words(recall)}")
        where = f" ({self.region})" if self.region else ""
        return f"Initiator rules on hand-read sample {self.headline}{where}: {'; '.join(parts)}."

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
    labels : csv with columns sample, id, hand_label (state, militant, foreign_state, other,
        ? cannot tell, ?c a group's own claim only, empty not read yet), and perhaps hand_label_5,
        which is used instead and may be "drone" (a strike of a foreign state).

    Raises
    ------
    DataError, ExceptionGroup
        The labels cannot be read, or no labelled event is in the record.
    """
    labels = Path(labels)
    events = record.events
    of_events = zip(events["initiator"], events["date"].dt.year.tolist(), strict=True)
    coded = dict(zip(events["event_id"], of_events, strict=True))
    coded.pop("", None)
    if not coded:
        raise DataError(
            "the record has no event ids to compare labels with",
            file=labels,
            expected="a record read from an event file",
            hint="Give the event file: `tarazu record check FILE --labels LABELS`",
        )
    pairs: dict[str, Counter[Pair]] = {}
    missing = 0
    rows = _read_labels(labels)
    sides = ALL_CHECKED if FOREIGN_STATE in {row[2] for row in rows} else CHECKED
    for sample, event_id, hand in rows:
        if hand == NOT_YET:
            continue
        counts = pairs.setdefault(sample, Counter())
        if event_id in coded:
            initiator, year = coded[event_id]
            counts[hand, initiator, year // PERIOD * PERIOD] += 1
        else:
            missing += 1
    not_labelled = sum(hand == NOT_YET for _, _, hand in rows)
    if not pairs:
        what = f"none of {len(rows)} rows has a label"
        expected = f"one of {', '.join(HAND_LABELS)}"
        raise DataError(what, file=labels, line=2, column=LABEL, expected=expected)
    if not any(counts.total() for counts in pairs.values()):
        what = f"none of {missing} labelled events is in the record"
        raise DataError(what, file=labels, line=2, column="id", expected="ids of the event file")
    return LabelCheck(
        samples=tuple(_check_sample(sample, pairs[sample], sides) for sample in sorted(pairs)),
        headline=HEADLINE,
        rules_digest=record.rules_digest,
        labels_digest=digest_file(labels),
        not_found=missing,
        region=record.region.title,
        not_labelled=not_labelled,
    )


def shipped_check(region: str) -> Path:
    """Return where the check of a region's events ships, by name of the region, if it does."""
    return SHIPPED_CHECKS / f"{region}_label_check.json"


def measured_check(record: Record) -> LabelCheck | None:
    """Return the check that ships with the package, of this region's events read by hand.

    None ("not measured") for a record of a region without labels, or one that other rules
    classified.
    """
    path = shipped_check(record.region.name)
    if not path.is_file():
        return None
    content = json.loads(path.read_text(encoding="utf-8"))
    if content["rules_digest"] != record.rules_digest:
        return None
    return LabelCheck(
        samples=tuple(_from_json(entry) for entry in content["samples"]),
        headline=content["headline"],
        rules_digest=content["rules_digest"],
        labels_digest=content["labels_digest"],
        not_found=content["not_found"],
        region=content["region"],
        not_labelled=content["not_labelled"],
    )


Pair = tuple[str, str, int]  # by hand, by the rules, first year of the period


def _read_labels(path: Path) -> list[tuple[str, str, str]]:
    """Return sample, event id and label of each row, `NOT_YET` where there is none."""
    columns = read_csv_columns(path, ("sample", "id", LABEL), (FINER_LABEL,), marked=True)
    samples, ids = columns.key("sample"), columns.key("id")
    if FINER_LABEL in columns:
        finer = columns.one_of(FINER_LABEL, (NOT_YET, *HAND_LABELS, DRONE))
        labels = [FOREIGN_STATE if label == DRONE else str(label) for label in finer]
    else:
        labels = [str(label) for label in columns.one_of(LABEL, (NOT_YET, *HAND_LABELS))]
    rows = list(zip(samples, ids, labels, strict=True))
    seen: set[tuple[str, str]] = set()
    for row, (sample, event_id, _) in enumerate(rows):
        if (sample, event_id) in seen:
            what = f"event {shorten(event_id)} stands twice in sample {shorten(sample)}"
            columns.note(row, "id", what, "each event once in a sample")
        seen.add((sample, event_id))
    columns.raise_problems()
    return rows


def _check_sample(sample: str, counts: Counter[Pair], sides: Sequence[str]) -> SampleCheck:
    pairs = _pairs(counts)
    confusion = {
        hand: {name: pairs[hand, name] for name in INITIATORS if pairs[hand, name]}
        for hand in HAND_LABELS
        if any(pairs[hand, name] for name in INITIATORS)
    }
    periods = []
    for first in sorted({year for _, _, year in counts}):
        part = _pairs(Counter({key: n for key, n in counts.items() if key[2] == first}))
        periods.append(PeriodCheck(first, first + PERIOD - 1, *_shares(part, sides)))
    return SampleCheck(sample, confusion, *_shares(pairs, sides), tuple(periods))


def _pairs(counts: Counter[Pair]) -> Counter[tuple[str, str]]:
    """Return the counts by hand label and initiator, over all periods."""
    pairs: Counter[tuple[str, str]] = Counter()
    for (hand, initiator, _), number in counts.items():
        pairs[hand, initiator] += number
    return pairs


def _shares(
    counts: Counter[tuple[str, str]], sides: Sequence[str]
) -> tuple[dict[str, Share], dict[str, Share]]:
    """Return precision and recall by side."""
    clear = [hand for hand in HAND_LABELS if hand not in OPEN_LABELS]
    precision, recall = {}, {}
    for side in sides:
        right = counts[side, side]
        given = sum(counts[hand, side] for hand in clear)
        open_given = sum(counts[hand, side] for hand in OPEN_LABELS)
        precision[side] = _share(right, given, open_given, open_given)
        wanted = sum(counts[side, name] for name in INITIATORS)
        open_other = sum(
            counts[hand, name] for hand in OPEN_LABELS for name in INITIATORS if name != side
        )
        recall[side] = _share(right, wanted, open_other, open_given)
    return precision, recall


def _share(right: int, total: int, open_wrong: int, open_right: int) -> Share:
    """Return the share right / total, and its bounds if open events turned out wrong, or right."""
    worst = right / (total + open_wrong) if total + open_wrong else None
    best = (right + open_right) / (total + open_right) if total + open_right else None
    if total == 0:
        return Share(right, total, None, None, None, worst, best)
    low, high = wilson_interval(right / total, total, Z_90)
    return Share(right, total, right / total, low, high, worst, best)


def _words(share: Share) -> str:
    if share.estimate is None or share.low is None or share.high is None:
        return "not measured"
    return f"{share.estimate:.0%} ({share.low:.0%} to {share.high:.0%}, n = {share.total})"


def _from_json(entry: Mapping[str, Any]) -> SampleCheck:
    periods = tuple(
        PeriodCheck(part["first_year"], part["last_year"], *_shares_from_json(part))
        for part in entry["periods"]
    )
    return SampleCheck(entry["sample"], entry["confusion"], *_shares_from_json(entry), periods)


def _shares_from_json(entry: Mapping[str, Any]) -> tuple[dict[str, Share], dict[str, Share]]:
    precision, recall = (  # JSON sorts its keys
        {side: Share(**entry[name][side]) for side in ALL_CHECKED if side in entry[name]}
        for name in ("precision", "recall")
    )
    return precision, recall
