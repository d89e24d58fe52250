"""What other models say of retaliation: a log link, a posterior, two kinds that excite each other.

None of them decides the verdict. They show whether the answer hangs on one way of asking.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tarazu.evidence.daily_counts import DailyCounts
from tarazu.evidence.finding import Check, FigureData
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

ATTACKS, OPERATIONS = 0, 1
REFITS: Final = 19  # of simulated records, whose smallest and largest bound 90 %
HUNDRED: Final = 100  # attacks, so that what they cause is no small decimal
SMALLEST_P: Final = 0.01  # of the residuals: below it the fit is called poor


@dataclass(frozen=True, slots=True)
class SecondOpinions:
    """Checks and figures for the finding on retaliation."""

    checks: tuple[Check, ...]
    figures: tuple[FigureData, ...]


def ask_others(counts: DailyCounts, source: str) -> SecondOpinions:
    """Fit the other models to a record and put what they say in words and figures.

    Parameters
    ----------
    source : title of the record, for the figures.
    """
    ratio = measure_rate_ratio(counts)
    belief = weigh_effect(
        lay_out_loglinear(counts), int(counts.operations.sum()), tempering=ratio.dispersion
    )
    fit = fit_excitation(counts)
    # Above 1 the records drawn from the fit would grow without end.
    refits = REFITS if fit.spectral_radius < 1 else 0
    drawn = bootstrap_branching(fit, counts, replicates=refits)
    ends = np.array(
        [[profile_interval(kind.design, kind.optimum, m) for m in range(4)] for kind in fit.kinds]
    ).reshape(2, 2, 2, 2)
    residuals = check_residuals(counts.attacks.sum(axis=1), fit.kinds[ATTACKS].mean.sum(axis=1))
    return SecondOpinions(
        checks=(
            _say_ratio(ratio),
            _say_belief(belief),
            _say_excitation(fit, ends, drawn),
            _say_residuals(residuals),
        ),
        figures=(
            _draw_branching(fit, ends, source, counts),
            _draw_kernel(fit, counts, source),
            _draw_residuals(residuals, source, counts),
        ),
    )


def _say_ratio(ratio: RateRatio) -> Check:
    low, high = ratio.interval
    return Check(
        "second opinion: rate ratio",
        f"attacks on the 42 days after operations come at {ratio.estimate:.2f} times the rate "
        f"without (90 % profile interval {low:.2f} to {high:.2f}, p {ratio.p_value:.2g})",
        "1 for no effect, either side can be reached; attacks that follow on provoked ones count "
        "too, so an effect looks larger than in the main estimate; at 5 % it found one in 10 % of "
        "60 simulated records without any",
        None if ratio.converged else False,
    )


def _say_belief(belief: Posterior) -> Check:
    low, high = belief.interval
    return Check(
        "second opinion: probabilities",
        f"backlash {_percent(belief.backlash)}, deterrence {_percent(belief.deterrence)}, an "
        f"effect of less than {SMALL} attacks per operation either way {_percent(belief.small)} "
        f"(90 % credible interval {low:+.2f} to {high:+.2f} attacks per operation)",
        "from a prior that holds half and double as likely; 50 % each where nothing was learnt",
        None,
    )


def _percent(share: float) -> str:
    return "above 99 %" if share > 0.99 else "below 1 %" if share < 0.01 else f"{share:.0%}"


def _say_excitation(
    fit: ExcitationFit, ends: NDArray[np.float64], drawn: NDArray[np.float64]
) -> Check:
    own = (ATTACKS, OPERATIONS, 0)
    low, high = ends[own]
    again = drawn[(slice(None), *own)]
    refits = (
        f"refits of simulated records {again.min():.2f} to {again.max():.2f}"
        if len(again)
        else "no refits: records drawn from this fit would not end"
    )
    lives = " and ".join(
        f"{kind.half_life:.1f} days ({name})" for name, kind in zip(KINDS, fit.kinds, strict=True)
    )
    return Check(
        "second opinion: two kinds that excite each other",
        f"{fit.branching[own]:.2f} attacks per operation in its district (90 % profile interval "
        f"{low:.2f} to {high:.2f}, {refits}); spectral radius {fit.spectral_radius:.2f}; "
        f"half-lives {lives}",
        "cannot be negative; a spectral radius below 1 means that a burst dies out",
        None if fit.converged else False,
    )


def _say_residuals(residuals: ResidualCheck) -> Check:
    return Check(
        "residuals of attacks by day",
        f"randomised PIT residuals against uniform: p {residuals.p_value:.3f} "
        "(Monte Carlo, whole region)",
        f"above {SMALLEST_P}: daily counts are distributed as the fit says",
        residuals.p_value > SMALLEST_P,
    )


def _draw_branching(
    fit: ExcitationFit, ends: NDArray[np.float64], source: str, counts: DailyCounts
) -> FigureData:
    """Put all eight branching ratios in one figure."""
    cells = [(r, s, p) for r in range(2) for s in range(2) for p in range(2)]
    return FigureData(
        kind="forest",
        title="How attacks and operations excite each other",
        x_label="events caused by one event (branching ratio)",
        y_label="what is caused, and by what",
        source=source,
        n=f"{counts.n_used['attacks']} attacks, {counts.n_used['operations']} operations; 90 % "
        "profile intervals; next door: in all neighbours together",
        data={
            "variant": [f"{KINDS[r]} by {KINDS[s]}, {PLACES[p]}" for r, s, p in cells],
            "estimate": [float(fit.branching[cell]) for cell in cells],
            "low": [float(ends[cell][0]) for cell in cells],
            "high": [float(ends[cell][1]) for cell in cells],
            "n": [counts.n_used[KINDS[s]] for _, s, _ in cells],
            "verdict": ["above 0" if ends[cell][0] > 0 else "may be 0" for cell in cells],
        },
    )


def _draw_kernel(fit: ExcitationFit, counts: DailyCounts, source: str) -> FigureData:
    """Put the histogram kernel of attacks by attacks beside the exponential one."""
    steps = fit_histogram(counts, ATTACKS, ATTACKS)
    decay = np.log(2) / fit.kinds[ATTACKS].half_life
    first = np.array([lag[0] for lag in steps.lags])
    last = np.array([lag[1] for lag in steps.lags])
    share = np.exp(-decay * (first - 1)) - np.exp(-decay * last)
    exponential = HUNDRED * fit.branching[ATTACKS, ATTACKS, 0] * share / (last - first + 1)
    return FigureData(
        kind="excitation",
        title="How long attacks excite attacks in the same district",
        x_label="days after an attack",
        y_label="attacks a day caused by 100 attacks",
        source=source,
        n=f"{counts.n_used['attacks']} attacks; steps: no form assumed, 90 % profile intervals; "
        "same-day pairs count neither way",
        data={
            "lag_from": first.tolist(),
            "lag_to": last.tolist(),
            "rate": (HUNDRED * steps.rate).tolist(),
            "low": (HUNDRED * steps.low).tolist(),
            "high": (HUNDRED * steps.high).tolist(),
            "exponential": exponential.tolist(),
        },
    )


def _draw_residuals(residuals: ResidualCheck, source: str, counts: DailyCounts) -> FigureData:
    edges = residuals.edges
    return FigureData(
        kind="residuals",
        title="Do daily attacks vary as the fit says?",
        x_label="randomised PIT residual, in bins",
        y_label="days",
        source=source,
        n=f"{len(counts.attacks)} days, whole region; grey: 5-95 % of counts drawn from the fit",
        data={
            "bin": [f"{a:.2f}-{b:.2f}" for a, b in pairwise(edges)],
            "count": residuals.counts.tolist(),
            "expected_low": residuals.low.tolist(),
            "expected_high": residuals.high.tolist(),
        },
    )
