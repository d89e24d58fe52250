"""Severity: how deaths per event are distributed, and whether events became more deadly."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tarazu.core.errors import FitError
from tarazu.evidence.error_rates import Validation, read_validation
from tarazu.evidence.finding import CANNOT_TELL, Analysis, Check, FigureData, Finding
from tarazu.evidence.sensitivity import analyse_sensitivity, by_sign, disagreement, forest, signed
from tarazu.evidence.severity.power_law import (
    PowerLaw,
    Rivals,
    compare_lognormal,
    fit_tail,
    goodness_of_fit,
    lognormal_survival,
    power_survival,
)
from tarazu.evidence.severity.trend import SeverityStep, compare_halves
from tarazu.record import Record
from tarazu.record.embedded import KEYS
from tarazu.record.record import DEATHS

LEVEL: Final = 0.9
MONTH_KNOWN: Final = 4  # UCDP date_prec up to which an event has a month
DOUBTFUL: Final = 0.1  # p-value of the fit below which Clauset et al. doubt a power law
UNIT: Final = "% more deaths per event in the later half (geometric means)"
VERDICTS: Final = ("more deadly later", "less deadly later", CANNOT_TELL)

verdict_of = by_sign(VERDICTS[0], VERDICTS[1])


def severity(record: Record) -> Finding:
    """Return how deaths per event are distributed and whether that changed.

    The tail is described by a discrete power law and by a lognormal; the test asks whether events
    became more or less deadly. Events in which nobody died by the best estimate are counted apart.

    References
    ----------
    Clauset, Shalizi & Newman (2009), SIAM Review 51, doi:10.1137/070710111. Bohorquez et al.
    (2009), Nature 462, doi:10.1038/nature08631: exponents near 2.5 in nine wars.
    """
    deaths, months, n_used, n_dropped = lethal_events(record)
    step = compare_halves(deaths, months)
    main = _as_analysis(step, n_used)
    verdict = CANNOT_TELL if main is None else verdict_of(main.estimate, main.p_value)
    sensitivity = analyse_sensitivity(record, _analyse, verdict_of, level=LEVEL)
    law, rivals, fit_p = _tail(deaths)
    validation = read_validation(files(__package__) / "error_rates.json")
    return Finding(
        name="severity",
        question="How deadly are events, and did that change?",
        estimand=(
            "typical deaths per event with a death (geometric mean) in the later half of the "
            "events over the earlier half; the exponent of the tail is described beside it"
        ),
        unit=UNIT,
        estimate=None if main is None else main.estimate,
        interval=None if main is None else main.interval,
        level=LEVEL,
        null="events are as deadly in the later half of the record as in the earlier one",
        p_value=None if main is None else main.p_value,
        verdict=verdict,
        sentence=_sentence(step, law, rivals, fit_p, n_used, verdict, sensitivity),
        n_used=n_used,
        n_dropped=n_dropped,
        assumptions=(
            "Half-years are exchangeable where severity is constant.",
            "A record that misses small events in one half and not in the other is not foreseen: "
            "it would look deadlier there.",
        ),
        caveats=(
            "UCDP counts an event only where somebody died and a dyad-year only from 25 deaths; "
            "events without a death by the best estimate are left out here.",
            "Deaths are best estimates; large ones are often round.",
            "All events count, whoever began them, so readings that only move events between sides "
            "change nothing here.",
            "A straight tail does not say why it is straight, and a lognormal that fits as well "
            "expects far fewer very large events.",
            "Mind reporting: where small events are reported better, events look less deadly.",
        ),
        diagnostics=_diagnostics(record, law, rivals, fit_p),
        sensitivity=sensitivity,
        figures=_figures(deaths, record, law, rivals, main, verdict, sensitivity, validation),
        references=(
            "Clauset, Shalizi & Newman 2009, doi:10.1137/070710111",
            "Vuong 1989, doi:10.2307/1912557",
            "Bohorquez et al. 2009, doi:10.1038/nature08631",
        ),
        validation=validation.summary,
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


def _analyse(record: Record) -> Analysis | None:
    deaths, months, n_used, _ = lethal_events(record)
    return _as_analysis(compare_halves(deaths, months), n_used)


def _tail(deaths: NDArray[np.int64]) -> tuple[PowerLaw | None, Rivals | None, float]:
    """Return the power law, its rival and the p-value of its fit; None where there is no tail."""
    try:
        law = fit_tail(deaths)
        return law, compare_lognormal(deaths, law), goodness_of_fit(deaths, law)
    except FitError:
        return None, None, float("nan")


def _sentence(
    step: SeverityStep | None,
    law: PowerLaw | None,
    rivals: Rivals | None,
    fit_p: float,
    n_used: dict[str, int],
    verdict: str,
    sensitivity: tuple[Analysis, ...],
) -> str:
    n = n_used["events with a death"]
    if step is None:
        opening = (
            "The record cannot tell whether events became more or less deadly: it holds "
            f"{n} events with a death, and at least 30 in six half-years are needed."
        )
    else:
        low, high = (100 * (end - 1) for end in step.interval)
        opening = {
            VERDICTS[0]: "Events became more deadly",
            VERDICTS[1]: "Events became less deadly",
            CANNOT_TELL: "The record cannot tell whether events became more or less deadly",
        }[verdict]
        opening += (
            f": typical deaths per event changed by {_percent(100 * (step.ratio - 1))} from "
            f"{1970 + step.split // 12} on ({step.n_late} events, {step.n_early} before; "
            f"{LEVEL:.0%} interval {_percent(low)} to {_percent(high)})."
        )
    return f"{opening} {_tail_words(law, rivals, fit_p)}" + disagreement(verdict, sensitivity)


def _tail_words(law: PowerLaw | None, rivals: Rivals | None, fit_p: float) -> str:
    if law is None or rivals is None:
        return "Too few events for a tail to be described (50 are needed)."
    fits = (
        "a power law is doubtful there"
        if fit_p < DOUBTFUL
        else "a power law is not ruled out there"
    )
    if rivals.p_value >= 1 - LEVEL:
        closer = "the record cannot tell it from a lognormal"
    else:
        closer = f"{'a power law' if rivals.log_ratio > 0 else 'a lognormal'} is closer"
    return (
        f"From {law.start} deaths on ({law.n_tail} events) the tail falls with an exponent of "
        f"{law.exponent:.2f} ({LEVEL:.0%} interval {law.interval[0]:.2f} to "
        f"{law.interval[1]:.2f}); {fits} (p {fit_p:.2f}) and {closer}."
    )


def _percent(value: float) -> str:
    return f"{value:+.0f} %".replace("-", "\N{MINUS SIGN}")


def _diagnostics(
    record: Record, law: PowerLaw | None, rivals: Rivals | None, fit_p: float
) -> tuple[Check, ...]:
    if law is None or rivals is None:
        return ()
    checks = [
        Check(
            "fit of the power law",
            f"p {fit_p:.3f}; exponent {law.exponent:.2f} [{law.interval[0]:.2f}, "
            f"{law.interval[1]:.2f}] from {law.start} deaths on, {law.n_tail} events",
            f"at least {DOUBTFUL}, below which a power law is doubtful",
            fit_p >= DOUBTFUL,
        ),
        Check(
            "power law against lognormal",
            f"log-likelihood ratio {signed(rivals.log_ratio)}, p {rivals.p_value:.2f}",
            "above 0: the power law is closer; a p-value above 0.1 tells the two not apart",
            None,
        ),
    ]
    for initiator, words in (("militant", "attacks"), ("state", "operations")):
        part = record.events[record.events["initiator"] == initiator]
        checks.append(_exponent_of(part, record, words))
    return tuple(checks)


def _exponent_of(events: pd.DataFrame, record: Record, words: str) -> Check:
    from dataclasses import replace

    deaths = lethal_events(replace(record, events=events))[0]
    try:
        law = fit_tail(deaths)
    except FitError:
        value = f"not fitted: {len(deaths)} events with a death"
    else:
        value = (
            f"{law.exponent:.2f} [{law.interval[0]:.2f}, {law.interval[1]:.2f}] from {law.start} "
            f"deaths on, {law.n_tail} events"
        )
    return Check(f"exponent of {words} alone", value, "near that of all events", None)


def _figures(
    deaths: NDArray[np.int64],
    record: Record,
    law: PowerLaw | None,
    rivals: Rivals | None,
    main: Analysis | None,
    verdict: str,
    sensitivity: tuple[Analysis, ...],
    validation: Validation,
) -> tuple[FigureData, ...]:
    source = record.source.title
    figures = []
    if law is not None and rivals is not None:
        figures.append(_survival(deaths, source, law, rivals))
    if main is not None:
        title = "More or less deadly later, on other readings"
        figures.append(forest(title, UNIT, source, main, verdict, sensitivity))
    if validation.power:
        figures.append(validation.power_figure(UNIT))
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

    return FigureData(
        kind="survival",
        title="Deaths per event",
        x_label="deaths in one event, at least",
        y_label="share of events",
        source=source,
        n=f"{len(deaths)} events with a death; both laws fitted to the {law.n_tail} with "
        f"{law.start} deaths or more; exponent {law.exponent:.2f} ({law.interval[0]:.2f} to "
        f"{law.interval[1]:.2f})",
        data={
            "deaths": values.tolist(),
            "share": share.tolist(),
            "power_law": column(power),
            "lognormal": column(lognormal),
        },
    )
