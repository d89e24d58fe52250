"""Downloads in pages: one file per page, so that an interrupted download can be resumed."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from tarazu.core.errors import DataError
from tarazu.core.files.cache import write_atomic
from tarazu.core.http.addresses import Key, without_secrets
from tarazu.core.http.client import ProgressCallback, WebClient
from tarazu.core.http.downloads import (
    DownloadNote,
    DownloadOptions,
    finish_download,
    partial_dir,
)
from tarazu.core.http.json_body import read_json
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


@dataclass(frozen=True)
class StoredRows:
    """The rows of all pages, read from the disk page by page each time they are gone through."""

    pages: Sequence[Path]
    count: int
    read: Callable[[bytes], Page]

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        for page in self.pages:
            yield from self.read(page.read_bytes()).rows


def download_pages(
    request: PagedRequest,
    out: Path,
    *,
    note: DownloadNote,
    key: Key,
    write: Callable[[StoredRows, BinaryIO], None],
    options: DownloadOptions,
) -> str:
    """Write the rows of all pages to a file, with checksum and note; return its sha256.

    Parameters
    ----------
    write : writes the content of the file of all rows.

    Raises
    ------
    DataError
        The service fails, responds in another shape, beyond the limits, or the rows are not as
        many as it states.
    """
    partial = partial_dir(request.address, request.query)
    with WebClient(key, gap=options.gap, limits=options.limits) as client:
        rows = fetch_pages(client, request, partial, options.progress)
    finished = partial / "finished"
    with finished.open("wb") as stream:
        write(rows, stream)
    return finish_download(finished, out, note, partial, options)


def fetch_pages(
    client: WebClient, request: PagedRequest, partial: Path, progress: ProgressCallback | None
) -> StoredRows:
    """Return the rows of all pages; pages already in `partial` are not requested again."""
    _delete_old(partial, request.keep_for)
    reader = _Reader(client, request, partial)
    total: int | None = None
    kept: list[Path] = []
    count = earlier = size = 0
    last = ""
    try:
        for number, path, page, was_here in reader.pages():
            if total is not None and page.total != total:
                what = f"page {number} states {page.total} rows in all, page 1 stated {total}"
                hint = "The data changed during the download: run the same command again"
                raise reader.error(what, expected="one number of rows", hint=hint)
            content = path.read_bytes()
            size += len(content)
            if size > client.limits.total_bytes:
                most = f"at most {client.limits.total_bytes / 2**20:,.0f} MiB"
                raise reader.error(f"the pages hold {size / 2**20:,.0f} MiB", expected=most)
            if page.rows and last == (last := digest(content)):
                raise reader.error(f"page {number} is page {number - 1} again", expected="new rows")
            total = page.total
            earlier = number if was_here and earlier == number - 1 else earlier
            count += len(page.rows)
            kept.append(path)
            if progress is not None:
                progress(number, page.pages or number + (len(page.rows) == request.full), earlier)
        if total is not None and total != count:
            what = f"the pages hold {count:,} rows"
            raise reader.error(what, expected=f"{total:,}, as the service states")
    except _UnusableError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise error.reason from None
    return StoredRows(kept, count, reader.read)


class _UnusableError(Exception):
    """The pages cannot be used, now or later."""

    def __init__(self, reason: DataError) -> None:
        self.reason = reason


class _Reader:
    """Requests pages, checks them and keeps them in a folder."""

    def __init__(self, client: WebClient, request: PagedRequest, partial: Path) -> None:
        self._client, self._request, self._partial = client, request, partial
        self._address = without_secrets(request.address)

    def pages(self) -> Iterator[tuple[int, Path, Page, bool]]:
        """Yield number, file, content, and whether it was there already, page by page."""
        number, is_last = 0, False
        most = self._client.limits.pages
        while not is_last:
            number += 1
            if number > most:
                raise self.error(f"there are more than {most:,} pages", expected=f"at most {most}")
            kept = self._partial / f"page-{number:05}.json"
            was_here = _is_whole(kept)
            if was_here:
                page = self.read(kept.read_bytes())
            else:
                query = {**self._request.query, "page": number}
                body = self._client.get(self._request.address, query)
                page = self.read(body)
                write_atomic(kept, body)
                write_atomic(_checksum(kept), digest(body).encode())
            is_last = self._is_last(number, page)
            yield number, kept, page, was_here

    def read(self, body: bytes) -> Page:
        """Return the page of a response, whose rows are objects."""
        page = self._request.read(read_json(body, self._address, self._client.limits))
        if not all(isinstance(row, dict) for row in page.rows):
            what = "a row of the response is not an object"
            raise DataError(what, file=self._address, expected="one object per event")
        return page

    def error(self, what: str, *, expected: str, hint: str | None = None) -> _UnusableError:
        """Return the error after which the pages are deleted."""
        reason = DataError(what, file=self._address, expected=expected, hint=hint)
        return _UnusableError(reason)

    def _is_last(self, number: int, page: Page) -> bool:
        if page.pages is None:
            return len(page.rows) < self._request.full
        most = self._client.limits.pages
        if page.pages > most:
            found = f"{page.pages:,}" if page.pages < 10**12 else "more than 10^12"
            raise self.error(f"the service states {found} pages", expected=f"at most {most:,}")
        if not page.rows and number < page.pages:
            raise self.error(f"page {number} of {page.pages:,} is empty", expected="rows")
        return number >= page.pages


def _is_whole(kept: Path) -> bool:
    """Whether a page is in the cache as it was written."""
    checksum = _checksum(kept)
    if not kept.is_file() or not checksum.is_file():
        return False
    return digest(kept.read_bytes()).encode() == checksum.read_bytes()


def _checksum(kept: Path) -> Path:
    return kept.with_suffix(".sha256")


def _delete_old(partial: Path, keep_for: float | None) -> None:
    first = partial / "page-00001.json"
    if keep_for is None or not first.is_file():
        return
    if time.time() - first.stat().st_mtime > keep_for:
        shutil.rmtree(partial)
        partial.mkdir(mode=0o700)
