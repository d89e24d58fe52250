"""The browser that pages are tried in."""

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
