"""The lab as a server, and tabs that look at it."""

import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import pytest
from tests.browser.devtools import BROWSERS, Browser, Page, find_browser

START_SECONDS = 400  # kernels may have to be compiled


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with subprocess.Popen(
        [sys.executable, "-m", "tarazu", "app", "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())
            assert found is not None
            wait_until_ready(found.group())
            yield found.group()
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()  # or the tests would wait for it without end
                raise
    assert process.returncode == 0


def wait_until_ready(address: str) -> None:
    end = time.monotonic() + START_SECONDS
    while '"ready"' not in get(address + "health"):
        assert time.monotonic() < end, "the lab is not ready"
        time.sleep(0.2)


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return str(answer.read().decode())


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    command = find_browser()
    if command is None:
        pytest.skip(f"THE LAB WAS NOT LOOKED AT IN A BROWSER: none of {', '.join(BROWSERS)}")
    browser = Browser(command, tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A tab; at the end, nothing was complained of and nothing left this machine."""
    with chromium.page() as page:
        yield page
        assert page.complaints == []
        here = ("http://127.0.0.1:", "blob:", "data:")  # data: the browser's icon beside a date
        elsewhere = [url for url in page.requests if not url.startswith(here)]
        assert elsewhere == []
