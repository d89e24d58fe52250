"""Pages of JSON from web services, with a list of rows, and GeoJSON of points, as columns."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from tarazu.core.errors import DataError
from tarazu.core.files.reading import read_file
from tarazu.core.tables.cells import KEPT, MAX_CELL, shorten
from tarazu.core.tables.coded import Coded, Encoder
from tarazu.core.tables.columns import Columns, RowOrigin

ROWS = "Result"  # key of the rows in pages of UCDP
FEATURES, PROPERTIES = "features", "properties"  # of GeoJSON, RFC 7946
TOTAL = "TotalCount"  # rows of all pages together
LONE_SURROGATE = re.compile("[\ud800-\udfff]")  # JSON can write it, UTF-8 cannot
MOST = 10**18  # no code or count is larger, and longer ones take long to write
HINT = "Download the pages again with `tarazu data fetch`"


def is_json(path: Path) -> bool:
    """Whether a file begins as JSON does; a file that cannot be opened does not."""
    try:
        start = read_file(path, most=4096)
    except OSError:
        return False
    return start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def find_pages(path: Path) -> tuple[Path, ...]:
    """Return the pages of a folder, by name, or the one file.

    Raises
    ------
    DataError
        The folder has no pages.
    """
    if not path.is_dir():
        return (path,)
    pages = tuple(sorted(page for page in path.glob("*.json") if page.is_file()))
    if not pages:
        raise DataError("the folder has no pages", file=path, expected="files named *.json")
    return pages


def read_json_columns(
    pages: Sequence[Path], needed: Sequence[str], optional: Sequence[str] | None = ()
) -> Columns:
    """Read fields of the rows of all pages; a row that is not an object is kept in `broken`.

    Numbers become text as Python writes them, null and a missing optional field an empty text.

    Parameters
    ----------
    needed : names that every row must have. optional : others to read; None for all there are.

    Raises
    ------
    DataError
        A page is not JSON, has no rows, or there are fewer rows than the pages state.
    """
    found = [_read_page(page) for page in pages]
    rows = [(place, n, row) for place, (rows, _) in enumerate(found) for n, row in enumerate(rows)]
    announced = max((total for _, total in found if total is not None), default=0)
    if optional is not None and len(rows) < announced:
        what = f"{len(pages)} pages hold {len(rows):,} of {announced:,} rows"
        raise DataError(what, file=pages[0], expected="all pages in one folder", hint=HINT)
    if optional is None:
        optional = list(dict.fromkeys(k for *_, row in rows if isinstance(row, dict) for k in row))
    names = [*needed, *optional]
    encoders = {name: Encoder() for name in names}
    codes: dict[str, list[int]] = {name: [] for name in names}
    places: list[tuple[int, int]] = []
    broken: list[DataError] = []
    for place, number, row in rows:
        try:
            texts = _texts(row, needed, names)
        except ValueError as error:
            what = f"event {number + 1}: {error}"
            value = shorten(str(row))[:KEPT]
            problem = DataError(
                what, file=pages[place], value=value, expected="an object of texts and numbers"
            )
            broken.append(problem)
            continue
        places.append((place, number))
        for name, text in zip(names, texts, strict=True):
            codes[name].append(encoders[name][text])
    file, number_in_page = np.array(places, dtype=np.int64).reshape(-1, 2).T
    origin = RowOrigin(tuple(pages), file.astype(np.int32), number_in_page)
    cells = {
        name: Coded(np.array(codes[name], dtype=np.int32), list(encoders[name])) for name in names
    }
    return Columns(origin, cells, broken)


def _read_page(page: Path) -> tuple[list[object], int | None]:
    """Return the rows of one page, and the number of rows that it states for all pages."""
    try:
        content = json.loads(read_file(page).decode("utf-8-sig"))
    except OSError as error:
        what = f"the page cannot be read ({error.strerror or error})"
        raise DataError(what, file=page, expected="a file of JSON") from error
    except (ValueError, RecursionError) as error:  # also what is not UTF-8
        what = f"the page is not JSON ({str(error)[:KEPT]})"
        raise DataError(what, file=page, expected="JSON text in UTF-8", hint=HINT) from error
    rows = content.get(ROWS) if isinstance(content, dict) else content
    if isinstance(content, dict) and isinstance(content.get(FEATURES), list):
        rows = [_properties(feature) for feature in content[FEATURES]]
    if not isinstance(rows, list):
        found = ", ".join(shorten(key) for key in list(content)[:6]) or "nothing"
        what = f"the page has no list of rows but {found}"
        raise DataError(what, file=page, column=ROWS, expected=f"a list '{ROWS}'", hint=HINT)
    total = content.get(TOTAL) if isinstance(content, dict) else None
    if total is not None and (isinstance(total, bool) or not isinstance(total, int)):
        what = f"{shorten(str(total))} is not a count"
        raise DataError(what, file=page, column=TOTAL, expected="a whole number", hint=HINT)
    return rows, total


def _properties(feature: object) -> object:
    """Return the properties of a feature of GeoJSON, and its point; what is none as it is."""
    properties = feature.get(PROPERTIES) if isinstance(feature, Mapping) else None
    if not isinstance(properties, Mapping):
        return feature
    match feature:
        case {"geometry": {"type": "Point", "coordinates": [longitude, latitude, *_]}}:
            return {"longitude": longitude, "latitude": latitude, **properties}
    return properties


def _texts(row: object, needed: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return fields of a row as texts; raise a ValueError that names the one that cannot be."""
    if not isinstance(row, Mapping):
        raise ValueError("it is not an object")  # noqa: TRY004 -- a fault of the file, not of the caller
    missing = [name for name in needed if name not in row]
    if missing:
        raise ValueError(f"it lacks {', '.join(missing)}")
    return [_text(name, row.get(name)) for name in names]


def _text(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        if not value.isascii() and LONE_SURROGATE.search(value):
            raise ValueError(f"'{name}' holds half of a character")
        if len(value) > MAX_CELL:
            raise ValueError(f"'{name}' has {len(value):,} characters, more than {MAX_CELL:,}")
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) or (isinstance(value, int) and abs(value) < MOST):
        return repr(value)
    raise ValueError(f"'{name}' is neither a text nor a number")
