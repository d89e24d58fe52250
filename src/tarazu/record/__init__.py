"""Event records: readers of all sources, one schema of events, panels of counts."""

from tarazu.record.account import Disagreement, Quality, Reject, Scope, SourceNote, YearCount
from tarazu.record.coding.hand_labels import (
    LabelCheck,
    SampleCheck,
    Share,
    check_labels,
    measured_check,
)
from tarazu.record.embedded import load_record, make_figures, write_figures
from tarazu.record.quality import write_rejects
from tarazu.record.reader import FORMAT_NAMES, read_record
from tarazu.record.record import Record
from tarazu.record.selection import select
from tarazu.record.vocabulary import DEATHS, EVENT_COLUMNS, INITIATORS

__all__ = [
    "DEATHS",
    "EVENT_COLUMNS",
    "FORMAT_NAMES",
    "INITIATORS",
    "Disagreement",
    "LabelCheck",
    "Quality",
    "Record",
    "Reject",
    "SampleCheck",
    "Scope",
    "Share",
    "SourceNote",
    "YearCount",
    "check_labels",
    "load_record",
    "make_figures",
    "measured_check",
    "read_record",
    "select",
    "write_figures",
    "write_rejects",
]
