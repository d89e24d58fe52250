"""Maximum likelihood of mutually exciting events in continuous time.

For records with exact times, and to compare speed and recovery with other packages. Records with
days, ties and districts need `excitation`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.linalg import LinAlgError
from numpy.typing import NDArray

from tarazu.core.arguments import check_whole, wrong_type
from tarazu.core.errors import FitError
from tarazu.evidence.point_process.hawkes_kernels import accumulate_hawkes, accumulate_one_kind

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]

STEPS: Final = 200
TOLERANCE: Final = 1e-9  # Newton decrement, log-likelihood units
LONGEST_STEP: Final = 2.0  # of a log parameter, in one iteration
TIMES_MORE: Final = 10  # events of the next stage over those of the one before
ROUGHLY: Final = 1e-2  # Newton decrement at which that search stops
DECAYS: Final = (0.05, 0.5, 5.0)  # where the search starts, in units of the mean rate of events


@dataclass(frozen=True, slots=True, repr=False)
class HawkesFit:
    """Maximum-likelihood fit of an exponential Hawkes process with K kinds.

    Attributes
    ----------
    mu : (K,) baseline intensity, events per unit of time.
    eta : (K, K) branching ratios: mean events of kind i that one event of kind j causes.
    beta : decay, one over the unit of time; the mean lag is 1 / beta.
    standard_errors : of mu (K,), eta (K, K) and beta, from the Hessian; NaN where a ratio is so
        close to zero that the likelihood has almost no curvature.
    decrement : Newton's last, in log-likelihood units.
    """

    mu: Array
    eta: Array
    beta: float
    standard_errors: tuple[Array, Array, float]
    log_likelihood: float
    decrement: float
    converged: bool

    @property
    def spectral_radius(self) -> float:
        """Largest absolute eigenvalue of `eta`; below 1 for a process that does not explode."""
        return float(np.abs(np.linalg.eigvals(self.eta)).max())

    def to_frame(self) -> pd.DataFrame:
        """Return one row per parameter: parameter, receiver, source, estimate, standard_error.

        Kinds are numbered from 0; `receiver` is the kind that is caused, `source` the one that
        causes it. Both are missing where a parameter has none.
        """
        import pandas as pd

        kinds = range(len(self.mu))
        mu_errors, eta_errors, beta_error = self.standard_errors
        rows: list[tuple[str, int | None, int | None, float, float]] = [
            ("mu", i, None, self.mu[i], mu_errors[i]) for i in kinds
        ]
        rows += [("eta", i, j, self.eta[i, j], eta_errors[i, j]) for i in kinds for j in kinds]
        rows.append(("beta", None, None, self.beta, beta_error))
        names = ["parameter", "receiver", "source", "estimate", "standard_error"]
        whole = {"receiver": "Int64", "source": "Int64"}
        return pd.DataFrame(rows, columns=names).astype(whole)

    def __repr__(self) -> str:
        state = "converged" if self.converged else "not converged"
        kinds = "1 kind" if len(self.mu) == 1 else f"{len(self.mu)} kinds"
        return (
            f"<HawkesFit: {kinds}, {state}, log-likelihood {self.log_likelihood:.6g}\n"
            f"  largest eigenvalue of eta {self.spectral_radius:.3g}, mean lag "
            f"{1 / self.beta:.3g}; .mu, .eta, .beta, .to_frame()>"
        )

    def _repr_html_(self) -> str:
        return str(self.to_frame().to_html(index=False, float_format="{:.3g}".format))


def fit_hawkes(
    times: Array,
    kinds: NDArray[np.int64],
    *,
    end: float,
    n_kinds: int,
    first_events: int = 1_000,
) -> HawkesFit:
    """Fit baselines, branching ratios and one decay by Newton's method on their logs.

    The mean lag is kept from exceeding the time observed: a kernel as long as that is a trend, and
    its branching ratio could be anything.

    Parameters
    ----------
    times : (N,) sorted, in [0, end].
    kinds : (N,) in 0..n_kinds - 1.
    end : where the observation stops.
    first_events : events on which the start is found.

    Raises
    ------
    ValueError
        Times that are not sorted or lie outside; kinds out of range or not whole; what is not
        finite.
    TypeError
        Something else than numbers.
    FitError
        A kind without events.

    References
    ----------
    Ozaki (1979), Annals of the Institute of Statistical Mathematics 31, doi:10.1007/BF02480272:
    the recursion.

    Examples
    --------
    >>> fit = fit_hawkes(np.array([1.0, 2.0, 2.1, 5.0]), np.zeros(4, int), end=10.0, n_kinds=1)
    >>> fit.converged
    True
    """
    n_kinds = check_whole("n_kinds", n_kinds, 1)
    first_events = check_whole("first_events", first_events, 1)
    if not hasattr(end, "__float__"):
        raise wrong_type("end", end, "a number, the time at which the observation stops")
    if not (np.isfinite(end) and end > 0):
        raise ValueError(f"end is {end}; expected a finite number above 0, the end of observation")
    times = _numbers("times", times, np.float64)
    kinds = _numbers("kinds", kinds, np.int64)
    _check(times, kinds, end, n_kinds)
    best = _start(*_first(times, kinds, end, first_events), n_kinds)
    few = first_events * TIMES_MORE
    while few < len(times):
        best = _climb(*_first(times, kinds, end, few), best, tolerance=ROUGHLY)[0]
        few *= TIMES_MORE
    return _summarise(*_climb(times, kinds, end, best, tolerance=TOLERANCE), n_kinds)


def _first(
    times: Array, kinds: NDArray[np.int64], end: float, few: int
) -> tuple[Array, NDArray[np.int64], float]:
    """Return the first events, and where the observation of them stops."""
    if few >= len(times):
        return times, kinds, end
    return times[:few], kinds[:few], float(times[few - 1])


def _start(times: Array, kinds: NDArray[np.int64], end: float, n_kinds: int) -> Array:
    """Return log parameters near the best of the maxima reached from three decays."""
    seen = np.maximum(np.bincount(kinds, minlength=n_kinds), 1)
    ratios = np.full((n_kinds, n_kinds), 0.4 / n_kinds)
    rows = np.column_stack([0.5 * seen / end, ratios]).ravel()
    starts = [np.log(np.append(rows, decay * len(times) / end)) for decay in DECAYS]
    found = [_climb(times, kinds, end, start, tolerance=ROUGHLY) for start in starts]
    return max(found, key=lambda climbed: climbed[1])[0]


def _numbers(what: str, value: object, kind: type[np.float64 | np.int64]) -> Any:
    """Return an array of one dimension."""
    try:
        given = np.asarray(value)
        numbers = np.ascontiguousarray(given, np.float64)
    except (TypeError, ValueError):
        raise wrong_type(what, value, "numbers, one per event") from None
    if given.ndim != 1 or given.dtype.kind in "US":
        raise wrong_type(what, value, "numbers, one per event")
    whole, usable = kind is np.int64, np.isfinite(numbers)
    if whole:
        usable &= (np.abs(numbers) < 2**53) & (numbers == np.rint(numbers))
    if not usable.all():
        raise ValueError(
            f"{what} hold {numbers[~usable][0]:g}; expected {'whole' if whole else 'finite'} "
            "numbers, one per event"
        )
    return numbers.astype(kind, copy=False)


def _check(times: Array, kinds: NDArray[np.int64], end: float, n_kinds: int) -> None:
    if len(times) == 0 or len(times) != len(kinds):
        raise ValueError(f"{len(times)} times and {len(kinds)} kinds; expected as many, above 0")
    if np.any(np.diff(times) < 0) or times[0] < 0 or times[-1] > end:
        raise ValueError(f"times must be sorted and lie between 0 and end = {end}")
    counts = np.bincount(kinds, minlength=n_kinds) if kinds.min() >= 0 else np.zeros(0)
    if len(counts) != n_kinds:
        raise ValueError(f"kinds must lie between 0 and {n_kinds - 1}")
    if counts.min() == 0:
        raise FitError(
            f"kind {int(counts.argmin())} has no event; a Hawkes process cannot be fitted to it. "
            "Leave the kind out."
        )


def _climb(
    times: Array,
    kinds: NDArray[np.int64],
    end: float,
    log_parameters: Array,
    *,
    tolerance: float,
) -> tuple[Array, float, Array, float]:
    """Return log parameters at the maximum, its value, the Hessian in them, the decrement."""
    n_kinds = int(np.sqrt(len(log_parameters)))
    size = len(log_parameters)
    gradient, hessian = np.empty(size), np.empty((size, size))

    def evaluate(logs: Array) -> tuple[float, Array, Array]:
        natural = np.exp(logs)
        if n_kinds == 1:
            mu, eta, beta = natural.tolist()
            value = accumulate_one_kind(times, end, mu, eta, beta, gradient, hessian)
        else:
            rows = natural[:-1].reshape(n_kinds, n_kinds + 1)
            value = accumulate_hawkes(
                times,
                kinds,
                end,
                np.ascontiguousarray(rows[:, 0]),
                np.ascontiguousarray(rows[:, 1:]),
                float(natural[-1]),
                gradient,
                hessian,
            )
        slope = natural * gradient
        return value, slope, natural[:, None] * hessian * natural + np.diag(slope)

    slowest = -np.log(end)
    here = evaluate(log_parameters)
    decrement = np.inf
    for _ in range(STEPS):
        value, slope, curvature = here
        if log_parameters[-1] <= slowest and slope[-1] < 0:  # stays at its bound
            slope[-1] = curvature[-1] = curvature[:, -1] = 0.0
            curvature[-1, -1] = -1.0
        step = _step(curvature, slope)
        decrement = float(slope @ step)
        if decrement < tolerance:
            break
        length = min(1.0, LONGEST_STEP / np.abs(step).max())
        while True:
            further = log_parameters + length * step
            further[-1] = max(further[-1], slowest)
            there = evaluate(further)
            if there[0] >= value - 1e-12 * abs(value) or length < 1e-9:
                break
            length /= 4
        log_parameters, here = further, there
    return log_parameters, here[0], here[2], decrement


def _step(hessian: Array, gradient: Array) -> Array:
    """Newton's step, with a ridge where the surface is not concave."""
    information, ridge = -hessian, 0.0
    while True:
        try:
            np.linalg.cholesky(information + ridge * np.eye(len(gradient)))
        except LinAlgError:
            ridge = max(4.0 * ridge, 1e-9 * max(float(np.abs(hessian).max()), 1.0))
        else:
            damped = information + ridge * np.eye(len(gradient))
            step: Array = np.asarray(np.linalg.solve(damped, gradient), dtype=np.float64)
            return step


def _summarise(
    logs: Array, value: float, hessian: Array, decrement: float, n_kinds: int
) -> HawkesFit:
    natural = np.exp(logs)
    free = natural > 1e-6  # a ratio that has gone to zero takes no part in the errors of the others
    errors = np.full(len(natural), np.nan)
    try:
        covariance = np.linalg.inv(-hessian[np.ix_(free, free)])
        errors[free] = natural[free] * np.sqrt(np.maximum(np.diag(covariance), 0.0))
    except LinAlgError:
        pass  # no curvature: no errors
    rows, wide = (x[:-1].reshape(n_kinds, n_kinds + 1) for x in (natural, errors))
    return HawkesFit(
        mu=rows[:, 0],
        eta=rows[:, 1:],
        beta=float(natural[-1]),
        standard_errors=(wide[:, 0], wide[:, 1:], float(errors[-1])),
        log_likelihood=value,
        decrement=decrement,
        converged=bool(decrement < TOLERANCE),
    )
