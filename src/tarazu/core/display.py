"""Pictures of results in notebooks, and the line that a long call writes while it works.

A result is drawn by the report room, which the room of the result does not import: the package
connects the two (``tarazu/__init__.py``), and a result names only itself.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from shutil import get_terminal_size
from typing import Any, Protocol, TextIO

from tarazu.core.errors import did_you_mean

LINE = 79  # characters of a message that covers a line that is written over


class Picture(Protocol):
    """What a drawing of a result can do; see `tarazu.report.figure.Figure`."""

    @property
    def title(self) -> str:
        """The heading."""

    def to_svg(self, width: int = ...) -> str:
        """Return a static picture."""

    def to_plotly(self) -> Any:
        """Return a Plotly figure."""

    def to_text(self, width: int = ...) -> str:
        """Return the numbers drawn as lines of text."""


Pictures = Mapping[str, Callable[[], Picture]]
"""Drawings of one result by name, the most telling one first; each is made when called."""


class _Studio:
    """Where drawings come from: set once, when the package is imported."""

    pictures_of: Callable[[object], Pictures] | None = None


def connect(pictures_of: Callable[[object], Pictures]) -> None:
    """Set the function that returns the drawings of any result."""
    _Studio.pictures_of = staticmethod(pictures_of)


def pictures(result: object) -> Pictures:
    """Return the drawings of a result by name."""
    if _Studio.pictures_of is None:
        raise RuntimeError("nothing is connected that draws results; import tarazu first")
    return _Studio.pictures_of(result)


def draw(result: object, kind: str | None = None) -> Picture:
    """Return one drawing of a result, without a name the first.

    Raises
    ------
    ValueError
        The result has no drawing, or none of this name.
    """
    known = pictures(result)
    noun = type(result).__name__.lower()
    if not known:
        raise ValueError(f"this {noun} has no figure: nothing was estimable")
    if kind is None:
        kind = next(iter(known))
    if kind not in known:
        hint = did_you_mean(str(kind), known)
        raise ValueError(f"figure is {kind!r}; expected one of {', '.join(known)}.{hint}")
    return known[kind]()


def html(result: object, *parts: str) -> str:
    """Return what a notebook shows of a result: words, the first figure, then the rest.

    Parameters
    ----------
    parts : HTML; the first one stands above the figure.
    """
    first = next(iter(pictures(result).values()), None)
    picture = "" if first is None else first().to_svg()
    return "".join([*parts[:1], picture, *parts[1:]])


def is_seen(stream: TextIO) -> bool:
    """Return whether somebody watches a stream: a terminal, or the output of a notebook's cell."""
    return stream.isatty() or type(stream).__module__.startswith("ipykernel")


def write_over(stream: TextIO, text: str) -> None:
    """Write a text over the line that the cursor stands on, cut to the width of the terminal.

    What is written next begins on the same line.
    """
    width = max(get_terminal_size().columns - 1, 1)  # a full line would wrap
    stream.write(f"\r{text[:width]:<{width}}\r")
    stream.flush()


@contextmanager
def status_line(*, wanted: bool) -> Iterator[Callable[[str], None]]:
    """Yield what writes a text over one line of standard error; it is empty again at the end.

    Nothing is written where it is not wanted, or where nobody watches.
    """
    stream = sys.stderr
    if not (wanted and is_seen(stream)):
        yield lambda _: None
        return
    try:
        yield lambda text: write_over(stream, text)
    finally:
        write_over(stream, "")


class Text(str):
    """Text of several lines that a prompt and a notebook show as it reads, without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)
