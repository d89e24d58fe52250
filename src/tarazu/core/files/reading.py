"""Files that a user names, read only if they are files."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO, Final

_KINDS: Final = (
    (stat.S_ISDIR, errno.EISDIR, "a folder, not a file"),
    (stat.S_ISFIFO, errno.EINVAL, "a pipe, not a file; save its content as a file first"),
    (stat.S_ISSOCK, errno.EINVAL, "a socket, not a file"),
    (stat.S_ISCHR, errno.EINVAL, "a device, not a file"),
    (stat.S_ISBLK, errno.EINVAL, "a device, not a file"),
)


def check_file(path: Path) -> None:
    """Raise an error unless a path leads to a regular file; nothing is opened.

    Raises
    ------
    OSError
        A folder, pipe, device or socket, a link that leads nowhere or to itself, or a path that
        cannot be one; `strerror` states which.
    """
    try:
        found = path.stat()
    except ValueError as error:  # a null byte
        raise OSError(errno.EINVAL, "its name has a null byte", str(path)) from error
    _check_kind(found.st_mode, path)


def open_file(path: Path) -> BinaryIO:
    """Return a stream of the bytes of a regular file.

    A pipe would be waited for without end, and a device may never end: both are refused at once,
    also where the path came to lead there after a check.

    Raises
    ------
    OSError
        See `check_file`; or the file cannot be opened.
    """
    check_file(path)  # first: opening some devices has effects
    # A pipe is opened without waiting for its writer.
    number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    stream = os.fdopen(number, "rb")
    try:
        _check_kind(os.fstat(number).st_mode, path)
    except OSError:
        stream.close()
        raise
    return stream


def read_file(path: Path, *, most: int | None = None) -> bytes:
    """Return the bytes of a regular file.

    Parameters
    ----------
    most : number of bytes after which reading stops; None for the whole file.

    Raises
    ------
    OSError
        See `open_file`; or the file cannot be read.
    """
    with open_file(path) as stream:
        return stream.read() if most is None else stream.read(most)


def _check_kind(mode: int, path: Path) -> None:
    for is_kind, number, words in _KINDS:
        if is_kind(mode):
            raise OSError(number, words, str(path))
