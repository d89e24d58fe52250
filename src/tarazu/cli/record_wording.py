"""A record and its quality, as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from tarazu.cli.wording import counts, paragraph, table
from tarazu.pipeline.record_file import counts_by, deaths_by_side

if TYPE_CHECKING:
    from tarazu.record import Record

SHOWN = 20  # rejects and disagreements in the text; --json has them all


def describe_record(record: Record) -> str:
    """Return as text what the record holds and what is weak in it."""
    return "\n".join(_lines(record))


def _lines(record: Record) -> Iterator[str]:
    quality = record.quality
    yield (
        f"{record.region.title}, {record.start:%Y-%m-%d} to {record.end:%Y-%m-%d}: "
        f"{record.n_events:,} events"
    )
    yield f"  {record.source.title} ({record.source.licence})"
    yield f"  begun by    {counts(counts_by(record, 'initiator'))}"
    yield f"  deaths      {counts(deaths_by_side(record))}"
    yield ""
    yield "Rows"
    rows = {"read": quality.rows_read, "used": quality.rows_used}
    rows |= {f"dropped: {reason}": n for reason, n in quality.dropped.items()}
    rows["rejected: could not be read"] = quality.rows_rejected
    yield _numbers(rows)
    yield ""
    yield "Weak spots among the events used"
    yield _numbers(
        {
            "best estimate is no death": quality.zero_best,
            "known only from a group's own site": quality.group_site,
            "in years in which the dyad had under 25 deaths": quality.inactive_years,
            "not dated to the day": quality.imprecise_dates,
            "without a district": quality.no_district,
            "district moved because of the named place": sum(quality.moved_by_place.values()),
        }
    )
    if record.region.boundaries is None:
        yield "  (coordinates were not compared with district names: that needs --boundaries)"
    yield ""
    yield paragraph(_trust(record))
    yield from _places("Outside the region, by name", quality.outside)
    yield from _places("District names that the region does not know", quality.unknown_districts)
    yield from _listed(
        "Could not be read",
        [f"line {r.line}, column '{r.column}': {r.problem}" for r in quality.rejects],
    )
    yield from _listed(
        "Name and coordinates in different districts",
        [
            f"{d.event_id}: named {d.named}, lies in {d.pointed or 'no district'}, used {d.used}"
            for d in quality.disagreements
        ],
    )


def _trust(record: Record) -> str:
    """Say how often the rules that decide who initiated are right."""
    from tarazu.record import measured_check

    check = measured_check(record.rules_digest)
    if check is None:
        return "How often these rules are right about who initiated an event: not measured."
    return check.sentence()


def _numbers(values: Mapping[str, int]) -> str:
    return table([[name, f"{value:,}"] for name, value in values.items()])


def _places(heading: str, places: Mapping[str, int]) -> Iterator[str]:
    yield from _listed(heading, [f"{name}: {number:,}" for name, number in places.items()])


def _listed(heading: str, lines: list[str]) -> Iterator[str]:
    if not lines:
        return
    yield ""
    yield f"{heading} ({len(lines):,})"
    yield from (f"  {line}" for line in lines[:SHOWN])
    if len(lines) > SHOWN:
        yield f"  and {len(lines) - SHOWN:,} more (--json lists all)"
