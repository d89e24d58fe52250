"""Events from the API of ACLED, with the user's own account."""

from __future__ import annotations

import io
from datetime import date
from os import environ
from pathlib import Path
from typing import Any, BinaryIO

from tarazu.core.errors import DataError
from tarazu.core.http.addresses import (
    PLAIN,
    Key,
    check_address,
    from_environment,
    without_secrets,
)
from tarazu.core.http.client import WebClient
from tarazu.core.http.downloads import DEFAULTS, DownloadNote, DownloadOptions
from tarazu.core.tables.cells import shorten
from tarazu.core.tables.csv_text import write_csv
from tarazu.record.download.pages import Page, PagedRequest, StoredRows, download_pages
from tarazu.record.sources.acled import CITATIONS, LICENCE, TITLE

ADDRESS = "https://acleddata.com/api/acled/read"
TOKEN_ADDRESS = "https://acleddata.com/oauth/token"
CLIENT = "acled"  # the id that ACLED gives to every user of its API
EMAIL, PASSWORD, TOKEN = "ACLED_EMAIL", "ACLED_PASSWORD", "ACLED_ACCESS_TOKEN"
PAGE_SIZE = 5000
LONGEST_TOKEN = 16_384  # characters
MOST_COLUMNS = 1000
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
    check_address(address, bare=True)
    query: dict[str, str | int] = {"_format": "json", "country": country, "limit": page_size}
    if start is not None or end is not None:
        first, last = start or date(1997, 1, 1), end or date(2100, 12, 31)
        query |= {"event_date": f"{first}|{last}", "event_date_where": "BETWEEN"}
    request = PagedRequest(address, query, page_size, _read_page, keep_for=A_DAY)
    note = DownloadNote(TITLE, LICENCE, CITATIONS, address, query)

    def write(rows: StoredRows, stream: BinaryIO) -> None:
        if not rows:
            what = f"there are no events of {shorten(country)}"
            raise DataError(what, file=address, expected="a country as ACLED writes it")
        _write_csv(rows, stream)

    key = _key(token_address, options)
    return download_pages(request, out, note=note, key=key, write=write, options=options)


def _key(token_address: str, options: DownloadOptions) -> Key:
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
    with WebClient(variables=account, gap=options.gap, limits=options.limits) as client:
        response = client.post_form(token_address, form)
    match response:
        case {"access_token": str(token)} if len(token) <= LONGEST_TOKEN and PLAIN.fullmatch(token):
            return Key(account, "Authorization", f"Bearer {token}", form["password"])
        case {"access_token": _}:
            what = "the response has an access token that cannot be sent back"
        case _:
            what = "the response has no access token"
    raise DataError(what, file=without_secrets(token_address), expected="a token")


def _write_csv(rows: StoredRows, stream: BinaryIO) -> None:
    """Write the rows as csv; columns in the order in which they first appear.

    Raises
    ------
    DataError
        A cell is no text, number or nothing, or holds half of a character.
    """
    columns: dict[str, None] = {}
    for row in rows:
        columns.update(dict.fromkeys(row))
        if len(columns) > MOST_COLUMNS:
            what = f"the rows have more than {MOST_COLUMNS:,} different columns"
            raise DataError(what, file=ADDRESS, expected="the columns of an ACLED export")
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
    cells = ([_cell(row.get(name), name) for name in columns] for row in rows)
    try:
        write_csv(text, [*columns], cells)
    except UnicodeEncodeError as error:
        what = "a text of the response holds half of a character"
        raise DataError(what, file=ADDRESS, expected="whole characters") from error
    finally:
        text.detach()


def _cell(value: object, name: str) -> object:
    if isinstance(value, list | dict):
        what = "a cell of the response is neither a text nor a number"
        raise DataError(what, file=ADDRESS, column=shorten(name), expected="a text or a number")
    return value


def _read_page(response: Any) -> Page:
    match response:
        case {"data": list(rows)} if response.get("status", 200) == 200:
            return Page(rows, None, None)
        case {"status": status}:
            what = f"the service failed (status {shorten(str(status))})"
            raise DataError(what, file=ADDRESS, hint="Check country and dates")
    raise DataError(
        "the response has another shape", file=ADDRESS, expected="status and data, as in 2025"
    )
