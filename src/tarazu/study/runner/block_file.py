"""Files of finished blocks: each states what it is a block of, and is checked when it is read."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tarazu.core.errors import DataError
from tarazu.core.files.cache import atomic_file

_FORMAT: Final = b"Tarazu block 1\n"
_LONGEST_LINE: Final = 1 << 20  # bytes; the header of a block is about 4,000
_HINT: Final = "Run the study again: this block alone is computed anew"


class BlockId(NamedTuple):
    """What a block is a block of.

    Attributes
    ----------
    study : digest of everything that the study's numbers depend on.
    hypothesis, first, stop : its hypothesis, and its draws first .. stop - 1.
    """

    study: str
    hypothesis: str
    first: int
    stop: int

    def __str__(self) -> str:
        return f"draws {self.first} to {self.stop - 1} under '{self.hypothesis}'"


class _Part(NamedTuple):
    """One array of a block: its type, shape, place in the file and SHA-256."""

    dtype: str
    shape: tuple[int, ...]
    offset: int
    digest: str


def write_block(path: Path, block: BlockId, numbers: Mapping[str, NDArray[Any]]) -> None:
    """Write the arrays of a block, whole or not at all.

    The file holds a line of format, the SHA-256 of the header, the header (identity; type, shape,
    place and SHA-256 of each array) as one line of JSON, then the arrays.
    """
    parts, offset = dict[str, _Part](), 0
    arrays = {name: np.ascontiguousarray(array) for name, array in numbers.items()}
    for name, array in arrays.items():
        parts[name] = _Part(array.dtype.str, array.shape, offset, _digest(array))
        offset += array.nbytes
    header = json.dumps({"block": block, "parts": parts}).encode()
    with atomic_file(path) as stream:
        stream.write(_FORMAT)
        stream.write(hashlib.sha256(header).hexdigest().encode() + b"\n" + header + b"\n")
        for array in arrays.values():
            if array.size:
                stream.write(array.data)


class BlockReader:
    """A finished block, of which each array is read and checked when it is asked for.

    Raises
    ------
    DataError
        The file is damaged, or the block of another study or of other draws.
    """

    def __init__(self, path: Path, block: BlockId) -> None:
        self.path = path
        try:
            with path.open("rb") as stream:
                self._read_header(stream, block)
        except OSError as error:
            raise self._damaged(f"cannot be read ({error})") from error

    def _read_header(self, stream: BinaryIO, block: BlockId) -> None:
        first, second, header = (stream.readline(_LONGEST_LINE) for _ in range(3))
        noted, header = second.removesuffix(b"\n"), header.removesuffix(b"\n")
        if first != _FORMAT or hashlib.sha256(header).hexdigest().encode() != noted:
            raise self._damaged("its header is damaged")
        content = json.loads(header)
        found = BlockId(*content["block"])
        if found.study != block.study:
            raise self._damaged("is a block of another study")
        if found != block:
            raise self._damaged(f"holds {found}; its place is that of {block}")
        self._parts = {
            name: _Part(dtype, tuple(shape), offset, noted)
            for name, (dtype, shape, offset, noted) in content["parts"].items()
        }
        self._start = stream.tell()
        nbytes = sum(_size(part) for part in self._parts.values())
        if self.path.stat().st_size != self._start + nbytes:
            raise self._damaged("was cut short or added to")

    def read(self, name: str) -> NDArray[Any]:
        """Return an array of the block.

        Raises
        ------
        DataError
            The array is damaged.
        """
        part = self._parts[name]
        array = np.empty(part.shape, dtype=np.dtype(part.dtype))
        if array.size:
            with self.path.open("rb") as stream:
                stream.seek(self._start + part.offset)
                stream.readinto(array.data.cast("B"))
        if _digest(array) != part.digest:
            raise self._damaged(f"its numbers '{name}' are damaged")
        return array

    def check(self) -> None:
        """Read all arrays, for their errors."""
        for name in self._parts:
            self.read(name)

    def _damaged(self, what: str) -> DataError:
        return DataError(what, file=self.path, expected="a block as it was written", hint=_HINT)


def _digest(array: NDArray[Any]) -> str:
    return hashlib.sha256(array.data if array.size else b"").hexdigest()


def _size(part: _Part) -> int:
    return math.prod(part.shape) * np.dtype(part.dtype).itemsize
