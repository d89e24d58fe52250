"""Runs in the background: few at a time, in turn, cancelled with the page that wants them."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from functools import partial
from time import monotonic
from typing import Any, Final

from tarazu.app.answers.rest import trim
from tarazu.core.errors import TarazuError
from tarazu.study.runner.run import Progress

AT_ONCE: Final = 2  # runs that compute; kernels release the GIL
MOST_WAITING: Final = 48  # runs that wait; of more, each is refused at once
SECONDS: Final = 90.0  # that one stage may compute
NICE: Final = 10  # of the threads of runs
POLL: Final = 0.05  # seconds between two looks at a run
HEARTBEAT: Final = 1.0  # seconds without news after which a line is sent: a gone reader is noticed

Line = dict[str, Any]
Report = Callable[[Progress], None]
Stage = Callable[[Report], Line]
"""One part of a run: computes, calls the report now and then, returns its result."""


class QueueFullError(Exception):
    """Too many runs wait."""


class _EndedError(Exception):
    """The page of a run is gone, or the run took too long: raised inside its computation."""


class Runs:
    """The runs of all pages.

    Parameters
    ----------
    at_once, most_waiting : runs that compute, and that wait for one of them to end.
    seconds : that a stage may compute.
    is_stopping : whether the server shuts down; then runs end.
    """

    def __init__(
        self,
        *,
        at_once: int = AT_ONCE,
        most_waiting: int = MOST_WAITING,
        seconds: float = SECONDS,
        is_stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._at_once, self._most_waiting, self._seconds = at_once, most_waiting, seconds
        self.is_stopping = is_stopping
        self._slots = threading.Semaphore(at_once)  # a run that was ended computes a little longer
        self._line: list[object] = []  # the first `at_once` compute, the others wait

    @property
    def computing(self) -> int:
        """Runs that compute."""
        return min(len(self._line), self._at_once)

    @property
    def waiting(self) -> int:
        """Runs that wait."""
        return max(len(self._line) - self._at_once, 0)

    async def stream(self, stages: Sequence[Stage]) -> AsyncGenerator[Line, None]:
        """Yield the states of a run until it is done: its place in the queue, progress, results.

        Stages of other runs come between those of one run. Closing the iterator ends the run.

        Raises
        ------
        QueueFullError
            At the first step, where too many runs wait.
        """
        if len(self._line) >= self._at_once + self._most_waiting:
            raise QueueFullError
        for number, stage in enumerate(stages):
            ticket = object()
            self._line.append(ticket)
            try:
                async with aclosing(self._wait(ticket)) as places:
                    async for line in places:
                        yield line
                async with aclosing(self._compute(stage)) as lines:
                    async for line in lines:
                        yield line | {"stage": number, "stages": len(stages)}
                        if line["state"] in ("failed", "late", "stopped"):
                            return
            finally:
                self._line.remove(ticket)
                if not self._line:
                    trim()
        yield {"state": "done"}

    async def _wait(self, ticket: object) -> AsyncGenerator[Line, None]:
        told, at = -1, monotonic()
        while (place := self._line.index(ticket) - self._at_once + 1) > 0:
            if self.is_stopping():
                return
            if place != told or monotonic() - at > HEARTBEAT:
                told, at = place, monotonic()
                yield {"state": "queued", "place": place, "waiting": self.waiting}
            await asyncio.sleep(POLL)

    async def _compute(self, stage: Stage) -> AsyncGenerator[Line, None]:
        ended = threading.Event()
        started = monotonic()
        news = Progress(0, 0, 0.0, None)

        def report(now: Progress) -> None:
            nonlocal news
            if ended.is_set():
                raise _EndedError
            news = now

        def computed() -> Line:
            if ended.is_set():
                raise _EndedError
            return stage(report)

        work = self._start(computed)
        try:
            told, at = -1, started
            while not work.done():
                if self.is_stopping():
                    yield {"state": "stopped"}
                    return
                if monotonic() - started > self._seconds:
                    yield {"state": "late", "seconds": self._seconds}
                    return
                if news.done != told or monotonic() - at > HEARTBEAT:
                    told, at = news.done, monotonic()
                    yield {"state": "running", "done": news.done, "total": news.total}
                await asyncio.wait([work], timeout=POLL)
            try:
                result = work.result()
            except (TarazuError, ExceptionGroup) as error:
                yield {"state": "failed", "why": str(error)}
            else:
                yield {"state": "result", "result": result}
        finally:
            ended.set()
            work.add_done_callback(_forget)

    def _start(self, compute: Callable[[], Line]) -> asyncio.Future[Line]:
        """Compute in a thread that does not keep the process: a compilation cannot be ended."""
        loop = asyncio.get_running_loop()
        work: asyncio.Future[Line] = loop.create_future()

        def body() -> None:
            _after_readers()
            settle: Callable[[], None]
            try:
                with self._slots:
                    result = compute()
                settle = partial(work.set_result, result)
            except Exception as error:  # noqa: BLE001 - raised where the run is waited for
                settle = partial(work.set_exception, error)
            with suppress(RuntimeError):  # the server has stopped, nobody waits
                loop.call_soon_threadsafe(settle)

        threading.Thread(target=body, daemon=True, name="run").start()
        return work


def _after_readers() -> None:
    """Let the threads that answer readers go before this one: Linux has niceness by thread."""
    if sys.platform == "linux":
        own = threading.get_native_id()
        now = os.getpriority(os.PRIO_PROCESS, own)
        os.setpriority(os.PRIO_PROCESS, own, max(now, NICE))


def _forget(work: asyncio.Future[Line]) -> None:
    """Read the error of a run that nobody waits for, so that it is not reported as lost."""
    if not work.cancelled():
        work.exception()
