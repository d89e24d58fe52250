"""Attrition frontier: where violence ends, persists or grows over tempo and a second axis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tarazu.core.errors import ScenarioError
from tarazu.model.hold import Link, with_holds
from tarazu.study.analysis.uncertainty import Estimate, share_of
from tarazu.study.setup.outcomes import YEAR
from tarazu.study.setup.scenario import Scenario

FloatArray = NDArray[np.float64]
Verdict = Literal["dies out", "shrinks", "persists", "grows"]

TEMPO: Final = "operational_tempo"
TRUST: Final = Link("trust", "*")
STARTS: Final = {"low": 0.1, "high": 10.0}  # militants at the start, times those drawn
END: Final = 520  # weeks; any year without an attack before it counts, not the last alone
DIES_OUT: Final = 0.9  # least probability of no attack for a year by then
FACTOR: Final = 2.0  # attacks of the last year against the first: below 1/2 shrinks, above 2 grows
RULES: Final[dict[Verdict, str]] = {
    "dies out": f"P(no attack for {YEAR} weeks by week {END}) >= {DIES_OUT}",
    "shrinks": f"else, median attacks of the last year below 1/{FACTOR:g} of the first year's",
    "grows": f"else, median attacks of the last year above {FACTOR:g} times the first year's",
    "persists": "else",
}
"""Rules by which a cell is labelled; written before any frontier was computed."""


@dataclass(frozen=True, slots=True, eq=False)
class Frontier:
    """Verdicts over tempo and a second axis.

    Attributes
    ----------
    axis : name of the second axis, a lever or ``trust`` (held at a level).
    table : tempo, level, start (low, high), p_quiet with its interval (90%, over draws), ratio
        (median attacks of the last year over the first; NaN where the first has none), verdict,
        n_draws, n_runs.
    """

    hypothesis: str
    axis: str
    table: pd.DataFrame

    def ending_tempos(self, level: float) -> list[float]:
        """Return the tempos at which violence dies out from both starts, at one level."""
        at = self.table[self.table["level"] == level]
        tempos = sorted(set(at["tempo"].tolist()))
        return [t for t in tempos if (at.loc[at["tempo"] == t, "verdict"] == "dies out").all()]

    def sentence(self, level: float) -> str:
        """Return in words whether any tempo tried ends violence, at one level of the axis."""
        tempos = sorted(set(self.table["tempo"]))
        tried = f"{len(tempos)} tempos from {tempos[0]:g} to {tempos[-1]:g}"
        if len(tempos) == 1:
            tried = f"tempo {tempos[0]:g} alone"
        ends = self.ending_tempos(level)
        if ends:
            named = ", ".join(f"{tempo:g}" for tempo in ends)
            return (
                f"Under '{self.hypothesis}' violence dies out at tempo {named} ({tried} tried, "
                f"{self.axis} at {level:g})."
            )
        at = self.table[self.table["level"] == level]
        worse = at.loc[at.groupby("tempo")["p_quiet"].idxmin()]  # of the two starts
        ranked = worse[worse["p_quiet"] == worse["p_quiet"].max()].sort_values("tempo")
        best, *tied = ranked.to_dict("records")
        named = f"{best['tempo']:g}"
        if tied:
            named += f" (tied with {', '.join(format(row['tempo'], 'g') for row in tied)})"
        return (
            f"Under '{self.hypothesis}' no tempo ends it ({tried} tried, {self.axis} at "
            f"{level:g}): the best, {named}, leaves a year without an attack in "
            f"{best['p_quiet']:.0%} of runs ({best['p_quiet_low']:.0%} to "
            f"{best['p_quiet_high']:.0%})."
        )


def attrition_frontier(
    scenario: Scenario,
    tempos: Sequence[float],
    axis: str,
    levels: Sequence[float],
    *,
    replicates: int = 5,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Frontier:
    """Return whether violence ends, persists or grows over tempo and a second axis.

    Every cell is run from few and from many militants, with the same draws of the parameters and
    common random numbers, so that cells differ in nothing but the two axes.

    Parameters
    ----------
    tempos : of the lever ``operational_tempo``.
    axis : a lever, set everywhere; or ``trust``, held at the level whatever happens.
    levels : of that axis. replicates : per draw.
    progress : called with the number of cells that are done, and of all.

    Raises
    ------
    ScenarioError
        The axis is neither a lever nor trust, a value lies outside its range, or the levers end
        before week 520.
    """
    if scenario.weeks < END:
        raise ScenarioError(f"levers of {scenario.weeks} weeks", expected=f"{END} or more")
    held = axis == TRUST.source
    if held:
        scenario = scenario.with_model(with_holds(scenario.model, [TRUST]))
        scenario = scenario.with_lever(TRUST.switch, 1.0)
    rows, done, total = [], 0, len(STARTS) * len(tempos) * len(levels)
    for tempo in tempos:
        at_tempo = _set(scenario, TEMPO, tempo)
        for level in levels:
            cell = _set(at_tempo, TRUST.path if held else axis, level)
            for start in STARTS:
                rows.append(
                    {"tempo": tempo, "level": level, "start": start}
                    | _cell(cell, STARTS[start], replicates, seed)
                )
                done += 1
                if progress is not None:
                    progress(done, total)
    return Frontier(scenario.hypothesis.name, axis, pd.DataFrame(rows))


def _cell(scenario: Scenario, factor: float, replicates: int, seed: int) -> dict[str, object]:
    parameters = scenario.parameters.copy()
    parameters[:, scenario.column("start_level")] *= factor
    members = np.arange(len(parameters) * replicates)
    run = replace(scenario, parameters=parameters).run(
        members // replicates, members, seed=seed, weeks=END
    )
    attacks = run.series("attacks")  # (M, T)
    quiet = (_longest_quiet(attacks) >= YEAR).reshape(-1, replicates).mean(axis=1)
    first, last = attacks[:, :YEAR].sum(axis=1), attacks[:, -YEAR:].sum(axis=1)
    begins = float(np.median(first))
    ratio = float(np.median(last)) / begins if begins > 0 else np.nan
    share = share_of(quiet)
    return {
        **share.columns("p_quiet"),
        "ratio": ratio,
        "verdict": _label(share, ratio),
        "n_draws": len(parameters),
        "n_runs": len(members),
    }


def _label(quiet: Estimate, ratio: float) -> Verdict:
    if quiet.value >= DIES_OUT:
        return "dies out"
    if ratio < 1.0 / FACTOR:
        return "shrinks"
    return "grows" if ratio > FACTOR else "persists"


def _longest_quiet(attacks: FloatArray) -> NDArray[np.int64]:
    """Return (M,) longest runs of weeks without an attack."""
    longest = np.zeros(len(attacks), dtype=np.int64)
    running = np.zeros_like(longest)
    for week in (attacks == 0).T:
        running = np.where(week, running + 1, 0)
        longest = np.maximum(longest, running)
    return longest


def _set(scenario: Scenario, name: str, value: float) -> Scenario:
    levers = scenario.model.levers
    if name not in levers:
        raise ScenarioError(
            f"'{name}' is not an axis", expected=f"trust, or a lever: {', '.join(levers)}"
        )
    if not levers[name].low <= value <= levers[name].high:
        expected = f"{levers[name].low:g} to {levers[name].high:g}"
        raise ScenarioError(f"{name} = {value:g}", expected=expected)
    return scenario.with_lever(name, value)
