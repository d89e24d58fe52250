"""The tutorials run as they are written, and print what stands under their blocks."""

from pathlib import Path

import pytest
from tests.unit.pages import BLOCK, renew

TUTORIALS = Path(__file__).parents[2] / "docs" / "tutorials"


FEWEST_BLOCKS = {"policies": 10, "evidence": 12, "fifteen-lines": 12}
QUICK = {"policies"}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in QUICK else pytest.mark.slow)
        for name in sorted(path.stem for path in TUTORIALS.glob("*.md"))
    ],
)
def test_tutorial__runs_and_prints_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    page = (TUTORIALS / f"{name}.md").read_text(encoding="utf-8")
    assert len(BLOCK.findall(page)) >= FEWEST_BLOCKS.get(name, 1)
    assert renew(page) == page


def test_tutorials__that_are_expected_are_there() -> None:
    assert set(FEWEST_BLOCKS) <= {path.stem for path in TUTORIALS.glob("*.md")}


def test_tutorial__another_output_is_seen() -> None:
    page = "```python\n1 + 1\n```\n\n```text\n3\n```\n"
    assert renew(page) == page.replace("3", "2")
