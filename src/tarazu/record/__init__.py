"""What happened: readers, one schema of events, the panel of time and district."""

from tarazu.record.ged import read_record
from tarazu.record.panel import select, to_panel
from tarazu.record.record import (
    DEATHS,
    EVENT_COLUMNS,
    INITIATORS,
    Disagreement,
    Quality,
    Record,
    Reject,
    SourceNote,
    YearCount,
)

__all__ = [
    "DEATHS",
    "EVENT_COLUMNS",
    "INITIATORS",
    "Disagreement",
    "Quality",
    "Record",
    "Reject",
    "SourceNote",
    "YearCount",
    "read_record",
    "select",
    "to_panel",
]
