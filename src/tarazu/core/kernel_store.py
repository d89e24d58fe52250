"""Files of compiled kernels, kept where nobody else can write.

A compiled kernel is code, and its file is read with `pickle`, which runs what the file says. So
files are read only from a folder that belongs to this user and that no one else may write to, and
only if the file itself does.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

from tarazu.core.files.cache import distrust, write_atomic

FILE_FORMAT: Final = "name and content in the checksum"  # part of a file's name
_CHECKSUM_BYTES: Final = hashlib.sha256().digest_size


class UntrustedFolderError(Exception):
    """Somebody else could have put files into the folder, or could do so."""


def trusted_folder(folder: Path) -> Path:
    """Return the folder, made for this user alone if it is missing.

    Raises
    ------
    UntrustedFolderError
        Another user owns the folder, others may write to it, or it is a link; the message says
        what to do.
    OSError
        The folder cannot be made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # a link could lead to a folder of this user's where others' files come, such as downloads
    problem = "is a link" if folder.is_symlink() else distrust(folder.lstat())
    if problem:
        msg = (
            f"the folder {folder} {problem}, so its files are not trusted. "
            f"Run 'chmod go-w {folder}' if it is yours, or set TARAZU_CACHE_DIR to another folder"
        )
        raise UntrustedFolderError(msg)
    return folder


def read_kernel(path: Path) -> bytes | None:
    """Return the content of a file that `write_kernel` left; None where there is none to trust.

    That is, where it is missing, damaged, written under another name, a link, another user's, or
    open to others for writing.
    """
    try:
        # not through a link: its target could be changed after the check
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return None
    with os.fdopen(number, "rb") as stream:
        if distrust(os.fstat(stream.fileno())):
            return None
        data = stream.read()
    checksum, content = data[:_CHECKSUM_BYTES], data[_CHECKSUM_BYTES:]
    return content if _checksum(path, content) == checksum else None


def write_kernel(path: Path, content: bytes) -> None:
    """Write a file with its checksum, for this user alone."""
    write_atomic(path, _checksum(path, content) + content)
    path.chmod(0o600)


def _checksum(path: Path, content: bytes) -> bytes:
    """Return the digest of name and content: a kernel under another's name is not that kernel."""
    return hashlib.sha256(path.name.encode() + b"\0" + content).digest()
