"""Retaliation: attacks in the six weeks after operations by the state, in the same district.

Operations follow attacks, and attacks excite attacks: the counterfactual is therefore the
intensity that the district's own trend, bursts of the whole region and recent attacks here and
next door predict, fitted on days without a recent operation.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Final

import numpy as np

from tarazu.evidence.daily_counts import DailyCounts, count_days
from tarazu.evidence.error_rates import (
    SMALLEST_FALL,
    SMALLEST_RISE,
    Validation,
    read_validation,
)
from tarazu.evidence.finding import CANNOT_TELL, Analysis, Check, FigureData, Finding
from tarazu.evidence.methods.moved_dates import SHIFT_DAYS, count_windows
from tarazu.evidence.point_process.after_operations import (
    HORIZON_DAYS,
    LEVEL,
    analyse_excess,
    as_analysis,
    fit_attacks,
    measure_after,
)
from tarazu.evidence.point_process.background import (
    EARLIER,
    EXPOSED,
    LATER,
    WINDOWS,
    History,
    IntensityFit,
    fit_intensity,
    read_history,
)
from tarazu.evidence.point_process.excess_events import (
    Excess,
    measure_placebo,
)
from tarazu.evidence.retaliation.alternative_models import SecondOpinions, ask_others
from tarazu.evidence.sensitivity import (
    SIGNIFICANCE,
    analyse_sensitivity,
    by_sign,
    disagreement,
    forest,
    signed,
    too_little,
)
from tarazu.record import Record

TAKEN: Final = (0.05, 0.1, 0.3)  # shares of operations that may be attacks, 0.3 the upper end
# Names of rates that tests/theory/test_retaliation.py measures.
EARLIER_RATIO: Final = "attacks before operations over those expected, no effect"
NEEDED: Final = "operations needed to find in 80 % that 24 % are prevented"
NOBODY: Final = SecondOpinions((), ())
UNIT: Final = "attacks per operation within 6 weeks"
VERDICTS: Final = ("backlash", "deterrence", CANNOT_TELL)
verdict_of: Final = by_sign(*VERDICTS[:2])


def retaliation(record: Record) -> Finding:
    """Return what attacks did in the six weeks after operations, in the district of each.

    The estimand is the mean number of attacks by militants that an operation by the state adds
    (positive: backlash) or prevents (negative: deterrence) in its own district on the 42 days
    after it, beyond what the district's trend, region-wide bursts and recent attacks predict.
    Days after several operations are counted once. Its sign is free.

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
    counts = count_days(record)
    history, fit = fit_attacks(counts)
    excess = measure_after(counts, history, fit, EXPOSED)
    others = ask_others(counts, record.source.title) if excess.measured else NOBODY
    verdict = verdict_of(excess.estimate, excess.p_value)
    sensitivity = analyse_sensitivity(
        record, lambda part: analyse_excess(part, EXPOSED), verdict_of, level=LEVEL
    )
    validation = read_validation(files(__package__) / "error_rates.json")
    estimable = excess.measured
    return Finding(
        name="retaliation",
        question="Do attacks rise or fall after operations by the state?",
        estimand=(
            "mean number of attacks by militants that an operation directly adds or prevents in "
            f"its district on the {HORIZON_DAYS} days after it, beyond what trend, bursts and "
            "recent attacks predict; among recorded operations, associational"
        ),
        unit=UNIT,
        estimate=excess.estimate if estimable else None,
        interval=excess.interval if estimable else None,
        level=LEVEL,
        null="operations neither add nor prevent attacks",
        p_value=excess.p_value if estimable else None,
        verdict=verdict,
        sentence=(
            _sentence(excess, verdict, sensitivity, validation)
            if estimable
            else too_little(counts, "what follows operations")
        ),
        n_used=counts.n_used,
        n_dropped=counts.n_dropped,
        assumptions=(
            "Given a district's level, its trend over three years, the year, region-wide bursts of "
            "six weeks and the attacks of the last twelve weeks here, next door and elsewhere, and "
            "operations next door, operations come at a time that says nothing else about the "
            "attacks to come.",
            "Attacks are Poisson given that past, up to the dispersion that is measured.",
            "An event's initiator is what the classification rules say it is.",
        ),
        caveats=(
            "Only lethal operations are on record: raids without deaths and disappearances are "
            "not, so an operation here is one in which somebody died.",
            "It is the direct effect: attacks that follow on attacks which an operation provoked "
            "are credited to those attacks.",
            "Operations and attacks on the same day are in no order and count neither way.",
            "Attacks recorded as operations look like backlash: what follows on them is counted as "
            "what operations cause. The table of error rates says how much.",
        ),
        diagnostics=_diagnostics(counts, history, fit, excess, validation) + others.checks,
        sensitivity=sensitivity,
        figures=_figures(counts, record, excess, verdict, sensitivity, validation) + others.figures,
        references=(
            "Mohler 2013, doi:10.1214/13-AOAS647",
            "Borusyak, Jaravel & Spiess 2024, doi:10.1093/restud/rdae007",
            "Braithwaite & Johnson 2012, doi:10.1007/s10940-011-9140-z",
        ),
        validation=validation.summary,
        converged=fit.converged,
    )


def _sentence(
    excess: Excess, verdict: str, sensitivity: tuple[Analysis, ...], validation: Validation
) -> str:
    low, high = excess.interval
    opening = {
        "backlash": "Attacks rise after operations",
        "deterrence": "Attacks fall after operations",
        CANNOT_TELL: "The record cannot tell whether attacks rise or fall after operations",
    }[verdict]
    text = (
        f"{opening}: {excess.observed} attacks followed {excess.n_treatments} operations within "
        f"six weeks in the same district where {excess.expected:.0f} were expected from trend and "
        "the attacks before each day, "
        f"{signed(excess.estimate)} per operation ({LEVEL:.0%} interval {signed(low)} to "
        f"{signed(high)})."
    )
    return text + _reach(validation) + disagreement(verdict, sensitivity)


def _reach(validation: Validation) -> str:
    """Say what a record of this size could have shown, and what it could not."""
    found = validation.summary
    if not {SMALLEST_RISE, SMALLEST_FALL, NEEDED} <= set(found):
        return ""
    rise, fall = float(found[SMALLEST_RISE]), -float(found[SMALLEST_FALL])
    return (
        f" An operation that added more than {rise:.2f} attacks or prevented more than {fall:.2f} "
        "would have been seen in four of five simulated records of the size of Balochistan's; to "
        f"see that 24 % of attacks are prevented takes about {found[NEEDED]} operations."
    )


def _diagnostics(
    counts: DailyCounts,
    history: History,
    fit: IntensityFit,
    excess: Excess,
    validation: Validation,
) -> tuple[Check, ...]:
    if not excess.measured:
        return ()
    later = measure_placebo(history, fit, LATER)
    earlier = measure_placebo(history, fit, EARLIER)
    operations = read_history(
        counts.operations,
        np.zeros_like(counts.operations),
        {"attacks": counts.attacks, "operations": counts.operations},
        counts.neighbours,
        counts.calendar_year,
        horizon=HORIZON_DAYS,
    )
    reaction = fit_intensity(operations)
    here, next_door, _ = (fit.branching[name] for name in history.sources)
    return (
        Check(
            "convergence of the fit",
            f"Newton decrement {fit.decrement:.1g}",
            "below 1e-6",
            fit.converged,
        ),
        Check(
            "later days as a placebo",
            f"{later.observed} attacks 7 to 26 weeks after operations where {later.expected:.0f} "
            f"were expected, p {later.p_value:.2g}",
            "p above 0.05: where the fit is right and effects end with six weeks, nothing is left "
            "on later days",
            later.p_value > SIGNIFICANCE,
        ),
        Check(
            "earlier days",
            f"{earlier.observed} attacks in the 26 weeks before operations where "
            f"{earlier.expected:.0f} were expected",
            "more than expected where operations follow attacks, with or without an effect"
            + _in_simulated(validation),
            None,
        ),
        Check(
            "attacks taken for operations",
            _contamination(excess, here),
            "what an attack recorded as an operation is followed by looks like backlash; none was "
            "found among the hand-read operations, which are few",
            None,
        ),
        Check(
            "dispersion",
            f"{excess.dispersion:.2f}",
            "1 for a Poisson record; the interval allows for it",
            None,
        ),
        Check(
            "attacks excite attacks",
            f"{here:.2f} in the same district and {next_door:.2f} next door per attack, over "
            f"{WINDOWS[-1][1]} days",
            "branching ratios; below 1 in sum for a record that does not explode",
            here + next_door < 1.0,
        ),
        Check(
            "operations follow attacks",
            f"{reaction.branching['attacks, same district']:.3f} operations per attack in the same "
            f"district over {WINDOWS[-1][1]} days",
            "above 0: prior attacks must be conditioned on, as they are here",
            None,
        ),
    )


def _in_simulated(validation: Validation) -> str:
    ratio = validation.summary.get(EARLIER_RATIO)
    return "" if ratio is None else f"; {ratio} times as many in simulated records without one"


def _contamination(excess: Excess, excitation: float) -> str:
    """Say what the estimate would be if some operations were attacks, which cause others."""
    low, _ = excess.interval
    cleaned = [(share, (excess.estimate - share * excitation) / (1 - share)) for share in TAKEN]
    text = "; ".join(f"{share:.0%} of operations: {signed(value)}" for share, value in cleaned)
    if low <= 0:
        return f"the estimate would be, for {text}"
    needed = min(low / excitation, 1.0) if excitation > 0 else 1.0
    return (
        f"the estimate would be, for {text}; its interval would reach zero if {needed:.0%} of "
        "operations were attacks"
    )


def _figures(
    counts: DailyCounts,
    record: Record,
    excess: Excess,
    verdict: str,
    sensitivity: tuple[Analysis, ...],
    validation: Validation,
) -> tuple[FigureData, ...]:
    if not excess.measured:
        return ()
    windows = count_windows(counts.attacks, counts.operations)
    low, high = np.quantile(windows.moved, [0.05, 0.95], axis=0)
    source = record.source.title
    figures = [
        FigureData(
            kind="windows",
            title="Attacks before and after operations, same district",
            x_label="days from the operation",
            y_label="attacks (count over all operations)",
            source=source,
            n=f"{excess.n_treatments} operations, {counts.n_used['attacks']} attacks; grey: 5-95 % "
            f"of {len(windows.moved)} sets of dates moved by up to {SHIFT_DAYS} days within the "
            "district. High before and low after is what a reaction to attacks looks like, with "
            "or without an effect",
            data={
                "day_from": [lag[0] for lag in windows.lags],
                "day_to": [lag[1] for lag in windows.lags],
                "attacks": windows.observed.tolist(),
                "expected": windows.moved.mean(axis=0).tolist(),
                "low": low.tolist(),
                "high": high.tolist(),
            },
        ),
        forest(
            "The same question on other readings",
            UNIT,
            source,
            as_analysis(excess, counts),
            verdict,
            sensitivity,
        ),
    ]
    if validation.power:
        figures.append(validation.power_figure(UNIT))
    return tuple(figures)
