"""Bodies of answers: computed in a few threads, compressed once, kept for the next visitor."""

from __future__ import annotations

import asyncio
import gzip
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

THREADS: Final = 2  # answers that are computed at once: with more, each waits longer for the GIL
MOST_BYTES: Final = 8 * 2**20  # of compressed bodies, some hundred pages
LEVEL: Final = 6  # of compression: 9 takes twice the time for 1% fewer bytes


@dataclass(frozen=True, slots=True)
class Body:
    """The body of an answer.

    Attributes
    ----------
    zipped : its bytes, compressed. caching : what the header Cache-Control says.
    etag : names this content; "" where the browser keeps nothing.
    """

    zipped: bytes
    media_type: str
    caching: str = "no-store"
    etag: str = ""

    def answer(self, request: Request) -> Response:
        """Return the answer to a request; without a body where the browser has it already."""
        from starlette.responses import Response

        about = {"cache-control": self.caching, "vary": "accept-encoding"}
        if self.etag:
            about["etag"] = self.etag
            if request.headers.get("if-none-match") == self.etag:
                return Response(status_code=304, headers=about)
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(gzip.decompress(self.zipped), 200, about, self.media_type)
        about["content-encoding"] = "gzip"
        return Response(self.zipped, 200, about, self.media_type)


def make_body(
    content: str | bytes, media_type: str, *, caching: str = "no-store", etag: str = ""
) -> Body:
    """Return a body of a text; the same text gives the same bytes."""
    data = content.encode() if isinstance(content, str) else content
    return Body(gzip.compress(data, LEVEL, mtime=0), media_type, caching, etag)


class Bodies:
    """Bodies by key; of more than may be kept, those that were not sent for longest are dropped.

    All that is kept follows from its key. To be used in the thread of the event loop.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[Hashable, Body] = OrderedDict()
        self._pending: dict[Hashable, asyncio.Future[Body]] = {}
        self._threads = ThreadPoolExecutor(THREADS, "read")
        self.bytes = 0

    async def get(self, key: Hashable, make: Callable[[], Body]) -> Body:
        """Return a kept body, or make it in a thread, once for all who want it at the same time."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if key not in self._pending:
            self._pending[key] = asyncio.ensure_future(self._make(key, make))
            self._pending[key].add_done_callback(_forget)
        # whoever leaves does not end what another waits for
        return await asyncio.shield(self._pending[key])

    async def _make(self, key: Hashable, make: Callable[[], Body]) -> Body:
        try:
            body = await asyncio.get_running_loop().run_in_executor(self._threads, make)
        finally:
            del self._pending[key]
        self._kept[key] = body
        self.bytes += len(body.zipped)
        while self.bytes > self._most_bytes:
            _, dropped = self._kept.popitem(last=False)
            self.bytes -= len(dropped.zipped)
        return body


def _forget(body: asyncio.Future[Body]) -> None:
    """Read the error of a body that nobody waits for, so that it is not reported as lost."""
    if not body.cancelled():
        body.exception()
