"""Boundary files reach nothing but themselves, whatever their name and content."""

import json
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.unit.region.made_up_country import features, write_geojson

from tarazu.core.errors import DataError
from tarazu.region.boundaries import read_boundaries

pytest.importorskip("geopandas", reason="building regions is an extra")

import geopandas

from tarazu.region.build.boundary_file import read_district_shapes
from tarazu.region.build.vector_file import read_vector_file

NAMES = {"North West", "North East", "Centre", "Río Ancho", "Ínsula"}


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """Yield the address of a web server on this machine, and the paths that were asked of it."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
    )
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    server.server_close()
    thread.join()


def collection(**members: object) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features(), **members})


def named(name: str) -> str:
    return collection(crs={"type": "name", "properties": {"name": name}})


GML = (
    '<ogr:FeatureCollection xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="http://ogr.maptools.org/ ADDRESS/schema.xsd" '
    'xmlns:ogr="http://ogr.maptools.org/" xmlns:gml="http://www.opengis.net/gml"/>'
)
VIRTUAL = (
    '<OGRVRTDataSource><OGRVRTLayer name="map"><SrcDataSource>ADDRESS/a.geojson</SrcDataSource>'
    "</OGRVRTLayer></OGRVRTDataSource>"
)
BESIDE = (
    '<OGRVRTDataSource><OGRVRTLayer name="map"><SrcDataSource relativeToVRT="1">map.geojson'
    "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
)
INDIRECT = {
    "virtual layer on the web": VIRTUAL,
    "virtual layer of another file": BESIDE,
    "web feature service": "<OGRWFSDataSource><URL>ADDRESS/wfs</URL></OGRWFSDataSource>",
    "address of a service": "WFS:ADDRESS",
    "GML with a schema on the web": GML,
    "KML with a network link": (
        '<kml xmlns="http://www.opengis.net/kml/2.2"><NetworkLink><Link><href>ADDRESS/a.kml</href>'
        "</Link></NetworkLink></kml>"
    ),
    "commands of GDAL": json.dumps(
        {"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read ADDRESS/a"}
    ),
    "reference system by link": collection(
        crs={"type": "link", "properties": {"href": "ADDRESS/crs", "type": "proj4"}}
    ),
    "reference system by address": named("ADDRESS/crs"),
    "reference system of a file": named("/etc/hosts"),
    "reference system with a file of parameters": named("+init=/etc/hosts:1"),
    "Esri JSON of several pages": json.dumps(
        {"geometryType": "esriGeometryPolygon", "exceededTransferLimit": True, "features": []}
    ),
    "archive": "PK\x03\x04",
    "text": "name,WKT\n",
    "nothing": "",
}


@pytest.mark.parametrize("ending", ["geojson", "vrt", "gml", "xml", "shp", "gpkg", "zip", "fgb"])
@pytest.mark.parametrize("kind", INDIRECT)
def test_file_that_leads_elsewhere__is_refused_and_nothing_is_fetched(
    tmp_path: Path, asked: tuple[str, list[str]], kind: str, ending: str
) -> None:
    address, paths = asked
    write_geojson(tmp_path / "map.geojson")
    path = tmp_path / f"other.{ending}"
    path.write_text(INDIRECT[kind].replace("ADDRESS", address), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_vector_file(path)
    assert str(path) in str(caught.value)
    with pytest.raises(DataError):
        read_boundaries(path, ("centre",))
    assert paths == []


@pytest.mark.parametrize(
    "name",
    [
        "EPSG:4326",
        "urn:ogc:def:crs:OGC:1.3:CRS84",
        "urn:ogc:def:crs:EPSG::4326",
        "http://www.opengis.net/def/crs/EPSG/0/4326",
    ],
)
def test_reference_system__stated_as_degrees_is_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / "map.geojson"
    path.write_text(named(name), encoding="utf-8")
    assert {*read_vector_file(path).cells["name"]} == NAMES


@pytest.mark.parametrize("code", [999_999, 0, 4_326_000])
def test_reference_system__an_unknown_code_is_an_error_and_not_degrees(
    tmp_path: Path, code: int
) -> None:
    path = tmp_path / "map.geojson"
    path.write_text(named(f"urn:ogc:def:crs:EPSG::{code}"), encoding="utf-8")
    with pytest.raises(DataError, match=f"EPSG:{code} is not known"):
        read_vector_file(path)
    with pytest.raises(DataError, match=f"EPSG:{code}"):
        read_boundaries(path, ("centre",))


def test_reference_system__one_that_is_denied_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "map.geojson"
    path.write_text(collection(crs=None), encoding="utf-8")
    with pytest.raises(DataError, match="meaning of the coordinates is not stated"):
        read_vector_file(path)


@pytest.mark.parametrize("ending", ["shp", "gpkg", "fgb"])
def test_format__is_recognised_by_content_whatever_the_name(tmp_path: Path, ending: str) -> None:
    frame = geopandas.read_file(write_geojson(tmp_path / "map.geojson"))
    frame.to_file(tmp_path / f"map.{ending}")
    assert {*read_vector_file(tmp_path / f"map.{ending}").cells["name"]} == NAMES
    if ending != "shp":  # its parts have its name
        shutil.move(tmp_path / f"map.{ending}", tmp_path / "map.vrt")
        assert {*read_vector_file(tmp_path / "map.vrt").cells["name"]} == NAMES


def test_geojson__values_are_those_of_gdal(tmp_path: Path) -> None:
    path = write_geojson(tmp_path / "map.geojson")
    frame, rows = geopandas.read_file(path), read_vector_file(path)
    assert rows.cells == {name: list(frame[name]) for name in ("name", "people")}
    assert all(a.equals_exact(b) for a, b in zip(rows.shapes, frame.geometry, strict=True))  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "made",
    [
        "CREATE VIEW looks AS SELECT * FROM map",
        "CREATE VIRTUAL TABLE looks USING fts3(a)",
    ],
)
def test_geopackage__a_view_or_virtual_table_is_refused(tmp_path: Path, made: str) -> None:
    path = tmp_path / "map.gpkg"
    geopandas.read_file(write_geojson(tmp_path / "map.geojson")).to_file(path)
    base = sqlite3.connect(path)
    base.execute(made)
    base.commit()
    base.close()
    with pytest.raises(DataError, match="a view or a virtual table"):
        read_vector_file(path)


def test_shapefile__a_part_that_is_not_a_file_is_refused(tmp_path: Path) -> None:
    geopandas.read_file(write_geojson(tmp_path / "map.geojson")).to_file(tmp_path / "map.shp")
    (tmp_path / "map.dbf").unlink()
    (tmp_path / "map.dbf").symlink_to("/dev/zero")
    with pytest.raises(DataError, match="a device, not a file"):
        read_vector_file(tmp_path / "map.shp")


SQUARE = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]
NAN = float("nan")
SHAPES = {
    "nan": ([[NAN, 0], *SQUARE[1:]], "not a finite number"),
    "nan everywhere": ([[NAN, NAN]] * 5, "not a finite number"),
    "infinite": ([[0, 0], [float("inf"), 0], *SQUARE[2:]], "not a finite number"),
    "three points": ([[0, 0], [1, 1], [0, 0]], "not closed"),
    "open": (SQUARE[:-1], "not closed"),
    "no points": ([], "not closed"),
    "no numbers": ([["a", "b"]] * 5, "not rings of number pairs"),
    "one number a point": ([[1]] * 5, "not rings of number pairs"),
    "true and false": ([[True, False]] * 5, "not rings of number pairs"),
    "numbers in place of points": ([1, 2, 3, 4, 1], "not rings of number pairs"),
    "null": (None, "not rings of number pairs"),
    "a text": ("ring", "not rings of number pairs"),
    "too small to have an area": (
        [[x * 1e-9, y * 1e-9] for x, y in SQUARE],
        "next to no area",
    ),
    "a point": ([[1, 1]] * 5, "not valid"),
    "larger than the earth": ([[x * 1e308, y] for x, y in SQUARE], "coordinates from"),
}


@pytest.mark.parametrize("kind", SHAPES)
def test_polygon_that_cannot_be_used__is_named(tmp_path: Path, kind: str) -> None:
    ring, words = SHAPES[kind]
    broken = {
        "type": "Feature",
        "properties": {"name": "Broken"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path = write_geojson(tmp_path / "map.geojson", [*features(), broken])
    with pytest.raises(DataError) as caught:
        read_district_shapes(path, names="name")
    assert f"{path}: district 6 ('Broken')" in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize("name", ["a\x00b", "a\nb", "x" * 201])
def test_name_that_no_table_can_hold__is_refused(tmp_path: Path, name: str) -> None:
    content = features()
    content[0]["properties"]["name"] = name  # type: ignore[index]
    with pytest.raises(DataError, match="control characters"):
        read_district_shapes(write_geojson(tmp_path / "map.geojson", content), names="name")


def test_half_a_character__is_refused(tmp_path: Path) -> None:
    content = features()
    content[0]["properties"]["name"] = "\ud800"  # type: ignore[index]
    with pytest.raises(DataError, match="not JSON"):
        read_vector_file(write_geojson(tmp_path / "map.geojson", content))


@pytest.mark.parametrize(
    "text",
    ["[" * 200_000, '{"features":' + "[" * 200_000 + "]" * 200_000 + "}", '{"a":' * 200_000],
)
def test_json_nested_200000_deep__is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "map.geojson"
    path.write_text(text)
    with pytest.raises(DataError):
        read_vector_file(path)
    with pytest.raises(DataError, match="not JSON"):
        read_boundaries(path, ("centre",))
