"""Runs at the corners of the prior: each parameter at one end, levers from end to end."""

from dataclasses import replace
from functools import cache

import numpy as np
from tests.unit.worlds import line_of_districts

from tarazu.engine import Districts, Trajectory, simulate
from tarazu.model import HYPOTHESES, build_model, draw_parameters, load_hypothesis

END = 1e-3  # quantile of the low end of each prior; the high end is 1 - END
DISTRICTS = 34
SMALLEST, LARGEST = 200.0, 8_000.0  # people in a district; stocks of some persons in the first
HOLD = 13  # weeks until the levers jump to other ends
TOTAL_RTOL = 1e-12  # of people in the mean field, who are no whole numbers


@cache
def small_districts() -> Districts:
    """Districts from a hamlet to a town, neighbours of all sizes."""
    people = np.floor(np.geomspace(SMALLEST, LARGEST, DISTRICTS))
    order = np.random.default_rng(1).permutation(DISTRICTS)
    return replace(line_of_districts(DISTRICTS), population=people[order])


def run_at_corners(mode: str, engine: str, *, draws: int, weeks: int, seed: int) -> Trajectory:
    """Run draws at random corners, under the hypotheses in turn, and keep all stocks."""
    m, rng = build_model(), np.random.default_rng(seed)
    uniforms = rng.choice([END, 1.0 - END], (draws, len(m.parameters)))
    parameters = np.empty_like(uniforms)
    for h, hypothesis in enumerate(HYPOTHESES):
        turn = slice(h, None, len(HYPOTHESES))
        parameters[turn] = draw_parameters(m, load_hypothesis(hypothesis), uniforms[turn])
    ends = np.array([(lever.low, lever.high) for lever in m.levers.values()])
    pick = rng.integers(0, 2, (len(ends), -(-weeks // HOLD), DISTRICTS))
    held = np.repeat(pick, HOLD, axis=1)[:, :weeks]
    return simulate(
        m,
        parameters,
        np.where(held == 0, ends[:, 0, None, None], ends[:, 1, None, None]),
        districts=small_districts(),
        seed=seed,
        members=np.arange(draws),
        weeks=weeks,
        keep=tuple(m.stocks),
        mode=mode,
        engine=engine,
    )


def broken_laws(run: Trajectory, *, whole: bool) -> dict[str, int]:
    """Count values that break a law, over members, weeks and districts, by law and stock."""
    stocks, counts, people = build_model().stocks, dict[str, int](), 0.0
    for name, stock in stocks.items():
        level = run.by_district(name)
        counts[f"{name} is finite and not negative"] = np.sum(~((level >= 0.0) & (level < np.inf)))
        if stock.kind == "share":
            counts[f"{name} is at most 1"] = np.sum(level > 1.0)
        if stock.kind == "people":
            people = people + level.sum(axis=2)
            counts[f"{name} is whole"] = np.sum(level != np.floor(level)) if whole else 0
    rtol = 0.0 if whole else TOTAL_RTOL
    total = small_districts().population.sum()
    counts["people are conserved"] = np.sum(~np.isclose(people, total, rtol=rtol, atol=0.0))
    return {law: int(count) for law, count in counts.items() if count}
