"""Reader for the UCDP Georeferenced Event Dataset: csv, plain or with the HDX row of tags."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tarazu.core.cells import Row
from tarazu.core.csvfile import CsvTable, shorten
from tarazu.core.errors import DataError, TarazuError, raise_problems
from tarazu.core.provenance import digest_file
from tarazu.record.coding import ONE_SIDED, STATE_BASED, ParsedRows, code_events
from tarazu.record.place import Gazetteer, NamedPlace
from tarazu.record.quality import Reading, assess
from tarazu.record.record import Record, Reject, SourceNote
from tarazu.record.rules import read_rules
from tarazu.region import Region, load_region

COLUMNS = (
    "id",
    "active_year",
    "type_of_violence",
    "side_a",
    "side_b",
    "source_article",
    "source_headline",
    "source_original",
    "where_prec",
    "where_coordinates",
    "adm_1",
    "adm_2",
    "latitude",
    "longitude",
    "country",
    "date_prec",
    "date_start",
    "date_end",
    "deaths_a",
    "deaths_b",
    "deaths_civilians",
    "deaths_unknown",
    "best",
    "high",
    "low",
)
TITLE = "UCDP Georeferenced Event Dataset (GED)"
LICENCE = "CC BY 4.0"
CITATIONS = (
    "Sundberg, Ralph, and Erik Melander, 2013, 'Introducing the UCDP Georeferenced Event Dataset', "
    "Journal of Peace Research 50(4), 523-532, doi:10.1177/0022343313484347",
    "Davies, Shawn, Therese Pettersson, and Magnus Öberg, 2022, 'Organized violence 1989-2021 and "
    "drone warfare', Journal of Peace Research 59(4), 593-610, doi:10.1177/00223433221108428",
)
SHOWN_PROBLEMS = 100  # an ExceptionGroup of more is no help
OUTSIDE = "outside the region"


def read_record(
    path: Path,
    *,
    region: Region | None = None,
    rules: Path | None = None,
    boundaries: Path | None = None,
    keep_going: bool = False,
) -> Record:
    """Read a UCDP GED file into a Record.

    Districts are those of the region's older frame (for Balochistan the 29 units that UCDP knows),
    unless boundaries say where in a divided unit a point lies.

    Parameters
    ----------
    path : csv with the columns of GED, with or without the HDX row of tags.
    region : where to look; rows elsewhere are counted by name. Default: Balochistan.
    rules : TOML file of rules; default: those shipped.
    boundaries : GeoJSON of the region's districts in its own frame; only for the default region,
        others bring theirs from `load_region`.
    keep_going : collect rows that cannot be read in `Quality.rejects` instead of raising.

    Raises
    ------
    DataError
        The file is no GED csv, or has one bad cell: file, line, column, what was expected.
    ExceptionGroup
        Several problems, one DataError each (at most 100 are shown).
    ScenarioError
        The rules cannot be used.
    """
    path = Path(path)
    used = _region_for(region, boundaries)
    rule_set = read_rules(rules)
    table = CsvTable(path, COLUMNS)
    gazetteer = Gazetteer(used)
    rows, reading = _read_rows(table, gazetteer, keep_going=keep_going)
    if not rows.event_id:
        raise _nothing_read(path, used, reading)
    events = code_events(rows, rule_set)
    inputs = {"events": digest_file(path), "region": used.digest, "rules": rule_set.digest}
    if used.boundaries is not None:
        inputs["boundaries"] = used.boundaries.digest
    return Record(
        events=events,
        region=used,
        start=date(min(rows.first_day).year, 1, 1),
        end=date(max(rows.first_day).year, 12, 31),
        quality=assess(events, reading),
        source=SourceNote(TITLE, LICENCE, CITATIONS, inputs["events"]),
        rules_digest=inputs["rules"],
        inputs=inputs,
    )


def _region_for(region: Region | None, boundaries: Path | None) -> Region:
    if region is None:
        region = load_region(boundaries=boundaries)
    elif boundaries is not None:
        raise ValueError("give boundaries to load_region, or no region to read_record")
    if region.boundaries is None and region.older_frame:
        return region.in_frame(region.older_frame)
    return region


def _read_rows(
    table: CsvTable, gazetteer: Gazetteer, *, keep_going: bool
) -> tuple[ParsedRows, Reading]:
    rows = ParsedRows()
    seen: dict[str, int] = {}
    problems: list[list[DataError]] = []  # one list per row
    outside: Counter[str] = Counter()
    country, province, district = (table.index[name] for name in ("country", "adm_1", "adm_2"))
    read = 0
    for line, cells in table:
        if read == 0 and _is_tag_row(cells):
            continue
        read += 1
        wrong_width = table.check_width(line, cells)
        if wrong_width is not None:
            problems.append([wrong_width])
            continue
        name = gazetteer.outside(cells[country], cells[province], cells[district])
        if name is not None:
            outside[name] += 1
            continue
        row = Row(table.path, line, cells, table.index)
        _read_row(row, gazetteer, rows, seen)
        if row.problems:
            problems.append(row.problems)
    if not keep_going:
        _raise_shown(problems, table.path)
    reading = Reading(
        rows_read=read,
        dropped={OUTSIDE: outside.total()} if outside else {},
        outside=dict(sorted(outside.items())),
        unknown_districts=dict(sorted(gazetteer.unknown.items())),
        district_rules=dict(sorted(gazetteer.rules.items())),
        moved_by_place=dict(sorted(gazetteer.moved.items())),
        disagreements=tuple(gazetteer.disagreements),
        rejects=tuple(_reject(found) for found in problems),
    )
    return rows, reading


def _is_tag_row(cells: Sequence[str]) -> bool:
    """Whether this is HDX's second header: only tags such as #date+start and empty cells."""
    return any(cells) and all(not cell or cell.startswith("#") for cell in cells)


def _read_row(row: Row, gazetteer: Gazetteer, rows: ParsedRows, seen: dict[str, int]) -> None:
    """Add an event to `rows`, unless the row has problems."""
    event_id, side_a, side_b = row.key("id"), row.key("side_a"), row.key("side_b")
    first, last = row.day("date_start"), row.day("date_end")
    precision = row.code("date_prec", 1, 5)
    violence = row.code("type_of_violence", STATE_BASED, ONE_SIDED)
    active_year = row.flag("active_year")
    sides = ("deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown")
    a, b, civilians, unknown = (row.count(column) for column in sides)
    low, best, high = (row.count(column) for column in ("low", "best", "high"))
    where = NamedPlace(
        country=row.text("country"),
        province=row.text("adm_1"),
        district=row.text("adm_2"),
        place=row.text("where_coordinates"),
        precision=row.code("where_prec", 1, 7),
        lon=row.number("longitude", -180, 180),
        lat=row.number("latitude", -90, 90),
    )
    if event_id in seen:
        what = f"event {shorten(event_id)} stands already in line {seen[event_id]}"
        row.problem("id", what, "each event once")
    if not row.problems:  # stand-ins would contradict each other
        if last < first:
            row.problem("date_end", f"the event ends before {first}", "no day before date_start")
        if best != a + b + civilians + unknown:
            what = f"best is {best} but the deaths by side are {a + b + civilians + unknown}"
            row.problem("best", what, "the sum of the deaths by side")
        if not low <= best <= high:
            what = f"best is {best}, outside {low} to {high}"
            row.problem("best", what, "low <= best <= high")
    if row.problems:
        return
    seen[event_id] = row.line
    rows.event_id.append(event_id)
    rows.first_day.append(first)
    rows.date_precision.append(precision)
    rows.district.append(gazetteer.locate(event_id, where))
    rows.active_year.append(active_year)
    rows.zero_best.append(best == 0)
    rows.violence.append(violence)
    rows.side_a.append(side_a)
    rows.side_b.append(side_b)
    rows.deaths.append((a, b, civilians, unknown))
    article, headline = row.text("source_article"), row.text("source_headline")
    rows.text.append(f"{article}\n{headline}")
    rows.source.append(f"{article}\n{row.text('source_original')}")


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
        column="country",
        expected="at least one event in the region",
        hint="Load the region of these events, or export the rows of this one",
    )
