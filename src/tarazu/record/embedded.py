"""Embedded counts of a record, without texts, coordinates or ids, and the records that ship.

The package ships such counts for each shipped region, so that it runs without an event file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pandas as pd
from pydantic import BaseModel, ConfigDict

from tarazu.core.errors import DataError
from tarazu.core.files.outputs import write_outputs
from tarazu.core.provenance import digest
from tarazu.core.specs import read_toml
from tarazu.core.tables.csv_columns import read_csv_columns
from tarazu.core.tables.csv_text import csv_text
from tarazu.record.account import Scope, SourceNote
from tarazu.record.quality import assess
from tarazu.record.record import Record
from tarazu.record.schema import FLAGS, LABELS, tidy
from tarazu.record.vocabulary import DEATHS, EVENT_COLUMNS, INITIATORS, MOVEMENTS
from tarazu.region import Region, in_frame, load_region
from tarazu.region.shipped import FOLDERS

SHIPPED_FIGURES: Final[Mapping[str, Path]] = MappingProxyType(
    {
        name: Path(__file__).parent / "data" / f"{name}_figures.csv"
        for name in ("balochistan", "kp_fata")
    }
)
"""Counts of each shipped record, by `Region.name`."""
COLUMNS = tuple(name for name in EVENT_COLUMNS if name != "event_id")
KEYS = tuple(name for name in COLUMNS if name not in {*DEATHS, "count"})
"""Columns in which events are alike, whatever their deaths."""
REJECTED = "could not be read"


class FiguresNote(BaseModel):
    """Note beside the table of counts: its source and the account of rows.

    Attributes
    ----------
    title, licence, citations : of the event data. changes : made to them.
    scope : what the source counts as an event; see `SourceNote`.
    input_digest, rules_digest, figures_digest : sha256 of the event file, the rules, the csv.
    region, frame : of the districts. first_day, last_day : of the time that the file covers.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    title: str
    licence: str
    citations: list[str]
    changes: str
    scope: Scope = "any"
    input_digest: str
    rules_digest: str
    figures_digest: str
    region: str
    frame: str
    first_day: date
    last_day: date
    rows_read: int
    dropped: dict[str, int]
    remarks: dict[str, int] = {}
    outside: dict[str, int]
    unknown_districts: dict[str, int]
    district_rules: dict[str, int]
    moved_by_place: dict[str, int]


def make_figures(record: Record) -> bytes:
    """Return the counts of a record as CSV: no texts, coordinates or ids, districtless included.

    Equal records give equal bytes, whatever the order of rows in the event file.

    Raises
    ------
    ValueError
        The record is a selection.
    """
    if record.selection:
        raise ValueError("counts are exported of a whole record, not of a selection")
    events = record.events.astype(dict.fromkeys(FLAGS, "int64"))
    events["date"] = events["date"].dt.strftime("%Y-%m-%d")
    events["district"] = events["district"].fillna("")
    for side in DEATHS:  # of one event: only equal events share a row, so that no toll is blurred
        events[side] //= events["count"]
    table = events.groupby([*KEYS, *DEATHS], sort=True)["count"].sum().reset_index()
    for side in DEATHS:
        table[side] *= table["count"]
    return csv_text(COLUMNS, table[list(COLUMNS)].itertuples(index=False)).encode()


def write_figures(
    record: Record, path: Path, *, keep: Sequence[Path] = (), replace: bool = False
) -> None:
    """Write the counts to `path`, and their note beside it with the ending .toml.

    Parameters
    ----------
    keep, replace : which files must stay; see `tarazu.core.files.outputs.check_outputs`.

    Raises
    ------
    ValueError
        See `make_figures`.
    OutputError, ExceptionGroup
        One of the two files must stay; nothing was written.
    """
    path = Path(path)
    table = make_figures(record)
    quality = record.quality
    rejected = {REJECTED: quality.rows_rejected} if quality.rejects else {}
    note = FiguresNote(
        title=record.source.title,
        licence=record.source.licence,
        citations=list(record.source.citations),
        changes="Events classified and placed by our rules, then counted; texts, coordinates, "
        "names of persons and ids left out.",
        scope=record.source.scope,
        input_digest=record.source.digest,
        rules_digest=record.rules_digest,
        figures_digest=digest(table),
        region=record.region.name,
        frame=record.region.frame,
        first_day=record.start,
        last_day=record.end,
        rows_read=quality.rows_read,
        dropped={**quality.dropped, **rejected},
        remarks=dict(quality.remarks),
        outside=dict(quality.outside),
        unknown_districts=dict(quality.unknown_districts),
        district_rules=dict(quality.district_rules),
        moved_by_place=dict(quality.moved_by_place),
    )
    files = {path: table, path.with_suffix(".toml"): _to_toml(note.model_dump()).encode()}
    write_outputs(files, keep=keep, replace=replace)


def load_record(region: str | PathLike[str] | Region | None = None) -> Record:
    """Return a record that ships with the package: of Balochistan, or of another shipped region.

    UCDP GED (CC BY 4.0) as counts, with the same panel as the event file; events have no ids, no
    texts and no coordinates. Balochistan 1992-2021; Khyber Pakhtunkhwa and the former FATA
    1992-2021.

    Parameters
    ----------
    region : name of a shipped region (balochistan, kp-fata), or what `load_region` returns for it,
        in any of its administrative frames. Default: Balochistan. Events are in the frame that
        the source uses.

    Raises
    ------
    DataError
        No record ships for this region.
    TypeError
        `region` is something else.

    See Also
    --------
    tarazu.read_record : a record of your own events, of any region.

    References
    ----------
    Sundberg & Melander (2013), Journal of Peace Research 50, doi:10.1177/0022343313484347.

    Examples
    --------
    >>> import tarazu as tz
    >>> tz.load_record()
    <Record Balochistan, Pakistan, 1992–2021: 692 events
      97 state, 457 militant, 2 foreign_state, 8 other, 128 unclear
      source: UCDP Georeferenced Event Dataset (GED)>
    >>> tz.load_record("kp-fata").n_events
    4741
    """
    where = region if isinstance(region, Region) else load_region(region)
    if where.name not in SHIPPED_FIGURES:
        raise DataError(
            f"no record of {where.title} ships with Tarazu",
            value=where.name,
            expected=f"one of the shipped regions {', '.join(FOLDERS)}",
            hint="Read the events of this region with read_record",
        )
    return read_figures(SHIPPED_FIGURES[where.name], region=where)


def read_figures(path: Path, *, region: Region | None = None) -> Record:
    """Read counts that `write_figures` wrote.

    Raises
    ------
    DataError, ExceptionGroup
        The table is not as written: wrong columns, cells, districts, or another digest.
    ScenarioError
        The note beside the table cannot be used.
    """
    note = read_toml(path.with_suffix(".toml"), FiguresNote)
    region = load_region() if region is None else region
    if region.name != note.region:
        what = f"the counts are of region '{note.region}', not '{region.name}'"
        hint = "Read the events of this region with read_record"
        raise DataError(what, file=path, expected=f"region '{note.region}'", hint=hint)
    if note.frame not in (region.frame, region.older_frame):
        raise DataError(
            f"the counts are by districts of the frame '{note.frame}', not of '{region.frame}'",
            file=path,
            expected=f"region '{region.name}' in the frame '{note.frame}'",
            hint="Read the events of this region with read_record",
        )
    region = in_frame(region, note.frame)
    found = digest(path.read_bytes())
    if found != note.figures_digest:
        what = "the table is not the one that its note describes"
        hint = "Export the counts again with `tarazu data figures`"
        raise DataError(what, file=path, value=found, expected=note.figures_digest, hint=hint)
    events = _read_events(path, region)
    days = events["date"].dt.date
    if len(events) and not note.first_day <= days.min() <= days.max() <= note.last_day:
        raise DataError(
            f"events of {days.min()} to {days.max()} lie outside the days of the note",
            file=path,
            expected=f"days from {note.first_day} to {note.last_day}",
            hint="Export the counts again with `tarazu data figures`",
        )
    used, lost = int(events["count"].sum()), sum(note.dropped.values())
    if used == 0 or note.rows_read != used + lost:
        what = f"the table counts {used:,} events, and its note leaves out {lost:,}"
        hint = "Export the counts again with `tarazu data figures`"
        expected = f"together the {note.rows_read:,} rows that were read, and at least one event"
        raise DataError(what, file=path, expected=expected, hint=hint)
    quality = assess(
        events,
        rows_read=note.rows_read,
        rows_used=used,
        dropped=note.dropped,
        remarks=note.remarks,
        outside=note.outside,
        unknown_districts=note.unknown_districts,
        district_rules=note.district_rules,
        moved_by_place=note.moved_by_place,
    )
    return Record(
        events=events,
        region=region,
        start=note.first_day,
        end=note.last_day,
        quality=quality,
        source=SourceNote(
            note.title, note.licence, tuple(note.citations), note.input_digest, note.scope
        ),
        rules_digest=note.rules_digest,
        inputs={
            "events": note.input_digest,
            "figures": found,
            "region": region.digest,
            "rules": note.rules_digest,
        },
    )


def _read_events(path: Path, region: Region) -> pd.DataFrame:
    columns = read_csv_columns(path, COLUMNS, marked=True)
    districts = columns.one_of("district", ("", *region.slugs))
    events = pd.DataFrame(
        {
            "event_id": columns.full(""),
            "date": columns.day("date").astype("datetime64[s]"),
            "date_precision": columns.code("date_precision", 1, 5),
            "district": pd.array([slug or None for slug in districts], dtype="str"),
            "initiator": columns.one_of("initiator", INITIATORS),
            "movement": columns.one_of("movement", MOVEMENTS),
            "group": columns.text("group"),
            **{name: columns.key(name) for name in LABELS},
            **{name: columns.flag(name) for name in FLAGS},
            **{name: columns.count(name) for name in DEATHS},
            "count": columns.count("count", low=1),
        }
    )
    columns.raise_problems()
    return tidy(events)


def _to_toml(content: Mapping[str, object]) -> str:
    """Return the note as TOML: scalars first, then tables of counts."""
    lines = ["# Written by `tarazu data figures`; describes the table of the same name."]
    for key, value in content.items():
        if not isinstance(value, dict):
            lines.append(f"{key} = {_scalar(value)}")
    for key, value in content.items():
        if isinstance(value, dict):
            lines += ["", f"[{key}]", *(f"{_scalar(k)} = {n}" for k, n in value.items())]
    return "\n".join(lines) + "\n"


def _scalar(value: object) -> str:
    if isinstance(value, list):
        return "[\n" + "".join(f"  {_scalar(item)},\n" for item in value) + "]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04X}" for c in escaped) + '"'
    return str(value)
