"""What refusing the wake for few matched operations would change: power and wrong findings.

`python -m tests.theory.wake_matched FILE` adds records to a file of JSON lines until it is stopped;
with `--table` it prints the table of docs/validation/verdicts.md from what the file holds.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tests.theory.measured_record import load_record
from tests.theory.pages import share
from tests.theory.worlds import HORIZON, Frame, World, frame, simulate_record

from tarazu.evidence.daily_counts import DailyCounts
from tarazu.evidence.methods.comparison_days import measure_days
from tarazu.evidence.options import SIGNIFICANCE
from tarazu.evidence.wake.estimator import (
    WELL_MATCHED,
    compare,
    distances,
    ring_outcomes,
    summarise,
    windows_of,
)

SEED, RECORDS, PERMUTATIONS = 20261300, 200, 199
CALM_DAYS = 28
ADDED, PREVENTED = 1.0, 0.8
ON = World()
MIXED = "mixed"
WORLDS = {
    "null": ON,
    "effect1": replace(ON, effect=1.0),
    "reaction x4": replace(ON, reaction=0.48),
    "local bursts shared": replace(ON, local_bursts=30, operations_burst=True),
    "drift 1.5 shared": replace(ON, drift=1.5, operations_burst=True),
    "wrong 15%": replace(ON, misclassified=0.15),
    MIXED: replace(ON, reaction=0.3),
}
TITLES = {
    "null": "no effect, all on",
    "effect1": "+1 attack per operation",
    "reaction x4": "no effect, attacks cause 0.48 operations each",
    "local bursts shared": "no effect, operations share bursts of one district",
    "drift 1.5 shared": "no effect, strong drift",
    "wrong 15%": "no effect, 15% of initiators wrong",
    MIXED: "operations after quiet weeks add 1 attack, the others prevent 80%",
}
Days = NDArray[np.int64]


def mix(attacks: Days, operations: Days, seed: int) -> tuple[Days, float]:
    """Return attacks where operations after 28 quiet days add one and the others prevent 80%.

    Both within 42 days in their district. With it the mean effect over all operations.
    """
    rng = np.random.default_rng([seed, 11])
    cumulated = np.vstack([np.zeros((1, attacks.shape[1]), dtype=int), attacks.cumsum(axis=0)])
    kept, added, effects = np.ones(attacks.shape), np.zeros_like(attacks), []
    for day, district in zip(*np.nonzero(operations), strict=True):
        before = cumulated[day, district] - cumulated[max(day - CALM_DAYS, 0), district]
        if before == 0:
            later = day + rng.integers(1, HORIZON + 1, rng.poisson(ADDED))
            np.add.at(added[:, district], later[later < len(attacks)], 1)
            effects.append(ADDED)
        else:
            window = slice(day + 1, day + HORIZON + 1)
            effects.append(-PREVENTED * attacks[window, district].sum())
            kept[window, district] *= 1 - PREVENTED
    return rng.binomial(attacks, kept) + added, float(np.mean(effects))


def measure(name: str, place: Frame, km: NDArray[np.float64], seed: int) -> list[float] | None:
    """Return estimate, ends, p-value, share and number matched, dose, placebo, and the truth."""
    attacks, operations = simulate_record(WORLDS[name], place, seed)
    truth = WORLDS[name].effect
    if name == MIXED:
        attacks, truth = mix(attacks, operations, seed)
    used = {"attacks": int(attacks.sum()), "operations": int(operations.sum())}
    counts = DailyCounts(attacks, operations, place.calendar_year, place.neighbours, used, {})
    contrasts = compare(counts, partial(ring_outcomes, counts, km, windows_of(HORIZON)))
    if contrasts is None:
        return None
    effects = measure_days(contrasts, replicates=PERMUTATIONS, seed=0)
    found = summarise(contrasts, effects)
    n, every = contrasts.n_operations, contrasts.n_all
    numbers = [found.estimate, *found.interval, found.p_value, n / every, n]
    return [float(x) for x in (*numbers, effects.dose, effects.p_value[-1], truth)]


def print_table(path: Path) -> None:
    rows = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        name, _, row, *_ = json.loads(line)
        if row is not None and name in WORLDS:
            rows[name].append(row)
    for name, found in rows.items():
        table = np.array(found, dtype=float)
        clear = table[:, 3] < SIGNIFICANCE
        kept = table[:, 4] >= WELL_MATCHED
        wrong = clear & (table[:, 0] * table[:, 8] < 0) if name == MIXED else clear
        parts = (wrong, wrong[~kept], wrong[kept], wrong & kept)
        shares = [share(int(part.sum()), len(part)) if len(part) else "-" for part in parts]
        line = f"| {TITLES[name]} | {len(table)} | {(~kept).mean():.0%} | {' | '.join(shares)} |"
        sys.stdout.write(line + "\n")


def main() -> None:
    path = Path(sys.argv[1])
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    done = {tuple(json.loads(line)[:2]) for line in lines}
    if "--table" not in sys.argv:
        place, km = frame(), distances(load_record())
        for seed in range(SEED, SEED + RECORDS):
            for name in WORLDS:
                if (name, seed) not in done:
                    row = measure(name, place, km, seed)
                    with path.open("a", encoding="utf-8") as file:
                        file.write(json.dumps([name, seed, row]) + "\n")
    else:
        print_table(path)


if __name__ == "__main__":
    main()
