"""Dose: attacks in the year after operations in which more militants were killed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

from tarazu.core.errors import FitError
from tarazu.evidence.compose import compose_finding
from tarazu.evidence.dose.effect import (
    DOSE_BINS,
    FEWEST_OPERATIONS,
    HEADLINE,
    HORIZONS,
    LEAD_WEEKS,
    LEADS,
    DoseEffect,
    count_bins,
    has_enough_doses,
    largest_operations,
    measure_bins,
    measure_dose,
    measure_imputed,
    measure_operations,
    without,
)
from tarazu.evidence.dose.local_projection import MOVE_WEEKS
from tarazu.evidence.dose.panel import DosePanel, read_dose_panel
from tarazu.evidence.error_rates import load_validation
from tarazu.evidence.finding import CANNOT_TELL, Analysis, Check, FigureData, Finding
from tarazu.evidence.methods.deaths import IMPUTATIONS, MODELS, Imputed, draw_deaths
from tarazu.evidence.options import DRAWS, LEVEL, Weeks
from tarazu.evidence.refusals import limit_of
from tarazu.evidence.sensitivity import analyse_sensitivity, by_sign, disagreement, forest
from tarazu.evidence.words import Words, join_sentences
from tarazu.record import Record

WORDS: Final = Words(__package__)
VERDICTS: Final = ("attacks rise with dose", "attacks fall with dose", CANNOT_TELL)
IMPUTED_EXCHANGES: Final = 199  # per imputation, at most: 40 imputations cost as two estimates
verdict_of: Final = by_sign(*VERDICTS[:2])


def dose(
    record: Record,
    *,
    weeks: Weeks = HEADLINE,
    level: float = LEVEL,
    exchanges: int = 999,
    moves: int = 999,
    draws: int = DRAWS,
    imputations: int = IMPUTATIONS,
    seed: int = 0,
) -> Finding:
    """Return how later attacks differ with the number of militants killed in an operation.

    The estimand is the difference in attacks of the same district in weeks 5 to 52 after an
    operation, per militant more that was killed in it, among recorded operations. The
    horizon was fixed before the record was looked at: it is what lies beyond the short term, of
    which the claim on attrition is about; the first weeks are the finding on retaliation. The
    weeks are too many to move dates past them, so the test exchanges doses between operations.

    Parameters
    ----------
    weeks : first and last week after an operation, from 5 (beyond the short term) to 52.
    level : coverage of intervals.
    exchanges : of doses between operations, for p-values.
    moves : sets of moved dates, a check.
    draws : of the initiators in a sensitivity analysis.
    imputations : of the militants killed, in the last two sensitivity analyses.

    Raises
    ------
    FitError
        The record has no attack with a week and a district.

    References
    ----------
    Jorda (2005), American Economic Review 95, doi:10.1257/0002828053828518.
    """
    validation = load_validation(dose, locals())
    panel = read_dose_panel(record)
    if panel.attacks.sum() == 0:
        raise FitError(WORDS.text("errors", "no_attack"))
    main, verdict, checks, figures = None, CANNOT_TELL, [], []
    measure = partial(measure_dose, level=level, exchanges=exchanges, seed=seed)

    def analyse(part: Record) -> Analysis | None:
        panel = read_dose_panel(part)
        return _analysis(panel, measure(panel, (weeks,))) if has_enough_doses(panel) else None

    sensitivity = analyse_sensitivity(record, analyse, verdict_of, level=level, draws=draws)
    if has_enough_doses(panel):
        most = min(exchanges, IMPUTED_EXCHANGES)
        imputed = {
            name: measure_imputed(
                panel,
                draw_deaths(panel.doses, model, imputations=imputations, seed=seed),
                weeks,
                level=level,
                exchanges=most,
                seed=seed,
            )
            for name, model in MODELS.items()
        }
        sensitivity += _imputed_analyses(panel, imputed)
        effect = measure(panel, (weeks, *HORIZONS), moves=moves)
        main = _analysis(panel, effect)
        verdict = verdict_of(main.estimate, main.p_value)
        leads = measure(panel, LEADS, history_ends=LEAD_WEEKS)
        checks = _checks(effect, leads, _without_heaviest(panel, measure, weeks))
        checks += [
            WORDS.check(
                "deaths",
                None,
                name=name,
                imputations=one.imputations,
                error=one.total**0.5,
                share=one.share,
            )
            for name, one in imputed.items()
        ]
        figures = [
            _horizon_figure(effect, leads, len(panel.doses), record.source.title, level),
            _bin_figure(panel, weeks, record.source.title, level),
            forest(
                WORDS.text("forest", "title"),
                WORDS.text("finding", "unit", first=weeks[0], last=weeks[1]),
                record.source.title,
                main,
                verdict,
                sensitivity,
                level=level,
            ),
        ]
        if validation.power:
            figures.append(validation.power_figure(WORDS.text("power", "unit")))
        text = _sentence(panel, effect, verdict, weeks, level)
        sentence = join_sentences(text, disagreement(verdict, sensitivity))
    else:
        sentence = WORDS.text(
            "sentence",
            "too_little",
            operations=len(panel.doses),
            districts=len(set(panel.districts.tolist())),
            fewest=FEWEST_OPERATIONS,
        )
    return compose_finding(
        WORDS,
        main,
        scope=record.source.scope,
        level=level,
        verdict=verdict,
        sentence=sentence,
        n_used=panel.n_used,
        n_dropped=panel.n_dropped,
        checks=checks,
        sensitivity=sensitivity,
        figures=figures,
        validation=validation,
        first=weeks[0],
        last=weeks[1],
    )


def _imputed_analyses(panel: DosePanel, imputed: dict[str, Imputed]) -> tuple[Analysis, ...]:
    return tuple(
        replace(
            one.analysis(_counts(panel)),
            name=name,
            verdict=verdict_of(one.estimate, one.p_value),
        )
        for name, one in imputed.items()
    )


def _counts(panel: DosePanel) -> dict[str, int]:
    return {"operations": len(panel.doses), "attacks": int(panel.attacks.sum())}


def _analysis(panel: DosePanel, effect: DoseEffect) -> Analysis:
    low, high = effect.intervals[0].tolist()
    found = float(effect.estimates[0])
    return Analysis(found, (low, high), float(effect.p_values[0]), _counts(panel))


def _without_heaviest(
    panel: DosePanel, measure: Callable[..., DoseEffect], weeks: Weeks
) -> list[tuple[float, DoseEffect]]:
    parts = [(panel.doses[i], without(panel, i)) for i in largest_operations(panel)]
    return [
        (float(killed), measure(part, (weeks,))) for killed, part in parts if has_enough_doses(part)
    ]


def _sentence(
    panel: DosePanel, effect: DoseEffect, verdict: str, weeks: Weeks, level: float
) -> str:
    low, high = effect.intervals[0]
    return WORDS.text(
        "sentence",
        "result",
        opening=WORDS.text("opening", verdict),
        operations=len(panel.doses),
        killed=panel.doses.sum(),
        estimate=effect.estimates[0],
        first=weeks[0],
        last=weeks[1],
        level=level,
        low=low,
        high=high,
    )


def _checks(
    effect: DoseEffect, leads: DoseEffect, heaviest: list[tuple[float, DoseEffect]]
) -> list[Check]:
    estimates = [float(part.estimates[0]) for _, part in heaviest]
    without_one = ", ".join(
        WORDS.text("phrases", "without", estimate=estimate, killed=killed)
        for (killed, _), estimate in zip(heaviest, estimates, strict=True)
    )
    horizons = ", ".join(
        WORDS.text(
            "phrases", "horizon", weeks=_weeks(window), estimate=estimate, p=p, adjusted=adjusted
        )
        for window, estimate, p, adjusted in zip(
            effect.windows, effect.estimates, effect.p_values, effect.adjusted, strict=True
        )
    )
    before = ", ".join(
        WORDS.text("phrases", "lead", weeks=_weeks(window), estimate=estimate, p=p)
        for window, estimate, p in zip(leads.windows, leads.estimates, leads.p_values, strict=True)
    )
    t = abs(float(effect.coefficients[0])) / max(float(effect.hac[0]), 1e-12)
    return [
        WORDS.check(
            "before",
            bool((leads.p_values >= limit_of("dose", "before")).all()),
            windows=before,
            significance=limit_of("dose", "before"),
        ),
        WORDS.check("horizons", None, windows=horizons),
        WORDS.check(
            "leverage",
            effect.largest_share < limit_of("dose", "leverage"),
            largest=effect.largest_share,
            five=effect.five_share,
            districts=effect.effective_districts,
        ),
        WORDS.check(
            "heaviest",
            len({estimate > 0 for estimate in [float(effect.estimates[0]), *estimates]}) == 1,
            estimates=without_one,
        ),
        WORDS.check("moved", None, weeks=MOVE_WEEKS, share=effect.p_moved),
        WORDS.check("newey_west", None, error=effect.hac[0], weeks=MOVE_WEEKS * 2, t=t),
    ]


def _horizon_figure(
    effect: DoseEffect, leads: DoseEffect, n: int, source: str, level: float
) -> FigureData:
    rows = [
        (_weeks(window), float(estimate), interval.tolist(), float(p))
        for part in (effect, leads)
        for window, estimate, interval, p in zip(
            part.windows, part.estimates, part.intervals, part.p_values, strict=True
        )
    ]
    return WORDS.figure(
        "horizons",
        {
            "variant": [name for name, *_ in rows],
            "estimate": [estimate for _, estimate, _, _ in rows],
            "low": [interval[0] for _, _, interval, _ in rows],
            "high": [interval[1] for _, _, interval, _ in rows],
            "n": [n for _ in rows],
            "verdict": [verdict_of(estimate, p) for _, estimate, _, p in rows],
        },
        source=source,
        operations=n,
        level=level,
    )


def _bin_figure(panel: DosePanel, weeks: Weeks, source: str, level: float) -> FigureData:
    fit, whole = measure_bins(panel, weeks), measure_operations(panel, weeks)
    names = [WORDS.text("phrases", "none_killed")]
    for low, high in DOSE_BINS:
        if high is None:
            names.append(WORDS.text("phrases", "many_killed", low=low))
        else:
            names.append(WORDS.text("phrases", "some_killed", low=low, high=high))
    everything = WORDS.text("phrases", "all_operations")
    rows = [(everything, len(panel.doses), float(whole.coefficients[0, 0]))]
    intervals = [whole.interval(0, 0, level)]
    for i, (name, count) in enumerate(zip(names, count_bins(panel), strict=True)):
        if count > 0:
            rows.append((name, count, float(fit.coefficients[i, 0])))
            intervals.append(fit.interval(i, 0, level))
    return WORDS.figure(
        "bins",
        {
            "variant": [
                WORDS.text("phrases", "bin", name=name, count=count) for name, count, _ in rows
            ],
            "estimate": [estimate for *_, estimate in rows],
            "low": [low for low, _ in intervals],
            "high": [high for _, high in intervals],
            "n": [count for _, count, _ in rows],
            "verdict": [WORDS.text("phrases", "descriptive") for _ in rows],
        },
        source=source,
        operations=len(panel.doses),
        first=weeks[0],
        last=weeks[1],
        level=level,
    )


def _weeks(window: tuple[int, int]) -> str:
    first, last = sorted((abs(window[0]), abs(window[1])))
    if window[1] < 0:
        return WORDS.text("phrases", "weeks_before", first=first, last=last)
    return WORDS.text("phrases", "weeks_after", first=first, last=last)
