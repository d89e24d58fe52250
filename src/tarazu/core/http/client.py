"""HTTP client: retries with pauses, resumed downloads, keys that no message shows."""

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

from tarazu.core.errors import DataError
from tarazu.core.files.cache import write_atomic
from tarazu.core.provenance import digest_file

GAP = 1.0  # s from one request to the next: these services are run by universities
ATTEMPTS = 5
LONGEST_WAIT = 600.0  # s; a longer wait that a server demands is an error
TIMEOUT = Timeout(connect=15.0, read=120.0)
RETRIED_STATUS = frozenset({429, 500, 502, 503, 504})
CHUNK_BYTES = 1 << 16  # bytes
SHOWN = 200  # characters of a response that an error repeats
RESUME_HINT = "Run the same command again: it continues where this download stopped"
USER_AGENT = "tarazu (conflict research; https://pypi.org/project/tarazu)"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class ProgressCallback(Protocol):
    """Called with the progress of a download, in pages or bytes."""

    def __call__(self, done: int, total: int, earlier: int = 0) -> None:
        """Receive that `done` of `total` is done, `earlier` of it by an earlier run."""


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


class PoliteRetry(Retry):
    """Retries with pauses that double, or of the length that the server demands, if it is short."""

    def get_backoff_time(self) -> float:
        """Return the pause before the next attempt, s."""
        failures = sum(entry.redirect_location is None for entry in self.history)
        if failures == 0:
            return 0.0
        return float(min(self.backoff_max, self.backoff_factor * 2 ** (failures - 1)))

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        """Return the wait that the server demands, s.

        Raises
        ------
        DataError
            It is longer than `LONGEST_WAIT`.
        """
        seconds = super().get_retry_after(response)
        if seconds is not None and seconds > LONGEST_WAIT:
            raise DataError(
                f"the server demands a wait of {seconds / 60:,.0f} minutes",
                file=urlsplit(response.url or "").netloc or None,
                expected=f"a wait of at most {LONGEST_WAIT / 60:.0f} minutes",
                hint=RESUME_HINT,
            )
        return seconds


class WebClient:
    """Requests to one service, one at a time, at a polite rate.

    Parameters
    ----------
    key : sent with every request, taken off where a redirect leaves the host.
    variables : environment variables that hold the credentials of a form, where there is no `key`.
    gap : least time between two requests, s. After a failure it is twice that, and doubles with
        each further one.
    """

    def __init__(self, key: Key | None = None, *, variables: str = "", gap: float = GAP) -> None:
        self.key = key
        self._variables = key.variable if key is not None else variables
        self._gap = gap
        self._last = -gap
        names = set(Retry.DEFAULT_REMOVE_HEADERS_ON_REDIRECT)
        self._retries = PoliteRetry(
            total=ATTEMPTS,
            redirect=5,
            allowed_methods=frozenset({"GET", "POST"}),
            status_forcelist=RETRIED_STATUS,
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
        """Return the body of a JSON response.

        A body that is cut off, so that it is not JSON, is requested again.

        Raises
        ------
        DataError
            No response, a refusal, or a body that is not JSON.
        """
        address = f"{url}?{urlencode(parameters)}" if parameters else url
        for attempt in range(1, ATTEMPTS + 1):
            with self._request("GET", address) as response:
                body = response.data
            try:
                json.loads(body)
            except ValueError:
                time.sleep(self._retries.backoff_factor if attempt < ATTEMPTS else 0)
            else:
                return body
        raise DataError(
            f"the response is not JSON, {ATTEMPTS} times; it begins with {body[:40]!r}",
            file=address,
            expected="JSON",
            hint=RESUME_HINT,
        )

    def post_form(self, url: str, fields: Mapping[str, str]) -> Any:
        """Return the JSON response to a form; redirects are not followed: forms hold passwords."""
        body = urlencode(fields).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        with self._request("POST", url, body=body, headers=headers, redirect=False) as response:
            try:
                return json.loads(response.data)
            except ValueError as error:
                raise DataError("the response is not JSON", file=url, expected="JSON") from error

    def download(self, url: str, partial: Path, progress: ProgressCallback | None = None) -> str:
        """Download a large file to `partial`, from where an earlier attempt stopped.

        It is resumed only if the server confirms that the file is the same (ETag or
        Last-Modified); else the download starts again.

        Returns
        -------
        str
            sha256 of the file.
        """
        partial.parent.mkdir(parents=True, exist_ok=True)
        for attempt in range(ATTEMPTS):
            try:
                self._resume(url, partial, progress)
            except HTTPError as error:  # the connection broke while the body came
                if attempt == ATTEMPTS - 1:
                    what = f"the connection broke {ATTEMPTS} times ({_reason(error)})"
                    raise DataError(what, file=url, hint=RESUME_HINT) from error
                time.sleep(self._retries.backoff_factor * 2**attempt)
            else:
                break
        _stamp_file(partial).unlink(missing_ok=True)
        return digest_file(partial)

    def _resume(self, url: str, partial: Path, progress: ProgressCallback | None) -> None:
        stamp = _stamp_file(partial)
        held = partial.stat().st_size if partial.is_file() and stamp.is_file() else 0
        headers = {"Accept-Encoding": "identity"}
        if held:
            headers |= {"Range": f"bytes={held}-", "If-Range": stamp.read_text(encoding="utf-8")}
        with self._request("GET", url, headers=headers, preload_content=False) as response:
            if response.status == 416 and _total_bytes(response) == held:
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
                for piece in response.stream(CHUNK_BYTES):
                    stream.write(piece)
                    done += len(piece)
                    if progress is not None and total:
                        progress(done, total, held)

    @contextmanager
    def _request(self, method: str, url: str, **options: Any) -> Iterator[BaseHTTPResponse]:
        """Yield the response of the server if its status is a good one."""
        is_form = "body" in options
        self._refuse_open_key(url, secret=is_form)
        time.sleep(max(0.0, self._last + self._gap - time.monotonic()))
        headers = {"User-Agent": USER_AGENT, **options.pop("headers", {})}
        if self.key is not None:
            headers[self.key.header] = self.key.value
        try:
            response = self._pool.request(
                method, url, headers=headers, retries=self._retries, **options
            )
        except HTTPError as error:
            what = f"no response after {ATTEMPTS} attempts ({_reason(error)})"
            hint = f"Is this machine connected? {RESUME_HINT}"
            raise DataError(what, file=_without_query(url), hint=hint) from error
        finally:
            self._last = time.monotonic()
        try:
            if not (response.status == 416 and "Range" in headers):
                self._check(response, url, is_form=is_form)
            yield response
        finally:
            response.close()

    def _check(self, response: BaseHTTPResponse, url: str, *, is_form: bool) -> None:
        """Raise unless the status is a good one; a response to a form is not repeated."""
        status = response.status
        if status in (200, 206):
            return
        address = _without_query(url)
        if status in (401, 403) or (is_form and status == 400):
            wanted = f"a valid key in the environment variable {self._variables}"
            raise DataError(
                f"the server refuses access ({status})",
                file=address,
                expected=wanted if self._variables else "an address that needs no key",
                hint="Keys expire, and some services require that their terms are accepted first",
            )
        if status in RETRIED_STATUS:
            what = f"the server still returns status {status} after {ATTEMPTS} more attempts"
            raise DataError(what, file=address, hint=f"Try again later. {RESUME_HINT}")
        text = "" if is_form else self._redacted(response.data)
        what = f"the server returns status {status}" + (f": {text}" if text.strip() else "")
        hint = f"Check the options; some services do so after too many requests. {RESUME_HINT}"
        raise DataError(what, file=address, expected="200", hint=hint)

    def _redacted(self, body: bytes) -> str:
        """Return the beginning of a response, without our key in it."""
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
            raise DataError(
                what, file=_without_query(url), expected="an address that begins with https"
            )


def _without_query(url: str) -> str:
    """Return the address without its query."""
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


def _total_bytes(response: BaseHTTPResponse) -> int:
    """Return the size of the whole file, from "bytes */200"; -1 if not stated."""
    size = str(response.headers.get("Content-Range", "")).rpartition("/")[2]
    return int(size) if size.isdecimal() else -1


def _first_byte(response: BaseHTTPResponse) -> int:
    """Return where the part begins that was sent, from "bytes 100-199/200"; -1 if not stated."""
    span = str(response.headers.get("Content-Range", "")).removeprefix("bytes ").partition("-")[0]
    return int(span) if span.isdecimal() else -1
