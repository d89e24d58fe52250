"""Retaliation: attacks in the six weeks after operations by the state, in the same district.

Operations follow attacks, and attacks excite attacks: the counterfactual is therefore the
intensity that the district's own trend, bursts of the whole region and recent attacks here and
next door predict, fitted on days without a recent operation.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from tarazu.evidence.compose import compose_finding
from tarazu.evidence.daily_counts import DailyCounts, to_daily_counts
from tarazu.evidence.error_rates import (
    SMALLEST_FALL,
    SMALLEST_RISE,
    Validation,
    load_validation,
)
from tarazu.evidence.finding import CANNOT_TELL, Analysis, Check, FigureData, Finding
from tarazu.evidence.methods.moved_dates import SHIFT_DAYS, WindowCounts, count_windows
from tarazu.evidence.options import DRAWS, HORIZON_DAYS, LEVEL
from tarazu.evidence.point_process.after_operations import (
    analyse_excess,
    as_analysis,
    fit_attacks,
    measure_after,
)
from tarazu.evidence.point_process.background import Background, fit_background
from tarazu.evidence.point_process.excess_events import (
    Excess,
    measure_lead,
    measure_placebo,
)
from tarazu.evidence.point_process.history import (
    EARLIER,
    EXPOSED,
    LAG_WINDOWS,
    LATER,
    REACH_DAYS,
    read_history,
)
from tarazu.evidence.refusals import limit_of
from tarazu.evidence.retaliation.alternative_models import REFITS, fit_alternatives
from tarazu.evidence.sensitivity import (
    analyse_sensitivity,
    by_sign,
    disagreement,
    forest,
    too_little,
)
from tarazu.evidence.words import Words, join_sentences
from tarazu.record import Record, measured_check
from tarazu.record.coding.hand_labels import HAND_LABELS, OPEN_LABELS

TAKEN: Final = (0.05, 0.1, 0.3)  # shares of operations that may be attacks, 0.3 the upper end
# Name of a rate that tests/theory/test_retaliation.py measures.
NEEDED: Final = "operations needed to find in 80% that 24% are prevented"
WORDS: Final = Words(__package__)
VERDICTS: Final = ("backlash", "deterrence", CANNOT_TELL)
verdict_of: Final = by_sign(*VERDICTS[:2])


def retaliation(
    record: Record,
    *,
    horizon: int = HORIZON_DAYS,
    level: float = LEVEL,
    refits: int = REFITS,
    moves: int = 999,
    draws: int = DRAWS,
    seed: int = 0,
) -> Finding:
    """Return what attacks did in the six weeks after operations, in the district of each.

    The estimand is the mean number of attacks by militants that an operation by the state adds
    (positive: backlash) or prevents (negative: deterrence) in its own district on the 42 days
    after it, beyond what the district's trend, region-wide bursts and recent attacks predict.
    Days after several operations are counted once. Its sign is free.

    Parameters
    ----------
    horizon : days after an operation.
    level : coverage of the interval.
    refits : simulated records to which the model of two kinds is fitted again.
    moves : sets of moved dates in the figure.
    draws : of the initiators in the last sensitivity analysis.

    Raises
    ------
    FitError
        The record has no day-dated attack with a district.

    References
    ----------
    Mohler (2013), Annals of Applied Statistics 7, doi:10.1214/13-AOAS647: background that varies
    in time. Borusyak, Jaravel & Spiess (2024), Review of Economic Studies 91,
    doi:10.1093/restud/rdae007: imputation of the counterfactual.
    """
    validation = load_validation(retaliation, locals())
    counts = to_daily_counts(record)
    background = fit_attacks(counts, horizon=horizon)
    excess = measure_after(counts, background, EXPOSED, level=level)
    verdict = verdict_of(excess.estimate, excess.p_value)
    sensitivity = analyse_sensitivity(
        record,
        lambda part: analyse_excess(part, EXPOSED, horizon=horizon, level=level),
        verdict_of,
        level=level,
        draws=draws,
    )
    main: Analysis | None = None
    checks: tuple[Check, ...] = ()
    figures: tuple[FigureData, ...] = ()
    if excess.measured:
        source = record.source.title
        main = as_analysis(excess, counts)
        others = fit_alternatives(
            counts,
            source,
            horizon=horizon,
            refits=refits,
            seed=seed,
            is_measured=bool(validation.summary),
        )
        checks = _checks(record, counts, background, excess, horizon) + others.checks
        windows = count_windows(counts.attacks, counts.operations, replicates=moves, seed=seed)
        unit = WORDS.text("finding", "unit", horizon=horizon)
        figures = (
            _window_figure(windows, excess, counts, source),
            forest(
                WORDS.text("forest", "title"), unit, source, main, verdict, sensitivity, level=level
            ),
            *([validation.power_figure(unit)] if validation.power else []),
            *others.figures,
        )
        sentence = _sentence(excess, verdict, sensitivity, validation, horizon, level)
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
    validation: Validation,
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
    return join_sentences(text, _detectable(validation), disagreement(verdict, sensitivity))


def _detectable(validation: Validation) -> str:
    """Return a sentence on the effects that a record of this size could have shown."""
    found = validation.summary
    if not {SMALLEST_RISE, SMALLEST_FALL, NEEDED} <= set(found):
        return ""
    rise, fall = float(found[SMALLEST_RISE]), -float(found[SMALLEST_FALL])
    return WORDS.text("sentence", "detectable", rise=rise, fall=fall, needed=found[NEEDED])


def _checks(
    record: Record,
    counts: DailyCounts,
    background: Background,
    excess: Excess,
    horizon: int,
) -> tuple[Check, ...]:
    later = measure_placebo(background, LATER)
    earlier = measure_placebo(background, EARLIER)
    times = limit_of("retaliation", "earlier", "times")
    lead = measure_lead(background, times=times)
    operations = read_history(
        counts.operations,
        np.zeros_like(counts.operations),
        {"attacks": counts.attacks, "operations": counts.operations},
        counts.neighbours,
        counts.calendar_year,
        horizon=horizon,
    )
    reaction = fit_background(operations)
    here, next_door, _ = background.branching.values()
    return (
        WORDS.check("convergence", background.converged, decrement=background.decrement),
        WORDS.check(
            "later",
            not later.p_value < limit_of("retaliation", "later"),
            observed=later.observed,
            expected=later.expected,
            p=later.p_value,
            first=horizon + 1,
            last=REACH_DAYS,
            significance=limit_of("retaliation", "later"),
            horizon=horizon,
        ),
        WORDS.check(
            "earlier",
            not lead < limit_of("retaliation", "earlier"),
            observed=earlier.observed,
            expected=earlier.expected,
            last=REACH_DAYS,
            p=lead,
            times=times,
            limit=limit_of("retaliation", "earlier"),
        ),
        WORDS.check(
            "contamination",
            None,
            estimates=_contamination(excess, here),
            by_hand=_by_hand(record),
        ),
        WORDS.check("dispersion", None, dispersion=excess.dispersion),
        WORDS.check(
            "excitation",
            here + next_door < limit_of("retaliation", "excitation"),
            here=here,
            next_door=next_door,
            days=LAG_WINDOWS[-1][1],
        ),
        WORDS.check(
            "reaction",
            None,
            ratio=reaction.branching["attacks, same district"],
            days=LAG_WINDOWS[-1][1],
        ),
    )


def _by_hand(record: Record) -> str:
    """Return how many operations that were read by hand were attacks; "" where nobody read any."""
    check = measured_check(record)
    if check is None:
        return ""
    coded = {
        hand: sum(sample.confusion.get(hand, {}).get("state", 0) for sample in check.samples)
        for hand in HAND_LABELS
        if hand not in OPEN_LABELS
    }
    operations, attacks = sum(coded.values()), coded["militant"]
    return WORDS.text("phrases", "by_hand", operations=operations, attacks=attacks)


def _contamination(excess: Excess, excitation: float) -> str:
    """Return what the estimate would be if some operations were attacks, which cause others."""
    low, _ = excess.interval
    cleaned = [(share, (excess.estimate - share * excitation) / (1 - share)) for share in TAKEN]
    estimates = "; ".join(
        WORDS.text("phrases", "taken", share=share, estimate=value) for share, value in cleaned
    )
    if low <= 0:
        return WORDS.text("phrases", "estimates", estimates=estimates)
    needed = min(low / excitation, 1.0) if excitation > 0 else 1.0
    return WORDS.text("phrases", "estimates_to_zero", estimates=estimates, needed=needed)


def _window_figure(
    windows: WindowCounts, excess: Excess, counts: DailyCounts, source: str
) -> FigureData:
    low, high = np.quantile(windows.moved, [0.05, 0.95], axis=0)
    return WORDS.figure(
        "windows",
        {
            "day_from": [lag[0] for lag in windows.lags],
            "day_to": [lag[1] for lag in windows.lags],
            "attacks": windows.observed.tolist(),
            "expected": windows.moved.mean(axis=0).tolist(),
            "low": low.tolist(),
            "high": high.tolist(),
        },
        source=source,
        operations=excess.n_treatments,
        attacks=counts.n_used["attacks"],
        replicates=len(windows.moved),
        reach=SHIFT_DAYS,
    )
