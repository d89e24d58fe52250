from pathlib import Path

import pytest

from tarazu.core.errors import DataError
from tarazu.core.tables.json_pages import read_json_columns


def deep(levels: int) -> str:
    return "[" * levels + "]" * levels


@pytest.mark.parametrize("text", [deep(200_000), '{"Result": [{"id": ' + deep(200_000) + "}]}"])
def test_json_page__nested_200_000_deep_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "page.json").write_text(text)
    with pytest.raises(DataError, match=r"page\.json: the page is not JSON"):
        read_json_columns([tmp_path / "page.json"], ["id"])


def test_json_page__of_any_depth_is_rows_or_an_error(tmp_path: Path) -> None:
    outcomes = set()
    for levels in range(800, 1010, 3):
        for inner in (deep(levels), '{"id": 1, "x": ' + deep(levels) + "}"):
            (tmp_path / "page.json").write_text('{"Result": [' + inner + "]}")
            try:
                columns = read_json_columns([tmp_path / "page.json"], ["id"], ["x"])
            except DataError:
                outcomes.add("error")
            else:
                assert len(columns.broken) == 1
                outcomes.add("broken row")
    assert outcomes == {"error", "broken row"}
