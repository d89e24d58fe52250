"""Local projections: later events on the dose of a treatment, horizon by horizon."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from tarazu.core.limits import require_memory
from tarazu.evidence.dose.local_projection_kernels import deal_by_rank, project_redealt

Array = NDArray[np.float64]

REACH_WEEKS: Final = 52
HISTORY: Final = (1, 4, 12, 52)  # weeks of earlier attacks, own and next door, that are held fixed
STRATA: Final = 4
MOVE_WEEKS: Final = 26
CELLS_AT_ONCE: Final = 1_000_000  # operations times replicates
FEWEST_DISTRICTS: Final = 3  # with operations: a jackknife over fewer has no meaning


@dataclass(frozen=True, slots=True)
class Projection:
    """Coefficients of the treatments on attacks in each window of weeks.

    Attributes
    ----------
    coefficients : (A, H) attacks per unit of treatment, by treatment column and window.
    jackknife : (A, H) standard errors from leaving out one district in turn; hac : (H,) of the
        first treatment, Newey-West within district.
    freedom : (A,) effective number of districts less one, for the t distribution.
    leverage : (T, D, A) share of each district-week in the information on each coefficient.
    outcomes : (T, D, H) with district and week means and controls taken out; first : (T, D) the
        first treatment, likewise.
    whitened : (T, D, K) the controls, orthonormal; prognosis : (T, D, H) what effects and
        controls predict.
    """

    coefficients: Array
    hac: Array
    jackknife: Array
    freedom: Array
    leverage: Array
    outcomes: Array
    first: Array
    whitened: Array
    prognosis: Array

    def interval(self, treatment: int, window: int, level: float) -> tuple[float, float]:
        """Return the jackknife interval of one coefficient."""
        quantile = stdtrit(self.freedom[treatment], 0.5 + level / 2)
        half = float(quantile * self.jackknife[treatment, window])
        middle = float(self.coefficients[treatment, window])
        return middle - half, middle + half


def spread_evenly(neighbours: NDArray[np.bool_]) -> Array:
    """Return (D, D) shares of what happens in a district that reach each of its neighbours."""
    return np.ascontiguousarray(neighbours / np.maximum(neighbours.sum(axis=1), 1)[:, None])


def project(
    attacks: NDArray[np.int64],
    treatments: Array,
    neighbours: NDArray[np.bool_],
    windows: tuple[tuple[int, int], ...],
    *,
    history_ends: int = 0,
) -> Projection:
    """Regress attacks in windows of weeks on treatments, district and week effects, and the past.

    The controls are attacks of the last 1, 4, 12 and 52 weeks in the district and next door. The
    week of the treatment itself is in no window: what came first in it is not known.

    Parameters
    ----------
    attacks : (T, D) by week.
    treatments : (T - 104 - history_ends, D, A), the weeks that have a year of history and of
        outcome.
    windows : first and last week relative to the treatment; negative for leads.
    history_ends : weeks before the treatment at which the history ends, so that leads are not
        held fixed by their own controls.

    References
    ----------
    Jorda (2005), American Economic Review 95, doi:10.1257/0002828053828518.
    Newey & West (1987), Econometrica 55, doi:10.2307/1913610.
    """
    first, last = REACH_WEEKS + history_ends, len(attacks) - REACH_WEEKS
    beside = attacks @ spread_evenly(neighbours)
    history = [
        _sum_weeks(series, -history_ends - weeks, -history_ends - 1)[first:last]
        for series in (attacks, beside)
        for weeks in HISTORY
    ]
    later = np.stack([_sum_weeks(attacks, *window)[first:last] for window in windows], axis=-1)
    controls = _within(np.stack(history, axis=-1))
    T, D, K = controls.shape
    whitened = _orthonormal(controls.reshape(T * D, K))
    flat = _within(later).reshape(T * D, -1)
    outcomes = flat - whitened @ (whitened.T @ flat)
    x = _within(treatments).reshape(T * D, -1)
    x -= whitened @ (whitened.T @ x)
    return _summarise(x, outcomes, whitened, later, (T, D))


def partial_out(treatment: Array, projection: Projection) -> Array:
    """Return a treatment (T, D) with district and week means and the controls taken out."""
    whitened = projection.whitened.reshape(treatment.size, -1)
    flat = _within(treatment).ravel()
    return np.asarray((flat - whitened @ (whitened.T @ flat)).reshape(treatment.shape))


def _summarise(
    x: Array, outcomes: Array, whitened: Array, later: Array, shape: tuple[int, int]
) -> Projection:
    T, D = shape
    inverse = np.linalg.pinv(x.T @ x, hermitian=True)
    coefficients = inverse @ (x.T @ outcomes)
    residuals = outcomes - x @ coefficients
    # Each treatment with the others taken out, scaled: its sum with y is the coefficient.
    weights = (x @ inverse).reshape(T, D, -1)
    scores = weights[:, :, :1] * residuals.reshape(T, D, -1)
    information = (weights**2).sum(axis=(0, 1))
    leverage = weights**2 / np.maximum(information, 1e-300)
    share = leverage.sum(axis=0)  # (D, A)
    by_district = x.reshape(T, D, -1), outcomes.reshape(T, D, -1)
    return Projection(
        coefficients=coefficients,
        hac=np.sqrt(newey_west(scores, REACH_WEEKS)),
        jackknife=_jackknife(*by_district, coefficients),
        freedom=np.maximum(1.0 / np.maximum((share**2).sum(axis=0), 1e-300) - 1.0, 1.0),
        leverage=leverage,
        outcomes=outcomes.reshape(T, D, -1),
        first=x[:, 0].reshape(T, D),
        whitened=whitened.reshape(T, D, -1),
        prognosis=later - outcomes.reshape(later.shape),
    )


def newey_west(scores: Array, lags: int) -> Array:
    """Return the long-run variance of scores (T, D, ...), summed over districts.

    Bartlett weights; districts are taken as independent of each other once the week's mean is out.
    """
    variance = (scores**2).sum(axis=(0, 1))
    for lag in range(1, min(lags, len(scores) - 1) + 1):
        products = (scores[lag:] * scores[:-lag]).sum(axis=(0, 1))
        variance = variance + 2.0 * (1.0 - lag / (lags + 1.0)) * products
    return np.asarray(np.maximum(variance, 0.0))


def _jackknife(x: Array, outcomes: Array, coefficients: Array) -> Array:
    """Return standard errors from leaving out one district in turn; controls stay."""
    square = np.einsum("tda,tdb->dab", x, x)
    cross = np.einsum("tda,tdh->dah", x, outcomes)
    without = np.linalg.pinv(square.sum(axis=0) - square, hermitian=True)
    moved = without @ (cross.sum(axis=0) - cross) - coefficients
    D = len(square)
    return np.asarray(np.sqrt((moved**2).sum(axis=0) * (D - 1) / D))


def exchange_doses(doses: Array, prognosis: Array, *, replicates: int, seed: int) -> Array:
    """Return (R, N) doses dealt anew among operations with a like prognosis.

    Operations are cut into four strata by what their district's past predicts; doses change hands
    within a stratum only. So a dose that follows the past keeps following it.
    """
    rng = np.random.Generator(np.random.Philox(seed))
    strata = np.array_split(np.argsort(prognosis, kind="stable"), STRATA)
    require_memory(
        f"the exchange of doses between {len(doses):,} operations, {replicates:,} times",
        2 * 8 * replicates * len(doses),
        reduce="the number of exchanges, or the record to fewer districts or a shorter time",
    )
    dealt = np.repeat(doses[None], replicates, axis=0)
    for stratum in strata:
        for rows in row_pieces(replicates, len(stratum)):
            some = dealt[rows]
            exchanged = np.empty((len(some), len(stratum)))
            deal_by_rank(rng.random(exchanged.shape), doses[stratum], exchanged)
            some[:, stratum] = exchanged
    return dealt


def move_weeks(
    weeks: NDArray[np.int64], *, n_weeks: int, replicates: int, seed: int
) -> NDArray[np.int64]:
    """Return (R, N) weeks moved by -26 to +26; the ends of the record reflect."""
    rng = np.random.Generator(np.random.Philox(seed))
    moved = rng.integers(-MOVE_WEEKS, MOVE_WEEKS + 1, (replicates, len(weeks)))
    moved += weeks  # in place: of many operations it is large
    np.abs(moved, out=moved)
    np.subtract(2 * (n_weeks - 1), moved, out=moved, where=moved >= n_weeks)
    return moved


def redeal(
    projection: Projection,
    weeks: NDArray[np.int64],
    districts: NDArray[np.int64],
    doses: Array,
    neighbours: NDArray[np.bool_],
) -> Array:
    """Return (R, H) coefficients of the dose for re-dealt weeks or doses, each (R, N)."""
    effects = np.empty((len(weeks), projection.outcomes.shape[2]))
    spread = spread_evenly(neighbours)
    whitened = np.ascontiguousarray(projection.whitened)
    outcomes = np.ascontiguousarray(projection.outcomes)
    for rows in row_pieces(*weeks.shape):
        project_redealt(
            np.ascontiguousarray(weeks[rows]),
            districts,
            np.ascontiguousarray(doses[rows]),
            spread,
            whitened,
            outcomes,
            effects[rows],
        )
    return effects


def row_pieces(rows: int, columns: int) -> Iterator[slice]:
    """Yield slices of rows that hold about a million cells each."""
    step = max(1, CELLS_AT_ONCE // max(columns, 1))
    yield from (slice(first, first + step) for first in range(0, rows, step))


def _sum_weeks(series: NDArray[np.int64] | Array, first: int, last: int) -> Array:
    """Sum over weeks t + first .. t + last, what lies outside the record counting nothing."""
    T = len(series)
    cumulated = np.zeros((T + 1, series.shape[1]))
    np.cumsum(series, axis=0, out=cumulated[1:])
    t = np.arange(T)
    summed = cumulated[np.clip(t + last + 1, 0, T)] - cumulated[np.clip(t + first, 0, T)]
    return np.asarray(summed)


def _within(values: Array) -> Array:
    """Take district and week means out of (T, D, ...)."""
    by_week = values.mean(axis=1, keepdims=True)
    by_district = values.mean(axis=0, keepdims=True)
    return np.asarray(values - by_week - by_district + values.mean(axis=(0, 1)))


def _orthonormal(columns: Array) -> Array:
    """Orthonormal basis of the columns; directions without variation drop."""
    scaled = columns / np.maximum(np.sqrt((columns**2).sum(axis=0)), 1e-12)
    size, direction = np.linalg.eigh(scaled.T @ scaled)
    kept = size > 1e-10
    return np.asarray(scaled @ (direction[:, kept] / np.sqrt(size[kept])))
