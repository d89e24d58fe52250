"""What records of the published sizes could show, before any of them was looked at for an effect.

    python -m tests.published.power ../shared/data

writes tests/published/power.json.

Records of daily events are simulated in the world of `tarazu evidence --error-rates`, with the
districts, days and numbers of events of the record. Villages are drawn from those that were not
shelled, and 24 % of the later attacks of those called shelled are taken away.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
from tests.published import records

import tarazu as tz
from tarazu.core.intervals import wilson_interval
from tarazu.evidence.escalation.progress_curve import fit_progress_curve
from tarazu.evidence.options import SIGNIFICANCE
from tarazu.evidence.simulated.rates import measure_error_rates

RECORDS: Final = 40  # simulated per world
VILLAGES: Final = 400
PREVENTED: Final = 0.24  # as published
SEED: Final = 20261128


def chechnya(folder: Path) -> dict[str, Any]:
    """Return how often a fall of 24% is found among villages like those not shelled."""
    villages = records.chechnya(folder)
    rng = np.random.default_rng(SEED)
    pools = {
        place: part.loc[part["shelled"] == 0, ["attacks_before", "attacks_after"]].to_numpy()
        for place, part in villages.groupby("in_groznyy")
    }
    found, wrong, null = 0, 0, 0
    for number in range(VILLAGES):
        drawn = villages[["in_groznyy", "shelled"]].copy()
        pairs = np.stack([rng.choice(pools[place]) for place in drawn["in_groznyy"]])
        drawn["attacks_before"], drawn["attacks_after"] = pairs.T
        null += int(_compare(drawn, number)[1])
        shelled = drawn["shelled"] == 1
        drawn.loc[shelled, "attacks_after"] = rng.binomial(pairs[shelled, 1], 1 - PREVENTED)
        estimate, is_found = _compare(drawn, number)
        found += int(is_found and estimate < 0)
        wrong += int(is_found and estimate > 0)
    return {
        f"{PREVENTED:.0%} prevented": _share(found, VILLAGES),
        f"{PREVENTED:.0%} prevented, wrong sign": _share(wrong, VILLAGES),
        "no effect": _share(null, VILLAGES),
    }


def afghanistan(folder: Path) -> dict[str, Any]:
    """Return the slope of exponents on log first gaps where rates are constant."""
    days = records.afghanistan(folder).to_frame()
    gaps = [n - 1 for n in days.groupby("district").size() if n > records.FEWEST_GAPS]
    rng = np.random.default_rng(SEED)
    slopes = []
    for _ in range(1000):
        fits = [fit_progress_curve(np.ceil(rng.exponential(30, n)).astype(np.int64)) for n in gaps]
        slopes.append(slope([(fit.first_gap, fit.exponent) for fit in fits])[0])
    low, middle, high = np.quantile(slopes, (0.05, 0.5, 0.95))
    return {"constant rates": {"slope": middle, "low": low, "high": high, "records": 1000}}


def slope(curves: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the slope of exponents on log10 of first gaps, and r squared."""
    first, exponent = np.array(curves).T
    x = np.log10(first)
    fitted = np.polyfit(x, exponent, 1)[0]
    return float(fitted), float(np.corrcoef(x, exponent)[0, 1] ** 2)


def in_simulated(record: tz.Record, estimator: str) -> dict[str, Any]:
    """Return the error rates of an estimator at the size of a record."""
    rates = measure_error_rates(record, [estimator], RECORDS).rates[estimator]
    return {rate.name: _share(rate.hits, rate.records) for rate in rates}


def all_powers(folder: Path) -> dict[str, Any]:
    """Return what is known of each benchmark before its result."""
    as_attacks, exchanged = records.israel_palestine(folder)
    first, second = records.iraq(folder)
    return {
        "chechnya": chechnya(folder),
        "afghanistan": afghanistan(folder),
        "israel_palestine": {
            "Israeli forces after Palestinians": in_simulated(as_attacks, "reaction"),
            "Palestinians after Israeli forces": in_simulated(exchanged, "reaction"),
        },
        "fata": in_simulated(records.fata(folder), "retaliation"),
        "iraq": {
            "2006": in_simulated(first, "retaliation"),
            "2007-08": in_simulated(second, "retaliation"),
        },
    }


def _compare(villages: Any, seed: int) -> tuple[float, bool]:
    found = tz.before_after(villages, **records.VILLAGES, permutations=999, seed=seed)
    return found.estimate, found.p_value < SIGNIFICANCE


def _share(hits: int, of: int) -> dict[str, float]:
    low, high = wilson_interval(hits / of, of, 1.96)
    return {"share": hits / of, "low": round(low, 3), "high": round(high, 3), "records": of}


if __name__ == "__main__":
    text = json.dumps(all_powers(Path(sys.argv[1])), indent=2)
    Path(__file__).with_name("power.json").write_text(text + "\n", encoding="utf-8")
