"""Regions that ship: what they hold, and the names by which they are found."""

import shutil
from pathlib import Path

import pytest

from tarazu.core.errors import DataError
from tarazu.region import load_region
from tarazu.region.load import BOUNDARIES
from tarazu.region.shipped import DEFAULT, FOLDERS, region_folder


@pytest.mark.parametrize(
    ("name", "districts", "edges", "residents"),
    [
        ("balochistan", 34, 73, 14_894_402),
        # Pakistan Bureau of Statistics, census 2023, Khyber Pakhtunkhwa: 40,856,097 residents.
        ("kp-fata", 35, 82, 40_856_097),
    ],
)
def test_shipped_region__is_whole(name: str, districts: int, edges: int, residents: int) -> None:
    region = load_region(name)
    assert (len(region.districts), len(region.edges)) == (districts, edges)
    assert {tile.slug for tile in region.tiles} == set(region.slugs)
    assert sum(district.population for district in region.districts) == residents
    assert all(e.source and e.licence and e.confidence for e in region.column_sources)
    assert region.adjacency().any(axis=1).all()


@pytest.mark.parametrize("folder", FOLDERS.values(), ids=FOLDERS)
def test_shipped_region__has_no_polygons(folder: Path) -> None:
    assert not (folder / BOUNDARIES).exists()
    assert {path.suffix for path in folder.iterdir()} == {".csv", ".toml"}


def test_shipped_tables__of_kp_fata_are_those_of_the_data(shared_data: Path) -> None:
    for name in ("region.toml", "districts.csv", "edges.csv", "tiles.csv"):
        theirs = (shared_data / "kp_fata" / name).read_bytes()
        assert (FOLDERS["kp-fata"] / name).read_bytes() == theirs


@pytest.mark.parametrize("spelling", ["kp-fata", "kp_fata", "KP-FATA"])
def test_name__of_a_shipped_region_in_any_spelling(spelling: str) -> None:
    assert load_region(spelling).name == "kp_fata"


def test_name__none_is_balochistan() -> None:
    assert region_folder(None) == FOLDERS[DEFAULT] == region_folder("balochistan")


def test_name__a_path_is_a_folder_and_a_text_is_the_shipped_region(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("kp-fata", "kp_fata"):
        shutil.copytree(FOLDERS["balochistan"], name)
        assert load_region(Path(name)).name == load_region(f"./{name}").name == "balochistan"
    assert load_region("kp-fata").name == "kp_fata"  # the exact name
    assert load_region("kp_fata").name == "balochistan"  # another spelling: the folder is nearer


def test_name__that_is_not_known_gets_the_nearest_one() -> None:
    with pytest.raises(DataError, match=r"no region 'kp-fatta'.*Did you mean 'kp-fata'\?"):
        load_region("kp-fatta")
    with pytest.raises(TypeError, match="region is 3"):
        load_region(3)  # type: ignore[arg-type]


def test_name__stands_for_the_region_in_every_function(tmp_path: Path) -> None:
    from tarazu.record import load_record, read_record
    from tarazu.study import load_study

    assert load_study("demo", region="kp-fata").region.name == "kp_fata"
    assert load_record("kp-fata").region.name == "kp_fata"
    with pytest.raises(DataError, match="no region 'kp'"):
        read_record(tmp_path / "none.csv", region="kp")
