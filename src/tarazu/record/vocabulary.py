"""Columns of events, and the words that some of them hold."""

from __future__ import annotations

INITIATORS = ("state", "militant", "foreign_state", "other", "unclear")
MOVEMENTS = ("baloch", "islamist", "other", "")
DEATHS = ("deaths_state", "deaths_militant", "deaths_civilian", "deaths_unknown")
EVENT_COLUMNS = (
    "event_id",
    "date",
    "date_precision",
    "district",
    "initiator",
    "initiator_rule",
    "target",
    "tactic",
    "group",
    "movement",
    "zero_best",
    "group_site",
    "active_year",
    *DEATHS,
    "count",
)
