"""Attacks per additional militant killed in an operation: estimate, tests and leverage."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tarazu.evidence.dose.exchanged_doses import redeal_doses
from tarazu.evidence.dose.local_projection import (
    FEWEST_DISTRICTS,
    REACH_WEEKS,
    Projection,
    exchange_doses,
    move_weeks,
    partial_out,
    project,
    redeal,
    spread_evenly,
)
from tarazu.evidence.dose.panel import DosePanel, keep_operations
from tarazu.evidence.methods.deaths import Imputed
from tarazu.evidence.methods.inversion import invert_exchange
from tarazu.evidence.options import LEVEL, Weeks

Array = NDArray[np.float64]

HEADLINE: Final = (5, 52)  # weeks after the operation: beyond the short term
HORIZONS: Final = ((1, 4), (1, 12), (1, 26), (1, 52))
LEADS: Final = ((-4, -1), (-12, -1))
LEAD_WEEKS: Final = 12
DOSE_BINS: Final = ((1, 2), (3, 5), (6, 10), (11, None))
FEWEST_OPERATIONS: Final = 10


@dataclass(frozen=True, slots=True)
class DoseEffect:
    """Attacks per extra militant killed, by window of weeks.

    Attributes
    ----------
    windows : H of them, the first is the one that the verdict rests on.
    estimates : (H,) the effects at which the doses are where exchanged doses are on average (Hodges
        & Lehmann 1963): those that the test rejects least. intervals : (H, 2) the effects that it
        does not reject.
    coefficients, hac : (H,) of the regression. Operations of another prognosis have other doses, so
        that exchanged doses, too, have a coefficient on average; the estimate is without that.
    p_values : (H,) two-sided, from exchanged doses; adjusted : (H,) by the largest of all windows.
    p_moved : for the first window, from dates moved by up to 26 weeks.
    largest_share, five_share : of the information on the first window in the heaviest operation,
        and in the five heaviest. effective_districts : 1 / sum of squared shares.
    """

    windows: tuple[tuple[int, int], ...]
    estimates: Array
    intervals: Array
    coefficients: Array
    hac: Array
    p_values: Array
    adjusted: Array
    p_moved: float
    largest_share: float
    five_share: float
    effective_districts: float


def has_enough_doses(panel: DosePanel) -> bool:
    """Whether doses, districts and weeks are enough for a number."""
    return (
        len(panel.doses) >= FEWEST_OPERATIONS
        and panel.attacks.sum() >= FEWEST_OPERATIONS
        and len(np.unique(panel.districts)) >= FEWEST_DISTRICTS
        and len(np.unique(panel.doses)) > 1
    )


def measure_dose(
    panel: DosePanel,
    windows: tuple[tuple[int, int], ...] = (HEADLINE,),
    *,
    history_ends: int = 0,
    level: float = LEVEL,
    exchanges: int = 999,
    moves: int = 0,
    seed: int = 0,
) -> DoseEffect:
    """Estimate the effect of the dose, and test it by exchanging doses between operations.

    Under the null that the dose does nothing, doses of operations with a like prognosis are
    exchangeable, whatever the operations themselves do. Dates are not moved for the test: the
    outcome is 48 weeks long, dates moved by up to 26 weeks still see three quarters of it, and the
    test would find next to nothing; `moves` sets of them are a check.
    """
    if history_ends:
        panel = keep_operations(panel, panel.weeks >= REACH_WEEKS + history_ends)
    first = REACH_WEEKS + history_ends
    weeks = panel.weeks - first
    fit = project(
        panel.attacks,
        _treatments(panel, panel.doses[:, None], first),
        panel.neighbours,
        windows,
        history_ends=history_ends,
    )
    place = weeks, panel.districts
    dealt = exchange_doses(panel.doses, fit.prognosis[(*place, 0)], replicates=exchanges, seed=seed)
    # The doses as they are as one more outcome: what exchanged doses would take of their effect.
    carrying = replace(fit, outcomes=np.concatenate([fit.outcomes, fit.first[:, :, None]], axis=2))
    by_chance = redeal_doses(carrying, weeks, panel.districts, dealt, panel.neighbours)
    p_values, adjusted = _compare(fit.coefficients[0], by_chance[:, :-1])
    p_moved = np.nan
    if moves:
        moved = move_weeks(weeks, n_weeks=len(fit.outcomes), replicates=moves, seed=seed + 1)
        doses = np.broadcast_to(panel.doses, moved.shape)
        elsewhen = redeal(fit, moved, panel.districts, doses, panel.neighbours)
        p_moved = float(_compare(fit.coefficients[0], elsewhen)[0][0])
    cells = np.unique(np.stack(place, axis=1), axis=0)
    shares = np.sort(fit.leverage[cells[:, 0], cells[:, 1], 0])[::-1]
    return DoseEffect(
        windows=windows,
        estimates=_least_rejected(fit.coefficients[0], by_chance),
        coefficients=fit.coefficients[0],
        intervals=_invert(fit.coefficients[0], by_chance, level),
        hac=fit.hac,
        p_values=p_values,
        adjusted=adjusted,
        p_moved=p_moved,
        largest_share=float(shares[0]),
        five_share=float(shares[:5].sum()),
        effective_districts=float(1.0 / (fit.leverage[:, :, 0].sum(axis=0) ** 2).sum()),
    )


def measure_imputed(
    panel: DosePanel,
    imputed: Array,
    weeks: Weeks = HEADLINE,
    *,
    level: float = LEVEL,
    exchanges: int = 999,
    seed: int = 0,
) -> Imputed:
    """Return the effect of `measure_dose` averaged over imputations of the doses, and its test.

    One exchange is applied to the doses of all imputations, so that the averages over imputations
    are what is exchanged. The variance within an imputation is that of exchanged coefficients.

    Parameters
    ----------
    imputed : (M, N) doses as they might be, by imputation.
    """
    at = panel.weeks - REACH_WEEKS, panel.districts
    marks = _treatments(panel, panel.doses[:, None], REACH_WEEKS)
    fit = project(panel.attacks, marks, panel.neighbours, (weeks,))
    prognosis = fit.prognosis[(*at, 0)]
    average = np.zeros((1 + exchanges, 2))  # first row: doses as they are
    alone, within = np.empty((2, len(imputed)))
    for m, doses in enumerate(imputed):
        dealt = exchange_doses(doses, prognosis, replicates=exchanges, seed=seed)
        own = np.zeros(fit.first.shape)
        np.add.at(own, at, doses)
        carried = partial_out(own, fit)[:, :, None]
        carrying = replace(fit, outcomes=np.concatenate([fit.outcomes, carried], axis=2))
        rows = np.concatenate([doses[None], dealt])
        coefficients = redeal_doses(carrying, *at, rows, panel.neighbours)
        average += coefficients / len(imputed)
        alone[m], within[m] = coefficients[0, 0], np.nanvar(coefficients[1:, 0])
    observed, by_chance = average[:1, 0], average[1:]
    low, high = _invert(observed, by_chance, level)[0]
    return Imputed(
        estimate=float(_least_rejected(observed, by_chance)[0]),
        interval=(float(low), float(high)),
        p_value=float(_compare(observed, by_chance[:, :-1])[0][0]),
        within=float(within.mean()),
        between=float(np.var(alone, ddof=1)) if len(alone) > 1 else 0.0,
        imputations=len(imputed),
    )


def measure_bins(panel: DosePanel, weeks: Weeks = HEADLINE) -> Projection:
    """Return attacks in some weeks after operations of each bin of doses.

    The columns are operations with no militant known killed, then those of `DOSE_BINS`; each is
    against weeks without an operation.
    """
    columns = [panel.doses < 1]
    for low, high in DOSE_BINS:
        columns.append((panel.doses >= low) & (panel.doses < (high or np.inf) + 1))
    marks = np.stack(columns, axis=1).astype(np.float64)
    x = _treatments(panel, marks, REACH_WEEKS)
    own = np.r_[np.arange(len(columns)), x.shape[2] - 1]  # the bins add up to all operations
    return project(panel.attacks, x[:, :, own], panel.neighbours, (weeks,))


def measure_operations(panel: DosePanel, weeks: Weeks = HEADLINE) -> Projection:
    """Return attacks in some weeks after operations of any dose, against weeks without one."""
    x = _treatments(panel, np.empty((len(panel.doses), 0)), REACH_WEEKS)
    return project(panel.attacks, x, panel.neighbours, (weeks,))


def count_bins(panel: DosePanel) -> list[int]:
    """Count operations by bin, none killed first."""
    edges = [1, *(low for low, _ in DOSE_BINS[1:])]
    counts = np.bincount(np.digitize(panel.doses, edges), minlength=len(DOSE_BINS) + 1)
    return [int(n) for n in counts]


def largest_operations(panel: DosePanel, number: int = 5) -> list[int]:
    """Return the indices of the operations with the most militants killed, heaviest first."""
    order = np.lexsort((np.arange(len(panel.doses)), -panel.doses))
    return [int(i) for i in order[:number]]


def without(panel: DosePanel, operation: int) -> DosePanel:
    """Return the panel without one operation."""
    return keep_operations(panel, np.arange(len(panel.doses)) != operation)


def _treatments(panel: DosePanel, marks: Array, first: int) -> Array:
    """Sum marks (N, M) and operations by week and district: own marks, operations, next door.

    Columns: M own marks, own operations, M marks next door, operations next door.
    """
    T, D = len(panel.attacks), len(panel.neighbours)
    with_count = np.column_stack([marks, np.ones(len(marks))])
    own = np.zeros((T, D, with_count.shape[1]))
    np.add.at(own, (panel.weeks, panel.districts), with_count)
    beside, shares = np.zeros_like(own), spread_evenly(panel.neighbours)
    for home in np.unique(panel.districts).tolist():  # a district has few neighbours
        reached = np.flatnonzero(shares[home])
        beside[:, reached] += own[:, [home]] * shares[home, reached, None]
    return np.concatenate([own, beside], axis=2)[first : T - REACH_WEEKS]


def _least_rejected(observed: Array, by_chance: Array) -> Array:
    """Return (H,) effects at which the coefficient is the mean of those of exchanged doses."""
    by_chance = by_chance[np.isfinite(by_chance).all(axis=1)]
    mean = by_chance.mean(axis=0) if len(by_chance) else np.zeros(len(observed) + 1)
    taken = 1.0 - float(mean[-1])
    return observed if abs(taken) < 1e-9 else np.asarray((observed - mean[:-1]) / taken)


def _invert(observed: Array, by_chance: Array, level: float) -> Array:
    """Return (H, 2) effects that exchanged doses do not reject.

    by_chance : (R, H + 1) coefficients of exchanged doses, last those on the doses as they are.
    """
    by_chance = by_chance[np.isfinite(by_chance).all(axis=1)]
    if not len(by_chance):
        return np.tile([-np.inf, np.inf], (len(observed), 1))
    carried = by_chance[:, -1]
    pairs = zip(observed, by_chance.T, strict=False)  # without the last column
    return np.array([invert_exchange(float(b), chance, carried, level) for b, chance in pairs])


def _compare(observed: Array, by_chance: Array) -> tuple[Array, Array]:
    """Return p-values against re-dealt coefficients, each alone and by the largest of all."""
    by_chance = by_chance[np.isfinite(by_chance).all(axis=1)]
    if not len(by_chance):  # no re-deal identifies the dose: nothing to compare with
        return np.ones(len(observed)), np.ones(len(observed))
    centre = by_chance.mean(axis=0)
    spread = np.maximum(by_chance.std(axis=0), 1e-300)
    seen = np.abs(observed - centre) / spread
    chance = np.abs(by_chance - centre) / spread
    tolerance = 1e-9  # a re-deal that returns the doses as they were is no less far
    alone = 1 + (chance >= seen - tolerance).sum(axis=0)
    largest = 1 + (chance.max(axis=1)[:, None] >= seen - tolerance).sum(axis=0)
    n = len(by_chance) + 1
    return alone / n, largest / n
