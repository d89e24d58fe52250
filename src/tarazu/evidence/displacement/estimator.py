"""Displacement: attacks next door in the six weeks after operations by the state."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from tarazu.evidence.daily_counts import DailyCounts, count_days
from tarazu.evidence.displacement.rings import (
    RingCounts,
    RingEffects,
    count_rings,
    move_rings,
    ring_figure,
    study_rings,
)
from tarazu.evidence.error_rates import read_validation
from tarazu.evidence.finding import CANNOT_TELL, Analysis, Check, Finding
from tarazu.evidence.methods.moved_dates import SHIFT_DAYS
from tarazu.evidence.point_process.after_operations import (
    HORIZON_DAYS,
    LEVEL,
    analyse_excess,
    as_analysis,
    fit_attacks,
    measure_after,
)
from tarazu.evidence.point_process.background import EXPOSED, NEXT_DOOR
from tarazu.evidence.point_process.excess_events import Excess, measure_excess
from tarazu.evidence.sensitivity import (
    analyse_sensitivity,
    by_sign,
    disagreement,
    forest,
    signed,
    too_little,
)
from tarazu.record import Record

UNIT: Final = "attacks next door per operation within 6 weeks"
VERDICTS: Final = ("displacement", "diffusion of calm", CANNOT_TELL)
verdict_of: Final = by_sign(*VERDICTS[:2])
MOVES: Final = 199


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


def displacement(record: Record) -> Finding:
    """Return what attacks did next door in the six weeks after operations.

    The estimand is the mean number of attacks that an operation adds (displacement) or prevents
    (diffusion of calm) on the 42 days after it in all neighbouring districts together, beyond
    what their trends, region-wide bursts and recent attacks there and next to them predict.
    Neighbours with an operation of their own in that time are left out.

    Raises
    ------
    FitError
        The record has no day-dated attack with a district.

    References
    ----------
    Bowers & Johnson (2003), Journal of Quantitative Criminology 19, doi:10.1023/A:1024909009240.
    Wheeler & Ratcliffe (2018), Crime Science 7:11, doi:10.1186/s40163-018-0085-5.
    """
    counts = count_days(record)
    history, fit = fit_attacks(counts)
    excess = measure_after(counts, history, fit, NEXT_DOOR)
    verdict = verdict_of(excess.estimate, excess.p_value)
    sensitivity = analyse_sensitivity(
        record, lambda part: analyse_excess(part, NEXT_DOOR), verdict_of, level=LEVEL
    )
    validation = read_validation(files(__package__) / "error_rates.json")
    estimable = excess.measured
    rings = study_rings(counts, horizon=HORIZON_DAYS, level=LEVEL) if estimable else None
    figures = []
    if estimable:
        title = "Next door: the same question on other readings"
        main = as_analysis(excess, counts)
        figures.append(forest(title, UNIT, record.source.title, main, verdict, sensitivity))
        if rings is not None:
            figures.append(ring_figure(rings, record.source.title))
    return Finding(
        name="displacement",
        question="Do attacks rise or fall next door after operations?",
        estimand=(
            "mean number of attacks that an operation directly adds or prevents in all "
            f"neighbouring districts together on the {HORIZON_DAYS} days after it, beyond what "
            "trend, bursts and recent attacks predict; among recorded operations, associational"
        ),
        unit=UNIT,
        estimate=excess.estimate if estimable else None,
        interval=excess.interval if estimable else None,
        level=LEVEL,
        null="operations neither add nor prevent attacks next door",
        p_value=excess.p_value if estimable else None,
        verdict=verdict,
        sentence=(
            _sentence(excess, verdict, sensitivity)
            if estimable
            else too_little(counts, "what follows operations next door")
        ),
        n_used=counts.n_used,
        n_dropped=counts.n_dropped,
        assumptions=(
            "Given the same past as in the finding on retaliation, operations next door come at a "
            "time that says nothing else about the attacks to come.",
            "Displacement reaches districts that share a border; farther ones are not looked at.",
        ),
        caveats=(
            "It sees attacks, not people: attacks next door may rise for other reasons than men "
            "who moved.",
            "Neighbours with an operation of their own are left out, so the estimate speaks of "
            "neighbours left alone.",
            "Where operations bring attacks at home, and these bring attacks next door, the "
            "interval is too narrow and finds displacement too often: the table of error rates "
            "says how often. The comparison with matched days is a second opinion there.",
        ),
        diagnostics=(
            _diagnostics(counts, fit.converged, measure_excess(history, fit, EXPOSED), rings)
            if estimable
            else ()
        ),
        sensitivity=sensitivity,
        figures=tuple(figures),
        references=(
            "Bowers & Johnson 2003, doi:10.1023/A:1024909009240",
            "Wheeler & Ratcliffe 2018, doi:10.1186/s40163-018-0085-5",
        ),
        validation=validation.summary,
        converged=fit.converged,
    )


def _sentence(excess: Excess, verdict: str, sensitivity: tuple[Analysis, ...]) -> str:
    low, high = excess.interval
    opening = {
        "displacement": "Attacks rise next door after operations",
        "diffusion of calm": "Attacks fall next door after operations",
        CANNOT_TELL: "The record cannot tell whether attacks move next door after operations",
    }[verdict]
    text = (
        f"{opening}: {excess.observed} attacks in neighbouring districts within six weeks of "
        f"{excess.n_treatments} operations where {excess.expected:.0f} were expected from "
        f"trend and the attacks before each day, {signed(excess.estimate)} per "
        f"operation ({LEVEL:.0%} interval {signed(low)} to {signed(high)})."
    )
    return text + disagreement(verdict, sensitivity)


def _diagnostics(
    counts: DailyCounts, converged: bool, here: Excess, rings: RingEffects | None
) -> tuple[Check, ...]:
    observed = count_rings(counts, counts.operations, HORIZON_DAYS)
    moved = move_rings(counts, HORIZON_DAYS, MOVES)
    difference = _difference(observed).estimate
    differences = np.array([_difference(ring).estimate for ring in moved])
    quotients = np.array([ring.quotient() for ring in moved])
    checks = [
        Check(
            "convergence of the fit",
            "reached" if converged else "not reached",
            "Newton decrement below 1e-6",
            converged,
        ),
        Check(
            "weighted displacement difference",
            f"first ring against second ring, {HORIZON_DAYS} days after less before: "
            f"{difference:+.1f} attacks; with dates moved by up to {SHIFT_DAYS} days: "
            f"{differences.mean():+.1f} on average, standard deviation {differences.std():.1f} "
            "(a Poisson error would take overlapping rings for independent); share at least as "
            f"far from it: {_share_beyond(difference, differences):.3f}",
            "not conditioned on earlier attacks: a second opinion, not the test",
            None,
        ),
        _quotient_check(observed, quotients),
        Check(
            "in the district of the operation",
            f"{signed(here.estimate)} attacks per operation ({LEVEL:.0%} interval "
            f"{signed(here.interval[0])} to {signed(here.interval[1])})",
            "direct effect at home; with the one next door the direct effect of an operation",
            None,
        ),
    ]
    if rings is not None:
        checks += [_ring_check(rings, -2), _ring_check(rings, -1)]
    return tuple(checks)


def _quotient_check(observed: RingCounts, quotients: NDArray[np.float64]) -> Check:
    (before, *_), (after, *_) = observed.before, observed.after
    quotient, known = observed.quotient(), quotients[~np.isnan(quotients)]
    text = f"{quotient:+.2f}" if not np.isnan(quotient) else "undefined"
    if len(known) > 0:
        low, high = np.quantile(known, [0.05, 0.95])
        text += f"; with dates moved 90 % of quotients lie from {low:+.2f} to {high:+.2f}"
    return Check(
        "weighted displacement quotient",
        f"{text} (target {before:.0f} attacks before, {after:.0f} after)",
        "below 0 attacks moved next door, above 0 calm spread, but only where attacks in the "
        "target fell against the second ring; a ratio of two uncertain changes",
        None,
    )


def _ring_check(rings: RingEffects, row: int) -> Check:
    low, high = rings.interval[row]
    return Check(
        f"against matched days: {rings.names[row]}",
        f"{signed(float(rings.estimate[row]))} attacks per operation ({LEVEL:.0%} interval "
        f"{signed(float(low))} to {signed(float(high))}, p {rings.p_value[row]:.3f}; "
        f"{rings.n_operations} operations)",
        "a second design, without a model of the intensity; it includes the attacks that attacks "
        "at home bring next door. The interval of a sum is estimated for the sum",
        None,
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
