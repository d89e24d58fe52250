"""Blocks are checked when they are read: damage, another place, another study."""

import logging
from pathlib import Path

import numpy as np
import pytest
from tests.unit.study.cases import contents, make_study

from tarazu.core.errors import DataError
from tarazu.study import run_study
from tarazu.study.runner.block_file import BlockId, BlockReader, write_block

BLOCK = BlockId("a digest", "full", 0, 2)
NUMBERS = {
    "outcomes": np.arange(24.0).reshape(2, 3, 4),
    "kept": np.array([1, 0, -1], dtype=np.int8),
    "series": np.ones((2, 3), dtype=np.float32),
    "empty": np.zeros((0, 3)),
}
FLIPS = 200


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_block(tmp_path / "block", BLOCK, NUMBERS)
    return tmp_path / "block"


def tiny(**changes):
    shape = {"weeks": 6, "horizons": (6,), "draws": 6, "hypotheses": ("full",)}
    return make_study(**shape | changes)


def test_block__is_read_as_it_was_written(path):
    reader = BlockReader(path, BLOCK)
    for name, array in NUMBERS.items():
        found = reader.read(name)
        assert found.dtype == array.dtype
        assert np.array_equal(found, array)


def test_block__every_single_bit_flip_is_found(path):
    sound = path.read_bytes()
    for at in np.random.default_rng(1).integers(0, 8 * len(sound), FLIPS).tolist():
        damaged = bytearray(sound)
        damaged[at // 8] ^= 1 << at % 8
        path.write_bytes(damaged)
        with pytest.raises(DataError, match="damaged"):
            BlockReader(path, BLOCK).check()


@pytest.mark.parametrize("length", [0, 10, 200, -1])
def test_block__cut_short_is_found(path, length):
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(DataError, match=r"damaged|cut short"):
        BlockReader(path, BLOCK)


def test_block__with_bytes_added_is_found(path):
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(DataError, match="added to"):
        BlockReader(path, BLOCK)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (BLOCK._replace(study="another"), "another study"),
        (
            BLOCK._replace(first=2, stop=4),
            "draws 0 to 1 under 'full'; its place is that of draws 2",
        ),
        (BLOCK._replace(hypothesis="backlash"), "under 'backlash'"),
    ],
)
def test_block__of_another_place_is_refused(path, other, words):
    with pytest.raises(DataError, match=words):
        BlockReader(path, other)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A result, and the folder of its finished blocks."""
    folder = tmp_path_factory.mktemp("whole")
    run_study(tiny(), out=folder / "out", work=folder / "work")
    return folder


def damage(store: Path) -> list[str]:
    first = store / "block-00000.bin"
    content = bytearray(first.read_bytes())
    content[-9] ^= 1
    first.write_bytes(content)
    return [first.name]


def swap(store: Path) -> list[str]:
    one, two = store / "block-00000.bin", store / "block-00002.bin"
    one.rename(store / "other")
    two.rename(one)
    (store / "other").rename(two)
    return [one.name, two.name]


@pytest.mark.parametrize("spoil", [damage, swap])
def test_run__names_a_wrong_block_and_runs_it_again(tmp_path, whole, caplog, spoil):
    store = tmp_path / "work"
    store.mkdir()
    for name, data in contents(whole / "work").items():
        (store / name).write_bytes(data)
    named, seen = spoil(store), []
    with caplog.at_level(logging.WARNING, logger="tarazu"):
        run_study(tiny(), out=tmp_path / "out", work=store, progress=seen.append)
    assert [name in caplog.text for name in named] == [True] * len(named)
    assert seen[0].total - seen[0].done == 2 * 2 * 2 * len(named)  # policies, replicates, draws
    assert contents(tmp_path / "out") == contents(whole / "out")
    assert contents(store) == contents(whole / "work")


def test_run__of_the_same_folder_is_refused_while_another_is_at_work(tmp_path):
    inside = []

    def again(progress):
        with pytest.raises(Exception, match="another run is at work") as error:
            run_study(tiny(), out=tmp_path / "out")
        inside.append(type(error.value).__name__)

    run_study(tiny(), out=tmp_path / "out", progress=again)
    assert set(inside) == {"OutputError"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
