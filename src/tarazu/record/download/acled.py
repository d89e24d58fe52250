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
from tarazu.core.http.client import GAP, Heard, Key, WebClient, from_environment
from tarazu.core.http.downloads import Origin, hand_over, waiting_room
from tarazu.record.download.pages import Page, Paged, fetch_pages
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
    expected: str | None = None,
    replace: bool = False,
    gap: float = GAP,
    heard: Heard | None = None,
) -> str:
    """Download events of one country as csv with the columns of an ACLED export.

    The account is named by the environment variables ACLED_EMAIL and ACLED_PASSWORD, or an access
    token by ACLED_ACCESS_TOKEN. An unfinished download is continued for a day; then it begins
    anew, because ACLED changes events that it has published.

    Parameters
    ----------
    country : name as ACLED writes it. start, end : first and last day of the events.
    address, token_address : of the API and of its tokens.
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
        No account is named, or the service fails or has no such events.
    """
    asked: dict[str, str | int] = {"_format": "json", "country": country, "limit": page_size}
    if start is not None or end is not None:
        first, last = start or date(1997, 1, 1), end or date(2100, 12, 31)
        asked |= {"event_date": f"{first}|{last}", "event_date_where": "BETWEEN"}
    paged = Paged(address, asked, page_size, _read_page, keep_for=A_DAY)
    room = waiting_room(address, asked)
    with WebClient(_key(token_address, gap), gap=gap) as client:
        rows = fetch_pages(client, paged, room, heard)
    if not rows:
        what = f"there are no events of {country!r}"
        raise DataError(what, file=address, expected="a country as ACLED writes it")
    origin = Origin(TITLE, LICENCE, CITATIONS, address, asked)
    return hand_over(_as_csv(rows), out, origin, room, expected=expected, replace=replace)


def _key(token_address: str, gap: float) -> Key:
    """Return the access token, asked for with email and password unless it was given."""
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
        answer = client.post_form(token_address, form)
    match answer:
        case {"access_token": str(token)} if token:
            return Key(account, "Authorization", f"Bearer {token}")
    raise DataError("the answer holds no access token", file=token_address, expected="a token")


def _read_page(answer: Any) -> Page:
    match answer:
        case {"data": list(rows)} if answer.get("status", 200) == 200:
            return Page(rows, None, None)
        case {"status": status}:
            what = f"the service says that it failed (status {status})"
            raise DataError(what, file=ADDRESS, hint="Check country and dates")
    raise DataError(
        "the answer has another shape", file=ADDRESS, expected="status and data, as in 2025"
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
