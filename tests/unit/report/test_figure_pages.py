import re
from dataclasses import replace
from pathlib import Path

import pytest

from tarazu.record import load_record
from tarazu.report.figure import Figure
from tarazu.report.figures.record import events_figure
from tarazu.report.pages.figure_pages import write_pages

POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]*)"')


@pytest.fixture(scope="module")
def figure() -> Figure:
    return events_figure(load_record())


def page_of(figure: Figure, folder: Path) -> str:
    write_pages([figure], folder)
    return (folder / f"{figure.key}.html").read_text(encoding="utf-8")


def test_figure_page__runs_its_own_scripts_only(figure: Figure, tmp_path: Path) -> None:
    page = page_of(figure, tmp_path)
    found = POLICY.search(page)
    assert found is not None
    assert found[1].startswith("default-src 'none'; script-src 'nonce-")
    assert "unsafe" not in found[1].split("script-src")[1].split(";")[0]
    nonce = found[1].split("'nonce-")[1].split("'")[0]
    scripts = re.findall(r"<script[^>]*>", page)
    assert len(scripts) == 2
    assert all(f'nonce="{nonce}"' in script for script in scripts)


def test_figure_page__is_the_same_each_time_and_its_nonce_follows_its_content(
    figure: Figure, tmp_path: Path
) -> None:
    first, again = page_of(figure, tmp_path / "a"), page_of(figure, tmp_path / "b")
    other = page_of(replace(figure, title="<script>alert(1)</script>"), tmp_path / "c")
    assert first == again
    assert POLICY.findall(first) != POLICY.findall(other)
    assert "<script>" not in other
