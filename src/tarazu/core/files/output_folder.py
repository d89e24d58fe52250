"""Output folders: which existing folders may be replaced, and their manifest."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from tarazu.core.errors import OutputError
from tarazu.core.files.cache import atomic_folder, write_atomic
from tarazu.core.files.digests import sealed_json
from tarazu.core.files.outputs import is_within
from tarazu.core.files.reading import read_file
from tarazu.core.provenance import digest_file

MANIFEST: Final = "MANIFEST.json"
RUN: Final = "RUN.json"  # time and host: the only file of a run that may differ between runs


@contextmanager
def output_folder(
    target: Path,
    kind: str,
    about: Callable[[], Mapping[str, object]],
    *,
    keep: Sequence[Path] = (),
    replace: bool = False,
) -> Iterator[Path]:
    """Build a folder beside `target` and move it there when the block ends, with a manifest.

    After an error, an interruption or a kill, `target` is as it was. What killed processes left
    half-built beside it is removed by the next one.

    Parameters
    ----------
    target, kind, keep, replace : see `check_folder`, which is called before and after the block.
    about : called when the block has ended; returns what the manifest holds beside the digests of
        the files: 'provenance', and what else the caller adds.

    Yields
    ------
    Path
        The hidden folder to write into.

    Raises
    ------
    OutputError
        `target` must not be replaced, or another process is at work on it.
    """
    target = target.resolve()
    check_folder(target, kind, keep=keep, replace=replace)
    with _alone(target), atomic_folder(target, replace=True) as folder:
        yield folder
        outputs = {name: digest_file(folder / name) for name in list_files(folder) if name != RUN}
        manifest = {"kind": kind, **about(), "outputs": outputs}
        write_atomic(folder / MANIFEST, sealed_json(manifest))
        check_folder(target, kind, keep=keep, replace=replace)  # it may have been filled meanwhile


def check_folder(
    target: Path, kind: str, *, keep: Sequence[Path] = (), replace: bool = False
) -> None:
    """Raise an error if a folder must not be replaced.

    An empty folder may be replaced, and one whose manifest says that Tarazu wrote all that is in
    it. A folder without a manifest of Tarazu is never replaced, nor one that holds an input, the
    working folder or the home folder.

    Parameters
    ----------
    kind : what the folder is going to hold: "run", "study" or "region". One of another kind stays.
    keep : the inputs, files or folders.
    replace : whether a folder of another kind, or one with files that were added or changed since
        Tarazu wrote it, may be replaced too.

    Raises
    ------
    OutputError
        The folder must stay.
    """
    target = target.resolve()
    if not target.exists():
        return
    if not target.is_dir():
        raise OutputError("is a file", path=target, expected="a folder, or a name that is free")
    _check_place(target, keep)
    files = list_files(target)
    if not files:
        return
    manifest = _read_manifest(target)
    if manifest is None:
        raise OutputError(
            f"is not empty, and no {MANIFEST} says that Tarazu wrote it",
            path=target,
            expected="a name that is free, an empty folder, or results of an earlier run",
            hint="Name another folder; one that Tarazu did not write is never replaced",
        )
    if replace:
        return
    hint = "Name another folder, or replace it all with --force"
    held, outputs = manifest
    if held != kind:
        raise OutputError(
            f"holds a {held}", path=target, expected=f"a free name or a {kind}", hint=hint
        )
    for name in files:
        if name not in (MANIFEST, RUN) and not _is_as_written(target / name, outputs.get(name)):
            raise OutputError(
                f"'{name}' was added or changed since Tarazu wrote this folder",
                path=target,
                expected="a folder as Tarazu left it",
                hint=hint,
            )


def _check_place(target: Path, keep: Sequence[Path]) -> None:
    places = [("the working folder", Path.cwd())]
    with suppress(RuntimeError):  # a container may have no home folder
        places.append(("your home folder", Path.home()))
    places += [(f"the input {path}", path) for path in keep]
    if target == target.parent:
        places = [("a whole file system", target)]
    for name, place in places:
        if is_within(place, target):
            raise OutputError(
                f"is or holds {name}, and is never replaced",
                path=target,
                expected="a folder without it",
                hint="Name another folder, for instance a new one",
            )


def _read_manifest(folder: Path) -> tuple[str, dict[str, str]] | None:
    """Return kind and digests of a folder that Tarazu wrote; None for any other folder."""
    try:
        manifest = json.loads(read_file(folder / MANIFEST))
        outputs, provenance = manifest["outputs"], manifest["provenance"]
        if "tarazu" not in provenance:
            return None
        known = {str(name): str(value) for name, value in outputs.items()}
        return str(manifest.get("kind", "run")), known
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def _is_as_written(path: Path, noted: str | None) -> bool:
    is_regular = path.is_file() and not path.is_symlink()
    return is_regular and noted is not None and digest_file(path) == noted


def list_files(folder: Path) -> list[str]:
    """Return the names of all files and links in a folder and its folders, sorted.

    Raises
    ------
    OSError
        A folder in it cannot be listed.
    """

    def fail(error: OSError) -> None:
        raise error

    names = []
    for place, folders, files in os.walk(folder, onerror=fail):
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        names += [(Path(place) / name).relative_to(folder).as_posix() for name in (*files, *links)]
    return sorted(names)


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Keep other processes from `target`, and remove what dead ones left half-built beside it.

    The system releases a lock when its holder dies, so no other process is alive that holds it.
    Where files cannot be locked, processes are not kept apart and nothing is removed.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    path = target.with_name(f".{target.name}.lock")
    lock = _lock(path, target)
    if lock is None:
        yield
        return
    try:
        half_built = re.compile(rf"\.{re.escape(target.name)}\.[0-9a-f]{{12}}\.tmp")
        for folder in target.parent.iterdir():
            if half_built.fullmatch(folder.name) and folder.is_dir():
                shutil.rmtree(folder)
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(lock)


def _lock(path: Path, target: Path) -> int | None:
    """Return a descriptor that holds the lock file, or None where files cannot be locked."""
    try:
        import fcntl
    except ImportError:  # not a POSIX system
        return None
    while True:
        if path.is_symlink() or (path.exists() and (not path.is_file() or path.stat().st_size)):
            raise OutputError(
                "is not a lock of Tarazu",
                path=path,
                expected="no such file, or an empty one",
                hint="Move it away, or name another folder for the results",
            )
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Its last holder may have removed the file between our two steps: then take the new.
            if path.exists() and path.stat().st_ino == os.fstat(descriptor).st_ino:
                return descriptor
        except BlockingIOError as error:
            os.close(descriptor)
            raise OutputError(
                "another run is at work on this folder",
                path=target,
                hint="Wait for it, or name another folder",
            ) from error
        except OSError:  # some network file systems have no locks
            os.close(descriptor)
            path.unlink(missing_ok=True)
            return None
        os.close(descriptor)
