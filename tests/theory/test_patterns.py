"""Anderson's patterns over the prior: in what share of futures each holds, and its mirror image.

Nothing here asserts that a pattern must hold.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from tests.reference.anderson import anderson_patterns
from tests.reference.policy_patterns import END, MARGIN, Pattern, look_for_patterns

from tarazu.model.hypothesis import HYPOTHESES
from tarazu.study.setup.scenario import drawn_scenario

ROOT = Path(__file__).parents[2]
SEED = 20261122
DRAWS = 100  # of each hypothesis, the same ones
STOCHASTIC = "full"  # the hypothesis that is also run with drawn events
WORKERS = 2
INTRODUCTION = """\
# Patterns of policies

Written by `make theory` (tests/theory/test_patterns.py). No number is edited by hand, and no test
asks that a pattern hold.

Anderson (2011) found three results in his model of counterinsurgency. They are looked for here as
four patterns: (1) withdrawing too early ends worse than never coming; (2) a bundle of policies
beats its best single part, and, stronger, its parts are synergistic; (3) the best schedules start
with intelligence; (4) the best schedules start with little combat. The last two are one result of
his with two parts; they are tested apart and together.

Each pattern is a rule on the model's own levers, and has a mirror image, the opposite statement by
the same rule turned round. Numbers of attacks that differ by less than {margin:.0%} are the same;
where neither holds, the policies are that close, or staying has the effect of leaving. The rules
were committed before any share was computed in the shipped model, but for the outcomes of
withdrawal in the year after leaving: they were added when 20 draws had shown that by the last
year next to nothing is left of a withdrawal.

How to read them. A bundle costs more than each of its parts, and holds also the levers that in a
draw raise attacks. Attacks summed over all weeks favour doing first whatever lowers them at all, so
the best of nine schedules does early what works for longest. Were the nine alike but for chance, at
most a third of draws would show (3) or (4), and at most a ninth both. Levers that a policy
leaves out stay as in `status-quo`. The model is not calibrated: a share is a share of the draws
from the priors, not a probability.

Mean field, {weeks} weeks, {draws} draws of the parameters for each hypothesis (the same ones,
Latin hypercube, seed {seed}), and under `{stochastic}` the same draws with drawn events, one
replicate per draw, with common random numbers under all policies. In brackets: 90% interval
(Wilson)."""


def _share(row: pd.Series, name: str) -> str:
    return f"{row[name]:.0%} ({row[f'{name}_low']:.0%} to {row[f'{name}_high']:.0%})"


def _section(pattern: Pattern, rows: pd.DataFrame) -> list[str]:
    lines = [f"## {pattern.name.capitalize()}", "", pattern.claim, ""]
    lines += [f"Rule: {pattern.rule}.", ""]
    lines += ["| futures | holds | mirror image holds | neither | n |", "|---|---|---|---|---|"]
    for _, row in rows.iterrows():
        shares = " | ".join(_share(row, name) for name in ("holds", "mirror", "neither"))
        lines.append(f"| {row['futures']} | {shares} | {row['n_draws']} |")
    return [*lines, ""]


@pytest.fixture(scope="module")
def found() -> pd.DataFrame:
    patterns = anderson_patterns()
    parts = []
    for name in HYPOTHESES:
        scenario = drawn_scenario(name, "status-quo", weeks=END, draws=DRAWS, seed=SEED)
        part = look_for_patterns(scenario, patterns, workers=WORKERS)
        parts.append(part.assign(futures=f"`{name}`"))
        if name == STOCHASTIC:
            part = look_for_patterns(
                scenario, patterns, mode="stochastic", seed=SEED, workers=WORKERS
            )
            parts.append(part.assign(futures=f"`{name}`, drawn events"))
    table = pd.concat(parts, ignore_index=True)
    page = INTRODUCTION.format(
        margin=MARGIN, weeks=END, draws=DRAWS, seed=SEED, stochastic=STOCHASTIC
    ).split("\n")
    page.append("")
    for pattern in patterns:
        page += _section(pattern, table[table["pattern"] == pattern.name])
    text = "\n".join(page).rstrip() + "\n"
    (ROOT / "docs/validation/patterns.md").write_text(text, encoding="utf-8")
    return table


def test_patterns__every_draw_is_counted_once(found):
    assert (found["n_draws"] == DRAWS).all()
    total = found["holds"] + found["mirror"] + found["neither"]
    assert total.to_numpy() == pytest.approx(1.0)
    assert len(found) == len(anderson_patterns()) * (len(HYPOTHESES) + 1)


def test_patterns__intervals_hold_their_shares(found):
    for name in ("holds", "mirror", "neither"):
        assert (found[f"{name}_low"] <= found[name] + 1e-12).all()
        assert (found[name] <= found[f"{name}_high"] + 1e-12).all()


def test_patterns__a_best_schedule_of_both_kinds_is_one_of_each(found):
    """Where intelligence first and combat later together are best, each of them is."""
    shares = found.set_index(["pattern", "futures"])["holds"]
    both = shares["intelligence first, combat later"]
    assert (both <= shares["intelligence first"]).all()
    assert (both <= shares["combat later"]).all()
