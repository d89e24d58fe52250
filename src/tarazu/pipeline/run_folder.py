"""Run folders: built beside their target and moved there when they are complete."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from tarazu.core.files.cache import write_atomic
from tarazu.core.files.digests import sealed_json
from tarazu.core.files.output_folder import MANIFEST, RUN, output_folder
from tarazu.core.files.reading import read_file
from tarazu.core.provenance import collect_provenance

__all__ = ["KIND", "MANIFEST", "RUN", "read_origin", "run_folder"]

KIND = "run"


@contextmanager
def run_folder(
    target: Path,
    *,
    inputs: Mapping[str, str],
    seeds: Mapping[str, int] | None = None,
    origin: str | None = None,
    keep: Sequence[Path] = (),
    replace: bool = False,
) -> Iterator[Path]:
    """Build a folder of results beside `target` and move it there when the block ends.

    The run note and the manifest (versions, digests of the inputs and of every file written) are
    added at the end. After an error, an interruption or a kill, `target` is as it was.

    Parameters
    ----------
    target : folder for the results. Results of an earlier run there are replaced.
    inputs : SHA-256 by name of input; read when the block ends, so the block may add to it.
    seeds : by name of study, for the manifest.
    origin : the study that is run, for `read_origin`: a shipped name, or a path that starts at the
        parent of `target`.
    keep, replace : see `tarazu.core.files.output_folder.check_folder`.

    Yields
    ------
    Path
        The hidden folder to write into.

    Raises
    ------
    OutputError
        `target` must not be replaced, or another run is writing it.
    """
    started, clock = datetime.now(UTC), monotonic()

    def about() -> dict[str, object]:
        return {"provenance": collect_provenance(inputs), "seeds": seeds or {}}

    with output_folder(target, KIND, about, keep=keep, replace=replace) as folder:
        yield folder
        run: dict[str, object] = {
            "started": started.isoformat(timespec="seconds"),
            "duration_s": round(monotonic() - clock, 3),
            "host": platform.node(),
            "platform": platform.platform(),
        }
        write_atomic(folder / RUN, sealed_json(run if origin is None else run | {"study": origin}))


def read_origin(folder: Path) -> str | None:
    """Return the study whose results a folder holds; None if `run_folder` noted none."""
    try:
        origin = json.loads(read_file(folder / RUN))["study"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
    return str(origin)
