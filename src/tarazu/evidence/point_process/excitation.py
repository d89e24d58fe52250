"""Attacks and operations that excite each other, here and next door, on daily counts.

Each kind has a background that varies by district and in time, as in `background`, and responds to
past events of both kinds with a kernel that decays exponentially from the day after.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from tarazu.evidence.daily_counts import DailyCounts
from tarazu.evidence.methods.newton import PROFILE_DROP, Optimum, maximise
from tarazu.evidence.point_process.background import (
    Array,
    PenalisedLikelihood,
    maximise_background,
)
from tarazu.evidence.point_process.excitation_kernels import simulate_days
from tarazu.evidence.point_process.history import (
    LAG_WINDOWS,
    History,
    Index,
    locate,
    split_among,
    tally_history,
)
from tarazu.evidence.point_process.history_kernels import fill_decayed, fill_window_means

KINDS: Final = ("attacks", "operations")
PLACES: Final = ("same district", "next door")
HALF_LIVES: Final = (1.5, 3.0, 6.0, 12.0, 24.0, 48.0)  # days, the grid that is refined
KERNEL_BINS: Final = ((1, 3), (4, 7), (8, 14), (15, 28), (29, 56), (57, 84))  # days
START: Final = float(np.log(0.06))  # log of the branching ratios that refits start from
LARGEST: Final = 5.0  # branching ratio at which the search for an upper end stops


@dataclass(frozen=True, slots=True)
class KindFit:
    """How one kind of event responds to the past.

    Attributes
    ----------
    branching : (2, 2) events caused by one event of each source kind: rows `KINDS`, columns
        `PLACES` (next door: in all neighbours together).
    half_life : of the kernel, days.
    half_lives, profile : (H,) grid and log-likelihood on it.
    background : (T, D) events per day that nothing in the past excited.
    mean : (T, D) all events expected per day, given the past.
    """

    branching: Array
    half_life: float
    half_lives: Array
    profile: Array
    background: Array
    mean: Array
    history: History
    optimum: Optimum


@dataclass(frozen=True, slots=True)
class ExcitationFit:
    """Two mutually exciting kinds.

    Attributes
    ----------
    kinds : how attacks and how operations respond.
    branching : (2, 2, 2) receiver, source, place.
    spectral_radius : of the matrix of branching ratios, here and next door together: below 1, a
        burst dies out. Because events next door are split among neighbours, it is also that of the
        process on the whole map.
    """

    kinds: tuple[KindFit, KindFit]

    @property
    def branching(self) -> Array:
        """All branching ratios by receiver, source and place."""
        return np.array([kind.branching for kind in self.kinds])

    @property
    def spectral_radius(self) -> float:
        """Largest absolute eigenvalue of the branching matrix, places added up."""
        return float(np.abs(np.linalg.eigvals(self.branching.sum(axis=2))).max())

    @property
    def converged(self) -> bool:
        """Whether both maxima were reached."""
        return all(kind.optimum.converged for kind in self.kinds)


def fit_excitation(counts: DailyCounts) -> ExcitationFit:
    """Fit both kinds by penalised maximum likelihood, with the half-life of each kernel free.

    Attacks and operations of the same day are in no order and excite neither way.

    References
    ----------
    Hawkes (1971), Biometrika 58, doi:10.1093/biomet/58.1.83. Mohler (2013), Annals of Applied
    Statistics 7, doi:10.1214/13-AOAS647: a background that varies, or drift is read as contagion.
    """
    with threadpool_limits(1, user_api="blas"):
        sources = _sources(counts)
        attacks, operations = (
            _fit_kind(counts, sources, receiver) for receiver in (counts.attacks, counts.operations)
        )
        return ExcitationFit((attacks, operations))


def _fit_kind(
    counts: DailyCounts,
    sources: Sequence[Array],
    receiver: Index,
    half_lives: tuple[float, ...] = HALF_LIVES,
) -> KindFit:
    """Fit on a grid of half-lives, then at the top of the parabola through the best three."""
    grid = list(half_lives)
    optima = [maximise_background(_decayed_history(counts, sources, receiver, h)) for h in grid]
    values = [optimum.value for optimum in optima]
    best = _vertex(np.log(grid), np.array(values))
    history = _decayed_history(counts, sources, receiver, best)
    near = optima[int(np.argmax(values))]
    evaluate = PenalisedLikelihood(history)
    optimum = maximise(evaluate, near.local, near.border)
    if optimum.value < near.value:  # the surface is no parabola there
        best = grid[int(np.argmax(values))]
        history = _decayed_history(counts, sources, receiver, best)
        optimum = near
    background = _background(history, optimum, len(receiver))
    ratio = np.exp(optimum.border[-history.n_kernels :])
    return KindFit(
        branching=ratio.reshape(2, 2),
        half_life=float(best),
        half_lives=np.array(grid),
        profile=np.array(values),
        background=background,
        mean=background + _exponential_features(sources, best) @ ratio,
        history=history,
        optimum=optimum,
    )


def _vertex(log_lives: Array, values: Array) -> float:
    """Half-life at the top of the parabola through the best point and its two neighbours."""
    k = int(np.argmax(values))
    if k in {0, len(values) - 1}:
        return float(np.exp(log_lives[k]))
    c2, c1, _ = np.polyfit(log_lives[k - 1 : k + 2], values[k - 1 : k + 2], 2)
    return float(np.exp(-c1 / (2 * c2))) if c2 < 0 else float(np.exp(log_lives[k]))


def _exponential_features(sources: Sequence[Array], half_life: float) -> Array:
    """Return (T, D, 4) the decayed past: attacks here, next door, operations here, next door."""
    features = np.empty((*sources[0].shape, 4))
    for i, source in enumerate(sources):
        fill_decayed(source, np.log(2) / half_life, i, features)
    return features


def _sources(counts: DailyCounts) -> list[Array]:
    return [
        part
        for series in (counts.attacks, counts.operations)
        for part in (series.astype(np.float64), split_among(series, counts.neighbours))
    ]


def _decayed_history(
    counts: DailyCounts, sources: Sequence[Array], receiver: Index, half_life: float
) -> History:
    names = tuple(f"{kind}, {place}" for kind in KINDS for place in PLACES)
    return _history(counts, receiver, _exponential_features(sources, half_life), names)


def _history(
    counts: DailyCounts, receiver: Index, features: Array, names: tuple[str, ...]
) -> History:
    nothing = np.zeros_like(receiver)
    return tally_history(
        receiver, nothing, features, names, counts.neighbours, counts.calendar_year, horizon=1
    )


def _background(history: History, optimum: Optimum, n_days: int) -> Array:
    n_districts, periods = history.days.shape[0], history.periods
    n_periods = len(periods.epoch)
    place = np.stack(np.divmod(np.arange(n_districts * n_periods), n_periods), axis=1)
    index = locate(place, periods, n_districts)
    log_rate = optimum.border[index[:, 0]]
    for a in (2, 3, 4):
        log_rate = log_rate + optimum.local[index[:, 1], index[:, a]]
    rate: Array = np.exp(log_rate).reshape(n_districts, n_periods).T[periods.of_day]
    return rate


def profile_interval(history: History, optimum: Optimum, kernel: int) -> tuple[float, float]:
    """Return the 90% profile-likelihood interval of one branching ratio, the half-life held.

    The lower end is 0 where a ratio of nothing is not worse than the best by `PROFILE_DROP`.
    """
    index = len(optimum.border) - history.n_kernels + kernel
    evaluate = PenalisedLikelihood(history, held=(index,))
    best = float(optimum.border[index])
    reference = _without_prior(evaluate, optimum, index)

    def loss(log_ratio: float) -> float:
        border = optimum.border.copy()
        border[index] = log_ratio
        found = maximise(evaluate, optimum.local, border, tolerance=1e-4)
        return reference - _without_prior(evaluate, found, index) - PROFILE_DROP

    nothing = np.log(1e-6)
    low = 0.0 if loss(nothing) <= 0 else float(np.exp(_cross(loss, best, -1.0, nothing)))
    return low, float(np.exp(_cross(loss, max(best, np.log(1e-3)), 1.0, np.log(LARGEST))))


def _without_prior(evaluate: PenalisedLikelihood, optimum: Optimum, index: int) -> float:
    """Log-likelihood less the prior of the profiled ratio, whose log has no lower end."""
    log_ratio = float(optimum.border[index])
    prior = float(evaluate.border_shape[index]) * (log_ratio - float(np.exp(log_ratio)))
    return optimum.value - prior


def _cross(loss: Callable[[float], float], start: float, direction: float, end: float) -> float:
    """Where a loss that rises away from `start` crosses zero, to 2% of the ratio."""
    inside, step = start, 0.35
    outside = start + direction * step
    while loss(outside) < 0:
        inside, step = outside, 2 * step
        outside = outside + direction * step
        if direction * (outside - end) >= 0:
            outside = end
            if loss(end) < 0:
                return end
            break
    while abs(outside - inside) > 0.02:
        middle = (inside + outside) / 2
        if loss(middle) < 0:
            inside = middle
        else:
            outside = middle
    return (inside + outside) / 2


@dataclass(frozen=True, slots=True)
class KernelHistogram:
    """How one kind responds to another by lag, without a form for the decay.

    Attributes
    ----------
    lags : first and last day of each bin.
    rate, low, high : (B,) events per day caused by one event, on a day of the bin, with the ends of
        90% profile intervals.
    """

    lags: tuple[tuple[int, int], ...]
    rate: Array
    low: Array
    high: Array


def fit_histogram(counts: DailyCounts, receiver: int, source: int) -> KernelHistogram:
    """Fit the kernel of one source in its own district as steps, the others as by window.

    Parameters
    ----------
    receiver, source : indices into `KINDS`.
    """
    windows = np.array(KERNEL_BINS)
    rough = np.array(LAG_WINDOWS)
    sources = _sources(counts)
    features = np.empty((*counts.attacks.shape, len(windows) + 3 * len(rough)))
    fill_window_means(sources[2 * source], windows, 0, features)
    others = [i for i in range(4) if i != 2 * source]
    for k, i in enumerate(others):
        fill_window_means(sources[i], rough, len(windows) + k * len(rough), features)
    names = tuple(f"kernel {m}" for m in range(features.shape[2]))
    series = (counts.attacks, counts.operations)[receiver]
    with threadpool_limits(1, user_api="blas"):
        history = _history(counts, series, features, names)
        optimum = maximise_background(history)
        ends = np.array([profile_interval(history, optimum, m) for m in range(len(windows))])
    ratio = np.exp(optimum.border[-history.n_kernels :])[: len(windows)]
    width = windows[:, 1] - windows[:, 0] + 1
    return KernelHistogram(KERNEL_BINS, ratio / width, ends[:, 0] / width, ends[:, 1] / width)


def simulate_excitation(
    fit: ExcitationFit, neighbours: NDArray[np.bool_], seed: int
) -> tuple[Index, Index]:
    """Return (T, D) attacks and operations drawn from a fit, day by day."""
    background = np.array([kind.background for kind in fit.kinds])
    draws = np.zeros(background.shape, dtype=np.int64)
    degree = np.maximum(neighbours.sum(axis=1), 1)
    decay = np.array([np.log(2) / kind.half_life for kind in fit.kinds])
    simulate_days(background, fit.branching, decay, neighbours / degree[:, None], seed, draws)
    return draws[0], draws[1]


def bootstrap_branching(
    fit: ExcitationFit, counts: DailyCounts, *, replicates: int, seed: int = 0
) -> Array:
    """Return (R, 2, 2, 2) branching ratios refitted on records drawn from a fit.

    The half-lives are held: on records of this size they cost most of the time and move little.
    """
    found = np.empty((replicates, 2, 2, 2))
    with threadpool_limits(1, user_api="blas"):
        for r in range(replicates):
            attacks, operations = simulate_excitation(fit, counts.neighbours, seed + r)
            drawn = replace(counts, attacks=attacks, operations=operations)
            sources = _sources(drawn)
            for k, series in enumerate((attacks, operations)):
                history = _decayed_history(drawn, sources, series, fit.kinds[k].half_life)
                start = fit.kinds[k].optimum
                border = start.border.copy()
                border[-4:] = np.maximum(border[-4:], START)  # near zero the climb stands still
                evaluate = PenalisedLikelihood(history)
                optimum = maximise(evaluate, start.local, border, tolerance=1e-3)
                found[r, k] = np.exp(optimum.border[-4:]).reshape(2, 2)
    return found
