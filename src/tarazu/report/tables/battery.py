"""Tables of a battery: every test alone and jointly, and which effects it could detect."""

from __future__ import annotations

from typing import Any, Final

from tarazu.core.number_format import DASH, estimate, percent, probability, significant
from tarazu.evidence import Battery
from tarazu.evidence.battery import CUTS
from tarazu.report.table import Table

NONE: Final = DASH
DESCRIPTIVE: Final = "descriptive"
NO_RESULT: Final = "no result"


def battery_section(battery: Battery) -> dict[str, Any] | None:
    """Return sentence, note and tables for the brief; None for a single estimator."""
    if len(battery.rows) + len(battery.failures) < 2:
        return None
    return {
        "sentence": battery.sentence,
        "note": _note(battery),
        "results": results_table(battery),
        "detectable": detectable_table(battery),
        "estimands": estimands_table(battery),
        "failures": failures_table(battery),
    }


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


def estimands_table(battery: Battery) -> Table:
    """Return the estimand, unit and null hypothesis of each estimator."""
    rows = tuple((row["name"], row["estimand"], row["unit"], row["null"]) for row in battery.rows)
    return Table(
        "What each estimator estimates",
        ("estimator", "estimand", "unit", "null, or descriptive"),
        rows,
    )


def _note(battery: Battery) -> str:
    return (
        f"Verdict: what remains at {percent(battery.significance)} for all tests "
        "together (Holm 1979, valid whatever their dependence). Alone: without correction. 'The "
        "record cannot tell' does not mean that there is no effect: another table shows how large "
        "an effect had to be to be found."
    )


def _p(row: dict[str, Any], value: float | None) -> str:
    if row["kind"] == DESCRIPTIVE:
        return DESCRIPTIVE
    return probability(value)


def _rate(value: float | str | None) -> str:
    if isinstance(value, str):
        return value
    return "not measured" if value is None else percent(value, 1)


def _effect(value: float | str | None) -> str:
    if value is None:
        return NONE
    return value if isinstance(value, str) else significant(value, 2, signed=True)
