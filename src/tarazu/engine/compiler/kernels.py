"""Hand-written kernels of a run: draws, arrivals in other districts, recorded quantities.

All of them work on the scratch array of a member: `x` (rows * stride,) float64, in which row r of
district d is x[r + d] with r a multiple of the stride. Arguments named after rows are such offsets.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from tarazu.core.jit import bare_kernel
from tarazu.core.random.heavy_tails import negative_binomial_quantile
from tarazu.core.random.normal import normal_quantile
from tarazu.core.random.streams import (
    binomial_quantile,
    poisson_above,
    poisson_quantile,
    uniform_at,
    week_state,
)
from tarazu.engine.trajectory import FloatArray, IntArray, StateArray

_MOST_RATES: Final = 1000


@bare_kernel
def record_week(
    x: FloatArray,
    stride: int,
    is_mean: IntArray,
    people_share: FloatArray,
    keep: IntArray,
    national: FloatArray,
    district: FloatArray,
) -> None:
    """Add up districts, and copy the quantities that are kept.

    is_mean : (Q,) 1 where districts average by population; people_share : (D,) share of all
    people; keep : (K,) quantities. Writes `national` (Q,) and `district` (K, D).
    """
    districts = people_share.shape[0]
    whole = districts // 4 * 4
    for q in range(national.shape[0]):
        row = q * stride
        # four sums side by side: one would wait for its last addition each time
        a, b, c, e = 0.0, 0.0, 0.0, 0.0
        if is_mean[q] == 1:
            for d in range(0, whole, 4):
                a += x[row + d] * people_share[d]
                b += x[row + d + 1] * people_share[d + 1]
                c += x[row + d + 2] * people_share[d + 2]
                e += x[row + d + 3] * people_share[d + 3]
            for d in range(whole, districts):
                a += x[row + d] * people_share[d]
        else:
            for d in range(0, whole, 4):
                a += x[row + d]
                b += x[row + d + 1]
                c += x[row + d + 2]
                e += x[row + d + 3]
            for d in range(whole, districts):
                a += x[row + d]
        national[q] = (a + b) + (c + e)
    for k in range(keep.shape[0]):
        row = keep[k] * stride
        for d in range(districts):
            district[k, d] = x[row + d]


@bare_kernel
def set_rows(x: FloatArray, first: int, stride: int, values: FloatArray) -> None:
    """Write values (R, D) into R rows from `first` on; what is beyond D repeats district 0."""
    for r in range(values.shape[0]):
        row = first + r * stride
        for d in range(values.shape[1]):
            x[row + d] = values[r, d]
        for d in range(values.shape[1], stride):
            x[row + d] = values[r, 0]


@bare_kernel
def set_shares(
    x: FloatArray, first: int, stride: int, is_known: FloatArray, shares: FloatArray
) -> None:
    """Write shares (R,), where they are known, into R rows from `first` on; is_known : (R, D)."""
    set_rows(x, first, stride, is_known)
    for r in range(shares.shape[0]):
        row = first + r * stride
        for d in range(stride):
            x[row + d] *= shares[r]


@bare_kernel
def all_fine(x: FloatArray, fine: int, districts: int) -> bool:
    """Return whether no value of any district left its range."""
    for d in range(districts):  # noqa: SIM110 - kernels have no generators
        if x[fine + d] != 1.0:
            return False
    return True


@bare_kernel
def fill_states(state: np.uint64, streams: IntArray, week: int, states: StateArray) -> None:
    """Write the states (K,) uint64 of the streams of a week; see `week_state` in `core.random`."""
    for k in range(streams.shape[0]):
        states[k] = week_state(state, streams[k], week)


@bare_kernel
def draw_poisson(x: FloatArray, rows: IntArray, states: StateArray, keys: IntArray) -> None:
    """Draw a Poisson count.

    rows : (4,) rows of the mean, of P(0) and of the count, which is written; then the index of its
    stream among the states.
    """
    mean, none, drawn, now = rows[0], rows[1], rows[2], states[rows[3]]
    for d in range(keys.shape[0]):  # all uniforms first: this loop runs on whole vectors
        x[drawn + d] = uniform_at(now, keys[d], 0)
    for d in range(keys.shape[0]):
        u = x[drawn + d]
        x[drawn + d] = 0.0
        if u > x[none + d]:
            x[drawn + d] = poisson_above(u, x[mean + d], x[none + d])


@bare_kernel
def draw_negative_binomial(
    x: FloatArray,
    mean: int,
    size: int,
    drawn: int,
    now: np.uint64,
    keys: IntArray,
) -> None:
    """Draw a negative binomial count where its mean is above 0. Writes row `drawn`."""
    for d in range(keys.shape[0]):
        x[drawn + d] = 0.0
        if x[mean + d] > 0.0:
            u = uniform_at(now, keys[d], 0)
            x[drawn + d] = negative_binomial_quantile(u, x[mean + d], x[size + d])


@bare_kernel
def draw_shock(
    x: FloatArray,
    chance: int,
    level: int,
    stride: int,
    spread: float,
    kept: float,
    week: int,
    is_common: int,
    now: np.uint64,
    keys: IntArray,
) -> None:
    """Move a level that comes and goes by itself, from the first week at its long-run spread.

    kept : share of its standard normal chance that stays from the week before. A common level has
    one chance, drawn at key 0, in every district. Writes rows `chance` and `level`.
    """
    fresh = math.sqrt(1.0 - kept * kept)
    for d in range(keys.shape[0]):
        if is_common == 1 and d > 0:
            x[chance + d] = x[chance]
        else:
            z = normal_quantile(uniform_at(now, 0 if is_common == 1 else keys[d], 0))
            x[chance + d] = z if week == 0 else kept * x[chance + d] + fresh * z
        x[level + d] = math.exp(spread * x[chance + d] - 0.5 * spread * spread)
    for d in range(keys.shape[0], stride):
        x[level + d] = x[level]


@bare_kernel
def draw_tailed(x: FloatArray, rows: IntArray, states: StateArray, keys: IntArray) -> None:
    """Draw a heavy-tailed count where something happened that it is drawn for.

    rows : (6,) rows of the mean, of the exponent, of the largest, of what happened, and of the
    count, which is written; then the index of its stream among the states.
    """
    mean, exponent, largest, of, drawn = rows[0], rows[1], rows[2], rows[3], rows[4]
    now = states[rows[5]]
    for d in range(keys.shape[0]):
        x[drawn + d] = 0.0
        if x[of + d] > 0.0 and x[mean + d] > 0.0:
            x[drawn + d] = tailed_count(
                now, keys[d], int(x[of + d]), x[mean + d], x[exponent + d], x[largest + d]
            )


@bare_kernel
def tailed_count(
    now: np.uint64, key: int, happened: int, mean: float, exponent: float, largest: float
) -> int:
    """Return a Poisson count whose rate is a sum of heavy-tailed rates, one for each that happened.

    now : state of stream and week; key : of the district; happened >= 1; mean > 0, of the count.
    Each rate is drawn by its own uniform (index 1, 2, ...) from a Lomax distribution with
    P(rate > x) ~ (1 + x)^-exponent, cut at `largest`, in units that make the mean right. After
    the first `_MOST_RATES` the mean stands for the rates of the others.

    References
    ----------
    Lomax (1954), Journal of the American Statistical Association 49, 847-852.
    """
    cut = (1.0 + largest) ** -exponent
    expected = (1.0 - (1.0 + largest) * cut) / (exponent - 1.0) - largest * cut
    expected /= 1.0 - cut
    drawn = min(happened, _MOST_RATES)
    total = (happened - drawn) * expected
    for i in range(drawn):
        u = uniform_at(now, key, 1 + i)
        total += (1.0 - u * (1.0 - cut)) ** (-1.0 / exponent) - 1.0
    return poisson_quantile(uniform_at(now, key, 0), mean * total / (happened * expected))


@bare_kernel
def settle(
    x: FloatArray,
    rows: IntArray,
    stride: int,
    states: StateArray,
    keys: IntArray,
    first: IntArray,
    neighbour: IntArray,
    weight: FloatArray,
) -> None:
    """Send whole people to neighbours, by weight times pull; without any they stay.

    rows : (4,) rows of the persons who move, of the pull, and of those who arrive, which is
    written; then the index of their stream among the states. first, neighbour, weight : neighbours
    of d are entries first[d] .. first[d + 1] - 1.
    """
    moved, pull, arrived, now = rows[0], rows[1], rows[2], states[rows[3]]
    for d in range(stride):
        x[arrived + d] = 0.0
    for d in range(keys.shape[0]):
        if x[moved + d] > 0.0:
            _settle(x, d, x[moved + d], pull, arrived, now, keys, first, neighbour, weight)


@bare_kernel
def _settle(
    x: FloatArray,
    origin: int,
    moving: float,
    pull: int,
    arrived: int,
    now: np.uint64,
    keys: IntArray,
    first: IntArray,
    neighbour: IntArray,
    weight: FloatArray,
) -> None:
    """Send those of one origin on their way; adds to row `arrived`."""
    count, total = int(moving), 0.0
    for n in range(first[origin], first[origin + 1]):
        total += weight[n] * x[pull + neighbour[n]]
    last = origin
    for n in range(first[origin], first[origin + 1]):
        if count == 0 or not total > 0.0:
            break
        j = neighbour[n]
        part = weight[n] * x[pull + j]
        if part > 0.0:
            last = j
            u = uniform_at(now, keys[origin], 1 + keys[j])
            going = binomial_quantile(u, count, min(part / total, 1.0))
            x[arrived + j] += going
            count -= going
            total -= part
    x[arrived + last] += count  # those of a district without neighbours; else 0 but for rounding
