"""Tactics: whether and when the shares of targets, tactics and urban districts changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import numpy as np

from tarazu.evidence.error_rates import Validation, read_validation
from tarazu.evidence.finding import CANNOT_TELL, Analysis, Check, FigureData, Finding
from tarazu.evidence.methods.change_points import (
    BLOCK,
    Change,
    ShareChanges,
    find_changes,
    is_enough,
)
from tarazu.evidence.sensitivity import SIGNIFICANCE, analyse_sensitivity, disagreement, forest
from tarazu.evidence.tactics.series import (
    MOSTLY_URBAN,
    UNKNOWN,
    AttackShares,
    ShareSeries,
    count_shares,
)
from tarazu.record import Record

LEVEL: Final = 0.9
NOTABLE: Final = 0.15  # of all attacks; a smaller step is not what the question is about
CHANGED: Final = "shares changed"
UNCHANGED: Final = "no share changed by 15 points or more"
VERDICTS: Final = (CHANGED, UNCHANGED, CANNOT_TELL)
UNIT: Final = "percentage points, largest step of a share"
RERUN_ORDERS: Final = 299  # random orders in a rerun, 999 in the main reading


@dataclass(frozen=True, slots=True)
class Tested:
    """One series and what was found in it."""

    series: ShareSeries
    found: ShareChanges


def tactics(record: Record) -> Finding:
    """Return whether the mix of militant attacks changed, when, and by how much.

    Three series of shares are searched for change points: who was hit, how, and whether in a
    mostly urban district. A change counts only if no labels of the attacks without one could
    explain it away.

    References
    ----------
    Jackson et al. (2005), IEEE Signal Processing Letters 12: exact partition. Manski (1990),
    American Economic Review 80: bounds where data are missing for reasons of their own.
    """
    shares = count_shares(record)
    tested = find_share_changes(shares)
    main = _analysis(shares, tested)
    verdict = verdict_of_shares(tested)
    sensitivity = analyse_sensitivity(record, _analyse, _verdict_of, level=LEVEL)
    validation = read_validation(files(__package__) / "error_rates.json")
    return Finding(
        name="tactics",
        question="Did the mix of attacks change: whom they hit, how, and where?",
        estimand=(
            "size of the largest step of a share of attacks by militants at the strongest change "
            "point (targets, tactics, mostly urban districts), by quarter; below 0: a step the "
            "other way"
        ),
        unit=UNIT,
        estimate=None if main is None else main.estimate,
        interval=None if main is None else main.interval,
        level=LEVEL,
        null="the shares are constant, whatever the labels of the attacks without one",
        p_value=None if main is None else main.p_value,
        verdict=verdict,
        sentence=_sentence(shares, tested, verdict, sensitivity),
        n_used=shares.n_used,
        n_dropped=shares.n_dropped,
        assumptions=(
            f"Half-years ({BLOCK} quarters) are exchangeable where shares are constant: like "
            "attacks may come in bursts, but not in waves much longer than half a year.",
            "A share that drifts slowly is a change too: it is described as a step.",
            "Nothing is assumed about why a label is missing.",
        ),
        caveats=(
            "Tactics are read from headlines, which exist only from 2013 on: among labelled "
            "attacks alone the mix may seem to change where only the reporting did.",
            "Security forces as a target are a default of the rules; here they count as the "
            "target only where one of them died.",
            f"An attack is urban if at least {MOSTLY_URBAN:.0%} of its district's residents are: "
            "places within districts are not used.",
            "A change in what one source reports is a change of shares too.",
            "The interval of a place is too short where the step is small: see the table of error "
            "rates.",
            "Intervals of a step hold for all series together, whatever labels are missing and "
            "wherever the change is; most are therefore wider than need be.",
        ),
        diagnostics=tuple(_check(item) for item in tested),
        sensitivity=sensitivity,
        figures=_figures(shares, tested, record, main, verdict, sensitivity, validation),
        references=(
            "Jackson et al. 2005, IEEE Signal Processing Letters 12",
            "Manski 1990, American Economic Review 80",
            "Hansen 2000, doi:10.1111/1468-0262.00124",
        ),
        validation=validation.summary,
    )


def find_share_changes(shares: AttackShares, *, replicates: int = 999) -> tuple[Tested, ...]:
    """Search each series that holds enough; the level is shared among them (Bonferroni)."""
    enough = [series for series in shares.series if is_enough(series.known)]
    return tuple(
        Tested(
            series,
            find_changes(
                series.known,
                series.unknown,
                alpha=SIGNIFICANCE / len(enough),
                replicates=replicates,
            ),
        )
        for series in enough
    )


def joint_p_value(found: Sequence[ShareChanges]) -> float:
    """Return the p-value of a change in any of the series (Bonferroni)."""
    return min(1.0, len(found) * min(changes.p_value for changes in found))


def verdict_of_shares(tested: Sequence[Tested]) -> str:
    """Return the verdict on all series together."""
    found = [item.found for item in tested]
    if not found:
        return CANNOT_TELL
    if joint_p_value(found) < SIGNIFICANCE:
        return CHANGED
    return UNCHANGED if max(c.largest_step for c in found) < NOTABLE else CANNOT_TELL


def _verdict_of(estimate: float | None, p_value: float | None) -> str:
    return CHANGED if p_value is not None and p_value < SIGNIFICANCE else CANNOT_TELL


def _analyse(record: Record) -> Analysis | None:
    shares = count_shares(record)
    return _analysis(shares, find_share_changes(shares, replicates=RERUN_ORDERS))


def _analysis(shares: AttackShares, tested: tuple[Tested, ...]) -> Analysis | None:
    headline = _headline(tested)
    if headline is None:
        return None
    _, change, label = headline
    step = 100 * float(change.after[label] - change.before[label])
    low, high = 100 * float(change.low[label]), 100 * float(change.high[label])
    if step < 0:  # the label that gains is another one: the size of the step is what is compared
        step, low, high = -step, -high, -low
    p_value = joint_p_value([item.found for item in tested])
    return Analysis(step, (low, high), p_value, shares.n_used)


def _headline(tested: tuple[Tested, ...]) -> tuple[Tested, Change, int] | None:
    """Return the change with the smallest p-value, and the label that it moves most."""
    best: tuple[Tested, Change, int] | None = None
    for item in tested:
        change = item.found.strongest
        if change is None or (best is not None and change.p_value >= best[1].p_value):
            continue
        best = (item, change, int(np.argmax(np.abs(change.after - change.before))))
    return best


def _sentence(
    shares: AttackShares,
    tested: tuple[Tested, ...],
    verdict: str,
    sensitivity: tuple[Analysis, ...],
) -> str:
    if not tested:
        return (
            "The record cannot tell whether the mix of attacks changed: it holds "
            f"{shares.n_used['attacks']} attacks with a month, and at least 30 with a known "
            "target, tactic or district in two years are needed."
        )
    opening = {
        CHANGED: "The mix of attacks changed",
        UNCHANGED: "The mix of attacks did not change by 15 points or more",
        CANNOT_TELL: "The record cannot tell whether the mix of attacks changed",
    }[verdict]
    parts = "; ".join(_clause(item) for item in tested)
    return f"{opening}. {parts[0].upper()}{parts[1:]}." + disagreement(verdict, sensitivity)


def _clause(item: Tested) -> str:
    """Say of one series what changed, or why nothing can be said."""
    name, found = item.series.name, item.found
    if found.proven:
        return f"{name}: " + " and ".join(_step(item.series, change) for change in found.proven)
    if found.changes:
        seen = " and ".join(_step(item.series, change) for change in found.changes)
        return (
            f"{name}: among labelled attacks {seen}, but the "
            f"{item.series.unknown.sum()} without a label could explain it away"
        )
    return (
        f"{name}: no change found, and a step of up to {100 * found.largest_step:.0f} points "
        "cannot be ruled out"
    )


def _step(series: ShareSeries, change: Change) -> str:
    label = int(np.argmax(np.abs(change.after - change.before)))
    low, high = 100 * change.low[label], 100 * change.high[label]
    return (
        f"{series.labels[label]} went from {change.before[label]:.0%} to {change.after[label]:.0%} "
        f"in {_quarter(series, change.period)} (between {_quarter(series, change.first)} and "
        f"{_quarter(series, change.last)}; step {_points(low)} to {_points(high)} points, "
        f"{LEVEL:.0%} intervals)"
    )


def _quarter(series: ShareSeries, period: int) -> str:
    day = series.quarters[period].astype("datetime64[M]").astype(int)
    return f"{1970 + day // 12} Q{day % 12 // 3 + 1}"


def _points(value: float) -> str:
    return f"{value:+.0f}".replace("-", "\N{MINUS SIGN}")


def _check(item: Tested) -> Check:
    series, found = item.series, item.found
    n_known, n_unknown = int(series.known.sum()), int(series.unknown.sum())
    return Check(
        f"{series.name}: changes among labelled attacks",
        f"{len(found.changes)} at a penalty of {found.penalty:.1f} (p {found.p_known:.3f} if "
        f"labels were missing at random, {found.p_value:.3f} whatever they are); dispersion "
        f"{found.dispersion:.2f}; {n_known} labelled, {n_unknown} not",
        "a change counts only if it survives every way to label the others",
        len(found.changes) == len(found.proven),
    )


def _figures(
    shares: AttackShares,
    tested: tuple[Tested, ...],
    record: Record,
    main: Analysis | None,
    verdict: str,
    sensitivity: tuple[Analysis, ...],
    validation: Validation,
) -> tuple[FigureData, ...]:
    source = record.source.title
    figures = [_shares(item, source) for item in tested]
    if main is not None:
        title = "The largest step on other readings"
        figures.append(forest(title, UNIT, source, main, verdict, sensitivity))
    if validation.power:
        figures.append(validation.power_figure(UNIT))
    return tuple(figures)


def _shares(item: Tested, source: str) -> FigureData:
    series = item.series
    year = series.quarters.astype("datetime64[Y]").astype(np.int64) + 1970
    years = range(int(year[0]), int(year[-1]) + 1)
    labels = (*series.labels, UNKNOWN)
    counts = np.column_stack([series.known, series.unknown])
    by_year = np.array([counts[year == y].sum(axis=0) for y in years])  # (Y, C + 1)
    start = years[0]
    dates = [
        [start + _years(series, place, year[0]) for place in (c.period, c.first, c.last)]
        for c in item.found.changes
    ]
    return FigureData(
        kind="shares",
        title=f"Attacks by {series.name}, share by year",
        x_label="calendar year",
        y_label="share of attacks by militants",
        source=source,
        n=f"{int(counts.sum())} attacks, {int(series.unknown.sum())} of them without a label: a "
        "share may be anything from its own bar to that bar and the hatched one together",
        data={
            "year": [y for y in years for _ in labels],
            "label": list(labels) * len(years),
            "count": by_year.ravel().tolist(),
            "changes": [row[0] for row in dates],
            "changes_from": [row[1] for row in dates],
            "changes_to": [row[2] for row in dates],
            "changes_proven": [change.proven for change in item.found.changes],
        },
    )


def _years(series: ShareSeries, period: int, first_year: int) -> float:
    """Years from 1 January of the first year to the first day of a quarter."""
    month = int(
        series.quarters[min(period, len(series.quarters) - 1)].astype("datetime64[M]").astype(int)
    )
    return (month - 12 * (int(first_year) - 1970)) / 12
