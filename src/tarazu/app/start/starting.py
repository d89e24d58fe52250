"""Answers of the server until the lab is loaded (plain ASGI); then those of its application."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, MutableMapping
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from tarazu.app.answers.scripts import read_scripts
from tarazu.app.guard import Application, Receive, Send

if TYPE_CHECKING:
    from starlette.responses import Response

AWAITED: Final = frozenset({"/model.js", "/api/inputs"})
"""Addresses that wait for the lab: what a page needs to compute expected paths by itself."""

POLL: Final = 0.05  # seconds between two looks at whether the lab is there


class Starting:
    """The server from its first second on.

    Parameters
    ----------
    page : the first page of the lab, which is shown at once; None without one.

    Attributes
    ----------
    application : of the lab; None until it is loaded. failure : why it cannot be, or "".
    is_stopping : whether the server shuts down; then nobody waits any longer.
    """

    def __init__(self, page: str | None, version: str) -> None:
        self.page, self.version = page, version
        self.application: Application | None = None
        self.failure = ""
        self.is_stopping: Callable[[], bool] = lambda: False
        self._started = monotonic()
        self._scripts = read_scripts()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope.get("path", "")
        while path in AWAITED and self._is_loading and not self.is_stopping():
            await asyncio.sleep(POLL)
        if self.application is not None:
            await self.application(scope, receive, send)
        elif (script := self._scripts.get(path.removeprefix("/static/"))) is not None:
            from starlette.requests import Request

            await script.answer(Request(scope))(scope, receive, send)
        else:
            await self._answer(path, scope)(scope, receive, send)

    @property
    def _is_loading(self) -> bool:
        return self.application is None and not self.failure

    def _answer(self, path: str, scope: MutableMapping[str, Any]) -> Response:
        from starlette.responses import HTMLResponse, Response

        seconds = round(monotonic() - self._started)
        about = {"cache-control": "no-store"}
        if path == "/" and not scope.get("query_string") and self.page and not self.failure:
            return HTMLResponse(self.page, headers=about)
        if path == "/health":
            found = {"status": "loading", "version": self.version, "computing": 0, "waiting": 0}
            return Response(json.dumps(found), 200, about, "application/json")
        about["retry-after"] = "5"
        if path.startswith("/api"):
            problem = {"problem": self.failure or "compiling", "seconds": seconds}
            return Response(json.dumps(problem), 503, about, "application/json")
        from tarazu.app.pages.waiting import waiting_page

        return HTMLResponse(waiting_page(seconds, self.failure), 503, about)
