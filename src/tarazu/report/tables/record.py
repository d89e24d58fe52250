"""Tables of the record: its quality, and how well its rules were checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tarazu.core.number_format import count, percent, percent_interval, years
from tarazu.record import Record, Share, measured_check
from tarazu.record.coding.hand_labels import LabelCheck, SampleCheck
from tarazu.record.vocabulary import INITIATORS
from tarazu.report.table import Table

if TYPE_CHECKING:
    import pandas as pd

NO_DEATH = "best estimate 0; only a claim or a range above it"
OWN_SITE = "known only from the armed group itself"
QUIET = "under 25 deaths in the year between the two sides"


def span_sentences(record: Record) -> tuple[str, ...]:
    """Return the days that the record covers, and the years of most attacks and operations."""
    every = range(record.start.year, record.end.year + 1)
    by_year = record.events.groupby([record.events["date"].dt.year, "initiator"], observed=True)
    sums = by_year["count"].sum()
    parts = []
    for initiator, noun in (("militant", "attacks"), ("state", "operations")):
        of_years = {year: int(sums.get((year, initiator), 0)) for year in every}
        total, most = sum(of_years.values()), max(of_years.values())
        when = " and ".join(str(year) for year, n in of_years.items() if n == most)
        peak = f", most in {when} ({count(most)})" if most else ""
        parts.append(f"{count(total)} {noun}{peak}")
    known = set(record.events["date"].dt.year)
    silent = sum(year not in known for year in every)
    return (
        f"{record.source.title} (licence {record.source.licence}), {record.start.isoformat()} to "
        f"{record.end.isoformat()}, {count(len(every))} calendar years, {count(silent)} of them "
        f"without any event: {'; '.join(parts)}.",
    )


def quality_table(record: Record) -> Table:
    """Return rows read, dropped and used, and weak spots, each with its meaning."""
    q = record.quality
    read = (
        ("rows read", q.rows_read, "rows of the event file"),
        *((f"dropped: {reason}", n, "not used") for reason, n in q.dropped.items()),
        ("outside the region", sum(q.outside.values()), "by name of the place; not used"),
        ("rejected", q.rows_rejected, "could not be read; not used"),
        ("events used", q.rows_used, "the record"),
        *((f"noted: {what}", n, "used all the same") for what, n in q.remarks.items()),
    )
    events = record.events
    unclear = events["initiator"] == "unclear"
    weak = (
        ("unclear who began", _rows(events, unclear), "in neither attacks nor operations"),
        (
            "unclear, or no confirmed death",
            _rows(events, unclear | events["zero_best"]),
            "weak in one way or the other",
        ),
        (
            "no confirmed death",
            q.zero_best,
            NO_DEATH if record.source.is_lethal_only else "no death is counted",
        ),
        *((("from a group's own site", q.group_site, OWN_SITE),) if q.group_site else ()),
        *(
            (("in quiet years", q.inactive_years, QUIET),)
            if record.source.scope == "active dyads"
            else ()
        ),
        ("not dated to the day", q.imprecise_dates, "left out where days matter"),
        ("without a district", q.no_district, "left out where districts matter"),
        ("in unknown districts", sum(q.unknown_districts.values()), "name not in this region"),
        ("placed by a known town", sum(q.moved_by_place.values()), "town beats the district named"),
    )
    rows = [(what, count(n), "", meaning) for what, n, meaning in read]
    rows += [
        (what, count(n), percent(n / q.rows_used) if q.rows_used else "", meaning)
        for what, n, meaning in weak
    ]
    compared = record.region.boundaries is not None
    if compared:
        beside, outside = (
            q.district_rules.get(f"point_{where}", 0) for where in ("beside", "outside")
        )
        rows += [
            (what, count(n), percent(n / q.rows_used) if q.rows_used else "", meaning)
            for what, n, meaning in (
                ("point beside the border", beside, "put into the district that it touches"),
                ("point outside all districts", outside, "left out where districts matter"),
            )
        ]
    rows.append(
        (
            "name against point",
            count(len(q.disagreements)) if compared else "not compared",
            percent(len(q.disagreements) / q.rows_used) if compared and q.rows_used else "",
            "coordinates lie in another district than the one named",
        )
    )
    return Table(
        "Quality of the record",
        ("what", "rows", "share", "meaning"),
        tuple(rows),
        frozenset({1, 2}),
    )


def _rows(events: pd.DataFrame, chosen: pd.Series) -> int:
    return int(events.loc[chosen, "count"].sum())


SIDE_NAMES = {"militant": "armed group", "foreign_state": "foreign state"}


def rules_table(record: Record) -> Table | None:
    """Return how often the rules infer the right initiator; None if it was not measured."""
    check = measured_check(record)
    if check is None:
        return None
    rows = tuple(
        (
            f"{sample.sample}{' (headline)' if sample.sample == check.headline else ''}",
            SIDE_NAMES.get(side, side),
            _share(sample.precision[side]),
            _share(sample.recall[side]),
        )
        for sample in check.samples
        for side in sample.precision
    )
    return Table(
        "Who began it: rules against events read by hand",
        ("sample", "side", "precision (90% interval, n)", "recall (90% interval, n)"),
        rows,
    )


def confusion_table(sample: SampleCheck, check: LabelCheck) -> Table:
    """Return the initiator by hand (down) and by the rules (across) for one sample of labels."""
    headline = ": the headline, never used to change the rules"
    return Table(
        f"Sample {sample.sample}{headline if sample.sample == check.headline else ''}",
        ("by hand \\ by the rules", *INITIATORS),
        tuple(
            (hand, *(count(row.get(name, 0)) for name in INITIATORS))
            for hand, row in sample.confusion.items()
        ),
        frozenset(range(1, 1 + len(INITIATORS))),
        names_rows=True,
    )


def agreement_table(sample: SampleCheck) -> Table:
    """Return precision and recall of the rules, with bounds for what the hand left open."""
    return Table(
        f"Precision and recall of the rules on sample {sample.sample}",
        ("measure", "share", "90% interval", "n", "if ? wrong", "if ? right"),
        tuple(
            (f"{name}, {side}", *_agreement(share))
            for name, shares in (("precision", sample.precision), ("recall", sample.recall))
            for side, share in shares.items()
        ),
        frozenset({1, 2, 3, 4, 5}),
    )


def period_table(sample: SampleCheck) -> Table:
    """Return precision and recall of the rules by five years, with intervals."""
    return Table(
        f"By period, sample {sample.sample}",
        ("period", "side", "precision (90% interval, n)", "recall (90% interval, n)"),
        tuple(
            (
                years(period.first_year, period.last_year),
                side,
                _share(period.precision[side]),
                _share(period.recall[side]),
            )
            for period in sample.periods
            for side in period.precision
            if period.precision[side].total or period.recall[side].total
        ),
    )


def _agreement(share: Share) -> tuple[str, ...]:
    bounds = None if share.low is None or share.high is None else (share.low, share.high)
    return (
        _percent(share.estimate),
        "-" if bounds is None else percent_interval(bounds),
        count(share.total),
        _percent(share.worst),
        _percent(share.best),
    )


def _percent(value: float | None) -> str:
    return "-" if value is None else percent(value)


def _share(share: Share) -> str:
    if share.estimate is None or share.low is None or share.high is None:
        return "not measured"
    bounds = percent_interval((share.low, share.high))
    return f"{percent(share.estimate)} ({bounds}, n = {count(share.total)})"
