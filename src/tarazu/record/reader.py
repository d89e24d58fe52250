"""Reading events of any known source: the registry of formats and the one way in."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from tarazu.core.jsonpages import find_pages
from tarazu.core.provenance import digest_file
from tarazu.record.assembly import assemble
from tarazu.record.formats import Format, look_at, recognise
from tarazu.record.ged import UCDP_CANDIDATE, UCDP_GED
from tarazu.record.record import Record, SourceNote
from tarazu.record.rules import read_rules
from tarazu.region import Region, load_region

# A file is read as the first format that fits.
FORMATS: tuple[Format, ...] = (
    UCDP_GED,
    UCDP_CANDIDATE,
)


def read_record(
    path: Path,
    *,
    region: Region | None = None,
    rules: Path | None = None,
    boundaries: Path | None = None,
    keep_going: bool = False,
    format: str | None = None,
) -> Record:
    """Read event data into a Record; the format is recognised by the columns.

    For UCDP, districts are those of the region's older frame (for Balochistan the 29 units that
    UCDP knows), unless boundaries say where in a divided unit a point lies.

    Parameters
    ----------
    path : a file, or a folder of pages of JSON.
    region : where to look; rows elsewhere are counted by name. Default: Balochistan.
    rules : TOML file of rules; default: those shipped for the format.
    boundaries : GeoJSON of the region's districts in its own frame; only for the default region,
        others bring theirs from `load_region`.
    keep_going : collect rows that cannot be read in `Quality.rejects` instead of raising.
    format : name of the format, one of `FORMATS`; default: recognised.

    Raises
    ------
    DataError
        The file has no known format, or has one bad cell: file, line, column, what was expected.
    ExceptionGroup
        Several problems, one DataError each (at most 100 are shown).
    ScenarioError
        The rules cannot be used.
    """
    path = Path(path)
    if region is not None and boundaries is not None:
        raise ValueError("give boundaries to load_region, or no region to read_record")
    place = load_region(boundaries=boundaries) if region is None else region
    known = recognise(look_at(path), FORMATS) if format is None else _by_name(format)
    if known.older_frame and place.boundaries is None and place.older_frame:
        place = place.in_frame(place.older_frame)
    rule_set = read_rules(rules or known.rules)
    columns = known.columns(path)
    known = known if known.variant is None else known.variant(columns)
    table = known.read(columns, place, rule_set)
    source = SourceNote(known.title, known.licence, known.citations, _digest(path))
    return assemble(table, path, region=place, rules=rule_set, source=source, keep_going=keep_going)


def _by_name(name: str) -> Format:
    for known in FORMATS:
        if known.name == name:
            return known
    names = ", ".join(known.name for known in FORMATS)
    raise ValueError(f"format is {name!r}; expected one of {names}")


def _digest(path: Path) -> str:
    """Return sha256 of a file, or of the digests of a folder's pages."""
    if not path.is_dir():
        return digest_file(path)
    pages = (f"{page.name} {digest_file(page)}\n" for page in find_pages(path))
    return sha256("".join(pages).encode()).hexdigest()
