"""Visitors of the lab who click for some minutes, all at once, on this machine alone.

Run from the root of the repository: python -m benchmarks.lab_load [--users 50] [--seconds 120]
[--rounds 1].
Starts its own server on the loopback address, sends requests to nothing else, and ends it.
Each visitor opens a page, reads numbers, moves a lever and follows its run, or leaves in the middle
of one. First, one visitor opens every page and starts every kind of run, and the server is left
idle: the memory of its model, record and kernels is not counted as growth. Prints answers by kind,
errors, times of reads by address, the longest queue, memory, and the server's processor time.
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
from collections import Counter, defaultdict
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
QUIET: Final = 5  # seconds in which the server does almost nothing: it is at rest
BUSY_SHARE: Final = 0.05  # of a processor, below which it does almost nothing
BUSY: Final = 503  # the queue is full, and says so


@dataclass
class Seen:
    """What all visitors saw."""

    reads: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
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
                follow_run(host, seen, chance, leaves=chance.random() < LEAVE_SHARE)
            else:
                read(host, seen, chance)
        except (OSError, http.client.HTTPException, ValueError) as error:
            with seen.lock:
                seen.errors[type(error).__name__ + ": " + str(error)[:80]] += 1


def read(
    host: str,
    seen: Seen,
    chance: random.Random,
    address: str | None = None,
    hypothesis: str | None = None,
) -> None:
    address = (address or chance.choice(READS)).format(
        years=chance.choice(YEARS),
        lever=chance.choice(LEVERS),
        value=chance.choice(VALUES),
        hypothesis=hypothesis or chance.choice(HYPOTHESES),
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
        seen.reads[address.partition("?")[0]].append(time.perf_counter() - began)
        seen.answers[f"read {answer.status}"] += 1
        if answer.status != 200:
            seen.errors[f"{answer.status} of {address.partition('?')[0]}"] += 1


def follow_run(
    host: str,
    seen: Seen,
    chance: random.Random,
    about: dict[str, int] | None = None,
    *,
    leaves: bool,
    patient: bool = False,
) -> None:
    state = {"years": chance.randint(1, 10), "levers": {"dialogue": chance.randint(1, 20) / 20}}
    state |= about or {}
    client = http.client.HTTPConnection(host, timeout=RUN_SECONDS)
    try:
        client.request("POST", "/api/runs", json.dumps(state), {"content-type": "application/json"})
        answer = client.getresponse()
        last, longest = {"state": str(answer.status)}, 0
        if answer.status == 200:
            for line in answer:
                last = json.loads(line)
                longest = max(longest, last.get("waiting", 0))
                if leaves or (last["state"] == "result" and not patient):
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


def processor_seconds(process: int) -> float:
    """Return the processor time of a process, seconds."""
    with open(f"/proc/{process}/stat") as file:  # noqa: PTH123 - not a file on a disk
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_for_rest(process: int) -> None:
    """Wait until a process does almost nothing."""
    while True:
        began = processor_seconds(process)
        time.sleep(QUIET)
        if processor_seconds(process) - began < BUSY_SHARE * QUIET:
            return


def warm_up(host: str) -> None:
    """Read every address and finish every length of run once."""
    seen, chance = Seen(), random.Random(0)
    for address in READS:
        for hypothesis in HYPOTHESES:
            read(host, seen, chance, address, hypothesis)
    for years in (1, 10):
        follow_run(host, seen, chance, {"years": years}, leaves=False, patient=True)


def main() -> None:
    """Print what was seen."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--rounds", type=int, default=1, help="how often; what leaks adds up")
    given = parser.parse_args()
    with server() as (address, _):
        host = urlsplit(address).netloc
        wait_until_ready(address)
        process = _server_process()
        warm_up(host)
        wait_for_rest(process)
        for number in range(given.rounds):
            print("\n".join(one_round(host, process, given.users, given.seconds, number)))  # noqa: T201


def one_round(host: str, process: int, users: int, seconds: float, number: int) -> list[str]:
    """Return what visitors saw, and what it took from the server."""
    before, load, worked = memory_of(process), os.getloadavg()[0], processor_seconds(process)
    seen, until = Seen(), time.monotonic() + seconds
    visitors = [
        threading.Thread(target=visit, args=(host, seen, until, 1000 * number + i))
        for i in range(users)
    ]
    for one in visitors:
        one.start()
    most = before
    while any(one.is_alive() for one in visitors):
        most = max(most, memory_of(process))
        time.sleep(1)
    worked = processor_seconds(process) - worked
    wait_for_rest(process)
    after = memory_of(process)
    reads = sorted(one for times in seen.reads.values() for one in times)
    return [
        f"load of the machine: {load:.1f} before, {os.getloadavg()[0]:.1f} after",
        f"users {users}, seconds {seconds:g}",
        f"answers: {dict(sorted(seen.answers.items()))}",
        f"errors: {dict(seen.errors) or 'none'}",
        f"reads: median {1000 * statistics.median(reads):.0f} ms, "
        f"95% {1000 * reads[int(0.95 * len(reads))]:.0f} ms",
        *(
            f"  {address}: {len(times)}, median {1000 * statistics.median(times):.0f} ms"
            for address, times in sorted(seen.reads.items())
        ),
        f"longest queue: {seen.longest} runs",
        f"memory, MiB: {before:.0f} before, {most:.0f} at most, {after:.0f} after",
        f"processor time of the server: {worked:.0f} s",
    ]


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
