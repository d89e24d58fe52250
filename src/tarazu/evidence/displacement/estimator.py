"""Displacement: attacks next door in the six weeks after operations by the state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from tarazu.evidence.compose import compose_finding
from tarazu.evidence.daily_counts import DailyCounts, to_daily_counts
from tarazu.evidence.displacement.rings import (
    RingCounts,
    RingEffects,
    count_rings,
    lead_rows,
    move_rings,
    ring_figure,
    study_rings,
)
from tarazu.evidence.error_rates import load_validation
from tarazu.evidence.finding import CANNOT_TELL, Analysis, Check, FigureData, Finding
from tarazu.evidence.methods.moved_dates import SHIFT_DAYS
from tarazu.evidence.options import DRAWS, HORIZON_DAYS, LEVEL
from tarazu.evidence.point_process.after_operations import (
    analyse_excess,
    as_analysis,
    fit_attacks,
    measure_after,
)
from tarazu.evidence.point_process.excess_events import Excess, measure_excess
from tarazu.evidence.point_process.history import EXPOSED, NEXT_DOOR
from tarazu.evidence.refusals import limit_of
from tarazu.evidence.sensitivity import (
    analyse_sensitivity,
    by_sign,
    disagreement,
    forest,
    too_little,
)
from tarazu.evidence.words import Words, join_sentences
from tarazu.record import Record

WORDS: Final = Words(__package__)
VERDICTS: Final = ("displacement", "diffusion of calm", CANNOT_TELL)
verdict_of: Final = by_sign(*VERDICTS[:2])


@dataclass(frozen=True, slots=True)
class DisplacementDifference:
    """Weighted displacement difference.

    Attributes
    ----------
    estimate, standard_error : in events per unit of area.
    p_value : two-sided, normal.
    """

    estimate: float
    standard_error: float
    p_value: float


def weighted_displacement_difference(
    treated: tuple[float, float],
    control: tuple[float, float],
    *,
    treated_area: float = 1.0,
    control_area: float = 1.0,
) -> DisplacementDifference:
    """Return (treated after - before) - (control after - before), counts divided by area.

    Parameters
    ----------
    treated, control : events before and after.
    treated_area, control_area : any unit, > 0.

    Raises
    ------
    ValueError
        An area that is not positive.

    References
    ----------
    Wheeler & Ratcliffe (2018), Crime Science 7:11, doi:10.1186/s40163-018-0085-5.

    Examples
    --------
    >>> found = weighted_displacement_difference((100, 80), (100, 90))
    >>> round(found.estimate, 2), round(found.standard_error, 2)
    (-10.0, 19.24)
    """
    if min(treated_area, control_area) <= 0:
        raise ValueError(f"areas are {treated_area} and {control_area}; expected both above 0")
    estimate = (treated[1] - treated[0]) / treated_area - (control[1] - control[0]) / control_area
    variance = sum(treated) / treated_area**2 + sum(control) / control_area**2
    error = float(np.sqrt(variance))
    p_value = float(2 * ndtr(-abs(estimate) / error)) if error > 0 else 1.0
    return DisplacementDifference(float(estimate), error, p_value)


def displacement(
    record: Record,
    *,
    horizon: int = HORIZON_DAYS,
    level: float = LEVEL,
    moves: int = 199,
    replicates: int = 499,
    draws: int = DRAWS,
    seed: int = 0,
) -> Finding:
    """Return what attacks did next door in the six weeks after operations.

    The estimand is the mean number of attacks that an operation adds (displacement) or prevents
    (diffusion of calm) on the 42 days after it in all neighbouring districts together, beyond
    what their trends, region-wide bursts and recent attacks there and next to them predict.
    Neighbours with an operation of their own in that time are left out.

    Parameters
    ----------
    horizon : days after an operation.
    level : coverage of intervals.
    moves : sets of moved dates for the weighted displacement difference and quotient.
    replicates : permutations of the comparison with matched days.
    draws : of the initiators in the last sensitivity analysis.

    Raises
    ------
    FitError
        The record has no day-dated attack with a district.

    References
    ----------
    Bowers & Johnson (2003), Journal of Quantitative Criminology 19, doi:10.1023/A:1024909009240.
    Wheeler & Ratcliffe (2018), Crime Science 7:11, doi:10.1186/s40163-018-0085-5.
    """
    validation = load_validation(displacement, locals())
    counts = to_daily_counts(record)
    background = fit_attacks(counts, horizon=horizon)
    excess = measure_after(counts, background, NEXT_DOOR, level=level)
    verdict = verdict_of(excess.estimate, excess.p_value)
    sensitivity = analyse_sensitivity(
        record,
        lambda part: analyse_excess(part, NEXT_DOOR, horizon=horizon, level=level),
        verdict_of,
        level=level,
        draws=draws,
    )
    main: Analysis | None = None
    checks: tuple[Check, ...] = ()
    figures: list[FigureData] = []
    if excess.measured:
        main = as_analysis(excess, counts)
        here = measure_excess(background, EXPOSED, level=level)
        rings = study_rings(counts, horizon=horizon, level=level, replicates=replicates, seed=seed)
        moved = move_rings(counts, horizon, moves, seed=seed)
        checks = _checks(counts, background.converged, here, rings, moved, horizon, level)
        title, unit = WORDS.text("forest", "title"), WORDS.text("finding", "unit", horizon=horizon)
        figures = [
            forest(title, unit, record.source.title, main, verdict, sensitivity, level=level)
        ]
        if rings is not None:
            figures.append(ring_figure(rings, record.source.title, level))
        sentence = _sentence(excess, verdict, sensitivity, horizon, level)
    else:
        sentence = too_little(counts, WORDS.text("sentence", "too_little"))
    return compose_finding(
        WORDS,
        main,
        scope=record.source.scope,
        level=level,
        verdict=verdict,
        sentence=sentence,
        n_used=counts.n_used,
        n_dropped=counts.n_dropped,
        checks=checks,
        sensitivity=sensitivity,
        figures=figures,
        validation=validation,
        converged=background.converged,
        horizon=horizon,
    )


def _sentence(
    excess: Excess,
    verdict: str,
    sensitivity: tuple[Analysis, ...],
    horizon: int,
    level: float,
) -> str:
    low, high = excess.interval
    text = WORDS.text(
        "sentence",
        "result",
        opening=WORDS.text("opening", verdict),
        observed=excess.observed,
        operations=excess.n_treatments,
        horizon=horizon,
        expected=excess.expected,
        estimate=excess.estimate,
        level=level,
        low=low,
        high=high,
    )
    return join_sentences(text, disagreement(verdict, sensitivity))


def _checks(
    counts: DailyCounts,
    converged: bool,
    here: Excess,
    rings: RingEffects | None,
    moved: list[RingCounts],
    horizon: int,
    level: float,
) -> tuple[Check, ...]:
    observed = count_rings(counts, counts.operations, horizon)
    difference = _difference(observed).estimate
    differences = np.array([_difference(ring).estimate for ring in moved])
    quotients = np.array([ring.quotient() for ring in moved])
    low, high = here.interval
    outcome = WORDS.text("phrases", "reached" if converged else "not_reached")
    checks = [
        WORDS.check("convergence", converged, outcome=outcome),
        WORDS.check(
            "difference",
            None,
            horizon=horizon,
            difference=difference,
            reach=SHIFT_DAYS,
            mean=differences.mean(),
            deviation=differences.std(),
            share=_share_beyond(difference, differences),
        ),
        _quotient_check(observed, quotients),
        WORDS.check("here", None, estimate=here.estimate, level=level, low=low, high=high),
    ]
    if rings is not None:
        checks += [_ring_check(rings, row, level) for row in (-2, -1)]
        leads = [i for i, name in enumerate(rings.names) if name in lead_rows()]
        p = min(1.0, len(leads) * float(rings.p_value[leads].min()))
        limit = limit_of("displacement", "lead")
        checks.append(WORDS.check("lead", p >= limit, windows=len(leads), p=p, limit=limit))
    return tuple(checks)


def _quotient_check(observed: RingCounts, quotients: NDArray[np.float64]) -> Check:
    (before, *_), (after, *_) = observed.before, observed.after
    quotient, known = observed.quotient(), quotients[~np.isnan(quotients)]
    if np.isnan(quotient):
        text = WORDS.text("phrases", "no_quotient")
    else:
        text = WORDS.text("phrases", "quotient", quotient=quotient)
    if len(known) > 0:
        low, high = np.quantile(known, [0.05, 0.95])
        text = WORDS.text("phrases", "moved_quotients", quotient=text, low=low, high=high)
    return WORDS.check("quotient", None, quotient=text, before=before, after=after)


def _ring_check(rings: RingEffects, row: int, level: float) -> Check:
    low, high = rings.interval[row]
    return WORDS.check(
        "ring",
        None,
        ring=rings.names[row],
        estimate=rings.estimate[row],
        level=level,
        low=low,
        high=high,
        p=rings.p_value[row],
        operations=rings.n_operations,
    )


def _difference(rings: RingCounts) -> DisplacementDifference:
    """Weighted displacement difference of the first ring against the second."""
    return weighted_displacement_difference(
        (float(rings.before[1]), float(rings.after[1])),
        (float(rings.before[2]), float(rings.after[2])),
        treated_area=1.0,
        control_area=max(float(rings.size[2] / max(rings.size[1], 1)), 1e-9),
    )


def _share_beyond(observed: float, moved: NDArray[np.float64]) -> float:
    beyond = np.abs(moved - moved.mean()) >= abs(observed - moved.mean())
    return float((1 + beyond.sum()) / (1 + len(moved)))
