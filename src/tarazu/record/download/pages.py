"""Downloads in pages: one file per page, so that an interrupted download can be resumed."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tarazu.core.errors import DataError
from tarazu.core.files.cache import write_atomic
from tarazu.core.http.client import Key, ProgressCallback, WebClient
from tarazu.core.http.downloads import (
    DownloadNote,
    DownloadOptions,
    finish_download,
    partial_dir,
)
from tarazu.core.provenance import digest


@dataclass(frozen=True)
class Page:
    """One page of rows.

    Attributes
    ----------
    rows : one mapping per event. pages : number of pages; None if the service does not state it,
        and a page that is not full is the last one.
    total : number of rows in all pages; None if the service does not state it.
    """

    rows: list[Mapping[str, Any]]
    pages: int | None
    total: int | None


@dataclass(frozen=True)
class PagedRequest:
    """A request to a service that responds in pages.

    Attributes
    ----------
    address : without query. query : parameters, without the number of the page.
    full : rows of a page that is not the last. read : makes a `Page` of a JSON response.
    keep_for : s, after which pages of an unfinished download are too old to be used; None where
        the service does not change what it has published.
    """

    address: str
    query: Mapping[str, str | int]
    full: int
    read: Callable[[Any], Page]
    keep_for: float | None = None


def download_pages(
    request: PagedRequest,
    out: Path,
    *,
    note: DownloadNote,
    key: Key,
    encode: Callable[[list[Mapping[str, Any]]], bytes],
    options: DownloadOptions,
) -> str:
    """Write the rows of all pages to a file, with checksum and note; return its sha256.

    Parameters
    ----------
    encode : makes the content of the file of all rows.

    Raises
    ------
    DataError
        The service fails, responds in another shape, or the rows are not as many as it states.
    """
    partial = partial_dir(request.address, request.query)
    with WebClient(key, gap=options.gap) as client:
        rows = fetch_pages(client, request, partial, options.progress)
    return finish_download(encode(rows), out, note, partial, options)


def fetch_pages(
    client: WebClient, request: PagedRequest, partial: Path, progress: ProgressCallback | None
) -> list[Mapping[str, Any]]:
    """Return the rows of all pages; pages already in `partial` are not requested again."""
    _delete_old(partial, request.keep_for)
    rows: list[Mapping[str, Any]] = []
    total = None
    earlier = 0
    for number, page, was_here in _pages(client, request, partial):
        if total is not None and page.total != total:
            shutil.rmtree(partial, ignore_errors=True)
            what = f"page {number} states {page.total} rows in all, page 1 stated {total}"
            hint = "The data changed during the download: run the same command again"
            raise DataError(what, file=request.address, expected="one number of rows", hint=hint)
        total = page.total
        earlier = number if was_here and earlier == number - 1 else earlier
        rows += page.rows
        if progress is not None:
            progress(number, page.pages or number + (len(page.rows) == request.full), earlier)
    if total is not None and total != len(rows):
        shutil.rmtree(partial, ignore_errors=True)
        what = f"the pages hold {len(rows):,} rows"
        raise DataError(what, file=request.address, expected=f"{total:,}, as the service states")
    return rows


def _pages(
    client: WebClient, request: PagedRequest, partial: Path
) -> Iterator[tuple[int, Page, bool]]:
    """Yield number, content, and whether it was there already, page by page."""
    number, is_last = 0, False
    while not is_last:
        number += 1
        kept = partial / f"page-{number:05}.json"
        was_here = _is_whole(kept)
        if not was_here:
            body = client.get(request.address, {**request.query, "page": number})
            page = request.read(json.loads(body))
            write_atomic(kept, body)
            write_atomic(_checksum(kept), digest(body).encode())
        else:
            page = request.read(json.loads(kept.read_bytes()))
        is_last = len(page.rows) < request.full if page.pages is None else number >= page.pages
        yield number, page, was_here


def _is_whole(kept: Path) -> bool:
    """Whether a page is in the cache as it was written."""
    checksum = _checksum(kept)
    if not kept.is_file() or not checksum.is_file():
        return False
    return digest(kept.read_bytes()) == checksum.read_text(encoding="utf-8")


def _checksum(kept: Path) -> Path:
    return kept.with_suffix(".sha256")


def _delete_old(partial: Path, keep_for: float | None) -> None:
    first = partial / "page-00001.json"
    if keep_for is None or not first.is_file():
        return
    if time.time() - first.stat().st_mtime > keep_for:
        shutil.rmtree(partial)
        partial.mkdir()
