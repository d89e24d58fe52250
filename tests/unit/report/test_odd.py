"""The ODD page is the one that the declaration gives."""

from pathlib import Path

from tarazu.model import build_model
from tarazu.report.pages.odd import odd_page

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "odd.md"


def test_odd_page__is_current() -> None:
    assert odd_page(build_model()) == PAGE.read_text(encoding="utf-8"), "run `make docs`"
