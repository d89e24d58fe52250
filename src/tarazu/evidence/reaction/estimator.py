"""Reaction: how soon operations follow attacks, and whether more often than chance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tarazu.evidence.compose import compose_finding
from tarazu.evidence.daily_counts import DailyCounts, to_daily_counts
from tarazu.evidence.error_rates import load_validation
from tarazu.evidence.finding import CANNOT_TELL, Analysis, Check, FigureData, Finding
from tarazu.evidence.methods.inversion import critical_value
from tarazu.evidence.methods.moved_dates import SHIFT_DAYS, count_windows, list_events, move_days
from tarazu.evidence.options import DRAWS, LEVEL, SIGNIFICANCE
from tarazu.evidence.sensitivity import (
    analyse_sensitivity,
    by_sign,
    disagreement,
    forest,
    has_enough_events,
    too_little,
)
from tarazu.evidence.words import Words, join_sentences
from tarazu.record import Record

FOLLOWING_DAYS: Final = (1, 28)  # days after an attack
LATER_WINDOWS: Final = ((1, 7), (8, 28), (29, 84))
WORDS: Final = Words(__package__)
VERDICTS: Final = (
    "operations follow attacks",
    "operations avoid the weeks after attacks",
    CANNOT_TELL,
)
verdict_of: Final = by_sign(*VERDICTS[:2])


@dataclass(frozen=True, slots=True)
class Reaction:
    """Operations after attacks against operations on moved dates, same district.

    Attributes
    ----------
    estimate, interval : operations in the 28 days after an attack, beyond the mean of moved dates;
        the interval holds what the two tests together do not reject.
    p_value : the larger of two, both two-sided: against moved dates, and for more (or fewer)
        operations in the 28 days after an attack than in the 28 days before; 1 where the two
        point in opposite directions.
    p_excess, p_order : the two.
    observed, expected, p_windows, adjusted : (W,) pairs of attack and later operation in each of
        `LATER_WINDOWS`, those of moved dates, p-value alone and by max-T.
    before, after : pairs with the operation in the 28 days before the attack, and after it.
    """

    estimate: float
    interval: tuple[float, float]
    p_value: float
    p_excess: float
    p_order: float
    observed: NDArray[np.int64]
    expected: NDArray[np.float64]
    p_windows: NDArray[np.float64]
    adjusted: NDArray[np.float64]
    before: int
    after: int


def measure_reaction(
    attacks: NDArray[np.int64],
    operations: NDArray[np.int64],
    *,
    level: float = LEVEL,
    moves: int = 999,
    seed: int = 0,
) -> Reaction:
    """Compare the timing of operations after attacks with operations on moved dates.

    Operations are moved, not attacks: attacks come in clusters of their own, which moving would
    break up, and a cluster broken up has other neighbours in time whoever reacts to it. What comes
    in clusters together with attacks, or is an attack taken for an operation, stands before
    attacks as often as after them; to follow is to stand after them more often. So the verdict
    needs both, an excess over moved dates and an excess over the weeks before.

    Parameters
    ----------
    attacks, operations : (T, D) by day; those of one day are in no order and form no pair.
    moves : sets of dates, each operation moved by up to 182 days within its district.
    """
    # The window after an attack, seen from the operation, is a window before it.
    windows = (FOLLOWING_DAYS, *LATER_WINDOWS)
    lags = tuple((-last, -first) for first, last in windows)
    counted = count_windows(
        attacks, operations, lags=(*lags, FOLLOWING_DAYS), replicates=moves, seed=seed
    )
    n = int(attacks.sum())
    seen, moved = counted.observed.astype(np.float64), counted.moved.astype(np.float64)
    excess, chance = seen - moved.mean(axis=0), moved - moved.mean(axis=0)
    order, chance_order = excess[0] - excess[-1], chance[:, 0] - chance[:, -1]
    p_excess = _share(abs(float(excess[0])), np.abs(chance[:, 0]))
    p_order = _share(abs(float(order)), np.abs(chance_order))
    scale = np.maximum(chance[:, 1:-1].std(axis=0), 1e-12)
    score, chance_score = np.abs(excess[1:-1]) / scale, np.abs(chance[:, 1:-1]) / scale
    largest = chance_score.max(axis=1)
    # An effect is rejected where both tests reject it on the same side.
    half = critical_value(np.abs(chance[:, 0]), level)
    half_order = critical_value(np.abs(chance_order), level)
    low = min(float(excess[0]) - half, float(order) - half_order)
    high = max(float(excess[0]) + half, float(order) + half_order)
    return Reaction(
        estimate=float(excess[0]) / n,
        interval=(low / n, high / n),
        p_value=max(p_excess, p_order) if excess[0] * order > 0 else 1.0,
        p_excess=p_excess,
        p_order=p_order,
        observed=counted.observed[1:-1],
        expected=moved[:, 1:-1].mean(axis=0),
        p_windows=np.array([_share(s, c) for s, c in zip(score, chance_score.T, strict=True)]),
        adjusted=np.array([_share(s, largest) for s in score]),
        before=int(counted.observed[-1]),
        after=int(counted.observed[0]),
    )


def first_latencies(
    attacks: NDArray[np.int64], operations: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return (N,) days from each attack to the first later operation in its district, or inf.

    Attacks are in order of district and time.
    """
    return _latencies(*list_events(attacks), *list_events(operations), len(attacks))


def _latencies(
    days: NDArray[np.int64],
    districts: NDArray[np.int64],
    later_days: NDArray[np.int64],
    later_districts: NDArray[np.int64],
    n_days: int,
) -> NDArray[np.float64]:
    """Return the same for attacks and operations given one by one."""
    keys = np.sort(districts * n_days + days)
    later = np.append(np.sort(later_districts * n_days + later_days), np.iinfo(np.int64).max)
    following = later[np.searchsorted(later, keys, side="right")]
    return np.where(following // n_days == keys // n_days, following - keys, np.inf)


def reaction(
    record: Record,
    *,
    level: float = LEVEL,
    moves: int = 999,
    latency_moves: int = 199,
    draws: int = DRAWS,
    seed: int = 0,
) -> Finding:
    """Return whether operations come after attacks more often, or less, than chance.

    The estimand is the mean number of operations in the 28 days after an attack, in its district,
    beyond what dates of operations moved by up to 26 weeks give.

    Parameters
    ----------
    level : coverage of intervals.
    moves : sets of moved dates.
    latency_moves : sets of moved dates that the days to the first operation are compared with.
    draws : of the initiators in the last sensitivity analysis.

    Raises
    ------
    FitError
        The record has no day-dated attack with a district.

    References
    ----------
    Braithwaite & Johnson (2012), Journal of Quantitative Criminology 28,
    doi:10.1007/s10940-011-9140-z: operations follow attacks more than chance, Iraq.
    """
    validation = load_validation(reaction, locals())
    measure = partial(measure_reaction, level=level, moves=moves, seed=seed)

    def analyse(part: Record) -> Analysis | None:
        counts = to_daily_counts(part)
        if not has_enough_events(counts):
            return None
        return _analysis(counts, measure(counts.attacks, counts.operations))

    counts = to_daily_counts(record)
    sensitivity = analyse_sensitivity(record, analyse, verdict_of, level=level, draws=draws)
    main, verdict, figures = None, CANNOT_TELL, []
    checks: tuple[Check, ...] = ()
    if has_enough_events(counts):
        found = measure(counts.attacks, counts.operations)
        main = _analysis(counts, found)
        verdict = verdict_of(main.estimate, main.p_value)
        source = record.source.title
        title, unit = WORDS.text("forest", "title"), WORDS.text("finding", "unit")
        figures = [
            _window_figure(counts, source, moves, seed),
            forest(title, unit, source, main, verdict, sensitivity, level=level),
        ]
        if validation.power:
            figures.append(validation.power_figure(WORDS.text("power", "unit")))
        checks = _checks(counts, found, latency_moves, seed)
        sentence = _sentence(counts, found, verdict, sensitivity, level)
    else:
        sentence = too_little(counts, WORDS.text("sentence", "too_little"))
    return compose_finding(
        WORDS,
        main,
        scope=record.source.scope,
        level=level,
        verdict=verdict,
        sentence=sentence,
        n_used=counts.n_used,
        n_dropped=counts.n_dropped,
        checks=checks,
        sensitivity=sensitivity,
        figures=figures,
        validation=validation,
        reach=SHIFT_DAYS,
    )


def _analysis(counts: DailyCounts, found: Reaction) -> Analysis:
    n = {"operations": counts.n_used["operations"], "attacks": counts.n_used["attacks"]}
    return Analysis(found.estimate, found.interval, found.p_value, n)


def _sentence(
    counts: DailyCounts,
    found: Reaction,
    verdict: str,
    sensitivity: tuple[Analysis, ...],
    level: float,
) -> str:
    low, high = found.interval
    text = WORDS.text(
        "sentence",
        "result",
        opening=WORDS.text("opening", verdict),
        after=found.after,
        expected=found.expected[:2].sum(),
        before=found.before,
        estimate=found.estimate,
        level=level,
        low=low,
        high=high,
        attacks=counts.n_used["attacks"],
        operations=counts.n_used["operations"],
    )
    return join_sentences(text, disagreement(verdict, sensitivity))


def _checks(
    counts: DailyCounts, found: Reaction, latency_moves: int, seed: int
) -> tuple[Check, ...]:
    seen = first_latencies(counts.attacks, counts.operations)
    attacks, n_days = list_events(counts.attacks), len(counts.attacks)
    dates, districts = list_events(counts.operations)
    moved = [
        _latencies(
            *attacks,
            move_days(dates, n_days, seed=seed, replicate=r),
            districts,
            n_days,
        )
        for r in range(latency_moves)
    ]
    parts = []
    for days in (7, 28, 84):
        low, high = np.quantile([(latency <= days).mean() for latency in moved], [0.05, 0.95])
        share = (seen <= days).mean()
        parts.append(WORDS.text("phrases", "latency", days=days, share=share, low=low, high=high))
    windows = ", ".join(
        WORDS.text(
            "phrases",
            "window",
            first=first,
            last=last,
            pairs=pairs,
            expected=expected,
            p=p,
            adjusted=adjusted,
        )
        for (first, last), pairs, expected, p, adjusted in zip(
            LATER_WINDOWS,
            found.observed,
            found.expected,
            found.p_windows,
            found.adjusted,
            strict=True,
        )
    )
    return (
        WORDS.check("latency", None, shares="; ".join(parts)),
        WORDS.check("windows", None, windows=windows),
        WORDS.check(
            "order",
            None,
            after=found.after,
            before=found.before,
            p_order=found.p_order,
            p_excess=found.p_excess,
            significance=SIGNIFICANCE,
        ),
    )


def _window_figure(counts: DailyCounts, source: str, moves: int, seed: int) -> FigureData:
    after = [*((-last, -first) for first, last in reversed(LATER_WINDOWS)), *LATER_WINDOWS]
    lags = tuple((-last, -first) for first, last in after)  # as seen from the operation
    counted = count_windows(
        counts.attacks, counts.operations, lags=lags, replicates=moves, seed=seed
    )
    low, high = np.quantile(counted.moved, [0.05, 0.95], axis=0)
    return WORDS.figure(
        "windows",
        {
            "day_from": [first for first, _ in after],
            "day_to": [last for _, last in after],
            "attacks": counted.observed.tolist(),
            "expected": counted.moved.mean(axis=0).tolist(),
            "low": low.tolist(),
            "high": high.tolist(),
        },
        source=source,
        attacks=counts.n_used["attacks"],
        operations=counts.n_used["operations"],
        replicates=moves,
        reach=SHIFT_DAYS,
    )


def _share(seen: float, chance: NDArray[np.float64]) -> float:
    """Return the share of arrangements, the record's own among them, at least this far out."""
    return float((1 + (chance >= seen - 1e-9).sum()) / (1 + len(chance)))
