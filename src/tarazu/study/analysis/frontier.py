"""The attrition frontier: whether any tempo of operations ends violence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tarazu.core.errors import ScenarioError
from tarazu.engine import simulate
from tarazu.model import Model
from tarazu.model.hold import Link, with_holds
from tarazu.study.analysis.uncertainty import Estimate, share_of
from tarazu.study.setup.outcomes import YEAR
from tarazu.study.setup.scenario import Case

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
"""How a cell of the frontier is labelled; written before any frontier was computed."""


@dataclass(frozen=True, slots=True, eq=False)
class Frontier:
    """Verdicts over tempo and a second axis.

    Attributes
    ----------
    axis : name of the second axis, a lever or ``trust`` (held at a level).
    table : tempo, level, start (low, high), p_quiet with its interval (90 %, over draws), ratio
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
        """Say whether any tempo that was tried ends violence, at one level of the other axis."""
        tempos = sorted(set(self.table["tempo"]))
        tried = f"{len(tempos)} tempos from {tempos[0]:g} to {tempos[-1]:g}"
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
    case: Case,
    tempos: Sequence[float],
    axis: str,
    levels: Sequence[float],
    *,
    replicates: int = 5,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Frontier:
    """Return what becomes of violence over tempo and intelligence, or tempo and trust.

    Every cell is run from few and from many militants. Parameters are drawn once and luck is
    shared, so that cells differ in nothing but the two axes.

    Parameters
    ----------
    tempos : of the lever ``operational_tempo``.
    axis : a lever, set everywhere; or ``trust``, held at the level whatever happens.
    levels : of that axis. replicates : of luck, a draw.

    Raises
    ------
    ScenarioError
        The axis is neither a lever nor trust, a value lies outside its range, or the levers of the
        case end before week 520.
    """
    if case.levers.shape[1] < END:
        raise ScenarioError(f"levers of {case.levers.shape[1]} weeks", expected=f"{END} or more")
    held = axis == TRUST.source
    model = with_holds(case.model, [TRUST]) if held else case.model
    case = replace(case, model=model, levers=_padded(case, model))
    rows, done, total = [], 0, len(STARTS) * len(tempos) * len(levels)
    for tempo in tempos:
        for level in levels:
            levers = case.levers[:, :END].copy()
            _set(levers, case, TEMPO, tempo)
            if held:
                _set(levers, case, TRUST.switch, 1.0)
            _set(levers, case, TRUST.path if held else axis, level)
            for start in STARTS:
                rows.append(
                    {"tempo": tempo, "level": level, "start": start}
                    | _cell(case, levers, STARTS[start], replicates, seed)
                )
                done += 1
                if progress is not None:
                    progress(done, total)
    return Frontier(case.hypothesis.name, axis, pd.DataFrame(rows))


def _cell(
    case: Case, levers: FloatArray, factor: float, replicates: int, seed: int
) -> dict[str, object]:
    parameters = case.parameters.copy()
    parameters[:, [*case.model.parameters].index("initial_militants")] *= factor
    members = np.arange(len(parameters) * replicates)
    attacks = simulate(
        case.model,
        np.repeat(parameters, replicates, axis=0),
        levers,
        districts=case.places,
        seed=seed,
        members=members,
        weeks=END,
    ).series("attacks")  # (M * R, T)
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


def _padded(case: Case, model: Model) -> FloatArray:
    """Return the levers with rows for those that holding a link added, at their defaults."""
    added = [*model.levers.values()][len(case.levers) :]
    rows = [np.full((1, *case.levers.shape[1:]), lever.default) for lever in added]
    return np.concatenate([case.levers, *rows])


def _set(levers: FloatArray, case: Case, name: str, value: float) -> None:
    if name not in case.model.levers:
        raise ScenarioError(
            f"'{name}' is no axis", expected=f"trust, or a lever: {', '.join(case.model.levers)}"
        )
    lever = case.model.levers[name]
    if not lever.low <= value <= lever.high:
        raise ScenarioError(f"{name} = {value:g}", expected=f"{lever.low:g} to {lever.high:g}")
    levers[[*case.model.levers].index(name)] = value
