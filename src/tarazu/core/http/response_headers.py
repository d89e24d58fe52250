"""Headers of a response, of which none is believed before it is checked."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from urllib3 import BaseHTTPResponse

from tarazu.core.errors import DataError
from tarazu.core.http.addresses import without_secrets
from tarazu.core.http.limits import RESUME_HINT

LONGEST_WAIT = 600.0  # s; a longer wait that a server demands is an error
VALIDATOR = re.compile(r"[ -~]{1,200}")
_LENGTH = re.compile(r"[0-9]{1,18}", re.ASCII)


def demanded_wait(response: BaseHTTPResponse, url: str) -> float:
    """Return the wait that the server demands before the next request, s; 0 where none.

    Raises
    ------
    DataError
        It is longer than `LONGEST_WAIT`.
    """
    text = str(response.headers.get("Retry-After", "")).strip()
    seconds = 0.0
    if text.isascii() and text.isdecimal():
        seconds = float(text[:20])
    else:
        try:
            then = parsedate_to_datetime(text)
            seconds = (then.astimezone(UTC) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError, OverflowError):  # no date: our own pause
            seconds = 0.0
    if seconds > LONGEST_WAIT:
        raise DataError(
            f"the server demands a wait of {seconds / 60:,.0f} minutes",
            file=without_secrets(url),
            expected=f"a wait of at most {LONGEST_WAIT / 60:.0f} minutes",
            hint=RESUME_HINT,
        )
    return max(seconds, 0.0)


def stated_length(response: BaseHTTPResponse, url: str) -> int | None:
    """Return the length that a response states, bytes; None without one.

    Raises
    ------
    DataError
        It is not a number, or there are several.
    """
    stated = set(response.headers.getlist("Content-Length"))
    if not stated:
        return None
    if len(stated) > 1 or not _LENGTH.fullmatch(text := stated.pop().strip()):
        raise DataError(
            "the server states a length that is not a number",
            file=without_secrets(url),
            expected="one Content-Length, a number of bytes",
            hint="A proxy between here and the server may be broken",
        )
    return int(text)


def refuse_encoding(response: BaseHTTPResponse, url: str) -> None:
    """Raise a DataError if a file comes compressed: its parts could not be joined."""
    encoding = str(response.headers.get("Content-Encoding", "")).strip().casefold()
    if encoding not in ("", "identity"):
        what = "the server compresses the file, although it was asked not to"
        raise DataError(what, file=without_secrets(url), expected="the file as it is")


def validator(response: BaseHTTPResponse) -> str:
    """Return what names this state of the file, ETag or date of change; empty without one."""
    etag = str(response.headers.get("ETag", ""))
    changed = str(response.headers.get("Last-Modified", ""))
    found = etag if etag and not etag.startswith("W/") else changed
    return found if VALIDATOR.fullmatch(found) else ""


def total_bytes(response: BaseHTTPResponse) -> int:
    """Return the size of the whole file, from "bytes */200"; -1 if not stated."""
    size = str(response.headers.get("Content-Range", "")).rpartition("/")[2]
    return int(size) if _LENGTH.fullmatch(size) else -1


def first_byte(response: BaseHTTPResponse) -> int:
    """Return where the part begins that was sent, from "bytes 100-199/200"; -1 if not stated."""
    span = str(response.headers.get("Content-Range", "")).removeprefix("bytes ").partition("-")[0]
    return int(span) if _LENGTH.fullmatch(span) else -1
