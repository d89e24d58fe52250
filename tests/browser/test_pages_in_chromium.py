"""Pages in a real browser: all figures drawn, no complaint, no request, A4 in print."""

import re
import subprocess
from pathlib import Path

import pytest
from tests.browser.devtools import Browser
from tests.unit.evidence.findings import FIGURES, weak_retaliation

from tarazu.record import load_record
from tarazu.report import write_annex
from tarazu.report.figures.record import events_figure
from tarazu.report.pages.figure_pages import write_pages

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # nothing leaves this machine
    "--virtual-time-budget=20000",
    "--window-size=1280,900",
)
BROWSERS_OWN = ("google.com", "googleapis.com", "gvt1.com", "gstatic.com")
FIGURE_COUNT = 4 + len(FIGURES)


@pytest.fixture(scope="module")
def brief(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("brief")
    return write_annex(load_record(), [weak_retaliation()], folder / "annex.html")


def _browse(
    browser: str, page: Path, folder: Path, *flags: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [browser, *FLAGS, f"--user-data-dir={folder / 'profile'}", *flags, page.as_uri()],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )


def test_annex__draws_every_figure_without_a_complaint(chromium: Browser, brief: Path) -> None:
    with chromium.page() as page:
        page.open(brief.as_uri())
        assert page.run("document.querySelectorAll('details[open]:not(#contents)').length") == 0
        page.size(1280, 60_000)  # figures are drawn when they come near: all of them do
        page.wait(f"document.querySelectorAll('.plot > .plot-container').length >= {FIGURE_COUNT}")
        assert page.run("document.querySelectorAll('.plot').length") == FIGURE_COUNT
        assert page.complaints == []


def test_figure_page__is_drawn_from_a_disk_under_its_policy(browser: str, tmp_path: Path) -> None:
    write_pages([events_figure(load_record())], tmp_path / "pages")
    page = tmp_path / "pages" / "figure-timeline.html"
    done = _browse(browser, page, tmp_path, "--enable-logging=stderr", "--dump-dom")
    assert [line for line in done.stderr.splitlines() if ":CONSOLE" in line] == []
    assert len(re.findall(r'class="plot-container', done.stdout)) == 1


def _requests(browser: str, page: Path, folder: Path) -> set[str]:
    """Hosts that were asked for, without those that the browser asks on its own account."""
    log = folder / "net.json"
    _browse(browser, page, folder, f"--log-net-log={log}", "--dump-dom")
    text = log.read_text(encoding="utf-8", errors="replace")
    hosts = set(re.findall(r'"url":"(?:https?|wss?)://([^/":]+)', text))
    return {host for host in hosts if not host.endswith(BROWSERS_OWN)}


def test_annex__asks_the_network_for_nothing(browser: str, brief: Path, tmp_path: Path) -> None:
    assert _requests(browser, brief, tmp_path) == set()


def test_requests__of_a_page_that_loads_something_are_seen(browser: str, tmp_path: Path) -> None:
    page = tmp_path / "loads.html"
    page.write_text('<img src="http://elsewhere.invalid/picture.png" alt="">')
    assert _requests(browser, page, tmp_path) == {"elsewhere.invalid"}


def test_annex__prints_on_a4(browser: str, brief: Path, tmp_path: Path) -> None:
    pdf = tmp_path / "brief.pdf"
    _browse(browser, brief, tmp_path, f"--print-to-pdf={pdf}", "--no-pdf-header-footer")
    content = pdf.read_bytes()
    assert content.startswith(b"%PDF")
    boxes = {
        tuple(round(float(v)) for v in box.split())
        for box in re.findall(rb"/MediaBox\s*\[([^\]]*)\]", content)
    }
    assert boxes == {(0, 0, 595, 842)}
