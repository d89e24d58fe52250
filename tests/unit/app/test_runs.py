"""Runs take turns, say where they stand, and end with the page that wants them."""

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from tarazu.app.runs import NICE, QueueFullError, Report, Runs, Stage
from tarazu.core.errors import SimulationError
from tarazu.study.runner.run import Progress

Lines = list[dict[str, Any]]


def counting(steps: int = 3, seconds: float = 0.0) -> Stage:
    def stage(report: Report) -> dict[str, Any]:
        for done in range(1, steps + 1):
            time.sleep(seconds)
            report(Progress(done, steps, 0.0, None))
        return {"steps": steps}

    return stage


class Endless:
    """A stage that computes until its report raises."""

    def __init__(self) -> None:
        self.started, self.ended = threading.Event(), threading.Event()

    def __call__(self, report: Report) -> dict[str, Any]:
        self.started.set()
        try:
            while True:
                time.sleep(0.005)
                report(Progress(1, 2, 0.0, None))
        finally:
            self.ended.set()


async def read(runs: Runs, *stages: Stage, until: Callable[[dict[str, Any]], bool]) -> Lines:
    """Return the lines of a run until one, then leave."""
    found: Lines = []
    lines = runs.stream(stages)
    async for line in lines:
        found.append(line)
        if until(line):
            break
    await lines.aclose()
    return found


def never(line: dict[str, Any]) -> bool:
    return False


def is_running(line: dict[str, Any]) -> bool:
    return line["state"] == "running"


def test_run__gives_the_result_of_each_stage_and_ends() -> None:
    lines = asyncio.run(read(Runs(), counting(2), counting(5), until=never))
    results = [line["result"] for line in lines if line["state"] == "result"]
    assert results == [{"steps": 2}, {"steps": 5}]
    assert lines[-1] == {"state": "done"}


def test_run__tells_its_true_progress() -> None:
    lines = asyncio.run(read(Runs(), counting(4, seconds=0.12), until=never))
    done = [line["done"] for line in lines if is_running(line)]
    assert done == sorted(done)
    assert {0, 1, 2, 3} <= {*done}


def test_run__ends_when_its_page_is_gone() -> None:
    endless, runs = Endless(), Runs()
    asyncio.run(read(runs, endless, until=is_running))
    assert endless.ended.wait(5)
    assert (runs.computing, runs.waiting) == (0, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="niceness belongs to the process here")
def test_run__lets_the_threads_that_answer_readers_go_first() -> None:
    def niceness(report: Report) -> dict[str, Any]:
        return {"nice": os.getpriority(os.PRIO_PROCESS, threading.get_native_id())}

    now = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    lines = asyncio.run(read(Runs(), niceness, until=never))
    (found,) = [line["result"]["nice"] for line in lines if line["state"] == "result"]
    assert found == max(now, NICE)
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == now


def test_run__waits_for_its_turn_and_says_its_place() -> None:
    async def three() -> tuple[Lines, Lines]:
        runs, first = Runs(at_once=1), Endless()
        holder = asyncio.create_task(read(runs, first, until=lambda _: runs.waiting == 2))
        await asyncio.to_thread(first.started.wait)
        second = asyncio.create_task(read(runs, counting(), until=never))
        await asyncio.sleep(0.1)
        third = asyncio.create_task(read(runs, counting(), until=never))
        await holder
        return await second, await third

    second, third = asyncio.run(three())
    assert second[0]["state"] == third[0]["state"] == "queued"
    assert (second[0]["place"], third[0]["place"]) == (1, 2)
    assert second[-1] == third[-1] == {"state": "done"}


def test_run__is_refused_where_too_many_wait() -> None:
    async def fill() -> None:
        runs, endless = Runs(at_once=1, most_waiting=0), Endless()
        task = asyncio.create_task(read(runs, endless, until=never))
        await asyncio.to_thread(endless.started.wait)
        try:
            with pytest.raises(QueueFullError):
                await read(runs, counting(), until=never)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        assert endless.ended.wait(5)

    asyncio.run(fill())


def test_run__that_takes_too_long_is_ended() -> None:
    endless = Endless()
    lines = asyncio.run(read(Runs(seconds=0.2), endless, until=never))
    assert lines[-1]["state"] == "late"
    assert endless.ended.wait(5)


def test_run__ends_with_the_server() -> None:
    endless = Endless()
    runs = Runs(is_stopping=endless.started.is_set)
    lines = asyncio.run(read(runs, endless, until=never))
    assert lines[-1]["state"] == "stopped"
    assert endless.ended.wait(5)


def test_run__that_fails_says_why() -> None:
    def broken(report: Report) -> dict[str, Any]:
        raise SimulationError("is -3", quantity="militants", week=12)

    lines = asyncio.run(read(Runs(), broken, until=never))
    assert lines[-1]["state"] == "failed"
    assert "militants" in lines[-1]["why"]


def test_runs__take_turns_stage_by_stage() -> None:
    order: list[str] = []

    def noting(name: str) -> Stage:
        def stage(report: Report) -> dict[str, Any]:
            time.sleep(0.1)
            order.append(name)
            return {}

        return stage

    async def two() -> None:
        runs = Runs(at_once=1)
        a = read(runs, noting("a"), noting("a"), until=never)
        b = read(runs, noting("b"), noting("b"), until=never)
        await asyncio.gather(a, b)

    asyncio.run(two())
    assert order == ["a", "b", "a", "b"]
