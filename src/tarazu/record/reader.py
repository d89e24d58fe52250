"""Reading events of any known source, and the registry of formats."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import pandas as pd

from tarazu.core.arguments import check_day, check_path, wrong_type
from tarazu.core.errors import did_you_mean
from tarazu.core.provenance import canonical_json, digest, digest_file
from tarazu.core.tables.csv_columns import LARGE
from tarazu.core.tables.json_pages import find_pages
from tarazu.record.account import SourceNote
from tarazu.record.build_record import build_record
from tarazu.record.coding.rules import read_rules
from tarazu.record.gazetteer import Gazetteer
from tarazu.record.record import Record
from tarazu.record.schema import prepare_check
from tarazu.record.source_table import SourceTable
from tarazu.record.sources.acled import ACLED
from tarazu.record.sources.formats import Format, read_file_header, recognise
from tarazu.record.sources.frame import NAME, frame_digest
from tarazu.record.sources.gtd import GTD
from tarazu.record.sources.mapped_csv import mapping_format
from tarazu.record.sources.ucdp_ged import UCDP_CANDIDATE, UCDP_GED
from tarazu.record.sources.views_panel import VIEWS_PANEL
from tarazu.region import Region, in_frame, load_region

# A file is read as the first format that fits.
FORMATS: tuple[Format, ...] = (
    UCDP_GED,
    UCDP_CANDIDATE,
    ACLED,
    GTD,
    VIEWS_PANEL,
)
FORMAT_NAMES = tuple(known.name for known in FORMATS)


def read_record(
    source: str | Path | pd.DataFrame,
    *,
    region: str | Path | Region | None = None,
    rules: str | Path | None = None,
    boundaries: str | Path | None = None,
    keep_going: bool = False,
    format: str | None = None,
    mapping: str | Path | Mapping[str, object] | None = None,
    first_day: str | date | None = None,
    last_day: str | date | None = None,
) -> Record:
    """Read event data into a Record; the format is recognised by the columns.

    For UCDP, districts are those of the region's older frame (for Balochistan 29 units), unless
    boundaries are given, which place events within a divided unit.

    Parameters
    ----------
    source : a file, a folder of pages of JSON, or a DataFrame, which is checked as the csv file of
        it would be; errors count its rows from 1.
    region : from `load_region`; rows elsewhere are dropped and counted by country and province.
        Default: Balochistan.
    rules : TOML file of rules; default: those shipped for the format.
    boundaries : GeoJSON of the region's districts in its own frame; only for the default region,
        others bring theirs from `load_region`.
    keep_going : collect rows that cannot be read in `Quality.rejects` instead of raising.
    format : name of the format, one of `FORMATS`; default: recognised.
    first_day, last_day : of the time that the file covers, dates, "2015-06-30", "2015-06" or
        "2015"; events outside it are dropped and counted. Default: as in the file (see
        `Format.observed`); yearly releases such as UCDP GED and GTD cover whole years.
    mapping : TOML file that maps the columns of any other csv file, or its content as a
        dictionary; used instead of a format.

    Raises
    ------
    DataError
        The file has no known format, or has one bad cell: file, line, column, what was expected.
    ExceptionGroup
        Several problems, one DataError each (at most 100 are shown).
    ScenarioError
        The rules or the mapping cannot be used.
    TypeError
        An argument of another type.

    Examples
    --------
    >>> import pandas as pd, tarazu as tz
    >>> events = pd.DataFrame(
    ...     {
    ...         "day": ["2015-06-30", "2015-07-04"],
    ...         "where": ["Kech", "Panjgur"],
    ...         "who": ["rebels", "army"],
    ...     }
    ... )
    >>> tz.read_record(
    ...     events,
    ...     mapping={
    ...         "name": "example",
    ...         "title": "Two events",
    ...         "licence": "none",
    ...         "columns": {"date": "day", "district": "where", "initiator": "who"},
    ...         "values": {"initiator": {"rebels": "militant", "army": "state"}},
    ...     },
    ... )
    <Record Balochistan, Pakistan, 2015: 2 events
      1 state, 1 militant, 0 other, 0 unclear
      source: Two events>
    """
    record, _ = read_with_texts(
        source,
        region=region,
        rules=rules,
        boundaries=boundaries,
        keep_going=keep_going,
        format=format,
        mapping=mapping,
        first_day=first_day,
        last_day=last_day,
    )
    return record


def read_with_texts(
    source: str | Path | pd.DataFrame,
    *,
    region: str | Path | Region | None = None,
    rules: str | Path | None = None,
    boundaries: str | Path | None = None,
    keep_going: bool = False,
    format: str | None = None,
    mapping: str | Path | Mapping[str, object] | None = None,
    first_day: str | date | None = None,
    last_day: str | date | None = None,
) -> tuple[Record, SourceTable]:
    """Read events as `read_record` does; return also the rows as the source has them.

    The rows hold the source's texts, which a record does not keep.
    """
    if not isinstance(source, str | Path | pd.DataFrame):
        raise wrong_type("source", source, "a path or a pandas DataFrame")
    if isinstance(region, str | Path):
        region = load_region(region)
    if region is not None and not isinstance(region, Region):
        raise wrong_type("region", region, "a folder, or what load_region returns")
    if not isinstance(mapping, str | Path | Mapping | None):
        raise wrong_type("mapping", mapping, "a TOML file, or its content as a dictionary")
    asked = (
        None if first_day is None else check_day("first_day", first_day),
        None if last_day is None else check_day("last_day", last_day, last=True),
    )
    if mapping is not None and format is not None:
        raise ValueError("give a mapping or a format, not both")
    if region is not None and boundaries is not None:
        raise ValueError("give boundaries to load_region, or no region to read_record")
    table = source if isinstance(source, pd.DataFrame) else Path(source)
    lines = Path(mapping) if isinstance(mapping, str) else mapping
    where = (
        region if region is not None else load_region(boundaries=_path("boundaries", boundaries))
    )
    known = _format(table, format, lines)
    if known.older_frame and where.boundaries is None and where.older_frame:
        where = in_frame(where, where.older_frame)
    rule_set = read_rules(_path("rules", rules) or known.rules)
    with ThreadPoolExecutor(max_workers=1) as pool:
        if isinstance(table, Path) and table.is_file() and table.stat().st_size >= LARGE:
            pool.submit(
                prepare_check, where.slugs
            )  # while Arrow reads, which frees the interpreter
        columns = known.columns(table)
    known = known if known.variant is None else known.variant(columns)
    observed = known.observed(columns)
    gazetteer = Gazetteer(where)
    if known.location is not None:
        columns = gazetteer.keep_inside(columns, *known.location)
    with ThreadPoolExecutor(max_workers=1) as pool:  # a digest frees the interpreter
        whole = pool.submit(_digest, table)
        events = known.read(columns, gazetteer, rule_set)
    record = build_record(
        events,
        table if isinstance(table, Path) else NAME,
        gazetteer=gazetteer,
        rules=rule_set,
        source=SourceNote(known.title, known.licence, known.citations, whole.result(), known.scope),
        keep_going=keep_going,
        observed=observed,
        asked=asked,
    )
    if lines is None:
        return record, events.good()
    found = digest_file(lines) if isinstance(lines, Path) else digest(canonical_json(dict(lines)))
    return replace(record, inputs={**record.inputs, "mapping": found}), events.good()


def _path(what: str, path: str | Path | None) -> Path | None:
    return None if path is None else check_path(what, path, "a file")


def _format(
    table: Path | pd.DataFrame, name: str | None, mapping: Path | Mapping[str, object] | None
) -> Format:
    if mapping is not None:
        return mapping_format(mapping)
    return recognise(read_file_header(table), FORMATS) if name is None else _by_name(name)


def _by_name(name: str) -> Format:
    for known in FORMATS:
        if known.name == name:
            return known
    hint = did_you_mean(name, FORMAT_NAMES)
    raise ValueError(f"format is {name!r}; expected one of {', '.join(FORMAT_NAMES)}.{hint}")


def _digest(path: Path | pd.DataFrame) -> str:
    """Return sha256 of a file, of a folder's digests of pages, or of a DataFrame's cells."""
    if isinstance(path, pd.DataFrame):
        return frame_digest(path)
    if not path.is_dir():
        return digest_file(path)
    pages = (f"{page.name} {digest_file(page)}\n" for page in find_pages(path))
    return sha256("".join(pages).encode()).hexdigest()
