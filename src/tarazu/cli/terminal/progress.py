"""Progress of long steps on standard error: done, rate and time left."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from math import ceil
from time import monotonic
from typing import TYPE_CHECKING

from tarazu.cli.terminal.output import for_terminal, shows_progress
from tarazu.pipeline.progress import Advance

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

LINE_EVERY = 5.0  # seconds between plain lines: a log of a ten-minute run stays readable


_log = logging.getLogger("tarazu.cli")


@contextmanager
def progress(step: str) -> Iterator[Advance]:
    """Show the progress of a step: a bar on a terminal, plain lines elsewhere, nothing with -q.

    Yields
    ------
    Advance
        Accepts how much is done and how much there is, from any thread.
    """
    step = for_terminal(step)
    started = monotonic()
    if sys.stderr.isatty() and shows_progress():
        with _bar() as bar:
            task = bar.add_task(step, total=None)
            yield _Bar(bar, task)
    else:
        _log.info("%s ...", step)
        yield _PlainLines(step)
    _log.info("%s: done in %.1f s", step, monotonic() - started)


class _PlainLines:
    """Logs the progress of a step at most every `LINE_EVERY` seconds.

    The clock of the rate starts at the first report: what comes before it, such as compiling, is
    not repeated by what is left.
    """

    def __init__(self, step: str) -> None:
        self._step = step
        self._first: tuple[float, int] | None = None  # time and what was done
        self._logged = monotonic()

    def __call__(self, done: int, total: int, earlier: int = 0) -> None:
        now = monotonic()
        if done <= earlier:
            return
        if self._first is None:
            self._first = now, done
        if now - self._logged < LINE_EVERY:
            return
        self._logged = now
        seconds, fresh = now - self._first[0], done - self._first[1]
        if seconds <= 0.0 or fresh <= 0:
            _log.info("%s: %d of %d", self._step, done, total)
            return
        rate = fresh / seconds
        left = (total - done) / rate
        _log.info("%s: %d of %d, %.3g/s, %.0f s left", self._step, done, total, rate, left)


class _Bar:
    """Moves a bar; a column of the bar shows the rate of recent steps."""

    def __init__(self, bar: Progress, task: TaskID) -> None:
        self._bar, self._task = bar, task

    def __call__(self, done: int, total: int, earlier: int = 0) -> None:
        self._bar.update(self._task, completed=done, total=total)


def _bar() -> Progress:
    """Return a bar on standard error that disappears when the step is done.

    A step whose length is not known, such as compiling, shows the time that it has taken.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.text import Text

    class Done(MofNCompleteColumn):
        def render(self, task: Task) -> Text:
            return Text() if task.total is None else super().render(task)

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text("" if not task.speed else f"{task.speed:.3g}/s")

    class Left(ProgressColumn):
        def render(self, task: Task) -> Text:
            left = task.time_remaining
            return Text("" if left is None else f"({timedelta(seconds=ceil(left))} left)")

    return Progress(
        TextColumn("{task.description}", markup=False),  # a file may be named [/red]
        BarColumn(),
        Done(),
        Rate(),
        TimeElapsedColumn(),
        Left(),
        console=Console(stderr=True),
        transient=True,
    )
