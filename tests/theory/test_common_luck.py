"""What shared luck gains: variance of a policy's effect, unpaired over paired."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tarazu.engine import Pulse, simulate
from tarazu.study.case import drawn_case

ROOT = Path(__file__).parents[2]
SEED = 20261101
WEEK = 52  # of the extra sweep
HORIZONS = (4, 12, 52, 260)
DRAWS, REPLICATES = 8, 100  # at fixed parameters
PRIOR_DRAWS = 300
LEAST_GAIN = 10.0  # at 4 and 12 weeks, at fixed parameters
DISTRICT = "kech"


def attacks(case, draws, members, pulses):
    """Attacks in the weeks after the sweep, (N, H)."""
    run = simulate(
        case.model,
        case.parameters[draws],
        case.levers,
        places=case.places,
        seed=SEED,
        members=members,
        weeks=case.levers.shape[1],
        pulses=pulses,
    ).series("attacks")
    return np.stack([run[:, WEEK + 1 : WEEK + 1 + h].sum(axis=1) for h in HORIZONS], axis=1)


@pytest.fixture(scope="module")
def gains():
    weeks = WEEK + 1 + max(HORIZONS)
    case = drawn_case("full", "status-quo", weeks=weeks, draws=PRIOR_DRAWS, seed=SEED)
    sweep = [Pulse("operations", WEEK, case.places.names.index(DISTRICT), count=1)]
    spread = {"unpaired": [], "paired": []}
    for draw in range(DRAWS):
        rows, members = np.full(REPLICATES, draw), np.arange(REPLICATES)
        with_, without = (attacks(case, rows, members, pulses) for pulses in (sweep, []))
        spread["unpaired"].append(with_.var(axis=0, ddof=1) + without.var(axis=0, ddof=1))
        spread["paired"].append((with_ - without).var(axis=0, ddof=1))
    fixed = np.mean(spread["unpaired"], axis=0) / np.mean(spread["paired"], axis=0)
    rows, members = np.arange(PRIOR_DRAWS), np.arange(PRIOR_DRAWS)
    with_, without = (attacks(case, rows, members, pulses) for pulses in (sweep, []))
    other_luck = attacks(case, rows, members + PRIOR_DRAWS, [])
    paired = (with_ - without).var(axis=0, ddof=1)
    nothing_shared = with_.var(axis=0, ddof=1) + without.var(axis=0, ddof=1)
    parameters_shared = (with_ - other_luck).var(axis=0, ddof=1)
    table = {
        "fixed parameters": fixed,
        "over the prior": nothing_shared / paired,
        "of it by shared parameters": nothing_shared / parameters_shared,
        "of it by shared luck": parameters_shared / paired,
    }
    page = [
        "# What shared luck gains",
        "",
        "Written by `make theory` (tests/theory/test_common_luck.py). Variance of "
        "the change in attacks by one extra operation, runs with luck (or parameters) of their own "
        f"over runs that share them. {DRAWS} draws of {REPLICATES} runs at fixed parameters, "
        f"{PRIOR_DRAWS} draws over the prior, hypothesis `full`, seed {SEED}.",
        "",
        "| gain after | " + " | ".join(f"{h} weeks" for h in HORIZONS) + " |",
        "|---" * (1 + len(HORIZONS)) + "|",
        *(
            f"| {name} | " + " | ".join(f"{g:.1f}" for g in row) + " |"
            for name, row in table.items()
        ),
    ]
    text = "\n".join(page) + "\n"
    (ROOT / "docs/validation/common-luck.md").write_text(text, encoding="utf-8")
    return table


@pytest.mark.parametrize("horizon", [4, 12])
def test_shared_luck__makes_short_effects_ten_times_sharper(gains, horizon):
    assert gains["fixed parameters"][HORIZONS.index(horizon)] >= LEAST_GAIN


def test_shared_luck__gains_over_the_prior_too(gains):
    assert (gains["over the prior"] > 1.0).all()
