"""Progress of long runs on one line of a terminal or a notebook."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final, TextIO

from tarazu.core.arguments import wrong_type
from tarazu.core.display import is_seen, write_over
from tarazu.study.runner.run import Progress

Report = Callable[[Progress], None]

SHOWN_AFTER: Final = 1.0  # seconds: what takes less shows nothing
EVERY: Final = 0.5  # seconds between two states of the line


@contextmanager
def reporting(progress: bool | Report, what: str) -> Iterator[Report | None]:
    """Return what a run calls with its progress; None where nobody sees it.

    Parameters
    ----------
    progress : True for one line on standard error, on a terminal and in a notebook only; False for
        nothing; or a function, which is called with each `Progress`.
    what : the name of the run, at the beginning of the line.

    Raises
    ------
    TypeError
        `progress` is neither of them.
    """
    if callable(progress):
        yield progress
    elif not isinstance(progress, bool):
        raise wrong_type("progress", progress, "True, False or a function")
    elif progress and is_seen(sys.stderr):
        line = ProgressLine(what, sys.stderr)
        try:
            yield line
        finally:
            line.end()
    else:
        yield None


class ProgressLine:
    """Writes the state of a run over one line of a stream."""

    def __init__(self, what: str, stream: TextIO) -> None:
        self._what, self._stream = what, stream
        self._started = monotonic()
        self._written: float | None = None
        self._last: Progress | None = None

    def __call__(self, now: Progress) -> None:
        """Write the state if the run takes long, and the last state is old enough."""
        self._last, time = now, monotonic()
        since = self._started + SHOWN_AFTER if self._written is None else self._written + EVERY
        if time >= since:
            self._written = time
            self._write(
                now, "" if now.seconds_left is None else f", {_span(now.seconds_left)} left"
            )

    def end(self) -> None:
        """Write the last state and end the line, if anything was written."""
        if self._written is not None and self._last is not None:
            self._write(self._last, f" in {_span(monotonic() - self._started)}")
            self._stream.write("\n")

    def _write(self, now: Progress, time: str) -> None:
        text = f"{self._what}: {now.done:,} of {now.total:,} member-runs{time}"
        write_over(self._stream, text)


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
