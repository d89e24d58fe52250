"""The background of events: the intensity that trends, bursts and past events predict.

A mutually exciting process on daily counts: a rate that varies by district and in time, plus
excitation by earlier events here and in neighbouring districts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from tarazu.evidence.methods.newton import (
    NEWTON_STEPS,
    Blocks,
    Evaluation,
    Information,
    Optimum,
    maximise,
)
from tarazu.evidence.point_process.history import History, locate
from tarazu.evidence.point_process.likelihood_kernels import accumulate_additive
from tarazu.evidence.point_process.periods import DRIFT_YEARS, Periods

Array = NDArray[np.float64]

# Gamma shapes that draw a level towards 1: ASSUMED, shape 1 is a standard deviation of 100%.
# Chosen by marginal likelihood they mistook drift for excitation (docs/decisions/retaliation.md).
BURST_SHAPE: Final = 1.0
DRIFT_SHAPE: Final = 1.0
YEAR_SHAPE: Final = 0.5  # weak, keeps years without events finite
BRANCHING_SHAPE: Final = 0.05  # keeps the log of a vanishing branching ratio finite
STIFFER: Final = 3.0  # factor on the shapes, on the way to the optimum
ROUGHLY: Final = 0.1  # Newton decrement at which that way ends, log-likelihood units


@dataclass(frozen=True, slots=True)
class Background:
    """Penalised maximum likelihood of the intensity on district-days without a recent treatment.

    Attributes
    ----------
    history : the district-days.
    branching : events caused by one event of each source, summed over the windows.
    lag_branching : (S, W) the same by lag window.
    mean : (D, Q, C) events expected by district, period and class of exposure.
    covariance : (C, C) of the errors of the sums of `mean` over districts and periods.
    dispersion : mean square over mean of daily counts above zero; 1 for a Poisson record.
    decrement : Newton's last, in log-likelihood units.
    converged : False if the maximum was not reached.
    """

    history: History
    branching: dict[str, float]
    lag_branching: Array
    mean: Array
    covariance: Array
    dispersion: float
    log_likelihood: float
    decrement: float
    converged: bool


def fit_background(history: History, *, steps: int = NEWTON_STEPS) -> Background:
    """Fit the intensity on clean district-days and predict it on the exposed ones.

    The background of district d on a day of epoch e, year y and six-week interval b is
    level_d * drift_{d, e} * year_y * burst_b, drift and burst drawn towards 1 by gamma
    distributions; each source adds a branching ratio spread over the lag windows. Days within the
    horizon of a treatment take no part in the fit, so that whatever a treatment does cannot bend
    its own counterfactual (the imputation estimator of Borusyak, Jaravel & Spiess 2024).

    Parameters
    ----------
    steps : of Newton's method, at most.

    References
    ----------
    Borusyak, Jaravel & Spiess (2024), Review of Economic Studies 91, doi:10.1093/restud/rdae007.
    Mohler (2013), Annals of Applied Statistics 7, doi:10.1214/13-AOAS647.
    """
    # One thread: sums in another order give other bytes, and the matrices are small.
    with threadpool_limits(1, user_api="blas"):
        return _summarise(history, maximise_background(history, steps=steps))


def maximise_background(history: History, *, steps: int = NEWTON_STEPS) -> Optimum:
    """Maximise the penalised likelihood, through a stiffer prior first.

    From the start straight to the optimum, Newton's method ends at poor maxima.
    """
    evaluate = PenalisedLikelihood(history)
    start = np.zeros(evaluate.local_shape.shape), _start(history)
    stiffer = PenalisedLikelihood(history, STIFFER)
    near = maximise(stiffer, *start, tolerance=ROUGHLY, steps=steps)
    return maximise(evaluate, near.local, near.border, steps=steps)


def _start(history: History) -> Array:
    cells, days = history.fitted_days()
    n_districts = len(history.days)
    border = np.zeros(n_districts + history.n_kernels)
    here = np.bincount(history.event_place[:, 0], history.event_count, n_districts)
    by_district = np.bincount(cells[:, 0], days, n_districts)
    border[:n_districts] = np.log((0.6 * here + 0.2) / np.maximum(by_district, 1.0))
    border[n_districts:] = np.log(0.06)
    return border


def local_shapes(periods: Periods, n_districts: int) -> Array:
    """Return the gamma shapes of drift, years and bursts by epoch, (E, n)."""
    shapes = np.full((periods.n_epochs, n_districts + DRIFT_YEARS + periods.n_bursts), DRIFT_SHAPE)
    shapes[:, n_districts : n_districts + DRIFT_YEARS] = YEAR_SHAPE
    shapes[:, n_districts + DRIFT_YEARS :] = BURST_SHAPE
    return shapes


class PenalisedLikelihood:
    """The log-likelihood of a history with its gamma priors, as a function to maximise.

    Parameters
    ----------
    stiffness : factor on the shapes of drift and burst.
    held : indices of border parameters that stay where they are.
    """

    def __init__(
        self, history: History, stiffness: float = 1.0, held: tuple[int, ...] = ()
    ) -> None:
        n_districts = len(history.days)
        self.history = history
        self.cells, self.days = history.fitted_days()
        self.events, self.exposure = history.fitted_events(), history.exposure
        shapes = local_shapes(history.periods, n_districts)
        self.local_shape = np.where(shapes == YEAR_SHAPE, 1.0, stiffness) * shapes
        self.border_shape = np.zeros(n_districts + history.n_kernels)
        self.border_shape[n_districts:] = BRANCHING_SHAPE
        self.held = list(held)

    def __call__(self, local: Array, border: Array) -> Evaluation:
        """Return value, gradient and information at one point."""
        (n_epochs, n), n_districts = local.shape, len(self.history.days)
        gradient, border_gradient = np.empty((n_epochs, n)), np.empty(len(border))
        blocks = Blocks.empty(n_epochs, n_districts, n - n_districts, len(border) - n_districts)
        value = accumulate_additive(
            local,
            border,
            self.cells,
            self.days,
            self.events,
            self.history.event_count,
            self.history.event_features,
            self.exposure,
            gradient,
            border_gradient,
            *blocks.summed(),
        )
        diagonal, border_diagonal = np.zeros_like(local), np.zeros_like(border)
        value += add_log_gamma(local, self.local_shape, gradient, diagonal)
        value += add_log_gamma(border, self.border_shape, border_gradient, border_diagonal)
        blocks.finish(diagonal, border_diagonal)
        border_gradient[self.held] = 0.0
        blocks.hold([index - n_districts for index in self.held])
        return value, (gradient, border_gradient), blocks


def add_log_gamma(log: Array, shape: Array, gradient: Array, diagonal: Array) -> float:
    """Return the log-density of gamma priors with mode 1 on exp(log), as a density of the log.

    log, shape, gradient, diagonal : of one shape. Adds to the gradient and to the diagonal of minus
    the Hessian, which has nothing else.
    """
    size = np.exp(log)
    gradient += shape * (1.0 - size)
    diagonal += shape * size
    return float((shape * (log - size)).sum())


def _summarise(history: History, optimum: Optimum) -> Background:
    n_classes = history.days.shape[2]
    mean = np.zeros(history.days.shape)
    gradients = []
    for condition in range(n_classes):
        mean[:, :, condition], local, border = _predict(history, optimum, condition)
        gradients.append((local, border))
    lags = np.exp(optimum.border[-history.n_kernels :]).reshape(len(history.sources), -1)
    return Background(
        history=history,
        branching=dict(zip(history.sources, lags.sum(axis=1).tolist(), strict=True)),
        lag_branching=lags,
        mean=mean,
        covariance=_covariance(optimum.information, gradients),
        dispersion=_dispersion(history.event_count),
        log_likelihood=optimum.value,
        decrement=optimum.decrement,
        converged=optimum.converged,
    )


def _dispersion(counts: Array) -> float:
    """Return the mean square over the mean of daily counts; 1 where there is no event."""
    total = counts.sum()
    return float((counts**2).sum() / total) if total else 1.0


def _covariance(information: Information, gradients: list[tuple[Array, Array]]) -> Array:
    """Covariance of functions of the parameters whose gradients are given."""
    carried = [information.divide(*gradient) for gradient in gradients]
    return np.array([[(a * x).sum() + b @ y for x, y in carried] for a, b in gradients])


def _predict(history: History, optimum: Optimum, condition: int) -> tuple[Array, Array, Array]:
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
