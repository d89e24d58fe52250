"""Draws of exits from a stock by competing hazards: the total, then conditional binomials.

Where somebody leaves in few districts only, these are drawn one by one. Where somebody leaves in
most, as in a large stock, the common work is done for a block of districts at once and the rest
one by one. Both ways draw the same numbers: those of `binomial_quantile`.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from tarazu.core.jit import bare_kernel
from tarazu.core.random.exponential import expm1
from tarazu.core.random.normal import central_count_quantile, is_central
from tarazu.core.random.streams import (
    EXACT_MEAN,
    LARGEST_SUM,
    LONGEST_WALK,
    RECIPROCALS,
    binomial_above,
    binomial_quantile,
    uniform_at,
)
from tarazu.engine.trajectory import FloatArray, IntArray, StateArray

BLOCK: Final = 64
"""Number of districts that are drawn together."""
# Rows of the work array, at fixed offsets so that the compiler knows that they do not overlap.
_UNIFORM, _PERSONS, _HAZARD, _NONE, _LEFT = 0, BLOCK, 2 * BLOCK, 3 * BLOCK, 4 * BLOCK
_SHARE, _ODDS, _ABOVE, _TERM, _TOTAL = 5 * BLOCK, 6 * BLOCK, 7 * BLOCK, 8 * BLOCK, 9 * BLOCK
_GOAL, _ALONE, _PART = 10 * BLOCK, 11 * BLOCK, 12 * BLOCK
WORK: Final = 13 * BLOCK
"""Size of the work array of `draw_exits`, in doubles."""
_STEPS: Final = 8  # of all walks between two checks whether any goes on
_TINY: Final = 1e-300
# A product and a sum in one rounding: time of these loops x0.8 (bench_engine).
_FAST: Final = {"contract", "nsz"}


@bare_kernel
def draw_exits(
    x: FloatArray,
    rows: IntArray,
    stride: int,
    states: StateArray,
    keys: IntArray,
    work: FloatArray,
) -> None:
    """Draw how many persons leave a stock, and by which exit.

    x : scratch array of a member, see `tarazu.engine.compiler.kernels`. rows : (9,) rows of the
    persons there, of the sum of hazards, of P(nobody leaves) and of the leavers; then the first of
    the rows of each exit's hazard, of the sum of its own and all later ones, of its leavers; their
    number; the index of the stock's stream among the states, those of its exits follow. work :
    (`WORK`,) overwritten. Writes the leavers, in total and by exit.
    """
    none, leaving, moved, exits, now = rows[2], rows[3], rows[6], rows[7], states[rows[8]]
    for begin in range(0, keys.shape[0], BLOCK):
        size = min(BLOCK, keys.shape[0] - begin)
        for d in range(size):
            work[_UNIFORM + d] = uniform_at(now, keys[begin + d], 0)
        for i in range(exits):
            for d in range(size):
                x[moved + i * stride + begin + d] = 0.0
        hits = 0
        for d in range(size):
            x[leaving + begin + d] = 0.0
            hits += 1 if work[_UNIFORM + d] > x[none + begin + d] else 0
        if 2 * hits > size:
            _draw_together(x, rows, stride, states, keys, work, begin, size)
        else:
            for d in range(size):
                if work[_UNIFORM + d] > x[none + begin + d]:
                    at, key = begin + d, keys[begin + d]
                    _draw_one(x, work[_UNIFORM + d], at, rows, stride, states, key)


@bare_kernel
def _draw_one(
    x: FloatArray,
    u: float,
    d: int,
    rows: IntArray,
    stride: int,
    states: StateArray,
    key: int,
) -> None:
    """Draw the exits of one district in which somebody leaves; arguments as of `draw_exits`."""
    share, none = -expm1(-x[rows[1] + d]), x[rows[2] + d]
    left = binomial_above(u, int(x[rows[0] + d]), share, none)
    x[rows[3] + d] = left
    hazard, rest, moved, exits = rows[4] + d, rows[5] + d, rows[6] + d, rows[7]
    for i in range(exits - 1):
        if left == 0:
            break
        if x[hazard + i * stride] > 0.0:
            share = x[hazard + i * stride] / x[rest + i * stride]
            u = uniform_at(states[rows[8] + 1 + i], key, 0)
            if u > 1.0 - left * share:  # P(none) >= 1 - left * share: spares most the quantile
                part = binomial_quantile(u, left, share)
                x[moved + i * stride] = part
                left -= part
    x[moved + (exits - 1) * stride] = left


@bare_kernel
def _draw_together(
    x: FloatArray,
    rows: IntArray,
    stride: int,
    states: StateArray,
    keys: IntArray,
    work: FloatArray,
    begin: int,
    size: int,
) -> None:
    """Draw the exits of a block of districts, of which `begin` is the first; see `draw_exits`."""
    persons, hazard, none, leaving = rows[0], rows[1], rows[2], rows[3]
    for d in range(size):
        work[_PERSONS + d] = x[persons + begin + d]
    for d in range(size):
        work[_HAZARD + d] = x[hazard + begin + d]
    for d in range(size):
        work[_NONE + d] = x[none + begin + d]
    _draw_totals(work, size)
    for d in range(size):
        x[leaving + begin + d] = work[_LEFT + d]
    for i in range(rows[7] - 1):
        row, state = i * stride + begin, states[rows[8] + 1 + i]
        _split(x, rows[4] + row, rows[5] + row, rows[6] + row, state, keys, begin, work, size)
    last = rows[6] + (rows[7] - 1) * stride + begin
    for d in range(size):
        x[last + d] = work[_LEFT + d]


@bare_kernel(fastmath=_FAST)
def _draw_totals(work: FloatArray, size: int) -> None:
    """Draw how many leave; reads rows uniform, persons, hazard, none; writes row left."""
    for d in range(size):
        u, persons, none = work[_UNIFORM + d], work[_PERSONS + d], work[_NONE + d]
        share = -expm1(-work[_HAZARD + d])
        mean = persons * share
        is_hit, is_rare = u > none, share <= 0.5
        is_exact = mean <= EXACT_MEAN
        is_walk = is_hit & is_rare & is_exact
        is_quick = is_hit & is_rare & ~is_exact & is_central(u)
        variance = max(mean * (1.0 - share), _TINY)
        skew = (1.0 - 2.0 * share) / np.sqrt(variance)
        excess = (1.0 - 6.0 * share * (1.0 - share)) / variance
        quick = central_count_quantile(u, mean, variance, skew, excess)
        odds = share / max(1.0 - share, _TINY)
        work[_SHARE + d] = share
        work[_ODDS + d] = odds
        work[_ABOVE + d] = odds * (persons + 1.0)
        # Without a walk the terms are 0: with odds above 1 they grow without bound and change sign.
        work[_TERM + d] = none if is_walk else 0.0
        work[_TOTAL + d] = none
        work[_GOAL + d] = min(u, LARGEST_SUM) if is_walk else -1.0
        work[_LEFT + d] = min(max(0.0, quick), persons) if is_quick else 0.0
        work[_ALONE + d] = 1.0 if is_hit & ~is_quick & ~is_walk else 0.0
    _walk(work, size)
    for d in range(size):
        if work[_ALONE + d] == 1.0:
            persons = int(work[_PERSONS + d])
            work[_LEFT + d] = binomial_quantile(work[_UNIFORM + d], persons, work[_SHARE + d])


@bare_kernel(fastmath=_FAST)
def _walk(work: FloatArray, size: int) -> None:
    """Sum probabilities up to the goal in all districts, step by step; adds to row left."""
    count, going = 0, size
    while going > 0 and count + _STEPS <= LONGEST_WALK:
        for _ in range(_STEPS):
            count += 1
            one = RECIPROCALS[count]
            for d in range(size):
                total = work[_TOTAL + d]
                term = work[_TERM + d] * (work[_ABOVE + d] * one - work[_ODDS + d])
                work[_LEFT + d] += 1.0 if total < work[_GOAL + d] else 0.0
                work[_TERM + d] = term
                work[_TOTAL + d] = total + term
        going = 0
        for d in range(size):
            going += 1 if work[_TOTAL + d] < work[_GOAL + d] else 0


@bare_kernel(fastmath=_FAST)
def _split(
    x: FloatArray,
    hazard: int,
    rest: int,
    moved: int,
    state: np.uint64,
    keys: IntArray,
    begin: int,
    work: FloatArray,
    size: int,
) -> None:
    """Draw how many of the rest take one exit; writes row `moved`, lowers row left."""
    highest = 0.0
    for d in range(size):
        highest = max(highest, x[hazard + d])
    if highest == 0.0:
        return
    for d in range(size):
        work[_UNIFORM + d] = uniform_at(state, keys[begin + d], 0)
    for d in range(size):
        work[_SHARE + d] = x[hazard + d] / max(x[rest + d], _TINY)
    for d in range(size):
        u, share, left = work[_UNIFORM + d], work[_SHARE + d], work[_LEFT + d]
        is_some = u > 1.0 - left * share
        is_all = (share > 0.5) & (1.0 - u <= 1.0 - left * (1.0 - share))
        work[_PART + d] = left if is_some & is_all else 0.0
        work[_ALONE + d] = 1.0 if is_some & ~is_all else 0.0
    for d in range(size):
        if work[_ALONE + d] == 1.0:
            left = int(work[_LEFT + d])
            work[_PART + d] = binomial_quantile(work[_UNIFORM + d], left, work[_SHARE + d])
    for d in range(size):
        x[moved + d] = work[_PART + d]
    for d in range(size):
        work[_LEFT + d] -= work[_PART + d]
