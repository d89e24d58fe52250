"""How much of the arbitrary start is left after the history: the page is written by this test."""

from pathlib import Path

import numpy as np
import pytest
from tests.theory import start_worlds as worlds

from tarazu.study.analysis.uncertainty import share_of
from tarazu.study.setup.scenario import drawn_scenario

PAGE = Path(__file__).parents[2] / "docs" / "validation" / "start.md"
DRAWS, AT_ONCE = 600, 10  # a share of 0.8 is then known to 0.016
DRAWN, REPLICATES = 40, 6  # draws that are run with chance, and replicates over which is averaged
MOST_MOVED, LEAST_STILL, MOST_TURNED = 0.25, 0.8, 0.05
QUIET = 10  # attacks per year, the least of the record's last five years
NEAR = 0.01  # of attacks: an effect below it has no sign


@pytest.fixture(scope="module")
def attacks() -> dict[float, dict[str, np.ndarray]]:
    """Attacks in study years 1 to 5 by factor and policy, (DRAWS,); and militants at the start."""
    scenario = drawn_scenario(
        "full", "status-quo", weeks=worlds.AFTER, draws=DRAWS, seed=worlds.SEED
    )
    found: dict[float, dict[str, list[np.ndarray]]] = {}
    for factor in worlds.FACTORS:
        rows = found.setdefault(factor, {})
        for first in range(0, DRAWS, AT_ONCE):
            members = np.arange(first, first + AT_ONCE)
            past = worlds.run_history(scenario, members, "mean", factor)
            militants = sum(past.series(name)[:, -1] for name in worlds.MILITANTS)
            rows.setdefault("militants", []).append(militants)
            for policy in ("status-quo", *worlds.POLICIES):
                after = worlds.attacks_after(scenario, past.end, policy)
                rows.setdefault(policy, []).append(after)
    whole = {f: {n: np.concatenate(p) for n, p in rows.items()} for f, rows in found.items()}
    PAGE.write_text(page(whole, with_chance()), encoding="utf-8")
    return whole


def with_chance() -> dict[str, np.ndarray]:
    """Return mean attacks in study years 1 to 5 over replicates, (DRAWN,), by what is done.

    ``half``, ``as drawn`` and ``twice`` share their random numbers; ``other chance`` has militants
    as drawn and other random numbers, and shows what chance alone moves.
    """
    scenario = drawn_scenario(
        "full", "status-quo", weeks=worlds.AFTER, draws=DRAWN, seed=worlds.SEED
    )
    runs = {"half": (0.5, 0), "as drawn": (1.0, 0), "twice": (2.0, 0), "other chance": (1.0, 1)}
    found: dict[str, list[float]] = {name: [] for name in runs}
    for draw in range(DRAWN):
        of_members = np.full(REPLICATES, draw)
        for name, (factor, other) in runs.items():
            first = (other * DRAWN + draw) * REPLICATES
            members = np.arange(first, first + REPLICATES)
            past = worlds.run_history(scenario, members, "stochastic", factor, of_members)
            after = worlds.attacks_after(scenario, past.end, "status-quo", of_members)
            found[name].append(float(after.mean()))
    return {name: np.array(values) for name, values in found.items()}


def _chance_lines(drawn: dict[str, np.ndarray]) -> list[str]:
    """Return the part of the page on runs with chance."""
    base = np.maximum(drawn["as drawn"], 1.0)
    lines = [
        "## With chance",
        "",
        f"A design of {DRAWN} draws, stochastic engine, {REPLICATES} replicates each with common "
        "random numbers, whose mean is compared. The last line has the same militants and other "
        "random numbers: what chance alone moves.",
        "",
        "| militants in 2004 | attacks in study years 1 to 5, ratio: median (5 to 95 % of draws) | "
        "draws in which attacks move by less than 25 % |",
        "|---|---|---|",
    ]
    for name in ("half", "twice", "other chance"):
        ratio = drawn[name] / base
        low, middle, high = np.quantile(ratio, [0.05, 0.5, 0.95])
        still = _known(np.abs(ratio - 1.0) < MOST_MOVED)
        lines.append(f"| {name} | {middle:.2f} ({low:.2f} to {high:.2f}) | {still} |")
    return [*lines, ""]


def _known(still: np.ndarray) -> str:
    """Return a share of draws with its 90 % interval (Wilson)."""
    share = share_of(still.astype(np.float64))
    return f"{100 * share.value:.1f} % ({100 * share.low:.1f} to {100 * share.high:.1f})"


def moved(attacks, factor: float, name: str = "status-quo") -> np.ndarray:
    return np.abs(attacks[factor][name] / attacks[1.0][name] - 1.0)


def turned(attacks, factor: float, policy: str) -> np.ndarray:
    """Return whether the effect of a policy has another sign than without the factor."""
    signs = []
    for at in (factor, 1.0):
        base = attacks[at]["status-quo"]
        effect = attacks[at][policy] / base - 1.0
        signs.append(np.where(np.abs(effect) < NEAR, 0.0, np.sign(effect)))
    return signs[0] * signs[1] < 0.0


def page(attacks, drawn: dict[str, np.ndarray]) -> str:
    """Return the page of docs/validation."""
    lines = [
        "# How much of the arbitrary start is left",
        "",
        "Measured and written by tests/theory/test_start.py; no number is edited by hand. A "
        f"history from {worlds.FIRST} to {worlds.START}, with the lethal operations of the record, "
        "begins with the militants that a draw says, with half of them and with twice as many. "
        f"{DRAWS} draws of `full`, mean field, then five years of a study.",
        "",
        "| militants in 2004 | militants at the study's start, ratio: median (5 to 95 % of draws) "
        "| attacks in study years 1 to 5, ratio "
        "| draws in which attacks move by less than 25 % (90 % interval) |",
        "|---|---|---|---|",
    ]
    for factor, name in ((0.5, "half"), (2.0, "twice")):
        share = _known(moved(attacks, factor) < MOST_MOVED)
        lines.append(
            f"| {name} | {_ratio(attacks, factor, 'militants')} | "
            f"{_ratio(attacks, factor, 'status-quo')} | {share} |"
        )
    lines += [
        "",
        "| policy | draws in which its effect on attacks changes sign: half | twice |",
        "|---|---|---|",
    ]
    for policy in worlds.POLICIES:
        half, twice = (100 * turned(attacks, factor, policy).mean() for factor in (0.5, 2.0))
        lines.append(f"| `{policy}` | {half:.0f} % | {twice:.0f} % |")
    lines += ["", f"An effect below {100 * NEAR:.0f} % of attacks has no sign here.", ""]
    lines += [*_chance_lines(drawn)]
    lines += ["## What is met and what is not", "", *_verdicts(attacks), ""]
    return "\n".join(lines)


def _verdicts(attacks) -> list[str]:
    """Return sentences on the two bars, and on the draws that the start still moves."""
    sentences = [
        "Asked for: attacks move by less than 25 % in 80 % of draws, and at most 5 % of effects "
        "change sign."
    ]
    quiet = attacks[1.0]["status-quo"] < QUIET * worlds.AFTER / 52
    for factor, name in ((0.5, "Half"), (2.0, "Twice")):
        far = moved(attacks, factor) >= MOST_MOVED
        met = "met" if (~far).mean() >= LEAST_STILL else "**not met**"
        known = share_of((~far).astype(np.float64))
        if known.low < LEAST_STILL < known.high:
            met += ", by less than these draws can tell"
        sentences.append(
            f"{name} the militants: the first is {met}: {_known(~far)}. Of "
            f"the {far.sum()} draws that move by more, {(far & quiet).sum()} have fewer than "
            f"{QUIET} attacks per year; of the other draws, {(~far & quiet).sum()} have."
        )
    changed = np.mean([turned(attacks, f, p) for f in (0.5, 2.0) for p in worlds.POLICIES])
    sentences.append(
        f"Effects on attacks that change sign, over all policies and both: {100 * changed:.1f} %."
    )
    return [" ".join(sentences)]


def _ratio(attacks, factor: float, name: str) -> str:
    low, middle, high = np.quantile(attacks[factor][name] / attacks[1.0][name], [0.05, 0.5, 0.95])
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


MISSED = pytest.mark.xfail(strict=True, reason="asked for, and not met: see the page")


@MISSED
@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_start__moves_attacks_by_less_than_a_quarter_in_most_draws(attacks, factor):
    assert (moved(attacks, factor) < MOST_MOVED).mean() >= LEAST_STILL


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_start__changes_the_sign_of_hardly_any_policy_effect(attacks, factor):
    changed = np.mean([turned(attacks, factor, policy) for policy in worlds.POLICIES])
    assert changed <= MOST_TURNED


def test_start__without_a_history_moves_attacks_in_most_draws():
    """Negative control: the same factors at the study's own start are felt."""
    scenario = drawn_scenario(
        "full", "status-quo", weeks=worlds.AFTER, draws=AT_ONCE, seed=worlds.SEED
    )
    members = np.arange(AT_ONCE)
    one, two = (
        worlds.attacks_after(
            scenario, worlds.first_state(scenario, members, factor, whole=False), "status-quo"
        )
        for factor in (1.0, 2.0)
    )
    assert (np.abs(two / one - 1.0) >= MOST_MOVED).mean() > 0.5
