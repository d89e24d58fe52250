"""Where unfinished downloads wait, and how a finished one is handed over with its checksum."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tarazu.core.cache import cache_dir
from tarazu.core.errors import DataError
from tarazu.core.outputs import check_outputs, write_outputs
from tarazu.core.provenance import canonical_json, digest


@dataclass(frozen=True)
class Origin:
    """Where a downloaded file comes from and on what terms; written beside it.

    Attributes
    ----------
    title, licence, citations : as in `SourceNote`.
    address, asked : what was requested, without any key.
    """

    title: str
    licence: str
    citations: tuple[str, ...]
    address: str
    asked: Mapping[str, str | int]


def waiting_room(address: str, asked: Mapping[str, str | int]) -> Path:
    """Return the folder of the cache that holds what is already there of one download."""
    name = digest(canonical_json({"address": address, "asked": asked}))[:16]
    folder = cache_dir() / "downloads" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def check_handover(out: Path, *, replace: bool = False) -> None:
    """Raise an error if a download would overwrite what must stay, before it begins.

    Raises
    ------
    OutputError, ExceptionGroup
        See `tarazu.core.outputs.check_outputs`.
    """
    check_outputs(
        [out, beside(out, "sha256"), beside(out, "origin.json")],
        replace=replace,
    )


def hand_over(
    data: bytes,
    out: Path,
    origin: Origin,
    room: Path,
    *,
    expected: str | None = None,
    replace: bool = False,
) -> str:
    """Write a finished download with a checksum and a note of its origin; empty the room.

    Beside `out` stand `out`.sha256, as the program sha256sum reads it, and `out`.origin.json.

    Parameters
    ----------
    expected : sha256 that the file must have.
    replace : whether files that Tarazu did not write may be overwritten.

    Returns
    -------
    str
        sha256 of the file.

    Raises
    ------
    DataError
        The checksum is another one: nothing is written, and the next attempt begins anew.
    OutputError, ExceptionGroup
        A file must stay; nothing is written, and the next attempt goes on from there.
    """
    found = digest(data)
    if expected is not None and found != expected.strip().casefold():
        shutil.rmtree(room, ignore_errors=True)
        raise DataError(
            f"the checksum (sha256) of what was downloaded is {found}",
            file=origin.address,
            expected=expected,
            hint="The file has changed at its source, or on the way. Nothing was written",
        )
    note = {
        "title": origin.title,
        "licence": origin.licence,
        "citations": origin.citations,
        "address": origin.address,
        "asked": origin.asked,
        "downloaded": datetime.now(UTC).date(),
        "sha256": found,
    }
    files = {
        out: data,
        beside(out, "sha256"): f"{found}  {out.name}\n".encode(),
        beside(out, "origin.json"): canonical_json(note),
    }
    write_outputs(files, replace=replace)
    shutil.rmtree(room, ignore_errors=True)
    return found


def beside(out: Path, ending: str) -> Path:
    """Return the name of a file that goes with `out`."""
    return out.with_name(f"{out.name}.{ending}")
