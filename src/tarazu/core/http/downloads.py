"""Folders of unfinished downloads, and finished files with checksum and licence note."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tarazu.core.errors import DataError
from tarazu.core.files.cache import cache_dir
from tarazu.core.files.outputs import check_outputs, write_outputs
from tarazu.core.http.addresses import without_secrets
from tarazu.core.http.client import GAP, ProgressCallback
from tarazu.core.http.limits import LIMITS, Limits
from tarazu.core.kernel_store import UntrustedFolderError, trusted_folder
from tarazu.core.provenance import canonical_json, digest, digest_file


@dataclass(frozen=True)
class DownloadOptions:
    """Options of any download.

    Attributes
    ----------
    expected : sha256 that the file must have. gap : least time between two requests, s.
    progress : called with the progress.
    limits : of time and bytes.
    replace : whether files that Tarazu did not write may be overwritten.
    """

    expected: str | None = None
    replace: bool = False
    gap: float = GAP
    progress: ProgressCallback | None = None
    limits: Limits = LIMITS


DEFAULTS = DownloadOptions()


@dataclass(frozen=True)
class DownloadNote:
    """Where a downloaded file comes from and on what terms; written beside it.

    Attributes
    ----------
    title, licence, citations : as in `SourceNote`.
    address, query : of the request, without any key.
    """

    title: str
    licence: str
    citations: tuple[str, ...]
    address: str
    query: Mapping[str, str | int]


def partial_dir(address: str, query: Mapping[str, str | int]) -> Path:
    """Return the folder of the cache that holds the finished part of one download.

    Raises
    ------
    DataError
        Other users may write to the folder, so that what lies in it may be theirs.
    """
    name = digest(canonical_json({"address": address, "query": query}))[:16]
    try:
        return trusted_folder(trusted_folder(cache_dir() / "downloads") / name)
    except UntrustedFolderError as error:
        raise DataError(str(error)) from None


def check_download(out: Path, *, replace: bool = False) -> None:
    """Raise an error if a download would overwrite what must stay, before it begins.

    Raises
    ------
    OutputError, ExceptionGroup
        See `tarazu.core.files.outputs.check_outputs`.
    """
    check_outputs(
        [out, beside(out, "sha256"), beside(out, "origin.json")],
        replace=replace,
    )


def finish_download(
    finished: Path,
    out: Path,
    note: DownloadNote,
    partial: Path,
    options: DownloadOptions = DEFAULTS,
) -> str:
    """Write a finished download with its checksum and note; delete the folder `partial`.

    Beside `out` stand `out`.sha256, in the format of the program sha256sum, and `out`.origin.json.

    Parameters
    ----------
    finished : the file in `partial`.
    options : its checksum, and whether files that Tarazu did not write may be overwritten.

    Returns
    -------
    str
        sha256 of the file.

    Raises
    ------
    DataError
        The checksum is another one: nothing is written, and the next attempt starts again.
    OutputError, ExceptionGroup
        A file must stay; nothing is written, and the next attempt continues from there.
    """
    found = digest_file(finished)
    if options.expected is not None and found != options.expected.strip().casefold():
        shutil.rmtree(partial, ignore_errors=True)
        raise DataError(
            f"the checksum (sha256) of the download is {found}",
            file=without_secrets(note.address),
            expected=options.expected,
            hint="The file has changed at its source, or on the way. Nothing was written",
        )
    content = {
        "title": note.title,
        "licence": note.licence,
        "citations": note.citations,
        "address": without_secrets(note.address),
        "query": note.query,
        "downloaded": datetime.now(UTC).date(),
        "sha256": found,
    }
    files: dict[Path, bytes | Path] = {
        out: finished,
        beside(out, "sha256"): f"{found}  {out.name}\n".encode(),
        beside(out, "origin.json"): canonical_json(content),
    }
    write_outputs(files, replace=options.replace)
    shutil.rmtree(partial, ignore_errors=True)
    return found


def beside(out: Path, ending: str) -> Path:
    """Return the file beside `out` that adds an ending to its name."""
    return out.with_name(f"{out.name}.{ending}")
