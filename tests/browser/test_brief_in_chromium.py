"""The brief in a real browser: two printed pages on A4 and Letter, no scrolling sideways."""

import re
import subprocess
from collections.abc import Sequence
from html import escape
from pathlib import Path

import numpy as np
import pytest
from tests.unit.report.brief.made import DRAWS, LONG, named, retaliation, study

from tarazu.claims import load_ledger, weigh_claims
from tarazu.record import load_record
from tarazu.report import write_brief

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # nothing leaves this machine
    "--virtual-time-budget=10000",
)
PAPER = {"A4": (595, 842), "Letter": (612, 792)}
RISE = np.full(DRAWS, 5.0)
WIDTHS = (320, 360, 600, 768, 1280)
FRAME = '<iframe srcdoc="{page}" style="width:{width}px;height:900px;border:0"></iframe>'
MEASURE = """
<script>
window.onload = () => {
  const pages = [...document.querySelectorAll("iframe")].map((one) => one.contentDocument);
  document.title = "widths " + pages.map((one) => one.documentElement.scrollWidth).join(" ");
};
</script>
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The fullest page: four policies of long titles that turn, every claim, a test that holds."""
    record = load_record()
    findings = [retaliation(), named("near_repeat", "near repeats or bursts", 0.001)]
    names = ("mine", "surge", "withdrawal", "dialogue")
    made = study(
        dict.fromkeys(names, RISE),
        deterred=dict.fromkeys(names, -RISE),
        titles={"mine": LONG, "dialogue": LONG},
        districts={"mine": ("Dera Bugti", "Killa Saifullah", "Jhal Magsi", "Kech")},
    )
    ledger = weigh_claims(findings, [], load_ledger())
    path = tmp_path_factory.mktemp("brief") / "brief.html"
    write_brief(record, findings, path, studies=[made], ledger=ledger, annex="annex.html")
    return path.read_text(encoding="utf-8")


def _browse(browser: str, page: str, folder: Path, *flags: str) -> str:
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8")
    return subprocess.run(
        [browser, *FLAGS, f"--user-data-dir={folder / 'profile'}", *flags, path.as_uri()],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    ).stdout


@pytest.mark.parametrize("paper", list(PAPER))
def test_brief__prints_on_two_pages(browser: str, page: str, tmp_path: Path, paper: str) -> None:
    sized = page.replace("@page { margin", f"@page {{ size: {paper}; margin")
    assert sized != page
    pdf = tmp_path / "brief.pdf"
    _browse(browser, sized, tmp_path, f"--print-to-pdf={pdf}", "--no-pdf-header-footer")
    content = pdf.read_bytes()
    boxes = re.findall(rb"/MediaBox\s*\[([^\]]*)\]", content)
    assert len(re.findall(rb"/Type\s*/Page\b", content)) == 2
    for box in boxes:
        width, height = (round(float(value)) for value in box.split()[2:])
        assert (width, height) == PAPER[paper]


def _widths(browser: str, page: str, folder: Path, widths: Sequence[int]) -> list[int]:
    """Return how wide a page is to scroll over in windows of some widths."""
    frames = (FRAME.format(page=escape(page), width=width) for width in widths)
    shown = _browse(browser, "".join(frames) + MEASURE, folder, "--dump-dom")
    found = re.search(r"<title>widths ([\d ]+)</title>", shown)
    assert found is not None
    return [int(width) for width in found[1].split()]


def test_brief__does_not_scroll_sideways(browser: str, page: str, tmp_path: Path) -> None:
    found = _widths(browser, page, tmp_path, WIDTHS)
    wider = [width for width, shown in zip(WIDTHS, found, strict=True) if shown > width]
    assert wider == []


def test_widths__of_a_page_that_scrolls_are_larger(browser: str, tmp_path: Path) -> None:
    wide = '<!DOCTYPE html><body style="margin:0"><div style="width:900px">wide</div>'
    assert _widths(browser, wide, tmp_path, (360, 1280)) == [900, 1280]
