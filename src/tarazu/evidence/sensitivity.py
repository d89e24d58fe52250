"""Sensitivity analyses: the same estimate under other coding choices and of subsets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
from scipy.special import ndtr, ndtri

from tarazu.core.errors import FitError
from tarazu.core.number_format import number
from tarazu.evidence.daily_counts import DailyCounts
from tarazu.evidence.finding import CANNOT_TELL, Analysis, FigureData
from tarazu.evidence.misclassification import MOST_WRONG, draw_initiators
from tarazu.evidence.options import DRAWS, LEVEL, SIGNIFICANCE
from tarazu.evidence.words import Words
from tarazu.record import Record, measured_check, select

WORDS: Final = Words("tarazu.evidence")
FEW: Final = 0.05  # share of a record's events that is no part of its own

SELECTIONS: Final[dict[str, dict[str, object]]] = {
    "without best = 0": {"zero_best": False},
    "without groups' own sites": {"group_site": False},
    "active years only": {"inactive_years": False},
    "Baloch groups only": {"movement": "baloch"},
    "Islamist groups only": {"movement": "islamist"},
    "unclear events as state": {"unclear": "state"},
    "unclear events as militant": {"unclear": "militant"},
}
REDRAWN: Final = "initiators at their measured error rate"
RANGED: Final = f"0% to {MOST_WRONG:.0%} of initiators wrong, a stated range"  # not measured
SENSITIVITY_ANALYSES: Final = (*SELECTIONS, REDRAWN)
FEWEST_EVENTS: Final = 10  # operations and attacks, each; with fewer there is no number


VerdictRule = Callable[[float | None, float | None], str]
Analyse = Callable[[Record], Analysis | None]


def by_sign(rising: str, falling: str) -> VerdictRule:
    """Return the rule: the sign of an estimate at the 5% level, or that the record cannot tell."""

    def verdict_of(estimate: float | None, p_value: float | None) -> str:
        if estimate is None or p_value is None or not p_value < SIGNIFICANCE:
            return CANNOT_TELL
        return rising if estimate > 0 else falling

    return verdict_of


def analyse_sensitivity(
    record: Record,
    analyse: Analyse,
    verdict_of: VerdictRule,
    *,
    level: float = LEVEL,
    draws: int = DRAWS,
) -> tuple[Analysis, ...]:
    """Return the same analysis of the record under other coding choices and of its subsets.

    With too few events there is no number, and the verdict is that the record cannot tell.
    The last analysis draws the initiators anew at the error rate that was measured by hand and
    pools the draws (Rubin 1987, Multiple Imputation for Nonresponse in Surveys). Where the rate
    was not measured, it is drawn from a stated range, and the analysis is named so.

    Parameters
    ----------
    analyse : from a record to an estimate; None if the record has too few events.
    verdict_of : from estimate and p-value to a verdict.
    level : coverage of the intervals that `analyse` returns.
    draws : of the initiators, at least 2.
    """
    found = []
    for name, options in selections_of(record).items():
        part = select(record, **options)  # type: ignore[arg-type]  # one option each, typed there
        found.append(_name(name, _try(analyse, part), part, verdict_of))
    name = RANGED if measured_check(record) is None else REDRAWN
    # A range is not a posterior: five draws, usual for imputations, show whether a verdict turns.
    redrawn = _analyse_draws(record, analyse, level, draws if name == REDRAWN else min(draws, 5))
    return (*found, _name(name, redrawn, record, verdict_of))


def selections_of(record: Record) -> dict[str, dict[str, object]]:
    """Return the selections that mean something for a record, by name.

    These are the ones that change it: without events of best = 0 there is nothing
    to leave out, and a movement of less than a twentieth of the events, or nearly all of them, is
    no part to look at.
    """
    events = record.events
    changed = {
        "zero_best": events["zero_best"],
        "group_site": events["group_site"],
        "inactive_years": ~events["active_year"],
        "unclear": events["initiator"] == "unclear",
    }
    changes = {name: bool(which.any()) for name, which in changed.items()}
    shares = events["movement"].value_counts(normalize=True)
    movements = {name for name, share in shares.items() if FEW <= share <= 1.0 - FEW}
    return {
        name: options
        for name, options in SELECTIONS.items()
        if any(changes.get(option, False) for option in options)
        or options.get("movement") in movements
    }


def pool(analyses: list[Analysis], level: float) -> Analysis:
    """Return the pooled analysis of several imputations, by Rubin's rules.

    Where the analyses have no interval, the pooled p-value is the median one; else it is that of
    the pooled interval: below 1 - level if and only if 0 lies outside.
    """
    estimates = np.array([analysis.estimate for analysis in analyses], dtype=np.float64)
    estimate = float(np.mean(estimates))
    n = {
        name: round(float(np.mean([analysis.n[name] for analysis in analyses])))
        for name in analyses[0].n
    }
    intervals = [analysis.interval for analysis in analyses if analysis.interval is not None]
    known = [analysis.p_value for analysis in analyses if analysis.p_value is not None]
    median = float(np.median(known)) if known else None
    if len(intervals) < len(analyses):
        return Analysis(estimate, None, median, n)
    z = float(ndtri(0.5 + level / 2))
    width = np.diff(np.array(intervals), axis=1) / (2 * z)
    between = float(np.var(estimates, ddof=1))
    error = float(np.sqrt((width**2).mean() + (1 + 1 / len(analyses)) * between))
    if error == 0.0:  # nothing varies (one armed group: always one), so nothing can be tested
        return Analysis(estimate, (estimate, estimate), median, n)
    # The intervals lean to one side; their mean keeps the lean, the wider error stretches it.
    low, high = (np.array(intervals).mean(axis=0) - estimate).tolist()
    stretch = error / max(float(np.sqrt((width**2).mean())), 1e-12)
    low, high = low * stretch, high * stretch
    side = low if estimate > 0 else high  # towards 0
    p_value = float(2 * ndtr(-z * abs(estimate / side))) if side != 0 else 0.0
    return Analysis(estimate, (estimate + low, estimate + high), p_value, n)


def has_enough_events(counts: DailyCounts) -> bool:
    """Whether there are operations and attacks enough for a number."""
    return min(counts.n_used.values()) >= FEWEST_EVENTS


def too_little(counts: DailyCounts, question: str) -> str:
    """Return the sentence for a record with too few events, and what would be needed."""
    return WORDS.text(
        "sensitivity",
        "too_little",
        question=question,
        operations=counts.n_used["operations"],
        attacks=counts.n_used["attacks"],
        fewest=FEWEST_EVENTS,
    )


def disagreement(verdict: str, sensitivity: tuple[Analysis, ...]) -> str:
    """Return a sentence on the analyses with another verdict; "" where there are none."""
    others = [analysis for analysis in sensitivity if analysis.verdict != verdict]
    if not others:
        return ""
    clear = [analysis for analysis in others if analysis.verdict != CANNOT_TELL]
    if not clear:
        n = len(sensitivity)
        return WORDS.text("sensitivity", "cannot_tell", all=n, others=len(others))
    named = "; ".join(
        WORDS.text("sensitivity", "differing", name=analysis.name, verdict=analysis.verdict)
        for analysis in clear
    )
    return WORDS.text("sensitivity", "differ", named=named)


def signed(value: float) -> str:
    """Return a number with its sign, as it stands in a sentence."""
    return number(value, signed=True)


def forest(
    title: str,
    unit: str,
    source: str,
    main: Analysis,
    verdict: str,
    sensitivity: tuple[Analysis, ...],
    *,
    level: float = LEVEL,
) -> FigureData:
    """Return a figure of the main estimate and its sensitivity analyses."""
    rows = (replace(main, verdict=verdict), *sensitivity)
    counted = next(iter(main.n))
    return FigureData(
        kind="forest",
        title=title,
        x_label=unit,
        y_label=WORDS.text("sensitivity", "y_label"),
        source=source,
        n=WORDS.text("sensitivity", "n", count=main.n[counted], counted=counted, level=level),
        data={
            "variant": [row.name for row in rows],
            "estimate": [row.estimate for row in rows],
            "low": [row.interval[0] if row.interval else None for row in rows],
            "high": [row.interval[1] if row.interval else None for row in rows],
            "n": [row.n.get(counted, 0) for row in rows],
            "verdict": [row.verdict for row in rows],
        },
    )


def _try(analyse: Analyse, part: Record) -> Analysis | None:
    try:
        return analyse(part)
    except FitError:  # nothing of this part has a day and a district
        return None


def _analyse_draws(record: Record, analyse: Analyse, level: float, draws: int) -> Analysis | None:
    analyses = []
    for replicate in range(draws):
        analysis = _try(analyse, draw_initiators(record, replicate))
        if analysis is None:
            return None
        analyses.append(analysis)
    return pool(analyses, level)


def _name(name: str, analysis: Analysis | None, part: Record, verdict_of: VerdictRule) -> Analysis:
    if analysis is None:
        events = part.events.groupby("initiator")["count"].sum()
        sizes = {
            "attacks": int(events.get("militant", 0)),
            "operations": int(events.get("state", 0)),
        }
        return Analysis(None, None, None, sizes, name=name)
    verdict = verdict_of(analysis.estimate, analysis.p_value)
    return replace(analysis, name=name, verdict=verdict)
