import json
from pathlib import Path

import pytest

from tarazu.region import geojson_check
from tarazu.region.geojson_check import find_problem

TEXTS = ["Kech", 'a "quote"', "back\\slash", "\\", '\\"', "[", "]}", "کچ", '{"type": "x"}', "\\\\"]
GOOD = json.dumps(
    {"type": "FeatureCollection", "features": [{"properties": {"name": t}} for t in TEXTS]}
).encode()


def problem(data: bytes, folder: Path) -> str | None:
    (folder / "b.geojson").write_bytes(data)
    return find_problem(folder / "b.geojson")


@pytest.mark.parametrize("piece", [1, 2, 3, 7, 64, 1 << 20])
def test_geojson__whole_file_has_no_problem_however_it_is_read(
    piece: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(geojson_check, "PIECE", piece)
    assert problem(GOOD, tmp_path) is None
    assert problem(b"\xef\xbb\xbf" + GOOD, tmp_path) is None


@pytest.mark.parametrize("piece", [64, 1 << 20])
def test_geojson__cut_off_anywhere_is_seen(
    piece: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(geojson_check, "PIECE", piece)
    assert all(problem(GOOD[:length], tmp_path) for length in range(len(GOOD)))


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"[]", b"version https://git-lfs.github.com/spec/v1", b"{}", b'{"a": 1}'),
        *(GOOD + GOOD, GOOD[:-1] + b"]", b'{"type": "FeatureCollection", "x": ' + b"[" * 200_000),
    ],
)
def test_geojson__what_is_none_is_seen(data: bytes, tmp_path: Path) -> None:
    assert problem(data, tmp_path) is not None
