"""Tables of a battery: every test alone and jointly, and which effects it could detect."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from tarazu.core.number_format import DASH, estimate, percent, probability, significant
from tarazu.evidence import Battery
from tarazu.evidence.battery import CUTS
from tarazu.report.table import Table

NONE: Final = DASH
DESCRIPTIVE: Final = "descriptive"
NO_RESULT: Final = "no result"
FALSE_POSITIVES: Final = "false positives"  # how the names of such measured rates begin


def battery_section(battery: Battery) -> dict[str, Any] | None:
    """Return sentence, note and tables for the annex; None for a single estimator.

    `more` are the tables that the annex gives as CSV only; `links` are of the rows of `glance`.
    """
    if len(battery.rows) + len(battery.failures) < 2:
        return None
    return {
        "sentence": battery_sentence(battery),
        "notes": (_note(battery), *at_odds(battery)),
        "glance": glance_table(battery),
        "links": [f"#finding-{row['name']}" for row in battery.rows],
        "failures": failures_table(battery),
        "more": (results_table(battery), detectable_table(battery), estimands_table(battery)),
    }


def battery_sentence(battery: Battery) -> str:
    """Return how many tests find something, with the names of findings in words."""
    sentence = battery.sentence
    for row in battery.rows:
        sentence = re.sub(rf"\b{row['name']}\b", row["name"].replace("_", " "), sentence)
    return sentence


def glance_table(battery: Battery) -> Table:
    """Return one row per finding: verdict, estimate, p after correction, and how far to trust it.

    The rate of false positives stands beside the worst one measured, where an assumption fails.
    """
    return Table(
        "Findings; verdict: after correction for the number of tests",
        (
            "finding",
            "verdict",
            "estimate (interval)",
            "p, corrected",
            "false positives (at worst)",
            "detectable rise; fall",
        ),
        tuple(
            (
                row["name"].replace("_", " ").capitalize(),
                row["verdict"],
                f"{estimate(row['estimate'], row['interval'], level=row['level'])}; {row['unit']}",
                _p(row, row["p_holm"]),
                _with_worst(row["false_positives"], finding.validation),
                f"{_effect(row['smallest_rise'])}; {_effect(row['smallest_fall'])}",
            )
            for row, finding in zip(battery.rows, battery.findings, strict=True)
        ),
        frozenset({3}),
    )


def results_table(battery: Battery) -> Table:
    """Return one row per estimator: verdicts after Holm and alone, estimate and p-values."""
    rows = tuple(
        (
            row["name"],
            row["verdict"],
            estimate(row["estimate"], row["interval"], level=row["level"]),
            _p(row, row["p_value"]),
            _p(row, row["p_holm"]),
            row["verdict_alone"] if row["kind"] == "test" else NONE,
        )
        for row in battery.rows
    )
    failed = tuple(
        (failure.name, NO_RESULT, NONE, NONE, NONE, NONE) for failure in battery.failures
    )
    return Table(
        "All estimators on this record; verdict: after correction for the number of tests",
        ("estimator", "verdict", "estimate (interval)", "p", "Holm", "alone"),
        (*rows, *failed),
        frozenset({3, 4}),
    )


def failures_table(battery: Battery) -> Table | None:
    """Return the estimators that gave no result, each with its reason; None if all gave one."""
    if not battery.failures:
        return None
    return Table(
        "Estimators that gave no result (not counted among the tests)",
        ("estimator", "reason"),
        tuple((failure.name, failure.reason) for failure in battery.failures),
    )


def detectable_table(battery: Battery) -> Table:
    """Return detectable effects by estimator, and the coding choices that change its verdict."""
    rows = tuple(
        (
            row["name"],
            _rate(row["false_positives"]),
            _effect(row["smallest_rise"]),
            _effect(row["smallest_fall"]),
            *(row["cuts"].get(cut, NONE) for cut in CUTS),
            ", ".join(name for name in row["differing"] if name not in CUTS) or "none",
            ", ".join(row["failed"]) or "none",
        )
        for row in battery.rows
    )
    return Table(
        "Effects detectable in a record of this size, and what the verdict depends on",
        (
            "estimator",
            "false positives at 5%",
            "smallest rise found in 80%",
            "smallest fall found in 80%",
            *CUTS,
            "other coding choices that differ",
            "failed checks",
        ),
        rows,
        frozenset({1, 2, 3}),
    )


def rates_table(battery: Battery) -> Table | None:
    """Return error rates measured at the size of the record; None if they were not measured."""
    measured = battery.error_rates
    if measured is None:
        return None
    from tarazu.evidence.simulated.rates import LEVEL  # late: it loads SciPy

    rows = tuple(
        (name, rate.name, percent(rate.value, 1), _between(rate.low, rate.high), f"{rate.records}")
        for name, rates in measured.rates.items()
        for rate in rates
    )
    return Table(
        f"Error rates at the size of this record, {measured.world}",
        ("estimator", "rate", "measured", f"{percent(LEVEL)} interval (Wilson)", "records"),
        rows,
        frozenset({2, 3, 4}),
    )


def _between(low: float, high: float) -> str:
    return f"{percent(low, 1)} to {percent(high, 1)}"


def estimands_table(battery: Battery) -> Table:
    """Return the estimand, unit and null hypothesis of each estimator."""
    rows = tuple((row["name"], row["estimand"], row["unit"], row["null"]) for row in battery.rows)
    return Table(
        "What each estimator estimates",
        ("estimator", "estimand", "unit", "null, or descriptive"),
        rows,
    )


def _note(battery: Battery) -> str:
    known = sorted({finding.level for finding in battery.findings})
    levels = " or ".join(map(percent, known)) + (", as stated" if len(known) > 1 else "")
    return (
        f"Intervals: {levels}. Verdict: what remains at {percent(battery.significance)} for all "
        "tests together (Holm 1979, valid whatever their dependence). 'The record cannot tell' "
        "does not mean that there is no effect: the last column gives how large an effect had to "
        "be to be found in 80% of records."
    )


def at_odds(battery: Battery) -> tuple[str, ...]:
    """Return a sentence on each test whose p-value and interval seem to contradict each other.

    An interval at 95% that leaves out 0 goes with a p-value below 5%, unless the test takes in more
    than the estimate does; likewise at other levels.
    """
    return tuple(
        f"{finding.name.replace('_', ' ').capitalize()}: its interval leaves out 0 although p is "
        f"{probability(finding.p_value)}, because the test is against more than the estimate "
        f"measures: {finding.null}."
        for finding in battery.findings
        if finding.p_value is not None
        and finding.interval is not None
        and finding.p_value > 1 - finding.level
        and not finding.interval[0] <= 0 <= finding.interval[1]
    )


def _p(row: dict[str, Any], value: float | None) -> str:
    if row["kind"] == DESCRIPTIVE:
        return DESCRIPTIVE
    return probability(value)


def worst_false_positives(validation: Mapping[str, float | str]) -> float | None:
    """Return the highest rate of false positives measured in any simulated world; None without."""
    rates = [
        value
        for name, value in validation.items()
        if name.startswith(FALSE_POSITIVES) and not isinstance(value, str)
    ]
    return max(rates, default=None)


def _with_worst(usual: float | str | None, validation: Mapping[str, float | str]) -> str:
    worst = worst_false_positives(validation)
    if worst is None or isinstance(usual, str) or usual is None or worst <= usual:
        return _rate(usual)
    return f"{_rate(usual)} ({percent(worst, 1)})"


def _rate(value: float | str | None) -> str:
    if isinstance(value, str):
        return value
    return "not measured" if value is None else percent(value, 1)


def _effect(value: float | str | None) -> str:
    if value is None:
        return NONE
    return value if isinstance(value, str) else significant(value, 2, signed=True)
