"""Change points of shares: when the mix of events changed, if it did.

Partitions are exact for the multinomial likelihood. The price of a change is set by putting blocks
of the record in random order, so that bursts of like events and years with many events buy none.
Events without a label get the labels that are least favourable to a change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tarazu.evidence.methods.change_points_kernels import (
    evidence_of_change,
    least_divergence,
    partition,
    permuted_evidence,
)

SHORTEST: Final = 4  # periods in a segment
FEWEST_LABELLED: Final = 15  # labelled events in a segment
BLOCK: Final = 2  # periods that stay together: two quarters are longer than a burst of 8 weeks
MOST_CHANGES: Final = 4
DATE_LEVEL: Final = 0.9  # of the interval of the place of a change
# Half that quantile of twice the drop in log-likelihood at the true place of a change:
# P(drop < x) = (1 - exp(-x / 2))^2, Hansen (2000), equation 9.
_LOCATION_DROP: Final = -np.log(1 - np.sqrt(DATE_LEVEL))
_Z: Final = 1.6448536269514722  # 5% of a normal lie beyond it


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the shares.

    Attributes
    ----------
    period : first period of the new shares. first, last : ends of its 90% interval.
    before, after : (C,) shares of the labelled events in the segments on either side.
    low, high : (C,) ends of an interval of after - before, whatever the labels of the unknown and
        wherever the change: it allows for the search. Its level is 1 - 2 alpha.
    least : log-likelihood ratio under the least favourable labels of the unknown.
    p_value : of a change anywhere that is as strong under those labels.
    proven : whether that is below the significance level, so that no labels explain it away.
    """

    period: int
    first: int
    last: int
    before: NDArray[np.float64]
    after: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    least: float
    p_value: float
    proven: bool


@dataclass(frozen=True, slots=True)
class ShareChanges:
    """Changes of one series of shares.

    Attributes
    ----------
    changes : in order of time, of the best partition at `penalty`.
    strongest : the change with the smallest p-value; without changes at `penalty` the best single
        one; None where no partition has a change.
    penalty : log-likelihood that a change must gain.
    p_known : of any change among labelled events, as if labels were missing at random.
    dispersion : variance of counts by block over that of independent events, at least 1.
    largest_step : no step of any share anywhere was larger, at 95%, whatever the labels.
    """

    changes: tuple[Change, ...]
    strongest: Change | None
    penalty: float
    p_known: float
    dispersion: float
    largest_step: float

    @property
    def p_value(self) -> float:
        """P-value of the strongest change, under the least favourable labels."""
        return 1.0 if self.strongest is None else self.strongest.p_value

    @property
    def proven(self) -> tuple[Change, ...]:
        """Changes that no labels of the unknown explain away."""
        return tuple(change for change in self.changes if change.proven)


def has_enough_labels(known: NDArray[np.int64]) -> bool:
    """Whether labelled events (T, C) suffice for two segments and have two labels."""
    return (
        len(known) >= 2 * SHORTEST
        and known.sum() >= 2 * FEWEST_LABELLED
        and (known.sum(0) > 0).sum() > 1
    )


def find_changes(
    known: NDArray[np.int64],
    unknown: NDArray[np.int64],
    *,
    alpha: float = 0.05,
    replicates: int = 999,
    seed: int = 0,
) -> ShareChanges:
    """Return the changes of shares over time.

    Parameters
    ----------
    known : (T, C) events by period and label. unknown : (T,) events without a label.
    alpha : chance to find any change where shares are constant.
    replicates : random orders of blocks that set the penalty.

    Raises
    ------
    ValueError
        Too few labelled events or periods: see `has_enough_labels`.

    References
    ----------
    Jackson et al. (2005), IEEE Signal Processing Letters 12: optimal partition. Manski (1990),
    American Economic Review 80: bounds. Hansen (2000), Econometrica 68,
    doi:10.1111/1468-0262.00124: interval of the place of a change.
    """
    if not has_enough_labels(known):
        raise ValueError(f"{known.sum()} labelled events in {len(known)} periods are too few")
    known, unknown = np.ascontiguousarray(known, np.int64), np.asarray(unknown, np.int64)
    table = _x_log_x(int(known.sum()))
    orders = np.empty(replicates)
    permuted_evidence(known, BLOCK, SHORTEST, FEWEST_LABELLED, MOST_CHANGES, table, seed, orders)
    penalty = float(np.quantile(orders, 1 - alpha, method="higher"))
    gains, ends = _partition(known, table)
    starts = _best_starts(gains, ends, penalty)
    dispersion = measure_dispersion(known, starts)
    price = _price_of_all(known, unknown, dispersion)
    # Without a change at this penalty the best single one is what p is about.
    tried = starts or ((int(ends[1, -1]),) if np.isfinite(gains[1, -1]) else ())
    edges = (0, *tried, len(known))
    described = tuple(
        _describe(known, unknown, edges[i : i + 3], dispersion, orders * price, alpha, table)
        for i in range(len(tried))
    )
    return ShareChanges(
        changes=described if starts else (),
        strongest=max(described, key=lambda change: change.least, default=None),
        penalty=penalty,
        p_known=_tail(orders, evidence_of_change(gains)),
        dispersion=dispersion,
        largest_step=_largest_step(known, unknown, _Z * np.sqrt(dispersion * price)),
    )


def measure_dispersion(known: NDArray[np.int64], starts: tuple[int, ...]) -> float:
    """Return the variance of counts by block over that of independent events, at least 1.

    Parameters
    ----------
    known : (T, C). starts : where the shares change.
    """
    squares, expected, blocks = 0.0, 0.0, 0
    for start, stop in zip((0, *starts), (*starts, len(known)), strict=True):
        share = known[start:stop].sum(axis=0) / max(known[start:stop].sum(), 1)
        places = range(start, stop, BLOCK)
        parts = np.array([known[t : min(t + BLOCK, stop)].sum(axis=0) for t in places])
        n = parts.sum(axis=1, keepdims=True)
        squares += float(((parts - n * share) ** 2).sum())
        expected += float((n * share * (1 - share)).sum())
        blocks += int((n > 0).sum())
    free = blocks - len(starts) - 1
    if expected == 0 or free < 1:
        return 1.0
    return max(1.0, squares / expected * blocks / free)


def _x_log_x(largest: int) -> NDArray[np.float64]:
    x = np.arange(largest + 1, dtype=np.float64)
    return np.asarray(x * np.log(np.maximum(x, 1.0)))


def _partition(
    known: NDArray[np.int64], table: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    cumulated = np.vstack([np.zeros_like(known[:1]), known.cumsum(axis=0)])
    gains = np.empty((MOST_CHANGES + 1, len(cumulated)))
    ends = np.empty((MOST_CHANGES + 1, len(cumulated)), dtype=np.int64)
    partition(cumulated, SHORTEST, FEWEST_LABELLED, table, gains, ends)
    return gains, ends


def _best_starts(
    gains: NDArray[np.float64], ends: NDArray[np.int64], penalty: float
) -> tuple[int, ...]:
    worth = gains[:, -1] - penalty * np.arange(len(gains))
    starts, stop = [], gains.shape[1] - 1
    for k in range(int(np.argmax(worth)), 0, -1):
        stop = int(ends[k, stop])
        starts.append(stop)
    return tuple(reversed(starts))


def _price_of_all(known: NDArray[np.int64], unknown: NDArray[np.int64], dispersion: float) -> float:
    """Return by how much chance gains more among all events than among the labelled ones.

    Like events come in bursts; of a burst of which a share is labelled, the labelled part has
    the dispersion 1 + share * (whole dispersion - 1).
    """
    labelled = known.sum() / (known.sum() + unknown.sum())
    return float((1 + (dispersion - 1) / labelled) / dispersion)


def _sides(
    known: NDArray[np.int64], unknown: NDArray[np.int64], edges: tuple[int, ...]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return labelled (2, C) and unknown (2,) events of two segments."""
    start, middle, stop = edges
    sides = (slice(start, middle), slice(middle, stop))
    return (
        np.array([known[side].sum(axis=0) for side in sides]),
        np.array([unknown[side].sum() for side in sides]),
    )


def _describe(
    known: NDArray[np.int64],
    unknown: NDArray[np.int64],
    edges: tuple[int, ...],
    dispersion: float,
    orders: NDArray[np.float64],
    alpha: float,
    table: NDArray[np.float64],
) -> Change:
    start, middle, stop = edges
    labelled, without = _sides(known, unknown, edges)
    places = np.arange(start + SHORTEST, stop - SHORTEST + 1)
    cumulated = np.vstack([np.zeros_like(known[:1]), known.cumsum(axis=0)])
    left = cumulated[places] - cumulated[start]
    right = cumulated[stop] - cumulated[places]
    fit = sum(
        table[side].sum(axis=1) - table[side.sum(axis=1)] for side in (left, right)
    )  # (places,)
    fit = np.where((left.sum(1) < FEWEST_LABELLED) | (right.sum(1) < FEWEST_LABELLED), -np.inf, fit)
    inside = places[fit >= fit.max() - _LOCATION_DROP * dispersion]
    # A gain of x in log-likelihood is a step of sqrt(2 x) standard errors of independent events.
    width = float(np.sqrt(2 * np.quantile(orders, 1 - 2 * alpha)))
    low, high = step_bounds(labelled, without, width)
    least = float(least_divergence(labelled, without))
    p_value = _tail(orders, least)
    shares = labelled / labelled.sum(axis=1, keepdims=True)
    return Change(
        period=middle,
        first=int(inside[0]),
        last=int(inside[-1]),
        before=shares[0],
        after=shares[1],
        low=low,
        high=high,
        least=least,
        p_value=p_value,
        proven=p_value < alpha,
    )


def step_bounds(
    known: NDArray[np.int64], unknown: NDArray[np.int64], width: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of intervals of the step of each share, whatever the labels.

    Parameters
    ----------
    known : (2, C) labelled events before and after. unknown : (2,).
    width : standard errors of independent events on either side of the bounds.
    """
    total = (known.sum(axis=1) + unknown)[:, None]
    least, most = known / total, (known + unknown[:, None]) / total  # (2, C)

    def error(before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.float64]:
        spread = before * (1 - before) / total[0] + after * (1 - after) / total[1]
        return np.asarray(width * np.sqrt(spread))

    low = least[1] - most[0] - error(most[0], least[1])
    high = most[1] - least[0] + error(least[0], most[1])
    return np.maximum(low, -1.0), np.minimum(high, 1.0)


def _largest_step(known: NDArray[np.int64], unknown: NDArray[np.int64], width: float) -> float:
    """Return the largest end of any interval of a single step, wherever it may be.

    Each interval has 5% beyond each end, and all of them must stay within the result: the chance
    that some step is larger although none seems so is at most 5% (intersection-union test).
    """
    largest = 0.0
    for middle in range(SHORTEST, len(known) - SHORTEST + 1):
        labelled, without = _sides(known, unknown, (0, middle, len(known)))
        if labelled.sum(axis=1).min() < FEWEST_LABELLED:
            continue
        low, high = step_bounds(labelled, without, width)
        largest = max(largest, float(np.maximum(-low, high).max()))
    return largest


def _tail(orders: NDArray[np.float64], value: float) -> float:
    return float((1 + (orders >= value).sum()) / (1 + len(orders)))
