"""Other cuts and readings of a record on which a finding is rerun."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tarazu.core.errors import FitError
from tarazu.evidence.daily import DailyCounts, count_days
from tarazu.evidence.excess import Excess
from tarazu.evidence.finding import CANNOT_TELL, FigureData, Variant
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

FEWEST: Final = 10  # operations and attacks below which no reading is given a number


def rerun(
    record: Record, measure: Callable[[DailyCounts], Excess], judge: Callable[[Excess], str]
) -> tuple[Variant, ...]:
    """Measure the same excess on each other reading of the record.

    A reading that holds too little gets no number: its verdict is that the record cannot tell.
    """
    variants = []
    for name, options in READINGS.items():
        part = select(record, **options)  # type: ignore[arg-type]  # one option each, typed there
        events = part.events.groupby("initiator")["count"].sum()
        sizes = {
            "attacks": int(events.get("militant", 0)),
            "operations": int(events.get("state", 0)),
        }
        if min(sizes.values()) < FEWEST:
            variants.append(Variant(name, None, None, None, CANNOT_TELL, sizes))
            continue
        try:
            counts = count_days(part)
        except FitError:  # no attack of this reading has a day and a district
            variants.append(Variant(name, None, None, None, CANNOT_TELL, sizes))
            continue
        found = measure(counts)
        if not found.measured:
            variants.append(Variant(name, None, None, None, CANNOT_TELL, counts.n_used))
            continue
        variants.append(
            Variant(
                name, found.estimate, found.interval, found.p_value, judge(found), counts.n_used
            )
        )
    return tuple(variants)


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
    title: str, unit: str, source: str, main: Excess, verdict: str, variants: tuple[Variant, ...]
) -> FigureData:
    """Put the main estimate and its reruns in one figure."""
    first = Variant("main reading", main.estimate, main.interval, main.p_value, verdict, {})
    rows = (first, *variants)
    return FigureData(
        kind="forest",
        title=title,
        x_label=unit,
        y_label="reading of the record",
        source=source,
        n=f"{main.n_treatments} operations in the main reading; 90 % intervals",
        data={
            "variant": [row.name for row in rows],
            "estimate": [row.estimate for row in rows],
            "low": [row.interval[0] if row.interval else None for row in rows],
            "high": [row.interval[1] if row.interval else None for row in rows],
            "n": [main.n_treatments] + [row.n.get("operations", 0) for row in variants],
            "verdict": [row.verdict for row in rows],
        },
    )
