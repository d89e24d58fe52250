"""Dose: attacks in the year after operations in which more militants were killed."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from tarazu.core.errors import FitError
from tarazu.evidence.dose.effect import (
    BINS,
    FEWEST,
    HEADLINE,
    HORIZONS,
    LEAD_WEEKS,
    LEADS,
    LEVEL,
    SIGNIFICANCE,
    DoseEffect,
    count_bins,
    is_enough,
    largest_operations,
    measure_bins,
    measure_dose,
    measure_operations,
    without,
)
from tarazu.evidence.dose.local_projection import MOVE_WEEKS
from tarazu.evidence.dose.panel import DosePanel, read_dose_panel
from tarazu.evidence.error_rates import read_validation
from tarazu.evidence.finding import CANNOT_TELL, Analysis, Check, FigureData, Finding
from tarazu.evidence.sensitivity import analyse_sensitivity, by_sign, disagreement, forest, signed
from tarazu.record import Record

UNIT: Final = f"attacks in weeks {HEADLINE[0]} to {HEADLINE[1]} per militant killed"
VERDICTS: Final = ("attacks rise with dose", "attacks fall with dose", CANNOT_TELL)
MOVES: Final = 999
verdict_of: Final = by_sign(*VERDICTS[:2])


def dose(record: Record) -> Finding:
    """Return how later attacks differ with the number of militants killed in an operation.

    The estimand is the difference in attacks of the same district in weeks 5 to 52 after an
    operation, per militant more that was killed in it, among recorded lethal operations. The
    horizon was fixed before the record was looked at: it is what lies beyond the short term, of
    which the claim on attrition speaks; the first weeks are the finding on retaliation. The
    weeks are too many to move dates past them, so the test exchanges doses between operations.

    Raises
    ------
    FitError
        The record has no attack with a week and a district.

    References
    ----------
    Jorda (2005), American Economic Review 95, doi:10.1257/0002828053828518.
    """
    panel = read_dose_panel(record)
    if panel.attacks.sum() == 0:
        raise FitError(
            "the record holds no attack by militants with a week and a district; "
            "at least one is needed to say what attacks do. Try `tarazu record describe`."
        )
    estimable = is_enough(panel)
    effect = measure_dose(panel, (HEADLINE, *HORIZONS), moves=MOVES) if estimable else None
    main = None if effect is None else _analysis(panel, effect)
    verdict = CANNOT_TELL if main is None else verdict_of(main.estimate, main.p_value)
    sensitivity = analyse_sensitivity(record, _analyse, verdict_of, level=LEVEL)
    figures, diagnostics = [], []
    validation = read_validation(files(__package__) / "error_rates.json")
    if effect is not None and main is not None:
        leads = measure_dose(panel, LEADS, history_ends=LEAD_WEEKS)
        heaviest = _without_heaviest(panel)
        diagnostics = _diagnostics(panel, effect, leads, heaviest)
        source = record.source.title
        figures = [
            _horizons(effect, leads, len(panel.doses), source),
            _bins(panel, source),
            forest("The same question on other readings", UNIT, source, main, verdict, sensitivity),
        ]
        if validation.power:
            figures.append(
                validation.power_figure("attacks per militant killed, spread over weeks 1 to 52")
            )
    return Finding(
        name="dose",
        question="Do attacks beyond the short term rise or fall with the militants killed?",
        estimand=(
            f"difference in attacks of the same district in weeks {HEADLINE[0]} to {HEADLINE[1]} "
            "after an operation per militant more that was killed in it, given the operation, "
            "the district, the week and earlier attacks there and next door; among recorded lethal "
            "operations, associational"
        ),
        unit=UNIT,
        estimate=None if main is None else main.estimate,
        interval=None if main is None else main.interval,
        level=LEVEL,
        null="given an operation, the number of militants killed in it does nothing",
        p_value=None if main is None else main.p_value,
        verdict=verdict,
        sentence=(
            _too_little(panel)
            if effect is None
            else _sentence(panel, effect, verdict) + disagreement(verdict, sensitivity)
        ),
        n_used=panel.n_used,
        n_dropped=panel.n_dropped,
        assumptions=(
            "Given the district, the week, and attacks of the last 1, 4, 12 and 52 weeks there and "
            "next door, how many are killed says nothing else about the attacks to come. Nothing "
            "on record can show that: the number is a difference, not an effect.",
            "The difference is the same for each militant more; the bins show how far that holds.",
            "Operations with a like past are exchangeable but for the dose.",
        ),
        caveats=(
            "The dose also defines the treatment: most operations are known as such only because "
            "militants died in them, and raids that kill nobody are not on the record.",
            "It speaks of one more death given an operation, not of the operation itself; that is "
            "the finding on retaliation.",
            "A few operations hold most of the deaths: see leverage, and the estimate without each "
            "of the five largest.",
            "Numbers of militants killed are often one side's own claim.",
            "Events of one week are in no order, and the week of the operation counts neither way.",
        ),
        diagnostics=tuple(diagnostics),
        sensitivity=sensitivity,
        figures=tuple(figures),
        references=(
            "Jorda 2005, doi:10.1257/0002828053828518",
            "Newey & West 1987, doi:10.2307/1913610",
            "Driscoll & Kraay 1998, doi:10.1162/003465398557825",
        ),
        validation=validation.summary,
    )


def _analyse(record: Record) -> Analysis | None:
    panel = read_dose_panel(record)
    return _analysis(panel, measure_dose(panel)) if is_enough(panel) else None


def _analysis(panel: DosePanel, effect: DoseEffect) -> Analysis:
    low, high = effect.intervals[0].tolist()
    n = {"operations": len(panel.doses), "attacks": int(panel.attacks.sum())}
    return Analysis(float(effect.estimates[0]), (low, high), float(effect.p_values[0]), n)


def _without_heaviest(panel: DosePanel) -> list[tuple[float, DoseEffect]]:
    parts = [(panel.doses[i], without(panel, i)) for i in largest_operations(panel)]
    return [(float(killed), measure_dose(part)) for killed, part in parts if is_enough(part)]


def _sentence(panel: DosePanel, effect: DoseEffect, verdict: str) -> str:
    low, high = effect.intervals[0]
    opening = {
        VERDICTS[0]: "Attacks beyond the short term rise with the militants killed",
        VERDICTS[1]: "Attacks beyond the short term fall with the militants killed",
        CANNOT_TELL: "The record cannot tell whether attacks beyond the short term rise or fall "
        "with the militants killed",
    }[verdict]
    return (
        f"{opening}: over {len(panel.doses)} operations with {panel.doses.sum():.0f} militants "
        f"killed, {signed(float(effect.estimates[0]))} attacks in the same district in weeks "
        f"{HEADLINE[0]} to {HEADLINE[1]} per militant more ({LEVEL:.0%} interval "
        f"{signed(float(low))} to {signed(float(high))}), given district, week and earlier attacks."
    )


def _too_little(panel: DosePanel) -> str:
    return (
        "The record cannot tell whether attacks rise or fall with the militants killed: it holds "
        f"{len(panel.doses)} operations with a week, a district and a year of record before and "
        f"after, in {len(set(panel.districts.tolist()))} districts; at least {FEWEST} in 3 "
        "districts are needed, not all with the same number killed."
    )


def _diagnostics(
    panel: DosePanel,
    effect: DoseEffect,
    leads: DoseEffect,
    heaviest: list[tuple[float, DoseEffect]],
) -> list[Check]:
    estimates = [float(part.estimates[0]) for _, part in heaviest]
    named = ", ".join(
        f"{signed(estimate)} without the {killed:.0f} killed in one"
        for (killed, _), estimate in zip(heaviest, estimates, strict=True)
    )
    family = ", ".join(
        f"{_weeks(window)} {signed(float(estimate))} (p {p:.2f}, together {together:.2f})"
        for window, estimate, p, together in zip(
            effect.windows, effect.estimates, effect.p_values, effect.adjusted, strict=True
        )
    )
    before = ", ".join(
        f"{_weeks(window)} {signed(float(estimate))} (p {p:.2f})"
        for window, estimate, p in zip(leads.windows, leads.estimates, leads.p_values, strict=True)
    )
    t = abs(float(effect.estimates[0])) / max(float(effect.hac[0]), 1e-12)
    return [
        Check(
            "attacks before the operation",
            f"per militant killed later: {before}",
            f"p above {SIGNIFICANCE:.0%}: else heavy operations come after other attacks than "
            "light ones do, and the difference after them is no effect",
            bool((leads.p_values >= SIGNIFICANCE).all()),
        ),
        Check("all horizons", family, "together: against the largest of all horizons", None),
        Check(
            "leverage",
            f"{effect.largest_share:.0%} of the information in one operation, "
            f"{effect.five_share:.0%} in five; as good as {effect.effective_districts:.1f} "
            "districts of equal weight",
            "no operation above a third",
            effect.largest_share < 1 / 3,
        ),
        Check(
            "without each of the five largest",
            named,
            "no change of sign",
            len({estimate > 0 for estimate in [float(effect.estimates[0]), *estimates]}) == 1,
        ),
        Check(
            "dates moved",
            f"share of sets with dates moved by up to {MOVE_WEEKS} weeks within the district that "
            f"differ as much from their mean: {effect.p_moved:.3f}",
            "a second opinion with little power: most weeks after a moved date are weeks after the "
            "true one too",
            None,
        ),
        Check(
            "Newey-West error within district",
            f"{effect.hac[0]:.3f} over {MOVE_WEEKS * 2} weeks, t = {t:.1f}",
            "not used for the test: with few heavy operations it finds too much (docs/validation)",
            None,
        ),
    ]


def _horizons(effect: DoseEffect, leads: DoseEffect, n: int, source: str) -> FigureData:
    rows = [
        (f"{_weeks(window)}{mark}", float(estimate), interval.tolist(), float(p))
        for part, mark in ((effect, ""), (leads, ""))
        for window, estimate, interval, p in zip(
            part.windows, part.estimates, part.intervals, part.p_values, strict=True
        )
    ]
    return FigureData(
        kind="forest",
        title="Attacks per militant killed, after and before the operation",
        x_label="attacks per militant killed",
        y_label="weeks from the operation",
        source=source,
        n=f"{n} operations; 90 % intervals, each horizon alone. Before the operation there can be "
        "no effect: a difference there is a difference between places and times",
        data={
            "variant": [name for name, *_ in rows],
            "estimate": [estimate for _, estimate, _, _ in rows],
            "low": [interval[0] for _, _, interval, _ in rows],
            "high": [interval[1] for _, _, interval, _ in rows],
            "n": [n for _ in rows],
            "verdict": [verdict_of(estimate, p) for _, estimate, _, p in rows],
        },
    )


def _bins(panel: DosePanel, source: str) -> FigureData:
    fit, whole = measure_bins(panel), measure_operations(panel)
    names = ["none known killed"]
    names += [f"{low} to {high} killed" if high else f"{low} or more killed" for low, high in BINS]
    rows = [("all operations", len(panel.doses), float(whole.coefficients[0, 0]))]
    intervals = [whole.interval(0, 0, LEVEL)]
    for i, (name, count) in enumerate(zip(names, count_bins(panel), strict=True)):
        if count > 0:
            rows.append((name, count, float(fit.coefficients[i, 0])))
            intervals.append(fit.interval(i, 0, LEVEL))
    return FigureData(
        kind="forest",
        title=f"Attacks in weeks {HEADLINE[0]} to {HEADLINE[1]} after operations, by militants "
        "killed",
        x_label="attacks per operation, against weeks without one",
        y_label="militants killed",
        source=source,
        n=f"{len(panel.doses)} operations; 90 % intervals. Bins of few operations say little",
        data={
            "variant": [f"{name} ({count} operations)" for name, count, _ in rows],
            "estimate": [estimate for *_, estimate in rows],
            "low": [low for low, _ in intervals],
            "high": [high for _, high in intervals],
            "n": [count for _, count, _ in rows],
            "verdict": ["descriptive" for _ in rows],
        },
    )


def _weeks(window: tuple[int, int]) -> str:
    low, high = sorted((abs(window[0]), abs(window[1])))
    return f"weeks {low} to {high}{' before' if window[1] < 0 else ''}"
