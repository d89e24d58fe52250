"""How long steps report progress: the protocol, and the silent default."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

__all__ = ["Advance", "Progress", "silent"]


class Advance(Protocol):
    """Accepts how much of a step is done."""

    def __call__(self, done: int, total: int, earlier: int = 0) -> None:
        """Accept that `done` of `total` is done, `earlier` of it already by an earlier run."""


class Progress(Protocol):
    """Opens a step: ``with progress("running") as advance: advance(1, 10)``."""

    def __call__(self, step: str, /) -> AbstractContextManager[Advance]:
        """Return a context that lasts as long as the step."""


@contextmanager
def silent(step: str, /) -> Iterator[Advance]:
    """Report nothing; the default of every function that takes a `Progress`."""

    def advance(done: int, total: int, earlier: int = 0) -> None:
        pass

    yield advance
