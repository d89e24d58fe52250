"""What an estimator needs of memory, estimated before it begins."""

from __future__ import annotations

from typing import Final

from tarazu.core.limits import require_memory
from tarazu.record import Record

# Numbers per day and district that are held at once, counted in the code: lags of attacks and
# operations here, next door and elsewhere (retaliation, reaction), outcomes, pasts and their sums
# by day (wake, displacement). What depends on the number of events is estimated where it is made.
NUMBERS_PER_DAY: Final = {
    "retaliation": 80,
    "wake": 60,
    "displacement": 80,
    "dose": 10,
    "near_repeat": 10,
    "tactics": 2,
    "severity": 2,
    "escalation": 4,
    "reaction": 80,
    "groups": 4,
}
_MATRICES: Final = 6  # of districts by districts
_BYTES: Final = 8


def require_estimator(name: str, record: Record) -> None:
    """Raise an error if an estimator needs more memory for a record than there is.

    Raises
    ------
    ResourceError
        It needs more; the error has the estimate and what to reduce.
    """
    districts, days = len(record.region.districts), (record.end - record.start).days + 1
    numbers = NUMBERS_PER_DAY[name] * days * districts + _MATRICES * districts**2
    require_memory(
        f"{name} on {days:,} days in {districts:,} districts",
        _BYTES * numbers,
        reduce="the districts (a higher administrative level) or the days of the record",
    )
