"""The intensity of events that trends, bursts of the whole region and past events predict.

A mutually exciting process on daily counts: background that varies by district and in time, plus
excitation by earlier events here and in neighbouring districts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from tarazu.evidence.methods.newton import Arrowhead, Optimum, Surface, maximise
from tarazu.evidence.point_process.history_kernels import (
    classify_days,
    fill_window_means,
    tally_days,
)
from tarazu.evidence.point_process.likelihood_kernels import accumulate_additive
from tarazu.evidence.point_process.periods import DRIFT_YEARS, Periods, divide_days

Array = NDArray[np.float64]
Index = NDArray[np.int64]

LAG_WINDOWS: Final = ((1, 7), (8, 28), (29, 84))  # days; a day, weeks, and a season of memory
# Gamma shapes that draw a level towards 1: ASSUMED, shape 1 is a standard deviation of 100 %.
# Chosen by marginal likelihood they mistook drift for excitation (docs/decisions/retaliation.md).
BURST_SHAPE: Final = 1.0
DRIFT_SHAPE: Final = 1.0
YEAR_SHAPE: Final = 0.5  # weak, keeps years without events finite
BRANCHING_SHAPE: Final = 0.05  # keeps the log of a vanishing branching ratio finite
STIFFER: Final = 3.0  # factor on the shapes, on the way to the optimum
ROUGHLY: Final = 0.1  # Newton decrement at which that way ends, log-likelihood units
# Classes of district-days, see `classify_days`; those not exposed are fitted.
CLEAN, EXPOSED, NEXT_DOOR, LATER, EARLIER = range(5)
FITTED: Final = np.array([True, False, False, True, True])
REACH_DAYS: Final = 182  # of `LATER` and `EARLIER`: as far as placebo dates are moved


@dataclass(frozen=True, slots=True)
class History:
    """Counts, days and features by district, period and class of exposure.

    Attributes
    ----------
    days, observed : (D, Q, C) district-days and events; C classes.
    n_treatments : events whose effect is asked for.
    dose : (C,) treatments next door, each split among the neighbours of its district, summed over
        the district-days within the horizon after them, by class.
    features : (D, Q, C, M) sums over days of the features.
    event_place, event_count, event_features : (N, 2), (N,), (N, M) of the fitted district-days
        with events.
    periods : what the days are divided into.
    sources : names of what excites.
    """

    days: Array
    observed: Array
    n_treatments: int
    dose: Array
    features: Array
    event_place: Index
    event_count: Array
    event_features: Array
    periods: Periods
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IntensityFit:
    """Penalised maximum likelihood of the intensity on district-days without a recent treatment.

    Attributes
    ----------
    branching : events caused by one event of each source, summed over the windows.
    lag_branching : (S, W) the same by lag window.
    mean : (D, Q, C) events expected by district, period and class of exposure.
    covariance : (C, C) of the errors of the sums of `mean` over districts and periods.
    dispersion : mean square over mean of daily counts above zero; 1 for a Poisson record.
    decrement : Newton's last, in log-likelihood units.
    converged : False if the maximum was not reached.
    """

    branching: dict[str, float]
    lag_branching: Array
    mean: Array
    covariance: Array
    dispersion: float
    log_likelihood: float
    decrement: float
    converged: bool


@dataclass(frozen=True, slots=True)
class Design:
    """Fitted cells and events with their parameter indices, and the shapes of the priors.

    Attributes
    ----------
    cells, events : (C, 5), (N, 5) indices: district, epoch, and drift, year and burst in the epoch.
    days, counts : (C,), (N,).
    features, exposure : (N, M), (M,).
    local_shape, border_shape : (E, n), (Z,) gamma shapes that draw a parameter towards 1.
    """

    cells: Index
    days: Array
    events: Index
    counts: Array
    features: Array
    exposure: Array
    local_shape: Array
    border_shape: Array

    @property
    def n_kernels(self) -> int:
        """Number of branching ratios, the last entries of the border."""
        return len(self.exposure)


def read_history(
    counts: Index,
    treatments: Index,
    sources: dict[str, Index],
    neighbours: NDArray[np.bool_],
    calendar_year: Index,
    *,
    horizon: int,
) -> History:
    """Return what each district-day has behind it.

    Parameters
    ----------
    counts : (T, D) daily events to be explained.
    treatments : (T, D) daily events whose effect is asked for; zeros where none is.
    sources : name -> (T, D) daily events that excite; each enters from its own district,
        split evenly from the neighbours of the district where it happened, and from elsewhere.
    neighbours : (D, D) symmetric.
    calendar_year : (T,) of each day.
    horizon : days after a treatment that count as exposed.
    """
    n_districts = counts.shape[1]
    names, stack = [], []
    for name, series in sources.items():
        share = (series.sum(axis=0) + 0.5) / (series.sum() + 0.5 * n_districts)
        elsewhere = (series.sum(axis=1, keepdims=True) - series) * share
        names += [f"{name}, same district", f"{name}, next door", f"{name}, elsewhere"]
        stack += [series.astype(np.float64), split_among(series, neighbours), elsewhere]
    windows = np.array(LAG_WINDOWS)
    features = np.empty((*counts.shape, len(stack) * len(windows)))
    for s, source in enumerate(stack):
        fill_window_means(source, windows, s * len(windows), features)
    return tally_history(
        counts, treatments, features, tuple(names), neighbours, calendar_year, horizon=horizon
    )


def split_among(series: Index, neighbours: NDArray[np.bool_]) -> Array:
    """Return (T, D) events of neighbouring districts, each split evenly among its neighbours."""
    degree = np.maximum(neighbours.sum(axis=1), 1)
    spread: Array = series.astype(np.float64) @ (neighbours / degree[:, None])
    return spread


def tally_history(
    counts: Index,
    treatments: Index,
    features: Array,
    sources: tuple[str, ...],
    neighbours: NDArray[np.bool_],
    calendar_year: Index,
    *,
    horizon: int,
) -> History:
    """Return the history of district-days whose features (T, D, M) are given."""
    n_districts = counts.shape[1]
    periods = divide_days(calendar_year)
    condition, dose = np.zeros(counts.shape, dtype=np.int64), np.zeros(counts.shape)
    beside = (treatments.astype(np.float64) @ neighbours).astype(np.int64)
    share = split_among(treatments, neighbours)
    classify_days(treatments, beside, horizon, REACH_DAYS, condition, dose, share)
    n_periods, n_marked = len(periods.epoch), int((counts > 0).sum())
    days, observed = np.zeros((2, n_districts, n_periods, len(FITTED)))
    sums = np.zeros((n_districts, n_periods, len(FITTED), features.shape[2]))
    place = np.zeros((n_marked, 2), dtype=np.int64)
    count, event_features = np.zeros(n_marked), np.zeros((n_marked, features.shape[2]))
    n_events = tally_days(
        features,
        counts,
        condition,
        FITTED,
        periods.of_day,
        days,
        sums,
        observed,
        place,
        count,
        event_features,
    )
    return History(
        days=days,
        observed=observed,
        n_treatments=int(treatments.sum()),
        dose=np.array([dose[condition == c].sum() for c in range(len(FITTED))]),
        features=sums,
        event_place=place[:n_events],
        event_count=count[:n_events],
        event_features=event_features[:n_events],
        periods=periods,
        sources=sources,
    )


def fit_intensity(history: History) -> IntensityFit:
    """Fit the intensity on clean district-days and predict it on the exposed ones.

    The background of district d on a day of epoch e, year y and six-week interval b is
    level_d * drift_{d, e} * year_y * burst_b, drift and burst drawn towards 1 by gamma
    distributions; each source adds a branching ratio spread over the lag windows. Days within the
    horizon of a treatment take no part in the fit, so that whatever a treatment does cannot bend
    its own counterfactual (the imputation estimator of Borusyak, Jaravel & Spiess 2024).

    References
    ----------
    Borusyak, Jaravel & Spiess (2024), Review of Economic Studies 91, doi:10.1093/restud/rdae007.
    Mohler (2013), Annals of Applied Statistics 7, doi:10.1214/13-AOAS647.
    """
    # One thread: sums in another order give other bytes, and the matrices are small.
    with threadpool_limits(1, user_api="blas"):
        design = lay_out(history)
        return _summarise(history, design, climb(design))


def lay_out(history: History) -> Design:
    """Return the fitted cells and events of a history with their parameter indices."""
    days = history.days[:, :, FITTED].sum(axis=2)
    where = np.argwhere(days > 0)
    n_districts, periods = history.days.shape[0], history.periods
    n_features = history.event_features.shape[1]
    local_shape = np.full(
        (periods.n_epochs, n_districts + DRIFT_YEARS + periods.n_bursts), DRIFT_SHAPE
    )
    local_shape[:, n_districts : n_districts + DRIFT_YEARS] = YEAR_SHAPE
    local_shape[:, n_districts + DRIFT_YEARS :] = BURST_SHAPE
    border_shape = np.zeros(n_districts + n_features)
    border_shape[n_districts:] = BRANCHING_SHAPE
    return Design(
        cells=locate(where, periods, n_districts),
        days=days[where[:, 0], where[:, 1]],
        events=locate(history.event_place, periods, n_districts),
        counts=history.event_count,
        features=history.event_features,
        exposure=history.features[:, :, FITTED].sum(axis=(0, 1, 2)),
        local_shape=local_shape,
        border_shape=border_shape,
    )


def locate(place: Index, periods: Periods, n_districts: int) -> Index:
    """Return (N, 5) parameter indices of (N, 2) districts and periods."""
    d, q = place[:, 0], place[:, 1]
    year = n_districts + periods.year[q]
    burst = n_districts + DRIFT_YEARS + periods.burst[q]
    return np.stack([d, periods.epoch[q], d, year, burst], axis=1)


def climb(design: Design) -> Optimum:
    """Maximise the penalised likelihood, through a stiffer prior first.

    From the start straight to the optimum, Newton's method ends at poor maxima.
    """
    start = np.zeros(design.local_shape.shape), _start(design)
    near = maximise(Penalised(design, STIFFER), *start, tolerance=ROUGHLY)
    return maximise(Penalised(design), near.local, near.border)


def _start(design: Design) -> Array:
    border = np.zeros(len(design.border_shape))
    n_districts = len(border) - design.n_kernels
    here = np.bincount(design.events[:, 0], design.counts, n_districts)
    days = np.bincount(design.cells[:, 0], design.days, n_districts)
    border[:n_districts] = np.log((0.6 * here + 0.2) / np.maximum(days, 1.0))
    border[n_districts:] = np.log(0.06)
    return border


class Penalised:
    """The log-likelihood of a design with its gamma priors, as a function to maximise.

    Parameters
    ----------
    stiffness : factor on the shapes of drift and burst.
    held : indices of border parameters that stay where they are.
    """

    def __init__(self, design: Design, stiffness: float = 1.0, held: tuple[int, ...] = ()) -> None:
        self.design = design
        n_years = design.local_shape == YEAR_SHAPE
        self.local_shape = np.where(n_years, 1.0, stiffness) * design.local_shape
        self.held = list(held)

    def __call__(self, local: Array, border: Array) -> Surface:
        """Return value, gradient and information at one point."""
        design = self.design
        (n_epochs, n), n_border = local.shape, len(border)
        gradient, border_gradient = np.empty((n_epochs, n)), np.empty(n_border)
        information, cross = np.empty((n_epochs, n, n)), np.empty((n_epochs, n, n_border))
        border_information = np.empty((n_border, n_border))
        value = accumulate_additive(
            local,
            border,
            design.cells,
            design.days,
            design.events,
            design.counts,
            design.features,
            design.exposure,
            gradient,
            border_gradient,
            information,
            cross,
            border_information,
        )
        value += add_log_gamma(local, self.local_shape, gradient, information)
        value += add_log_gamma(border, design.border_shape, border_gradient, border_information)
        border_gradient[self.held] = 0.0
        cross[:, :, self.held] = 0.0
        border_information[self.held] = 0.0
        border_information[:, self.held] = 0.0
        border_information[self.held, self.held] = 1.0
        return Surface(value, gradient, border_gradient, information, cross, border_information)


def add_log_gamma(log: Array, shape: Array, gradient: Array, information: Array) -> float:
    """Return the log-density of gamma priors with mode 1 on exp(log), as a density of the log.

    log, shape, gradient : (..., n); information : (..., n, n), minus the Hessian.
    Adds to gradient and to the diagonal of information.
    """
    size = np.exp(log)
    gradient += shape * (1.0 - size)
    diagonal = np.arange(log.shape[-1])
    information[..., diagonal, diagonal] += shape * size
    return float((shape * (log - size)).sum())


def _summarise(history: History, design: Design, optimum: Optimum) -> IntensityFit:
    n_classes = history.days.shape[2]
    mean = np.zeros(history.days.shape)
    gradients = []
    for condition in range(n_classes):
        mean[:, :, condition], local, border = _predict(history, design, optimum, condition)
        gradients.append((local, border))
    lags = np.exp(optimum.border[-design.n_kernels :]).reshape(len(history.sources), -1)
    return IntensityFit(
        branching=dict(zip(history.sources, lags.sum(axis=1).tolist(), strict=True)),
        lag_branching=lags,
        mean=mean,
        covariance=_covariance(optimum.information, gradients),
        dispersion=float((design.counts**2).sum() / design.counts.sum()),
        log_likelihood=optimum.value,
        decrement=optimum.decrement,
        converged=optimum.converged,
    )


def _covariance(information: Arrowhead, gradients: list[tuple[Array, Array]]) -> Array:
    """Covariance of functions of the parameters whose gradients are given."""
    carried = [information.divide(*gradient) for gradient in gradients]
    return np.array([[(a * x).sum() + b @ y for x, y in carried] for a, b in gradients])


def _predict(
    history: History, design: Design, optimum: Optimum, condition: int
) -> tuple[Array, Array, Array]:
    """Return the expected events (D, Q) of one class and the gradient of their sum."""
    n_districts, n_periods = history.days.shape[:2]
    place = np.stack(np.divmod(np.arange(n_districts * n_periods), n_periods), axis=1)
    index = locate(place, history.periods, n_districts)
    local, border = optimum.local, optimum.border
    log_rate = border[index[:, 0]] + sum(local[index[:, 1], index[:, a]] for a in (2, 3, 4))
    background = history.days[:, :, condition].ravel() * np.exp(log_rate)
    ratio = np.exp(border[n_districts:])
    excited = history.features[:, :, condition] @ ratio
    gradient, border_gradient = np.zeros(local.shape), np.zeros(len(border))
    for a in (2, 3, 4):
        np.add.at(gradient, (index[:, 1], index[:, a]), background)
    border_gradient[:n_districts] = np.bincount(index[:, 0], background, n_districts)
    border_gradient[n_districts:] = ratio * history.features[:, :, condition].sum(axis=(0, 1))
    return background.reshape(n_districts, n_periods) + excited, gradient, border_gradient
