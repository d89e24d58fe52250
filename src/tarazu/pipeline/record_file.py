"""The content of record.json: a record and its quality as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tarazu.record import Record

SIDES = ("civilian", "state", "militant", "unknown")


def record_facts(record: Record) -> dict[str, Any]:
    """Return size, counts, deaths, quality and provenance of a record as plain data."""
    from tarazu.record import measured_check

    return {
        "title": record.source.title,
        "region": {"name": record.region.name, "frame": record.region.frame},
        "start": record.start,
        "end": record.end,
        "events": record.n_events,
        "by_initiator": counts_by(record, "initiator"),
        "by_movement": counts_by(record, "movement"),
        "deaths": deaths_by_side(record),
        "quality": record.quality,
        "source": record.source,
        "initiator_check": measured_check(record),
        "rules_digest": record.rules_digest,
        "inputs": record.inputs,
    }


def counts_by(record: Record, column: str) -> dict[str, int]:
    """Return the number of events by value of a column, most frequent first."""
    totals = record.events.groupby(column)["count"].sum().sort_values(ascending=False)
    return {str(name) or "none": int(number) for name, number in totals.items()}


def deaths_by_side(record: Record) -> dict[str, int]:
    """Return the sum of best estimates of deaths by side."""
    return {side: int(record.events[f"deaths_{side}"].sum()) for side in SIDES}
