"""Damaged region folders: each gives a Region or an error that names a file."""

import random
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.fuzz.damage import damaged

import tarazu.region
from tarazu.core.errors import DataError, ScenarioError, TarazuError
from tarazu.region import Region, load_region

FOLDERS = 2_000
FEW_FOLDERS = 150
SEED = 20240902
SHIPPED = Path(tarazu.region.__file__).parent / "balochistan"
FILES = sorted(path for path in SHIPPED.iterdir() if path.suffix in {".csv", ".toml"})


def outcome(folder: Path) -> Region | Sequence[Exception]:
    try:
        return load_region(folder)
    except (DataError, ScenarioError) as error:
        return [error]
    except ExceptionGroup as group:
        return group.exceptions


def regions_among(folder: Path, folders: int) -> int:
    """Load that many folders with one damaged file; return how many gave a Region."""
    shutil.copytree(SHIPPED, folder)
    good = {path.name: path.read_bytes() for path in FILES}
    regions = 0
    for number in range(folders):
        name = random.Random(SEED + number).choice(sorted(good))
        (folder / name).write_bytes(damaged(good[name], SEED + number))
        found = outcome(folder)
        (folder / name).write_bytes(good[name])
        if isinstance(found, Region):
            regions += 1
            assert len(set(found.slugs)) == len(found.slugs) > 0
        else:
            assert all(isinstance(error, TarazuError) for error in found)
            assert all(folder.name in str(error) for error in found)
    return regions


def test_some_damaged_folders__give_a_region_or_errors(tmp_path: Path) -> None:
    assert 0 < regions_among(tmp_path / "region", FEW_FOLDERS) < FEW_FOLDERS


@pytest.mark.heavy
def test_damaged_folders__give_a_region_or_errors(tmp_path: Path) -> None:
    assert FOLDERS / 50 < regions_among(tmp_path / "region", FOLDERS) < FOLDERS * 19 / 20
