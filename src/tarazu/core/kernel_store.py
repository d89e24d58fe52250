"""Files of compiled kernels, kept where nobody else can write.

A compiled kernel is code, and its file is read with `pickle`, which runs what the file says. So
files are read only from a folder that belongs to this user and that no one else may write to, and
only if the file itself does.
"""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import Final

from tarazu.core.files.cache import write_atomic

_CHECKSUM_BYTES: Final = hashlib.sha256().digest_size
_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


class UntrustedFolderError(Exception):
    """Somebody else could have put files into the folder, or could do so."""


def trusted_folder(folder: Path) -> Path:
    """Return the folder, made for this user alone if it is missing.

    Raises
    ------
    UntrustedFolderError
        Another user owns the folder, or others may write to it; the message says what to do.
    OSError
        The folder cannot be made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    problem = _problem(folder.stat())
    if problem:
        msg = (
            f"the folder {folder} {problem}, so its files are not trusted. "
            f"Run 'chmod go-w {folder}' if it is yours, or set TARAZU_CACHE_DIR to another folder"
        )
        raise UntrustedFolderError(msg)
    return folder


def read_kernel(path: Path) -> bytes | None:
    """Return the content of a file that `write_kernel` left; None where there is none to trust.

    That is, where it is missing, damaged, a link, another user's, or open to others for writing.
    """
    try:
        # not through a link: its target could be changed after the check
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return None
    with os.fdopen(number, "rb") as stream:
        if _problem(os.fstat(stream.fileno())):
            return None
        data = stream.read()
    checksum, content = data[:_CHECKSUM_BYTES], data[_CHECKSUM_BYTES:]
    return content if hashlib.sha256(content).digest() == checksum else None


def write_kernel(path: Path, content: bytes) -> None:
    """Write a file with its checksum, for this user alone."""
    write_atomic(path, hashlib.sha256(content).digest() + content)
    path.chmod(0o600)


def _problem(found: os.stat_result) -> str | None:
    """Return why a file or folder cannot be trusted; None where owners are not known (Windows)."""
    if not hasattr(os, "geteuid"):
        return None
    if found.st_uid != os.geteuid():
        return f"belongs to user {found.st_uid}, not to this user ({os.geteuid()})"
    if found.st_mode & _OTHERS_WRITE:
        return f"may be written to by others (mode {stat.S_IMODE(found.st_mode):04o})"
    return None
