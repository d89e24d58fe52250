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
    from rich.console import Console
    from rich.progress import Progress, TaskID

NARROW = 70  # columns: a narrower terminal shows no rate
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


def _bar(console: Console | None = None) -> Progress:
    """Return a bar that disappears when the step is done: by default on standard error.

    It shows the time left, or, where the length of the step is not known, such as compiling, the
    time taken. In a narrow terminal the name of the step is wrapped, and no number is cut.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
    )
    from rich.table import Column
    from rich.text import Text

    class Done(MofNCompleteColumn):
        def render(self, task: Task) -> Text:
            return Text() if task.total is None else super().render(task)

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            speed = task.speed or 0.0
            digits = ",.0f" if speed >= 100.0 else ".3g"
            return Text(f"{speed:{digits}}/s" if speed else "")

    class Time(ProgressColumn):
        def render(self, task: Task) -> Text:
            left = task.time_remaining
            if left is None:  # not known, or not yet
                return Text(str(timedelta(seconds=int(task.elapsed or 0.0))))
            return Text(f"{timedelta(seconds=ceil(left))} left")

    shown = Console(stderr=True) if console is None else console
    columns = [
        # No markup: a file may be named [/red].
        TextColumn("{task.description}", markup=False, table_column=Column()),
        BarColumn(shown.width // 10, table_column=Column(no_wrap=True)),
        Done(table_column=Column(no_wrap=True)),
        *([Rate(table_column=Column(no_wrap=True))] if shown.width >= NARROW else []),
        Time(table_column=Column(no_wrap=True)),
    ]
    return Progress(*columns, console=shown, transient=True)
