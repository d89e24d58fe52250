"""Cache directory and atomic file writes."""

from __future__ import annotations

import atexit
import os
import shutil
import stat
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import BinaryIO, Final

from tarazu.core.errors import OutputError
from tarazu.core.files.place import naming_place

_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


def cache_dir() -> Path:
    """Return the folder for compiled kernels and other files that can be made again.

    The folder named by the environment variable ``TARAZU_CACHE_DIR``, else the platform's folder
    for caches; if that cannot be written to, belongs to another user or may be written to by
    others, or needs a home folder and there is none, a temporary folder, removed when the process
    ends, with a warning. The folder exists when this returns.

    Raises
    ------
    OutputError
        There is no folder that can be written to.

    Warns
    -----
    RuntimeWarning
        A temporary folder had to be used: kernels are compiled again in every process.
    """
    return _resolve_cache_dir(os.environ.get("TARAZU_CACHE_DIR", ""))


@cache
def _resolve_cache_dir(named: str) -> Path:
    candidate = _candidate(named)
    if candidate is None:
        problem = "no home folder was found for the cache"
    elif not _is_writable(candidate):
        problem = f"cannot write to the cache folder {candidate}"
    elif (reason := distrust(candidate.stat())) is not None:
        # what lies in it may be another's, and may lead elsewhere through a link
        problem = f"the cache folder {candidate} {reason}"
    else:
        return candidate
    try:
        temporary = Path(tempfile.mkdtemp(prefix="tarazu-cache-"))
    except OSError as error:
        raise OutputError(
            f"{problem}, and there is no temporary folder ({error.strerror})",
            path=candidate or Path("cache"),
            expected="a folder for compiled kernels that this user can write to",
            hint="Set TARAZU_CACHE_DIR, or TMPDIR, to one",
        ) from error
    atexit.register(shutil.rmtree, temporary, ignore_errors=True)
    warnings.warn(
        f"{problem}; using a temporary one for this process. "
        "Set TARAZU_CACHE_DIR to a folder of your own that no one else may write to.",
        RuntimeWarning,
        stacklevel=3,
    )
    return temporary


def _candidate(named: str) -> Path | None:
    """Return the folder to try; None if its path starts at a home folder and there is none."""
    try:
        if named:
            return Path(named).expanduser().absolute()
        import platformdirs  # late: commands that only print never come here

        folder = platformdirs.user_cache_path("tarazu", appauthor=False)
    except RuntimeError:  # of pathlib, and of newer releases of platformdirs (seen: 4.14.7)
        return None
    # Older ones leave the ~ as it is: a folder of that name in the working folder.
    return folder if folder.is_absolute() else None


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def distrust(found: os.stat_result) -> str | None:
    """Return why a file or folder is not this user's alone; None where it is.

    None also where owners are not known (Windows).
    """
    if not hasattr(os, "geteuid"):
        return None
    if found.st_uid != os.geteuid():
        return f"belongs to user {found.st_uid}, not to this user ({os.geteuid()})"
    if found.st_mode & _OTHERS_WRITE:
        return f"may be written to by others (mode {stat.S_IMODE(found.st_mode):04o})"
    return None


def _beside(path: Path) -> Path:
    """Return an unused hidden name in the folder of `path`, so that a rename stays on one disk."""
    return path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.tmp")


def write_atomic(path: Path, data: bytes | Path) -> None:
    """Write `data`, or what the file `data` holds, to `path` whole or not at all.

    An existing file is replaced.

    The folder must exist. Readers see the old file or the new one, never a part. A link stays
    and its target is replaced; a device (``/dev/null``) or pipe is written to.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        with naming_place(path), path.open("wb") as stream:
            _fill(stream, data)
        return
    with atomic_file(path) as stream:
        _fill(stream, data)


@contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """Write a file in pieces, whole or not at all; an existing file is replaced.

    Yields
    ------
    BinaryIO
        A hidden file beside `path`, which takes its place when the block ends without an error.
    """
    temporary = _beside(path)
    try:
        with naming_place(path), temporary.open("xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _fill(stream: BinaryIO, data: bytes | Path) -> None:
    if isinstance(data, bytes):
        stream.write(data)
        return
    with data.open("rb") as source:
        shutil.copyfileobj(source, stream, 1 << 20)


@contextmanager
def atomic_folder(path: Path, *, replace: bool = False) -> Iterator[Path]:
    """Build a folder beside `path` and move it there when the block ends without an error.

    Parameters
    ----------
    path : where the folder shall stand; its parents are made.
    replace : whether an existing folder is replaced by the new one.

    Yields
    ------
    Path
        The folder to fill. After an error it is removed and `path` is as it was.

    Raises
    ------
    FileExistsError
        `path` exists and `replace` is False; raised before the block runs where possible.
    """
    if not replace and path.exists():
        msg = f"{path} exists already"
        raise FileExistsError(msg)
    path.parent.mkdir(parents=True, exist_ok=True)
    building = _beside(path)
    building.mkdir()
    try:
        with naming_place(path):
            yield building
        if replace and path.exists():
            retired = _beside(path)
            path.rename(retired)
            try:
                building.rename(path)
            except BaseException:
                retired.rename(path)
                raise
            shutil.rmtree(retired)
        else:
            building.rename(path)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
