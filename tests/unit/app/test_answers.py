"""Bodies of answers are made once, kept up to a size, and sent as the browser takes them."""

import asyncio
import gzip
from functools import partial
from threading import Event, Lock
from typing import Any

import pytest
from tests.unit.app.labs import STATIC

from tarazu.app.answers.bodies import Bodies, Body, make_body
from tarazu.app.answers.rest import Resting, collect_and_trim
from tarazu.app.answers.scripts import read_scripts


def test_bodies__are_made_once_for_all_who_ask_at_the_same_time() -> None:
    made, lock = list[str](), Lock()

    def make() -> Body:
        with lock:
            made.append("a")
        return make_body("text", "text/plain")

    async def ask() -> list[Body]:
        bodies = Bodies()
        first = await asyncio.gather(*(bodies.get("key", make) for _ in range(5)))
        return [*first, await bodies.get("key", make)]

    assert {gzip.decompress(body.zipped) for body in asyncio.run(ask())} == {b"text"}
    assert made == ["a"]


def test_bodies__go_on_for_others_when_one_leaves() -> None:
    async def ask() -> Body:
        bodies = Bodies()
        gone, stays = (
            asyncio.ensure_future(bodies.get("key", lambda: make_body("text", "text/plain")))
            for _ in range(2)
        )
        await asyncio.sleep(0)
        gone.cancel()
        return await stays

    assert gzip.decompress(asyncio.run(ask()).zipped) == b"text"


def test_bodies__drop_those_that_were_not_sent_for_longest() -> None:
    size = len(make_body("x", "text/plain").zipped)
    bodies, made = Bodies(most_bytes=2 * size), list[str]()

    def make(key: str) -> Body:
        made.append(key)
        return make_body("x", "text/plain")

    async def ask(*keys: str) -> None:
        for key in keys:
            await bodies.get(key, partial(make, key))

    asyncio.run(ask("a", "b", "a", "c", "a", "b"))
    assert made == ["a", "b", "c", "b"]
    assert bodies.bytes == 2 * size


def test_bodies__keep_no_failure() -> None:
    bodies = Bodies()

    def fails() -> Body:
        raise ValueError("no scenario")

    async def ask() -> Body:
        with pytest.raises(ValueError, match="no scenario"):
            await bodies.get("key", fails)
        return await bodies.get("key", lambda: make_body("text", "text/plain"))

    assert asyncio.run(ask()).media_type == "text/plain"


def test_scripts__are_all_files_that_the_pages_load() -> None:
    found = read_scripts()
    assert {*found} == {file.name for file in STATIC.iterdir()}
    assert gzip.decompress(found["page.js"].zipped) == (STATIC / "page.js").read_bytes()


def test_memory__is_given_back_after_the_last_request_alone() -> None:
    given, times = Event(), list[int]()

    def give_back() -> None:
        times.append(1)
        given.set()

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(scope["seconds"])

    async def ask() -> None:
        resting = Resting(answer, give_back, seconds=0.05)
        first = asyncio.ensure_future(resting({"seconds": 0.2}, None, None))  # type: ignore[arg-type]
        await resting({"seconds": 0.0}, None, None)  # type: ignore[arg-type]
        await asyncio.sleep(0.1)
        assert not given.is_set()  # the first is still open
        await first
        await asyncio.sleep(0.15)

    asyncio.run(ask())
    assert given.wait(5)
    assert times == [1]
    collect_and_trim()
