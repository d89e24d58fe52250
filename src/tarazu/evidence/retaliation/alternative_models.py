"""Alternative models of retaliation: a log link, a posterior, two kinds that excite each other.

None of them decides the verdict. They show whether the result depends on one model.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from tarazu.evidence.daily_counts import DailyCounts
from tarazu.evidence.finding import Check, FigureData
from tarazu.evidence.options import HORIZON_DAYS
from tarazu.evidence.point_process.excitation import (
    KINDS,
    PLACES,
    ExcitationFit,
    bootstrap_branching,
    fit_excitation,
    fit_histogram,
    profile_interval,
)
from tarazu.evidence.point_process.rate_ratio import (
    RateRatio,
    lay_out_loglinear,
    measure_rate_ratio,
)
from tarazu.evidence.point_process.residuals import ResidualCheck, check_residuals
from tarazu.evidence.retaliation.posterior import SMALL, Posterior, weigh_effect
from tarazu.evidence.words import Words

ATTACKS, OPERATIONS = 0, 1
REFITS: Final = 19  # of simulated records, whose smallest and largest bound 90%
HUNDRED: Final = 100  # attacks, so that what they cause is no small decimal
WORDS: Final = Words(__package__)
SMALLEST_P: Final = 0.01  # of the residuals: below it the fit is called poor


@dataclass(frozen=True, slots=True)
class AlternativeModels:
    """What alternative models find, as checks and figures of the finding on retaliation."""

    checks: tuple[Check, ...]
    figures: tuple[FigureData, ...]


def fit_alternatives(
    counts: DailyCounts,
    source: str,
    *,
    horizon: int = HORIZON_DAYS,
    refits: int = REFITS,
    seed: int = 0,
    is_measured: bool = True,
) -> AlternativeModels:
    """Fit the alternative models to a record; return what they find.

    Parameters
    ----------
    source : title of the record, for the figures.
    horizon : days after an operation.
    refits : simulated records to which the model of two kinds is fitted again.
    is_measured : whether shipped error rates hold for this record.
    """
    ratio = measure_rate_ratio(counts, horizon=horizon)
    posterior = weigh_effect(
        lay_out_loglinear(counts, horizon=horizon),
        int(counts.operations.sum()),
        tempering=ratio.dispersion,
    )
    fit = fit_excitation(counts)
    # Above 1 the records drawn from the fit would grow without end.
    replicates = refits if fit.spectral_radius < 1 else 0
    drawn = bootstrap_branching(fit, counts, replicates=replicates, seed=seed)
    # One thread, as in all fits: the matrices are small, and more threads sum in another order.
    with threadpool_limits(1, user_api="blas"):
        ends = np.array(
            [
                [profile_interval(kind.history, kind.optimum, m) for m in range(4)]
                for kind in fit.kinds
            ]
        ).reshape(2, 2, 2, 2)
    residuals = check_residuals(
        counts.attacks.sum(axis=1), fit.kinds[ATTACKS].mean.sum(axis=1), seed=seed
    )
    return AlternativeModels(
        checks=(
            _ratio_check(ratio, horizon, is_measured=is_measured),
            _posterior_check(posterior),
            _excitation_check(fit, ends, drawn),
            _residual_check(residuals),
        ),
        figures=(
            _branching_figure(fit, ends, source, counts),
            _kernel_figure(fit, counts, source),
            _residual_figure(residuals, source, counts),
        ),
    )


def _ratio_check(ratio: RateRatio, horizon: int, *, is_measured: bool) -> Check:
    low, high = ratio.interval
    return WORDS.check(
        "rate_ratio",
        None if ratio.converged else False,
        horizon=horizon,
        estimate=ratio.estimate,
        low=low,
        high=high,
        p=ratio.p_value,
        too_often=WORDS.text("phrases", "too_often") if is_measured else "",
    )


def _posterior_check(posterior: Posterior) -> Check:
    low, high = posterior.interval
    return WORDS.check(
        "posterior",
        None,
        backlash=_percent(posterior.backlash),
        deterrence=_percent(posterior.deterrence),
        limit=SMALL,
        small=_percent(posterior.small),
        low=low,
        high=high,
    )


def _percent(share: float) -> str:
    if share > 0.99:
        return WORDS.text("phrases", "above_99")
    return WORDS.text("phrases", "below_1") if share < 0.01 else f"{share:.0%}"


def _excitation_check(
    fit: ExcitationFit, ends: NDArray[np.float64], drawn: NDArray[np.float64]
) -> Check:
    own = (ATTACKS, OPERATIONS, 0)
    low, high = ends[own]
    again = drawn[(slice(None), *own)]
    if len(again):
        refits = WORDS.text("phrases", "refits", low=again.min(), high=again.max())
    else:
        refits = WORDS.text("phrases", "no_refits")
    lives = " and ".join(
        WORDS.text("phrases", "half_life", days=kind.half_life, kind=name)
        for name, kind in zip(KINDS, fit.kinds, strict=True)
    )
    return WORDS.check(
        "two_kinds",
        None if fit.converged else False,
        estimate=fit.branching[own],
        low=low,
        high=high,
        refits=refits,
        radius=fit.spectral_radius,
        lives=lives,
    )


def _residual_check(residuals: ResidualCheck) -> Check:
    passed = residuals.p_value > SMALLEST_P
    return WORDS.check("residuals", passed, p=residuals.p_value, limit=SMALLEST_P)


def _branching_figure(
    fit: ExcitationFit, ends: NDArray[np.float64], source: str, counts: DailyCounts
) -> FigureData:
    """Return a figure of all eight branching ratios."""
    cells = [(r, s, p) for r in range(2) for s in range(2) for p in range(2)]
    above, may_be = (WORDS.text("phrases", key) for key in ("above_0", "may_be_0"))
    return WORDS.figure(
        "branching",
        {
            "variant": [
                WORDS.text(
                    "phrases", "branching", receiver=KINDS[r], source=KINDS[s], place=PLACES[p]
                )
                for r, s, p in cells
            ],
            "estimate": [float(fit.branching[cell]) for cell in cells],
            "low": [float(ends[cell][0]) for cell in cells],
            "high": [float(ends[cell][1]) for cell in cells],
            "n": [counts.n_used[KINDS[s]] for _, s, _ in cells],
            "verdict": [above if ends[cell][0] > 0 else may_be for cell in cells],
        },
        source=source,
        attacks=counts.n_used["attacks"],
        operations=counts.n_used["operations"],
    )


def _kernel_figure(fit: ExcitationFit, counts: DailyCounts, source: str) -> FigureData:
    """Return a figure of attacks by attacks, the kernel as steps and as an exponential."""
    steps = fit_histogram(counts, ATTACKS, ATTACKS)
    decay = np.log(2) / fit.kinds[ATTACKS].half_life
    first = np.array([lag[0] for lag in steps.lags])
    last = np.array([lag[1] for lag in steps.lags])
    share = np.exp(-decay * (first - 1)) - np.exp(-decay * last)
    exponential = HUNDRED * fit.branching[ATTACKS, ATTACKS, 0] * share / (last - first + 1)
    return WORDS.figure(
        "kernel",
        {
            "lag_from": first.tolist(),
            "lag_to": last.tolist(),
            "rate": (HUNDRED * steps.rate).tolist(),
            "low": (HUNDRED * steps.low).tolist(),
            "high": (HUNDRED * steps.high).tolist(),
            "exponential": exponential.tolist(),
        },
        source=source,
        attacks=counts.n_used["attacks"],
    )


def _residual_figure(residuals: ResidualCheck, source: str, counts: DailyCounts) -> FigureData:
    return WORDS.figure(
        "residuals",
        {
            "bin": [f"{a:.2f}-{b:.2f}" for a, b in pairwise(residuals.edges)],
            "count": residuals.counts.tolist(),
            "expected_low": residuals.low.tolist(),
            "expected_high": residuals.high.tolist(),
        },
        source=source,
        days=len(counts.attacks),
    )
