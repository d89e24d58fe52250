"""The shipped record as it was coded when the error rates that ship were measured."""

from __future__ import annotations

from dataclasses import replace

import tarazu.record
from tarazu.record import Record

# Rules since then that made an attack or operation of an event that was neither.
SINCE = ("foreign_dyad_home_force",)


def load_record() -> Record:
    """Return the record that the simulated worlds take districts, years and shares from.

    Other rules for who began a single event do not change what the rates were measured on, nor
    the fingerprints of the code that was measured.
    """
    record = tarazu.record.load_record()
    events = record.events
    later = events["initiator_rule"].isin(SINCE)
    return replace(record, events=events.assign(initiator=events["initiator"].mask(later, "other")))
