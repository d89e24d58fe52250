"""Events of a record as counts by kind, month and district: all that the page draws from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tarazu.record import Record
from tarazu.region import Tile
from tarazu.report.brief.record_panels import gap_years
from tarazu.report.figures.record import INITIATORS

YEAR: Final = 12  # months
MONTH_KNOWN: Final = 4  # the coarsest of UCDP's codes of date precision that names a month
ALL: Final = "all"
KINDS: Final = (*(initiator for initiator, _ in INITIATORS), ALL)
"""Kinds of events by who began them, and all together."""


@dataclass(frozen=True, slots=True, eq=False)
class EventCounts:
    """Counts of one record.

    Attributes
    ----------
    kinds : those that the record has. counts : (K, M, D + 1) events by kind, month and district,
        those without a district last; ``all`` is not among the rows. first_year : months are
        counted from its January. slugs, names : (D,) districts. tiles : may be empty.
    undated : events of which only the year is known; they are in no month.
    gaps : years without any event, inside the span of the record.
    title, licence, citations, digest : of the source.
    """

    kinds: tuple[str, ...]
    counts: NDArray[np.int64]
    first_year: int
    slugs: tuple[str, ...]
    names: tuple[str, ...]
    tiles: tuple[Tile, ...]
    region: str
    undated: int
    gaps: tuple[int, ...]
    title: str
    licence: str
    citations: tuple[str, ...]
    digest: str

    @property
    def months(self) -> int:
        """Months from the first January to the last December."""
        return int(self.counts.shape[1])

    @property
    def last_year(self) -> int:
        """The year of the last month."""
        return self.first_year + self.months // YEAR - 1

    def of(self, kind: str) -> NDArray[np.int64]:
        """Return the counts of one kind, or of all together, (M, D + 1)."""
        chosen = self.counts.sum(axis=0) if kind == ALL else self.counts[self.kinds.index(kind)]
        found: NDArray[np.int64] = chosen
        return found

    def cells(self) -> list[list[int]]:
        """Return the counts above 0 as rows of kind, month, district and number."""
        where = np.argwhere(self.counts)
        return [[*map(int, place), int(self.counts[tuple(place)])] for place in where]


def count_events(record: Record) -> EventCounts:
    """Return the counts of a record."""
    region, events = record.region, record.events
    first, last = record.start.year, record.end.year
    kinds = tuple(kind for kind in KINDS if (events["initiator"] == kind).any())
    dated = events[events["date_precision"] <= MONTH_KNOWN]
    number = np.asarray(events["count"], dtype=np.int64)
    slots = {slug: i for i, slug in enumerate(region.slugs)}
    place = dated["district"].map(slots).fillna(len(slots)).to_numpy(dtype=np.int64)
    days: Any = dated["date"].dt
    month = ((days.year - first) * YEAR + days.month - 1).to_numpy(dtype=np.int64)
    kind = dated["initiator"].map({name: i for i, name in enumerate(kinds)})
    counts = np.zeros((len(kinds), (last - first + 1) * YEAR, len(slots) + 1), dtype=np.int64)
    own = np.asarray(dated["count"], dtype=np.int64)
    np.add.at(counts, (kind.to_numpy(dtype=np.int64), month, place), own)
    return EventCounts(
        kinds,
        counts,
        first,
        region.slugs,
        tuple(district.name for district in region.districts),
        region.tiles,
        region.title,
        int(number.sum() - own.sum()),
        tuple(gap_years(record)),
        record.source.title,
        record.source.licence,
        record.source.citations,
        record.source.digest,
    )
