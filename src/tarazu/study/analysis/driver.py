"""The assumption that decides a comparison, found in the draws that a study has already run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tarazu.study.analysis.leader import draws_of
from tarazu.study.analysis.summary import in_order, main_horizon
from tarazu.study.runner.result import StudyTables

FloatArray = NDArray[np.float64]

EXCHANGES: Final = 999  # random orders of the draws; the smallest p-value is 1 in 1,000
SIGNIFICANCE: Final = 0.05  # of the largest of all correlations
FEWEST: Final = 12  # draws; below, no correlation can stand out among a hundred parameters
SIDE: Final = 0.1  # of the draws, on either side of a split at least
WIDE: Final = (0.05, 0.5, 0.95)  # quantiles over the draws


@dataclass(frozen=True, slots=True)
class Driver:
    """The parameter on which a paired change depends most, over the draws of one hypothesis.

    Attributes
    ----------
    n_tried : parameters that differ between draws. n_draws : of the hypothesis.
    parameter, unit : "" where none stands out.
    is_assumed : whether its prior rests on no source.
    correlation : Spearman's, between the parameter and the change (policy less baseline).
    p_value : of the largest absolute correlation of all parameters, by random orders of the draws.
    split : value that separates draws with a fall from those with a rise best.
    quantile : share of draws below the split: 0.5 is in the middle of what is assumed.
    low, median, high : 5%, 50% and 95% quantiles of the parameter over the draws.
    below, above : (draws in which the policy has less of the outcome, draws) on each side.
    """

    policy: str
    n_tried: int
    n_draws: int
    parameter: str = ""
    unit: str = ""
    is_assumed: bool = False
    correlation: float = float("nan")
    p_value: float = 1.0
    split: float = float("nan")
    quantile: float = float("nan")
    low: float = float("nan")
    median: float = float("nan")
    high: float = float("nan")
    below: tuple[int, int] = (0, 0)
    above: tuple[int, int] = (0, 0)

    @property
    def stands_out(self) -> bool:
        """Whether the parameter is correlated with the change more than any would be by chance."""
        return bool(self.parameter)


def find_driver(
    result: StudyTables,
    policy: str,
    outcome: str = "deaths_civilian",
    *,
    weeks: int | None = None,
    hypothesis: str | None = None,
) -> Driver:
    """Return the parameter that decides best whether a policy has less of an outcome.

    It uses the draws of the study and runs nothing, so that its answer is about the study as it was
    run, with drawn events. `find_tipping_points` moves one parameter at a time in the mean field:
    exact, and slower. All parameters vary together here. With some hundred of them and tens of
    draws one is always correlated, therefore the largest correlation is compared with the largest
    ones of the same draws in random order (Westfall & Young's max-T).

    Parameters
    ----------
    outcome : the paired change of this outcome from the baseline, draw by draw.
    weeks : a horizon; None for the main one.
    hypothesis : None for the one that rules nothing out, or else the first.

    References
    ----------
    Westfall & Young (1993), Resampling-Based Multiple Testing, section 2.5.
    """
    weeks = main_horizon(result) if weeks is None else weeks
    hypothesis = in_order(result)[0] if hypothesis is None else hypothesis
    table = draws_of(result, outcome, weeks, hypothesis)
    change = (table[policy] - table[result.baseline]).to_numpy(dtype=np.float64)
    drawn = result.parameters
    drawn = drawn[drawn["hypothesis"] == hypothesis].set_index("draw").loc[table.index]
    names = [name for name in drawn.columns if name != "hypothesis" and drawn[name].nunique() > 1]
    nothing = Driver(policy, len(names), len(table))
    if len(table) < FEWEST or not names or np.ptp(change) == 0.0:
        return nothing
    values = drawn[names].to_numpy(dtype=np.float64)
    found = find_decider(values, change, seed=result.seed)
    if found is None:
        return nothing
    info = result.parameter_info.set_index("parameter").loc[names[found.column]]
    column = values[:, found.column]
    low, median, high = (float(q) for q in np.quantile(column, WIDE))
    return Driver(
        policy,
        len(names),
        len(table),
        names[found.column],
        str(info["unit"]),
        str(info["source"]).lower().startswith("assumed"),
        found.correlation,
        found.p_value,
        found.split,
        float((column < found.split).mean()),
        low,
        median,
        high,
        found.below,
        found.above,
    )


@dataclass(frozen=True, slots=True)
class Decider:
    """The column of parameters that decides whether a change is a fall.

    Attributes
    ----------
    column : its index. correlation, p_value, split, below, above : see `Driver`.
    """

    column: int
    correlation: float
    p_value: float
    split: float
    below: tuple[int, int]
    above: tuple[int, int]


def find_decider(values: FloatArray, change: FloatArray, *, seed: int) -> Decider | None:
    """Return the parameter that decides best whether a change is a fall; None if none stands out.

    Parameters
    ----------
    values, change, seed : see `rank_correlations`.
    """
    correlations, chance = rank_correlations(values, change, seed=seed)
    best = int(np.abs(correlations).argmax())
    p_value = (1 + np.count_nonzero(chance >= abs(correlations[best]))) / (1 + len(chance))
    if p_value > SIGNIFICANCE:
        return None
    column = values[:, best]
    split = _split(column, change < 0.0)
    return Decider(
        best,
        float(correlations[best]),
        float(p_value),
        split,
        _count(change[column < split]),
        _count(change[column >= split]),
    )


def rank_correlations(
    values: FloatArray, change: FloatArray, *, seed: int
) -> tuple[FloatArray, FloatArray]:
    """Return Spearman's correlation of each parameter with a change, and what chance would give.

    Parameters
    ----------
    values : (N, K) parameters that differ between draws. change : (N,) of the same draws, not all
        equal.

    Returns
    -------
    (K,) correlations; (`EXCHANGES`,) the largest absolute one of each random order of the draws.
    """
    ranks = np.column_stack([_standard_ranks(column) for column in values.T])
    target = _standard_ranks(change)
    return ranks.T @ target / len(target), _largest_by_chance(ranks, target, seed)


def _standard_ranks(values: FloatArray) -> FloatArray:
    """Return ranks, ties shared, with mean 0 and variance 1."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2.0)[place]
    return np.asarray((ranks - ranks.mean()) / ranks.std())


def _largest_by_chance(ranks: FloatArray, target: FloatArray, seed: int) -> FloatArray:
    """Return the largest absolute correlation of each random order of the draws."""
    generator = np.random.Generator(np.random.Philox(key=seed))
    orders = np.stack([generator.permutation(target) for _ in range(EXCHANGES)])
    return np.asarray(np.abs(orders @ ranks).max(axis=1) / len(target))


def _split(values: FloatArray, is_less: NDArray[np.bool_]) -> float:
    """Return the value that tells draws with a fall from those with a rise with fewest mistakes.

    Of several such values, the one nearest to the middle of the draws.
    """
    order = np.argsort(values, kind="stable")
    ordered, less = values[order], is_less[order]
    n, every = len(values), int(is_less.sum())
    side = max(1, round(SIDE * n))

    def mistakes(k: int) -> tuple[int, float]:
        falls_below = int(less[:k].sum())
        wrong = falls_below + (n - k) - (every - falls_below)  # if falls belong above
        return min(wrong, n - wrong), abs(k - n / 2.0)

    best = min(range(side, n - side + 1), key=mistakes)
    return float((ordered[best - 1] + ordered[best]) / 2.0)


def _count(change: FloatArray) -> tuple[int, int]:
    return int(np.count_nonzero(change < 0.0)), len(change)
