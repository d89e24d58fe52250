"""District boundaries from geoBoundaries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from tarazu.core.errors import DataError
from tarazu.core.http.addresses import check_address, follow, without_secrets
from tarazu.core.http.client import WebClient
from tarazu.core.http.downloads import (
    DEFAULTS,
    DownloadNote,
    DownloadOptions,
    finish_download,
    partial_dir,
)
from tarazu.core.http.json_body import read_json
from tarazu.core.tables.cells import shorten
from tarazu.region.geojson_check import find_problem

ADDRESS = "https://www.geoboundaries.org/api/current/gbOpen"
# Where the API says that its files lie, and where GitHub keeps large ones.
FILE_HOSTS = ("github.com", "githubusercontent.com")
COUNTRY = re.compile(r"[A-Za-z]{3}", re.ASCII)
LONGEST_FACT = 200  # characters
CITATIONS = (
    "Runfola, Daniel, et al., 2020, 'geoBoundaries: A global database of political administrative "
    "boundaries', PLOS ONE 15(4), e0231866, doi:10.1371/journal.pone.0231866",
)


def fetch_boundaries(
    out: Path,
    *,
    country: str,
    level: int,
    address: str = ADDRESS,
    options: DownloadOptions = DEFAULTS,
) -> str:
    """Download the boundaries of one country's districts as GeoJSON, the licence kept beside.

    Parameters
    ----------
    country : ISO 3166-1 alpha-3 code ("PAK").
    level : administrative level, 0 (country) to 5; districts are mostly 2.
    address : of the API.

    Returns
    -------
    str
        sha256 of the file.

    Raises
    ------
    DataError
        The service fails, has no such boundaries, or sends a file that is not GeoJSON.
    """
    check_address(address, bare=True)
    if not COUNTRY.fullmatch(country):
        what = f"{shorten(country)} is not a code of a country"
        raise DataError(what, expected="three letters of ISO 3166-1, such as PAK")
    page = f"{address}/{country.upper()}/ADM{level}/"
    folder = partial_dir(page, {})
    partial = folder / "boundaries.geojson"
    with WebClient(hosts=FILE_HOSTS, gap=options.gap, limits=options.limits) as client:
        found = read_json(client.get(page, {}), page, options.limits)
        facts = found[0] if isinstance(found, list) and found else found
        file = facts.get("gjDownloadURL") if isinstance(facts, dict) else None
        if not isinstance(file, str):
            what = f"there are no boundaries of {country.upper()} at level {level}"
            raise DataError(what, file=page, expected="an address in gjDownloadURL")
        follow(page, file, hosts=FILE_HOSTS)
        client.download(file, partial, options.progress)
    problem = find_problem(partial)
    if problem is not None:
        partial.unlink()
        raise DataError(problem, file=without_secrets(file), expected="a FeatureCollection")
    title = (
        f"geoBoundaries {_fact(facts, 'boundaryID')}, {_fact(facts, 'boundaryCanonical')} of "
        f"{_fact(facts, 'boundaryName', country)}, {_fact(facts, 'boundaryYearRepresented')}; "
        f"source: {_fact(facts, 'boundarySource', 'not stated')}"
    )
    licence = _fact(facts, "boundaryLicense", "not stated")
    query: dict[str, str | int] = {"country": country.upper(), "level": level}
    note = DownloadNote(title, licence, CITATIONS, file, query)
    return finish_download(partial, out, note, folder, options)


def _fact(facts: Mapping[str, object], name: str, default: str = "") -> str:
    """Return a fact about the boundaries as a line that can be written and shown."""
    value = facts.get(name)
    if value is None or isinstance(value, dict | list):
        return default
    text = "".join(c if c.isprintable() else " " for c in str(value)[:LONGEST_FACT])
    return " ".join(text.split()) or default
