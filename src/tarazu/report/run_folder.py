"""The folder that a run leaves: complete with its manifest, or not there at all."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from tarazu.core.cache import atomic_folder, write_atomic
from tarazu.core.errors import TarazuError
from tarazu.core.provenance import canonical_json, collect_provenance, digest_file

MANIFEST = "MANIFEST.json"
RUN = "RUN.json"  # time, host, duration: the only file that may differ between runs


@contextmanager
def run_folder(
    target: Path,
    *,
    inputs: Mapping[str, str],
    seeds: Mapping[str, int] | None = None,
    replace: bool = False,
) -> Iterator[Path]:
    """Build a folder of results beside `target` and move it there when the block ends.

    The manifest (versions, digests of the inputs and of every file written) and the run note
    are added at the end. After an error, an interruption or a kill, `target` is as it was. What
    killed runs left half-built beside it is removed by the next run.

    Parameters
    ----------
    target : where the results shall stand. What an earlier run left there is replaced.
    inputs : SHA-256 by name of input; read when the block ends, so the block may add to it.
    seeds : by name of study, for the manifest.
    replace : whether anything else that stands there may be replaced too.

    Yields
    ------
    Path
        The hidden folder to write into.

    Raises
    ------
    TarazuError
        `target` holds something that no earlier run left, or must never be replaced; or another
        run is at work on it.
    """
    target = target.resolve()
    _check_replaceable(target, replace=replace)
    started, clock = datetime.now(UTC), monotonic()
    with _alone(target), atomic_folder(target, replace=target.exists()) as folder:
        yield folder
        _write_manifest(folder, inputs, seeds or {})
        run = {
            "started": started.isoformat(timespec="seconds"),
            "duration_s": round(monotonic() - clock, 3),
            "host": platform.node(),
            "platform": platform.platform(),
        }
        write_atomic(folder / RUN, canonical_json(run))


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Keep other runs from `target`, and remove what dead ones left half-built beside it.

    The system gives a lock back when its holder dies, so whoever has it knows that no other run
    is alive. Where there are no locks, runs are not kept apart and nothing is removed.
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
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Its last holder may have removed the file between our two steps: then take the new.
            if path.exists() and path.stat().st_ino == os.fstat(descriptor).st_ino:
                return descriptor
        except BlockingIOError as error:
            os.close(descriptor)
            msg = f"Another run is at work on {target}. Wait for it, or name another folder."
            raise TarazuError(msg) from error
        except OSError:  # some network file systems have no locks
            os.close(descriptor)
            path.unlink(missing_ok=True)
            return None
        os.close(descriptor)


def _write_manifest(folder: Path, inputs: Mapping[str, str], seeds: Mapping[str, int]) -> None:
    outputs = {name: digest_file(folder / name) for name in sorted(_files(folder))}
    manifest = {"provenance": collect_provenance(inputs), "seeds": seeds, "outputs": outputs}
    write_atomic(folder / MANIFEST, canonical_json(manifest))


def _check_replaceable(target: Path, *, replace: bool) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        msg = f"{target} is a file; expected a folder, or a name that is free."
        raise TarazuError(msg)
    for name, folder in (("your home", Path.home()), ("the working", Path.cwd())):
        if folder.resolve().is_relative_to(target):
            msg = f"{target} holds {name} folder and is never replaced. Name a folder inside it."
            raise TarazuError(msg)
    if not replace and (strange := sorted(_strangers(target))):
        msg = (
            f"{target} holds files that no earlier run of Tarazu left there, such as "
            f"'{strange[0]}'. Name another folder, or replace it all with --force."
        )
        raise TarazuError(msg)


def _strangers(target: Path) -> set[str]:
    """Names of files in `target` that its manifest does not know; all of them without one."""
    try:
        manifest = json.loads((target / MANIFEST).read_bytes())
        known = {*manifest["outputs"], MANIFEST, RUN}
    except (OSError, ValueError, LookupError, TypeError):
        known = set()
    return _files(target) - known


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
