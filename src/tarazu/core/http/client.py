"""Fetching over HTTP: patient, polite, resumable, and silent about keys."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import environ
from pathlib import Path
from typing import Any, Protocol, Self
from urllib.parse import urlencode, urlsplit

from urllib3 import BaseHTTPResponse, PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError, MaxRetryError

from tarazu.core.cache import write_atomic
from tarazu.core.errors import DataError
from tarazu.core.provenance import digest_file

GAP = 1.0  # seconds from one request to the next: these services are run by universities
ATTEMPTS = 5
LONGEST_WAIT = 600.0  # seconds; who asks for more is asked again another day
TIMEOUT = Timeout(connect=15.0, read=120.0)
RETRIED = frozenset({429, 500, 502, 503, 504})
PIECE = 1 << 16  # bytes
SHOWN = 200  # characters of what a server said that an error repeats
KEPT = "What was fetched is kept: the same command goes on from there"
AGENT = "tarazu (conflict research; https://pypi.org/project/tarazu)"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Heard(Protocol):
    """Hears how much of a download is done."""

    def __call__(self, done: int, total: int, earlier: int = 0) -> None:
        """Hear that `done` of `total` is done, `earlier` of it already by an earlier run."""


@dataclass(frozen=True)
class Key:
    """A credential of the user: kept in memory, sent as a header, never written or shown.

    Attributes
    ----------
    variable : environment variable that it comes from, which errors name.
    header : name of the header. value : what is sent.
    """

    variable: str
    header: str
    value: str = field(repr=False)


def from_environment(variable: str, what: str) -> str:
    """Return the value of an environment variable.

    Raises
    ------
    DataError
        The variable is not set, or empty.
    """
    value = environ.get(variable, "").strip()
    if not value:
        raise DataError(
            f"the environment variable {variable} is not set",
            expected=what,
            hint="Set it for this command only; Tarazu never stores it",
        )
    return value


class Patience(Retry):
    """Retries with pauses that double; a wait that the server asks for is kept, if it is short."""

    def get_backoff_time(self) -> float:
        """Return the pause before the next attempt, s."""
        failures = sum(entry.redirect_location is None for entry in self.history)
        if failures == 0:
            return 0.0
        return float(min(self.backoff_max, self.backoff_factor * 2 ** (failures - 1)))

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        """Return the wait that the server asks for, s.

        Raises
        ------
        DataError
            It is longer than `LONGEST_WAIT`.
        """
        seconds = super().get_retry_after(response)
        if seconds is not None and seconds > LONGEST_WAIT:
            raise DataError(
                f"the server asks to come back in {seconds / 60:,.0f} minutes",
                file=urlsplit(response.url or "").netloc or None,
                expected=f"a wait of at most {LONGEST_WAIT / 60:.0f} minutes",
                hint=KEPT,
            )
        return seconds


class WebClient:
    """Requests to one service, one at a time, at a polite rate.

    Parameters
    ----------
    key : sent with every request, taken off where a redirect leaves the host.
    variables : environment variables that hold what the service asks for, where that is not `key`.
    gap : least time between two requests, s. After a failure it is twice that, and doubles with
        each further one.
    """

    def __init__(self, key: Key | None = None, *, variables: str = "", gap: float = GAP) -> None:
        self.key = key
        self._variables = key.variable if key is not None else variables
        self._gap = gap
        self._last = -gap
        names = set(Retry.DEFAULT_REMOVE_HEADERS_ON_REDIRECT)
        self._retries = Patience(
            total=ATTEMPTS,
            redirect=5,
            allowed_methods=frozenset({"GET", "POST"}),
            status_forcelist=RETRIED,
            backoff_factor=2 * gap,
            respect_retry_after_header=True,
            raise_on_status=False,
            remove_headers_on_redirect=names | ({key.header} if key else set()),
        )
        self._pool = PoolManager(timeout=TIMEOUT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.clear()

    def get(self, url: str, parameters: Mapping[str, str | int]) -> bytes:
        """Return the body of an answer that is JSON.

        A body that is cut off, so that it is no JSON, is asked for again.

        Raises
        ------
        DataError
            No answer, a refusal, or no JSON.
        """
        asked = f"{url}?{urlencode(parameters)}" if parameters else url
        for attempt in range(1, ATTEMPTS + 1):
            with self._answer("GET", asked) as response:
                body = response.data
            try:
                json.loads(body)
            except ValueError:
                time.sleep(self._retries.backoff_factor if attempt < ATTEMPTS else 0)
            else:
                return body
        raise DataError(
            f"the answer is not JSON, {ATTEMPTS} times; it begins with {body[:40]!r}",
            file=asked,
            expected="JSON",
            hint=KEPT,
        )

    def post_form(self, url: str, fields: Mapping[str, str]) -> Any:
        """Return the JSON answer to a form; redirects are not followed, the form may hold a key."""
        body = urlencode(fields).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        with self._answer("POST", url, body=body, headers=headers, redirect=False) as response:
            try:
                return json.loads(response.data)
            except ValueError as error:
                raise DataError("the answer is not JSON", file=url, expected="JSON") from error

    def save(self, url: str, partial: Path, heard: Heard | None = None) -> str:
        """Download a large file to `partial`, going on where an earlier attempt stopped.

        It goes on only where the server says that the file is still the same (ETag or
        Last-Modified); else it begins anew.

        Returns
        -------
        str
            sha256 of the file.
        """
        partial.parent.mkdir(parents=True, exist_ok=True)
        for attempt in range(ATTEMPTS):
            try:
                self._go_on(url, partial, heard)
            except HTTPError as error:  # the connection broke while the body came
                if attempt == ATTEMPTS - 1:
                    what = f"the connection broke {ATTEMPTS} times ({_reason(error)})"
                    raise DataError(what, file=url, hint=KEPT) from error
                time.sleep(self._retries.backoff_factor * 2**attempt)
            else:
                break
        _stamp_file(partial).unlink(missing_ok=True)
        return digest_file(partial)

    def _go_on(self, url: str, partial: Path, heard: Heard | None) -> None:
        stamp = _stamp_file(partial)
        held = partial.stat().st_size if partial.is_file() and stamp.is_file() else 0
        headers = {"Accept-Encoding": "identity"}
        if held:
            headers |= {"Range": f"bytes={held}-", "If-Range": stamp.read_text(encoding="utf-8")}
        with self._answer("GET", url, headers=headers, preload_content=False) as response:
            if response.status == 416 and _whole(response) == held:
                return  # an earlier attempt was stopped after the last byte
            if response.status == 416 or (response.status == 206 and _first_byte(response) != held):
                stamp.unlink()
                raise HTTPError("the server sent another part of the file")
            if response.status == 200:
                held = 0
                stamp.unlink(missing_ok=True)
                if validator := _validator(response):
                    write_atomic(stamp, validator.encode())
            total = held + int(response.headers.get("Content-Length", 0))
            done = held
            with partial.open("ab" if held else "wb") as stream:
                for piece in response.stream(PIECE):
                    stream.write(piece)
                    done += len(piece)
                    if heard is not None and total:
                        heard(done, total, held)

    @contextmanager
    def _answer(self, method: str, url: str, **request: Any) -> Iterator[BaseHTTPResponse]:
        """Yield the answer of the server if it is a good one."""
        is_form = "body" in request
        self._refuse_open_key(url, secret=is_form)
        time.sleep(max(0.0, self._last + self._gap - time.monotonic()))
        headers = {"User-Agent": AGENT, **request.pop("headers", {})}
        if self.key is not None:
            headers[self.key.header] = self.key.value
        try:
            response = self._pool.request(
                method, url, headers=headers, retries=self._retries, **request
            )
        except HTTPError as error:
            what = f"no answer after {ATTEMPTS} attempts ({_reason(error)})"
            hint = f"Is this machine connected? {KEPT}"
            raise DataError(what, file=_place(url), hint=hint) from error
        finally:
            self._last = time.monotonic()
        try:
            if not (response.status == 416 and "Range" in headers):
                self._check(response, url, is_form=is_form)
            yield response
        finally:
            response.close()

    def _check(self, response: BaseHTTPResponse, url: str, *, is_form: bool) -> None:
        """Raise unless the answer is a good one; the answer to a form is not repeated."""
        status = response.status
        if status in (200, 206):
            return
        place = _place(url)
        if status in (401, 403) or (is_form and status == 400):
            wanted = f"a valid key in the environment variable {self._variables}"
            raise DataError(
                f"the server refuses access ({status})",
                file=place,
                expected=wanted if self._variables else "an address that needs no key",
                hint="Keys expire, and some services want their terms accepted on the site first",
            )
        if status in RETRIED:
            what = f"the server still answers {status} after {ATTEMPTS} more attempts"
            raise DataError(what, file=place, hint=f"Try again later. {KEPT}")
        said = "" if is_form else self._redacted(response.data)
        what = f"the server answers {status}" + (f": {said}" if said.strip() else "")
        hint = f"Check the options; some services answer so if asked too often. {KEPT}"
        raise DataError(what, file=place, expected="200", hint=hint)

    def _redacted(self, body: bytes) -> str:
        """Return the beginning of what a server said, without our key in it."""
        text = " ".join(body.decode("utf-8", errors="replace").split())
        if self.key is not None:
            text = text.replace(self.key.value.split()[-1], "(key)")
        return text[:SHOWN]

    def _refuse_open_key(self, url: str, *, secret: bool) -> None:
        """Raise where a key would travel unencrypted to another machine."""
        parts = urlsplit(url)
        if (secret or self.key is not None) and parts.scheme != "https":
            if parts.hostname in LOOPBACK:
                return
            what = "a key would be sent unencrypted"
            raise DataError(what, file=_place(url), expected="an address that begins with https")


def _place(url: str) -> str:
    """Return the address without what was asked."""
    return url.partition("?")[0]


def _reason(error: HTTPError) -> str:
    reason = error.reason if isinstance(error, MaxRetryError) and error.reason else error
    return type(reason).__name__


def _stamp_file(partial: Path) -> Path:
    return partial.with_name(f"{partial.name}.stamp")


def _validator(response: BaseHTTPResponse) -> str:
    etag = str(response.headers.get("ETag", ""))
    if etag and not etag.startswith("W/"):
        return etag
    return str(response.headers.get("Last-Modified", ""))


def _whole(response: BaseHTTPResponse) -> int:
    """Return the size of the whole file, from "bytes */200"; -1 if not said."""
    size = str(response.headers.get("Content-Range", "")).rpartition("/")[2]
    return int(size) if size.isdecimal() else -1


def _first_byte(response: BaseHTTPResponse) -> int:
    """Return where the part begins that was sent, from "bytes 100-199/200"; -1 if not said."""
    span = str(response.headers.get("Content-Range", "")).removeprefix("bytes ").partition("-")[0]
    return int(span) if span.isdecimal() else -1
