"""Wake: attacks after operations against days of the same district with the same past."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tarazu.evidence.daily_counts import DailyCounts, count_days
from tarazu.evidence.error_rates import DETECTABLE_ERRORS, Validation, read_validation
from tarazu.evidence.finding import CANNOT_TELL, Analysis, Check, FigureData, Finding
from tarazu.evidence.methods.comparison_days import (
    DayContrasts,
    DayEffects,
    contrast_days,
    future,
    measure_days,
    past,
    score_interval,
)
from tarazu.evidence.methods.moved_dates import SHIFT_DAYS
from tarazu.evidence.sensitivity import (
    FEWEST,
    analyse_sensitivity,
    by_sign,
    disagreement,
    forest,
    is_enough,
    signed,
    too_little,
)
from tarazu.record import Record
from tarazu.region.region import distance_km

HORIZON_DAYS: Final = 42
LEVEL: Final = 0.9
UNIT: Final = "attacks per operation within 6 weeks"
verdict_of: Final = by_sign("backlash", "deterrence")
WINDOWS_DAYS: Final = (42, 14, 28, 84)  # the first is the test, the others are shown
RINGS_KM: Final = ((0.0, 0.0), (1.0, 100.0), (100.0, 200.0))  # own district, then two rings
LEAD: Final = (85, 126)  # days before, earlier than the past that is matched
REPLICATES: Final = 999
FEWER: Final = 299  # permutations of a rerun


@dataclass(frozen=True, slots=True)
class WakeEffect:
    """Attacks that one operation adds or prevents in its own district.

    Attributes
    ----------
    estimate, interval, spread : per operation felt; NaN where nothing could be matched.
    p_value : two-sided, operations moved among the days that they could have had.
    """

    estimate: float
    interval: tuple[float, float]
    spread: float
    p_value: float


def wake(record: Record) -> Finding:
    """Return what attacks did after operations against matched days of the same district.

    Treatments are operations; controls are the days of the same district within 26 weeks, more
    than six weeks away, whose past is the same: attacks in the district and next door over 1, 4
    and 12 weeks. The estimand is the mean number of attacks that an operation adds or prevents in
    its district on the 42 days after it, with the attacks that those attacks bring.

    Raises
    ------
    FitError
        The record has no day-dated attack with a district.

    References
    ----------
    Schutte & Donnay (2014), Political Geography 41, doi:10.1016/j.polgeo.2014.03.001.
    Iacus, King & Porro (2012), Political Analysis 20, doi:10.1093/pan/mpr013.
    """
    counts = count_days(record)
    validation = read_validation(files(__package__) / "error_rates.json")
    contrasts = compare(counts, ring_outcomes(counts, distances(record)))
    effects = measure_days(contrasts, replicates=REPLICATES, seed=0) if contrasts else None
    found = summarise(contrasts, effects)
    if contrasts is None or effects is None or np.isnan(found.estimate):
        return _finding(counts, found, CANNOT_TELL, (), (), (), validation)
    verdict = verdict_of(found.estimate, found.p_value)
    sensitivity = analyse_sensitivity(record, analyse_wake, verdict_of, level=LEVEL)
    main = Analysis(found.estimate, found.interval, found.p_value, _used(counts, contrasts))
    title = "Against matched days: the same question on other readings"
    figures = [
        _window_figure(contrasts, effects, record.source.title),
        forest(title, UNIT, record.source.title, main, verdict, sensitivity),
    ]
    if validation.power:
        figures.append(validation.power_figure(UNIT))
    checks = _diagnostics(record, counts, contrasts, effects, found)
    finding = _finding(counts, found, verdict, sensitivity, checks, tuple(figures), validation)
    unlike = counts.n_used["operations"] - contrasts.n_operations
    return dataclasses.replace(
        finding,
        n_used=_used(counts, contrasts),
        n_dropped=counts.n_dropped | {"operations without a like day": unlike},
    )


def compare(counts: DailyCounts, outcomes: NDArray[np.int64]) -> DayContrasts | None:
    """Match operations with days of their district; None where too few can be matched.

    Parameters
    ----------
    outcomes : (W, T, D), the first those of the test.
    """
    n_days = len(counts.attacks)
    margin = (LEAD[1], max(WINDOWS_DAYS))
    if not is_enough(counts) or n_days <= sum(margin) + 2 * SHIFT_DAYS:
        return None
    contrasts = contrast_days(
        counts.attacks,
        counts.operations,
        counts.neighbours,
        outcomes,
        margin=margin,
        horizon=HORIZON_DAYS,
    )
    return contrasts if contrasts.n_operations >= FEWEST else None


def summarise(contrasts: DayContrasts | None, effects: DayEffects | None) -> WakeEffect:
    """Return the effect of one operation felt, from the first outcome."""
    if contrasts is None or effects is None or effects.dose < 0.5:
        nothing = float("nan")
        return WakeEffect(nothing, (nothing, nothing), nothing, nothing)
    estimate, spread = effects.effect[0] / effects.dose, effects.spread[0] / effects.dose
    return WakeEffect(
        estimate=float(estimate),
        interval=score_interval(float(estimate), float(spread), contrasts.n_operations, LEVEL),
        spread=float(spread),
        p_value=float(effects.p_value[0]),
    )


def analyse_wake(record: Record) -> Analysis | None:
    """Return the wake of one reading of a record; None where it holds too little."""
    counts = count_days(record)
    contrasts = compare(counts, future(counts.attacks, 1, HORIZON_DAYS)[None])
    effects = measure_days(contrasts, replicates=FEWER, seed=0) if contrasts else None
    found = summarise(contrasts, effects)
    if contrasts is None or np.isnan(found.estimate):
        return None
    return Analysis(found.estimate, found.interval, found.p_value, _used(counts, contrasts))


def distances(record: Record) -> NDArray[np.float64]:
    """Return (D, D) great-circle distances between the centroids of districts, km."""
    points = [(place.centroid_lat, place.centroid_lon) for place in record.region.districts]
    return np.array([[distance_km(*a, *b) for b in points] for a in points])


def ring_outcomes(counts: DailyCounts, km: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return (W, T, D) attacks after each day by window and ring, last those of the placebo."""
    outcomes = []
    for low, high in RINGS_KM:
        ring = (km >= low) & (km <= high) & ((km > 0) | (high == 0.0))
        attacks = counts.attacks @ (np.eye(len(km), dtype=np.int64) if high == 0.0 else ring * 1)
        outcomes += [future(attacks, 1, days) for days in WINDOWS_DAYS]
    return np.stack([*outcomes, past(counts.attacks, *LEAD)])


def _used(counts: DailyCounts, contrasts: DayContrasts) -> dict[str, int]:
    return {"operations": contrasts.n_operations, "attacks": counts.n_used["attacks"]}


def _rows() -> list[tuple[str, str]]:
    rings = ["same district", *(f"{low:.0f}-{high:.0f} km" for low, high in RINGS_KM[1:])]
    after = [(ring, f"{days} days after") for ring in rings for days in WINDOWS_DAYS]
    return [*after, ("same district, placebo", f"{LEAD[1]}-{LEAD[0]} days before")]


def _window_figure(contrasts: DayContrasts, effects: DayEffects, source: str) -> FigureData:
    rows = _rows()
    estimates = effects.effect / effects.dose
    spreads = effects.spread / effects.dose
    n = contrasts.n_operations
    intervals = [
        score_interval(float(e), float(s), n, LEVEL)
        for e, s in zip(estimates, spreads, strict=True)
    ]
    return FigureData(
        kind="effects",
        title="Windows of days and kilometres around operations",
        x_label="attacks per operation",
        y_label="window",
        source=source,
        n=f"{n} operations against matched days; 90 % intervals of each window alone. Verdicts "
        "allow for all windows at once (largest statistic of moved dates)",
        data={
            "panel": [panel for panel, _ in rows],
            "row": [row for _, row in rows],
            "estimate": estimates.tolist(),
            "low": [low for low, _ in intervals],
            "high": [high for _, high in intervals],
            "n": [n] * len(rows),
            "verdict": [
                verdict_of(float(e), float(p))
                for e, p in zip(estimates, effects.p_adjusted, strict=True)
            ],
        },
    )


def _diagnostics(
    record: Record,
    counts: DailyCounts,
    contrasts: DayContrasts,
    effects: DayEffects,
    found: WakeEffect,
) -> tuple[Check, ...]:
    operations = counts.n_used["operations"]
    lead = float(effects.effect[-1])
    strongest = int(np.argmin(effects.p_adjusted[:-1]))
    return (
        Check(
            "matched",
            f"{contrasts.n_operations} of {operations} operations, each with "
            f"{np.median(contrasts.matches[contrasts.own]):.0f} days (median)",
            "operations without a day like theirs are left out: the estimate speaks of the others",
            None,
        ),
        Check(
            "placebo lead",
            f"{signed(lead)} attacks per operation {LEAD[0]} to {LEAD[1]} days before it (p "
            f"{effects.p_value[-1]:.3f})",
            "0 where there is no effect; an effect pulls it the other way, since some matched "
            "days come after the operation",
            bool(effects.p_value[-1] >= 0.05),
        ),
        Check(
            "all windows at once",
            f"strongest: {', '.join(_rows()[strongest])}, p "
            f"{effects.p_adjusted[strongest]:.3f} after allowing for {len(effects.effect)} windows",
            "the largest statistic of all windows, dates moved together",
            None,
        ),
        Check(
            "overlap",
            f"an operation's window holds {effects.dose:.2f} operations more than those of its "
            "matched days, each counted by the days it shares with the window",
            "1 where windows do not overlap; the estimate is divided by it",
            None,
        ),
        Check(
            "smallest effect found in 80 % of records",
            f"{DETECTABLE_ERRORS * found.spread:.2f} attacks per operation either way",
            "from the spread of moved dates; smaller effects will mostly be missed",
            None,
        ),
        _harm(record),
    )


def _harm(record: Record) -> Check:
    """Say whether operations with and without harm to civilians can be told apart."""
    state = record.events[record.events["initiator"] == "state"]
    harmed = int((state["deaths_civilian"] > 0).sum())
    fewer = min(harmed, len(state) - harmed)
    text = f"{harmed} of {len(state)} operations have a civilian death on record: "
    text += CANNOT_TELL if fewer < FEWEST else "not estimated here"
    return Check(
        "operations with and without harm to civilians",
        text,
        f"at least {FEWEST} of each kind before the two are compared",
        None,
    )


def _sentence(found: WakeEffect, n: int, verdict: str, sensitivity: tuple[Analysis, ...]) -> str:
    low, high = found.interval
    opening = {
        "backlash": "More attacks follow operations than follow like days without one",
        "deterrence": "Fewer attacks follow operations than follow like days without one",
        CANNOT_TELL: "The record cannot tell whether more or fewer attacks follow operations than "
        "follow like days without one",
    }[verdict]
    text = (
        f"{opening}: {signed(found.estimate)} attacks per operation within six weeks in the same "
        f"district ({LEVEL:.0%} interval {signed(low)} to {signed(high)}; {n} operations had "
        "days to compare with)."
    )
    return text + disagreement(verdict, sensitivity)


def _finding(
    counts: DailyCounts,
    found: WakeEffect,
    verdict: str,
    sensitivity: tuple[Analysis, ...],
    checks: tuple[Check, ...],
    figures: tuple[FigureData, ...],
    validation: Validation,
) -> Finding:
    estimable = not np.isnan(found.estimate)
    return Finding(
        name="wake",
        question="Do more or fewer attacks follow operations than follow like days without one?",
        estimand=(
            "mean number of attacks that an operation adds or prevents in its district on the "
            f"{HORIZON_DAYS} days after it, with the attacks that those bring, against days of the "
            "same district within 26 weeks that had the same past; among matched operations, "
            "associational"
        ),
        unit=UNIT,
        estimate=found.estimate if estimable else None,
        interval=found.interval if estimable else None,
        level=LEVEL,
        null="operations could as well have come on any day of the district within 26 weeks that "
        "had the same past",
        p_value=found.p_value if estimable else None,
        verdict=verdict,
        sentence=(
            _sentence(found, figures[0].data["n"][0], verdict, sensitivity)
            if estimable
            else too_little(counts, "what follows operations against like days")
        ),
        n_used=counts.n_used,
        n_dropped=counts.n_dropped,
        assumptions=(
            "Among days of a district within 26 weeks with the same attacks behind them, here and "
            "next door, operations come at a time that says nothing else about attacks to come.",
            "What an operation does is spread evenly over its six weeks, where windows overlap.",
            "An event's initiator is what the classification rules say it is.",
        ),
        caveats=(
            "Only lethal operations are on record: a matched day may have had a raid without "
            "deaths.",
            "Pasts are compared coarsely (none or some in each span) and the rest by a straight "
            "line; a burst that began the day before looks like one that began a week before.",
            "Operations and attacks on the same day are in no order and count neither way.",
        ),
        diagnostics=checks,
        sensitivity=sensitivity,
        figures=figures,
        references=(
            "Schutte & Donnay 2014, doi:10.1016/j.polgeo.2014.03.001",
            "Iacus, King & Porro 2012, doi:10.1093/pan/mpr013",
        ),
        validation=validation.summary,
    )
