"""Boundary files with spikes, crossing rings and districts of one name."""

import json
import logging
from pathlib import Path

import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.region.made_up_country import feature, write_geojson

from tarazu.core.errors import DataError
from tarazu.core.files.output_folder import MANIFEST
from tarazu.record import read_record
from tarazu.region import Region
from tarazu.region.build.builder import build_region
from tarazu.region.build.namesakes import with_numbers, with_units
from tarazu.region.build.repair import repair

SQUARE_KM2 = 12_150  # of one degree near 10 degrees north, on the ellipsoid; to 1 %
SPIKE = [(10, 10), (11, 10), (11, 10.5), (11.5, 10.5), (11, 10.5), (11, 11), (10, 11)]
BOW_TIE = [(10, 10), (11, 11), (11, 10), (10, 11)]
NEXT_DOOR = [(11, 10), (12, 10), (12, 11), (11, 11)]


def write(tmp_path: Path, **rings: list[tuple[float, float]]) -> Path:
    content = [feature([*ring, ring[0]], name=name) for name, ring in rings.items()]
    return write_geojson(tmp_path / "map.geojson", content)


def square(west: float, south: float) -> list[tuple[float, float]]:
    return [(west, south), (west + 1, south), (west + 1, south + 1), (west, south + 1)]


def four(tmp_path: Path, order: list[int]) -> Path:
    """Write Riverside twice, in the North and in the South, beside two others."""
    places = [
        ("Riverside", "North", square(10, 10)),
        ("Hillside", "North", square(11, 10)),
        ("Riverside", "South", square(10, 9)),
        ("Lakeside", "South", square(11, 9)),
    ]
    content = [
        feature([*ring, ring[0]], name=name, ADM1=unit)
        for name, unit, ring in (places[row] for row in order)
    ]
    return write_geojson(tmp_path / "map.geojson", content)


def build(file: Path, **options: object) -> Region:
    return build_region(file, name_column="name", country="Madeup", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(("ring", "km2"), [(SPIKE, SQUARE_KM2), (BOW_TIE, SQUARE_KM2 / 2)])
def test_repair__makes_a_polygon_valid_and_reports_it(
    ring: list[tuple[float, float]],
    km2: float,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    file, out = write(tmp_path, Aa=ring, Bb=NEXT_DOOR), tmp_path / "out"
    with caplog.at_level(logging.WARNING):
        region = build(file, repair=True, out=out)
    assert region.slugs == ("aa", "bb")
    area = {district.slug: district.area_km2 for district in region.districts}
    assert area["aa"] == pytest.approx(km2, rel=0.01)
    assert len(region.edges) == 1
    assert "Aa repaired: Self-intersection" in caplog.text
    assert "Bb repaired" not in caplog.text
    (noted,) = json.loads((out / MANIFEST).read_text())["repairs"]
    assert noted["district"] == "Aa"
    assert noted["area_after_km2"] == pytest.approx(area["aa"], rel=1e-3)
    source = next(c.source for c in region.column_sources if c.column == "area_km2")
    assert "polygons repaired: 1" in source


def test_repair__is_named_where_it_was_not_asked_for(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"not valid .*--repair \(repair=True\)"):
        build(write(tmp_path, Aa=SPIKE, Bb=NEXT_DOOR))


def test_repair__does_not_hide_a_district_without_area(tmp_path: Path) -> None:
    line = [(10, 10), (11, 10), (10.5, 10)]
    with pytest.raises(DataError, match="not valid"):
        build(write(tmp_path, Aa=line, Bb=NEXT_DOOR), repair=True)


def test_repair__changes_no_file_that_is_valid(tmp_path: Path) -> None:
    file = write(tmp_path, Aa=square(10, 10), Bb=NEXT_DOOR)
    assert build(file, repair=True).digest == build(file).digest


points = st.tuples(st.integers(0, 6), st.integers(0, 6))


@given(st.lists(points, min_size=3, max_size=9))
def test_repair__of_any_ring_is_valid_and_inside_its_hull(ring: list[tuple[int, int]]) -> None:
    shape = shapely.Polygon(ring)
    if shape.is_valid:
        return
    made = repair(shape, "Aa")
    if made is None:
        assert shape.buffer(0).area == 0
        return
    valid, _ = made
    assert valid.is_valid
    assert valid.geom_type in ("Polygon", "MultiPolygon")
    assert shape.convex_hull.buffer(1e-9).contains(valid)


def test_names__that_stand_twice_name_the_ways_out(tmp_path: Path) -> None:
    with pytest.raises(ExceptionGroup) as caught:
        build(four(tmp_path, [0, 1, 2, 3]))
    for problem in caught.value.exceptions:
        assert "such as the province (here 'ADM1'), with --within COLUMN" in str(problem)
        assert "--number-names" in str(problem)


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0]])
def test_names__that_stand_twice_get_their_unit_or_a_number(
    order: list[int], tmp_path: Path
) -> None:
    file = four(tmp_path, order)
    by_unit = build(file, within="ADM1")
    assert by_unit.slugs == ("hillside", "lakeside", "riverside_north", "riverside_south")
    assert by_unit.lookup("Riverside, North province") == "riverside_north"
    numbered = {district.slug: district for district in build(file, number_names=True).districts}
    assert set(numbered) == {"hillside", "lakeside", "riverside_1", "riverside_2"}
    assert numbered["riverside_1"].centroid_lat < 10 < numbered["riverside_2"].centroid_lat


def test_events__find_districts_of_one_name_by_province_and_by_point(tmp_path: Path) -> None:
    region = build(four(tmp_path, [0, 1, 2, 3]), within="ADM1")
    fields = {"date": "day", "district": "district", "initiator": "who"}
    mapping = {
        "name": "made-up",
        "title": "Made up",
        "licence": "none",
        "columns": fields | {"province": "unit", "latitude": "lat", "longitude": "lon"},
        "values": {"initiator": {"rebels": "militant"}},
    }
    rows = [
        ("Riverside", "North province", "", "", "riverside_north"),
        ("riverside", "SOUTH", "", "", "riverside_south"),
        ("Hillside", "North", "", "", "hillside"),
        ("Riverside", "", "9.5", "10.5", "riverside_south"),
        ("Riverside", "", "", "", None),
    ]
    events = pd.DataFrame(
        [(f"2015-06-{day:02}", *row[:4], "rebels") for day, row in enumerate(rows, start=1)],
        columns=["day", "district", "unit", "lat", "lon", "who"],
    )
    record = read_record(events, mapping=mapping, region=region)
    found = record.events.sort_values("date")["district"]
    assert [None if pd.isna(slug) else slug for slug in found] == [row[4] for row in rows]


def test_names__that_stand_once_stay_as_they_are() -> None:
    names = ["Aa", "Bb", "aa"]
    assert with_units(names, ["X", "Y", "Z"]) == ["Aa, X", "Bb", "aa, Z"]
    shapes = [shapely.box(2, 0, 3, 1), shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]
    assert with_numbers(names, shapes) == ["Aa 2", "Bb", "aa 1"]
