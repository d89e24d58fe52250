"""Error rates and detectable effects at three sizes of record: measures, tables, page.

``.venv/bin/python -m tests.theory.rates_by_size rates`` measures all again, in ten minutes of
processor time; names of estimators behind it: those alone. ``formulas`` instead tries the formulas.
Both write ``rates_by_size.json`` beside this file and docs/validation/rates-by-size.md.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from benchmarks.made_up_record import made_up_record
from scipy.special import ndtr, ndtri
from tests.theory.measured_record import load_record

from tarazu.core.intervals import wilson_interval
from tarazu.evidence.daily_counts import DailyCounts, to_daily_counts
from tarazu.evidence.error_rates import DETECTABLE_ERRORS, SIZE
from tarazu.evidence.methods.comparison_days import measure_days
from tarazu.evidence.options import SIGNIFICANCE
from tarazu.evidence.point_process.history import EXPOSED, NEXT_DOOR
from tarazu.evidence.simulated.estimates import (
    HORIZON,
    PERMUTATIONS,
    find_or_nothing,
    measure_excesses,
)
from tarazu.evidence.simulated.planted import total_effect, world_like
from tarazu.evidence.simulated.rates import ErrorRates, measure_error_rates
from tarazu.evidence.simulated.world import World, frame_of, simulate_record
from tarazu.evidence.wake.estimator import attacks_after, compare, summarise
from tarazu.record import Record

ROOT: Final = Path(__file__).parents[2]
TABLE: Final = Path(__file__).with_suffix(".json")
PAGE: Final = ROOT / "docs" / "validation" / "rates-by-size.md"
NAMES: Final = (
    "retaliation",
    "wake",
    "near_repeat",
    "reaction",
    "dose",
    "tactics",
    "severity",
    "escalation",
)
RECORDS: Final = 40  # per row of the table
SEED: Final = 20261201  # of the table; the test uses others
PLANTED_RECORDS: Final = 40  # in which an effect is looked for that a formula calls detectable
TRIAL_RECORDS: Final = 20  # without an effect, to which a formula is applied
TRIAL_SEED: Final = 1000
Z_99: Final = float(ndtri(0.995))
SIZES: Final[Mapping[str, Callable[[], Record]]] = {
    "Balochistan, 30 years": load_record,
    "Balochistan, 16 years": lambda: load_record().sel(start="2006"),
    "made up, 40 districts, 20 years": lambda: made_up_record(2240, 40, years=20),
}


def wilson_99(hits: int, records: int) -> tuple[float, float]:
    return wilson_interval(hits / records, records, Z_99)


def differ_at_99(hits: int, records: int, others: int, other_records: int) -> bool:
    """Whether two shares differ: Newcombe's 99% interval of their difference excludes 0.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17, 873-890, method 10.
    """
    one, two = hits / records, others / other_records
    (low, high), (other_low, other_high) = (
        wilson_99(hits, records),
        wilson_99(others, other_records),
    )
    below = np.hypot(one - low, other_high - two)
    above = np.hypot(high - one, two - other_low)
    return not one - two - below <= 0.0 <= one - two + above


def measure(size: str, records: int, seed: int, names: tuple[str, ...] = NAMES) -> ErrorRates:
    """Return what ``tarazu evidence --error-rates`` measures for a record of this size."""
    with tempfile.TemporaryDirectory() as work:
        return measure_error_rates(SIZES[size](), names, records, work=Path(work), seed=seed)


def size_of(size: str) -> dict[str, int]:
    counts = to_daily_counts(SIZES[size]())
    days, districts = counts.attacks.shape
    return {
        "attacks": int(counts.attacks.sum()),
        "operations": int(counts.operations.sum()),
        "districts": districts,
        "days": days,
    }


def _excess_errors(counts: DailyCounts) -> tuple[float, float]:
    """Return the standard errors of an effect here and next door, by the score test's variance."""
    errors = []
    for excess in measure_excesses(counts, (EXPOSED, NEXT_DOOR)):
        variance = excess.dispersion * max(excess.expected, 1.0) + excess.expected_se**2
        errors.append(float(np.sqrt(variance)) / excess.n_treatments)
    return errors[0], errors[1]


def _wake_error(counts: DailyCounts) -> tuple[float, int]:
    """Return the spread of moved dates and the number of operations compared."""
    contrasts = compare(counts, partial(attacks_after, counts, HORIZON))
    assert contrasts is not None
    effects = measure_days(contrasts, replicates=PERMUTATIONS, seed=0)
    return summarise(contrasts, effects).spread, contrasts.n_operations


def _with_scatter(error: float, operations: int) -> float:
    """Return the effect found in 80% where the attacks that it adds are Poisson."""
    effect = DETECTABLE_ERRORS * error
    for _ in range(50):  # a contraction: half the change per turn or less
        scatter = np.sqrt(error**2 + effect / operations)
        effect = float(ndtri(0.975) * error + ndtri(0.8) * scatter)
    return effect


def _simulated(world: World, counts: DailyCounts, seed: int) -> DailyCounts:
    place = frame_of(counts)
    attacks, operations = simulate_record(world, place, seed)
    used = {"attacks": int(attacks.sum()), "operations": int(operations.sum())}
    return DailyCounts(attacks, operations, place.calendar_year, place.neighbours, used, {})


def try_formulas(size: str, records: int = PLANTED_RECORDS) -> list[dict[str, Any]]:
    """Return how often the effect is found that each formula says is found in 80% of records."""
    counts = to_daily_counts(SIZES[size]())
    on = world_like(counts)
    trials = [_simulated(on, counts, TRIAL_SEED + i) for i in range(TRIAL_RECORDS)]
    here, beside = np.mean([_excess_errors(trial) for trial in trials], axis=0)
    wakes = [_wake_error(trial) for trial in trials]
    spread = float(np.mean([error for error, _ in wakes]))
    scattered = float(np.mean([_with_scatter(*found) for found in wakes]))
    grows = total_effect(on, 1.0)  # attacks within the horizon per attack planted
    formulas = (
        ("retaliation", "score test", {"effect": DETECTABLE_ERRORS * here}),
        ("displacement", "score test", {"next_door_effect": DETECTABLE_ERRORS * beside}),
        ("wake", "2.8 spreads of moved dates", {"effect": DETECTABLE_ERRORS * spread / grows}),
        ("wake", "the same, with the scatter of added attacks", {"effect": scattered / grows}),
    )
    rows = []
    for name, formula, planted in formulas:
        world, first = replace(on, **planted), TRIAL_SEED + TRIAL_RECORDS
        found = [
            find_or_nothing((name,), _simulated(world, counts, first + i))[name].p_value
            for i in range(records)
        ]
        hits = sum(p < SIGNIFICANCE for p in found)
        effect = next(iter(planted.values()))
        rows.append(
            {
                "name": name,
                "formula": formula,
                "planted": round(float(effect), 3),
                "hits": hits,
                "records": records,
            }
        )
    return rows


def normal_power(errors: float) -> float:
    """Return how often a normal test at 5% finds an effect of so many standard errors."""
    return float(ndtr(errors - ndtri(0.975)) + ndtr(-errors - ndtri(0.975)))


def _measured(
    part: str, names: tuple[str, ...], table: dict[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Return the table with the rates of some estimators, or the formulas, measured again."""
    for size in SIZES:
        row = table.setdefault(size, {"rates": {}})
        row["size"] = size_of(size)
        if part == "formulas":
            row["formulas"] = try_formulas(size)
        else:
            rates = measure(size, RECORDS, SEED, names).to_dict()["rates"]
            row["rates"] |= {
                name: [{k: r[k] for k in ("name", "hits", "records")} for r in rows]
                for name, rows in rates.items()
            }
        sys.stderr.write(f"{size}: done\n")
    return table


def _share(hits: int, records: int) -> str:
    low, high = wilson_99(hits, records)
    return f"{hits / records:.0%} ({low:.0%} to {high:.0%})"


def page(table: Mapping[str, Any]) -> str:
    """Return the page of the measured rates."""
    sizes = table
    heads = [
        f"{name}: {s['attacks']:,} attacks, {s['operations']:,} operations, {s['districts']} "
        f"districts, {s['days']:,} days"
        for name, s in ((name, found["size"]) for name, found in sizes.items())
    ]
    lines = [
        "# Error rates at three sizes of record",
        "",
        "Written by tests/theory/rates_by_size.py (`.venv/bin/python -m tests.theory.rates_by_size "
        f"rates`, seed {SEED}); no number is edited by hand. Rates are those of `tarazu "
        "evidence FILE --error-rates`, each with Wilson's 99% interval.",
        "",
        *(f"- {head}" for head in heads),
        "",
        f"{RECORDS} records per row, so false positives of 5% are told from 15% and more only; the "
        "tables of single estimators beside this page rest on 100 to 1000 records.",
        "",
        "## False positives of a test at 5%",
        "",
        "| estimator | " + " | ".join(sizes) + " |",
        "|---" * (len(sizes) + 1) + "|",
    ]
    names = [name for name in NAMES if all(name in found["rates"] for found in sizes.values())]
    for name in names:
        cells = [_size_cell(found["rates"][name]) for found in sizes.values()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines += [
        "",
        "## Power",
        "",
        "Effects of retaliation and wake are 2, 4 and 6 standard errors of the record at hand, so "
        "they differ by size. Escalation and tactics find less here than in their own tables: "
        "these worlds have attacks in clusters, and labels missing as on the record.",
        "",
        "| estimator | size | planted and found |",
        "|---|---|---|",
    ]
    for name in names:
        for size, found in sizes.items():
            cells = [
                f"{row['name'].removeprefix('power, ')}: {_share(row['hits'], row['records'])}"
                for row in found["rates"][name]
                if row["name"].startswith("power")
            ]
            lines.append(f"| {name} | {size} | " + "; ".join(cells) + " |")
    if all("formulas" in found for found in sizes.values()):
        lines += _formula_lines(sizes)
    return "\n".join(lines) + "\n"


def _formula_lines(sizes: Mapping[str, Any]) -> list[str]:
    lines = [
        "",
        "## Formulas for the effect that is found in 80% of records",
        "",
        "The effect that the formula gives was planted; the table has the share of records in "
        "which it was found. See docs/decisions/detectable-effects.md.",
        "",
        "| estimator and formula | " + " | ".join(sizes) + " |",
        "|---" * (len(sizes) + 1) + "|",
    ]
    for i, row in enumerate(next(iter(sizes.values()))["formulas"]):
        found = [size["formulas"][i] for size in sizes.values()]
        cells = [f"{one['planted']:+g}: {_share(one['hits'], one['records'])}" for one in found]
        lines.append(f"| {row['name']}: {row['formula']} | " + " | ".join(cells) + " |")
    return lines


def _size_cell(rows: list[dict[str, Any]]) -> str:
    row = next(row for row in rows if row["name"] == SIZE)
    return _share(row["hits"], row["records"])


def main(part: str = "", *names: str) -> None:
    if part not in {"rates", "formulas"} or not set(names) <= set(NAMES):
        raise SystemExit(
            f"arguments are {[part, *names]}; expected 'formulas', or 'rates' and names of "
            f"estimators, some of {', '.join(NAMES)}"
        )
    known = json.loads(TABLE.read_text(encoding="utf-8")) if TABLE.is_file() else {}
    table = _measured(part, names or NAMES, known)
    TABLE.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(table), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
