"""Two thousand damaged event files: each gives a Record or a DataError, and no row is lost."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from tests.unit.ged_files import ged_text, small_world

from tarazu.core.errors import DataError
from tarazu.record import Record, read_record
from tarazu.region import load_region

FILES = 2000
SEED = 20240901
LONGEST_MESSAGE = 2000  # characters; a message never repeats a whole cell or row
UNITS = load_region().in_frame("ucdp29")
GOOD = ged_text(small_world(), tags=True).encode()
ODD = [
    b"", b"-1", b"1e99", b"NaN", b"\x00", b"\xff\xfe", b'"', b'""', b",", b"\n", b"\r", b";",
    b"31 February", b"2010-02-31", b"9999999999999", b"#", "Nīl دشت".encode(), b"x" * 140_000,
    b"=1+1", b"0x10", b"\xe9", b"True", b" ", b"2010-03-05T00:00:00Z",
]  # fmt: skip


def flip_byte(data: bytearray, rng: random.Random) -> bytearray:
    data[rng.randrange(len(data))] = rng.randrange(256)
    return data


def insert_odd(data: bytearray, rng: random.Random) -> bytearray:
    at = rng.randrange(len(data))
    return data[:at] + rng.choice(ODD) + data[at:]


def replace_cell(data: bytearray, rng: random.Random) -> bytearray:
    lines = bytes(data).split(b"\n")
    line = rng.randrange(len(lines))
    cells = lines[line].split(b",")
    cells[rng.randrange(len(cells))] = rng.choice(ODD)
    lines[line] = b",".join(cells)
    return bytearray(b"\n".join(lines))


def cut(data: bytearray, rng: random.Random) -> bytearray:
    return data[: rng.randrange(len(data))]


def drop_piece(data: bytearray, rng: random.Random) -> bytearray:
    start = rng.randrange(len(data))
    return data[:start] + data[start + rng.randrange(1, 200) :]


def repeat_line(data: bytearray, rng: random.Random) -> bytearray:
    lines = bytes(data).split(b"\n")
    lines.insert(rng.randrange(len(lines)), rng.choice(lines))
    return bytearray(b"\n".join(lines))


def recode(data: bytearray, rng: random.Random) -> bytearray:
    text = bytes(data).decode("utf-8", errors="replace")
    encoding = rng.choice(["utf-16", "utf-16-le", "latin-1", "utf-8-sig"])
    return bytearray(text.encode(encoding, "replace"))


MUTATIONS: list[Callable[[bytearray, random.Random], bytearray]] = [
    flip_byte,
    insert_odd,
    replace_cell,
    replace_cell,
    cut,
    drop_piece,
    repeat_line,
    recode,
]


def damaged(number: int) -> bytes:
    rng = random.Random(SEED + number)
    data = bytearray(GOOD)
    for _ in range(rng.choice([1, 1, 2, 4])):
        if data:
            data = rng.choice(MUTATIONS)(data, rng)
    return bytes(data)


def outcome(path: Path, *, keep_going: bool) -> Record | Sequence[Exception]:
    """Read a file; what is neither a Record nor a DataError passes through and fails the test."""
    try:
        return read_record(path, region=UNITS, keep_going=keep_going)
    except DataError as error:
        return [error]
    except ExceptionGroup as group:
        return group.exceptions


def check(found: Record | Sequence[Exception], path: Path, *, keep_going: bool) -> None:
    if not isinstance(found, Record):
        assert all(isinstance(error, DataError) and error.file == path for error in found)
        assert all(len(str(error)) < LONGEST_MESSAGE for error in found)
        return
    quality = found.quality
    lost = quality.rows_read - found.n_events - sum(quality.dropped.values())
    assert lost == quality.rows_rejected == len(quality.rejects)
    assert keep_going or lost == 0


@pytest.mark.slow
def test_damaged_files__give_a_record_or_data_errors(tmp_path: Path) -> None:
    path = tmp_path / "ged.csv"
    records = 0
    for number in range(FILES):
        keep_going = number % 2 == 1
        path.write_bytes(damaged(number))
        found = outcome(path, keep_going=keep_going)
        check(found, path, keep_going=keep_going)
        records += isinstance(found, Record)
    # Both outcomes are common, so neither the damage nor the reader is trivial.
    assert FILES / 20 < records < FILES * 19 / 20


def test_undamaged_file__gives_a_record(tmp_path: Path) -> None:
    path = tmp_path / "ged.csv"
    path.write_bytes(GOOD)
    assert isinstance(outcome(path, keep_going=False), Record)
