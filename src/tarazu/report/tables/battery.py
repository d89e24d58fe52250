"""The battery on one page: every test alone and together, and what it could have seen."""

from __future__ import annotations

from typing import Any, Final

from tarazu.core.number_format import DASH, estimate, percent, probability, significant
from tarazu.evidence import Battery
from tarazu.evidence.battery import CUTS
from tarazu.report.table import Table

NONE: Final = DASH
DESCRIPTIVE: Final = "descriptive"


def battery_section(battery: Battery) -> dict[str, Any] | None:
    """Return sentence and tables for the brief; None for a single finding."""
    if len(battery.rows) < 2:
        return None
    return {
        "sentence": battery.sentence,
        "note": _note(battery),
        "results": results_table(battery),
        "sight": sight_table(battery),
        "estimands": estimands_table(battery),
    }


def results_table(battery: Battery) -> Table:
    """Return one row an estimator: the number, its p-values alone and together, the verdict."""
    rows = tuple(
        (
            row["name"],
            estimate(row["estimate"], row["interval"], level=row["level"]),
            _p(row, row["p_value"]),
            _p(row, row["p_holm"]),
            row["verdict"],
            row["joint_verdict"] if row["kind"] == "test" else NONE,
        )
        for row in battery.rows
    )
    return Table(
        "All estimators on this record",
        ("estimator", "estimate (interval)", "p", "Holm", "verdict", "together"),
        rows,
        frozenset({2, 3}),
    )


def sight_table(battery: Battery) -> Table:
    """Return what each estimator could have seen in a record of this size, and what moves it."""
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
        "What could have been found in a record of this size, and what the verdict depends on",
        (
            "estimator",
            "false positives at 5%",
            "smallest rise found in 80%",
            "smallest fall found in 80%",
            *CUTS,
            "other readings that differ",
            "failed checks",
        ),
        rows,
        frozenset({1, 2, 3}),
    )


def estimands_table(battery: Battery) -> Table:
    """Return what each estimator estimates, and against what, or that it only describes."""
    rows = tuple((row["name"], row["estimand"], row["unit"], row["null"]) for row in battery.rows)
    return Table(
        "What each estimator asks", ("estimator", "estimand", "unit", "null, or descriptive"), rows
    )


def _note(battery: Battery) -> str:
    return (
        f"Together: the verdict that remains at {percent(battery.significance)} for all tests "
        "together (Holm 1979, valid whatever their dependence). 'The record cannot tell' is no "
        "sign of no effect: the second table says how large an effect had to be to be found."
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
