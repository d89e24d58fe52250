"""How much time and data one download may take, and the count of what it took."""

from __future__ import annotations

import time
from dataclasses import dataclass

from tarazu.core.errors import DataError

RESUME_HINT = "Run the same command again: it continues where this download stopped"


@dataclass(frozen=True)
class Limits:
    """Bounds of a download; what goes beyond ends with a DataError.

    Attributes
    ----------
    seconds : time of one command.
    idle : s in which at least `slowest` bytes must come, or the end.
    slowest : bytes, see `idle`.
    page_bytes, file_bytes : largest response that is read as a whole, and largest file.
    total_bytes : of all pages together. pages : largest number of pages.
    framing_bytes : that may come in a row without any content: headers, sizes of chunks.
    values : most values in one response of JSON, because each takes more memory than text.
    nesting : most levels of JSON.
    """

    seconds: float = 3600.0
    idle: float = 120.0
    slowest: int = 12_000
    page_bytes: int = 32 << 20
    file_bytes: int = 2 << 30
    total_bytes: int = 8 << 30
    pages: int = 10_000
    framing_bytes: int = 4 << 20
    values: int = 1_000_000
    nesting: int = 50


LIMITS = Limits()


class Meter:
    """Counts time and bytes of one download, and raises a DataError beyond its limits."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._ends = time.monotonic() + limits.seconds
        self.start("", limits.page_bytes)

    def start(self, address: str, most: int) -> None:
        """Begin to count one response of at most `most` bytes of content."""
        self._address, self._most = address, most
        self._content = self._framing = 0
        self._open_window()

    def time_left(self) -> float:
        """Return how long the next bytes may take, s.

        Raises
        ------
        DataError
            The time is up, or too few bytes came in the last `Limits.idle` seconds.
        """
        if self._in_window >= self.limits.slowest:
            self._open_window()
        left = min(self._ends, self._window_ends) - time.monotonic()
        if left <= 0:
            raise self.time_error()
        return left

    def time_error(self) -> DataError:
        """Return the error of a download for which there is no time left."""
        if time.monotonic() >= self._ends:
            what = f"the download takes longer than {_minutes(self.limits.seconds)}"
            return DataError(what, file=self._address or None, hint=RESUME_HINT)
        return DataError(
            f"only {self._in_window:,} bytes came in {self.limits.idle:g} seconds",
            file=self._address or None,
            expected=f"at least {self.limits.slowest:,}",
            hint=f"The server or the connection is too slow. {RESUME_HINT}",
        )

    def pause(self, seconds: float) -> None:
        """Wait, if so much time is left.

        Raises
        ------
        DataError
            There is less time.
        """
        if time.monotonic() + seconds >= self._ends:
            what = f"the download takes longer than {_minutes(self.limits.seconds)}"
            raise DataError(what, file=self._address or None, hint=RESUME_HINT)
        time.sleep(max(0.0, seconds))

    def received(self, count: int) -> None:
        """Count bytes from the connection, of whatever kind."""
        self._in_window += count
        self._framing += count
        if self._framing > self.limits.framing_bytes:
            what = f"{self._framing:,} bytes came without content"
            raise DataError(what, file=self._address, expected="headers that end, then content")

    def delivered(self, count: int) -> None:
        """Count bytes of content, decompressed."""
        self._framing = 0
        self._content += count
        if self._content > self._most:
            raise self.size_error(None)

    def expect(self, length: int | None) -> None:
        """Raise a DataError if more bytes are announced than the limit."""
        if length is not None and length > self._most:
            raise self.size_error(length)

    def size_error(self, length: int | None) -> DataError:
        """Return the error of a response that is too large."""
        found = "larger" if length is None else f"of {length / 2**20:,.0f} MiB"
        most = self._most / 2**20
        return DataError(
            f"the response is {found}" + (f" than {most:,.0f} MiB" if length is None else ""),
            file=self._address,
            expected=f"at most {most:,.0f} MiB",
            hint="Is this the address of the service?",
        )

    def _open_window(self) -> None:
        self._window_ends = time.monotonic() + self.limits.idle
        self._in_window = 0


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:,.0f} minutes" if seconds >= 120 else f"{seconds:g} seconds"
