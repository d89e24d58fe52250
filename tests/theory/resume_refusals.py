"""Measure the rows of docs/validation/refusals.md record by record, over several runs.

`python -m tests.theory.resume_refusals FILE` adds records to a file of JSON lines, world by world
in turn, until there are 200 of each or it is stopped. With `--page` it writes the page from what
the file holds.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from tests.theory.dose_worlds import DoseWorld
from tests.theory.measured_record import load_record
from tests.theory.test_refusals import RECORDS, SEED, WORLDS, Table, write_table
from tests.theory.verdict_worlds import Outcome, read
from tests.theory.worlds import frame

from tarazu.evidence.refusals import declared
from tarazu.evidence.wake.estimator import distances


def read_lines(path: Path) -> dict[tuple[str, int], dict[str, Outcome]]:
    """Return what was measured, by world and seed."""
    if not path.is_file():
        return {}
    lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {
        (line["world"], line["seed"]): {
            name: Outcome(**one | {"failed": tuple(set(one["failed"]) & declared()[name].keys())})
            for name, one in line["out"].items()
        }
        for line in lines
    }


def measure(path: Path) -> None:
    place, km, done = frame(), distances(load_record()), read_lines(path)
    wanted: list[tuple[int, str, DoseWorld]] = [
        (seed, name, world)
        for seed in range(SEED, SEED + RECORDS)
        for name, world in WORLDS.items()
        if (name, seed) not in done
    ]
    for seed, name, world in wanted:
        found = {key: asdict(one) for key, one in read(world, place, km, seed).items()}
        with path.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps({"world": name, "seed": seed, "out": found}) + "\n")


def main() -> None:
    path = Path(sys.argv[1])
    if "--page" not in sys.argv:
        measure(path)
        return
    table: Table = {name: [] for name in WORLDS}
    for (name, _), found in sorted(read_lines(path).items(), key=lambda item: item[0][1]):
        table[name].append(found)
    write_table(table)


if __name__ == "__main__":
    main()
