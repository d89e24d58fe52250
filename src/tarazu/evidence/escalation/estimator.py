"""Escalation: whether gaps between attack days get shorter or longer, by district."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from tarazu.evidence.compose import compose_finding
from tarazu.evidence.daily_counts import DailyCounts, to_daily_counts
from tarazu.evidence.error_rates import load_validation
from tarazu.evidence.escalation.progress_curve import (
    PooledCurve,
    ProgressCurve,
    fit_progress_curve,
    pool_exponents,
)
from tarazu.evidence.finding import CANNOT_TELL, Analysis, Check, FigureData, Finding
from tarazu.evidence.options import DRAWS, LEVEL
from tarazu.evidence.sensitivity import analyse_sensitivity, by_sign, disagreement, forest
from tarazu.evidence.words import Words, join_sentences
from tarazu.record import Record

FEWEST_GAPS: Final = 10  # of a district or group whose curve is fitted
FEWEST_UNITS: Final = 3
WORDS: Final = Words(__package__)
VERDICTS: Final = ("attacks come faster", "attacks come slower", CANNOT_TELL)
verdict_of: Final = by_sign(*VERDICTS[:2])


@dataclass(frozen=True, slots=True)
class Escalation:
    """Progress curves of units, and their mean.

    Attributes
    ----------
    pooled, pooled_likelihood : of the exponents by least squares, and by the likelihood of
        exponential gaps; None where fewer than three units have gaps enough.
    """

    curves: dict[str, ProgressCurve]
    pooled: PooledCurve | None
    pooled_likelihood: PooledCurve | None


def measure_escalation(days: dict[str, NDArray[np.int64]], *, level: float = LEVEL) -> Escalation:
    """Fit a progress curve to each unit with ten gaps or more, and pool them.

    Parameters
    ----------
    days : name -> (N,) distinct days with an attack, rising.
    """
    curves = {
        name: fit_progress_curve(np.diff(unit), level=level)
        for name, unit in days.items()
        if len(unit) > FEWEST_GAPS
    }
    if len(curves) < FEWEST_UNITS:
        return Escalation(curves, None, None)
    units = curves.values()
    return Escalation(
        curves,
        pool_exponents([c.exponent for c in units], [c.standard_error for c in units], level=level),
        pool_exponents(
            [c.exponent_likelihood for c in units],
            [c.error_likelihood for c in units],
            level=level,
        ),
    )


def agreed_p_value(found: Escalation) -> float:
    """Return the larger p-value of the typical and of the mean gap; 1 where their signs differ.

    A record whose attacks gather in clusters has more short gaps and more long ones at the same
    rate. The typical gap falls, the mean gap does not; attacks come faster only where both do.
    """
    typical, mean = found.pooled, found.pooled_likelihood
    if typical is None or mean is None or typical.exponent * mean.exponent <= 0:
        return 1.0
    return max(typical.p_value, mean.p_value)


def agreed_interval(typical: PooledCurve, mean: PooledCurve) -> tuple[float, float]:
    """Return the exponents that the two tests together do not reject.

    An exponent is rejected where both reject it on the same side, so what is left reaches from the
    lower of their lower ends to the higher of their higher ends.
    """
    return min(typical.low, mean.low), max(typical.high, mean.high)


def district_days(counts: DailyCounts, names: tuple[str, ...]) -> dict[str, NDArray[np.int64]]:
    """Return days with an attack by district; several attacks of one day are one."""
    return {
        name: np.flatnonzero(column) for name, column in zip(names, counts.attacks.T, strict=True)
    }


def group_days(record: Record) -> dict[str, NDArray[np.int64]]:
    """Return days with an attack by armed group, wherever it was."""
    events = record.events
    attacks = events[
        (events["initiator"] == "militant")
        & (events["date_precision"] == 1)
        & events["district"].notna()
        & (events["group"] != "")
    ]
    days = attacks["date"].to_numpy().astype("datetime64[D]").astype(np.int64)
    groups = attacks["group"].to_numpy(dtype=str)
    return {name: np.unique(days[groups == name]) for name in np.unique(groups).tolist()}


def escalation(record: Record, *, level: float = LEVEL, draws: int = DRAWS) -> Finding:
    """Return whether gaps between attack days get shorter or longer, district by district.

    The estimand is the mean over districts of b in tau_n = tau_1 n^-b, with tau_n the n-th gap
    between days with an attack: 0 for a constant rate, above 0 where attacks come faster. It
    tests a constant rate, not what made attacks come faster or slower.

    Parameters
    ----------
    level : coverage of intervals.
    draws : of the initiators in the last sensitivity analysis.

    Raises
    ------
    FitError
        The record has no day-dated attack with a district.

    References
    ----------
    Johnson et al. (2011), Science 333, 81-84, doi:10.1126/science.1205068.
    """
    validation = load_validation(escalation, locals())
    counts = to_daily_counts(record)
    titles = tuple(district.name for district in record.region.districts)
    districts = measure_escalation(district_days(counts, titles), level=level)
    groups = measure_escalation(group_days(record), level=level)
    main = _analysis(counts, districts)
    verdict = CANNOT_TELL if main is None else verdict_of(main.estimate, main.p_value)

    def analyse(part: Record) -> Analysis | None:
        counts = to_daily_counts(part)
        days = district_days(counts, part.region.slugs)
        return _analysis(counts, measure_escalation(days, level=level))

    sensitivity = analyse_sensitivity(record, analyse, verdict_of, level=level, draws=draws)
    figures: list[FigureData] = []
    if main is not None and districts.pooled is not None:
        source = record.source.title
        figures = [
            _unit_figure("districts", districts, source, level),
            _unit_figure("groups", groups, source, level),
            forest(
                WORDS.text("forest", "title"),
                WORDS.text("finding", "unit"),
                source,
                main,
                verdict,
                sensitivity,
                level=level,
            ),
        ]
        if validation.power:
            figures.append(validation.power_figure(WORDS.text("power", "unit")))
    return compose_finding(
        WORDS,
        main,
        scope=record.source.scope,
        level=level,
        verdict=verdict,
        sentence=_sentence(districts, verdict, sensitivity, level),
        n_used={"attacks": counts.n_used["attacks"]},
        n_dropped=counts.n_dropped | {"operations": counts.n_used["operations"]},
        checks=_checks(counts, districts, groups, level),
        sensitivity=sensitivity,
        figures=figures,
        validation=validation,
        fewest_gaps=FEWEST_GAPS,
    )


def _analysis(counts: DailyCounts, found: Escalation) -> Analysis | None:
    if found.pooled is None or found.pooled_likelihood is None:
        return None
    n = {
        "districts": len(found.curves),
        "gaps": sum(curve.n_gaps for curve in found.curves.values()),
        "attacks": counts.n_used["attacks"],
    }
    interval = agreed_interval(found.pooled, found.pooled_likelihood)
    return Analysis(found.pooled.exponent, interval, agreed_p_value(found), n)


def _sentence(
    found: Escalation, verdict: str, sensitivity: tuple[Analysis, ...], level: float
) -> str:
    pooled, mean = found.pooled, found.pooled_likelihood
    if pooled is None or mean is None:
        return WORDS.text(
            "sentence",
            "too_little",
            districts=len(found.curves),
            fewest_gaps=FEWEST_GAPS,
            fewest_units=FEWEST_UNITS,
        )
    low, high = agreed_interval(pooled, mean)
    text = WORDS.text(
        "sentence",
        "result",
        opening=WORDS.text("opening", verdict),
        estimate=pooled.exponent,
        districts=len(found.curves),
        level=level,
        low=low,
        high=high,
        mean=mean.exponent,
        gaps=sum(curve.n_gaps for curve in found.curves.values()),
        faster=sum(curve.low > 0 for curve in found.curves.values()),
        slower=sum(curve.high < 0 for curve in found.curves.values()),
    )
    is_less_even = verdict == CANNOT_TELL and pooled.low > 0
    less_even = WORDS.text("sentence", "less_even") if is_less_even else ""
    return join_sentences(text, less_even, disagreement(verdict, sensitivity))


def _checks(
    counts: DailyCounts, districts: Escalation, groups: Escalation, level: float
) -> tuple[Check, ...]:
    pooled, second = districts.pooled, districts.pooled_likelihood
    if pooled is None or second is None:
        return ()
    if groups.pooled is None:
        n = len(groups.curves)
        by_group = WORDS.text("phrases", "few_groups", groups=n, fewest_gaps=FEWEST_GAPS)
    else:
        by_group = WORDS.text(
            "phrases",
            "groups",
            estimate=groups.pooled.exponent,
            level=level,
            low=groups.pooled.low,
            high=groups.pooled.high,
            groups=len(groups.curves),
        )
    return (
        WORDS.check(
            "mean_gap",
            _word(second.low, second.high) == _word(pooled.low, pooled.high),
            estimate=second.exponent,
            level=level,
            low=second.low,
            high=second.high,
        ),
        WORDS.check("spread", None, spread=pooled.spread),
        WORDS.check("groups", None, outcome=by_group),
        WORDS.check(
            "several",
            None,
            attacks=counts.n_used["attacks"],
            days=int((counts.attacks > 0).sum()),
        ),
    )


def _unit_figure(
    key: Literal["districts", "groups"], found: Escalation, source: str, level: float
) -> FigureData:
    rows = sorted(found.curves.items(), key=lambda item: (-item[1].n_gaps, item[0]))
    names = [WORDS.text("phrases", "unit", name=name, gaps=curve.n_gaps) for name, curve in rows]
    values = [(curve.exponent, curve.low, curve.high) for _, curve in rows]
    if found.pooled is not None:
        names.insert(0, WORDS.text("phrases", "mean", units=len(rows)))
        values.insert(0, (found.pooled.exponent, found.pooled.low, found.pooled.high))
    gaps = [curve.n_gaps for _, curve in rows]
    return WORDS.figure(
        key,
        {
            "variant": names,
            "estimate": [value[0] for value in values],
            "low": [value[1] for value in values],
            "high": [value[2] for value in values],
            "n": [sum(gaps)] * (len(names) - len(gaps)) + gaps,
            "verdict": [_word(low, high) for _, low, high in values],
        },
        source=source,
        unit=WORDS.text("finding", "unit"),
        gaps=sum(gaps),
        level=level,
    )


def _word(low: float, high: float) -> str:
    if low > 0:
        return VERDICTS[0]
    return VERDICTS[1] if high < 0 else CANNOT_TELL
