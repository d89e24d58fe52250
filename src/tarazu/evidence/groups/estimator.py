"""Groups: how many are active, how evenly they share the events, and which come and go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tarazu.evidence.compose import compose_finding
from tarazu.evidence.finding import CANNOT_TELL, Analysis, Check, FigureData, Finding
from tarazu.evidence.options import DRAWS, LEVEL, changed_options, tails
from tarazu.evidence.sensitivity import analyse_sensitivity, forest
from tarazu.evidence.words import Words
from tarazu.record import Record

SAMPLE: Final = 10  # events to which every year is thinned; years with fewer give no number
ENDS: Final = 5  # years with a number, at either end of the record, that are compared
ABSENT: Final = 3  # years without an event after which a group counts as new, or as gone
SEED: Final = 20260101
WORDS: Final = Words(__package__)
DESCRIBED: Final = "described"
VERDICTS: Final = (DESCRIBED, CANNOT_TELL)


@dataclass(frozen=True, slots=True)
class GroupYears:
    """Events by year and group.

    Attributes
    ----------
    years : (Y,) without gaps. groups : (G,) names. events : (Y, G).
    """

    years: NDArray[np.int64]
    groups: tuple[str, ...]
    events: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Activity:
    """Groups by year.

    Attributes
    ----------
    active : (Y,) groups with an event. effective : (Y,) exponential of the entropy of their shares,
        NaN without events. thinned : (Y,) groups expected among `SAMPLE` events, NaN in years with
        fewer. entries, exits : (Y,) groups that came or went.
    """

    active: NDArray[np.int64]
    effective: NDArray[np.float64]
    thinned: NDArray[np.float64]
    entries: NDArray[np.int64]
    exits: NDArray[np.int64]


def groups(
    record: Record,
    *,
    level: float = LEVEL,
    replicates: int = 299,
    span_replicates: int = 199,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Finding:
    """Return how many groups are active each year, thinned to equal numbers of events.

    More events show more groups, so years are compared at `SAMPLE` events each (rarefaction).
    Descriptive: the events on record are taken as a sample of those there were.

    Parameters
    ----------
    level : coverage of intervals.
    replicates, span_replicates : records drawn again, for the numbers of groups and for entries
        and exits.
    draws : of the initiators in the last sensitivity analysis.

    References
    ----------
    Hurlbert (1971), Ecology 52, doi:10.2307/1934145: expected number of groups in a sample.
    """
    changed_options(groups, locals())  # checked only: no error rates were measured
    counted = count_groups(record)

    def analyse(part: Record) -> Analysis | None:
        return _analyse(part, level, replicates, seed)

    main = analyse(record)
    # Pooling gives a p-value to whatever has an interval; nothing is tested here.
    sensitivity = tuple(
        replace(variant, p_value=None)
        for variant in analyse_sensitivity(
            record, analyse, lambda estimate, p_value: DESCRIBED, level=level
        )
    )
    verdict = CANNOT_TELL if main is None else DESCRIBED
    events = record.events
    nameless = int(events.loc[events["group"] == "", "count"].sum())
    source = record.source.title
    figures = [_year_figure(counted, source, level, replicates, seed)]
    if main is not None:
        title = WORDS.text("forest", "title")
        unit = WORDS.text("finding", "unit", sample=SAMPLE, years=ENDS)
        figures.append(forest(title, unit, source, main, verdict, sensitivity, level=level))
    return compose_finding(
        WORDS,
        main,
        scope=record.source.scope,
        level=level,
        verdict=verdict,
        sentence=_sentence(counted, main, level),
        n_used={"events with a group": int(counted.events.sum())},
        n_dropped={"without a group": nameless},
        checks=_checks(counted, level, span_replicates, seed),
        sensitivity=sensitivity,
        figures=figures,
        sample=SAMPLE,
        years=ENDS,
        absent=ABSENT,
    )


def count_groups(record: Record) -> GroupYears:
    """Return events by calendar year and armed group, events without a group left out."""
    events = record.events[record.events["group"] != ""]
    year = events["date"].dt.year.to_numpy().astype(np.int64)
    names, group = np.unique(events["group"].to_numpy(dtype=str), return_inverse=True)
    if len(events) == 0:
        return GroupYears(np.zeros(0, np.int64), (), np.zeros((0, 0), np.int64))
    years = np.arange(year.min(), year.max() + 1)
    table = np.zeros((len(years), len(names)), dtype=np.int64)
    np.add.at(table, (year - years[0], group), events["count"].to_numpy())
    return GroupYears(years, tuple(str(name) for name in names), table)


def measure_activity(events: NDArray[np.int64]) -> Activity:
    """Return numbers of groups by year.

    Parameters
    ----------
    events : (Y, G) by year and group.
    """
    n = events.sum(axis=1)
    share = events / np.maximum(n, 1)[:, None]
    entropy = -(share * np.log(np.where(share > 0, share, 1.0))).sum(axis=1)
    present = events > 0
    years = len(events)
    entries, exits = np.zeros(years, np.int64), np.zeros(years, np.int64)
    for t in range(years):
        before, after = present[max(t - ABSENT, 0) : t], present[t + 1 : t + 1 + ABSENT]
        if t >= ABSENT:
            entries[t] = (present[t] & ~before.any(axis=0)).sum()
        if t + ABSENT < years:
            exits[t] = (present[t] & ~after.any(axis=0)).sum()
    return Activity(
        active=present.sum(axis=1),
        effective=np.where(n > 0, np.exp(entropy), np.nan),
        thinned=rarefy(events, SAMPLE),
        entries=entries,
        exits=exits,
    )


def rarefy(events: NDArray[np.int64], sample: int) -> NDArray[np.float64]:
    """Return the number of groups expected in a sample drawn from each year without replacement.

    Parameters
    ----------
    events : (..., Y, G). sample : events drawn, >= 1; years with fewer give NaN.

    References
    ----------
    Hurlbert (1971), Ecology 52, doi:10.2307/1934145.

    Examples
    --------
    >>> rarefy(np.array([[5, 5], [9, 1]]), 1).tolist()
    [1.0, 1.0]
    """
    n = events.sum(axis=-1, keepdims=True)
    missed = np.ones(events.shape)  # chance that none of a group's events is drawn
    for i in range(sample):
        missed *= np.clip((n - events - i) / np.maximum(n - i, 1), 0.0, 1.0)
    expected = (1 - missed).sum(axis=-1)
    return np.asarray(np.where(n[..., 0] >= sample, expected, np.nan))


def resample(
    events: NDArray[np.int64], replicates: int = 299, *, seed: int = SEED
) -> NDArray[np.int64]:
    """Return records (R, Y, G) drawn with replacement from the events (Y, G) of each year."""
    rng = np.random.default_rng(seed)
    n = events.sum(axis=1)
    share = events / np.maximum(n, 1)[:, None]
    share[n == 0, 0] = 1.0  # a year without events: nothing is drawn
    return rng.multinomial(n, share, size=(replicates, len(n)))


def _analyse(record: Record, level: float, replicates: int, seed: int) -> Analysis | None:
    counted = count_groups(record)
    if len(counted.groups) == 0:
        return None
    estimate = float(_ends(counted.events))
    if np.isnan(estimate):
        return None
    # Drawing events again loses rare groups, which shifts all draws: their spread is kept, their
    # centre is not (basic interval around the estimate).
    drawn = _ends(resample(counted.events, replicates, seed=seed))
    low, high = np.quantile(drawn - drawn.mean(), tails(level))
    n = {"events with a group": int(counted.events.sum())}
    return Analysis(estimate, (estimate + float(low), estimate + float(high)), None, n)


def _ends(events: NDArray[np.int64]) -> NDArray[np.float64]:
    """Mean of the last years with a number less that of the first; (..., Y, G) to (...)."""
    thinned = rarefy(events, SAMPLE)
    usable = ~np.isnan(thinned).reshape(-1, thinned.shape[-1])[0]  # alike in every resample
    thinned = thinned[..., usable]
    if thinned.shape[-1] < 2 * ENDS:
        return np.full(thinned.shape[:-1], np.nan)
    return np.asarray(thinned[..., -ENDS:].mean(axis=-1) - thinned[..., :ENDS].mean(axis=-1))


def _sentence(counted: GroupYears, main: Analysis | None, level: float) -> str:
    if main is None or main.interval is None:
        return WORDS.text("sentence", "too_little", years=2 * ENDS, sample=SAMPLE)
    activity = measure_activity(counted.events)
    usable = ~np.isnan(activity.thinned)
    first, last = activity.thinned[usable][:ENDS], activity.thinned[usable][-ENDS:]
    years = counted.years[usable]
    low, high = main.interval
    return WORDS.text(
        "sentence",
        "result",
        groups=len(counted.groups),
        sample=SAMPLE,
        first=first.mean(),
        first_years=_years(years[:ENDS]),
        last=last.mean(),
        last_years=_years(years[-ENDS:]),
        estimate=main.estimate,
        level=level,
        low=low,
        high=high,
    )


def _years(years: NDArray[np.int64]) -> str:
    return WORDS.text("phrases", "years", first=years[0], last=years[-1])


def _checks(counted: GroupYears, level: float, replicates: int, seed: int) -> tuple[Check, ...]:
    if not counted.groups:
        return ()
    activity = measure_activity(counted.events)
    draws = [measure_activity(part) for part in resample(counted.events, replicates, seed=seed)]
    spans = [
        WORDS.text(
            "phrases", "span", group=name, years=_years(counted.years[n > 0]), events=n.sum()
        )
        for name, n in zip(counted.groups, counted.events.T, strict=True)
    ]
    checks = [WORDS.check("spans", None, spans="; ".join(spans))]
    for key, seen, drawn in (
        ("entries", activity.entries, [draw.entries for draw in draws]),
        ("exits", activity.exits, [draw.exits for draw in draws]),
    ):
        low, high = np.quantile([part.sum() for part in drawn], tails(level))
        total = int(seen.sum())
        checks.append(WORDS.check(key, None, total=total, low=low, high=high, absent=ABSENT))
    return tuple(checks)


def _year_figure(
    counted: GroupYears, source: str, level: float, replicates: int, seed: int
) -> FigureData:
    activity = measure_activity(counted.events)
    low = high = activity.thinned
    if counted.groups:
        draws = rarefy(resample(counted.events, replicates, seed=seed), SAMPLE)  # (R, Y)
        low, high = activity.thinned + np.quantile(draws - draws.mean(axis=0), tails(level), axis=0)

    def column(numbers: NDArray[np.float64]) -> list[float | None]:
        return [None if np.isnan(x) else float(x) for x in numbers]

    return WORDS.figure(
        "years",
        {
            "year": counted.years.tolist(),
            "events": counted.events.sum(axis=1).tolist(),
            "active": activity.active.tolist(),
            "effective": column(activity.effective),
            "thinned": column(activity.thinned),
            "low": column(np.maximum(low, 1.0)),
            "high": column(high),
            "entries": activity.entries.tolist(),
            "exits": activity.exits.tolist(),
        },
        source=source,
        events=int(counted.events.sum()),
        groups=len(counted.groups),
        sample=SAMPLE,
        level=level,
    )
