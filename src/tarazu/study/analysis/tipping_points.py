"""Tipping points: the value of one parameter at which a ranking of two policies changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tarazu.core.number_format import significant
from tarazu.model import draw_parameters
from tarazu.study.analysis.ranking import SAME, Ranking, ranked_outcome
from tarazu.study.analysis.sign_changes import RANGE, Scan, nearest_change, scan
from tarazu.study.analysis.uncertainty import Estimate, share_of
from tarazu.study.setup.design import latin_hypercube
from tarazu.study.setup.outcomes import Outcome
from tarazu.study.setup.scenario import Scenario

FloatArray = NDArray[np.float64]
Progress = Callable[[int, int], None]

MEDIAN: Final = 0.5
NAMED: Final = 6  # parameters that a sentence names
MEDIANS, DRAWN = "the prior medians", "the drawn parameters"


@dataclass(frozen=True, slots=True, eq=False)
class TippingPoints:
    """Tipping points of a ranking of two policies: one parameter moved along its prior.

    Attributes
    ----------
    effect : policy less baseline at the start, in the outcome's unit.
    where : where all parameters start, in words.
    table : one row per parameter that is uncertain, nearest tipping point first; parameter, unit,
        start_value, start_quantile; tips: whether the other policy is ahead somewhere inside
        `sign_changes.RANGE` of its prior; tipping_value, tipping_quantile, distance (quantiles
        moved; NaN without a tipping point); beyond_quantile, beyond_effect: of the points scanned
        past the tipping point, up to the next one, the one with the largest opposite effect;
        effect_low, effect_high: at the ends of that range; effect_least, effect_most: over it;
        n_changes: sign changes over it, more than one means that the ranking turns back;
        is_monotone: whether the effect only rises, or only falls, over the points scanned: where
        it does not, a tipping point between two of them may be missed.
    n_fixed : parameters with one value, which cannot move.
    """

    hypothesis: str
    policy: str
    baseline: str
    outcome: Outcome
    weeks: int
    where: str
    effect: float
    table: pd.DataFrame
    n_fixed: int

    @property
    def n_tipping(self) -> int:
        """Number of parameters that change the ranking alone."""
        return int(self.table["tips"].sum())

    @property
    def moves(self) -> NDArray[np.bool_]:
        """(rows of the table,) whether a parameter changes the effect by more than rounding."""
        span = self.table["effect_most"] - self.table["effect_least"]
        level = np.maximum(self.table["effect_most"].abs(), self.table["effect_least"].abs())
        return np.asarray(span > SAME * level)

    @property
    def ranks(self) -> tuple[str, ...]:
        """Parameters that, moved alone, put one policy ahead where the two start level."""
        return tuple(self.table["parameter"][self.moves]) if self.effect == 0.0 else ()

    def sentence(self) -> str:
        """Return in words which policy is ahead, and the nearest tipping point."""
        if self.effect == 0.0:
            return self._level()
        better, worse = self.policy, self.baseline
        gap = self.effect
        if (gap < 0.0) != (self.outcome.better == "lower"):
            better, worse, gap = worse, better, -gap
        head = (
            f"Under '{self.hypothesis}', '{better}' beats '{worse}' at {self.where} ("
            f"{significant(gap, signed=True)} "
            f"{_unit(self.outcome, self.weeks)})"
        )
        tried = f"of {len(self.table)} parameters tried one by one ({self.n_fixed} more are fixed)"
        if not self.n_tipping:
            return f"{head}; none {tried} changes that within 99% of its prior."
        first = self.table.iloc[0]
        rises = first["tipping_quantile"] > first["start_quantile"]
        return (
            f"{head}; the ranking changes if {first['parameter']} "
            f"{'exceeds' if rises else 'falls below'} {significant(first['tipping_value'])} "
            f"(prior quantile {first['tipping_quantile']:.3f}). Alone, {self.n_tipping} {tried} "
            "change it within 99% of their priors."
        )

    def _level(self) -> str:
        """Return in words that there is no ranking, and the parameters that make one."""
        head = (
            f"Under '{self.hypothesis}', '{self.policy}' and '{self.baseline}' are level at "
            f"{self.where}: there is no ranking to change."
        )
        if not self.ranks:
            return f"{head} None of the {len(self.table)} parameters tried, moved alone, makes one."
        named = ", ".join(self.ranks[:NAMED])
        more = f" and {len(self.ranks) - NAMED} more" if len(self.ranks) > NAMED else ""
        return (
            f"{head} Of {len(self.table)} parameters, each moved alone within 99% of its prior, "
            f"these {len(self.ranks)} put one of the two ahead: {named}{more}. Responses of "
            "either sign have a median of 0, so a lever that acts through them has no effect at "
            "the medians: start from draws instead (--draws 20)."
        )


@dataclass(frozen=True, slots=True, eq=False)
class TippingPointsOverDraws:
    """Share of drawn starting points from which each parameter changes the ranking alone.

    Attributes
    ----------
    ahead : share of draws in which the policy is ahead of the baseline.
    table : parameter, unit, tips (share of draws with a tipping point, with its 90% interval),
        distance (median over these draws), n_tipping, n_draws; most often first.
    """

    ahead: Estimate
    table: pd.DataFrame


def find_tipping_points(
    baseline: Scenario,
    policy: Scenario,
    *,
    outcome: str = "attacks",
    start: FloatArray | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> TippingPoints:
    """Return the smallest move of each parameter, alone, that puts the other policy ahead.

    Mean field, so that a tipping point is exact: each parameter is scanned over 99% of its prior,
    as the hypothesis restricts it, all others held, and each first change of sign on either side
    of the start is bisected. Sizes of moves are prior quantiles.

    Parameters
    ----------
    baseline, policy : scenarios of one hypothesis that differ in the policy alone; their drawn
        parameters are not used.
    outcome : one that has a better side, over the weeks of the levers.
    start : (P,) prior quantiles in (0, 1) at which all parameters start; None: the medians.
    workers : threads, >= 1; results do not depend on it.
    progress : called with the number of runs of the scan that are done, and of all.

    Raises
    ------
    ScenarioError
        The outcome has no better side, or the scenarios differ in more than the policy.
    """
    ranking = Ranking(baseline, policy, ranked_outcome(outcome), workers)
    names = [*baseline.model.parameters]
    begin = np.full(len(names), MEDIAN) if start is None else start
    free = _free(baseline)
    found = scan(lambda at: ranking.expected(at, progress), begin, free)
    change = nearest_change(ranking.expected, begin, found)
    return TippingPoints(
        hypothesis=baseline.hypothesis.name,
        policy=policy.policy.name,
        baseline=baseline.policy.name,
        outcome=ranking.outcome,
        weeks=baseline.weeks,
        where=MEDIANS if start is None else DRAWN,
        effect=found.start_effect,
        table=_table(baseline, begin, found, change),
        n_fixed=len(names) - len(free),
    )


def tipping_points_over_draws(
    baseline: Scenario,
    policy: Scenario,
    *,
    draws: int,
    outcome: str = "attacks",
    seed: int = 0,
    workers: int = 1,
    progress: Progress | None = None,
) -> TippingPointsOverDraws:
    """Return how often each parameter changes the ranking alone, from points drawn from the prior.

    Parameters
    ----------
    draws : starting points, a Latin hypercube of them, >= 1; each costs a call of
        `find_tipping_points`.
    progress : called with the number of draws that are done, and of all.
    """
    starts = latin_hypercube(baseline.model.design_ids.values(), draws, seed)
    found = []
    for draw, start in enumerate(starts, start=1):
        found.append(
            find_tipping_points(baseline, policy, outcome=outcome, start=start, workers=workers)
        )
        if progress is not None:
            progress(draw, draws)
    return summarise(found)


def summarise(found: Sequence[TippingPoints]) -> TippingPointsOverDraws:
    """Return tipping points from several starting points, parameter by parameter."""
    lower = found[0].outcome.better == "lower"
    ahead = [one.effect != 0.0 and (one.effect < 0.0) == lower for one in found]
    rows = []
    for (name, unit), part in pd.concat([one.table for one in found]).groupby(
        ["parameter", "unit"], sort=False
    ):
        rows.append(
            {
                "parameter": name,
                "unit": unit,
                **share_of(part["tips"].to_numpy(dtype=np.float64)).columns("tips"),
                "distance": part["distance"].median(),
                "n_tipping": int(part["tips"].sum()),
                "n_draws": len(part),
            }
        )
    table = pd.DataFrame(rows).sort_values(
        ["n_tipping", "distance", "parameter"], ascending=[False, True, True], ignore_index=True
    )
    return TippingPointsOverDraws(share_of(np.array(ahead, dtype=np.float64)), table)


def _free(scenario: Scenario) -> NDArray[np.int64]:
    """Return the places of the parameters that have more than one value under the hypothesis."""
    ends = np.array([np.full(len(scenario.model.parameters), end) for end in RANGE])
    low, high = draw_parameters(scenario.model, scenario.hypothesis, ends)
    return np.flatnonzero(low != high)


def values_at(scenario: Scenario, quantiles: FloatArray) -> FloatArray:
    """Return the (P,) parameters at some quantiles of their priors."""
    return np.asarray(draw_parameters(scenario.model, scenario.hypothesis, quantiles[None])[0])


def _table(scenario: Scenario, start: FloatArray, found: Scan, change: FloatArray) -> pd.DataFrame:
    names, at_start = [*scenario.model.parameters], values_at(scenario, start)
    moved = start.copy()
    tips = ~np.isnan(change)
    moved[found.columns[tips]] = change[tips]
    at_tipping = values_at(scenario, moved)
    rows: list[dict[str, Any]] = []
    for row, p in enumerate(found.columns):
        name = names[p]
        beyond = found.beyond(row, change[row]) if tips[row] else (np.nan, np.nan)
        rows.append(
            {
                "parameter": name,
                "unit": scenario.model.parameters[name].unit,
                "start_value": at_start[p],
                "start_quantile": start[p],
                "tips": bool(tips[row]),
                "tipping_value": at_tipping[p] if tips[row] else np.nan,
                "tipping_quantile": change[row],
                "distance": abs(change[row] - start[p]),
                "beyond_quantile": beyond[0],
                "beyond_effect": beyond[1],
                "effect_low": found.effects[row, 0],
                "effect_high": found.effects[row, -1],
                "effect_least": found.effects[row].min(),
                "effect_most": found.effects[row].max(),
                "n_changes": found.n_changes(row),
                "is_monotone": found.is_monotone(row),
            }
        )
    table = pd.DataFrame(rows)
    span = table["effect_most"] - table["effect_least"]
    order = table.assign(span=-span).sort_values(
        ["distance", "span", "parameter"], kind="stable", na_position="last"
    )
    return order.drop(columns="span").reset_index(drop=True)


def _unit(outcome: Outcome, weeks: int) -> str:
    years, rest = divmod(weeks, 52)
    length = f"{weeks} weeks" if rest or years == 1 else f"{years} years"
    if outcome.over == "end":
        return f"{outcome.unit}, {outcome.name}, after {length}"
    what = outcome.name if outcome.unit in outcome.name else f"{outcome.unit}, {outcome.name},"
    return f"{what} over {length}"
