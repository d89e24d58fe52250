"""Target, buffer and control around operations: quotient, difference, and an event study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from tarazu.evidence.daily_counts import DailyCounts
from tarazu.evidence.finding import FigureData
from tarazu.evidence.methods.comparison_days import (
    contrast_days,
    future,
    measure_days,
    past,
    sum_over,
)
from tarazu.evidence.methods.moved_dates import SHIFT_DAYS, list_events, move_days
from tarazu.evidence.sensitivity import FEWEST_EVENTS, by_sign
from tarazu.evidence.words import Words

Array = NDArray[np.float64]

WORDS: Final = Words(__package__)
RINGS: Final = ("same district", "next door", "second ring")
TOTAL: Final = "same district and next door"
# before the matched past of 84 days, and after the operation
LEADS: Final = ((113, 140), (85, 112))
AFTER: Final = ((1, 28), (29, 56), (57, 84))
MARGIN: Final = (LEADS[0][1], AFTER[-1][1])


@dataclass(frozen=True, slots=True)
class RingCounts:
    """Attacks around operations, summed over operations.

    Attributes
    ----------
    before, after : (3,) in the target (own district), the buffer (next door), and the control
        (the second ring).
    size : (3,) districts, summed over operations.
    """

    before: Array
    after: Array
    size: Array

    def quotient(self) -> float:
        """Return the weighted displacement quotient of buffer and target."""
        return weighted_displacement_quotient(
            (self.before[0], self.after[0]),
            (self.before[1], self.after[1]),
            (self.before[2], self.after[2]),
        )


@dataclass(frozen=True, slots=True)
class RingEffects:
    """Attacks per operation by ring and days, against matched days of the same district.

    Attributes
    ----------
    names : of the rows, rings and days in words; the last is the total of target and buffer.
    estimate, p_value : by row. interval : (rows, 2), each row alone.
    n_operations : compared.
    """

    names: tuple[str, ...]
    estimate: Array
    interval: Array
    p_value: Array
    n_operations: int


def weighted_displacement_quotient(
    target: tuple[float, float], buffer: tuple[float, float], control: tuple[float, float]
) -> float:
    """Return (change of buffer / control) over (change of target / control).

    Where attacks in the target fell against the control: below 0 part of them moved to the buffer,
    at -1 all, above 0 calm spread. Where they rose the quotient has no such meaning.

    Parameters
    ----------
    target, buffer, control : events before and after.

    Returns
    -------
    float
        NaN where the control is empty or the target did not change.

    References
    ----------
    Bowers & Johnson (2003), Journal of Quantitative Criminology 19, doi:10.1023/A:1024909009240.

    Examples
    --------
    >>> weighted_displacement_quotient((100, 80), (50, 60), (200, 200))
    -0.5
    """
    if min(control) <= 0:
        return float("nan")
    change = target[1] / control[1] - target[0] / control[0]
    if change == 0:
        return float("nan")
    return float((buffer[1] / control[1] - buffer[0] / control[0]) / change)


def second_ring(neighbours: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return (D, D) neighbours of neighbours that are neither neighbours nor the district."""
    reached = neighbours.astype(np.float64) @ neighbours.astype(np.float64) > 0
    return np.asarray(reached & ~neighbours & ~np.eye(len(neighbours), dtype=bool))


def count_rings(counts: DailyCounts, operations: NDArray[np.int64], horizon: int) -> RingCounts:
    """Count attacks in target, buffer and control on the days before and after operations."""
    days, districts = list_events(operations)
    return _count_around(_attacks_before(counts), counts.neighbours, days, districts, horizon)


def _attacks_before(counts: DailyCounts) -> list[NDArray[np.int64]]:
    """Return (T + 1, D) attacks before each day in target, buffer and control."""
    near, attacks = counts.neighbours, counts.attacks
    around = (attacks, sum_over(attacks, near), sum_over(attacks, second_ring(near)))
    return [np.vstack([np.zeros_like(ring[:1]), ring.cumsum(axis=0)]) for ring in around]


def _count_around(
    totals: list[NDArray[np.int64]],
    near: NDArray[np.bool_],
    days: NDArray[np.int64],
    districts: NDArray[np.int64],
    horizon: int,
) -> RingCounts:
    """Count attacks around operations given one by one, (N,) days and districts."""
    earlier = np.maximum(days - horizon, 0)
    later = np.minimum(days + horizon + 1, len(totals[0]) - 1)
    size = np.ones(len(near)), near.sum(axis=1), second_ring(near).sum(axis=1)
    before = [(ring[days, districts] - ring[earlier, districts]).sum() for ring in totals]
    after = [(ring[later, districts] - ring[days + 1, districts]).sum() for ring in totals]
    return RingCounts(
        before=np.array(before, dtype=np.float64),
        after=np.array(after, dtype=np.float64),
        size=np.array([ring[districts].sum() for ring in size], dtype=np.float64),
    )


def move_rings(
    counts: DailyCounts, horizon: int, replicates: int, *, seed: int = 0
) -> list[RingCounts]:
    """Count rings with the dates of operations moved by up to 26 weeks within their district."""
    totals, n_days = _attacks_before(counts), len(counts.attacks)
    days, districts = list_events(counts.operations)
    moved = (move_days(days, n_days, seed=seed, replicate=r) for r in range(replicates))
    return [_count_around(totals, counts.neighbours, new, districts, horizon) for new in moved]


def study_rings(
    counts: DailyCounts, *, horizon: int, level: float, replicates: int = 499, seed: int = 0
) -> RingEffects | None:
    """Return effects by ring and days against matched days; None where too few can be matched.

    The total is estimated as one outcome, so that its interval is that of the sum.
    """
    n_days = len(counts.attacks)
    if n_days <= sum(MARGIN) + 2 * SHIFT_DAYS:
        return None
    names = []
    for ring in RINGS:
        names += [_row("before", ring, *lag) for lag in LEADS]
        names += [_row("after", ring, *lag) for lag in AFTER]
    names += [_row("after", ring, 1, horizon) for ring in (RINGS[1], TOTAL)]
    far = second_ring(counts.neighbours)

    def outcomes(districts: NDArray[np.int64]) -> NDArray[np.int64]:
        here = counts.attacks[:, districts]
        near = sum_over(counts.attacks, counts.neighbours[:, districts])
        found = []
        for attacks in (here, near, sum_over(counts.attacks, far[:, districts])):
            found += [past(attacks, *lag) for lag in LEADS]
            found += [future(attacks, *lag) for lag in AFTER]
        return np.stack([*found, future(near, 1, horizon), future(here + near, 1, horizon)])

    contrasts = contrast_days(
        counts.attacks,
        counts.operations,
        counts.neighbours,
        outcomes,
        margin=MARGIN,
        horizon=horizon,
    )
    if contrasts.n_operations < FEWEST_EVENTS:
        return None
    effects = measure_days(contrasts, replicates=replicates, seed=seed)
    if effects.dose < 0.5:
        return None
    n = contrasts.n_operations
    return RingEffects(
        names=tuple(names),
        estimate=effects.effect / effects.dose,
        interval=np.array(effects.intervals(n, level)),
        p_value=effects.p_value,
        n_operations=n,
    )


def lead_rows() -> tuple[str, ...]:
    """Return the names of the rows before operations next door."""
    return tuple(_row("before", RINGS[1], *lag) for lag in LEADS)


def ring_figure(effects: RingEffects, source: str, level: float) -> FigureData:
    """Return the event study by ring as a figure."""
    verdict_of = by_sign(WORDS.text("phrases", "more"), WORDS.text("phrases", "fewer"))
    return WORDS.figure(
        "rings",
        {
            "panel": [name.rpartition(", ")[0] for name in effects.names],
            "row": [name.rpartition(", ")[2] for name in effects.names],
            "estimate": effects.estimate.tolist(),
            "low": effects.interval[:, 0].tolist(),
            "high": effects.interval[:, 1].tolist(),
            "n": [effects.n_operations] * len(effects.names),
            "verdict": [
                verdict_of(float(e), float(p))
                for e, p in zip(effects.estimate, effects.p_value, strict=True)
            ],
        },
        source=source,
        operations=effects.n_operations,
        level=level,
    )


def _row(when: Literal["before", "after"], ring: str, first: int, last: int) -> str:
    return WORDS.text("phrases", when, ring=ring, first=first, last=last)
