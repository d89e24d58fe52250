"""Visitors of the lab who click for some minutes, all at once, on this machine alone.

Run from the root of the repository: python -m benchmarks.lab_load [--users 50] [--seconds 120].
Starts its own server on the loopback address, sends requests to nothing else, and ends it.
Each visitor opens a page, reads numbers, moves a lever and follows its run, or leaves in the middle
of one. Prints answers by kind, errors, times of reads, the longest queue, and memory.
"""

import argparse
import http.client
import json
import os
import random
import statistics
import subprocess
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from benchmarks.bench_lab import server, wait_until_ready

LEVERS: Final = ("operational_tempo", "dialogue", "due_process", "local_agency")
HYPOTHESES: Final = ("full", "backlash", "deterrence")
READS: Final = (
    "/?y={years}&{lever}={value}",
    "/api/expected?h={hypothesis}&y={years}&{lever}={value}",
    "/compare?y={years}&s=p%3Dsurge",
    "/evidence?d=kech&from=2009",
    "/api/evidence?k=state&from={year}",
    "/api/inputs?h={hypothesis}",
    "/static/page.js",
)
YEARS: Final = (1, 5, 10)  # of pages; between two of them, a lever asks the server for a run only
VALUES: Final = (0.25, 0.5, 0.75)
PAUSE: Final = (0.5, 3.0)  # seconds between two clicks of one visitor
RUN_SHARE: Final = 0.25  # of clicks that start a run
LEAVE_SHARE: Final = 0.5  # of runs that are left after the first line
RUN_SECONDS: Final = 240  # that an answer may keep a visitor waiting for its next line
REST: Final = 20  # seconds after which memory is looked at again
BUSY: Final = 503  # the queue is full, and says so


@dataclass
class Seen:
    """What all visitors saw."""

    reads: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    longest: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def visit(host: str, seen: Seen, until: float, seed: int) -> None:
    """Click until the time is over."""
    chance = random.Random(seed)
    while time.monotonic() < until:
        time.sleep(chance.uniform(*PAUSE))
        try:
            if chance.random() < RUN_SHARE:
                follow_run(host, seen, chance)
            else:
                read(host, seen, chance)
        except (OSError, http.client.HTTPException, ValueError) as error:
            with seen.lock:
                seen.errors[type(error).__name__ + ": " + str(error)[:80]] += 1


def read(host: str, seen: Seen, chance: random.Random) -> None:
    address = chance.choice(READS).format(
        years=chance.choice(YEARS),
        lever=chance.choice(LEVERS),
        value=chance.choice(VALUES),
        hypothesis=chance.choice(HYPOTHESES),
        year=chance.randint(1992, 2021),
    )
    began = time.perf_counter()
    client = http.client.HTTPConnection(host, timeout=60)
    try:
        client.request("GET", address)
        answer = client.getresponse()
        answer.read()
    finally:
        client.close()
    with seen.lock:
        seen.reads.append(time.perf_counter() - began)
        seen.answers[f"read {answer.status}"] += 1
        if answer.status != 200:
            seen.errors[f"{answer.status} of {address.partition('?')[0]}"] += 1


def follow_run(host: str, seen: Seen, chance: random.Random) -> None:
    state = {"years": chance.randint(1, 10), "levers": {"dialogue": chance.randint(1, 20) / 20}}
    leaves = chance.random() < LEAVE_SHARE
    client = http.client.HTTPConnection(host, timeout=RUN_SECONDS)
    try:
        client.request("POST", "/api/runs", json.dumps(state), {"content-type": "application/json"})
        answer = client.getresponse()
        last, longest = {"state": str(answer.status)}, 0
        if answer.status == 200:
            for line in answer:
                last = json.loads(line)
                longest = max(longest, last.get("waiting", 0))
                if leaves or last["state"] == "result":
                    break  # left, or satisfied with the first fan
    finally:
        client.close()
    with seen.lock:
        seen.longest = max(seen.longest, longest)
        seen.answers["run " + last["state"]] += 1
        if last["state"] in ("failed", "late", "stopped") or answer.status not in (200, BUSY):
            seen.errors["run " + last["state"]] += 1


def memory_of(process: int) -> float:
    """Return the resident memory of a process, MiB."""
    with open(f"/proc/{process}/statm") as file:  # noqa: PTH123 - not a file on a disk
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    """Print what was seen."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120)
    given = parser.parse_args()
    with server() as (address, _):
        host = urlsplit(address).netloc
        wait_until_ready(address)
        process = _server_process()
        warm = Seen()
        for i in range(20):  # what every visitor shares is there before memory is looked at
            read(host, warm, random.Random(1000 + i))
        before, load = memory_of(process), os.getloadavg()[0]
        seen, until = Seen(), time.monotonic() + given.seconds
        visitors = [
            threading.Thread(target=visit, args=(host, seen, until, i)) for i in range(given.users)
        ]
        for one in visitors:
            one.start()
        most = before
        while any(one.is_alive() for one in visitors):
            most = max(most, memory_of(process))
            time.sleep(1)
        time.sleep(REST)
        after = memory_of(process)
        lines = [
            f"load of the machine: {load:.1f} before, {os.getloadavg()[0]:.1f} after",
            f"users {given.users}, seconds {given.seconds:g}",
            f"answers: {dict(sorted(seen.answers.items()))}",
            f"errors: {dict(seen.errors) or 'none'}",
            f"reads: median {1000 * statistics.median(seen.reads):.0f} ms, "
            f"95% {1000 * sorted(seen.reads)[int(0.95 * len(seen.reads))]:.0f} ms",
            f"longest queue: {seen.longest} runs",
            f"memory, MiB: {before:.0f} before, {most:.0f} at most, {after:.0f} after",
        ]
        print("\n".join(lines))  # noqa: T201


def _server_process() -> int:
    """Return the process that this one started."""
    found = subprocess.run(
        ["pgrep", "--parent", str(os.getpid()), "--full", "tarazu app"],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(found.stdout.split()[0])


if __name__ == "__main__":
    main()
