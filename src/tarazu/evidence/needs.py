"""What an estimator needs of memory and time, estimated before it begins."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final, NamedTuple

from tarazu.core.errors import ResourceError
from tarazu.core.limits import in_gib, require_memory
from tarazu.record import Record

LONGEST_HOURS: Final = 24
NOTED_SECONDS: Final = 60.0  # an estimate from here on is logged


class Cost(NamedTuple):
    """What an estimator costs.

    Attributes
    ----------
    numbers : per day and district that are held at once, counted in the code: lags of attacks and
        operations here, next door and elsewhere (retaliation, reaction), outcomes, pasts and their
        sums by day (wake, displacement). What depends on the number of events is estimated where
        it is made.
    start : seconds for any record. day : microseconds per day and district. event : microseconds
        per event. Measured, of the right order on a slow machine: docs/validation/large-records.md.
    """

    numbers: int
    start: float
    day: float
    event: float


COSTS: Final = {
    "retaliation": Cost(50, 5.0, 20.0, 40.0),
    "wake": Cost(20, 2.0, 5.0, 30.0),
    "displacement": Cost(35, 1.0, 5.0, 20.0),
    "dose": Cost(10, 1.0, 8.0, 220.0),
    "near_repeat": Cost(10, 1.0, 4.0, 50.0),
    "tactics": Cost(2, 1.0, 0.1, 20.0),
    "severity": Cost(2, 1.0, 0.1, 50.0),
    "escalation": Cost(4, 0.5, 0.1, 20.0),
    "reaction": Cost(20, 1.0, 1.0, 90.0),
    "groups": Cost(4, 0.5, 0.1, 10.0),
}
_MATRICES: Final = 6  # of districts by districts
_BYTES: Final = 8

_log = logging.getLogger("tarazu.evidence")


@dataclass(frozen=True, slots=True)
class Needs:
    """What an estimator needs for a record: bytes at its peak, and seconds of processor time."""

    memory: float
    seconds: float


def estimate_needs(name: str, record: Record) -> Needs:
    """Return what an estimator needs for a record, without comparing it with anything."""
    cost, districts, days = COSTS[name], len(record.region.districts), _days(record)
    numbers = cost.numbers * days * districts + _MATRICES * districts**2
    micro = cost.day * days * districts + cost.event * record.n_events
    return Needs(_BYTES * numbers, cost.start + 1e-6 * micro)


def require_estimator(name: str, record: Record) -> Needs:
    """Return what an estimator needs for a record, after comparing it with the machine.

    Raises
    ------
    ResourceError
        It needs more memory than there is, or more than `LONGEST_HOURS`; the error has the
        estimate and what to reduce.
    """
    needs = estimate_needs(name, record)
    what = (
        f"{name} on {record.n_events:,} events on {_days(record):,} days in "
        f"{len(record.region.districts):,} districts"
    )
    reduce = "the districts (a higher administrative level) or the days of the record"
    require_memory(what, needs.memory, reduce=reduce)
    hours = needs.seconds / 3600
    if hours > LONGEST_HOURS:
        raise ResourceError(
            f"{what} takes about {hours:,.0f} hours",
            expected=f"at most {LONGEST_HOURS} hours",
            hint=f"Reduce {reduce}",
        )
    if needs.seconds >= NOTED_SECONDS:
        minutes, memory = needs.seconds / 60, in_gib(needs.memory)
        _log.info("%s: about %.0f minutes and up to %s of memory", what, minutes, memory)
    return needs


def _days(record: Record) -> int:
    return (record.end - record.start).days + 1
