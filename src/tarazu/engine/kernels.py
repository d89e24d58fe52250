"""Hand-written parts of a run that no declaration changes: who arrives where, what is kept."""

from __future__ import annotations

from tarazu.core.jit import kernel
from tarazu.core.streams import binomial_quantile, uniform
from tarazu.engine.trajectory import FloatArray, IntArray


@kernel
def record_week(
    now: FloatArray,
    is_mean: IntArray,
    people_share: FloatArray,
    keep: IntArray,
    national: FloatArray,
    district: FloatArray,
) -> None:
    """Add up districts, and copy the quantities that are kept.

    now : (Q, D) levels and counts; is_mean : (Q,) 1 where districts average by population;
    people_share : (D,) share of all people; keep : (K,) rows of `now`.
    Writes `national` (Q,) and `district` (D, K).
    """
    for q in range(now.shape[0]):
        total = 0.0
        if is_mean[q] == 1:
            for d in range(now.shape[1]):
                total += now[q, d] * people_share[d]
        else:
            for d in range(now.shape[1]):
                total += now[q, d]
        national[q] = total
    for k in range(keep.shape[0]):
        for d in range(now.shape[1]):
            district[d, k] = now[keep[k], d]


@kernel
def settle(
    count: int,
    seed: int,
    member: int,
    stream: int,
    week: int,
    keys: IntArray,
    origin: int,
    first: IntArray,
    neighbour: IntArray,
    weight: FloatArray,
    pull: FloatArray,
    arrivals: FloatArray,
) -> None:
    """Send whole people to neighbours, by weight times pull; without any they stay.

    first, neighbour, weight : neighbours of d are entries first[d] .. first[d + 1] - 1.
    Adds to `arrivals` (D,).
    """
    if count == 0:
        return
    total = 0.0
    for n in range(first[origin], first[origin + 1]):
        total += weight[n] * pull[neighbour[n]]
    if not total > 0.0:
        arrivals[origin] += count
        return
    last = origin
    for n in range(first[origin], first[origin + 1]):
        j = neighbour[n]
        part = weight[n] * pull[j]
        if part > 0.0:
            last = j
            share = min(part / total, 1.0)
            luck = uniform(seed, member, stream, week, keys[origin], 1 + keys[j])
            moved = binomial_quantile(luck, count, share)
            arrivals[j] += moved
            count -= moved
            total -= part
        if count == 0 or not total > 0.0:
            break
    arrivals[last] += count  # nobody, unless rounding used the total up early


@kernel
def spread(
    count: float,
    origin: int,
    first: IntArray,
    neighbour: IntArray,
    weight: FloatArray,
    pull: FloatArray,
    arrivals: FloatArray,
) -> None:
    """Send expected people to neighbours, by weight times pull; see `settle`."""
    total = 0.0
    for n in range(first[origin], first[origin + 1]):
        total += weight[n] * pull[neighbour[n]]
    if not total > 0.0:
        arrivals[origin] += count
        return
    for n in range(first[origin], first[origin + 1]):
        j = neighbour[n]
        arrivals[j] += count * (weight[n] * pull[j] / total)
