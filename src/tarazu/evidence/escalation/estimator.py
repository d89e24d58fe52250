"""Escalation: do attacks come faster or slower, district by district."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tarazu.evidence.daily_counts import DailyCounts, count_days
from tarazu.evidence.error_rates import read_validation
from tarazu.evidence.escalation.progress_curve import (
    PooledCurve,
    ProgressCurve,
    fit_progress_curve,
    pool_exponents,
)
from tarazu.evidence.finding import CANNOT_TELL, Analysis, Check, FigureData, Finding
from tarazu.evidence.sensitivity import analyse_sensitivity, by_sign, disagreement, forest, signed
from tarazu.record import Record

LEVEL: Final = 0.95
FEWEST_GAPS: Final = 10  # of a district or group whose curve is fitted
FEWEST_UNITS: Final = 3
UNIT: Final = "exponent b of gaps between attack days (above 0: faster)"
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


def measure_escalation(days: dict[str, NDArray[np.int64]]) -> Escalation:
    """Fit a progress curve to each unit with ten gaps or more, and pool them.

    Parameters
    ----------
    days : name -> (N,) distinct days with an attack, rising.
    """
    curves = {
        name: fit_progress_curve(np.diff(unit), level=LEVEL)
        for name, unit in days.items()
        if len(unit) > FEWEST_GAPS
    }
    if len(curves) < FEWEST_UNITS:
        return Escalation(curves, None, None)
    units = curves.values()
    return Escalation(
        curves,
        pool_exponents([c.exponent for c in units], [c.standard_error for c in units], level=LEVEL),
        pool_exponents(
            [c.exponent_likelihood for c in units],
            [c.error_likelihood for c in units],
            level=LEVEL,
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


def escalation(record: Record) -> Finding:
    """Return whether gaps between attack days get shorter or longer, district by district.

    The estimand is the mean over districts of b in tau_n = tau_1 n^-b, with tau_n the n-th gap
    between days with an attack: 0 for a constant rate, above 0 where attacks come faster. It
    tests a constant rate, not what made attacks come faster or slower.

    Raises
    ------
    FitError
        The record has no day-dated attack with a district.

    References
    ----------
    Johnson et al. (2011), Science 333, 81-84, doi:10.1126/science.1205068.
    """
    counts = count_days(record)
    titles = tuple(district.name for district in record.region.districts)
    districts = measure_escalation(district_days(counts, titles))
    groups = measure_escalation(group_days(record))
    main = _analysis(counts, districts)
    verdict = CANNOT_TELL if main is None else verdict_of(main.estimate, main.p_value)
    sensitivity = analyse_sensitivity(record, _analyse, verdict_of, level=LEVEL)
    validation = read_validation(files(__package__) / "error_rates.json")
    figures: list[FigureData] = []
    if main is not None and districts.pooled is not None:
        source = record.source.title
        figures = [
            _units("Districts: do attacks come faster?", "district", districts, source),
            _units("Armed groups: do attacks come faster?", "armed group", groups, source),
            _on_readings(source, main, verdict, sensitivity),
        ]
        if validation.power:
            figures.append(validation.power_figure("exponent b"))
    operations = counts.n_used["operations"]
    return Finding(
        name="escalation",
        question="Do attacks come faster or slower?",
        estimand=(
            "mean over districts of b in tau_n = tau_1 n^-b, tau_n the n-th gap in days between "
            "days with an attack in the district; 0 is a constant rate, above 0 attacks come "
            f"faster; districts with {FEWEST_GAPS} gaps or more"
        ),
        unit=UNIT,
        estimate=None if main is None else main.estimate,
        interval=None if main is None else main.interval,
        level=LEVEL,
        null="in the mean over districts the exponent is 0, of typical gaps or of mean gaps",
        p_value=None if main is None else main.p_value,
        verdict=verdict,
        sentence=_sentence(districts, verdict, sensitivity),
        n_used={"attacks": counts.n_used["attacks"]},
        n_dropped=counts.n_dropped | {"operations": operations},
        assumptions=(
            "Attacks that the source sees are an unchanging share of attacks; a source that opens "
            "or closes over the years looks like acceleration or its opposite.",
            "Gaps scatter about their power law independently of each other: where attacks come "
            "in clusters, intervals of single districts are too short, that of the mean is not.",
        ),
        caveats=(
            "A power law in the number of attacks is one shape among many: a district that rose "
            "and fell has one exponent all the same.",
            "Several attacks of one day in one district are one attack day, so no gap is 0 days.",
            "The first gap starts at the first recorded attack, and the open gap at the end of the "
            "record is not used.",
            "Attacks that gather in clusters shorten the typical gap at the same rate; the p-value "
            "is therefore the larger of those of typical and mean gap, and 1 where the two "
            "disagree on the sign. The interval is that of the typical gap alone.",
            "It says nothing on what made attacks come faster or slower.",
        ),
        diagnostics=_diagnostics(counts, districts, groups),
        sensitivity=sensitivity,
        figures=tuple(figures),
        references=(
            "Johnson et al. 2011, doi:10.1126/science.1205068",
            "Knapp & Hartung 2003, doi:10.1002/sim.1482",
        ),
        validation=validation.summary,
    )


def _analyse(record: Record) -> Analysis | None:
    counts = count_days(record)
    return _analysis(counts, measure_escalation(district_days(counts, record.region.slugs)))


def _analysis(counts: DailyCounts, found: Escalation) -> Analysis | None:
    if found.pooled is None or found.pooled_likelihood is None:
        return None
    n = {
        "districts": len(found.curves),
        "gaps": sum(curve.n_gaps for curve in found.curves.values()),
        "attacks": counts.n_used["attacks"],
    }
    pooled = found.pooled
    return Analysis(pooled.exponent, (pooled.low, pooled.high), agreed_p_value(found), n)


def _sentence(found: Escalation, verdict: str, sensitivity: tuple[Analysis, ...]) -> str:
    if found.pooled is None or found.pooled_likelihood is None:
        return (
            "The record cannot tell whether attacks come faster or slower: "
            f"{len(found.curves)} districts have {FEWEST_GAPS} gaps between attack days or more, "
            f"and at least {FEWEST_UNITS} are needed."
        )
    opening = {
        VERDICTS[0]: "Attacks come faster with each one",
        VERDICTS[1]: "Attacks come slower with each one",
        CANNOT_TELL: "The record cannot tell whether attacks come faster or slower",
    }[verdict]
    pooled, mean = found.pooled, found.pooled_likelihood
    gaps = sum(curve.n_gaps for curve in found.curves.values())
    faster = sum(curve.low > 0 for curve in found.curves.values())
    slower = sum(curve.high < 0 for curve in found.curves.values())
    text = (
        f"{opening}: the typical n-th gap between attack days goes as n to the power of minus b "
        f"with b = {signed(pooled.exponent)} on average over {len(found.curves)} districts "
        f"({LEVEL:.0%} interval {signed(pooled.low)} to {signed(pooled.high)}), the mean gap with "
        f"b = {signed(mean.exponent)} ({signed(mean.low)} to {signed(mean.high)}), from {gaps} "
        f"gaps; in {faster} districts alone typical gaps get shorter, in {slower} longer."
    )
    if verdict == CANNOT_TELL and pooled.low > 0:
        text += " Gaps have become less even, which is not the same as attacks coming faster."
    return text + disagreement(verdict, sensitivity)


def _diagnostics(
    counts: DailyCounts, districts: Escalation, groups: Escalation
) -> tuple[Check, ...]:
    pooled, second = districts.pooled, districts.pooled_likelihood
    if pooled is None or second is None:
        return ()
    marked = int((counts.attacks > 0).sum())
    by_group = (
        f"{len(groups.curves)} groups with {FEWEST_GAPS} gaps or more: too few"
        if groups.pooled is None
        else f"{signed(groups.pooled.exponent)} ({LEVEL:.0%} interval {signed(groups.pooled.low)} "
        f"to {signed(groups.pooled.high)}) over {len(groups.curves)} groups"
    )
    return (
        Check(
            "mean gap in place of the typical gap",
            f"b {signed(second.exponent)} ({LEVEL:.0%} interval {signed(second.low)} to "
            f"{signed(second.high)}) by the likelihood of exponential gaps",
            "the same verdict; else gaps have become more or less even, which moves the typical "
            "gap and not the rate",
            _word(second.low, second.high) == _word(pooled.low, pooled.high),
        ),
        Check(
            "districts differ",
            f"standard deviation of b between districts {pooled.spread:.2f}",
            "0 if all shared one exponent; the interval allows for it",
            None,
        ),
        Check("by armed group", by_group, "the same question on other units", None),
        Check(
            "several attacks a day",
            f"{counts.n_used['attacks']} attacks on {marked} district-days",
            "counted once a day",
            None,
        ),
    )


def _units(title: str, unit: str, found: Escalation, source: str) -> FigureData:
    rows = sorted(found.curves.items(), key=lambda item: (-item[1].n_gaps, item[0]))
    names = [f"{name} ({curve.n_gaps} gaps)" for name, curve in rows]
    values = [(curve.exponent, curve.low, curve.high) for _, curve in rows]
    if found.pooled is not None:
        names.insert(0, f"mean of {len(rows)}")
        values.insert(0, (found.pooled.exponent, found.pooled.low, found.pooled.high))
    gaps = [curve.n_gaps for _, curve in rows]
    return FigureData(
        kind="forest",
        title=title,
        x_label=UNIT,
        y_label=unit,
        source=source,
        n=f"{sum(gaps)} gaps; {LEVEL:.0%} intervals. With 60 gaps the interval is about 0.4 to "
        "each side",
        data={
            "variant": names,
            "estimate": [value[0] for value in values],
            "low": [value[1] for value in values],
            "high": [value[2] for value in values],
            "n": [sum(gaps)] * (len(names) - len(gaps)) + gaps,
            "verdict": [_word(low, high) for _, low, high in values],
        },
    )


def _on_readings(
    source: str, main: Analysis, verdict: str, sensitivity: tuple[Analysis, ...]
) -> FigureData:
    title = "Faster or slower: the same question on other readings"
    drawn = forest(title, UNIT, source, main, verdict, sensitivity)
    return replace(
        drawn, n=f"{main.n['districts']} districts in the main reading; {LEVEL:.0%} intervals"
    )


def _word(low: float, high: float) -> str:
    if low > 0:
        return VERDICTS[0]
    return VERDICTS[1] if high < 0 else CANNOT_TELL
