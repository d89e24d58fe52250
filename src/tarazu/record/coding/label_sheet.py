"""Sheet of events drawn at random, to be labelled by hand and read by `check_labels`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from tarazu.core.errors import DataError, OutputError
from tarazu.core.files.output_folder import MANIFEST
from tarazu.core.files.outputs import check_outputs, write_outputs
from tarazu.core.tables.coded import Coded, Joined, Texts
from tarazu.core.tables.csv_text import csv_text
from tarazu.record.record import Record
from tarazu.record.source_table import SourceTable
from tarazu.record.vocabulary import DEATHS

FEWEST_WORDS: Final = 4  # a text of fewer says nothing about who began
SHOWN: Final = ("date", "district", "group", *DEATHS)
COLUMNS: Final = ("sample", "id", "hand_label", *SHOWN, "text")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True)
class LabelSheet:
    """A simple random sample of the events that have a text, without replacement.

    Attributes
    ----------
    rows : one per event, cells as `COLUMNS`, in random order; hand_label is empty, and what the
        rules say is not shown, so that the reader is not led.
    with_text, without_text : events of the record that could be drawn, and that could not.
    """

    rows: tuple[tuple[object, ...], ...]
    with_text: int
    without_text: int

    def sentence(self) -> str:
        """Return what was drawn, in words."""
        second = sum(row[0] == "2" for row in self.rows)
        return (
            f"{len(self.rows):,} of {self.with_text:,} events with a text were drawn at random, "
            f"without strata: {len(self.rows) - second:,} in sample 1, which may be used to change "
            f"the rules, and {second:,} in sample 2, the headline, which may not. The check will "
            f"say nothing about the {self.without_text:,} events without a text of at least "
            f"{FEWEST_WORDS} words."
        )


def draw_labels(record: Record, rows: SourceTable, *, n: int, seed: int) -> LabelSheet:
    """Draw events to be labelled by hand.

    Equal events, n and seed give equal sheets, whatever the order of rows in the file.

    Parameters
    ----------
    rows : of the source, as `read_with_texts` returns them.
    n : events, at least 2; half of them, rounded up, are the headline sample.
    seed : of the draw.

    Raises
    ------
    DataError
        The events have no ids, or fewer than `n` of them have a text.
    """
    if n < 2:
        raise ValueError(f"n is {n}; expected at least 2 events")
    events = record.events[record.events["event_id"] != ""]
    if events.empty:
        raise DataError(
            "the record has no event ids to label by",
            expected="an event file with a column of ids",
            hint="Name the column of ids in the mapping",
        )
    texts = dict(zip(rows.event_id.tolist(), _texts(rows.text), strict=True))
    with_text = events[[_says_something(texts.get(one, "")) for one in events["event_id"]]]
    if with_text.empty:
        raise DataError(
            f"no event has a text of at least {FEWEST_WORDS} words to label it by",
            expected="an event file with a column of descriptions or headlines",
            hint="Name that column in the mapping, as text under [columns]",
        )
    if len(with_text) < n:
        raise DataError(
            f"only {len(with_text):,} events have a text of at least {FEWEST_WORDS} words",
            value=n,
            expected="no more events than that",
            hint="Draw fewer events (-n)",
        )
    ordered = with_text.sort_values("event_id", ignore_index=True)
    drawn = np.random.default_rng(seed).permutation(len(ordered))[:n].tolist()
    first_sample = n // 2
    chosen = ordered.iloc[drawn].assign(
        sample=["1"] * first_sample + ["2"] * (n - first_sample),
        date=lambda part: part["date"].dt.strftime("%Y-%m-%d"),
        district=lambda part: part["district"].fillna(""),
    )
    cells = chosen[["sample", "event_id", *SHOWN]].itertuples(index=False)
    return LabelSheet(
        rows=tuple((*row[:2], "", *row[2:], texts[row[1]]) for row in cells),
        with_text=len(with_text),
        without_text=len(events) - len(with_text),
    )


def check_sheet(path: Path, *, keep: Sequence[Path] = (), replace: bool = False) -> None:
    """Raise an error if a sheet must not be written here.

    Raises
    ------
    OutputError
        A file must stay (see `check_outputs`), or the place is a folder of results: a sheet holds
        the source's texts, which may name people and do not travel with results.
    """
    for folder in path.resolve().parents:
        if (folder / MANIFEST).exists():
            raise OutputError(
                f"lies in the folder of results {folder}; a sheet holds the source's texts",
                path=path,
                expected="a place outside",
                hint="Name another place",
            )
    check_outputs([path], keep=keep, replace=replace)


def write_sheet(
    sheet: LabelSheet, path: Path, *, keep: Sequence[Path] = (), replace: bool = False
) -> None:
    """Write a sheet as CSV, after `check_sheet`."""
    check_sheet(path, keep=keep, replace=replace)
    write_outputs({path: csv_text(COLUMNS, sheet.rows).encode()}, keep=keep, replace=replace)


def _texts(texts: Texts | Joined) -> list[str]:
    """Return one text per event, without repeats of a column that another one holds."""
    columns = texts.columns if isinstance(texts, Joined) else (texts,)
    cells = [_cells(column) for column in columns]
    joined = []
    for parts in zip(*cells, strict=True):
        kept: list[str] = []
        for part in (" ".join(text.split()) for text in parts):
            if part and not any(part in other for other in kept):
                kept.append(part)
        joined.append(" | ".join(kept))
    return joined


def _cells(column: Texts | Coded) -> list[str]:
    if isinstance(column, Coded):
        return [column.distinct[code] for code in column.codes.tolist()]
    cells: list[str] = column.tolist()
    return cells


def _says_something(text: str) -> bool:
    return len(_WORD.findall(text)) >= FEWEST_WORDS
