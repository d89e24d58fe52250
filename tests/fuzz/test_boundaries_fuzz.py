"""Boundary files at their worst: each gives a region, or errors that name the file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fuzz.damage import damaged
from tests.fuzz.spec_files import damaged_entries
from tests.fuzz.test_specs_fuzz import exit_code
from tests.unit.region.made_up_country import features, write_geojson

from tarazu.region.boundaries import read_boundaries

pytest.importorskip("geopandas", reason="building regions is an extra")

import geopandas

from tarazu.cli.terminal.output import USAGE
from tarazu.region.build.builder import BuildOptions, write_region

FILES = 2_000
FEW_FILES = 200
SEED = 20261128
ENDINGS = ("geojson", "shp", "gpkg", "fgb")
PLAN = BuildOptions(
    name="made-up", title="M", countries=("Nowhere",), names="name", population="people"
)
MENDING = replace(PLAN, repair=True, within="people", number_names=True)
NAMES = ["name", "people", "type", "Point", "Polygon", "MultiPolygon", "coordinates", "EPSG:9"]


def build(path: Path) -> None:
    write_region(path, path.parent / "out", PLAN, replace=True)


def mend(path: Path) -> None:
    write_region(path, path.parent / "out", MENDING, replace=True)


def read(path: Path) -> None:
    read_boundaries(path, ("centre",))


def check_damaged_bytes(folder: Path, files: int) -> Counter[int]:
    """Damage files of each format; return how many had which exit code."""
    good = {}
    frame = geopandas.read_file(write_geojson(folder / "map.geojson"))
    for ending in ENDINGS:
        if ending != "geojson":
            frame.to_file(folder / f"map.{ending}")
        good[ending] = (folder / f"map.{ending}").read_bytes()
    parts = {path.name: path.read_bytes() for path in folder.glob("map.*")}
    codes: Counter[int] = Counter()
    for number in range(files):
        ending = ENDINGS[number % len(ENDINGS)]
        name = f"map.{ending}"
        if ending == "shp" and number % 3 == 0:
            name = sorted(part for part in parts if part[-3:] in ("dbf", "shx", "prj"))[number % 2]
        (folder / name).write_bytes(damaged(parts[name], SEED + number))
        reader = (build, mend)[number // len(ENDINGS) % 2]
        codes[exit_code(lambda path=folder / f"map.{ending}", r=reader: r(path))] += 1  # type: ignore[misc]
        (folder / name).write_bytes(parts[name])
    return codes


def check_drawn_content(folder: Path, files: int) -> Counter[int]:
    """Draw GeoJSON with values at their worst; return how many had which exit code."""
    content: dict[str, Any] = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
        "features": json.loads(json.dumps(features())),
    }
    codes: Counter[int] = Counter()
    path = folder / "map.geojson"

    @settings(
        max_examples=files,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(damaged_entries(content, NAMES), st.sampled_from([build, mend, read]))
    def draw_and_read(entries: Any, reader: Callable[[Path], None]) -> None:
        path.write_text(json.dumps(entries), encoding="utf-8")
        codes[exit_code(lambda: reader(path))] += 1

    draw_and_read()
    return codes


@pytest.mark.filterwarnings("ignore")  # GDAL warns of what is in a file; the exit code counts
@pytest.mark.parametrize("check", [check_damaged_bytes, check_drawn_content])
def test_some_boundary_files__give_a_region_or_errors_of_the_file(
    tmp_path: Path, check: Callable[[Path, int], Counter[int]]
) -> None:
    assert check(tmp_path, FEW_FILES // 2)[USAGE] > 0


@pytest.mark.heavy
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("check", [check_damaged_bytes, check_drawn_content])
def test_boundary_files__give_a_region_or_errors_of_the_file(
    tmp_path: Path, check: Callable[[Path, int], Counter[int]]
) -> None:
    codes = check(tmp_path, FILES // 2)
    assert min(codes[0], codes[USAGE]) > 0  # neither the damage nor the reader is trivial
