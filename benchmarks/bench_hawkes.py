"""How long the Hawkes likelihood takes, and side by side with packages that do the same.

`python -m benchmarks.bench_hawkes` prints the comparison: the same events, the same model (one
decay, free; but see `intensify`), rounds interleaved, medians. Packages that are not installed
are left out.
"""

from __future__ import annotations

import statistics
import sys
import time
import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from tests.theory.hawkes_worlds import thin

from tarazu.evidence.point_process.hawkes import fit_hawkes
from tarazu.evidence.point_process.hawkes_kernels import accumulate_hawkes

Array = NDArray[np.float64]
Events = tuple[Array, NDArray[np.int64], float]

MU = {1: np.array([0.5]), 2: np.array([0.4, 0.2])}
ETA = {1: np.array([[0.5]]), 2: np.array([[0.3, 0.2], [0.1, 0.4]])}
BETA = 1.5
SIZES = (10_000, 100_000, 1_000_000)
ROUNDS = 5


def draw(n: int, n_kinds: int) -> Events:
    """Return about n events of a process with one or two kinds."""
    rate = np.linalg.solve(np.eye(n_kinds) - ETA[n_kinds], MU[n_kinds]).sum()
    end = float(n / rate)
    return *thin(MU[n_kinds], ETA[n_kinds], BETA, end, 1), end


def log_likelihood(events: Events, mu: Array, eta: Array, beta: float) -> float:
    """Judge every package's answer by one likelihood."""
    size = eta.size + len(mu) + 1
    return accumulate_hawkes(*events, mu, eta, beta, np.empty(size), np.empty((size, size)))


def tarazu(events: Events, n_kinds: int) -> Callable[[], float]:
    times, kinds, end = events
    fit = fit_hawkes(times, kinds, end=end, n_kinds=n_kinds)
    return lambda: log_likelihood(events, fit.mu, fit.eta, fit.beta)


def hawkes_rs(events: Events, n_kinds: int) -> Callable[[], float]:
    from hawkes import multivariate

    times, kinds, end = events
    found = multivariate.fit([times[kinds == k] for k in range(n_kinds)], end).parameters
    return lambda: log_likelihood(events, found.baseline, found.excitation, found.decay)


def intensify(events: Events, n_kinds: int) -> Callable[[], float]:
    """Fit one kind with the same model; of two kinds each pair has a decay of its own.

    Its log-likelihood with two kinds is its own and may be above the others'.
    """
    from intensify import ExponentialKernel, MultivariateHawkes, UnivariateHawkes

    times, kinds, end = events
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if n_kinds == 2:
            kernels = [[ExponentialKernel(0.2, 1.0) for _ in range(2)] for _ in range(2)]
            several = MultivariateHawkes(2, mu=1.0, kernel=kernels)
            pair = several.fit([times[kinds == k] for k in range(2)], T=end)
            return lambda: float(pair.log_likelihood)
        one = UnivariateHawkes(mu=1.0, kernel=ExponentialKernel(0.4, 1.0)).fit(times, T=end).params
    kernel = one["kernel"]
    return lambda: log_likelihood(
        events, np.array([one["mu"]]), np.array([[kernel.alpha]]), float(kernel.beta)
    )


PACKAGES: dict[str, Callable[[Events, int], Callable[[], float]]] = {
    "tarazu": tarazu,
    "hawkes-rs": hawkes_rs,
    "intensify": intensify,
}
"""Each fits the events and returns how to judge the answer, outside the time measured."""


class TimeHawkes:
    """One fit with free decay, two kinds; linear in the number of events."""

    number = repeat = 1
    params = SIZES
    param_names = ("events",)

    def setup(self, n: int) -> None:
        self.events = draw(n, 2)
        tarazu(draw(1000, 2), 2)

    def time_fit_hawkes(self, n: int) -> None:
        tarazu(self.events, 2)


def compare(n: int, n_kinds: int, rounds: int) -> list[tuple[str, float, float]]:
    """Return package, median seconds, and log-likelihood short of the best, on one data set."""
    events, small = draw(n, n_kinds), draw(2000, n_kinds)
    seconds: dict[str, list[float]] = {}
    reached: dict[str, float] = {}
    for round_ in range(rounds):
        for name, fit in PACKAGES.items():
            try:
                if round_ == 0:
                    fit(small, n_kinds)  # warm
                start = time.perf_counter()
                judge = fit(events, n_kinds)
                seconds.setdefault(name, []).append(time.perf_counter() - start)
            except ModuleNotFoundError:
                continue
            reached[name] = judge()
    best = max(reached.values())
    return [(name, statistics.median(s), best - reached[name]) for name, s in seconds.items()]


def main() -> None:
    write = sys.stdout.write
    write("kinds    events  package      seconds  times tarazu  log-likelihood short\n")
    for n_kinds in (1, 2):
        for n in SIZES:
            rows = compare(n, n_kinds, ROUNDS if n < SIZES[-1] else 3)
            own = rows[0][1]
            for name, seconds, short in rows:
                ratio = seconds / own
                write(
                    f"{n_kinds:5d} {n:9d}  {name:10s} {seconds:9.4f} {ratio:13.1f} {short:21.6f}\n"
                )


if __name__ == "__main__":
    main()
