"""Errors of the operating system that name no file, given the place of the write that failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def naming_place(place: Path | str) -> Iterator[None]:
    """Add a place to an OSError of the block that names none, as that of a full disk does."""
    try:
        yield
    except OSError as error:
        if error.errno is not None and error.filename is None:
            error.filename = str(place)
        raise
