"""Coarsened exact matching: strata of equal coarsened covariates, weights and balance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Matching:
    """Units in strata that hold both treated and controls.

    Attributes
    ----------
    stratum : (N,) index of each unit's stratum, matched or not.
    matched : (N,) whether the stratum holds treated and controls.
    weight : (N,) 1 for matched treated, controls weighted to the treated of their stratum with
        their sum kept at the number of matched controls, 0 for the unmatched.
    """

    stratum: NDArray[np.int64]
    matched: NDArray[np.bool_]
    weight: Array


def sturges_cuts(values: Array) -> Array:
    """Return the cut points of ceil(log2 n) equal bins over the range of n values.

    One cut point where all values are equal. As in R's `cem`: `nclass.Sturges` counts cut points,
    not bins.
    """
    low, high = float(values.min()), float(values.max())
    if low == high:
        return np.array([low])
    steps = int(np.ceil(np.log2(len(values)) + 1)) - 1
    inner = low + np.arange(1, steps) * ((high - low) / steps)
    return np.concatenate([[low], inner, [high]])


def coarsen(values: Array, cuts: Array) -> NDArray[np.int64]:
    """Return the bin of each value: bins are closed above, the first also below."""
    return np.maximum(np.searchsorted(cuts, values, side="left"), 1)


def match_exactly(bins: NDArray[np.int64], treated: NDArray[np.bool_]) -> Matching:
    """Match units whose bins agree in every covariate.

    Parameters
    ----------
    bins : (N, K) coarsened covariates.
    treated : (N,).

    References
    ----------
    Iacus, King & Porro (2012), Political Analysis 20, doi:10.1093/pan/mpr013.
    """
    _, stratum = np.unique(bins, axis=0, return_inverse=True)
    stratum = stratum.reshape(-1).astype(np.int64)
    n_treated = np.bincount(stratum, treated)[stratum]
    n_control = np.bincount(stratum, ~treated)[stratum]
    matched = (n_treated > 0) & (n_control > 0)
    ratio = n_treated / np.maximum(n_control, 1.0)
    kept_treated, kept_control = (matched & treated).sum(), (matched & ~treated).sum()
    ratio *= kept_control / max(kept_treated, 1)
    return Matching(stratum, matched, np.where(treated, 1.0, ratio) * matched)


def imbalance(covariates: Array, treated: NDArray[np.bool_], weight: Array | None = None) -> float:
    """Return the multivariate L1 distance of treated and controls: 0 equal, 1 no overlap.

    Bins are equal, as many as Scott's rule gives over all units: finer than those matched on, or
    matching would be measured by its own ruler. `weight` drops or weights units on the same grid,
    so that the distances before and after matching compare.

    References
    ----------
    Iacus, King & Porro (2012), Political Analysis 20, doi:10.1093/pan/mpr013.
    """
    weight = np.ones(len(treated)) if weight is None else weight
    in_treated, in_control = weight * treated, weight * ~treated
    if in_treated.sum() == 0 or in_control.sum() == 0:
        return float("nan")
    bins = np.stack([coarsen(column, _scott_cuts(column)) for column in covariates.T], axis=1)
    _, cell = np.unique(bins, axis=0, return_inverse=True)
    cell = cell.reshape(-1)
    gap = np.bincount(cell, in_treated / in_treated.sum() - in_control / in_control.sum())
    return float(np.abs(gap).sum() / 2)


def _scott_cuts(values: Array) -> Array:
    width = 3.49 * float(values.std(ddof=1)) * len(values) ** (-1 / 3)
    low, high = float(values.min()), float(values.max())
    bins = int(np.ceil((high - low) / width)) if width > 0 else 1
    return np.linspace(low, high, max(bins, 1) + 1)
