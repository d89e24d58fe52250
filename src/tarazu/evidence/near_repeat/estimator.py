"""Near repeat: attacks close together in space and time, be they repeats or bursts of one district.

A burst of one district that lasts some weeks puts attacks as close together as attacks that bring
attacks do. docs/validation/verdicts.md has the ways to separate the two that were tried.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tarazu.evidence.compose import compose_finding
from tarazu.evidence.daily_counts import DailyCounts, to_daily_counts
from tarazu.evidence.error_rates import load_validation
from tarazu.evidence.finding import CANNOT_TELL, Analysis, Check, FigureData, Finding
from tarazu.evidence.methods.moved_dates import SHIFT_DAYS
from tarazu.evidence.near_repeat.knox import (
    NULLS,
    PAIR_LAGS,
    EventDays,
    KnoxTest,
    Null,
    backwards,
    event_days,
    knox,
)
from tarazu.evidence.options import DRAWS, LEVEL
from tarazu.evidence.sensitivity import (
    FEWEST_EVENTS,
    analyse_sensitivity,
    by_sign,
    disagreement,
    forest,
)
from tarazu.evidence.words import Words, join_sentences
from tarazu.record import Record

SAME, NEXT_DOOR = 0, 1  # bands of distance
SHORT, LONG = 2, 3  # first lags that are summed: up to 14 days, the default, and up to 28 days
WORDS: Final = Words(__package__)
PRIMARY: Final[Null] = "own trends, common bursts"
VERDICTS: Final = ("near repeats or bursts", "spacing out", CANNOT_TELL)
verdict_of: Final = by_sign(*VERDICTS[:2])


def near_repeat(
    record: Record,
    *,
    horizon: int = 14,
    level: float = LEVEL,
    replicates: int = 999,
    sensitivity_replicates: int = 199,
    draws: int = DRAWS,
    seed: int = 0,
) -> Finding:
    """Return whether attacks of a district come closer together than by chance, repeats or bursts.

    The estimand is the number of pairs of attacks in one district, 1 to 14 days apart, over the
    number expected where dates are exchanged among the attacks of the same 52 weeks. Attacks of
    one district and day count once. Clustering, not cause: bursts of one district alone, of some
    weeks, count as repeats.

    Parameters
    ----------
    horizon : longest lag of a pair, 7, 14 or 28 days.
    level : coverage of intervals.
    replicates, sensitivity_replicates : exchanges of dates, of the main and of a sensitivity
        analysis.
    draws : of the initiators in the last sensitivity analysis.

    Raises
    ------
    FitError
        The record has no day-dated attack with a district.

    References
    ----------
    Knox (1964), Applied Statistics 13, doi:10.2307/2985220.
    Townsley, Johnson & Ratcliffe (2008), Security Journal 21: near repeats of attacks.
    """
    validation = load_validation(near_repeat, locals())
    lags = lags_within(horizon)
    window = WORDS.text("windows", str(horizon))
    counts = to_daily_counts(record)
    attacks, bands = event_days(counts.attacks), distance_bands(counts.neighbours)
    test = _among(counts, attacks, bands, PRIMARY, replicates, seed)
    excess, bounds, p_value = beyond_chance(test, SAME, lags, level)
    used = {"attack days": len(attacks.day)}
    main, verdict = None, CANNOT_TELL
    sensitivity: tuple[Analysis, ...] = ()
    checks: tuple[Check, ...] = ()
    figures: tuple[FigureData, ...] = ()
    if _can_be_exchanged(attacks) and not np.isnan(excess):
        main = Analysis(excess, bounds, p_value, used)
        verdict = verdict_of(excess, p_value)

        def analyse(part: Record) -> Analysis | None:
            return analyse_near_repeat(
                part, horizon=horizon, level=level, replicates=sensitivity_replicates, seed=seed
            )

        sensitivity = analyse_sensitivity(record, analyse, verdict_of, level=level, draws=draws)
        checks = (
            *_nulls(counts, attacks, bands, test, replicates, seed, horizon),
            *_directed(counts, attacks, bands, replicates, seed),
        )
        title, unit = WORDS.text("forest", "title"), WORDS.text("finding", "unit")
        source = record.source.title
        figures = (
            _lag_figure(test, source, used, level),
            forest(title, unit, source, main, verdict, sensitivity, level=level),
        )
        sentence = _sentence(test, verdict, used, sensitivity, level, horizon)
    else:
        sentence = WORDS.text(
            "sentence", "too_little", days=used["attack days"], fewest=FEWEST_EVENTS
        )
    return compose_finding(
        WORDS,
        main,
        scope=record.source.scope,
        level=level,
        verdict=verdict,
        sentence=sentence,
        n_used={"attacks": counts.n_used["attacks"]},  # operations are in two checks only
        n_dropped=counts.n_dropped | {"operations": counts.n_used["operations"]},
        checks=checks,
        sensitivity=sensitivity,
        figures=figures,
        validation=validation,
        horizon=horizon,
        window=window,
    )


def lags_within(horizon: int) -> int:
    """Return how many of the lags of pairs lie within some days.

    Raises
    ------
    ValueError
        No lag ends there.
    """
    ends = [last for _, last in PAIR_LAGS]
    if horizon not in ends:
        raise ValueError(
            f"near_repeat: horizon is {horizon}; expected {', '.join(map(str, ends[:-1]))} or "
            f"{ends[-1]} days"
        )
    return ends.index(horizon) + 1


def distance_bands(neighbours: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return (D, D) bands: 0 the same district, 1 next door, -1 farther."""
    bands = np.where(neighbours, NEXT_DOOR, -1).astype(np.int64)
    np.fill_diagonal(bands, SAME)
    return bands


def beyond_chance(
    test: KnoxTest, band: int, lags: int, level: float = LEVEL
) -> tuple[float, tuple[float, float], float]:
    """Return the share of pairs beyond those expected, its range and p-value."""
    ratio, (low, high), p_value = test.ratio(band, lags, level)
    return ratio - 1.0, (low - 1.0, high - 1.0), p_value


def analyse_near_repeat(
    record: Record,
    *,
    horizon: int = 14,
    level: float = LEVEL,
    replicates: int = 199,
    seed: int = 0,
) -> Analysis | None:
    """Return the near repeats of one part of a record; None if it has too few events."""
    counts = to_daily_counts(record)
    attacks = event_days(counts.attacks)
    if not _can_be_exchanged(attacks):
        return None
    test = _among(counts, attacks, distance_bands(counts.neighbours), PRIMARY, replicates, seed)
    excess, bounds, p_value = beyond_chance(test, SAME, lags_within(horizon), level)
    if np.isnan(excess):
        return None
    return Analysis(excess, bounds, p_value, {"attack days": len(attacks.day)})


def _can_be_exchanged(attacks: EventDays) -> bool:
    """Whether there are attacks enough, in two districts: in one, an exchange changes nothing."""
    return len(attacks.day) >= FEWEST_EVENTS and len(np.unique(attacks.place)) > 1


def _among(
    counts: DailyCounts,
    attacks: EventDays,
    bands: NDArray[np.int64],
    null: Null,
    replicates: int,
    seed: int,
) -> KnoxTest:
    n_days = len(counts.attacks)
    return knox(attacks, None, bands, n_days=n_days, null=null, replicates=replicates, seed=seed)


def _nulls(
    counts: DailyCounts,
    attacks: EventDays,
    bands: NDArray[np.int64],
    primary: KnoxTest,
    replicates: int,
    seed: int,
    horizon: int,
) -> tuple[Check, ...]:
    checks, lags = [], lags_within(horizon)
    for null in NULLS:
        test = primary
        if null != PRIMARY:
            test = _among(counts, attacks, bands, null, replicates, seed)
        here, next_door = test.ratio(SAME, lags), test.ratio(NEXT_DOOR, lags)
        reach = {"reach": SHIFT_DAYS} if null == "own trends" else {}
        checks.append(
            WORDS.check(
                "knox",
                None,
                null=null,
                here=here[0],
                p_here=here[2],
                next_door=next_door[0],
                p_next_door=next_door[2],
                horizon=horizon,
                meaning=WORDS.text("nulls", null, **reach),
            )
        )
    return tuple(checks)


def _directed(
    counts: DailyCounts,
    attacks: EventDays,
    bands: NDArray[np.int64],
    replicates: int,
    seed: int,
) -> tuple[Check, ...]:
    operations, n_days = event_days(counts.operations), len(counts.attacks)
    if len(operations.day) < FEWEST_EVENTS:
        return ()
    checks = []
    for name, sources, targets in (
        ("attacks after operations", operations, attacks),
        (
            "operations after attacks",
            backwards(operations, n_days),
            backwards(attacks, n_days),
        ),
    ):
        test = knox(
            sources,
            targets,
            bands,
            n_days=n_days,
            null="own trends",
            replicates=replicates,
            seed=seed,
        )
        (here, *_), (next_door, *_) = test.ratio(SAME, LONG), test.ratio(NEXT_DOOR, LONG)
        checks.append(
            WORDS.check(
                "directed",
                None,
                pairs=name,
                here=here,
                p_here=test.share_above(SAME, LONG),
                next_door=next_door,
                p_next_door=test.share_above(NEXT_DOOR, LONG),
                reach=SHIFT_DAYS,
            )
        )
    return tuple(checks)


def _sentence(
    test: KnoxTest,
    verdict: str,
    used: dict[str, int],
    sensitivity: tuple[Analysis, ...],
    level: float,
    horizon: int,
) -> str:
    lags = lags_within(horizon)
    ratio, (low, high), _ = test.ratio(SAME, lags, level)
    unclear = {"window": WORDS.text("windows", str(horizon))} if verdict == CANNOT_TELL else {}
    text = WORDS.text(
        "sentence",
        "result",
        opening=WORDS.text("opening", verdict, **unclear),
        pairs=int(test.observed[SAME, :lags].sum()),
        horizon=horizon,
        days=used["attack days"],
        ratio=ratio,
        level=level,
        low=low,
        high=high,
    )
    return join_sentences(text, disagreement(verdict, sensitivity))


def _lag_figure(test: KnoxTest, source: str, used: dict[str, int], level: float) -> FigureData:
    columns: dict[str, list[Any]] = {
        name: [] for name in ("panel", "row", "estimate", "low", "high", "n", "verdict")
    }
    for band, place in ((SAME, "same_district"), (NEXT_DOOR, "next_door")):
        for k, (first, last) in enumerate(PAIR_LAGS):
            one = KnoxTest(test.observed[:, k : k + 1], test.moved[:, :, k : k + 1])
            excess, (low, high), p_value = beyond_chance(one, band, 1, level)
            if np.isnan(excess):
                continue
            row = {
                "panel": WORDS.text("phrases", place),
                "row": WORDS.text("phrases", "lag", first=first, last=last),
                "estimate": excess,
                "low": low,
                "high": high,
                "n": int(test.observed[band, k]),
                "verdict": verdict_of(excess, p_value),
            }
            for name, value in row.items():
                columns[name].append(value)
    return WORDS.figure(
        "lags",
        columns,
        source=source,
        unit=WORDS.text("finding", "unit"),
        days=used["attack days"],
        replicates=len(test.moved),
        level=level,
    )
