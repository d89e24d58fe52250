"""Selections of a record by how its events were coded."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pandas as pd

from tarazu.record.record import Record
from tarazu.record.vocabulary import MOVEMENTS


def select(
    record: Record,
    *,
    movement: str | None = None,
    zero_best: bool = True,
    group_site: bool = True,
    inactive_years: bool = True,
    unclear: Literal["drop", "state", "militant"] = "drop",
) -> Record:
    """Return a subset of a record; span and quality report remain those of the whole record.

    Parameters
    ----------
    movement : keep only events of this movement's groups ("baloch", "islamist", "other").
    zero_best, group_site, inactive_years : False leaves out events whose best estimate is 0 deaths,
        events known from a group's own site, events of dyad-years under 25 deaths.
    unclear : "drop" leaves them unclear, so that they count neither as attack nor as operation;
        "state" and "militant" count them all as initiated by that side.
    """
    if movement is not None and movement not in MOVEMENTS:
        raise ValueError(f"movement is {movement!r}; expected one of {', '.join(MOVEMENTS[:-1])}")
    if unclear not in ("drop", "state", "militant"):
        raise ValueError(f"unclear is {unclear!r}; expected drop, state or militant")
    events = record.events
    notes = list(record.selection)
    filters = [
        (movement is not None, events["movement"] == movement, f"{movement} groups only"),
        (not zero_best, ~events["zero_best"], "without best = 0"),
        (not group_site, ~events["group_site"], "without groups' own sites"),
        (not inactive_years, events["active_year"], "active years only"),
    ]
    keep = pd.Series(data=True, index=events.index)
    for wanted, mask, note in filters:
        if wanted:
            keep &= mask
            notes.append(note)
    events = events[keep].reset_index(drop=True)
    if unclear != "drop":
        events = events.assign(initiator=events["initiator"].replace("unclear", unclear))
        notes.append(f"unclear events as {unclear}")
    return replace(record, events=events, selection=tuple(notes))
