"""Weighted least squares of counts after on counts before and treatment, and its permutations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tarazu.core.jit import kernel
from tarazu.core.random.streams import uniform
from tarazu.evidence.matched_wakes.matching import Matching
from tarazu.evidence.methods.sort_kernels import sort_order

Array = NDArray[np.float64]
_STREAM: Final = 2
_ALIASED: Final = 1e-12  # share of a variance below which a column adds nothing


@dataclass(frozen=True, slots=True)
class LinearEffect:
    """Coefficient of treatment.

    Attributes
    ----------
    effect, standard_error, p_value : NaN where treatment is not identified; the p-value also where
        the fit leaves no residual.
    adjusted : False where the count before is the same everywhere, so that it drops out.
    """

    effect: float
    standard_error: float
    p_value: float
    adjusted: bool


def linear_effect(
    before: Array, after: Array, treated: NDArray[np.bool_], weight: Array
) -> LinearEffect:
    """Return the weighted least-squares effect of treatment on `after`, given `before`.

    Parameters
    ----------
    before, after, treated, weight : (N,) units; those of weight 0 take no part.
    """
    from scipy.special import stdtr

    used = weight > 0
    if not used.any():
        return LinearEffect(np.nan, np.nan, np.nan, adjusted=False)
    x, y, d, w = before[used], after[used], treated[used].astype(np.float64), weight[used]
    x, y, d = (column - (w @ column) / w.sum() for column in (x, y, d))
    spread = w @ (x * x)
    adjusted = bool(spread > _ALIASED * max(float(w @ (before[used] ** 2)), 1.0))
    if adjusted:
        d_left, y_left = d - x * (w @ (x * d)) / spread, y - x * (w @ (x * y)) / spread
    else:
        d_left, y_left = d, y
    left = w @ (d_left * d_left)
    if not left > _ALIASED * w.sum():
        return LinearEffect(np.nan, np.nan, np.nan, adjusted)
    effect = float(w @ (d_left * y_left) / left)
    freedom = int(used.sum()) - 2 - int(adjusted)
    squares = float(w @ (y_left - effect * d_left) ** 2)
    if freedom <= 0 or squares <= 0.0:
        return LinearEffect(effect, np.nan, np.nan, adjusted)
    error = float(np.sqrt(squares / freedom / left))
    return LinearEffect(effect, error, float(2 * stdtr(freedom, -abs(effect) / error)), adjusted)


def permuted_effects(
    before: Array,
    after: Array,
    treated: NDArray[np.bool_],
    matchings: list[Matching],
    *,
    replicates: int,
    seed: int,
) -> Array:
    """Return (R, W) effects with the labels of treated and controls permuted within strata.

    In one replicate every window ranks the units by the same random numbers and calls the first of
    each stratum treated, so that the windows of a replicate belong together.

    Parameters
    ----------
    before, after : (W, N) counts by window.
    matchings : W of them.
    """
    n = len(treated)
    effects = np.full((replicates, len(matchings)), np.nan)
    stratum = np.stack([np.where(m.matched, m.stratum, -1) for m in matchings])
    size = int(stratum.max(initial=0)) + 1
    n_treated = np.zeros((len(matchings), size), dtype=np.int64)
    ratio = np.zeros((len(matchings), size))
    for w, m in enumerate(matchings):
        np.add.at(n_treated[w], stratum[w][m.matched & treated], 1)
        controls = m.matched & ~treated
        ratio[w, stratum[w][controls]] = m.weight[controls]
    if n > 0:
        _permute(before, after, stratum, n_treated, ratio, seed, effects)
    return effects


@kernel
def _permute(
    before: Array,
    after: Array,
    stratum: NDArray[np.int64],
    n_treated: NDArray[np.int64],
    ratio: Array,
    seed: int,
    effects: Array,
) -> None:
    """Permute labels within strata and fit by weighted least squares.

    before, after : (W, N); stratum : (W, N), -1 for units that take no part;
    n_treated : (W, K) treated of each stratum; ratio : (W, K) weight of its controls.
    Writes effects (R, W).
    """
    n_windows, n = before.shape
    draw, order = np.empty(n), np.empty(n, dtype=np.int64)
    for r in range(effects.shape[0]):
        for i in range(n):
            draw[i] = uniform(seed, r, _STREAM, 0, 0, i)
        sort_order(draw, order)
        for v in range(n_windows):
            taken = np.zeros(n_treated.shape[1], dtype=np.int64)
            sw = sx = sy = sd = sxx = sxy = sxd = syd = sdd = 0.0
            for place in range(n):
                i = order[place]
                k = stratum[v, i]
                if k < 0:
                    continue
                x, y = before[v, i], after[v, i]
                w = ratio[v, k]
                if taken[k] < n_treated[v, k]:
                    taken[k] += 1
                    w = 1.0
                    sd += 1.0
                    sxd += x
                    syd += y
                    sdd += 1.0
                sw += w
                sx += w * x
                sy += w * y
                sxx += w * x * x
                sxy += w * x * y
            if sd == 0.0 or sd >= sw:
                continue
            sxx -= sx * sx / sw
            sxy -= sx * sy / sw
            sxd -= sx * sd / sw
            syd -= sy * sd / sw
            sdd -= sd * sd / sw
            if sxx > 1e-9 * sw and sxx * sdd - sxd * sxd > 1e-9 * sxx * sdd:
                effects[r, v] = (syd * sxx - sxd * sxy) / (sdd * sxx - sxd * sxd)
            elif sxx <= 1e-9 * sw:
                effects[r, v] = syd / sdd
