"""Answers in pages: one file each, so that an interrupted download goes on where it stopped."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tarazu.core.cache import write_atomic
from tarazu.core.errors import DataError
from tarazu.core.http.client import Heard, WebClient
from tarazu.core.provenance import digest


@dataclass(frozen=True)
class Page:
    """One answer of a service.

    Attributes
    ----------
    rows : one mapping an event. pages : how many pages there are; None if the service does not
        say, and a page that is not full is the last one.
    total : how many rows there are in all pages; None if the service does not say.
    """

    rows: list[Mapping[str, Any]]
    pages: int | None
    total: int | None


@dataclass(frozen=True)
class Paged:
    """What is asked of a service that answers in pages.

    Attributes
    ----------
    address : without parameters. asked : parameters, without the number of the page.
    full : rows of a page that is not the last. read : makes a `Page` of an answer.
    keep_for : s, after which pages of an unfinished download are too old to go on from; None
        where the service does not change what it has published.
    """

    address: str
    asked: Mapping[str, str | int]
    full: int
    read: Callable[[Any], Page]
    keep_for: float | None


def fetch_pages(
    client: WebClient, paged: Paged, room: Path, heard: Heard | None = None
) -> list[Mapping[str, Any]]:
    """Return the rows of all pages; pages already in `room` are not asked for again.

    Raises
    ------
    DataError
        The service fails, answers in another shape, or the rows are not as many as it says.
    """
    _forget_old(room, paged.keep_for)
    rows: list[Mapping[str, Any]] = []
    total = None
    earlier = 0
    for number, page, was_here in _pages(client, paged, room):
        if total is not None and page.total != total:
            shutil.rmtree(room, ignore_errors=True)
            what = f"page {number} says that there are {page.total} rows, page 1 said {total}"
            hint = "The data changed on the way: run the same command again, it begins anew"
            raise DataError(what, file=paged.address, expected="one number of rows", hint=hint)
        total = page.total
        earlier = number if was_here and earlier == number - 1 else earlier
        rows += page.rows
        if heard is not None:
            heard(number, page.pages or number + (len(page.rows) == paged.full), earlier)
    if total is not None and total != len(rows):
        shutil.rmtree(room, ignore_errors=True)
        what = f"the pages hold {len(rows):,} rows"
        raise DataError(what, file=paged.address, expected=f"{total:,}, as the service says")
    return rows


def _pages(client: WebClient, paged: Paged, room: Path) -> Iterator[tuple[int, Page, bool]]:
    """Yield number, content, and whether it was there already, page by page."""
    number, is_last = 0, False
    while not is_last:
        number += 1
        kept = room / f"page-{number:05}.json"
        was_here = _is_whole(kept)
        if not was_here:
            body = client.get(paged.address, {**paged.asked, "page": number})
            page = paged.read(json.loads(body))
            write_atomic(kept, body)
            write_atomic(_checksum(kept), digest(body).encode())
        else:
            page = paged.read(json.loads(kept.read_bytes()))
        is_last = len(page.rows) < paged.full if page.pages is None else number >= page.pages
        yield number, page, was_here


def _is_whole(kept: Path) -> bool:
    """Whether a page is in the cache as it was written."""
    checksum = _checksum(kept)
    if not kept.is_file() or not checksum.is_file():
        return False
    return digest(kept.read_bytes()) == checksum.read_text(encoding="utf-8")


def _checksum(kept: Path) -> Path:
    return kept.with_suffix(".sha256")


def _forget_old(room: Path, keep_for: float | None) -> None:
    first = room / "page-00001.json"
    if keep_for is None or not first.is_file():
        return
    if time.time() - first.stat().st_mtime > keep_for:
        shutil.rmtree(room)
        room.mkdir()
