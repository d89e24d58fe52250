"""The folder that a run leaves: complete with its manifest, or not there at all."""

from __future__ import annotations

import json
import platform
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
def run_folder(target: Path, *, inputs: Mapping[str, str], replace: bool = False) -> Iterator[Path]:
    """Build a folder of results beside `target` and move it there when the block ends.

    The manifest (versions, digests of the inputs and of every file written) and the run note
    are added at the end. After an error, an interruption or a kill, `target` is as it was.

    Parameters
    ----------
    target : where the results shall stand. What an earlier run left there is replaced.
    inputs : SHA-256 by name of input; read when the block ends, so the block may add to it.
    replace : whether anything else that stands there may be replaced too.

    Yields
    ------
    Path
        The hidden folder to write into.

    Raises
    ------
    TarazuError
        `target` holds something that no earlier run left, or must never be replaced.
    """
    target = target.resolve()
    _check_replaceable(target, replace=replace)
    started, clock = datetime.now(UTC), monotonic()
    with atomic_folder(target, replace=target.exists()) as folder:
        yield folder
        _write_manifest(folder, inputs)
        run = {
            "started": started.isoformat(timespec="seconds"),
            "duration_s": round(monotonic() - clock, 3),
            "host": platform.node(),
            "platform": platform.platform(),
        }
        write_atomic(folder / RUN, canonical_json(run))


def _write_manifest(folder: Path, inputs: Mapping[str, str]) -> None:
    outputs = {name: digest_file(folder / name) for name in sorted(_files(folder))}
    manifest = {"provenance": collect_provenance(inputs), "outputs": outputs}
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
