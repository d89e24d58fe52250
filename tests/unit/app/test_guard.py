"""The guard lets through what a page of this server sends, and nothing else."""

import asyncio
from typing import Any

import pytest
from tests.unit.app.labs import HOST, Answer, request

from tarazu.app import guard
from tarazu.app.guard import COOKIE, MOST_BYTES, Guard


async def echo(scope: Any, receive: Any, send: Any) -> None:
    body = (await receive())["body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"answered " + body})


OPEN = Guard(echo, hosts=frozenset({HOST}))
CLOSED = Guard(echo, hosts=frozenset({HOST}), token="secret")
JSON = {"content_type": "application/json"}
REFUSED = [
    ("another name of this machine", "GET", {"host": "evil.example:8765"}, 421),
    ("no name", "GET", {"host": ""}, 421),
    ("another port", "GET", {"host": "127.0.0.1:80"}, 421),
    ("a page of another server", "POST", {**JSON, "origin": "http://evil.example"}, 403),
    ("a page without an origin", "POST", {**JSON, "origin": "null"}, 403),
    ("another site", "POST", {**JSON, "sec_fetch_site": "cross-site"}, 403),
    ("a form", "POST", {"content_type": "application/x-www-form-urlencoded"}, 415),
    ("a long body, as it says", "POST", {**JSON, "content_length": str(MOST_BYTES + 1)}, 413),
    ("a length that is no number", "POST", {**JSON, "content_length": "many"}, 413),
    ("another method", "DELETE", {}, 405),
]


@pytest.mark.parametrize(("method", "headers", "status"), [r[1:] for r in REFUSED])
def test_guard__refuses(method: str, headers: dict[str, str], status: int) -> None:
    answer = request(OPEN, "/", method=method, **headers)
    assert answer.status == status
    assert b"answered" not in answer.body


def test_guard__passes_a_page_of_this_server() -> None:
    headers = {**JSON, "origin": f"http://{HOST}", "sec_fetch_site": "same-origin"}
    answer = request(OPEN, "/", method="POST", body=b"{}", **headers)
    assert (answer.status, answer.body) == (200, b"answered {}")


def test_guard__passes_a_program_that_sends_no_origin() -> None:
    assert request(OPEN, "/", method="POST", body=b"{}", **JSON).status == 200


@pytest.mark.parametrize("headers", [{}, {"host": "evil.example"}])
def test_guard__gives_every_answer_the_headers(headers: dict[str, str]) -> None:
    answer = request(OPEN, "/", **headers)
    assert answer.headers.items() >= dict(guard.HEADERS).items()
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'self'")
    assert "unsafe" not in policy


def test_guard__refuses_a_long_body_that_does_not_say_so() -> None:
    answer = request(
        OPEN, "/", method="POST", body=b"x" * (MOST_BYTES + 1), **JSON, content_length="2"
    )
    assert answer.status == 413


def test_guard__does_not_wait_for_a_body_that_does_not_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.05)
    answer = Answer(0, {}, b"")

    async def never() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    async def sent(message: dict[str, Any]) -> None:
        answer.status = message.get("status", answer.status)

    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b""}
    headers = [(b"host", HOST.encode()), (b"content-type", b"application/json")]
    asyncio.run(OPEN({**scope, "headers": headers}, never, sent))
    assert answer.status == 408


def test_guard__refuses_a_long_query() -> None:
    assert request(OPEN, "/?" + "x" * (guard.MOST_QUERY + 1)).status == 414


@pytest.mark.parametrize("path", ["/", "/?token=", "/?token=wrong", "/health"])
def test_token__is_demanded(path: str) -> None:
    answer = request(CLOSED, path)
    assert answer.status == 401
    assert b"token" in answer.body
    assert b"secret" not in answer.body


def test_token__becomes_a_cookie_and_leaves_the_address() -> None:
    answer = request(CLOSED, "/?token=secret&h=full")
    assert (answer.status, answer.headers["location"]) == (303, "/?h=full")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    kept = cookie.partition(";")[0]
    assert request(CLOSED, "/", cookie=kept).status == 200
    assert request(CLOSED, "/", cookie=f"{COOKIE}=wrong").status == 401


def test_token__leads_to_no_other_server() -> None:
    answer = request(CLOSED, "//evil.example?token=secret")
    assert answer.headers["location"] == "/evil.example"
