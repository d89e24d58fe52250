"""What the events of a record carry, drawn anew for simulated ones: deaths, doses, labels.

Written apart from the estimators, as the simulated days are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tarazu.evidence.daily_counts import DailyCounts
from tarazu.evidence.dose.panel import DosePanel, read_dose_panel, within_reach
from tarazu.evidence.severity.estimator import lethal_events
from tarazu.evidence.tactics.series import ShareSeries, count_shares
from tarazu.record import Record

Index = NDArray[np.int64]
Array = NDArray[np.float64]

YEAR: Final = 364  # days over which an effect of the dose is spread
DAYS_A_MONTH: Final = 30.4375
DAYS_A_QUARTER: Final = 91.3125
_DOSE, _DEATHS, _LABELS = 7, 2, 1  # streams of random numbers beside those of the days


@dataclass(frozen=True, slots=True)
class Effects:
    """What is planted in the marks; nothing by default.

    Attributes
    ----------
    per_death : attacks that one more militant killed adds in the district within 52 weeks.
    rise : relative rise of deaths per event in the later half of the events.
    shift : share that moves from the commonest label of the first series to the next, half-way.
    exponent : b of gaps between attack days, which are proportional to n^-b.
    """

    per_death: float = 0.0
    rise: float = 0.0
    shift: float = 0.0
    exponent: float = 0.0


NO_EFFECTS: Final = Effects()


@dataclass(frozen=True, slots=True)
class Marks:
    """What the events of a record carry.

    Attributes
    ----------
    doses : (N,) militants killed in operations. deaths : (M,) of events with a death.
    series : (C,) shares of labels by series, the commonest first, with the share of attacks that
        have a label in each quarter (Q,).
    """

    doses: Array
    deaths: Index
    series: tuple[tuple[Array, Array], ...]


def read_marks(record: Record) -> Marks:
    """Return what the events of a record carry."""
    deaths, _, _, _ = lethal_events(record)
    series = tuple(_shares(found) for found in count_shares(record).series)
    return Marks(read_dose_panel(record).doses, deaths, series)


def _shares(series: ShareSeries) -> tuple[Array, Array]:
    labelled = series.known.sum(axis=1)
    attacks = labelled + series.unknown
    shares = np.sort(series.known.sum(axis=0))[::-1] / max(labelled.sum(), 1)
    # Half a pseudo-attack at the share of the whole record keeps quarters without attacks.
    whole = labelled.sum() / max(attacks.sum(), 1)
    return shares, (labelled + 0.5 * whole) / (attacks + 0.5)


def draw_doses(counts: DailyCounts, marks: Marks, effects: Effects, seed: int) -> DosePanel:
    """Return the weekly panel of a simulated record whose operations kill as the record's do."""
    rng = np.random.default_rng([seed, _DOSE])
    attacks, operations = counts.attacks.copy(), counts.operations
    days, districts = np.repeat(np.argwhere(operations > 0), operations[operations > 0], axis=0).T
    doses = rng.choice(marks.doses, len(days)) if len(marks.doses) else np.zeros(len(days))
    for day, district, killed in zip(days, districts, doses, strict=True):
        later = day + rng.integers(1, YEAR + 1, rng.poisson(effects.per_death * killed))
        np.add.at(attacks[:, district], later[later < len(attacks)], 1)
    weeks = len(attacks) // 7
    return within_reach(
        DosePanel(
            attacks=attacks[: 7 * weeks].reshape(weeks, 7, -1).sum(axis=1),
            weeks=days // 7,
            districts=districts,
            doses=doses,
            neighbours=counts.neighbours,
            n_used={},
            n_dropped={},
        )
    )


def draw_deaths(
    counts: DailyCounts, marks: Marks, effects: Effects, seed: int
) -> tuple[Index, Index]:
    """Return deaths >= 1 (N,) and months (N,) of as many lethal events as the record has."""
    rng = np.random.default_rng([seed, _DEATHS])
    events = (counts.attacks + counts.operations).sum(axis=1)
    days = np.repeat(np.arange(len(events)), events)
    n = len(marks.deaths)
    if not len(days) or not n:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    days = np.sort(rng.choice(days, n))
    deaths = rng.choice(marks.deaths, n) * np.where(np.arange(n) >= n // 2, 1 + effects.rise, 1.0)
    whole = np.floor(deaths + rng.random(n)).astype(np.int64)
    return whole, (days / DAYS_A_MONTH).astype(np.int64)


def draw_labels(
    counts: DailyCounts, marks: Marks, effects: Effects, seed: int
) -> list[tuple[Index, Index]]:
    """Return labelled attacks (Q, C) and those without a label (Q,), by series.

    Labels are drawn alike in all quarters but for the shift, and known as often as the record's.
    """
    rng = np.random.default_rng([seed, _LABELS])
    days = np.repeat(np.arange(len(counts.attacks)), counts.attacks.sum(axis=1))
    quarter = (days / DAYS_A_QUARTER).astype(np.int64)
    attacks = np.bincount(quarter) if len(days) else np.zeros(1, np.int64)
    drawn = []
    for i, (shares, known_share) in enumerate(marks.series):
        known = np.zeros((len(attacks), len(shares)), dtype=np.int64)
        unknown = attacks.copy()
        if len(shares):
            places = np.minimum(np.arange(len(attacks)), len(known_share) - 1)
            labelled = rng.binomial(attacks, known_share[places])
            moved = shares.copy()
            if i == 0 and len(shares) > 1:
                step = min(effects.shift, shares[0])
                moved[:2] += (-step, step)
            later = np.cumsum(attacks) > attacks.sum() / 2
            for q, n in enumerate(labelled):
                known[q] = rng.multinomial(n, moved if later[q] else shares)
            unknown = attacks - labelled
        drawn.append((known, unknown))
    return drawn


def warp_days(counts: DailyCounts, effects: Effects) -> dict[str, Index]:
    """Return days with an attack by district, moved so that gaps shrink as n^-b.

    The n-th attack of a constant rate is due at a time proportional to n; moved to the power 1 - b
    of its place between the ends of the record, its gap is proportional to n^-b.
    """
    span = len(counts.attacks)
    moved = {}
    for district, column in enumerate(counts.attacks.T):
        place = np.flatnonzero(column) / span
        moved[str(district)] = np.unique((span * place ** (1 - effects.exponent)).astype(np.int64))
    return moved
