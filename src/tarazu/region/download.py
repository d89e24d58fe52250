"""District boundaries from geoBoundaries."""

from __future__ import annotations

import json
from pathlib import Path

from tarazu.core.errors import DataError
from tarazu.core.http.client import WebClient
from tarazu.core.http.downloads import (
    DEFAULTS,
    DownloadNote,
    DownloadOptions,
    finish_download,
    partial_dir,
)

ADDRESS = "https://www.geoboundaries.org/api/current/gbOpen"
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
    page = f"{address}/{country.upper()}/ADM{level}/"
    folder = partial_dir(page, {})
    partial = folder / "boundaries.geojson"
    with WebClient(gap=options.gap) as client:
        found = json.loads(client.get(page, {}))
        facts = found[0] if isinstance(found, list) and found else found
        file = facts.get("gjDownloadURL") if isinstance(facts, dict) else None
        if not isinstance(file, str):
            what = f"there are no boundaries of {country.upper()} at level {level}"
            raise DataError(what, file=page, expected="an address in gjDownloadURL")
        client.download(file, partial, options.progress)
    data = partial.read_bytes()
    if not _is_collection(data):
        partial.unlink()
        what = f"the file is not GeoJSON; it begins with {data[:40]!r}"
        raise DataError(what, file=file, expected="a FeatureCollection")
    licence = str(facts.get("boundaryLicense") or "not stated")
    title = (
        f"geoBoundaries {facts.get('boundaryID', '')}, {facts.get('boundaryCanonical', '')} of "
        f"{facts.get('boundaryName', country)}, {facts.get('boundaryYearRepresented', '')}; "
        f"source: {facts.get('boundarySource', 'not stated')}"
    )
    query: dict[str, str | int] = {"country": country.upper(), "level": level}
    note = DownloadNote(title, licence, CITATIONS, file, query)
    return finish_download(data, out, note, folder, options)


def _is_collection(data: bytes) -> bool:
    try:
        content = json.loads(data)
    except ValueError:
        return False
    return isinstance(content, dict) and content.get("type") == "FeatureCollection"
