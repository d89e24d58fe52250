"""Tactics: whether and when the shares of targets, tactics and urban districts changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tarazu.evidence.compose import compose_finding
from tarazu.evidence.error_rates import Validation, load_validation
from tarazu.evidence.finding import CANNOT_TELL, Analysis, Check, FigureData, Finding
from tarazu.evidence.methods.change_points import (
    BLOCK,
    DATE_LEVEL,
    Change,
    ShareChanges,
    find_changes,
    has_enough_labels,
)
from tarazu.evidence.options import DRAWS, LEVEL, SIGNIFICANCE
from tarazu.evidence.sensitivity import analyse_sensitivity, disagreement, forest
from tarazu.evidence.tactics.series import (
    MOSTLY_URBAN,
    UNKNOWN,
    AttackShares,
    ShareSeries,
    count_shares,
    share_known,
)
from tarazu.evidence.words import Words, join_sentences
from tarazu.record import Record

NOTABLE: Final = 0.15  # of all attacks; a smaller step is not what the question is about
CHANGED: Final = "shares changed"
UNCHANGED: Final = "no share changed by 15 points or more"
VERDICTS: Final = (CHANGED, UNCHANGED, CANNOT_TELL)
WORDS: Final = Words(__package__)


@dataclass(frozen=True, slots=True)
class Tested:
    """One series and what was found in it."""

    series: ShareSeries
    found: ShareChanges


def tactics(
    record: Record,
    *,
    replicates: int = 999,
    sensitivity_replicates: int = 299,
    draws: int = DRAWS,
    seed: int = 0,
) -> Finding:
    """Return whether the mix of militant attacks changed, when, and by how much.

    Three series of shares are searched for change points: who was hit, how, and whether in a
    mostly urban district. A change counts only if no labels of the attacks without one could
    explain it away.

    Parameters
    ----------
    replicates, sensitivity_replicates : random orders of half-years, of the main and of a
        sensitivity analysis.
    draws : of the initiators in the last sensitivity analysis.

    References
    ----------
    Jackson et al. (2005), IEEE Signal Processing Letters 12: exact partition. Manski (1990),
    American Economic Review 80: bounds where data are missing for reasons of their own.
    """
    validation = load_validation(tactics, locals())
    shares = count_shares(record)
    tested = find_share_changes(shares, replicates=replicates, seed=seed)
    main = _analysis(shares, tested)
    verdict = verdict_of_shares(tested)

    def analyse(part: Record) -> Analysis | None:
        shares = count_shares(part)
        found = find_share_changes(shares, replicates=sensitivity_replicates, seed=seed)
        return _analysis(shares, found)

    sensitivity = analyse_sensitivity(record, analyse, _verdict_of, draws=draws)
    early, late = next(share_known(series) for series in shares.series if series.name == "tactics")
    return compose_finding(
        WORDS,
        main,
        scope=record.source.scope,
        level=LEVEL,
        verdict=verdict,
        sentence=_sentence(shares, tested, verdict, sensitivity),
        n_used=shares.n_used,
        n_dropped=shares.n_dropped,
        checks=[_check(item) for item in tested],
        sensitivity=sensitivity,
        figures=_figures(tested, record, main, verdict, sensitivity, validation),
        validation=validation,
        quarters=BLOCK,
        urban=MOSTLY_URBAN,
        early=early,
        late=late,
    )


def find_share_changes(
    shares: AttackShares, *, replicates: int = 999, seed: int = 0
) -> tuple[Tested, ...]:
    """Search each series that holds enough; the level is shared among them (Bonferroni)."""
    enough = [series for series in shares.series if has_enough_labels(series.known)]
    return tuple(
        Tested(
            series,
            find_changes(
                series.known,
                series.unknown,
                alpha=SIGNIFICANCE / len(enough),
                replicates=replicates,
                seed=seed,
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


def _analysis(shares: AttackShares, tested: tuple[Tested, ...]) -> Analysis | None:
    headline = _headline(tested)
    if headline is None:
        return None
    _, change, label = headline
    step = 100 * float(change.after[label] - change.before[label])
    p_value = joint_p_value([item.found for item in tested])
    # Where a label loses, another gains: the size of the step is what is compared. It has no
    # interval: the test is of all labels and dates, and so are the bounds that it could give.
    return Analysis(abs(step), None, p_value, shares.n_used)


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
        return WORDS.text("sentence", "too_little", attacks=shares.n_used["attacks"])
    parts = "; ".join(_clause(item) for item in tested)
    text = WORDS.text(
        "sentence",
        "result",
        opening=WORDS.text("opening", verdict),
        parts=f"{parts[0].upper()}{parts[1:]}",
    )
    return join_sentences(text, _strongest(tested), disagreement(verdict, sensitivity))


def _strongest(tested: tuple[Tested, ...]) -> str:
    """Return which series the estimate is of; the clauses give steps of others beside it."""
    headline = _headline(tested)
    if headline is None:
        return ""
    item, change, label = headline
    step = 100 * abs(float(change.after[label] - change.before[label]))
    name = item.series.labels[label]
    return WORDS.text("clauses", "estimate", series=item.series.name, label=name, step=step)


def _clause(item: Tested) -> str:
    """Return what changed in one series, or why it is not known."""
    name, found = item.series.name, item.found
    if found.proven:
        steps = " and ".join(_step(item.series, change) for change in found.proven)
        return WORDS.text("clauses", "changed", series=name, steps=steps)
    if found.changes:
        steps = " and ".join(_step(item.series, change) for change in found.changes)
        unknown = item.series.unknown.sum()
        return WORDS.text("clauses", "unproven", series=name, steps=steps, unknown=unknown)
    return WORDS.text("clauses", "unchanged", series=name, step=100 * found.largest_step)


def _step(series: ShareSeries, change: Change) -> str:
    label = int(np.argmax(np.abs(change.after - change.before)))
    return WORDS.text(
        "clauses",
        "step",
        label=series.labels[label],
        before=change.before[label],
        after=change.after[label],
        quarter=_quarter(series, change.period),
        first=_quarter(series, change.first),
        last=_quarter(series, change.last),
        level=DATE_LEVEL,
    )


def _quarter(series: ShareSeries, period: int) -> str:
    month = int(series.quarters[period].astype("datetime64[M]").astype(int))
    return WORDS.text("clauses", "quarter", year=1970 + month // 12, quarter=month % 12 // 3 + 1)


def _check(item: Tested) -> Check:
    series, found = item.series, item.found
    return WORDS.check(
        "changes",
        len(found.changes) == len(found.proven),
        series=series.name,
        changes=len(found.changes),
        penalty=found.penalty,
        p_known=found.p_known,
        p=found.p_value,
        dispersion=found.dispersion,
        known=int(series.known.sum()),
        unknown=int(series.unknown.sum()),
    )


def _figures(
    tested: tuple[Tested, ...],
    record: Record,
    main: Analysis | None,
    verdict: str,
    sensitivity: tuple[Analysis, ...],
    validation: Validation,
) -> tuple[FigureData, ...]:
    source, unit = record.source.title, WORDS.text("finding", "unit")
    figures = [_shares(item, source) for item in tested]
    if main is not None:
        title = WORDS.text("forest", "title")
        figures.append(forest(title, unit, source, main, verdict, sensitivity))
    if validation.power:
        figures.append(validation.power_figure(unit))
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
    return WORDS.figure(
        "shares",
        {
            "year": [y for y in years for _ in labels],
            "label": list(labels) * len(years),
            "count": by_year.ravel().tolist(),
            "changes": [row[0] for row in dates],
            "changes_from": [row[1] for row in dates],
            "changes_to": [row[2] for row in dates],
            "changes_proven": [change.proven for change in item.found.changes],
        },
        source=source,
        series=series.name,
        attacks=int(counts.sum()),
        unknown=int(series.unknown.sum()),
    )


def _years(series: ShareSeries, period: int, first_year: int) -> float:
    """Years from 1 January of the first year to the first day of a quarter."""
    month = int(
        series.quarters[min(period, len(series.quarters) - 1)].astype("datetime64[M]").astype(int)
    )
    return (month - 12 * (int(first_year) - 1970)) / 12
