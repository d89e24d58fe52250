"""The browser that pages are tried in."""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.browser.devtools import BROWSERS, find_browser
from tests.browser.lab import address, chromium, page  # noqa: F401 - fixtures of several files


@pytest.fixture(scope="session")
def browser() -> str:
    """Return the program; without one the tests are skipped, loudly."""
    found = find_browser()
    if found is None:
        pytest.skip(f"NO PAGE WAS LOOKED AT IN A BROWSER: none of {', '.join(BROWSERS)} is here")
    return found


@pytest.fixture(scope="session")
def axe() -> str:
    """Return the script of axe-core (Deque, MPL-2.0).

    It is looked for in the file that AXE_CORE names, in node_modules, and in the package
    axe-playwright-python.
    """
    places = [Path(os.environ.get("AXE_CORE", "")), Path("node_modules/axe-core/axe.min.js")]
    if (package := find_spec("axe_playwright_python")) is not None and package.origin:
        places.append(Path(package.origin).parent / "axe.min.js")
    for place in places:
        if place.is_file():
            return place.read_text(encoding="utf-8")
    pytest.skip("AXE-CORE WAS NOT RUN: set AXE_CORE to axe.min.js, or npm install axe-core")
