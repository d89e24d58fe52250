"""Wake: attacks after operations against days of the same district with the same past."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tarazu.evidence.compose import compose_finding
from tarazu.evidence.daily_counts import DailyCounts, to_daily_counts
from tarazu.evidence.error_rates import DETECTABLE_ERRORS, load_validation
from tarazu.evidence.finding import CANNOT_TELL, Analysis, Check, FigureData, Finding
from tarazu.evidence.methods.comparison_days import (
    DayContrasts,
    DayEffects,
    Outcomes,
    contrast_days,
    future,
    measure_days,
    past,
    sum_over,
)
from tarazu.evidence.methods.moved_dates import SHIFT_DAYS
from tarazu.evidence.options import DRAWS, HORIZON_DAYS, LEVEL
from tarazu.evidence.refusals import limit_of
from tarazu.evidence.sensitivity import (
    FEWEST_EVENTS,
    analyse_sensitivity,
    by_sign,
    disagreement,
    forest,
    has_enough_events,
    too_little,
)
from tarazu.evidence.words import Words, join_sentences
from tarazu.record import Record
from tarazu.region.region import distance_km

WORDS: Final = Words(__package__)
VERDICTS: Final = ("backlash", "deterrence", CANNOT_TELL)
verdict_of: Final = by_sign(*VERDICTS[:2])
OTHER_WINDOWS: Final = (14, 28, 84)  # days, shown beside the one that is tested
RINGS_KM: Final = ((0.0, 0.0), (1.0, 100.0), (100.0, 200.0))  # own district, then two rings
WELL_MATCHED: Final = 0.5  # share of operations with a matching day; below it the finding says so
LEAD: Final = (85, 126)  # days before, earlier than the past that is matched


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


def wake(
    record: Record,
    *,
    horizon: int = HORIZON_DAYS,
    level: float = LEVEL,
    replicates: int = 999,
    sensitivity_replicates: int = 299,
    draws: int = DRAWS,
    seed: int = 0,
) -> Finding:
    """Return what attacks did after operations against matched days of the same district.

    Treatments are operations; controls are the days of the same district within 26 weeks, more
    than six weeks away, whose past is the same: attacks in the district and next door over 1, 4
    and 12 weeks. The estimand is the mean number of attacks that an operation adds or prevents in
    its district on the 42 days after it, with the attacks that those attacks bring.

    Parameters
    ----------
    horizon : days after an operation.
    level : coverage of intervals.
    replicates, sensitivity_replicates : permutations, of the main and of a sensitivity analysis.
    draws : of the initiators in the last sensitivity analysis.

    Raises
    ------
    FitError
        The record has no day-dated attack with a district.

    References
    ----------
    Schutte & Donnay (2014), Political Geography 41, doi:10.1016/j.polgeo.2014.03.001.
    Iacus, King & Porro (2012), Political Analysis 20, doi:10.1093/pan/mpr013.
    """
    validation = load_validation(wake, locals())
    counts = to_daily_counts(record)
    windows = windows_of(horizon)
    outcomes = partial(ring_outcomes, counts, distances(record), windows)
    contrasts = compare(counts, outcomes, horizon=horizon)
    effects = measure_days(contrasts, replicates=replicates, seed=seed) if contrasts else None
    found = summarise(contrasts, effects, level=level)
    if contrasts is None or effects is None or np.isnan(found.estimate):
        return compose_finding(
            WORDS,
            None,
            scope=record.source.scope,
            level=level,
            verdict=CANNOT_TELL,
            sentence=too_little(counts, WORDS.text("sentence", "too_little")),
            n_used=counts.n_used,
            n_dropped=counts.n_dropped,
            validation=validation,
            horizon=horizon,
        )
    main = _analysis(found, counts, contrasts)
    verdict = verdict_of(main.estimate, main.p_value)

    def analyse(part: Record) -> Analysis | None:
        return analyse_wake(
            part, horizon=horizon, level=level, replicates=sensitivity_replicates, seed=seed
        )

    sensitivity = analyse_sensitivity(record, analyse, verdict_of, level=level, draws=draws)
    unit, source = WORDS.text("finding", "unit", horizon=horizon), record.source.title
    figures = [
        _window_figure(contrasts, effects, source, windows, level),
        forest(
            WORDS.text("forest", "title"), unit, source, main, verdict, sensitivity, level=level
        ),
    ]
    if validation.power:
        figures.append(validation.power_figure(unit))
    unmatched = counts.n_used["operations"] - contrasts.n_operations
    return compose_finding(
        WORDS,
        main,
        scope=record.source.scope,
        level=level,
        verdict=verdict,
        sentence=_sentence(
            found,
            (contrasts.n_operations, counts.n_used["operations"]),
            verdict,
            sensitivity,
            horizon,
            level,
        ),
        n_used=main.n,
        n_dropped=counts.n_dropped | {WORDS.text("phrases", "unmatched"): unmatched},
        checks=_checks(
            record, counts, contrasts, effects, found, windows, is_measured=bool(validation.summary)
        ),
        sensitivity=sensitivity,
        figures=figures,
        validation=validation,
        horizon=horizon,
    )


def compare(
    counts: DailyCounts, outcomes: Outcomes, *, horizon: int = HORIZON_DAYS
) -> DayContrasts | None:
    """Match operations with days of their district; None where too few can be matched.

    Parameters
    ----------
    outcomes : from indices of districts to (W, T, S), the first those of the test.
    """
    n_days = len(counts.attacks)
    margin = (LEAD[1], max(windows_of(horizon)))
    if not has_enough_events(counts) or n_days <= sum(margin) + 2 * SHIFT_DAYS:
        return None
    contrasts = contrast_days(
        counts.attacks,
        counts.operations,
        counts.neighbours,
        outcomes,
        margin=margin,
        horizon=horizon,
    )
    return contrasts if contrasts.n_operations >= FEWEST_EVENTS else None


def summarise(
    contrasts: DayContrasts | None, effects: DayEffects | None, *, level: float = LEVEL
) -> WakeEffect:
    """Return the effect of one operation felt, from the first outcome."""
    if contrasts is None or effects is None or effects.dose < 0.5:
        nothing = float("nan")
        return WakeEffect(nothing, (nothing, nothing), nothing, nothing)
    estimate, spread = effects.effect[0] / effects.dose, effects.spread[0] / effects.dose
    return WakeEffect(
        estimate=float(estimate),
        interval=effects.intervals(contrasts.n_operations, level)[0],
        spread=float(spread),
        p_value=float(effects.p_value[0]),
    )


def analyse_wake(
    record: Record,
    *,
    horizon: int = HORIZON_DAYS,
    level: float = LEVEL,
    replicates: int = 299,
    seed: int = 0,
) -> Analysis | None:
    """Return the wake of one part of a record; None if it has too few events."""
    counts = to_daily_counts(record)
    contrasts = compare(counts, partial(attacks_after, counts, horizon), horizon=horizon)
    effects = measure_days(contrasts, replicates=replicates, seed=seed) if contrasts else None
    found = summarise(contrasts, effects, level=level)
    if contrasts is None or np.isnan(found.estimate):
        return None
    return _analysis(found, counts, contrasts)


def windows_of(horizon: int) -> tuple[int, ...]:
    """Return windows in days after operations, first the one that is tested."""
    return tuple(dict.fromkeys((horizon, *OTHER_WINDOWS)))


def distances(record: Record) -> NDArray[np.float64]:
    """Return (D, D) great-circle distances between the centroids of districts, km."""
    points = [(place.centroid_lat, place.centroid_lon) for place in record.region.districts]
    return np.array([[distance_km(*a, *b) for b in points] for a in points])


def attacks_after(
    counts: DailyCounts, horizon: int, districts: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return (1, T, S) attacks in some districts on the days after each day."""
    return future(counts.attacks[:, districts], 1, horizon)[None]


def ring_outcomes(
    counts: DailyCounts,
    km: NDArray[np.float64],
    windows: tuple[int, ...],
    districts: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return (W, T, S) attacks after each day by window and ring, last those of the placebo."""
    outcomes, here = [], counts.attacks[:, districts]
    for low, high in RINGS_KM:
        ring = (km >= low) & (km <= high) & ((km > 0) | (high == 0.0))
        attacks = here if high == 0.0 else sum_over(counts.attacks, ring[:, districts])
        outcomes += [future(attacks, 1, days) for days in windows]
    return np.stack([*outcomes, past(here, *LEAD)])


def _analysis(found: WakeEffect, counts: DailyCounts, contrasts: DayContrasts) -> Analysis:
    n = {"operations": contrasts.n_operations, "attacks": counts.n_used["attacks"]}
    return Analysis(found.estimate, found.interval, found.p_value, n)


def _rows(windows: tuple[int, ...]) -> list[tuple[str, str]]:
    """Return ring and days of each window, in the order of `ring_outcomes`."""
    rings = [
        WORDS.text("phrases", "same_district"),
        *(WORDS.text("phrases", "ring", low=low, high=high) for low, high in RINGS_KM[1:]),
    ]
    days = [WORDS.text("phrases", "after", days=days) for days in windows]
    before = WORDS.text("phrases", "before", first=LEAD[1], last=LEAD[0])
    placebo = (WORDS.text("phrases", "placebo"), before)
    return [*((ring, after) for ring in rings for after in days), placebo]


def _window_figure(
    contrasts: DayContrasts,
    effects: DayEffects,
    source: str,
    windows: tuple[int, ...],
    level: float,
) -> FigureData:
    rows = _rows(windows)
    estimates = effects.effect / effects.dose
    n = contrasts.n_operations
    intervals = effects.intervals(n, level)
    return WORDS.figure(
        "windows",
        {
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
        source=source,
        operations=n,
        level=level,
    )


def _checks(
    record: Record,
    counts: DailyCounts,
    contrasts: DayContrasts,
    effects: DayEffects,
    found: WakeEffect,
    windows: tuple[int, ...],
    *,
    is_measured: bool,
) -> tuple[Check, ...]:
    strongest = int(np.argmin(effects.p_adjusted[:-1]))
    return (
        WORDS.check(
            "matched",
            contrasts.n_operations >= WELL_MATCHED * counts.n_used["operations"],
            compared=contrasts.n_operations,
            operations=counts.n_used["operations"],
            limit=WELL_MATCHED,
            days=np.median(contrasts.matches[contrasts.own]),
        ),
        WORDS.check(
            "placebo",
            bool(effects.p_value[-1] >= limit_of("wake", "placebo")),
            effect=effects.effect[-1],
            first=LEAD[0],
            last=LEAD[1],
            p=effects.p_value[-1],
        ),
        WORDS.check(
            "windows",
            None,
            window=", ".join(_rows(windows)[strongest]),
            p=effects.p_adjusted[strongest],
            windows=len(effects.effect),
        ),
        WORDS.check("overlap", effects.dose >= limit_of("wake", "overlap"), dose=effects.dose),
        WORDS.check(
            "detectable",
            None,
            effect=DETECTABLE_ERRORS * found.spread,
            measured=WORDS.text("phrases", "measured") if is_measured else "",
        ),
        _harm_check(record),
    )


def _harm_check(record: Record) -> Check:
    """Return whether there are enough operations with and without harm to civilians."""
    state = record.events[record.events["initiator"] == "state"]
    harmed = int((state["deaths_civilian"] > 0).sum())
    is_few = min(harmed, len(state) - harmed) < FEWEST_EVENTS
    outcome = CANNOT_TELL if is_few else WORDS.text("phrases", "not_estimated")
    return WORDS.check(
        "harm", None, harmed=harmed, operations=len(state), outcome=outcome, fewest=FEWEST_EVENTS
    )


def _sentence(
    found: WakeEffect,
    matched: tuple[int, int],
    verdict: str,
    sensitivity: tuple[Analysis, ...],
    horizon: int,
    level: float,
) -> str:
    low, high = found.interval
    text = WORDS.text(
        "sentence",
        "result",
        opening=WORDS.text("opening", verdict),
        estimate=found.estimate,
        horizon=horizon,
        level=level,
        low=low,
        high=high,
        operations=matched[0],
        recorded=matched[1],
    )
    return join_sentences(text, disagreement(verdict, sensitivity))
