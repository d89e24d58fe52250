"""Hand-written parts of a run that no declaration changes: who arrives where, what is kept."""

from __future__ import annotations

import math

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
def draw_luck(
    seed: int, member: int, week: int, streams: IntArray, keys: IntArray, luck: FloatArray
) -> None:
    """Draw the uniforms of one week; streams (K,), keys (D,). Writes `luck` (K, D)."""
    for k in range(streams.shape[0]):
        for d in range(keys.shape[0]):
            luck[k, d] = uniform(seed, member, streams[k], week, keys[d], 0)


@kernel
def draw_exits(
    staying: float,
    hazards: FloatArray,
    count: int,
    luck: FloatArray,
    row: int,
    district: int,
    moved: FloatArray,
) -> float:
    """Return how many leave a stock by competing hazards: the total, then conditional binomials.

    staying : whole persons; hazards : 1/week >= 0, the first `count` are used; luck : (K, D), from
    `row` on the total and then each exit. Writes `moved`.
    """
    total = 0.0
    for i in range(count):
        total += hazards[i]
        moved[i] = 0.0
    if luck[row, district] <= 1.0 - staying * total:
        return 0.0  # P(nobody leaves) >= 1 - staying * total: spares most calls the quantile
    left = binomial_quantile(luck[row, district], int(staying), -math.expm1(-total))
    leaving = float(left)
    for i in range(count - 1):
        if left == 0:
            break
        rest = hazards[i]
        for j in range(i + 1, count):
            rest += hazards[j]
        share = hazards[i] / rest if rest > 0.0 else 0.0
        u = luck[row + 1 + i, district]
        if u > 1.0 - left * share:
            part = binomial_quantile(u, left, share)
            moved[i] = part
            left -= part
    moved[count - 1] = left
    return leaving


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
