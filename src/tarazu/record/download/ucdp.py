"""Events from the API of the Uppsala Conflict Data Program."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from tarazu.core.errors import DataError
from tarazu.core.http.addresses import Key, check_address, from_environment
from tarazu.core.http.downloads import DEFAULTS, DownloadNote, DownloadOptions
from tarazu.core.tables.cells import shorten
from tarazu.record.download.pages import Page, PagedRequest, StoredRows, download_pages
from tarazu.record.sources.ucdp_ged import CITATIONS, LICENCE, TITLE

ADDRESS = "https://ucdpapi.pcr.uu.se/api/gedevents"
TOKEN = "UCDP_ACCESS_TOKEN"
HEADER = "x-ucdp-access-token"
PAGE_SIZE = 1000  # the largest that the API gives
VERSION = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){1,3}", re.ASCII)


def fetch_ucdp(
    out: Path,
    *,
    version: str,
    country: int | None = None,
    start: date | None = None,
    end: date | None = None,
    address: str = ADDRESS,
    page_size: int = PAGE_SIZE,
    options: DownloadOptions = DEFAULTS,
) -> str:
    """Download UCDP GED or candidate events as one JSON file in the shape of a page of the API.

    Parameters
    ----------
    version : of the data set: "25.1" a yearly release, "25.0.9" candidate events of a month.
    country : Gleditsch & Ward number (Pakistan 770); without one, the whole world.
    start, end : first and last day of the events.
    address : of the API, the version left out.

    Returns
    -------
    str
        sha256 of the file.

    Raises
    ------
    DataError
        No token in the environment variable UCDP_ACCESS_TOKEN, the version or the address is
        none, or the service fails.
    """
    check_address(address, bare=True)
    if not VERSION.fullmatch(version):
        what = f"{shorten(version)} is not a release of UCDP GED"
        raise DataError(what, expected="a number such as 25.1 or 25.0.9")
    token = from_environment(TOKEN, "a token of the UCDP API, given by its maintainers on request")
    query: dict[str, str | int] = {"pagesize": page_size}
    if country is not None:
        query["Country"] = country
    if start is not None:
        query["StartDate"] = start.isoformat()
    if end is not None:
        query["EndDate"] = end.isoformat()
    request = PagedRequest(f"{address}/{version}", query, page_size, _read_page)
    note = DownloadNote(f"{TITLE} {version}", LICENCE, CITATIONS, request.address, query)
    key = Key(TOKEN, HEADER, token)
    return download_pages(request, out, note=note, key=key, write=_write_page, options=options)


def _write_page(rows: StoredRows, stream: BinaryIO) -> None:
    """Write the rows as one page of the API."""
    facts = {"TotalCount": len(rows), "TotalPages": 1, "PreviousPageUrl": "", "NextPageUrl": ""}
    stream.write(_encode(facts)[:-1] + b',"Result":[')
    for number, row in enumerate(rows):
        stream.write((b"," if number else b"") + _encode(row))
    stream.write(b"]}\n")


def _encode(value: object) -> bytes:
    """Return a value as JSON; half a character, which UTF-8 cannot hold, as JSON escapes it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode(errors="backslashreplace")


def _read_page(response: Any) -> Page:
    match response:
        case {"TotalCount": int(total), "TotalPages": int(pages), "Result": list(rows)}:
            if not isinstance(total, bool) and not isinstance(pages, bool):
                return Page(rows, max(pages, 1), total)
    raise DataError(
        "the response has another shape",
        file=ADDRESS,
        expected="TotalCount, TotalPages and Result, as of the UCDP API in 2025",
        hint="Has the API changed? The csv files of the download page can be read as well",
    )
