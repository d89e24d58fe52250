"""All questions about the dates of operations put to one set of moved dates.

Each estimator has its own test. So that the probability of a false finding among them can be
controlled with their dependence, each question is asked again as one sum of residual attacks
around operations, and all sums see the same moved dates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tarazu.core.jit import kernel
from tarazu.evidence.daily import DailyCounts, count_days
from tarazu.evidence.dose_effect import HEADLINE as DOSE_WEEKS
from tarazu.evidence.excitation import expect_attacks
from tarazu.evidence.reaction import HEADLINE as REACTION_DAYS
from tarazu.evidence.retaliation import HORIZON_DAYS
from tarazu.evidence.windows import SHIFT_DAYS, moved_day
from tarazu.record import Record

Array = NDArray[np.float64]

MOVES: Final = 999
LEAD_DAYS: Final = 84  # before an operation; attacks there may be why it came
SUMS: Final = {
    "retaliation": "attacks in the district on the 42 days after, beyond trend and earlier attacks",
    "wake": "the same beyond trend alone",
    "displacement": "attacks next door on the 42 days after, beyond trend and earlier attacks",
    "dose": "attacks in weeks 5 to 52 beyond trend, weighted by militants killed less their mean",
    "reaction": "attacks in the district on the 28 days before, beyond trend",
}
"""What is summed over operations, by the estimator that asks the same question."""


@dataclass(frozen=True, slots=True)
class JointDates:
    """One sum an estimator, as dated and under moved dates.

    Attributes
    ----------
    names : (J,) estimators. observed : (J,). moved : (R, J), replicate by replicate the same dates.
    """

    names: tuple[str, ...]
    observed: Array
    moved: Array


def ask_jointly(record: Record, *, moves: int = MOVES, seed: int = 0) -> JointDates:
    """Return the sums of a record, as dated and with dates moved by up to 26 weeks.

    Raises
    ------
    FitError
        The record has no day-dated attack with a district.
    """
    counts = count_days(record)
    return sum_jointly(counts, _doses(record, counts), moves=moves, seed=seed)


def sum_jointly(
    counts: DailyCounts, doses: Array, *, moves: int = MOVES, seed: int = 0
) -> JointDates:
    """Return the sums of daily counts; see `ask_jointly`.

    Days within 84 days before an operation of their district are left out of the sums over days
    after operations, as dated and as moved: operations follow attacks, and a moved date that falls
    before the true one would collect the attacks that brought it.

    Parameters
    ----------
    doses : (N,) militants killed in each operation, operations in order of day, then district.
    """
    operations = counts.operations
    days, districts = np.repeat(np.argwhere(operations > 0), operations[operations > 0], axis=0).T
    past, trend = expect_attacks(counts)
    usable = _usable(operations)
    near = counts.neighbours.astype(np.float64)
    conditional, plain = (counts.attacks - past) * usable, (counts.attacks - trend) * usable
    series = np.stack(
        [conditional, plain, conditional @ near, counts.attacks - trend, counts.attacks - trend]
    )
    cumulated = np.zeros((len(SUMS), len(operations) + 1, operations.shape[1]))
    np.cumsum(series, axis=1, out=cumulated[:, 1:])
    windows = np.array(
        [
            (1, HORIZON_DAYS),
            (1, HORIZON_DAYS),
            (1, HORIZON_DAYS),
            (7 * DOSE_WEEKS[0] - 6, 7 * DOSE_WEEKS[1]),
            (-REACTION_DAYS[1], -REACTION_DAYS[0]),
        ]
    )
    weights = np.ones((len(SUMS), len(days)))
    weights[list(SUMS).index("dose")] = doses - doses.mean() if len(doses) else 0.0
    observed, moved = np.zeros((1, len(SUMS))), np.zeros((moves, len(SUMS)))
    _sum_moved(cumulated, days, districts, windows, weights, seed, 0, observed)
    _sum_moved(cumulated, days, districts, windows, weights, seed, SHIFT_DAYS, moved)
    return JointDates(tuple(SUMS), observed[0], moved)


def _usable(operations: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return (T, D) whether no operation follows in the district within 84 days."""
    ahead = np.zeros((len(operations) + LEAD_DAYS + 1, operations.shape[1]), dtype=np.int64)
    np.cumsum(operations, axis=0, out=ahead[1 : len(operations) + 1])
    ahead[len(operations) + 1 :] = ahead[len(operations)]
    following = ahead[LEAD_DAYS + 1 :] - ahead[1 : len(operations) + 1]
    return np.asarray(following == 0)


def _doses(record: Record, counts: DailyCounts) -> Array:
    """Return militants killed in each operation, in the order of day, then district."""
    events = record.events
    events = events[(events["initiator"] == "state") & (events["date_precision"] == 1)]
    events = events[events["district"].notna()]
    place = {slug: i for i, slug in enumerate(record.region.slugs)}
    table = events.assign(
        column=events["district"].map(place), dose=events["deaths_militant"] / events["count"]
    ).sort_values(["date", "column", "dose"], kind="stable")
    return np.repeat(table["dose"].to_numpy(dtype=np.float64), table["count"].to_numpy())


@kernel
def _sum_moved(
    cumulated: NDArray[np.float64],
    days: NDArray[np.int64],
    districts: NDArray[np.int64],
    windows: NDArray[np.int64],
    weights: NDArray[np.float64],
    seed: int,
    reach: int,
    sums: NDArray[np.float64],
) -> None:
    """Sum residuals in windows around operations, each date moved by up to `reach` days.

    cumulated : (J, T + 1, D) residuals before each day; days, districts : (N,); windows : (J, 2)
    first and last day; weights : (J, N). Writes sums (R, J).
    """
    n_days = cumulated.shape[1] - 1
    for r in range(sums.shape[0]):
        for i in range(days.shape[0]):
            day = moved_day(days[i], i, r, seed, reach, n_days)
            for j in range(windows.shape[0]):
                low = min(max(day + windows[j, 0], 0), n_days)
                high = min(max(day + windows[j, 1] + 1, 0), n_days)
                d = districts[i]
                sums[r, j] += weights[j, i] * (cumulated[j, high, d] - cumulated[j, low, d])
