"""Simulated labels of attacks, written apart from the estimators of change.

Attacks come from `worlds`, with all its noise in their number; here each gets a label and some
lose it again, in the way that headlines are missing from the record of Balochistan.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HEADLINES = 2013  # from this year on labels are mostly known
LABELS = 3


@dataclass(frozen=True)
class LabelWorld:
    """How attacks get their labels. Shares of the three labels are constant but for the shift."""

    shares: tuple[float, float, float] = (0.50, 0.35, 0.15)
    bursts: int = 60  # of 1-8 weeks over the record, in which one label prevails
    prevailing: float = 0.7  # share of a burst's attacks with the label that prevails
    waves: int = 0  # as bursts, but of a year: the estimator does not allow for these
    copying: float = 0.2  # chance that an attack repeats the label of the last within two weeks
    misread: float = 0.05  # share of labels that are any label
    shift: float = 0.0  # points that move from the first label to the second
    shift_year: int = 2010
    missing: str = "none"  # "random": alike for all labels; "by label": not alike, before 2013
    early: float = 0.18  # share of labels known before 2013, and from then on
    late: float = 0.84


def label_attacks(
    world: LabelWorld, days: NDArray[np.int64], year: NDArray[np.int64], seed: int
) -> NDArray[np.int64]:
    """Return a label for each attack, -1 where it is missing.

    days, year : (N,) day number, sorted, and calendar year of each attack.
    """
    rng = np.random.default_rng([seed, 1])
    horizon = int(days[-1]) + 1
    favoured = np.full(horizon, -1)
    for start in rng.integers(0, horizon, world.bursts):
        favoured[start : start + rng.integers(7, 57)] = rng.choice(LABELS, p=world.shares)
    for start in rng.integers(0, horizon, world.waves):
        favoured[start : start + 365] = rng.choice(LABELS, p=world.shares)
    labels = np.empty(len(days), dtype=np.int64)
    chance = rng.random((len(days), 4))
    for i, day in enumerate(days):
        shares = np.array(world.shares)
        if year[i] >= world.shift_year:
            shares = shares + world.shift * np.array([-1.0, 1.0, 0.0])
        draw = min(int(np.searchsorted(np.cumsum(shares), chance[i, 0])), LABELS - 1)
        in_burst = favoured[day] >= 0 and chance[i, 1] < world.prevailing
        if in_burst and year[i] < world.shift_year:
            draw = favoured[day]
        elif in_burst:  # the favoured label shifts like the others
            moved = favoured[day] == 0 and chance[i, 2] < world.shift / world.shares[0]
            draw = 1 if moved else favoured[day]
        repeats = i > 0 and day - days[i - 1] <= 14 and chance[i, 3] < world.copying
        same_side = i > 0 and (year[i] >= world.shift_year) == (year[i - 1] >= world.shift_year)
        labels[i] = labels[i - 1] if repeats and same_side else draw
    wrong = rng.random(len(days)) < world.misread
    labels[wrong] = rng.choice(LABELS, int(wrong.sum()), p=world.shares)
    if world.missing == "none":
        return labels
    known = np.where(year < HEADLINES, world.early, world.late)
    if world.missing == "by label":  # early headlines are kept for what is spectacular
        known = np.where(year < HEADLINES, np.array([0.06, 0.2, 0.6])[labels], known)
    return np.where(rng.random(len(days)) < known, labels, -1)


def true_step(world: LabelWorld) -> float:
    """Return the step of the second label's share that is there to be found, in points."""
    return 100 * world.shift * (1 - world.misread)


def by_quarter(
    labels: NDArray[np.int64], days: NDArray[np.int64], per_quarter: float = 91.3125
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return labelled attacks (T, 3) and those without a label (T,) by quarter."""
    quarter = (days / per_quarter).astype(int)
    quarter -= quarter[0]
    known = np.zeros((quarter[-1] + 1, LABELS), dtype=np.int64)
    unknown = np.zeros(quarter[-1] + 1, dtype=np.int64)
    for place, label in zip(quarter, labels, strict=True):
        if label >= 0:
            known[place, label] += 1
        else:
            unknown[place] += 1
    return known, unknown
