"""Gain of common random numbers: variance of a policy's effect, unpaired over paired."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tarazu.engine import Pulse
from tarazu.study.setup.scenario import drawn_scenario

ROOT = Path(__file__).parents[2]
SEED = 20261101
WEEK = 52  # of the extra sweep
HORIZONS = (4, 12, 52, 260)
DRAWS, REPLICATES = 8, 100  # at fixed parameters
PRIOR_DRAWS = 300
RESAMPLES = 400
LEAST_GAIN = 10.0  # at 4 and 12 weeks, at fixed parameters
DISTRICT = "kech"


def attacks(scenario, draws, members, pulses):
    """Attacks in the weeks after the sweep, (N, H)."""
    run = scenario.run(draws, members, seed=SEED, pulses=pulses).series("attacks")
    return np.stack([run[:, WEEK + 1 : WEEK + 1 + h].sum(axis=1) for h in HORIZONS], axis=1)


def rounded(gain):
    return f"{gain:,.0f}" if gain >= 10.0 else f"{gain:.1f}"


def fixed_gains(with_, without):
    """Gains at fixed parameters from attacks (DRAWS, REPLICATES, H): of mean variances, (H,)."""
    unpaired = with_.var(axis=1, ddof=1) + without.var(axis=1, ddof=1)
    paired = (with_ - without).var(axis=1, ddof=1)
    return {"fixed parameters": unpaired.mean(axis=0) / paired.mean(axis=0)}


def prior_gains(with_, without, other_numbers):
    """Gains over the prior from attacks (PRIOR_DRAWS, H); by name, (H,)."""
    paired = (with_ - without).var(axis=0, ddof=1)
    nothing_shared = with_.var(axis=0, ddof=1) + without.var(axis=0, ddof=1)
    parameters_shared = (with_ - other_numbers).var(axis=0, ddof=1)
    return {
        "over the prior": nothing_shared / paired,
        "of it by shared parameters": nothing_shared / parameters_shared,
        "of it by common random numbers": parameters_shared / paired,
    }


def with_interval(gains, arrays, axis):
    """Gains with their 90% intervals, runs drawn again along an axis; by name, (3, H)."""
    rng, size = np.random.Generator(np.random.PCG64(SEED)), arrays[0].shape[axis]
    picks = rng.integers(size, size=(RESAMPLES, size))
    with np.errstate(divide="ignore"):  # no pair of a resample may differ: an infinite gain
        again = [gains(*(one.take(pick, axis) for one in arrays)) for pick in picks]
    ends = {"q": [0.05, 0.95], "axis": 0, "method": "nearest"}
    return {
        name: np.stack([value, *np.quantile([g[name] for g in again], **ends)])
        for name, value in gains(*arrays).items()
    }


@pytest.fixture(scope="module")
def gains():
    weeks = WEEK + 1 + max(HORIZONS)
    scenario = drawn_scenario("full", "status-quo", weeks=weeks, draws=PRIOR_DRAWS, seed=SEED)
    sweep = [Pulse("operations", WEEK, scenario.districts.names.index(DISTRICT), count=1)]
    runs = {"with": [], "without": []}
    for draw in range(DRAWS):
        rows, members = np.full(REPLICATES, draw), np.arange(REPLICATES)
        for name, pulses in (("with", sweep), ("without", [])):
            runs[name].append(attacks(scenario, rows, members, pulses))
    table = with_interval(fixed_gains, [np.stack(one) for one in runs.values()], 1)
    members = np.arange(PRIOR_DRAWS)
    with_, without = (attacks(scenario, members, members, pulses) for pulses in (sweep, []))
    other_numbers = attacks(scenario, members, members + PRIOR_DRAWS, [])
    table |= with_interval(prior_gains, [with_, without, other_numbers], 0)
    page = [
        "# Gain of common random numbers",
        "",
        "Written by `make theory` (tests/theory/test_common_random_numbers.py). Variance of "
        "the change in attacks by one extra operation, runs with random numbers (or parameters) "
        f"of their own over runs that share them. {DRAWS} draws of {REPLICATES} runs at "
        f"fixed parameters, {PRIOR_DRAWS} draws over the prior, hypothesis `full`, seed {SEED}. In "
        f"brackets: 90% interval, {RESAMPLES} resamples of runs.",
        "",
        "| gain after | " + " | ".join(f"{h} weeks" for h in HORIZONS) + " |",
        "|---" * (1 + len(HORIZONS)) + "|",
        *(
            f"| {name} | "
            + " | ".join(
                f"{rounded(g)} ({rounded(low)} to {rounded(high)})" for g, low, high in rows.T
            )
            + " |"
            for name, rows in table.items()
        ),
    ]
    text = "\n".join(page) + "\n"
    (ROOT / "docs/validation/common-random-numbers.md").write_text(text, encoding="utf-8")
    return table


@pytest.mark.parametrize("horizon", [4, 12])
def test_common_random_numbers__makes_short_effects_ten_times_sharper(gains, horizon):
    _, low, _ = gains["fixed parameters"][:, HORIZONS.index(horizon)]
    assert low >= LEAST_GAIN


def test_common_random_numbers__gains_over_the_prior_too(gains):
    _, low, _ = gains["over the prior"]
    assert (low > 1.0).all()
