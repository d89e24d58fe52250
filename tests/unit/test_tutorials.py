"""The tutorials run as they are written, and print what stands under their blocks."""

from pathlib import Path

import pytest
from tests.unit.pages import BLOCK, renew

TUTORIALS = Path(__file__).parents[2] / "docs" / "tutorials"


@pytest.mark.parametrize(
    ("name", "blocks"),
    [
        ("policies", 10),
        pytest.param("evidence", 12, marks=pytest.mark.slow),
        pytest.param("fifteen-lines", 12, marks=pytest.mark.slow),
    ],
)
def test_tutorial__runs_and_prints_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, blocks: int
) -> None:
    monkeypatch.chdir(tmp_path)
    page = (TUTORIALS / f"{name}.md").read_text(encoding="utf-8")
    assert len(BLOCK.findall(page)) >= blocks
    assert renew(page) == page


def test_tutorials__are_all_run() -> None:
    names = {"policies", "evidence", "fifteen-lines"}
    assert {path.stem for path in TUTORIALS.glob("*.md")} == names


def test_tutorial__another_output_is_seen() -> None:
    page = "```python\n1 + 1\n```\n\n```text\n3\n```\n"
    assert renew(page) == page.replace("3", "2")
