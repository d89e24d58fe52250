"""Severity: how deaths per event are distributed, and whether events became more deadly."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tarazu.core.errors import FitError
from tarazu.evidence.compose import compose_finding
from tarazu.evidence.error_rates import Validation, load_validation
from tarazu.evidence.finding import CANNOT_TELL, Analysis, Check, FigureData, Finding
from tarazu.evidence.methods.deaths import IMPUTATIONS, MODELS, Imputed, draw_deaths
from tarazu.evidence.options import DRAWS, LEVEL
from tarazu.evidence.sensitivity import analyse_sensitivity, by_sign, disagreement, forest
from tarazu.evidence.severity.power_law import (
    EXPONENT_LEVEL,
    PowerLaw,
    Rivals,
    compare_lognormal,
    fit_tail,
    goodness_of_fit,
    lognormal_survival,
    power_survival,
)
from tarazu.evidence.severity.trend import SeverityStep, compare_halves, compare_imputed
from tarazu.evidence.words import Words, join_sentences
from tarazu.record import Record
from tarazu.record.embedded import KEYS
from tarazu.record.vocabulary import DEATHS

MONTH_KNOWN: Final = 4  # UCDP date_prec up to which an event has a month
DOUBTFUL: Final = 0.1  # p-value below which Clauset et al. doubt a power law, or separate two laws
WORDS: Final = Words(__package__)
VERDICTS: Final = ("more deadly later", "less deadly later", CANNOT_TELL)

verdict_of = by_sign(VERDICTS[0], VERDICTS[1])


def severity(
    record: Record,
    *,
    level: float = LEVEL,
    replicates: int = 999,
    tail_replicates: int = 400,
    draws: int = DRAWS,
    imputations: int = IMPUTATIONS,
    seed: int = 0,
) -> Finding:
    """Return how deaths per event are distributed and whether that changed.

    The tail is described by a discrete power law and by a lognormal. The test compares the deaths
    per event of the earlier and the later half. Events in which nobody died by the best estimate
    are counted separately.

    Parameters
    ----------
    level : coverage of the intervals of the change; that of the exponent of the tail stays.
    replicates : random orders of half-years.
    tail_replicates : records resampled from, and simulated by, the power law of the tail.
    draws : of the initiators in a sensitivity analysis.
    imputations : of the deaths, in the last two sensitivity analyses.

    References
    ----------
    Clauset, Shalizi & Newman (2009), SIAM Review 51, doi:10.1137/070710111. Bohorquez et al.
    (2009), Nature 462, doi:10.1038/nature08631: exponents near 2.5 in nine wars.
    """
    validation = load_validation(severity, locals())
    halves = partial(compare_halves, level=level, replicates=replicates, seed=seed)
    deaths, months, n_used, n_dropped = lethal_events(record)
    step = halves(deaths, months)
    main = _as_analysis(step, n_used)
    verdict = CANNOT_TELL if main is None else verdict_of(main.estimate, main.p_value)

    def analyse(part: Record) -> Analysis | None:
        deaths, months, n_used, _ = lethal_events(part)
        return _as_analysis(halves(deaths, months), n_used)

    imputed = _imputed(deaths, months, imputations, replicates, seed, level)
    sensitivity = (
        *analyse_sensitivity(record, analyse, verdict_of, level=level, draws=draws),
        *_imputed_analyses(imputed, n_used),
    )
    law, rivals, fit_p = _tail(deaths, tail_replicates, seed)
    return compose_finding(
        WORDS,
        main,
        scope=record.source.scope,
        level=level,
        verdict=verdict,
        sentence=join_sentences(
            _change_sentence(step, n_used, verdict, level),
            _tail_sentence(law, rivals, fit_p),
            disagreement(verdict, sensitivity),
        ),
        n_used=n_used,
        n_dropped=n_dropped,
        checks=(
            *_checks(record, law, rivals, fit_p, tail_replicates, seed),
            *_imputed_checks(imputed),
        ),
        sensitivity=sensitivity,
        figures=_figures(
            deaths, record, law, rivals, main, verdict, sensitivity, validation, level
        ),
        validation=validation,
    )


def lethal_events(
    record: Record,
) -> tuple[NDArray[np.int64], NDArray[np.int64], dict[str, int], dict[str, int]]:
    """Return deaths (N,) >= 1 and months since 1970 (N,) of events, and what was left out.

    Events that differ in nothing but their deaths share these as evenly as whole numbers go, so
    that a row of figures that stands for several counts as those events do.
    """
    alike = record.events.groupby(list(KEYS), dropna=False, sort=True)
    events = alike[[*DEATHS, "count"]].sum().reset_index()
    total, count = events[list(DEATHS)].sum(axis=1).to_numpy(), events["count"].to_numpy()
    row = np.repeat(np.arange(len(events)), count)
    turn = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    deaths = (total[row] // count[row] + (turn < total[row] % count[row])).astype(np.int64)
    undated = (events["date_precision"] > MONTH_KNOWN).to_numpy()[row]
    month = events["date"].to_numpy().astype("datetime64[M]").astype(np.int64)[row]
    keep = (deaths > 0) & ~undated
    used = {"events with a death": int(keep.sum())}
    dropped = {
        "no death by the best estimate": int((deaths == 0).sum()),
        "without a month": int(((deaths > 0) & undated).sum()),
    }
    order = np.lexsort((deaths[keep], month[keep]))  # sums of logarithms depend on the order
    return deaths[keep][order], month[keep][order], used, dropped


def _as_analysis(step: SeverityStep | None, n: dict[str, int]) -> Analysis | None:
    if step is None:
        return None
    low, high = (100 * (end - 1) for end in step.interval)
    return Analysis(100 * (step.ratio - 1), (low, high), step.p_value, n)


def _imputed(
    deaths: NDArray[np.int64],
    months: NDArray[np.int64],
    imputations: int,
    replicates: int,
    seed: int,
    level: float,
) -> dict[str, Imputed | None]:
    """Return the step with deaths drawn from each law, by name of the law."""
    return {
        name: compare_imputed(
            draw_deaths(deaths, model, imputations=imputations, seed=seed),
            months,
            level=level,
            replicates=replicates,
            seed=seed,
        )
        for name, model in MODELS.items()
    }


def _imputed_analyses(
    imputed: dict[str, Imputed | None], n: dict[str, int]
) -> tuple[Analysis, ...]:
    found = []
    for name, one in imputed.items():
        if one is None:
            found.append(Analysis(None, None, None, n, name=name))
            continue
        low, high = (100 * np.expm1(end) for end in one.interval)
        estimate = float(100 * np.expm1(one.estimate))
        verdict = verdict_of(estimate, one.p_value)
        found.append(Analysis(estimate, (float(low), float(high)), one.p_value, n, name, verdict))
    return tuple(found)


def _imputed_checks(imputed: dict[str, Imputed | None]) -> tuple[Check, ...]:
    return tuple(
        WORDS.check(
            "deaths",
            None,
            name=name,
            imputations=one.imputations,
            error=one.total**0.5,
            share=one.share,
        )
        for name, one in imputed.items()
        if one is not None
    )


def _tail(
    deaths: NDArray[np.int64], replicates: int, seed: int
) -> tuple[PowerLaw | None, Rivals | None, float]:
    """Return the power law, its rival and the p-value of its fit; None where there is no tail."""
    try:
        law = fit_tail(deaths, replicates=replicates, seed=seed)
        fit_p = goodness_of_fit(deaths, law, replicates=replicates, seed=seed)
        return law, compare_lognormal(deaths, law), fit_p
    except FitError:
        return None, None, float("nan")


def _change_sentence(
    step: SeverityStep | None, n_used: dict[str, int], verdict: str, level: float
) -> str:
    if step is None:
        return WORDS.text("sentence", "too_little", events=n_used["events with a death"])
    low, high = (100 * (end - 1) for end in step.interval)
    return WORDS.text(
        "sentence",
        "result",
        opening=WORDS.text("opening", verdict),
        change=100 * (step.ratio - 1),
        year=1970 + step.split // 12,
        late=step.n_late,
        early=step.n_early,
        level=level,
        low=low,
        high=high,
    )


def _tail_sentence(law: PowerLaw | None, rivals: Rivals | None, fit_p: float) -> str:
    if law is None or rivals is None:
        return WORDS.text("sentence", "no_tail")
    if rivals.p_value >= DOUBTFUL:
        closer = "either"
    else:
        closer = "power_law" if rivals.log_ratio > 0 else "lognormal"
    return WORDS.text(
        "sentence",
        "tail",
        start=law.start,
        n=law.n_tail,
        exponent=law.exponent,
        level=EXPONENT_LEVEL,
        low=law.interval[0],
        high=law.interval[1],
        fit=WORDS.text("clauses", "doubtful" if fit_p < DOUBTFUL else "possible"),
        p=fit_p,
        closer=WORDS.text("clauses", closer),
    )


def _checks(
    record: Record,
    law: PowerLaw | None,
    rivals: Rivals | None,
    fit_p: float,
    replicates: int,
    seed: int,
) -> tuple[Check, ...]:
    if law is None or rivals is None:
        return ()
    checks = [
        WORDS.check("fit", fit_p >= DOUBTFUL, p=fit_p, exponent=_exponent(law), limit=DOUBTFUL),
        WORDS.check("lognormal", None, ratio=rivals.log_ratio, p=rivals.p_value),
    ]
    for initiator, key in (("militant", "attacks"), ("state", "operations")):
        part = record.events[record.events["initiator"] == initiator]
        checks.append(_exponent_check(part, record, WORDS.text("clauses", key), replicates, seed))
    return tuple(checks)


def _exponent_check(
    events: pd.DataFrame, record: Record, name: str, replicates: int, seed: int
) -> Check:
    deaths = lethal_events(replace(record, events=events))[0]
    try:
        exponent = _exponent(fit_tail(deaths, replicates=replicates, seed=seed))
    except FitError:
        exponent = WORDS.text("clauses", "no_exponent", events=len(deaths))
    return WORDS.check("exponent", None, events=name, exponent=exponent)


def _exponent(law: PowerLaw) -> str:
    low, high = law.interval
    return WORDS.text(
        "clauses",
        "exponent",
        exponent=law.exponent,
        level=EXPONENT_LEVEL,
        low=low,
        high=high,
        start=law.start,
        n=law.n_tail,
    )


def _figures(
    deaths: NDArray[np.int64],
    record: Record,
    law: PowerLaw | None,
    rivals: Rivals | None,
    main: Analysis | None,
    verdict: str,
    sensitivity: tuple[Analysis, ...],
    validation: Validation,
    level: float,
) -> tuple[FigureData, ...]:
    source, unit = record.source.title, WORDS.text("finding", "unit")
    figures = []
    if law is not None and rivals is not None:
        figures.append(_survival(deaths, source, law, rivals))
    if main is not None:
        title = WORDS.text("forest", "title")
        figures.append(forest(title, unit, source, main, verdict, sensitivity, level=level))
    if validation.power:
        figures.append(validation.power_figure(unit))
    return tuple(figures)


def _survival(deaths: NDArray[np.int64], source: str, law: PowerLaw, rivals: Rivals) -> FigureData:
    values = np.unique(deaths)
    share = np.array([(deaths >= x).mean() for x in values])
    tail = values >= law.start
    scale = float((deaths >= law.start).mean())
    power = np.full(len(values), np.nan)
    lognormal = power.copy()
    power[tail] = scale * power_survival(law, values[tail])
    lognormal[tail] = scale * lognormal_survival(rivals, law.start, values[tail])

    def column(numbers: NDArray[np.float64]) -> list[float | None]:
        return [None if np.isnan(x) else float(x) for x in numbers]

    low, high = law.interval
    return WORDS.figure(
        "survival",
        {
            "deaths": values.tolist(),
            "share": share.tolist(),
            "power_law": column(power),
            "lognormal": column(lognormal),
        },
        source=source,
        events=len(deaths),
        n=law.n_tail,
        start=law.start,
        exponent=law.exponent,
        level=EXPONENT_LEVEL,
        low=low,
        high=high,
    )
