"""HTTP client: retries with pauses, resumed downloads, bounds, keys that no message shows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any, Protocol, Self
from urllib.parse import quote, urlencode

from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError, NewConnectionError

from tarazu.core.errors import DataError
from tarazu.core.files.cache import write_atomic
from tarazu.core.http.addresses import LOOPBACK, Key, check_address, follow, without_secrets
from tarazu.core.http.json_body import NotJsonError, read_json
from tarazu.core.http.limits import LIMITS, RESUME_HINT, Limits, Meter
from tarazu.core.http.metered import metered_pool
from tarazu.core.http.response_headers import (
    VALIDATOR,
    demanded_wait,
    first_byte,
    refuse_encoding,
    stated_length,
    total_bytes,
    validator,
)
from tarazu.core.provenance import digest_file

GAP = 1.0  # s from one request to the next: these services are run by universities
ATTEMPTS = 5
UNREACHED = 1  # further attempts where no connection was ever made: most often there is no network
REDIRECTS = 5
RETRIED_STATUS = frozenset({429, 500, 502, 503, 504})
CHUNK_BYTES = 1 << 16  # bytes
SHOWN = 200  # characters of a response that an error repeats
USER_AGENT = "tarazu (conflict research; https://pypi.org/project/tarazu)"


class ProgressCallback(Protocol):
    """Called with the progress of a download, in pages or bytes."""

    def __call__(self, done: int, total: int, earlier: int = 0) -> None:
        """Receive that `done` of `total` is done, `earlier` of it by an earlier run."""


class WebClient:
    """Requests to one service, one at a time, at a polite rate, within limits of time and bytes.

    Parameters
    ----------
    key : sent with every request.
    hosts : other hosts, with all below them, that a redirect may lead to; none where a key is sent.
    variables : environment variables that hold the credentials of a form, where there is no `key`.
    gap : least time between two requests, s. After a failure it is twice that, and doubles with
        each further one.
    limits : of all requests together (`Limits.seconds`) and of each.
    """

    def __init__(
        self,
        key: Key | None = None,
        *,
        variables: str = "",
        hosts: Collection[str] = (),
        gap: float = GAP,
        limits: Limits = LIMITS,
    ) -> None:
        self.key = key
        self._hosts = hosts if key is None else ()
        self.limits = limits
        self._variables = key.variable if key is not None else variables
        self._gap = gap
        self._last = -gap
        self._was_reached = False
        self._meter = Meter(limits)
        self._pool = metered_pool(self._meter)

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
            No response, a refusal, a body that is not JSON, or one beyond the limits.
        """
        check_address(url, bare=bool(parameters))
        address = f"{url}?{urlencode(parameters)}" if parameters else url
        shown = without_secrets(url)
        for attempt in range(ATTEMPTS):
            if attempt:
                self._meter.pause(2 * self._gap)
            body = b""
            try:
                with self._request("GET", address, most=self.limits.page_bytes) as response:
                    body = b"".join(self._pieces(response))
                read_json(body, shown, self.limits)
            except HTTPError as error:  # the connection broke while the body came
                what = f"the connection broke {ATTEMPTS} times ({_reason(error)})"
            except NotJsonError:
                start = self._redacted(body[: 4 * SHOWN])[:40]
                what = f"the response is not JSON, {ATTEMPTS} times; it begins with {start!r}"
            else:
                return body
        raise DataError(what, file=shown, expected="JSON", hint=RESUME_HINT)

    def post_form(self, url: str, fields: Mapping[str, str]) -> Any:
        """Return the JSON response to a form; redirects are not followed: forms hold passwords."""
        check_address(url, bare=True)
        body = urlencode(fields).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        most = self.limits.page_bytes
        with self._request("POST", url, most=most, body=body, headers=headers) as response:
            try:
                return read_json(b"".join(self._pieces(response)), url, self.limits)
            except HTTPError as error:
                what = f"the connection broke ({_reason(error)})"
                raise DataError(what, file=url, hint="Try again later") from error

    def download(self, url: str, partial: Path, progress: ProgressCallback | None = None) -> str:
        """Download a large file to `partial`, from where an earlier attempt stopped.

        It is resumed only if the server confirms that the file is the same (ETag or
        Last-Modified); else the download starts again.

        Returns
        -------
        str
            sha256 of the file.
        """
        check_address(url)
        partial.parent.mkdir(parents=True, exist_ok=True)
        for attempt in range(ATTEMPTS):
            try:
                self._resume(url, partial, progress)
            except HTTPError as error:  # the connection broke while the body came
                if attempt == ATTEMPTS - 1:
                    what = f"the connection broke {ATTEMPTS} times ({_reason(error)})"
                    file = without_secrets(url)
                    raise DataError(what, file=file, hint=RESUME_HINT) from error
                self._meter.pause(2 * self._gap * 2**attempt)
            else:
                break
        _stamp_file(partial).unlink(missing_ok=True)
        return digest_file(partial)

    def _resume(self, url: str, partial: Path, progress: ProgressCallback | None) -> None:
        stamp = _stamp_file(partial)
        held, state = _held(partial, stamp)
        headers = {"Accept-Encoding": "identity"}
        if held:
            headers |= {"Range": f"bytes={held}-", "If-Range": state}
        with self._request("GET", url, most=self.limits.file_bytes, headers=headers) as response:
            if response.status == 416 and total_bytes(response) == held:
                return  # an earlier attempt was stopped after the last byte
            if response.status == 416 or (response.status == 206 and first_byte(response) != held):
                stamp.unlink(missing_ok=True)
                raise HTTPError("the server sent another part of the file")
            if response.status == 200:
                held = 0
                stamp.unlink(missing_ok=True)
                if found := validator(response):
                    write_atomic(stamp, found.encode())
            refuse_encoding(response, url)
            total = held + (stated_length(response, url) or 0)
            self._meter.delivered(held)
            done = held
            with partial.open("ab" if held else "wb") as stream:
                for piece in self._pieces(response):
                    stream.write(piece)
                    done += len(piece)
                    if progress is not None and total:
                        progress(done, total, held)

    def _pieces(self, response: BaseHTTPResponse) -> Iterator[bytes]:
        """Yield the content of a response, counted."""
        pieces = response.stream(CHUNK_BYTES, decode_content=True)
        while True:
            try:
                piece = next(pieces, None)
            except (ValueError, OverflowError) as error:  # urllib3 2.8: a chunk of size -5
                raise HTTPError("the response is framed wrongly") from error
            if piece is None:
                return
            self._meter.delivered(len(piece))
            yield piece

    @contextmanager
    def _request(
        self, method: str, url: str, *, most: int, **options: Any
    ) -> Iterator[BaseHTTPResponse]:
        """Yield the response of the server if its status is a good one.

        Parameters
        ----------
        most : largest size of the response, bytes.
        """
        is_form = "body" in options
        address = url
        for _ in range(REDIRECTS + 1):
            response = self._send(method, address, most, options)
            location = None if is_form else response.get_redirect_location()
            if not isinstance(location, str) or not location:
                break
            response.close()
            address = follow(address, location, hosts=self._hosts)
        else:
            what = f"the server redirects more than {REDIRECTS} times"
            raise DataError(what, file=without_secrets(url), expected="the response itself")
        try:
            has_range = "Range" in options.get("headers", {})
            if not (response.status in (206, 416) and has_range):
                self._check(response, address, is_form=is_form)
            self._meter.expect(stated_length(response, address))
            yield response
        finally:
            response.close()

    def _send(
        self, method: str, url: str, most: int, options: Mapping[str, Any]
    ) -> BaseHTTPResponse:
        """Return the first response that is not a passing failure, or the last one."""
        is_form = "body" in options
        self._refuse_open_key(url, secret=is_form)
        headers = {"User-Agent": USER_AGENT, **options.get("headers", {})}
        if self.key is not None:
            headers[self.key.header] = self.key.value
        wait = 0.0
        for attempt in range(ATTEMPTS + 1):
            self._meter.pause(max(wait, self._last + self._gap - monotonic()))
            wait = 2 * self._gap * 2**attempt
            self._meter.start(without_secrets(url), most)
            try:
                response = self._pool.request(
                    method,
                    url,
                    headers=headers,
                    body=options.get("body"),
                    retries=False,
                    redirect=False,
                    preload_content=False,
                )
            except HTTPError as error:
                is_offline = isinstance(error, NewConnectionError) and not self._was_reached
                if attempt >= (UNREACHED if is_offline else ATTEMPTS):
                    what = f"no response after {attempt + 1} attempts ({_reason(error)})"
                    hint = f"Is this machine connected? {RESUME_HINT}"
                    raise DataError(what, file=without_secrets(url), hint=hint) from error
            else:
                self._was_reached = True
                if response.status not in RETRIED_STATUS or attempt == ATTEMPTS:
                    return response
                response.close()
                wait = max(wait, demanded_wait(response, url))
            finally:
                self._last = monotonic()
        raise AssertionError  # the last attempt returns or raises

    def _check(self, response: BaseHTTPResponse, url: str, *, is_form: bool) -> None:
        """Raise unless the status is a good one; a response to a form is not repeated."""
        status = response.status
        if status == 200:
            return
        address = without_secrets(url)
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
        text = "" if is_form else self._redacted(_beginning(response))
        what = f"the server returns status {status}" + (f": {text}" if text.strip() else "")
        hint = f"Check the options; some services do so after too many requests. {RESUME_HINT}"
        raise DataError(what, file=address, expected="200", hint=hint)

    def _redacted(self, body: bytes) -> str:
        """Return the beginning of a response, without our key or a part of it."""
        text = " ".join(body.decode("utf-8", errors="replace").split())
        for secret in self.key.secrets if self.key is not None else ():
            for form in (secret, quote(secret, safe="")):
                text = text.replace(form, "(key)")
            text = _without_end(text, secret)
        return text[:SHOWN]

    def _refuse_open_key(self, url: str, *, secret: bool) -> None:
        """Raise where a key would travel unencrypted to another machine."""
        parts = check_address(url)
        if (secret or self.key is not None) and parts.scheme != "https":
            if parts.hostname in LOOPBACK:
                return
            what = "a key would be sent unencrypted"
            raise DataError(
                what, file=without_secrets(url), expected="an address that begins with https"
            )


def _beginning(response: BaseHTTPResponse) -> bytes:
    """Return the first bytes of a response, as far as they come."""
    try:
        return response.read(4 * SHOWN, decode_content=False)
    except HTTPError:
        return b""


def _without_end(text: str, secret: str) -> str:
    """Return a text without the beginning of a secret, in which it was cut off."""
    for length in range(min(len(secret), len(text)), 3, -1):
        if text.endswith(secret[:length]):
            return text[:-length]
    return text


def _reason(error: BaseException) -> str:
    return type(error).__name__


def _stamp_file(partial: Path) -> Path:
    return partial.with_name(f"{partial.name}.stamp")


def _held(partial: Path, stamp: Path) -> tuple[int, str]:
    """Return how many bytes an earlier attempt left, and of which state of the file."""
    if not (partial.is_file() and stamp.is_file()):
        return 0, ""
    state = stamp.read_bytes().decode("ascii", errors="replace")
    return (partial.stat().st_size, state) if VALIDATOR.fullmatch(state) else (0, "")
