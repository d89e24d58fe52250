"""History of a study: the weeks before its start that every run passes through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from tarazu.engine import Known
from tarazu.model import Model
from tarazu.record import Record
from tarazu.region import Region
from tarazu.study.setup.spec import Study

EVENT: Final = "operations"  # of the model; the record's are those that the state began
SHARE: Final = "operations_recorded_share"  # the parameter: how many of them a record sees


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """The weeks from the first day of a history to the start of a study.

    Attributes
    ----------
    first_day : of its first week. start : of the study. weeks : between them, whole ones.
    known : operations of the record in these weeks, which each run has; None: all are drawn.
    placed, unplaced : how many they are, and how many others have no district of the region.
    """

    first_day: date
    start: date
    weeks: int
    known: Known | None = None
    placed: int = 0
    unplaced: int = 0

    @property
    def label(self) -> str:
        """The start of the study, and what lies before it, in words."""
        begins = f"{self.start}, after a history from {self.first_day} on: lethal operations "
        if self.known is None:
            return f"{begins}drawn"
        covered = np.flatnonzero(self.known.covered)
        first = self.first_day + timedelta(weeks=int(covered[0]))
        after = self.first_day + timedelta(weeks=int(covered[-1]) + 1)
        lost = f" ({self.unplaced} more have no district)" if self.unplaced else ""
        return (
            f"{begins}as recorded from {first} to {after - timedelta(days=1)}, "
            f"{self.placed} of them{lost}, with those that no record sees drawn; later all drawn"
        )


def history_of(study: Study, record: Record | None = None) -> History | None:
    """Return the history of a study, or None if it starts from today as assumed.

    Parameters
    ----------
    record : whose operations each run has; None, or one without operations: they are drawn.
    """
    weeks, start = study.spec.history_weeks, study.spec.start_date
    if not weeks or start is None:
        return None
    return make_history(start, weeks, study.model, study.region, record)


def make_history(
    start: date, weeks: int, model: Model, region: Region, record: Record | None
) -> History:
    """Return a history of some weeks before a start; see `history_of`."""
    first_day = start - timedelta(weeks=weeks)
    drawn = History(first_day, start, weeks)
    if record is None or EVENT not in model.events or SHARE not in model.parameters:
        return drawn
    days = np.datetime64(first_day, "D") + 7 * np.arange(weeks)
    covered = (days >= np.datetime64(record.start, "D")) & (
        days + 6 <= np.datetime64(record.end, "D")
    )
    began = record.events[record.events["initiator"] == "state"]
    week = (began["date"].to_numpy().astype("datetime64[D]") - days[0]).astype(np.int64) // 7
    inside = (week >= 0) & (week < weeks)
    inside[inside] = covered[week[inside]]
    column = {slug: d for d, slug in enumerate(region.slugs)}
    place = began["district"].map(column).to_numpy(dtype=np.float64, na_value=np.nan)
    number = began["count"].to_numpy(dtype=np.int64)
    placed = inside & np.isfinite(place)
    if not placed.any():
        return drawn
    counts = np.zeros((weeks, len(region.slugs)), dtype=np.int64)
    np.add.at(counts, (week[placed], place[placed].astype(np.int64)), number[placed])
    return History(
        first_day,
        start,
        weeks,
        Known(EVENT, SHARE, counts, covered),
        int(number[placed].sum()),
        int(number[inside & ~placed].sum()),
    )
