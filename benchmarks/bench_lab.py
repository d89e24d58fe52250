"""What visitors of the lab wait for, in Chromium: first picture, levers, the first fan.

Run from the root of the repository: python -m benchmarks.bench_lab. Prints the load of the machine,
because these times mean little on a busy one. Needs Chromium and the extra ``app``.
"""

import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.browser.devtools import Browser, Page, find_browser

MOVES = 40
READY_SECONDS = 600
SET = """
(() => {
  const control = document.getElementById("lever-%s");
  control.value = "%g";
  control.dispatchEvent(new Event("input", { bubbles: true }));
  %s
})()
"""
LET_GO = 'control.dispatchEvent(new Event("change", { bubbles: true }));'
MEASURES = "performance.getEntriesByName('lever').map((one) => one.duration)"


@contextmanager
def server(cache: str | None = None) -> Iterator[tuple[str, float]]:
    """Start the lab; give its address and when it was started."""
    environment = dict(os.environ) | ({"TARAZU_CACHE_DIR": cache} if cache else {})
    began = time.perf_counter()
    command = [sys.executable, "-m", "tarazu", "app", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())
            assert found is not None
            yield found.group(), began
        finally:
            process.send_signal(signal.SIGINT)


def wait_until_ready(address: str) -> None:
    end = time.monotonic() + READY_SECONDS
    while True:
        with urllib.request.urlopen(f"{address}health", timeout=30) as answer:
            if json.load(answer)["status"] == "ready":
                return
        assert time.monotonic() < end, "the lab is not ready"
        time.sleep(0.1)


def first_picture(page: Page, address: str) -> float:
    """Return ms from navigation to the picture, as the page itself measures them."""
    page.open(address)
    page.wait("performance.getEntriesByName('first-picture').length")
    return float(page.run("performance.getEntriesByName('first-picture')[0].startTime"))


def levers(page: Page, address: str) -> list[float]:
    """Return ms from each move of a lever to the new line."""
    page.open(address)
    time.sleep(2)  # the worker has its inputs, as when a visitor reads the first sentence
    for i in range(MOVES):
        page.run(SET % ("operational_tempo", 0.5 + i * 0.05, ""))
        page.wait(f"performance.getEntriesByName('lever').length >= {i + 1}")
    found: list[float] = page.run(MEASURES)
    return found


def first_fan(page: Page, address: str, value: float) -> float:
    """Return seconds from letting a lever go to a fan of 64 members or more."""
    page.open(f"{address}?due_process={value - 0.05:g}")
    time.sleep(2)
    began = time.perf_counter()
    page.run(SET % ("due_process", value, LET_GO))
    page.wait("document.getElementById('mode').textContent.startsWith('Expected')")
    condition = "/^(64|256) futures/.test(document.getElementById('mode').textContent)"
    page.wait(condition, 120)
    return time.perf_counter() - began


def main() -> None:
    """Print one line per figure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--empty-cache", action="store_true", help="start with nothing compiled")
    empty = parser.parse_args().empty_cache
    command = find_browser()
    assert command is not None, "no Chromium here"
    with tempfile.TemporaryDirectory() as folder:
        browser = Browser(command, Path(folder) / "profile")
        report("load of the machine at the start", os.getloadavg()[0], "")
        cache = str(Path(folder) / "cache") if empty else None
        with server(cache) as (address, began), browser.page() as page:
            page.open(address)
            page.wait("document.querySelector('.policy, .today')")
            report("cold start to the first picture", time.perf_counter() - began, "s")
            page.run(SET % ("dialogue", 0.5, ""))
            page.wait("performance.getEntriesByName('lever').length", READY_SECONDS)
            report("cold start to the first line of a lever", time.perf_counter() - began, "s")
            wait_until_ready(address)
            report("cold start to compiled kernels", time.perf_counter() - began, "s")
        with server(cache) as (address, _), browser.page() as page:
            wait_until_ready(address)
            time.sleep(5)
            pictures = [first_picture(page, address) for _ in range(10)]
            report("first picture, median of 10", statistics.median(pictures), "ms")
            report("first picture, most of 10", max(pictures), "ms")
            times = sorted(levers(page, address))
            report(f"lever to line, median of {MOVES}", statistics.median(times), "ms")
            report(f"lever to line, 95% of {MOVES}", times[int(0.95 * len(times)) - 1], "ms")
            fans = [first_fan(page, address, value) for value in (0.6, 0.7, 0.8)]
            report("first fan of 64 members, median of 3", statistics.median(fans), "s")
        report("load of the machine at the end", os.getloadavg()[0], "")
        browser.close()


def report(what: str, value: float, unit: str) -> None:
    print(f"{what:44} {value:8.2f} {unit}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
