"""Whether a large file is whole GeoJSON, seen piece by piece, so that memory stays small."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

PIECE: Final = 1 << 20  # bytes
DEEPEST: Final = 50  # levels
SHOWN: Final = 40  # bytes of a file that is something else
_KIND: Final = re.compile(rb'"type"\s{0,9}:\s{0,9}"FeatureCollection"')
_OVERLAP: Final = 64  # bytes; longer than what `_KIND` finds
_ESCAPED: Final = re.compile(rb"\\.", re.DOTALL)
_NOT_BRACKETS: Final = bytes(sorted(set(range(256)) - set(b"[]{}")))
_CLOSES: Final = {ord("]"): ord("["), ord("}"): ord("{")}


def find_problem(path: Path) -> str | None:
    """Return why a file is not a whole FeatureCollection; None if it may be one.

    Brackets must match and end with the file, which a file that is cut off does not. Whether the
    coordinates make sense is seen when a region is built of it.
    """
    open_brackets = bytearray()
    has_kind, was_closed = False, False
    before = b""
    with path.open("rb") as stream:
        start = stream.read(SHOWN)
        if not start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
            return f"the file is not GeoJSON; it begins with {start!r}"
        stream.seek(0)
        for piece, brackets in _brackets(iter(lambda: stream.read(PIECE), b"")):
            has_kind = has_kind or _KIND.search(before + piece) is not None
            before = (before + piece)[-_OVERLAP:]
            for bracket in brackets:
                if was_closed:
                    return "the file is not GeoJSON; it goes on after its end"
                if bracket in _CLOSES:
                    if not open_brackets or open_brackets.pop() != _CLOSES[bracket]:
                        return "the file is not GeoJSON; its brackets do not match"
                    was_closed = not open_brackets
                else:
                    open_brackets.append(bracket)
                    if len(open_brackets) > DEEPEST:
                        return f"the file is nested more than {DEEPEST} levels deep"
    if open_brackets:
        return "the file is not GeoJSON; it ends too early"
    return None if has_kind else "the file is not GeoJSON; it holds no FeatureCollection"


def _brackets(pieces: Iterator[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield each piece with its brackets outside of texts."""
    in_text, carried = False, b""
    for piece in pieces:
        text = carried + piece
        slashes = len(text) - len(text.rstrip(b"\\"))
        carried = b"\\" if slashes % 2 else b""  # it escapes the first byte of the next piece
        parts = _ESCAPED.sub(b"", text[: len(text) - len(carried)]).split(b'"')
        outside = parts[1::2] if in_text else parts[0::2]
        in_text ^= len(parts) % 2 == 0
        yield piece, b"".join(outside).translate(None, _NOT_BRACKETS)
