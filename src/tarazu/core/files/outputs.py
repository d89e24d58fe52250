"""Output files: which existing files may be replaced, and a list of those that Tarazu wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from tarazu.core.errors import OutputError, raise_problems
from tarazu.core.files.cache import write_atomic
from tarazu.core.files.reading import read_file
from tarazu.core.provenance import canonical_json, digest, digest_file

LIST: Final = ".tarazu-outputs.json"  # hidden, in the folder of the outputs: sha256 by file name
_WRITTEN: Final = "written_by_tarazu"


def check_outputs(
    paths: Sequence[Path], *, keep: Sequence[Path] = (), replace: bool = False
) -> None:
    """Raise an error if an output would replace a file that must stay.

    An existing file may be replaced if Tarazu wrote it and nobody changed it since, or if it is
    empty or a device.

    Parameters
    ----------
    paths : files that are going to be written.
    keep : the inputs: files, and folders with all their files. They are never replaced, also where
        an output reaches them through a link.
    replace : whether files that Tarazu did not write, or that were changed since, may be replaced.

    Raises
    ------
    OutputError
        A file must stay.
    ExceptionGroup
        Several files must stay, one OutputError each.
    """
    problems = [problem for path in paths for problem in _obstacles(path, keep, replace=replace)]
    raise_problems(problems, f"{len(problems)} files would be overwritten")


def write_outputs(
    files: Mapping[Path, bytes | Path], *, keep: Sequence[Path] = (), replace: bool = False
) -> None:
    """Write files after `check_outputs`, and note their digests in the list of their folder.

    Contents too large for memory are given as the file that holds them, which is copied.

    Missing folders are made. A file that holds these bytes already is left as it is.

    Raises
    ------
    OutputError, ExceptionGroup
        A file must stay; nothing was written.
    """
    check_outputs(list(files), keep=keep, replace=True)
    changed = {path: data for path, data in files.items() if not _holds(path, data)}
    check_outputs(list(changed), replace=replace)
    for path, data in changed.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        _read_list(path.resolve().parent)  # before the file, so that a list we cannot use stops it
        write_atomic(path, data)
        _note(path.resolve(), data)


def _obstacles(path: Path, keep: Sequence[Path], *, replace: bool) -> Iterator[OutputError]:
    """Yield the reason why `path` must not be written to, if there is one."""
    if not path.is_file():
        return
    for kept in keep:
        if is_within(path, kept):
            what = "is an input" if kept == path else f"is the input {kept}, or a file in it"
            yield OutputError(
                f"{what}, and inputs are never overwritten",
                path=path,
                expected="another file",
                hint="Name another output",
            )
            return
    if replace or path.stat().st_size == 0:
        return
    noted = _read_list(path.resolve().parent).get(path.resolve().name)
    if noted is None or noted != digest_file(path):
        yield OutputError(
            "exists and was not written by Tarazu"
            if noted is None
            else "was changed since Tarazu wrote it",
            path=path,
            expected="a free name, or a file as Tarazu left it",
            hint="Name another output, or overwrite it with --force",
        )


def is_within(path: Path, place: Path) -> bool:
    """Return whether an existing path is `place`, or lies in it, through any kind of link."""
    lines = (path.resolve(), path.parent.resolve() / path.name)
    around = {around for line in lines for around in (line, *line.parents)}
    return place.exists() and any(one.exists() and one.samefile(place) for one in around)


def _holds(path: Path, data: bytes | Path) -> bool:
    size = len(data) if isinstance(data, bytes) else data.stat().st_size
    if not path.is_file() or path.stat().st_size != size:
        return False
    return digest_file(path) == _digest_of(data)


def _digest_of(data: bytes | Path) -> str:
    return digest(data) if isinstance(data, bytes) else digest_file(data)


def _read_list(folder: Path) -> dict[str, str]:
    """Return the digests, by file name, of what Tarazu wrote into a folder."""
    path = folder / LIST
    if not path.exists():
        return {}
    try:
        written = json.loads(read_file(path))[_WRITTEN]
        return {str(name): str(value) for name, value in written.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise OutputError(
            "is not a list of the files that Tarazu wrote here",
            path=path,
            expected=f"a JSON object with the key '{_WRITTEN}'",
            hint="Move it away, or name an output in another folder",
        ) from error


def _note(path: Path, data: bytes | Path) -> None:
    """Add an output to the list of its folder, and drop the names of files that are gone.

    Two processes that write into one folder at the same moment may lose an entry: the file is
    then taken for one of the user's and stays.
    """
    if not path.is_file():  # a device
        return
    written = {
        name: value
        for name, value in _read_list(path.parent).items()
        if (path.parent / name).exists()
    }
    written[path.name] = _digest_of(data)
    write_atomic(path.parent / LIST, canonical_json({_WRITTEN: written}))
