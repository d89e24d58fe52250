"""From the rows of any source to a Record: the one place where events are placed and classified.

A reader turns the columns of its source into `SourceRows`; `assemble` does what all sources share:
districts, initiators, the account of rows (read = used + dropped + rejected), the check against
the schema, the order of rows. Nothing in it depends on the order of rows in the file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tarazu.core.errors import DataError, TarazuError, raise_problems
from tarazu.core.tables.columns import Columns, Days, Mask, Origin, Texts
from tarazu.core.tables.csv_rows import shorten
from tarazu.record.coding.rules import CodedEvents, RuleSet, classify
from tarazu.record.gazetteer import Gazetteer, Places
from tarazu.record.quality import Reading, assess
from tarazu.record.record import EVENT_COLUMNS, Record, Reject, SourceNote
from tarazu.record.schema import tidy, violations
from tarazu.region import Region

OUTSIDE = "outside the region"
SHOWN_PROBLEMS = 100  # an ExceptionGroup of more is no help


@dataclass(frozen=True)
class SourceRows:
    """Events of one source that can be used, in one shape, (N,) each, in the order of the file.

    Attributes
    ----------
    origin : file and line of each.
    event_id : unique, or "" where the source has no ids.
    first_day : datetime64[D]. date_precision : UCDP's code, 1 the day is known, 2 to 3 the week,
        4 the month, 5 the year.
    where : names, precision and point of the place.
    facts : what the rules read.
    active_year : the dyad reached 25 deaths in this year; True where the source has no such rule.
    zero_best : nobody died by the best estimate.
    count : events that the row stands for, >= 1; deaths are their total.
    """

    origin: Origin
    event_id: Texts
    first_day: Days
    date_precision: NDArray[np.int64]
    where: Places
    facts: CodedEvents
    active_year: Mask
    zero_best: Mask
    count: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.event_id)

    def take(self, rows: Mask) -> SourceRows:
        """Return these rows."""
        return SourceRows(
            origin=self.origin.take(rows),
            event_id=self.event_id[rows],
            first_day=self.first_day[rows],
            date_precision=self.date_precision[rows],
            where=self.where.take(rows),
            facts=self.facts.take(rows),
            active_year=self.active_year[rows],
            zero_best=self.zero_best[rows],
            count=self.count[rows],
        )


@dataclass(frozen=True)
class SourceTable:
    """What a reader made of a source: its rows and what became of the others.

    Attributes
    ----------
    rows : the events that can be used.
    rows_read : rows of the source.
    dropped : rows left out by reason, those outside the region not included.
    outside : rows outside the region by name of the place.
    problems : of each row that cannot be used, in the order of the file.
    """

    rows: SourceRows
    rows_read: int
    dropped: Mapping[str, int] = field(default_factory=dict)
    outside: Mapping[str, int] = field(default_factory=dict)
    problems: Sequence[Sequence[DataError]] = ()


def problems_of(columns: Columns) -> list[Sequence[DataError]]:
    """Return the problems of each row that cannot be used, in the order of the file."""
    of_rows: list[tuple[tuple[int, int], Sequence[DataError]]] = []
    for row, found in columns.problems.items():
        place = int(columns.origin.file[row]), int(columns.origin.number[row])
        of_rows.append((place, found))
    files = {str(file): place for place, file in enumerate(columns.origin.files)}
    for problem in columns.broken:
        of_rows.append(((files.get(str(problem.file), 0), problem.line or 0), [problem]))
    return [found for _, found in sorted(of_rows, key=lambda entry: entry[0])]


def assemble(
    table: SourceTable,
    path: Path,
    *,
    region: Region,
    rules: RuleSet,
    source: SourceNote,
    keep_going: bool,
) -> Record:
    """Return the Record of what a reader found.

    Parameters
    ----------
    table : from the reader. path : the file or folder that was read, for messages.
    region : in the frame whose districts the source names.
    source : title, terms and digest of the input.
    keep_going : rows that cannot be used become `Quality.rejects` instead of errors.

    Raises
    ------
    DataError, ExceptionGroup
        Rows that cannot be used, or no row is left.
    """
    gazetteer = Gazetteer(region)
    events, broken = _events(table.rows, gazetteer, rules)
    if broken:  # what readers let through and the schema does not; rare, so all is done again
        kept = np.ones(len(table.rows), dtype=bool)
        kept[list(broken)] = False
        problems = [*table.problems, *broken.values()]
        rest = replace(table, rows=table.rows.take(kept), problems=problems)
        return assemble(
            rest, path, region=region, rules=rules, source=source, keep_going=keep_going
        )
    if not keep_going:
        _raise_shown(table.problems, path)
    outside = dict(sorted(table.outside.items()))
    dropped = dict(sorted(table.dropped.items()))
    if outside:
        dropped[OUTSIDE] = sum(outside.values())
    reading = Reading(
        rows_read=table.rows_read,
        dropped=dropped,
        outside=outside,
        unknown_districts=dict(sorted(gazetteer.unknown.items())),
        district_rules=dict(sorted(gazetteer.rules.items())),
        moved_by_place=dict(sorted(gazetteer.moved.items())),
        disagreements=tuple(gazetteer.disagreements),
        rejects=tuple(_reject(found) for found in table.problems),
    )
    if events.empty:
        raise _nothing_read(path, region, reading)
    inputs = {"events": source.digest, "region": region.digest, "rules": rules.digest}
    if region.boundaries is not None:
        inputs["boundaries"] = region.boundaries.digest
    years = events["date"].dt.year
    return Record(
        events=tidy(events),
        region=region,
        start=date(int(years.min()), 1, 1),
        end=date(int(years.max()), 12, 31),
        quality=assess(events, reading, rows_used=len(events)),
        source=source,
        rules_digest=inputs["rules"],
        inputs=inputs,
    )


def _events(
    rows: SourceRows, gazetteer: Gazetteer, rules: RuleSet
) -> tuple[pd.DataFrame, dict[int, list[DataError]]]:
    """Return the events, and by row what the schema does not allow."""
    facts = rows.facts
    coded = classify(facts, rules)
    districts = gazetteer.locate(rows.event_id, rows.where)
    events = pd.DataFrame(
        {
            "event_id": _as_str(rows.event_id),
            "date": rows.first_day.astype("datetime64[s]"),
            "date_precision": rows.date_precision,
            "district": _as_str(districts),
            "initiator": _as_str(coded.initiator),
            "initiator_rule": _as_str(coded.initiator_rule),
            "target": _as_str(coded.target),
            "tactic": _as_str(coded.tactic),
            "group": _as_str(coded.group),
            "movement": _as_str(coded.movement),
            "zero_best": rows.zero_best,
            "group_site": coded.group_site,
            "active_year": rows.active_year,
            "deaths_state": facts.state,
            "deaths_militant": facts.militant,
            "deaths_civilian": facts.civilian,
            "deaths_unknown": facts.unknown,
            "count": rows.count,
        },
        columns=list(EVENT_COLUMNS),
    )
    broken: dict[int, list[DataError]] = {}
    for row, column, value, expected in violations(events, gazetteer.region.slugs):
        problem = rows.origin.problem(row, column, value, f"{column} is {value}", expected)
        broken.setdefault(row, []).append(problem)
    return events, broken


def _as_str(values: Texts) -> pd.api.extensions.ExtensionArray:
    return pd.array(values, dtype="str")


def _reject(problems: Sequence[DataError]) -> Reject:
    first = problems[0]
    what = "; ".join(f"{problem.what}, expected {problem.expected}" for problem in problems)
    return Reject(first.line or 0, first.column or "", str(first.value), what)


def _raise_shown(rows: Sequence[Sequence[DataError]], path: Path) -> None:
    problems = [problem for row in rows for problem in row]
    shown: list[TarazuError] = list(problems[:SHOWN_PROBLEMS])
    if len(problems) > SHOWN_PROBLEMS:
        more = f"{len(problems) - SHOWN_PROBLEMS:,} more problems are not shown"
        shown.append(DataError(more, file=path))
    raise_problems(shown, f"{path}: {len(rows):,} rows cannot be read")


def _nothing_read(path: Path, region: Region, reading: Reading) -> DataError:
    common = sorted(reading.outside.items(), key=lambda item: (-item[1], item[0]))[:5]
    elsewhere = ", ".join(f"{shorten(name)} ({count:,})" for name, count in common)
    what = f"none of {reading.rows_read:,} rows is an event in {region.title}"
    if elsewhere:
        what += f"; they are in {elsewhere}"
    elif reading.rejects:
        line = reading.rejects[0].line
        what += f"; {len(reading.rejects):,} cannot be read, the first in line {line}"
    return DataError(
        what,
        file=path,
        line=2,
        expected="at least one event in the region",
        hint="Load the region of these events, or export the rows of this one",
    )
