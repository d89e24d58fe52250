"""Checks before any request is answered, and headers on every answer (plain ASGI)."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

MOST_BYTES: Final = 16_384  # of a body
MOST_QUERY: Final = 4_096  # characters of a query
BODY_SECONDS: Final = 5.0  # that a body may take to arrive
COOKIE: Final = "tarazu_token"

POLICY: Final = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'"
)
HEADERS: Final = (
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
)


class Guard:
    """Refuses what a page of this server would not send, before it reaches the application.

    Parameters
    ----------
    hosts : values of the header Host that this server is reached by, with their ports; others are
        refused, so that a foreign name that resolves to this machine (DNS rebinding) gets nothing.
    token : demanded of every visitor where it is not empty; the first address holds it, a cookie
        keeps it.
    """

    def __init__(self, application: Application, *, hosts: frozenset[str], token: str = "") -> None:
        self.application, self.hosts, self.token = application, hosts, token

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        refused = self._refusal(scope, headers)
        if refused is not None:
            await _answer(send, *refused)
            return
        if self.token and not self._has_cookie(headers):
            await self._admit(scope, send)
            return
        body = b""
        if scope["method"] == "POST":
            try:
                body = await asyncio.wait_for(_body(receive), BODY_SECONDS)
            except TimeoutError:
                await _answer(send, 408, f"The body did not arrive in {BODY_SECONDS:g} seconds.")
                return
            except _TooLongError:
                await _answer(send, 413, f"The body has more than {MOST_BYTES} bytes.")
                return
        await self.application(scope, _again(body, receive), _with_headers(send))

    def _refusal(
        self, scope: MutableMapping[str, Any], headers: dict[str, str]
    ) -> tuple[int, str] | None:
        host, method = headers.get("host", ""), scope["method"]
        if host not in self.hosts:
            expected = " or ".join(sorted(self.hosts))
            return 421, f"This server is not reached by '{host[:100]}'; expected {expected}."
        if method not in ("GET", "HEAD", "POST"):
            return 405, f"The method is {method[:20]}; expected GET, HEAD or POST."
        if len(scope.get("query_string", b"")) > MOST_QUERY:
            return 414, f"The query has more than {MOST_QUERY} characters."
        if method != "POST":
            return None
        if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return 415, "The body is not of type application/json."
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MOST_BYTES:
            return 413, f"The body has more than {MOST_BYTES} bytes."
        origin = headers.get("origin")
        site = headers.get("sec-fetch-site")
        foreign = origin is not None and origin.partition("://")[2] != host
        if foreign or site not in (None, "same-origin"):
            return 403, "The request comes from a page of another server."
        return None

    def _has_cookie(self, headers: dict[str, str]) -> bool:
        try:
            found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            return False
        return found is not None and hmac.compare_digest(found.value.encode(), self.token.encode())

    async def _admit(self, scope: MutableMapping[str, Any], send: Send) -> None:
        """Turn the token of an address into a cookie, or say that it is missing."""
        pairs = parse_qsl(scope.get("query_string", b"").decode("latin-1"))
        given = dict(pairs).get("token", "")
        if not hmac.compare_digest(given.encode(), self.token.encode()):
            text = (
                "This server demands a token. Open the address that `tarazu app` printed, with "
                "?token=... at its end."
            )
            await _answer(send, 401, text)
            return
        rest = urlencode([(key, value) for key, value in pairs if key != "token"])
        cookie = f"{COOKIE}={self.token}; HttpOnly; SameSite=Strict; Path=/"
        place = scope["path"] + (f"?{rest}" if rest else "")
        # a path of two slashes would lead to another server
        place = "/" + place.lstrip("/")
        await _answer(send, 303, "", ("location", place), ("set-cookie", cookie))


class _TooLongError(Exception):
    """A body is longer than it may be."""


async def _body(receive: Receive) -> bytes:
    parts, size = list[bytes](), 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"".join(parts)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MOST_BYTES:
            raise _TooLongError
        if not message.get("more_body", False):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """Return what gives a body that was read already, and then what else arrives."""
    is_given = False

    async def again() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = [(k.encode(), v.encode()) for k, v in HEADERS]
            message = {**message, "headers": [*message.get("headers", ()), *own]}
        await send(message)

    return sent


async def _answer(send: Send, status: int, text: str, *headers: tuple[str, str]) -> None:
    body = f"{text}\n".encode()
    about = (
        ("content-type", "text/plain; charset=utf-8"),
        ("content-length", str(len(body))),
        ("cache-control", "no-store"),
        *headers,
    )
    own = [(k.encode(), v.encode("latin-1")) for k, v in about]
    start = {"type": "http.response.start", "status": status, "headers": own}
    await _with_headers(send)(start)
    await send({"type": "http.response.body", "body": body})
