"""The saved lab is one file that loads nothing and runs only its own script."""

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from tests.unit.app.labs import shipped_lab

from tarazu.app.pages.saved import futures_of_page, saved_page
from tarazu.app.service import Service
from tarazu.app.state import State
from tarazu.cli.entry import run

pytestmark = pytest.mark.slow

LAB = shipped_lab()


@pytest.fixture(scope="module")
def page() -> str:
    return saved_page(LAB)


def test_saved_page__loads_nothing(page: str) -> None:
    head, _, _ = page.partition("<body")
    assert not re.findall(r'<(?:link|script|img)[^>]*(?:src|href)="(?!data:)', head)
    assert 'src="' not in page.replace('src="data:', "")
    assert "default-src &#39;none&#39;" in page


def test_saved_page__admits_its_script_and_styles_by_their_digests(page: str) -> None:
    blocks = re.findall(
        r"<(?:style[^>]*|script type=\"module\")>(.*?)</(?:style|script)>", page, re.S
    )
    assert len(blocks) == 3
    for block in blocks:
        digest = b64encode(sha256(block.encode()).digest()).decode()
        assert f"sha256-{digest.replace('+', '&#43;')}" in page or f"sha256-{digest}" in page


def test_saved_page__holds_the_draws_of_every_hypothesis(page: str) -> None:
    for name in LAB.hypotheses:
        assert f'"{name}": {{"parameters": [[' in page


def test_saved_page__has_the_same_bytes_every_time(page: str) -> None:
    assert saved_page(LAB) == page


def test_save__does_not_replace_a_file_of_somebody_else(tmp_path: Path) -> None:
    file = tmp_path / "lab.html"
    file.write_text("mine")
    assert run(["app", "--save", str(file)]) == 2
    assert file.read_text() == "mine"
    assert run(["app", "--save", str(file), "--force"]) == 0
    assert file.read_text().startswith("<!doctype html>")


def test_saved_page__needs_no_kernel_where_a_first_page_is_there(page: str) -> None:
    found = futures_of_page(page, LAB)
    assert found == Service(LAB).expected(State())
    assert futures_of_page(page, replace(LAB, region=replace(LAB.region, digest="0" * 64))) is None
    assert futures_of_page(None, LAB) is None
