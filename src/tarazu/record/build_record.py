"""Record from the events of any source: districts, labels, account of rows, schema, order.

Cells of the file were checked by `Columns`, which names file, line, column and value of each that
cannot be used. The finished events are checked once against the schema; a violation there is a
fault of the reader, not of the file. Nothing here depends on the order of rows in the file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from tarazu.core.errors import DataError, TarazuError, raise_problems
from tarazu.core.tables.cells import shorten
from tarazu.core.tables.columns import Columns
from tarazu.core.tables.encoding import encoded_twice
from tarazu.record.account import Reject, SourceNote
from tarazu.record.coding.classification import classify
from tarazu.record.coding.rules import RuleSet
from tarazu.record.gazetteer import Gazetteer
from tarazu.record.quality import assess
from tarazu.record.record import Record
from tarazu.record.schema import check_events, tidy
from tarazu.record.source_table import SourceTable
from tarazu.record.vocabulary import DEATHS, EVENT_COLUMNS
from tarazu.region import Region

ENCODED_TWICE = "names look encoded twice (é reads Ã©): the source is to be written as UTF-8 once"
SHOWN_PROBLEMS = 100  # an ExceptionGroup of more does not help


def build_record(
    table: SourceTable,
    path: Path,
    *,
    gazetteer: Gazetteer,
    rules: RuleSet,
    source: SourceNote,
    keep_going: bool,
    observed: tuple[date, date] | None = None,
    asked: tuple[date | None, date | None] = (None, None),
) -> Record:
    """Return the Record of the events of one source.

    Parameters
    ----------
    table : from the reader of the source. path : the file or folder that was read, for messages.
    gazetteer : of the region in the frame whose districts the source names; its counts so far go
        into the quality report.
    source : title, terms and digest of the input.
    keep_going : rows that cannot be used become `Quality.rejects` instead of errors.
    observed : first and last day that the file covers; None for whole years of events.
    asked : first and last day to use instead; events outside are dropped and counted.

    Raises
    ------
    DataError, ExceptionGroup
        Rows that cannot be used, or no row is left.
    """
    columns, region = table.columns, gazetteer.region
    problems = columns.all_problems()
    if not keep_going:
        _raise_shown(problems, path)
    rejects = tuple(_reject(found) for found in problems)
    table = _within(table.good(), asked)
    if not len(table):
        raise _nothing_read(path, region, columns, gazetteer.outside, rejects)
    _remark_encoding(table)
    events = _events(table, gazetteer, rules)
    check_events(events, region.slugs, table.columns.origin)
    if gazetteer.unknown.total() == len(events):
        raise _elsewhere(path, region, gazetteer.unknown)
    inputs = {"events": source.digest, "region": region.digest, "rules": rules.digest}
    if region.boundaries is not None:
        inputs["boundaries"] = region.boundaries.digest
    start, end = observed or _whole_years(events)
    quality = assess(
        events,
        rows_used=len(events),
        rows_read=columns.rows_read,
        dropped=_sorted(table.columns.dropped),
        remarks=_sorted(
            {what: int(rows.sum()) for what, rows in table.columns.remarks.items() if rows.any()}
        ),
        outside=_sorted(gazetteer.outside),
        unknown_districts=_sorted(gazetteer.unknown),
        district_rules=_sorted(gazetteer.rules),
        moved_by_place=_sorted(gazetteer.moved),
        disagreements=tuple(gazetteer.disagreements),
        rejects=rejects,
    )
    return Record(
        events=tidy(events),
        region=region,
        start=asked[0] or start,
        end=asked[1] or end,
        quality=quality,
        source=source,
        rules_digest=inputs["rules"],
        inputs=inputs,
    )


def _whole_years(events: pd.DataFrame) -> tuple[date, date]:
    years = events["date"].dt.year
    return date(int(years.min()), 1, 1), date(int(years.max()), 12, 31)


def _within(table: SourceTable, asked: tuple[date | None, date | None]) -> SourceTable:
    """Return the events of the time asked for; the others are counted."""
    first, last = asked
    if first is not None and last is not None and last < first:
        raise ValueError(f"the last day, {last}, is before the first, {first}")
    if first is not None:
        table = table.drop(table.first_day < np.datetime64(first), "before the first day asked for")
    if last is not None:
        table = table.drop(table.first_day > np.datetime64(last), "after the last day asked for")
    return table


def _events(table: SourceTable, gazetteer: Gazetteer, rules: RuleSet) -> pd.DataFrame:
    """Return the events in the columns of a record, in the order of the file."""
    with ThreadPoolExecutor(max_workers=1) as pool:  # a search in texts frees the interpreter
        labels = pool.submit(classify, table, rules)
        districts = gazetteer.locate(table)
    events = labels.result().assign(
        event_id=pd.array(table.event_id, dtype="str"),
        date=table.first_day.astype("datetime64[s]"),
        date_precision=table.date_precision,
        district=pd.array(districts, dtype="str"),
        zero_best=table.zero_best,
        active_year=table.active_year,
        count=table.count,
        **{name: getattr(table, name) for name in DEATHS},
    )
    return events[list(EVENT_COLUMNS)]


def _remark_encoding(table: SourceTable) -> None:
    """Note the events whose district, place or group is named in a text encoded twice."""
    odd = np.zeros(len(table), dtype=bool)
    for texts in (table.district_name, table.place_name, table.group):
        codes, distinct = pd.factorize(texts)
        wrong = encoded_twice(str(name) for name in distinct)
        odd |= np.array([str(name) in wrong for name in distinct], dtype=bool)[codes]
    table.columns.remark(odd, ENCODED_TWICE)


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items()))


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


def _nothing_read(
    path: Path,
    region: Region,
    columns: Columns,
    outside: Mapping[str, int],
    rejects: Sequence[Reject],
) -> DataError:
    common = sorted(outside.items(), key=lambda item: (-item[1], item[0]))[:5]
    elsewhere = ", ".join(f"{shorten(name)} ({count:,})" for name, count in common)
    what = f"none of {columns.rows_read:,} rows is an event in {region.title}"
    if elsewhere:
        what += f"; they are in {elsewhere}"
    elif rejects:
        what += f"; {len(rejects):,} cannot be read, the first in line {rejects[0].line}"
    return DataError(
        what,
        file=path,
        line=2 if columns.origin.has_lines else None,
        expected="at least one event in the region",
        hint="Give the region of these events (--region FOLDER, region=), or export the rows of "
        f"{region.title}",
    )


def _elsewhere(path: Path, region: Region, unknown: Mapping[str, int]) -> DataError:
    """Return the error for events none of which names a district of the region."""
    common = sorted(unknown.items(), key=lambda item: (-item[1], item[0]))[:5]
    named = ", ".join(f"{shorten(name)} ({count:,})" for name, count in common)
    return DataError(
        f"no event names a district of {region.title}; they name {named}",
        file=path,
        expected=f"districts such as {', '.join(region.slugs[:3])}",
        hint="Give the region of these events (--region FOLDER, region=), or add these spellings "
        "under aliases in its districts.csv",
    )
