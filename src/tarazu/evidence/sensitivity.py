"""Other cuts and readings of a record on which a finding is rerun."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtr, ndtri

from tarazu.core.errors import FitError
from tarazu.evidence.daily_counts import DailyCounts
from tarazu.evidence.finding import CANNOT_TELL, FigureData, Variant
from tarazu.evidence.misclassification import draw_initiators
from tarazu.record import Record, select

READINGS: Final[dict[str, dict[str, object]]] = {
    "without best = 0": {"zero_best": False},
    "without groups' own sites": {"group_site": False},
    "active years only": {"inactive_years": False},
    "Baloch groups only": {"movement": "baloch"},
    "Islamist groups only": {"movement": "islamist"},
    "unclear events as state": {"unclear": "state"},
    "unclear events as militant": {"unclear": "militant"},
}
REDRAWN: Final = "initiators at their measured error rate"
ALL_READINGS: Final = (*READINGS, REDRAWN)
DRAWS: Final = 10  # of the initiators; more narrow the interval of this reading by a few per cent

FEWEST: Final = 10  # operations and attacks below which no reading is given a number
SIGNIFICANCE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Reading:
    """What an estimator makes of one reading of a record.

    Attributes
    ----------
    interval : at the level of the finding; None where the estimator has none.
    n : counts that the estimate rests on, by name.
    """

    estimate: float
    interval: tuple[float, float] | None
    p_value: float | None
    n: Mapping[str, int]


Judge = Callable[[float, float | None], str]


def by_sign(rising: str, falling: str) -> Judge:
    """Return a judge: a sign at the 5 % level, or that the record cannot tell."""

    def judge(estimate: float, p_value: float | None) -> str:
        if p_value is None or not p_value < SIGNIFICANCE:
            return CANNOT_TELL
        return rising if estimate > 0 else falling

    return judge


def rerun(
    record: Record,
    read: Callable[[Record], Reading | None],
    judge: Judge,
    *,
    level: float = 0.9,
) -> tuple[Variant, ...]:
    """Read each other reading of the record in the same way.

    A reading that holds too little gets no number: its verdict is that the record cannot tell.
    The last one draws the initiators anew at the error rate that was measured by hand and pools
    the draws (Rubin 1987, Multiple Imputation for Nonresponse in Surveys); it has no number
    where the rate was not measured.

    Parameters
    ----------
    read : from a record to an estimate; None where the record holds too little.
    judge : from estimate and p-value to a verdict.
    level : coverage of the intervals that `read` returns.
    """
    variants = []
    for name, options in READINGS.items():
        part = select(record, **options)  # type: ignore[arg-type]  # one option each, typed there
        variants.append(_variant(name, _try(read, part), part, judge))
    return (*variants, _variant(REDRAWN, _reread(record, read, level), record, judge))


def pool(readings: list[Reading], level: float) -> Reading:
    """Return the pooled reading of several imputations, by Rubin's rules.

    Where the readings have no interval, the pooled p-value is the median one; else it is at least
    that.
    """
    estimate = float(np.mean([reading.estimate for reading in readings]))
    n = {
        name: round(float(np.mean([reading.n[name] for reading in readings])))
        for name in readings[0].n
    }
    intervals = [reading.interval for reading in readings if reading.interval is not None]
    known = [reading.p_value for reading in readings if reading.p_value is not None]
    median = float(np.median(known)) if known else None
    if len(intervals) < len(readings):
        return Reading(estimate, None, median, n)
    z = float(ndtri(0.5 + level / 2))
    width = np.diff(np.array(intervals), axis=1) / (2 * z)
    between = float(np.var([reading.estimate for reading in readings], ddof=1))
    error = float(np.sqrt((width**2).mean() + (1 + 1 / len(readings)) * between))
    # The intervals lean to one side; their mean keeps the lean, the wider error stretches it.
    low, high = (np.array(intervals).mean(axis=0) - estimate).tolist()
    stretch = error / max(float(np.sqrt((width**2).mean())), 1e-12)
    return Reading(
        estimate,
        (estimate + low * stretch, estimate + high * stretch),
        # A test may ask for more than its interval shows; the pooled one asks for no less.
        max(float(2 * ndtr(-abs(estimate) / error)), median or 0.0),
        n,
    )


def is_enough(counts: DailyCounts) -> bool:
    """Whether there are operations and attacks enough for a number."""
    return min(counts.n_used.values()) >= FEWEST


def too_little(counts: DailyCounts, question: str) -> str:
    """Say that the record cannot tell, and what it would take."""
    return (
        f"The record cannot tell {question}: it holds {counts.n_used['operations']} operations "
        f"and {counts.n_used['attacks']} attacks with a day and a district, and at least {FEWEST} "
        "of each are needed, with days after the operations."
    )


def disagreement(verdict: str, variants: tuple[Variant, ...]) -> str:
    """Say which readings of the record give another verdict; nothing where none does."""
    others = [v for v in variants if v.verdict != verdict]
    if not others:
        return ""
    if all(v.verdict == CANNOT_TELL for v in others):
        return f" Of {len(variants)} other readings of the record, {len(others)} cannot tell."
    others = [v for v in others if v.verdict != CANNOT_TELL]
    named = "; ".join(f"{v.name}: {v.verdict}" for v in others)
    return f" Read differently, the record would say otherwise ({named})."


def signed(value: float) -> str:
    """Return a number with its sign, as it stands in a sentence."""
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def forest(
    title: str, unit: str, source: str, main: Reading, verdict: str, variants: tuple[Variant, ...]
) -> FigureData:
    """Put the main estimate and its reruns in one figure."""
    first = Variant("main reading", main.estimate, main.interval, main.p_value, verdict, main.n)
    rows = (first, *variants)
    counted = next(iter(main.n))
    return FigureData(
        kind="forest",
        title=title,
        x_label=unit,
        y_label="reading of the record",
        source=source,
        n=f"{main.n[counted]} {counted} in the main reading; 90 % intervals",
        data={
            "variant": [row.name for row in rows],
            "estimate": [row.estimate for row in rows],
            "low": [row.interval[0] if row.interval else None for row in rows],
            "high": [row.interval[1] if row.interval else None for row in rows],
            "n": [row.n.get(counted, 0) for row in rows],
            "verdict": [row.verdict for row in rows],
        },
    )


def _try(read: Callable[[Record], Reading | None], part: Record) -> Reading | None:
    try:
        return read(part)
    except FitError:  # nothing of this reading has a day and a district
        return None


def _reread(
    record: Record, read: Callable[[Record], Reading | None], level: float
) -> Reading | None:
    readings = []
    for replicate in range(DRAWS):
        drawn = draw_initiators(record, replicate)
        reading = None if drawn is None else _try(read, drawn)
        if reading is None:
            return None
        readings.append(reading)
    return pool(readings, level)


def _variant(name: str, reading: Reading | None, part: Record, judge: Judge) -> Variant:
    if reading is None:
        events = part.events.groupby("initiator")["count"].sum()
        sizes = {
            "attacks": int(events.get("militant", 0)),
            "operations": int(events.get("state", 0)),
        }
        return Variant(name, None, None, None, CANNOT_TELL, sizes)
    return Variant(
        name,
        reading.estimate,
        reading.interval,
        reading.p_value,
        judge(reading.estimate, reading.p_value),
        reading.n,
    )
