"""From UCDP's coding to ours: sides, deaths by side, initiators; the order of columns and rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from tarazu.record.record import EVENT_COLUMNS
from tarazu.record.rules import CodedEvents, RuleSet, classify

STATE_BASED, ONE_SIDED = 1, 3  # UCDP's type_of_violence; 2 is non-state


@dataclass
class ParsedRows:
    """Cells of the events in the region as UCDP codes them, one list a column."""

    event_id: list[str] = field(default_factory=list)
    first_day: list[date] = field(default_factory=list)
    date_precision: list[int] = field(default_factory=list)
    district: list[str | None] = field(default_factory=list)
    active_year: list[bool] = field(default_factory=list)
    zero_best: list[bool] = field(default_factory=list)
    violence: list[int] = field(default_factory=list)
    side_a: list[str] = field(default_factory=list)
    side_b: list[str] = field(default_factory=list)
    deaths: list[tuple[int, int, int, int]] = field(
        default_factory=list
    )  # a, b, civilians, unknown
    text: list[str] = field(default_factory=list)
    source: list[str] = field(default_factory=list)


def code_events(rows: ParsedRows, rules: RuleSet) -> pd.DataFrame:
    """Return the events classified by the rules, columns `EVENT_COLUMNS`."""
    side_a, side_b = np.array(rows.side_a, dtype=object), np.array(rows.side_b, dtype=object)
    violence = np.array(rows.violence, dtype=np.int64)
    deaths = np.array(rows.deaths, dtype=np.int64)  # (N, 4): a, b, civilians, unknown
    a_rules = np.array([_is_government(name) for name in rows.side_a])
    b_rules = np.array([_is_government(name) for name in rows.side_b]) & (violence != ONE_SIDED)
    at_home = np.isin(side_a.astype(str), rules.home_governments)
    at_home |= np.isin(side_b.astype(str), rules.home_governments)
    state = np.where(a_rules, deaths[:, 0], 0) + np.where(b_rules, deaths[:, 1], 0)
    civilians = deaths[:, 2] + np.where(violence == ONE_SIDED, deaths[:, 1], 0)
    militant = deaths.sum(axis=1) - deaths[:, 3] - civilians - state
    group = np.where(~a_rules, side_a, np.where(b_rules | (violence == ONE_SIDED), "", side_b))
    coded = classify(
        CodedEvents(
            violence=violence,
            government=np.where(
                at_home, "home", np.where(a_rules | b_rules, "foreign", "none")
            ).astype(object),
            group=group,
            state=state,
            militant=militant,
            civilian=civilians,
            unknown=deaths[:, 3],
            text=rows.text,
            source=rows.source,
        ),
        rules,
    )
    frame = pd.DataFrame(
        {
            "event_id": rows.event_id,
            "date": np.array(rows.first_day, dtype="datetime64[s]"),
            "date_precision": np.array(rows.date_precision, dtype=np.int64),
            "district": pd.array(rows.district, dtype="str"),
            "initiator": coded.initiator,
            "initiator_rule": coded.initiator_rule,
            "target": coded.target,
            "tactic": coded.tactic,
            "group": coded.group,
            "movement": coded.movement,
            "zero_best": np.array(rows.zero_best),
            "group_site": coded.group_site,
            "active_year": np.array(rows.active_year),
            "deaths_state": state,
            "deaths_militant": militant,
            "deaths_civilian": civilians,
            "deaths_unknown": deaths[:, 3],
            "count": np.ones(len(rows.event_id), dtype=np.int64),
        }
    )
    return tidy(frame)


def tidy(events: pd.DataFrame) -> pd.DataFrame:
    """Return the events in the order of columns and rows that does not depend on the file."""
    texts = ["event_id", "initiator", "initiator_rule", "target", "tactic", "group", "movement"]
    events = events[list(EVENT_COLUMNS)].astype(dict.fromkeys(texts, "str"))
    keys = [name for name in EVENT_COLUMNS if name != "count"]
    return events.sort_values(keys, kind="stable", ignore_index=True)


def _is_government(name: str) -> bool:
    return name.startswith("Government of ")
