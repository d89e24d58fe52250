"""Boundaries: which polygon holds a point, and what is said about a file that is wrong."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarazu.core.errors import DataError
from tarazu.region.boundaries import Boundaries, read_boundaries

LEFT = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]
RIGHT = [[1, 0], [2, 0], [2, 1], [1, 1], [1, 0]]
HOLE = [[0.4, 0.4], [0.6, 0.4], [0.6, 0.6], [0.4, 0.6], [0.4, 0.4]]
NOTCHED = [[0, 0], [4, 0], [4, 3], [2, 1], [0, 3], [0, 0]]


def feature(slug: str, *rings: list[list[float]], kind: str = "Polygon") -> dict[str, object]:
    coordinates: object = list(rings) if kind == "Polygon" else [[ring] for ring in rings]
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"slug": slug}, "geometry": geometry}


def write(path: Path, *features: object) -> Path:
    text = json.dumps({"type": "FeatureCollection", "features": features})
    path.write_text(text, encoding="utf-8")
    return path


def read(
    tmp_path: Path, *features: object, slugs: tuple[str, ...] = ("left", "right")
) -> Boundaries:
    return read_boundaries(write(tmp_path / "b.geojson", *features), slugs)


def test_locate__finds_the_polygon_and_nothing_outside(tmp_path: Path) -> None:
    found = read(tmp_path, feature("left", LEFT), feature("right", RIGHT))
    assert found.locate(0.5, 0.5) == "left"
    assert found.locate(1.5, 0.5) == "right"
    assert found.locate(2.5, 0.5) is None
    assert found.locate(0.5, 1.5) is None


@given(st.floats(0.001, 0.999), st.floats(0.001, 0.999))
def test_locate__puts_every_inner_point_into_exactly_one_of_two_halves(x: float, y: float) -> None:
    import numpy as np

    halves = Boundaries(
        ("low", "high"),
        (
            (np.array([[0, 0], [1, 0], [1, 1], [0, 0]], dtype=float),),
            (np.array([[0, 0], [1, 1], [0, 1], [0, 0]], dtype=float),),
        ),
        "",
    )
    is_on_the_line = abs(x - y) < 1e-12  # rounding decides, or nobody
    assert is_on_the_line or halves.locate(x, y) == ("low" if y < x else "high")


def test_locate__leaves_out_holes_and_notches(tmp_path: Path) -> None:
    found = read(tmp_path, feature("left", LEFT, HOLE), feature("right", RIGHT))
    assert found.locate(0.5, 0.5) is None
    assert found.locate(0.2, 0.5) == "left"
    notched = read(tmp_path, feature("left", NOTCHED), slugs=("left",))
    assert notched.locate(2, 2) is None
    assert notched.locate(2, 0.5) == "left"


def test_locate__sees_all_parts_of_a_multipolygon(tmp_path: Path) -> None:
    both = feature("left", LEFT, RIGHT, kind="MultiPolygon")
    assert read(tmp_path, both, slugs=("left",)).locate(1.5, 0.5) == "left"


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ([], "no features"),
        ([feature("left", LEFT)], "no polygon for right"),
        ([feature("atlantis", LEFT)], "not a district"),
        ([feature("left", LEFT[:-1])], "not closed"),
        ([feature("left", [[0, 0], [900, 0], [1, 1], [0, 0]])], "leaves the range"),
        ([feature("left", [["a", 0], [1, 0], [1, 1], [0, 0]])], "not rings of number pairs"),
        ([{"properties": {"slug": "left"}, "geometry": None}], "expected Polygon"),
        ([{"properties": {"slug": "left"}, "geometry": {"type": "Polygon"}}], "has no rings"),
        (["nonsense"], "not a district"),
    ],
)
def test_read_boundaries__says_what_is_wrong(
    tmp_path: Path, features: list[object], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path, *features)


def test_read_boundaries__refuses_what_is_no_json(tmp_path: Path) -> None:
    path = tmp_path / "b.geojson"
    path.write_bytes(b"%PDF-1.7 \xff")
    with pytest.raises(DataError, match="not JSON"):
        read_boundaries(path, ("left",))
    with pytest.raises(DataError, match="cannot be read"):
        read_boundaries(tmp_path / "absent.geojson", ("left",))


@pytest.mark.parametrize(
    ("lon", "lat", "found"),
    [(2.001, 0.5, "right"), (-0.001, 0.5, "left"), (1.0, 1.001, "left"), (2.1, 0.5, None)],
)
def test_nearest__is_the_district_that_a_point_beside_the_border_touches(
    tmp_path: Path, lon: float, lat: float, found: str | None
) -> None:
    boundaries = read(tmp_path, feature("right", RIGHT), feature("left", LEFT))
    assert boundaries.nearest(lon, lat, within_km=2.0) == found
