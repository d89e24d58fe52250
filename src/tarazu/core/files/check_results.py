"""Check of a folder of results against its manifest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tarazu.core.errors import DataError, raise_problems
from tarazu.core.files.digests import check_digest, read_sealed
from tarazu.core.files.output_folder import MANIFEST, RUN, list_files


def check_results(folder: Path) -> int:
    """Return the number of files of a result folder, all of which are as Tarazu wrote them.

    Raises
    ------
    DataError
        The only file that is damaged, missing or added.
    ExceptionGroup
        All such files.
    """
    number, problems = find_damage(folder)
    raise_problems(problems, f"{folder} has {len(problems)} files that Tarazu did not leave so")
    return number


def find_damage(folder: Path) -> tuple[int, list[DataError]]:
    """Return the number of files of a result folder, and those that are not as Tarazu wrote them.

    The manifest and the run note are checked against their own digests, every other file against
    the manifest.

    Raises
    ------
    DataError
        The manifest is damaged or missing, so that nothing can be checked.
    """
    outputs = read_sealed(folder / MANIFEST, hint="Make the results again")["outputs"]
    return len(outputs) + 1, list(_problems(folder, outputs))


def _problems(folder: Path, outputs: dict[str, str]) -> Iterator[DataError]:
    found = set(list_files(folder)) - {MANIFEST}
    if RUN in found:
        try:
            read_sealed(folder / RUN)
        except DataError as error:
            yield error
    for name, noted in outputs.items():
        try:
            check_digest(folder / name, noted, hint="Make the results again")
        except DataError as error:
            yield error
    for name in sorted(found - {RUN, *outputs}):
        yield DataError("was added", file=folder / name, expected=f"only files of {MANIFEST}")
