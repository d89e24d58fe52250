"""Loading a region: what ships, and what is said about a folder that is wrong."""

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from tarazu.core.errors import DataError, ScenarioError
from tarazu.region import load_region
from tarazu.region.shipped import FOLDERS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped region, to be broken."""
    return Path(shutil.copytree(FOLDERS["balochistan"], tmp_path / "region"))


def replace_in(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_balochistan__has_34_districts_73_edges_and_a_tile_each() -> None:
    region = load_region()
    assert (len(region.districts), len(region.edges), len(region.tiles)) == (34, 73, 34)
    assert region.slugs == tuple(sorted(region.slugs))
    assert {tile.slug for tile in region.tiles} == set(region.slugs)


def test_balochistan__counts_the_residents_of_the_2023_census() -> None:
    # Pakistan Bureau of Statistics, census 2023, Balochistan: 14,894,402 residents.
    assert sum(district.population for district in load_region().districts) == 14_894_402


def test_balochistan__gives_source_licence_and_confidence_of_every_column() -> None:
    sources = load_region().column_sources
    assert all(entry.source and entry.licence and entry.confidence for entry in sources)
    assert len({(entry.table, entry.column) for entry in sources}) == len(sources)


def test_weights__are_row_normalised_over_neighbours_only() -> None:
    region = load_region()
    weights, adjacency = region.weights(), region.adjacency()
    np.testing.assert_allclose(weights.sum(axis=1), 1.0)
    assert ((weights > 0) == adjacency).all()
    assert (adjacency == adjacency.T).all()
    assert not adjacency.diagonal().any()


def test_load_region__imports_no_pandas() -> None:
    import subprocess

    code = "import sys, tarazu.region as r; r.load_region(); print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_region__shows_itself_in_a_notebook() -> None:
    html = load_region()._repr_html_()
    assert "34 districts" in html
    assert "Quetta" in html


@pytest.mark.parametrize(
    ("table", "old", "new", "column", "message"),
    [
        ("edges.csv", "awaran,gwadar", "gwadar,gwadar", "district_b", "paired with itself"),
        ("edges.csv", "awaran,gwadar", "awaran,atlantis", "district_b", "not a district"),
        ("edges.csv", "awaran,gwadar", "kech,awaran", "district_b", "stands twice"),
        ("edges.csv", "124.9", "-3", "shared_border_km", "cannot be used"),
        ("districts.csv", ",178958,", ",,", "population", "not a count"),
        ("districts.csv", ",178958,", ",0,", "population", "not a count"),
        ("districts.csv", "\nbarkhan,", "\nawaran,", "slug", "stands twice"),
        ("districts.csv", "Barkhaan", "Awaaran", "aliases", "already means district 'awaran'"),
        ("districts.csv", "m8;n10", "m8;n11", "infrastructure", "not known"),
        ("districts.csv", ",awaran,Kalat", ",atlantis,Kalat", "frame_unit", "not a district"),
        ("tiles.csv", "awaran,Awa,2,6", "awaran,Awa,1,6", "col", "is taken by"),
        ("tiles.csv", "awaran,Awa", "atlantis,Awa", "slug", "not a district"),
        ("tiles.csv", "awaran,Awa,2,6,2.0,-5.1962\n", "", "slug", "no tile for awaran"),
    ],
)
def test_load_region__names_the_cell_that_is_wrong(
    folder: Path, table: str, old: str, new: str, column: str, message: str
) -> None:
    replace_in(folder / table, old, new)
    with pytest.raises((DataError, ExceptionGroup)) as caught:
        load_region(folder)
    error = caught.value
    problems = error.exceptions if isinstance(error, ExceptionGroup) else (error,)
    matching = [p for p in problems if isinstance(p, DataError) and message in str(p)]
    assert matching
    assert matching[0].column == column
    assert matching[0].file == folder / table
    assert matching[0].line is not None


def test_load_region__reports_problems_of_all_tables_at_once(folder: Path) -> None:
    replace_in(folder / "edges.csv", "awaran,gwadar", "awaran,atlantis")
    replace_in(folder / "districts.csv", ",178958,", ",many,")
    replace_in(folder / "tiles.csv", "awaran,Awa,2", "awaran,Awa,two")
    replace_in(folder / "region.toml", "older_frame", "older_fram")
    with pytest.raises(ExceptionGroup) as caught:
        load_region(folder)
    kinds = [type(problem) for problem in caught.value.exceptions]
    assert kinds.count(DataError) == 3
    assert kinds.count(ScenarioError) == 1
    assert any("older_frame" in str(problem) for problem in caught.value.exceptions)


def test_load_region__names_the_files_that_are_missing(folder: Path) -> None:
    (folder / "edges.csv").unlink()
    with pytest.raises(DataError, match=r"edges\.csv not found"):
        load_region(folder)


def test_load_region__wants_a_source_for_every_column(folder: Path) -> None:
    replace_in(folder / "columns.csv", "\ndistricts,coast,", "\ndistricts,shore,")
    with pytest.raises(DataError, match=r"districts\.coast, districts\.shore"):
        load_region(folder)


def test_attributes__are_numbers_of_any_name_and_the_table_may_be_missing(folder: Path) -> None:
    assert dict(load_region(folder).districts[0].attributes) == {
        "majority": 1.0,
        "deprivation": 0.55,
    }
    replace_in(folder / "attributes.csv", "awaran,1,0.55", "awaran,1,")
    assert dict(load_region(folder).districts[0].attributes) == {"majority": 1.0}
    (folder / "attributes.csv").unlink()
    sources = folder / "columns.csv"
    kept = [
        line
        for line in sources.read_text(encoding="utf-8").splitlines()
        if not line.startswith("attributes,")
    ]
    sources.write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert load_region(folder).districts[0].attributes == ()


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [("awaran,1", "atlantis,1", "slug"), ("awaran,1", "awaran,much", "majority")],
)
def test_attributes__name_the_cell_that_is_wrong(
    folder: Path, old: str, new: str, column: str
) -> None:
    replace_in(folder / "attributes.csv", old, new)
    with pytest.raises(DataError) as caught:
        load_region(folder)
    assert caught.value.column == column
    assert caught.value.file == folder / "attributes.csv"


def test_attributes__need_a_source(folder: Path) -> None:
    replace_in(folder / "attributes.csv", "slug,majority", "slug,most")
    with pytest.raises(DataError, match=r"attributes\.majority"):
        load_region(folder)
