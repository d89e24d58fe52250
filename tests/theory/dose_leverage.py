"""What the limit on leverage changes for dose: false positives and power.

`python -m tests.theory.dose_leverage FILE` adds records to a file of JSON lines until it stops;
with `--table` it prints the table of docs/validation/verdicts.md from what the file holds.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
from tests.theory.dose_worlds import DoseWorld, simulate_doses
from tests.theory.pages import share
from tests.theory.test_deaths import panel_of
from tests.theory.worlds import World, frame

from tarazu.evidence.dose.effect import measure_dose
from tarazu.evidence.options import SIGNIFICANCE
from tarazu.evidence.refusals import limit_of

SEED, RECORDS, EXCHANGES = 20261400, 200, 199
BURSTS = replace(World(), local_bursts=30, operations_burst=True)
DRIFT = replace(World(), drift=1.5, operations_burst=True)
WORLDS = {
    "null": DoseWorld(),
    "follows month": DoseWorld(follows_month=0.5),
    "follows year": DoseWorld(follows_year=True),
    "bursts": DoseWorld(BURSTS),
    "bursts and follows month": DoseWorld(BURSTS, follows_month=0.5),
    "drift 1.5, follows year": DoseWorld(DRIFT, follows_year=True),
    "effect .4": DoseWorld(per_death=0.4),
}
TITLES = {
    "null": "no effect, all on",
    "follows month": "no effect, doses grow with attacks of the month",
    "follows year": "no effect, doses grow with attacks of the year",
    "bursts": "no effect, operations share bursts of one district",
    "bursts and follows month": "no effect, both of these: bursts, and doses by the month",
    "drift 1.5, follows year": "no effect, strong drift, and doses by the year",
    "effect .4": "+0.4 attacks per death",
}


def measure(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    done = {tuple(json.loads(line)[:2]) for line in lines}
    place = frame()
    for seed in range(SEED, SEED + RECORDS):
        for name, world in WORLDS.items():
            if (name, seed) in done:
                continue
            panel = panel_of(simulate_doses(world, place, seed), place)
            found = measure_dose(panel, exchanges=EXCHANGES)
            numbers = [float(found.estimates[0]), float(found.p_values[0]), found.largest_share]
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps([name, seed, *numbers]) + "\n")


def print_table(path: Path) -> None:
    rows = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        name, _, *numbers = json.loads(line)
        rows[name].append(numbers)
    for name, found in rows.items():
        table = np.array(found)
        clear, refused = table[:, 1] < SIGNIFICANCE, table[:, 2] >= limit_of("dose", "leverage")
        parts = (clear, clear[refused], clear[~refused], clear & ~refused)
        shares = " | ".join(share(int(part.sum()), len(part)) for part in parts)
        sys.stdout.write(f"| {TITLES[name]} | {len(table)} | {refused.mean():.0%} | {shares} |\n")


def main() -> None:
    path = Path(sys.argv[1])
    if "--table" in sys.argv:
        print_table(path)
    else:
        measure(path)


if __name__ == "__main__":
    main()
