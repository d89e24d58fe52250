"""The intensity of events that trends, bursts of the whole region and past events predict.

A mutually exciting process on daily counts: background that varies by district and in time, plus
excitation by earlier events here and in neighbouring districts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from threadpoolctl import threadpool_limits

from tarazu.evidence.history_kernels import accumulate_likelihood, tally_history

Array = NDArray[np.float64]

WINDOWS: Final = ((1, 7), (8, 28), (29, 84))  # days; a day, weeks, and a season of memory
BURST_DAYS: Final = 42  # with 14 the background eats the excitation (docs/decisions/retaliation.md)
DRIFT_YEARS: Final = 3  # the trend of one district apart from the region's own year
# Gamma shapes that draw a level towards 1: ASSUMED, shape 1 is a standard deviation of 100 %.
# Chosen by marginal likelihood they mistook drift for excitation (docs/decisions/retaliation.md).
BURST_SHAPE: Final = 1.0
DRIFT_SHAPE: Final = 1.0
YEAR_SHAPE: Final = 0.5  # weak, keeps years without events finite
BRANCHING_SHAPE: Final = 0.05  # keeps the log of a vanishing branching ratio finite
STIFFNESS: Final = (3.0, 1.0)  # of the priors, on the way to the optimum
NEWTON_STEPS: Final = 100
TOLERANCE: Final = 1e-6  # Newton decrement, log-likelihood units
CLEAN, EXPOSED, NEXT_DOOR = 0, 1, 2  # classes of district-days, see `tally_history`


@dataclass(frozen=True, slots=True)
class History:
    """Counts, days and features by district, period and class of exposure.

    Attributes
    ----------
    days, observed : (D, Q, 3) district-days and events.
    n_treatments : events whose effect is asked for.
    features : (D, Q, 3, M) sums over days of the daily mean of each source over each window.
    event_place, event_count, event_features : (N, 2), (N,), (N, M) of the clean district-days
        with events.
    year, burst : (Q,) index of the calendar year and of the burst interval of each period.
    sources : names of what excites; feature m belongs to source m // len(WINDOWS).
    """

    days: Array
    observed: Array
    n_treatments: int
    features: Array
    event_place: NDArray[np.int64]
    event_count: Array
    event_features: Array
    year: NDArray[np.int64]
    burst: NDArray[np.int64]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IntensityFit:
    """Penalised maximum likelihood of the intensity on district-days without a recent treatment.

    Attributes
    ----------
    branching : events caused by one event of each source, summed over the windows.
    lag_branching : (S, W) the same by lag window.
    mean : (D, Q, 3) events expected by district, period and class of exposure.
    variance : (3,) error variance of the sum of `mean` over districts and periods.
    dispersion : mean square over mean of daily counts above zero; 1 for a Poisson record.
    decrement : Newton's last, in log-likelihood units.
    converged : False if the maximum was not reached.
    """

    branching: dict[str, float]
    lag_branching: Array
    mean: Array
    variance: Array
    dispersion: float
    log_likelihood: float
    decrement: float
    converged: bool


@dataclass(frozen=True, slots=True)
class _Design:
    """Flat cells and events with their four parameter indices, and the shapes of the priors."""

    cells: NDArray[np.int64]
    days: Array
    events: NDArray[np.int64]
    counts: Array
    features: Array
    exposure: Array
    n_level: int
    n_burst: int
    drift: slice
    year: slice
    branching: slice


@dataclass(frozen=True, slots=True)
class _Optimum:
    level: Array
    burst: Array
    log_likelihood: float
    decrement: float
    converged: bool
    factor: tuple[Array, bool]  # Cholesky of the information with bursts eliminated
    cross: Array
    burst_hessian: Array


def read_history(
    counts: NDArray[np.int64],
    treatments: NDArray[np.int64],
    sources: dict[str, NDArray[np.int64]],
    neighbours: NDArray[np.bool_],
    calendar_year: NDArray[np.int64],
    *,
    horizon: int,
) -> History:
    """Return what each district-day has behind it.

    Parameters
    ----------
    counts : (T, D) daily events to be explained.
    treatments : (T, D) daily events whose effect is asked for; zeros where none is.
    sources : name -> (T, D) daily events that excite; each enters from its own district and,
        split evenly, from the neighbours of the district where it happened.
    neighbours : (D, D) symmetric.
    calendar_year : (T,) of each day.
    horizon : days after a treatment that count as exposed.
    """
    n_days, n_districts = counts.shape
    burst = np.arange(n_days) // BURST_DAYS
    year = calendar_year - calendar_year[0]
    pairs, period = np.unique(np.stack([burst, year], axis=1), axis=0, return_inverse=True)
    period = period.reshape(-1).astype(np.int64)
    degree = np.maximum(neighbours.sum(axis=1), 1)
    spread = neighbours / degree[:, None]
    names, stack = [], []
    for name, series in sources.items():
        share = (series.sum(axis=0) + 0.5) / (series.sum() + 0.5 * n_districts)
        elsewhere = (series.sum(axis=1, keepdims=True) - series) * share
        names += [f"{name}, same district", f"{name}, next door", f"{name}, elsewhere"]
        stack += [series.astype(np.float64), series @ spread, elsewhere]
    n_periods, n_features = len(pairs), len(stack) * len(WINDOWS)
    n_marked = int((counts > 0).sum())
    days = np.zeros((n_districts, n_periods, 3))
    observed = np.zeros((n_districts, n_periods, 3))
    features = np.zeros((n_districts, n_periods, 3, n_features))
    place = np.zeros((n_marked, 2), dtype=np.int64)
    count = np.zeros(n_marked)
    event_features = np.zeros((n_marked, n_features))
    n_events = tally_history(
        np.array(stack),
        counts,
        treatments,
        treatments @ neighbours.astype(np.int64),
        period,
        np.array(WINDOWS),
        horizon,
        days,
        features,
        observed,
        place,
        count,
        event_features,
    )
    return History(
        days=days,
        observed=observed,
        n_treatments=int(treatments.sum()),
        features=features,
        event_place=place[:n_events],
        event_count=count[:n_events],
        event_features=event_features[:n_events],
        year=pairs[:, 1],
        burst=pairs[:, 0],
        sources=tuple(names),
    )


def fit_intensity(history: History) -> IntensityFit:
    """Fit the intensity on clean district-days and predict it on the exposed ones.

    The background of district d on a day of year y and six-week interval b is
    level_d * drift_{d, epoch} * year_y * burst_b, drift and burst drawn towards 1 by gamma
    distributions; each source adds a branching ratio spread over the lag windows. Days within the
    horizon of a treatment take no part in the fit, so that whatever a treatment does cannot bend
    its own counterfactual (the imputation estimator of Borusyak, Jaravel & Spiess 2024).

    References
    ----------
    Borusyak, Jaravel & Spiess (2024), Review of Economic Studies 91, doi:10.1093/restud/rdae007.
    Mohler (2013), Annals of Applied Statistics 7, doi:10.1214/13-AOAS647.
    """
    design = _lay_out(history)
    level, burst = _start(design)
    # One thread: sums in another order give other bytes, and the matrices are small.
    with threadpool_limits(1, user_api="blas"):
        for stiffness in STIFFNESS:
            optimum = _maximise(design, level, burst, stiffness)
            level, burst = optimum.level, optimum.burst
        return _summarise(history, design, optimum)


def _lay_out(history: History) -> _Design:
    n_districts = history.days.shape[0]
    n_years = int(history.year.max()) + 1
    n_epochs = (n_years - 1) // DRIFT_YEARS + 1
    n_features = history.event_features.shape[1]
    drift = n_districts
    year = drift + n_districts * n_epochs
    branching = year + n_years

    def index(place: NDArray[np.int64]) -> NDArray[np.int64]:
        d, q = place[:, 0], place[:, 1]
        epoch = history.year[q] // DRIFT_YEARS
        columns = [d, drift + d * n_epochs + epoch, year + history.year[q], history.burst[q]]
        return np.stack(columns, axis=1)

    where = np.argwhere(history.days[:, :, CLEAN] > 0)
    return _Design(
        cells=index(where),
        days=history.days[where[:, 0], where[:, 1], CLEAN],
        events=index(history.event_place),
        counts=history.event_count,
        features=history.event_features,
        exposure=history.features[:, :, CLEAN].sum(axis=(0, 1)),
        n_level=branching + n_features,
        n_burst=int(history.burst.max()) + 1,
        drift=slice(drift, year),
        year=slice(year, branching),
        branching=slice(branching, branching + n_features),
    )


def _start(design: _Design) -> tuple[Array, Array]:
    level = np.zeros(design.n_level)
    n_districts = design.drift.start
    here = np.bincount(design.events[:, 0], design.counts, n_districts)
    days = np.bincount(design.cells[:, 0], design.days, n_districts)
    level[:n_districts] = np.log((0.6 * here + 0.2) / np.maximum(days, 1.0))
    level[design.branching] = np.log(0.06)
    return level, np.zeros(design.n_burst)


def _maximise(design: _Design, level: Array, burst: Array, stiffness: float) -> _Optimum:
    """Newton's method with the bursts, whose information is diagonal, eliminated."""
    P, B = design.n_level, design.n_burst
    hessian, cross, burst_hessian = np.empty((P, P)), np.empty((P, B)), np.empty(B)
    gradient, burst_gradient = np.empty(P), np.empty(B)
    prior = np.zeros(P)
    prior[design.drift] = stiffness * DRIFT_SHAPE
    burst_shape = stiffness * BURST_SHAPE
    prior[design.year] = YEAR_SHAPE
    prior[design.branching] = BRANCHING_SHAPE

    def evaluate(level: Array, burst: Array) -> float:
        value = accumulate_likelihood(
            level,
            burst,
            design.cells,
            design.days,
            design.events,
            design.counts,
            design.features,
            design.exposure,
            hessian,
            cross,
            burst_hessian,
            gradient,
            burst_gradient,
        )
        size, burst_size = np.exp(level), np.exp(burst)
        gradient[:] += prior * (1.0 - size)
        hessian[np.diag_indices(P)] -= prior * size
        burst_gradient[:] += burst_shape * (1.0 - burst_size)
        burst_hessian[:] -= burst_shape * burst_size
        return float(
            value + (prior * (level - size)).sum() + (burst_shape * (burst - burst_size)).sum()
        )

    value = evaluate(level, burst)
    decrement = np.inf
    for _ in range(NEWTON_STEPS):
        scaled = cross / burst_hessian
        information = scaled @ cross.T - hessian
        factor = _factor(information)
        step = cho_solve(factor, gradient - scaled @ burst_gradient)
        burst_step = -(burst_gradient + cross.T @ step) / burst_hessian
        decrement = float(gradient @ step + burst_gradient @ burst_step)
        if abs(decrement) < TOLERANCE:
            break
        length = min(1.0, 3.0 / max(np.abs(step).max(), np.abs(burst_step).max()))
        while True:
            trial = evaluate(level + length * step, burst + length * burst_step)
            if trial > value - 1e-9 or length < 1e-6:
                break
            length /= 2
        level, burst, value = level + length * step, burst + length * burst_step, trial
    return _Optimum(
        level=level,
        burst=burst,
        log_likelihood=value,
        decrement=decrement,
        converged=abs(decrement) < TOLERANCE,
        factor=factor,
        cross=cross,
        burst_hessian=burst_hessian,
    )


def _factor(information: Array) -> tuple[Array, bool]:
    """Cholesky factor, with a ridge where the surface is not concave yet."""
    ridge = 0.0
    while True:
        try:
            damped = information + ridge * np.eye(len(information))
            factor: tuple[Array, bool] = cho_factor(damped, lower=True)
        except LinAlgError:
            ridge = max(2.0 * ridge, 1e-2)
        else:
            return factor


def _summarise(history: History, design: _Design, optimum: _Optimum) -> IntensityFit:
    n_windows = len(WINDOWS)
    ratio = np.exp(optimum.level[design.branching])
    mean, variance = np.zeros(history.days.shape), np.zeros(3)
    scaled = optimum.cross / optimum.burst_hessian
    for condition in (CLEAN, EXPOSED, NEXT_DOOR):
        mean[:, :, condition], gradient, burst_gradient = _predict(
            history, design, optimum, condition
        )
        reduced = gradient - scaled @ burst_gradient
        variance[condition] = (
            reduced @ cho_solve(optimum.factor, reduced)
            - (burst_gradient**2 / optimum.burst_hessian).sum()
        )
    lags = ratio.reshape(-1, n_windows)
    return IntensityFit(
        branching=dict(zip(history.sources, lags.sum(axis=1).tolist(), strict=True)),
        lag_branching=lags,
        mean=mean,
        variance=variance,
        dispersion=float((design.counts**2).sum() / design.counts.sum()),
        log_likelihood=optimum.log_likelihood,
        decrement=optimum.decrement,
        converged=optimum.converged,
    )


def _predict(
    history: History, design: _Design, optimum: _Optimum, condition: int
) -> tuple[Array, Array, Array]:
    """Return the expected events (D, Q) of one class and the gradient of their sum."""
    n_districts, n_periods = history.days.shape[:2]
    n_epochs = (design.drift.stop - design.drift.start) // n_districts
    district = np.arange(n_districts)[:, None]
    drift = design.drift.start + district * n_epochs + history.year // DRIFT_YEARS  # (D, Q)
    year = design.year.start + history.year  # (Q,)
    level, burst = optimum.level, optimum.burst
    log_rate = level[:n_districts, None] + level[drift] + level[year] + burst[history.burst]
    background = history.days[:, :, condition] * np.exp(log_rate)
    ratio = np.exp(level[design.branching])
    excited = history.features[:, :, condition] @ ratio
    gradient = np.zeros(design.n_level)
    gradient[:n_districts] = background.sum(axis=1)
    np.add.at(gradient, drift, background)
    np.add.at(gradient, np.broadcast_to(year, (n_districts, n_periods)), background)
    gradient[design.branching] = ratio * history.features[:, :, condition].sum(axis=(0, 1))
    burst_gradient = np.zeros(design.n_burst)
    np.add.at(burst_gradient, history.burst, background.sum(axis=0))
    return background + excited, gradient, burst_gradient
