"""Events from the API of ACLED, with the user's own account."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from os import environ
from pathlib import Path
from typing import Any

from tarazu.core.errors import DataError
from tarazu.core.http.client import Key, WebClient, from_environment
from tarazu.core.http.downloads import DEFAULTS, DownloadNote, DownloadOptions
from tarazu.record.download.pages import Page, PagedRequest, download_pages
from tarazu.record.sources.acled import CITATIONS, LICENCE, TITLE

ADDRESS = "https://acleddata.com/api/acled/read"
TOKEN_ADDRESS = "https://acleddata.com/oauth/token"
CLIENT = "acled"  # the id that ACLED gives to every user of its API
EMAIL, PASSWORD, TOKEN = "ACLED_EMAIL", "ACLED_PASSWORD", "ACLED_ACCESS_TOKEN"
PAGE_SIZE = 5000
A_DAY = 86_400.0  # s; ACLED corrects and deletes events, so older pages do not fit newer ones


def fetch_acled(
    out: Path,
    *,
    country: str,
    start: date | None = None,
    end: date | None = None,
    address: str = ADDRESS,
    token_address: str = TOKEN_ADDRESS,
    page_size: int = PAGE_SIZE,
    options: DownloadOptions = DEFAULTS,
) -> str:
    """Download events of one country as csv with the columns of an ACLED export.

    The account is named by the environment variables ACLED_EMAIL and ACLED_PASSWORD, or an access
    token by ACLED_ACCESS_TOKEN. An unfinished download can be resumed for a day, not longer,
    because ACLED changes events that it has published.

    Parameters
    ----------
    country : name as ACLED writes it. start, end : first and last day of the events.
    address, token_address : of the API and of its tokens.

    Returns
    -------
    str
        sha256 of the file.

    Raises
    ------
    DataError
        No account is named, or the service fails or has no such events.
    """
    query: dict[str, str | int] = {"_format": "json", "country": country, "limit": page_size}
    if start is not None or end is not None:
        first, last = start or date(1997, 1, 1), end or date(2100, 12, 31)
        query |= {"event_date": f"{first}|{last}", "event_date_where": "BETWEEN"}
    request = PagedRequest(address, query, page_size, _read_page, keep_for=A_DAY)
    note = DownloadNote(TITLE, LICENCE, CITATIONS, address, query)

    def encode(rows: Sequence[Mapping[str, Any]]) -> bytes:
        if not rows:
            what = f"there are no events of {country!r}"
            raise DataError(what, file=address, expected="a country as ACLED writes it")
        return _as_csv(rows)

    key = _key(token_address, options.gap)
    return download_pages(request, out, note=note, key=key, encode=encode, options=options)


def _key(token_address: str, gap: float) -> Key:
    """Return the access token: given, or requested with email and password."""
    token = environ.get(TOKEN, "").strip()
    if token:
        return Key(TOKEN, "Authorization", f"Bearer {token}")
    form = {
        "username": from_environment(EMAIL, "the e-mail address of your ACLED account"),
        "password": from_environment(PASSWORD, "the password of your ACLED account"),
        "grant_type": "password",
        "client_id": CLIENT,
    }
    account = f"{EMAIL} or {PASSWORD}"
    with WebClient(variables=account, gap=gap) as client:
        response = client.post_form(token_address, form)
    match response:
        case {"access_token": str(token)} if token:
            return Key(account, "Authorization", f"Bearer {token}")
    raise DataError("the response has no access token", file=token_address, expected="a token")


def _read_page(response: Any) -> Page:
    match response:
        case {"data": list(rows)} if response.get("status", 200) == 200:
            return Page(rows, None, None)
        case {"status": status}:
            what = f"the service failed (status {status})"
            raise DataError(what, file=ADDRESS, hint="Check country and dates")
    raise DataError(
        "the response has another shape", file=ADDRESS, expected="status and data, as in 2025"
    )


def _as_csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the rows as csv; columns in the order in which they first appear."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row.get(name)) for name in columns] for row in rows)
    return stream.getvalue().encode()


def _cell(value: object) -> str:
    return "" if value is None else str(value)
