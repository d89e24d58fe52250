"""Memory that answers needed, given back to the system once nobody asks for anything."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import threading
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from typing import Any, Final

from tarazu.app.guard import Application, Receive, Send

SECONDS: Final = 2.0  # without a request
POOLS: Final = 2  # of malloc, for all threads: each keeps a part of what was freed
ARENA_MAX: Final = -8  # M_ARENA_MAX of glibc's mallopt


class Resting:
    """An application that gives memory back when it has had no request for some seconds.

    Parameters
    ----------
    give_back : called in a thread of its own.
    """

    def __init__(
        self,
        application: Application,
        give_back: Callable[[], None] | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self.application, self._seconds = application, seconds
        self._give_back = give_back or collect_and_trim
        self._open = 0
        self._due: asyncio.TimerHandle | None = None

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        self._open += 1
        if self._due is not None:
            self._due.cancel()
        try:
            await self.application(scope, receive, send)
        finally:
            self._open -= 1
            if not self._open:
                loop = asyncio.get_running_loop()
                self._due = loop.call_later(self._seconds, self._start)

    def _start(self) -> None:
        threading.Thread(target=self._give_back, daemon=True, name="rest").start()


def collect_and_trim() -> None:
    """Free what refers to itself, such as labelled datasets, and trim the pools of malloc."""
    gc.collect()
    trim()


def trim() -> None:
    """Return freed memory to the system: glibc keeps it in the pools of threads."""
    with suppress(OSError, AttributeError):  # another C library keeps less
        ctypes.CDLL(None).malloc_trim(0)


def share_pools() -> None:
    """Limit the pools of malloc; before threads start. Half as much stays after a load."""
    with suppress(OSError, AttributeError):  # another C library has one pool
        ctypes.CDLL(None).mallopt(ARENA_MAX, POOLS)


def freeze() -> None:
    """Keep what is loaded out of later collections, which then take milliseconds."""
    gc.collect()
    gc.freeze()
