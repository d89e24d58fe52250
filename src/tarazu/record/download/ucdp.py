"""Events from the API of the Uppsala Conflict Data Program."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from tarazu.core.errors import DataError
from tarazu.core.http.client import GAP, Heard, Key, WebClient, from_environment
from tarazu.core.http.downloads import Origin, hand_over, waiting_room
from tarazu.record.download.pages import Page, Paged, fetch_pages
from tarazu.record.sources.ucdp_ged import CITATIONS, LICENCE, TITLE

ADDRESS = "https://ucdpapi.pcr.uu.se/api/gedevents"
TOKEN = "UCDP_ACCESS_TOKEN"
HEADER = "x-ucdp-access-token"
PAGE_SIZE = 1000  # the largest that the API gives


def fetch_ucdp(
    out: Path,
    *,
    version: str,
    country: int | None = None,
    start: date | None = None,
    end: date | None = None,
    address: str = ADDRESS,
    page_size: int = PAGE_SIZE,
    expected: str | None = None,
    replace: bool = False,
    gap: float = GAP,
    heard: Heard | None = None,
) -> str:
    """Download UCDP GED or candidate events as one JSON file in the shape of the API's answers.

    Parameters
    ----------
    version : of the data set: "25.1" a yearly release, "25.0.9" candidate events of a month.
    country : Gleditsch & Ward number (Pakistan 770); without one, the whole world.
    start, end : first and last day of the events.
    address : of the API, the version left out.
    expected : sha256 that the file must have.
    replace : whether files that Tarazu did not write may be overwritten.
    gap : least time between two requests, s.

    Returns
    -------
    str
        sha256 of the file.

    Raises
    ------
    DataError
        No token in the environment variable UCDP_ACCESS_TOKEN, or the service fails.
    """
    token = from_environment(TOKEN, "a token of the UCDP API, given by its maintainers on request")
    asked: dict[str, str | int] = {"pagesize": page_size}
    if country is not None:
        asked["Country"] = country
    if start is not None:
        asked["StartDate"] = start.isoformat()
    if end is not None:
        asked["EndDate"] = end.isoformat()
    paged = Paged(f"{address}/{version}", asked, page_size, _read_page, keep_for=None)
    room = waiting_room(paged.address, asked)
    with WebClient(Key(TOKEN, HEADER, token), gap=gap) as client:
        rows = fetch_pages(client, paged, room, heard)
    whole = {
        "TotalCount": len(rows),
        "TotalPages": 1,
        "PreviousPageUrl": "",
        "NextPageUrl": "",
        "Result": rows,
    }
    data = (json.dumps(whole, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
    origin = Origin(f"{TITLE} {version}", LICENCE, CITATIONS, paged.address, asked)
    return hand_over(data, out, origin, room, expected=expected, replace=replace)


def _read_page(answer: Any) -> Page:
    match answer:
        case {"TotalCount": int(total), "TotalPages": int(pages), "Result": list(rows)}:
            return Page(rows, max(pages, 1), total)
    raise DataError(
        "the answer has another shape",
        file=ADDRESS,
        expected="TotalCount, TotalPages and Result, as of the UCDP API in 2025",
        hint="Has the API changed? The csv files of the download page can be read as well",
    )
