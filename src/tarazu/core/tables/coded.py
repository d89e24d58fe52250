"""Columns of texts kept as codes of their distinct cells, so that each is parsed once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

Mask = NDArray[np.bool_]
Rows = NDArray[np.bool_] | NDArray[np.int64] | slice
Texts = NDArray[np.object_]  # of str
Days = NDArray[np.datetime64]  # datetime64[D]


@dataclass(frozen=True, slots=True)
class Coded:
    """One column as codes of its distinct cells.

    Attributes
    ----------
    codes : (N,) int, place in `distinct`. distinct : the distinct cells.
    is_plain : whether `distinct` holds equal cells too: long texts, which nobody compares.
    """

    codes: NDArray[np.int32]
    distinct: Sequence[str]
    is_plain: bool = False

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, rows: Rows) -> Coded:
        """Return the column at these rows."""
        return Coded(self.codes[rows], self.distinct, self.is_plain)

    def compared(self) -> Coded:
        """Return the column with each distinct cell once, so that equal cells have one code."""
        if not self.is_plain:
            return self
        if isinstance(self.distinct, ArrowTexts):
            coded = self.distinct.array_at(self.codes).dictionary_encode()
            return Coded(coded.indices.to_numpy(), ArrowTexts(coded.dictionary))
        encoder = Encoder()
        codes = encoder.encode([self.distinct[code] for code in self.codes.tolist()])
        return Coded(codes, list(encoder))

    def take(self, rows: Mask) -> Coded:
        """Return the column at these rows, with the distinct cells of these only."""
        codes = self.codes[rows]
        is_used = np.bincount(codes, minlength=len(self.distinct)) > 0
        if is_used.all():
            return Coded(codes, self.distinct, self.is_plain)
        place = (np.cumsum(is_used) - 1).astype(np.int32)
        used = np.flatnonzero(is_used)
        if isinstance(self.distinct, ArrowTexts):
            return Coded(place[codes], self.distinct.take(used), self.is_plain)
        return Coded(place[codes], [self.distinct[code] for code in used.tolist()])


class ArrowTexts(Sequence[str]):
    """Texts that stay in Arrow's memory until Python needs them.

    Parameters
    ----------
    array : pyarrow.StringArray without nulls.
    """

    def __init__(self, array: pa.StringArray) -> None:
        self.array = array

    def __len__(self) -> int:
        return len(self.array)

    def __iter__(self) -> Iterator[str]:
        return iter(self.array.to_numpy(zero_copy_only=False).tolist())

    def __getitem__(self, place: Any) -> Any:
        """Return one text."""
        return self.array[place].as_py()

    def take(self, places: NDArray[np.int64]) -> ArrowTexts:
        """Return the texts at these places."""
        return ArrowTexts(self.array_at(places))

    def array_at(self, places: NDArray[np.int32] | NDArray[np.int64]) -> pa.StringArray:
        """Return Arrow's array of the texts at these places, a part of this one if they follow."""
        first = int(places[0]) if len(places) else 0
        if np.array_equal(places, np.arange(first, first + len(places))):
            return self.array.slice(first, len(places))
        return self.array.take(places)


class Encoder(dict[str, int]):
    """Codes of the distinct cells seen so far, in the order of first appearance."""

    def __missing__(self, cell: str) -> int:
        self[cell] = code = len(self)
        return code

    def encode(self, cells: Sequence[str]) -> NDArray[np.int32]:
        """Return the codes of some cells, (N,)."""
        return np.fromiter(map(self.__getitem__, cells), np.int32, len(cells))


@dataclass(frozen=True, slots=True)
class Joined:
    """Several columns of texts, (N,) each, read as one with line breaks between them."""

    columns: tuple[Texts | Coded, ...]

    def __len__(self) -> int:
        return len(self.columns[0])

    def __getitem__(self, rows: Rows) -> Joined:
        return Joined(tuple(column[rows] for column in self.columns))
