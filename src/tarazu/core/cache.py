"""One place for what may be thrown away, and writing that leaves nothing half-written."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path


def cache_dir() -> Path:
    """Return the folder for compiled kernels and other files that can be made again.

    The first of these that can be written to: the folder named by the environment variable
    ``TARAZU_CACHE_DIR``; the platform's folder for caches; a temporary folder, removed when
    the process ends, with a warning. The folder exists when this returns.

    Warns
    -----
    RuntimeWarning
        A temporary folder had to be used: kernels are compiled again in every process.
    """
    return _resolve_cache_dir(os.environ.get("TARAZU_CACHE_DIR", ""))


@cache
def _resolve_cache_dir(named: str) -> Path:
    if named:
        candidate = Path(named).expanduser().absolute()
    else:
        import platformdirs  # late: commands that only print never come here

        candidate = platformdirs.user_cache_path("tarazu", appauthor=False)
    if _is_writable(candidate):
        return candidate
    temporary = Path(tempfile.mkdtemp(prefix="tarazu-cache-"))
    atexit.register(shutil.rmtree, temporary, ignore_errors=True)
    warnings.warn(
        f"cannot write to the cache folder {candidate}; using a temporary one for this process. "
        "Set TARAZU_CACHE_DIR to a folder you can write to.",
        RuntimeWarning,
        stacklevel=3,
    )
    return temporary


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _beside(path: Path) -> Path:
    """Return an unused hidden name in the folder of `path`, so that a rename stays on one disk."""
    return path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.tmp")


def write_atomic(path: Path, data: bytes) -> None:
    """Write `data` to `path` whole or not at all; an existing file is replaced.

    The folder must exist. Readers see the old file or the new one, never a part. A link stays
    and its target is replaced; a device (``/dev/null``) or pipe is written to.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    temporary = _beside(path)
    try:
        with temporary.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def atomic_folder(path: Path, *, replace: bool = False) -> Iterator[Path]:
    """Build a folder beside `path` and move it there when the block ends without an error.

    Parameters
    ----------
    path : where the folder shall stand; its parents are made.
    replace : whether a folder that stands there already gives way to the new one.

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
