"""Formats of event data: how each is recognised and read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import pandas as pd

from tarazu.core.errors import DataError
from tarazu.core.tables.cells import KEPT, shorten
from tarazu.core.tables.coded import Days
from tarazu.core.tables.columns import Columns
from tarazu.core.tables.csv_columns import read_csv_columns
from tarazu.core.tables.csv_rows import read_header
from tarazu.core.tables.json_pages import find_pages, is_json, read_json_columns
from tarazu.record.account import Scope
from tarazu.record.coding.rules import SHIPPED_RULES, RuleSet
from tarazu.record.gazetteer import Gazetteer
from tarazu.record.source_table import SourceTable
from tarazu.record.sources.frame import NAME, frame_columns, frame_header

Container = Literal["csv", "json"]
LIKELY = (
    (
        {"events", "fatalities", "month", "year"},
        "the file holds counts by district and month (as HDX publishes them), not events",
    ),
    ({"events", "month", "year"}, "the file holds counts by month, not events"),
    ({"event_count"}, "the file holds counts of events, not events"),
)
"""Columns in small letters that show what a file is that no format fits."""

HOW_TO_MAP = (
    "A mapping (--mapping, in Python mapping=) reads any other file; a row may stand for several "
    "events (columns.count)"
)


@dataclass(frozen=True)
class FileHeader:
    """Container of a file or folder, and the names of its columns."""

    path: Path
    container: Container
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Format:
    """One format of event data.

    Attributes
    ----------
    name : in `--format`. title, licence, citations : of the data set.
    needed : columns without which it is not this format. optional : columns read where they exist.
    read : returns the events of the rows inside the region, given the gazetteer and the rules.
    location : columns of country, province and district, by which rows outside the region are left
        out before `read`; None where `read` does it, or all rows are used.
    containers : csv, pages of JSON.
    rules : the rules that ship for it.
    older_frame : whether its districts are those of the region's older administrative frame,
        unless boundaries are given.
    variant : returns the format by the content of a file, where its columns are not enough.
    days : returns the days that the rows are of, (N,), from all columns read; the observed time
        ends with the last of them. None for yearly releases, which cover whole years.
    scope : what the source counts as an event; see `SourceNote`.
    marked : whether `tarazu data fetch` writes it, and marks formulas as texts: see `csv_text`.
    plain : columns of long texts, nearly all of them different: see `read_csv_columns`.
    """

    name: str
    title: str
    licence: str
    citations: tuple[str, ...]
    needed: tuple[str, ...]
    read: Callable[[Columns, Gazetteer, RuleSet], SourceTable]
    location: tuple[str, str, str] | None = None
    optional: tuple[str, ...] = ()
    containers: tuple[Container, ...] = ("csv",)
    rules: Path = SHIPPED_RULES
    older_frame: bool = False
    variant: Callable[[Columns], Format] | None = None
    days: Callable[[Columns], Days] | None = None
    scope: Scope = "any"
    marked: bool = False
    plain: tuple[str, ...] = ()

    def missing(self, header: FileHeader) -> list[str]:
        """Return the needed columns that a file lacks; in csv their case does not matter."""
        if header.container == "json":
            return [name for name in self.needed if name not in header.columns]
        found = {name.casefold() for name in header.columns}
        return [name for name in self.needed if name.casefold() not in found]

    def share_missing(self, header: FileHeader) -> float:
        """Return the share of the needed columns that a file lacks."""
        missing = len(self.missing(header))
        return missing / max(len(self.needed), missing, 1)

    def observed(self, columns: Columns) -> tuple[date, date] | None:
        """Return the first and the last day that a file covers; None for whole years of events.

        Rows elsewhere count: a file of a country is observed to its end in each region of it.
        """
        if self.days is None or not len(columns):
            return None
        columns = columns.take(columns.full(True))  # problems are noted when the file is read
        days = self.days(columns)[columns.good]
        return (days.min().item(), days.max().item()) if len(days) else None

    def columns(self, source: Path | pd.DataFrame) -> Columns:
        """Read the columns of a file, folder or DataFrame.

        Raises
        ------
        DataError
            It cannot be read as this format at all.
        """
        if isinstance(source, pd.DataFrame):
            return frame_columns(source, self.needed, self.optional)
        path = source
        if path.is_dir() or is_json(path):
            if "json" not in self.containers:
                what = f"{self.title} is read from CSV, not from JSON or a folder"
                raise DataError(what, file=path, expected="a CSV file")
            return read_json_columns(find_pages(path), self.needed, self.optional)
        return read_csv_columns(
            path, self.needed, self.optional, marked=self.marked, plain=self.plain
        )


def read_file_header(source: Path | pd.DataFrame) -> FileHeader:
    """Return container and column names of a file, folder or DataFrame.

    Raises
    ------
    DataError
        It is neither CSV nor pages of JSON.
    """
    if isinstance(source, pd.DataFrame):
        return FileHeader(NAME, "csv", frame_header(source))
    path = source
    if path.is_dir() or is_json(path):
        first = read_json_columns(find_pages(path)[:1], (), None)
        return FileHeader(path, "json", tuple(first.cells))
    return FileHeader(path, "csv", read_header(path))


def recognise(header: FileHeader, formats: Sequence[Format]) -> Format:
    """Return the first format that a file has all columns of.

    Raises
    ------
    DataError
        No format fits; the closest one is named with the columns that are missing.
    """
    possible = [known for known in formats if header.container in known.containers]
    for known in possible:
        if not known.missing(header):
            return known
    raise _not_recognised(header, possible or formats)


def _not_recognised(header: FileHeader, formats: Sequence[Format]) -> DataError:
    """Return the error of a file that fits no format: what it probably is, or the closest one."""
    names = {name.casefold() for name in header.columns}
    likely = next((why for marks, why in LIKELY if marks <= names), None)
    if likely is not None:
        what, column = f"file format not recognised: {likely}", None
        expected, hint = "one row for each event", HOW_TO_MAP
    else:
        nearest = min(formats, key=lambda known: known.share_missing(header))
        missing = nearest.missing(header)
        found = len(nearest.needed) - len(missing)
        if 2 * found >= len(nearest.needed):
            what = (
                f"file format not recognised. It has {found} of the {len(nearest.needed)} columns "
                f"of {nearest.title}; missing are {', '.join(missing)}"
            )
            column, expected = missing[0], f"also {_few(missing)}"
            hint = f"Export all columns, or rename them. {HOW_TO_MAP}"
        else:
            begins = ", ".join(shorten(name) for name in header.columns[:6]) or "no column"
            what, column = f"file format not recognised. The file begins with {begins}", None
            expected = f"the columns of {' or '.join(known.name for known in formats)}"
            hint = HOW_TO_MAP
    return DataError(
        what,
        file=header.path,
        line=1,
        column=column,
        value=",".join(header.columns[:6])[:KEPT],
        expected=expected,
        hint=hint,
    )


def _few(names: Sequence[str]) -> str:
    shown = ", ".join(names[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown
