"""Ways to damage a file, drawn from a seed."""

import random
from collections.abc import Callable

ODD = [
    b"", b"-1", b"1e99", b"NaN", b"\x00", b"\xff\xfe", b'"', b'""', b",", b"\n", b"\r", b";",
    b"31 February", b"2010-02-31", b"9999999999999", b"#", "Nīl دشت".encode(), b"x" * 140_000,
    b"=1+1", b"0x10", b"\xe9", b"True", b" ", b"2010-03-05T00:00:00Z", b"null", b"[", b"{}", b"}",
    b'"\\ud800"', b"1" * 5_000, b"\\", b"\xed\xa0\x80", b"\xc2\x85", b"'''", b"[[x]]",
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


def damaged(good: bytes, seed: int) -> bytes:
    """The file after one to four damages."""
    rng = random.Random(seed)
    data = bytearray(good)
    for _ in range(rng.choice([1, 1, 2, 4])):
        if data:
            data = rng.choice(MUTATIONS)(data, rng)
    return bytes(data)
