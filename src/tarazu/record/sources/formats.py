"""Formats of event data: how each is recognised, and who reads it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tarazu.core.errors import DataError
from tarazu.core.tables.cells import KEPT, shorten
from tarazu.core.tables.columns import Columns
from tarazu.core.tables.csv_columns import read_csv_columns
from tarazu.core.tables.csv_rows import read_header
from tarazu.core.tables.json_pages import find_pages, is_json, read_json_columns
from tarazu.record.coding.rules import SHIPPED_RULES, RuleSet
from tarazu.record.gazetteer import Gazetteer
from tarazu.record.source_table import SourceTable

Container = Literal["csv", "json"]


@dataclass(frozen=True)
class Look:
    """How a file or folder begins: its container and the names of its columns."""

    path: Path
    container: Container
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Format:
    """One format of event data.

    Attributes
    ----------
    name : as `--format` has it. title, licence, citations : of the data set.
    needed : columns without which it is not this format. optional : columns read where they exist.
    read : returns the events of the rows inside the region, given the gazetteer and the rules.
    location : columns of country, province and district, by which rows outside the region are left
        out before `read`; None where `read` does it, or all rows are used.
    containers : what its columns may stand in: csv, pages of JSON.
    rules : the rules that ship for it.
    older_frame : whether its districts are those of the region's older administrative frame,
        unless boundaries are given.
    variant : the format that a file's content says it is, where columns alone do not tell.
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

    def missing(self, look: Look) -> list[str]:
        """Return the needed columns that a file lacks."""
        return [name for name in self.needed if name not in look.columns]

    def columns(self, path: Path) -> Columns:
        """Read the columns of a file or folder.

        Raises
        ------
        DataError
            It cannot be read as this format at all.
        """
        if path.is_dir() or is_json(path):
            if "json" not in self.containers:
                what = f"{self.title} is read from CSV, not from JSON or a folder"
                raise DataError(what, file=path, expected="a CSV file")
            return read_json_columns(find_pages(path), self.needed, self.optional)
        return read_csv_columns(path, self.needed, self.optional)


def look_at(path: Path) -> Look:
    """Return how a file or folder begins.

    Raises
    ------
    DataError
        It is neither CSV nor pages of JSON.
    """
    if path.is_dir() or is_json(path):
        first = read_json_columns(find_pages(path)[:1], (), None)
        return Look(path, "json", tuple(first.cells))
    return Look(path, "csv", read_header(path))


def recognise(look: Look, formats: Sequence[Format]) -> Format:
    """Return the first format that a file has all columns of.

    Raises
    ------
    DataError
        No format fits; the nearest is named with what it lacks.
    """
    possible = [known for known in formats if look.container in known.containers]
    for known in possible:
        if not known.missing(look):
            return known
    raise _not_recognised(look, possible or formats)


def _not_recognised(look: Look, formats: Sequence[Format]) -> DataError:
    """Return the error of a file that fits no format: the nearest, and what the others lack."""
    nearest, *others = sorted(formats, key=lambda known: len(known.missing(look)))
    missing = nearest.missing(look)
    begins = ", ".join(shorten(name) for name in look.columns[:6])
    if len(look.columns) == 1 and any(mark in look.columns[0] for mark in ";\t|"):
        hint = "Separate the columns by commas"
    else:
        lacks = [f"{known.name} lacks {_few(known.missing(look))}" for known in others]
        hint = "; ".join(["Say what it is with --format, or how to read it with --mapping", *lacks])
    return DataError(
        f"{len(missing)} needed columns are missing to be {nearest.title} ({nearest.name}), the "
        f"nearest format; the file begins with {begins}",
        file=look.path,
        line=1,
        column=missing[0] if missing else None,
        value=",".join(look.columns[:6])[:KEPT],
        expected=f"also the columns {', '.join(missing)}",
        hint=hint,
    )


def _few(names: Sequence[str]) -> str:
    shown = ", ".join(names[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown
