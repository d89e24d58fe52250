"""The server from its first second on: the first page that ships, and what waits for the lab."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="THE LAB'S ADDRESSES WERE NOT TRIED: no extra 'app'")

from tests.unit.app.labs import HOST, request, send, shipped_lab

from tarazu.app.application import make_application
from tarazu.app.guard import Guard
from tarazu.app.service import Service
from tarazu.app.start import first_page
from tarazu.app.start.first_page import pack_page, read_first_page, unpack_page
from tarazu.app.start.starting import Starting
from tarazu.app.state import State

PAGE = "<p>first of 1.2</p>"


def starting(page: str | None = PAGE) -> tuple[Starting, Guard]:
    own = Starting(page, "1.2")
    return own, Guard(own, hosts=frozenset({HOST}))


def test_shipped_page__is_made_from_this_code() -> None:
    page = read_first_page("1.2.3")
    assert page is not None, "the first page is of other code; run: make first-page"
    text = first_page.SHIPPED.read_text(encoding="utf-8")
    assert unpack_page(text, "1.2.3") == page


def test_shipped_page__is_that_of_todays_practice() -> None:
    lab = shipped_lab()
    text = first_page.SHIPPED.read_text(encoding="utf-8")
    data = json.loads(re.findall(r'id="data">(.*?)</script>', text)[0])
    found = Service(lab).expected(State())
    assert data["version"] == first_page.VERSION
    assert data["key"] == lab.key
    totals = [outcome["today_total"] for outcome in data["futures"]["outcomes"]]
    assert totals == pytest.approx([outcome.today_total for outcome in found.outcomes], rel=1e-9)
    assert [one["name"] for one in data["levers"]] == list(lab.levers)


def test_page_of_other_code__is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    text = pack_page(PAGE, "1.2")
    assert unpack_page(text, "3.4") == "<p>first of 3.4</p>"
    monkeypatch.setattr(first_page, "made_from", lambda: "0" * 64)
    assert unpack_page(text, "3.4") is None


def test_first_page__is_kept_where_none_ships(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARAZU_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(first_page, "SHIPPED", tmp_path / "nothing.html")
    assert read_first_page("1.2") is None
    first_page.keep_first_page(PAGE, "1.2")
    assert read_first_page("1.3") == "<p>first of 1.3</p>"


def test_server__shows_the_first_page_before_the_lab_is_loaded() -> None:
    _, guard = starting()
    answer = request(guard, "/")
    assert (answer.status, answer.body.decode()) == (200, PAGE)
    assert "content-security-policy" in answer.headers
    assert request(guard, "/static/page.css").status == 200
    assert request(guard, "/health").json["status"] == "loading"
    for path in ("/?y=3", "/compare"):
        waiting = request(guard, path)
        assert waiting.status == 503
        assert b'http-equiv="refresh"' in waiting.body
    run = request(guard, "/api/runs", method="POST", body=b"{}", content_type="application/json")
    assert (run.status, run.json["problem"]) == (503, "compiling")


def test_server__waits_where_it_has_no_first_page_and_says_why_it_cannot_start() -> None:
    own, guard = starting(None)
    assert request(guard, "/").status == 503
    own.failure = "no memory"
    assert b"no memory" in request(guard, "/").body
    assert request(guard, "/model.js").status == 503  # nothing waits for what never comes


def test_model__is_not_waited_for_once_the_server_stops() -> None:
    own, guard = starting()
    own.is_stopping = lambda: True
    assert request(guard, "/model.js").status == 503


def test_model__is_waited_for() -> None:
    own, guard = starting()

    async def application(scope: Any, receive: Any, send_: Any) -> None:
        await send_({"type": "http.response.start", "status": 200, "headers": []})
        await send_({"type": "http.response.body", "body": b"export {}"})

    async def both() -> bytes:
        asked = asyncio.ensure_future(send(guard, "/model.js"))
        await asyncio.sleep(0.1)
        assert not asked.done()
        own.application = application
        return (await asked).body

    assert asyncio.run(both()) == b"export {}"


def test_first_page__is_shown_until_kernels_are_compiled() -> None:
    service = Service(shipped_lab())
    service.first_page = PAGE
    lab = make_application(service, hosts=frozenset({HOST}))
    assert request(lab, "/").body.decode() == PAGE
    assert request(lab, "/?y=3").status == 503
    run = request(lab, "/api/runs", method="POST", body=b"{}", content_type="application/json")
    assert (run.status, run.json["problem"]) == (503, "compiling")
