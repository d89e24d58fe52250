import csv
import json
import sys
from itertools import pairwise
from math import cos, radians
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Transformer
from tests.unit.region.made_up_country import (
    DISTRICTS,
    NEIGHBOURS,
    feature,
    features,
    write_geojson,
)
from typer.testing import CliRunner

from tarazu.cli.application import app
from tarazu.core.errors import DataError, OutputError
from tarazu.core.files.output_folder import MANIFEST
from tarazu.region import Region, load_region
from tarazu.region.borders import measure, shared_borders
from tarazu.region.build.builder import BuildOptions, build_region, write_region
from tarazu.region.build.naming import slugs_for
from tarazu.region.build.tiles import centre, lay_tiles, steps

PLAN = BuildOptions(name="made-up", title="Made-up", countries=("Nowhere",), names="name")
DEGREE_KM = 110.6  # of latitude near 11 degrees north, on the ellipsoid
ROUNDING_KM = 0.05  # the shared table gives borders to 0.1 km


def build(tmp_path: Path, content: list[object] | None = None, **changes: object) -> Region:
    from dataclasses import replace

    file = write_geojson(tmp_path / "map.geojson", content)
    return write_region(file, tmp_path / "made-up", replace(PLAN, **changes))  # type: ignore[arg-type]


def test_names_encoded_twice__are_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    twice = "Bouélé of the test".encode().decode("latin-1")
    square = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]
    beside = [(x + 1, y) for x, y in square]
    content = [feature(square, name=twice), feature(beside, name="Lac")]
    with caplog.at_level("WARNING"):
        build(tmp_path, content)
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 1
    assert f"'{twice}' may be 'Bouélé of the test'" in said[0]


def pairs(region: Region) -> set[tuple[str, str]]:
    return {(edge.district_a, edge.district_b) for edge in region.edges}


def messages(error: pytest.ExceptionInfo[BaseException]) -> str:
    group = error.value
    errors = group.exceptions if isinstance(group, ExceptionGroup) else (group,)
    return "\n".join(str(each) for each in errors)


def test_build__neighbours_share_a_line_and_not_a_corner(tmp_path: Path) -> None:
    assert pairs(build(tmp_path)) == NEIGHBOURS


def test_build__the_folder_is_a_region(tmp_path: Path) -> None:
    built = build(tmp_path)
    again = load_region(
        tmp_path / "made-up", boundaries=tmp_path / "made-up" / "boundaries.geojson"
    )
    assert again.digest == built.digest
    assert again.boundaries is not None
    assert again.boundaries.locate(11.5, 11.5) == "rio_ancho"


def test_build__measures_are_those_of_the_ellipsoid(tmp_path: Path) -> None:
    region = build(tmp_path)
    place = {district.slug: district for district in region.districts}
    centre_district = place["centre"]
    assert centre_district.area_km2 == pytest.approx(
        DEGREE_KM**2 * cos(radians(11.5)) * 1.0061, rel=0.005
    )
    assert (centre_district.centroid_lon, centre_district.centroid_lat) == pytest.approx(
        (10.5, 11.5), abs=0.002
    )
    border = next(
        e for e in region.edges if (e.district_a, e.district_b) == ("centre", "rio_ancho")
    )
    assert border.shared_border_km == pytest.approx(DEGREE_KM, rel=0.001)


def test_build__residents_from_a_column_or_flat(tmp_path: Path) -> None:
    by_column = {d.slug: d for d in build(tmp_path, population="people").districts}
    assert by_column["north_east"].population == 2000
    assert by_column["north_east"].population_confidence == "medium"
    flat = write_region(tmp_path / "map.geojson", tmp_path / "flat", PLAN)
    assert {(d.population, d.population_confidence) for d in flat.districts} == {(100_000, "low")}


def test_build__says_where_each_column_comes_from(tmp_path: Path) -> None:
    region = build(tmp_path, source="A Bureau 2020", licence="CC BY 4.0")
    area = next(c for c in region.column_sources if c.column == "area_km2")
    assert "A Bureau 2020" in area.source
    assert area.licence == "CC BY 4.0"


@pytest.mark.parametrize("ending", ["gpkg", "shp"])
def test_build__other_formats_and_projections(tmp_path: Path, ending: str) -> None:
    geopandas = pytest.importorskip("geopandas", reason="writes the files of this test")
    file = write_geojson(tmp_path / "map.geojson")
    frame = geopandas.read_file(file).to_crs("EPSG:32632")  # UTM 32 north, metres
    frame.to_file(tmp_path / f"map.{ending}")
    region = write_region(tmp_path / f"map.{ending}", tmp_path / "made-up", PLAN)
    assert pairs(region) == NEIGHBOURS


def test_build__does_not_depend_on_the_order_of_the_file(tmp_path: Path) -> None:
    build(tmp_path)
    tables = {p.name: p.read_bytes() for p in (tmp_path / "made-up").iterdir()}
    file = write_geojson(tmp_path / "map.geojson", features()[::-1])
    write_region(file, tmp_path / "turned", PLAN)
    for name, content in tables.items():
        if name not in ("columns.csv", MANIFEST):  # they hold the checksum of the file
            assert (tmp_path / "turned" / name).read_bytes() == content, name


def test_build__other_names_change_nothing_else(tmp_path: Path) -> None:
    new = dict(zip(DISTRICTS, ["E", "C", "A", "D", "B"], strict=True))
    plain = build(tmp_path)
    file = write_geojson(
        tmp_path / "new.geojson", features({new[name]: ring for name, ring in DISTRICTS.items()})
    )
    renamed = write_region(file, tmp_path / "renamed", PLAN)
    slug = {a: b for a, b in zip(slugs_for(list(new)), slugs_for(list(new.values())), strict=True)}
    assert {tuple(sorted((slug[a], slug[b]))) for a, b in pairs(plain)} == pairs(renamed)
    tiles = {tile.slug: (tile.col, tile.row) for tile in renamed.tiles}
    assert {slug[t.slug]: (t.col, t.row) for t in plain.tiles} == tiles
    sizes = {d.slug: d.area_km2 for d in renamed.districts}
    assert {slug[d.slug]: d.area_km2 for d in plain.districts} == sizes


def test_build__only_the_rows_asked_for(tmp_path: Path) -> None:
    content = [
        *features(),
        feature([(20, 20), (21, 20), (21, 21), (20, 20)], name="Centre", people=5, in_="other"),
    ]
    for number, each in enumerate(content):
        each["properties"]["part"] = "here" if number < len(DISTRICTS) else "there"  # type: ignore[index]
    region = build(tmp_path, content, only=("part", "here"))
    assert len(region.districts) == len(DISTRICTS)


def test_build__names_in_any_script_become_unique_ascii_keys() -> None:
    names = ["Šid", "Sid", "کوئٹہ", "Sid 2", "Lomé-Golfe", "..."]
    slugs = slugs_for(names)
    assert len(set(slugs)) == len(names)
    assert all(slug.isascii() and slug for slug in slugs)
    assert slugs[1] == "sid"
    assert slugs[3] == "sid_2"
    assert slugs_for(names[::-1]) == slugs[::-1]


def test_build__knows_districts_as_ucdp_names_them(tmp_path: Path) -> None:
    assert build(tmp_path).lookup("Río Ancho district") == "rio_ancho"


def test_build__all_problems_at_once(tmp_path: Path) -> None:
    bow_tie = [(30, 0), (31, 1), (31, 0), (30, 1), (30, 0)]
    content = [
        *features(),
        feature([(0, 0), (1, 0), (1, 1), (0, 0)], name="Centre", people=1),
        feature([(0, 0), (1, 0), (1, 1), (0, 0)], name=None, people=1),
        feature(bow_tie, name="Crossed", people=1),
        feature(None, name="Nowhere", people=1),
        feature([(500, 0), (501, 0), (501, 1), (500, 0)], name="Far", people=1),
        feature([(2, 0), (3, 0), (3, 1), (2, 0)], name="Empty", people="many"),
        {
            "type": "Feature",
            "properties": {"name": "Dot", "people": 3},
            "geometry": {"type": "Point", "coordinates": [1, 1]},
        },
    ]
    with pytest.raises(ExceptionGroup) as caught:
        build(tmp_path, content, population="people")
    said = messages(caught)
    assert said.count("'Centre'): the name stands more than once") == 2
    assert "district 7 (no name): the name is missing" in said
    assert "'Crossed'): the geometry is not valid (Self-intersection" in said
    assert "'Nowhere'): the geometry is missing" in said
    assert "'Far'): coordinates from 500" in said
    assert "'Empty'): 'many' is not a number of people" in said
    assert "'Dot'): the geometry is a Point" in said
    assert not (tmp_path / "made-up").exists()


def test_build__two_levels_in_one_file_are_noticed(tmp_path: Path) -> None:
    province = feature([(10, 11), (12, 11), (12, 13), (10, 13), (10, 11)], name="All", people=9)
    with pytest.raises(ExceptionGroup) as caught:
        build(tmp_path, [*features(), province])
    assert "'Centre' and 'All' overlap: 100% of the smaller one" in messages(caught)


def test_build__a_file_without_projection(tmp_path: Path) -> None:
    geopandas = pytest.importorskip("geopandas", reason="writes the files of this test")
    frame = geopandas.read_file(write_geojson(tmp_path / "map.geojson"))
    frame.to_file(tmp_path / "map.shp")
    (tmp_path / "map.prj").unlink()
    with pytest.raises(DataError, match="meaning of the coordinates is not stated"):
        write_region(tmp_path / "map.shp", tmp_path / "made-up", PLAN)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"names": "nmae"}, "column 'nmae': the file has no such column"),
        ({"population": "residents"}, "column 'residents'"),
        ({"only": ("name", "Atlantis")}, "no row has this value; expected 'Atlantis'"),
        ({"shortest_km": 1000.0}, "no two districts share a border"),
    ],
)
def test_build__what_cannot_be_done_is_said(
    tmp_path: Path, changes: dict[str, object], what: str
) -> None:
    with pytest.raises(DataError, match=what):
        build(tmp_path, **changes)


@pytest.mark.parametrize("content", [b"", b"{}", b"not a map", b"\x00\x01\x02"])
def test_build__no_map_at_all(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "map.geojson").write_bytes(content)
    with pytest.raises(DataError):
        write_region(tmp_path / "map.geojson", tmp_path / "made-up", PLAN)


def test_build__geojson_needs_no_further_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("geopandas", "pyogrio"):
        monkeypatch.setitem(sys.modules, name, None)
    assert pairs(build(tmp_path)) == NEIGHBOURS


def test_build__another_format_without_pyogrio_states_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyogrio", None)
    (tmp_path / "map.shp").write_bytes(b"\x00\x00\x27\x0a")
    with pytest.raises(DataError, match="-m pip install pyogrio") as caught:
        write_region(tmp_path / "map.shp", tmp_path / "made-up", PLAN)
    assert sys.executable in str(caught.value)


def test_build__geojson_in_a_stated_projection(tmp_path: Path) -> None:
    plain = build(tmp_path)
    there = Transformer.from_crs("EPSG:4326", "EPSG:32632", always_xy=True)
    content = json.loads((tmp_path / "map.geojson").read_text())
    for each in content["features"]:
        (ring,) = each["geometry"]["coordinates"]
        each["geometry"]["coordinates"] = [[there.transform(*point) for point in ring]]
    content["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32632"}}
    (tmp_path / "utm.geojson").write_text(json.dumps(content))
    projected = write_region(tmp_path / "utm.geojson", tmp_path / "utm", PLAN)
    assert pairs(projected) == NEIGHBOURS
    for a, b in zip(plain.districts, projected.districts, strict=True):
        assert b.area_km2 == pytest.approx(a.area_km2, rel=1e-5)


def test_build_region__title_and_name_are_the_country(tmp_path: Path) -> None:
    file = write_geojson(tmp_path / "map.geojson")
    region = build_region(
        str(file), name_column="name", country="Freedonia", population="people", out=tmp_path / "x"
    )
    assert (region.title, region.name) == ("Freedonia", "freedonia")
    assert load_region(str(tmp_path / "x")).title == "Freedonia"
    assert region.boundaries is not None
    province = build_region(file, name_column="name", country=["Freedonia"], province="Sylvania")
    assert (province.title, province.provinces) == ("Sylvania", ("Sylvania",))


def test_build_region__without_out_writes_nothing(tmp_path: Path) -> None:
    file = write_geojson(tmp_path / "map.geojson")
    build_region(file, name_column="name", country="Freedonia")
    assert [path.name for path in tmp_path.iterdir()] == ["map.geojson"]


def test_build_region__a_country_is_needed(tmp_path: Path) -> None:
    file = write_geojson(tmp_path / "map.geojson")
    with pytest.raises(ValueError, match="country is empty"):
        build_region(file, name_column="name", country=[])


def test_build__leaves_an_existing_folder_alone(tmp_path: Path) -> None:
    (tmp_path / "made-up").mkdir()
    (tmp_path / "made-up" / "thesis.tex").write_text("years of work")
    for replace_it in (False, True):
        file = write_geojson(tmp_path / "map.geojson")
        with pytest.raises(OutputError, match="is not empty"):
            write_region(file, tmp_path / "made-up", PLAN, replace=replace_it)
    assert (tmp_path / "made-up" / "thesis.tex").read_text() == "years of work"


def test_build__replaces_its_own_folder_until_it_was_edited(tmp_path: Path) -> None:
    build(tmp_path)
    assert build(tmp_path, title="Again").title == "Again"
    districts = tmp_path / "made-up" / "districts.csv"
    districts.write_text(districts.read_text().replace("not known", "Capital", 1))
    with pytest.raises(OutputError, match=r"'districts\.csv' was added or changed"):
        build(tmp_path)
    write_region(tmp_path / "map.geojson", tmp_path / "made-up", PLAN, replace=True)
    assert "Capital" not in districts.read_text()


def test_build__never_replaces_the_folder_that_its_boundaries_are_in(tmp_path: Path) -> None:
    build(tmp_path)
    boundaries = tmp_path / "made-up" / "boundaries.geojson"
    with pytest.raises(OutputError, match="the input"):
        write_region(boundaries, tmp_path / "made-up", PLAN, replace=True)
    assert boundaries.exists()


def drawn_apart(shape: shapely.Geometry, number: int, *, metres: float) -> shapely.Geometry:
    """Move every point by up to `metres`, each district in its own way."""

    def shift(points: np.ndarray) -> np.ndarray:
        return points + metres / 111_000 * np.sin(1e5 * points * (number + 1.37) + [0, 1])

    dense = shapely.segmentize(shape, 0.02)
    return shapely.transform(dense, shift).buffer(0)


def test_borders__slivers_within_the_snap_distance_do_not_part_neighbours() -> None:
    shapes = [shapely.Polygon(ring) for ring in DISTRICTS.values()]
    apart = [drawn_apart(shape, number, metres=40) for number, shape in enumerate(shapes)]
    exact = shared_borders(shapes, snap_km=0)
    assert shared_borders(apart, snap_km=0) == {}
    found = shared_borders(apart, snap_km=0.1)
    assert found.keys() == exact.keys()
    for pair, km in exact.items():
        assert found[pair] == pytest.approx(km, rel=0.01)


def test_borders__do_not_depend_on_the_order() -> None:
    shapes = [shapely.Polygon(ring) for ring in DISTRICTS.values()]
    forward, backward = (
        shared_borders(shapes, snap_km=0.1),
        shared_borders(shapes[::-1], snap_km=0.1),
    )
    last = len(shapes) - 1
    assert {(last - b, last - a): km for (a, b), km in forward.items()} == pytest.approx(backward)


def test_borders__an_enclave_is_a_neighbour() -> None:
    hole = [(0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6)]
    around = shapely.Polygon([(0, 0), (1, 0), (1, 1), (0, 1)], [hole])
    found = shared_borders([around, shapely.Polygon(hole)], snap_km=0.1)
    assert found[0, 1] == pytest.approx(4 * 0.2 * 111, rel=0.01)


def test_tiles__a_grid_of_squares_keeps_its_shape() -> None:
    points = np.array([(x, y) for y in range(4) for x in range(5)], dtype=float)
    links = [
        (a, b) for a in range(20) for b in range(a + 1, 20) if abs(points[a] - points[b]).sum() == 1
    ]
    cells = lay_tiles(points, np.ones(20), links)
    assert len({tuple(cell) for cell in cells}) == 20
    kept = sum(int(steps(cells[a], cells[b])) == 1 for a, b in links)
    assert kept >= 0.8 * len(links)


def test_tiles__steps_between_hexagons_are_those_of_a_walk() -> None:
    cells = np.array([(c, r) for r in range(6) for c in range(6)])
    distance = np.linalg.norm(centre(cells)[:, None] - centre(cells)[None], axis=2)
    beside = steps(cells[:, None], cells[None]) == 1
    assert (beside == (abs(distance - 1) < 1e-9)).all()


def test_tiles__rows_go_down_and_columns_right() -> None:
    points = np.array([(0.0, 1.0), (0.0, 0.0), (1.0, 0.0)])
    cells = lay_tiles(points, np.ones(3), [(0, 1), (1, 2)])
    x, y = centre(cells).T
    assert y[0] > y[1]
    assert x[2] > x[1]


def test_measure__areas_add_up() -> None:
    whole = shapely.Polygon([(10, 11), (12, 11), (12, 13), (10, 13)])
    parts = [shapely.Polygon(DISTRICTS[name]) for name in list(DISTRICTS)[:4]]
    total = measure([shapely.segmentize(part, 0.01) for part in parts]).area_km2.sum()
    assert total == pytest.approx(measure([shapely.segmentize(whole, 0.01)]).area_km2[0], rel=1e-4)


def test_command__writes_the_folder_and_takes_the_licence_from_the_download(tmp_path: Path) -> None:
    file = write_geojson(tmp_path / "map.geojson")
    note = {"title": "geoBoundaries X", "licence": "CC BY 3.0 IGO"}
    (tmp_path / "map.geojson.origin.json").write_text(json.dumps(note))
    options = ["--names", "name", "--country", "Nowhere", "-o", str(tmp_path / "made-up")]
    result = CliRunner().invoke(app, ["region", "build", "--boundaries", str(file), *options])
    assert result.exit_code == 0, result.output
    assert "5 districts, 4 pairs of neighbours" in result.output
    assert "without neighbours: insula" in result.output
    region = load_region(tmp_path / "made-up")
    assert {column.licence for column in region.column_sources} == {"CC BY 3.0 IGO"}


def test_build__balochistan_has_the_neighbours_of_the_shared_table(
    shared_data: Path, tmp_path: Path
) -> None:
    plan = BuildOptions(
        name="balochistan",
        title="Balochistan",
        countries=("Pakistan",),
        names="name",
        shortest_km=3.0,  # the table calls two borders of 1.0 and 2.9 km short
    )
    region = write_region(shared_data / "balochistan_boundaries.geojson", tmp_path / "b", plan)
    with (shared_data / "balochistan_adjacency.csv").open(newline="") as stream:
        table = {
            (row["district_a"], row["district_b"]): float(row["shared_border_km"])
            for row in csv.DictReader(stream)
            if row["contact"] == "edge"
        }
    found = {(e.district_a, e.district_b): e.shared_border_km for e in region.edges}
    assert len(table) == 73
    assert found.keys() == table.keys()
    for pair, km in table.items():
        assert found[pair] == pytest.approx(km, abs=ROUNDING_KM + 0.0005 * km)
    assert [d.slug for d in region.districts] == list(load_region().slugs)
    assert all(a < b for a, b in pairwise(region.slugs))


def test_build__of_too_many_districts_is_refused_with_what_to_reduce(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("tarazu.region.build.builder.MOST_DISTRICTS", 4)
    with pytest.raises(DataError, match=r"map\.geojson: has 5 districts; expected at most 4.*--on"):
        build(tmp_path)
    assert not (tmp_path / "made-up").exists()
