"""Work folders: unfinished work that the next process takes up, and nothing of the user's."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Final

from tarazu.core.errors import OutputError
from tarazu.core.files.cache import write_atomic
from tarazu.core.files.reading import read_file

KEY: Final = "KEY"
_SIGNATURE: Final = "Tarazu: unfinished work, removed when it is done\n"
_BLOCK: Final = r"block-\d{5,}\.(?:bin|npz)"  # npz: of versions before blocks had digests
_HALF_WRITTEN: Final = re.compile(rf"\.({KEY}|{_BLOCK})\.[0-9a-f]{{12}}\.tmp")


def open_work(folder: Path, key: str) -> None:
    """Make a work folder with this key, or take up the one that is there and set its key.

    Raises
    ------
    OutputError
        The folder, or a file of this name, was not written by Tarazu. It is left as it is.
    """
    if folder.is_dir() and not folder.is_symlink():
        is_free = all(_HALF_WRITTEN.fullmatch(path.name) for path in folder.iterdir())
    else:
        is_free = not (folder.exists() or folder.is_symlink())
    if not is_free and read_key(folder) is None:
        raise OutputError(
            "is where unfinished work is kept, but was not written by Tarazu",
            path=folder,
            expected="a free name",
            hint="Move it away, or name another folder for the results",
        )
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(folder / KEY, (_SIGNATURE + key).encode())


def read_key(folder: Path) -> str | None:
    """Return the key of a work folder; None for any other folder."""
    with suppress(OSError, UnicodeDecodeError):
        text = read_file(folder / KEY).decode("utf-8")
        if text.startswith(_SIGNATURE) and not folder.is_symlink():
            return text.removeprefix(_SIGNATURE)
    return None


def block_file(folder: Path, number: int) -> Path:
    """Return the file of a finished block in a work folder."""
    return folder / f"block-{number:05d}.bin"


def clear_work(folder: Path) -> None:
    """Remove the files of a work folder and of the work folders in it, then itself.

    A folder without a key is left as it is, and so is every other file: then the work folder stays.
    """
    if read_key(folder) is None:
        return
    for path in list(folder.iterdir()):
        if path.is_dir():
            clear_work(path)
        elif re.fullmatch(_BLOCK, path.name) or _HALF_WRITTEN.fullmatch(path.name):
            path.unlink()
    if [path.name for path in folder.iterdir()] == [KEY]:
        (folder / KEY).unlink()
        folder.rmdir()
