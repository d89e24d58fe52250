"""Which parameters move outcomes most: one at a time over its prior, and the page that says so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tarazu.model import build_model, draw_parameters, load_hypothesis
from tarazu.study.setup.design import latin_hypercube
from tarazu.study.setup.scenario import Scenario, drawn_scenario

FloatArray = NDArray[np.float64]

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "validation" / "drivers.md"
PARAGRAPHS = ROOT / "docs" / "explanation" / "parameters-that-matter.md"
DRAWS, WEEKS, SEED = 16, 520, 7
FROM = 260  # outcomes of years 6 to 10
ENDS = (0.1, 0.9)  # of each prior
MOST = 12
OUTCOMES = {
    "attacks": "attacks",
    "civ": "civilians killed",
    "surge": "effect of a surge on attacks",
    "surgeciv": "effect of a surge on civilians killed",
}

INTRODUCTION = """\
# What moves outcomes most

Written by `make theory` (tests/theory/test_drivers.py). No number is edited by hand.

Each parameter goes from the 10% to the 90% point of its prior, all others stay: {draws} draws of
`full`, mean field, years 6 to 10. A number is the median over draws of the absolute change of the
logarithm: 0.7 is a factor of two. The effect of a surge is the log ratio of `surge` to
`status-quo`. The {most} parameters with the largest change of any of the four outcomes, and the
work that their prior rests on:"""


def test_drivers__page_names_those_that_move_outcomes_most() -> None:
    moves = measure_moves()
    PAGE.write_text(page(moves), encoding="utf-8")
    # What no response decides: today's level moves attacks nearly one to one, so about 2.6 sd.
    assert 0.7 < moves["attacks_today"]["attacks"] < 1.0
    assert moves["step"]["attacks"] == 0.0
    headings = re.findall(r"^## `(\w+)`$", PARAGRAPHS.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == ranked(moves)


def ranked(moves: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Return the parameters that move any outcome most, the largest first."""
    return sorted(moves, key=lambda name: -max(moves[name].values()))[:MOST]


def page(moves: Mapping[str, Mapping[str, float]]) -> str:
    """Return the page of the parameters that move most; see `measure_moves`."""
    parameters = build_model().parameters
    lines = [
        "| `{}` | {} | {} |".format(
            name,
            " | ".join(f"{moves[name][outcome]:.2f}" for outcome in OUTCOMES),
            "ASSUMED" if parameters[name].source.is_assumed else parameters[name].source.key,
        )
        for name in ranked(moves)
    ]
    head = f"| parameter | {' | '.join(OUTCOMES.values())} | rests on |"
    table = "\n".join([head, "|---|---|---|---|---|---|", *lines])
    ending = (
        "[Parameters that matter](../explanation/parameters-that-matter.md) has a paragraph on "
        "each."
    )
    return f"{INTRODUCTION.format(draws=DRAWS, most=MOST)}\n\n{table}\n\n{ending}\n"


def measure_moves() -> dict[str, dict[str, float]]:
    """Return by parameter the median absolute log change of each outcome."""
    model, full = build_model(), load_hypothesis("full")
    uniforms = latin_hypercube(model.design_ids.values(), DRAWS, SEED)
    scenarios = [
        drawn_scenario("full", policy, weeks=WEEKS, draws=DRAWS, seed=SEED)
        for policy in ("status-quo", "surge")
    ]
    moves = {}
    for column, name in enumerate(model.parameters):
        sides = []
        for end in ENDS:
            moved = uniforms.copy()
            moved[:, column] = end
            parameters = draw_parameters(model, full, moved)
            sides.append([_outcomes(scenario, parameters) for scenario in scenarios])
        (usual, surge), (usual_high, surge_high) = sides
        changes = (*(usual_high - usual), *((surge_high - usual_high) - (surge - usual)))
        medians = (float(np.median(np.abs(change))) for change in changes)
        moves[name] = dict(zip(OUTCOMES, medians, strict=True))
    return moves


def _outcomes(scenario: Scenario, parameters: FloatArray) -> FloatArray:
    """Return (2, N) logarithms of attacks and of civilians killed."""
    draws = np.arange(DRAWS)
    run = replace(scenario, parameters=parameters).run(draws, draws, seed=SEED, mode="mean")
    killed = run.series("attack_deaths_civilian") + run.series("operation_deaths_civilian")
    return np.log([series[:, FROM:].sum(axis=1) for series in (run.series("attacks"), killed)])
