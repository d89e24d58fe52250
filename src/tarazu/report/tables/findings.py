"""Tables of a finding: its numbers, sensitivity analysis, checks and error rates."""

from __future__ import annotations

from tarazu.core.number_format import (
    count,
    counts,
    estimate,
    interval,
    number,
    percent,
    probability,
    significant,
)
from tarazu.evidence.error_rates import SMALLEST_RISE
from tarazu.evidence.finding import Finding
from tarazu.report.detectable import detectable
from tarazu.report.table import Table

DAYS = 7  # per week
COMPUTED = "detectable effect"  # name of the check


def numbers_table(finding: Finding) -> Table:
    """Return estimand, estimate, p-value, verdict and sizes of a finding."""
    rows = [
        ("estimand", finding.estimand),
        (
            "estimate",
            estimate(finding.estimate, finding.interval, level=finding.level, unit=finding.unit),
        ),
        ("p-value", f"{probability(finding.p_value)}, against: {finding.null}"),
        ("verdict", finding.verdict),
        *_horizon(finding),
        *_computed(finding),
        ("n used", counts(finding.n_used)),
        ("n dropped", counts(finding.n_dropped)),
    ]
    return Table("The finding in numbers", ("what", "value"), tuple(rows))


def _horizon(finding: Finding) -> list[tuple[str, str]]:
    """Return over how long the finding counts, in days and, where they are whole, in weeks."""
    days = finding.options.get("horizon")
    if not isinstance(days, int):
        return []
    weeks = "" if days % DAYS else f" ({count(days // DAYS)} weeks)"
    return [("counted within", f"{count(days)} days{weeks}")]


def _computed(finding: Finding) -> list[tuple[str, str]]:
    """Return what could have been found, where the width of the interval alone tells it."""
    found = detectable(finding)
    if found is None or found.is_measured or not finding.is_test:
        return []
    shown = " or ".join(number(value, signed=True) for value in (found.fall, found.rise))
    return [("detectable", f"beyond {shown}, from the width of the interval: not measured here")]


def sensitivity_table(finding: Finding) -> Table | None:
    """Return the estimate under other coding choices and subsets; None if there are none."""
    if not finding.sensitivity:
        return None
    rows = tuple(
        (
            variant.name,
            number(variant.estimate, signed=True),
            interval(variant.interval, signed=True),
            probability(variant.p_value),
            counts(variant.n),
            variant.verdict,
        )
        for variant in finding.sensitivity
    )
    return Table(
        f"Sensitivity analysis: other coding choices and subsets ({finding.unit})",
        ("variant", "estimate", f"{percent(finding.level)} interval", "p", "n", "verdict alone"),
        rows,
        frozenset({1, 3}),
    )


def checks_table(finding: Finding) -> Table | None:
    """Return every check with its outcome, failed ones first; None if there are none.

    A detectable effect that was computed is left out where one was measured on simulated records:
    a quantity has one size.
    """
    is_measured = isinstance(finding.validation.get(SMALLEST_RISE), float)
    checks = [c for c in finding.diagnostics if not (is_measured and c.name == COMPUTED)]
    if not checks:
        return None
    words = {False: "failed", None: "informs only", True: "passed"}
    rank = list(words)
    rows = tuple(
        (words[check.passed], check.name, check.value, check.expectation)
        for check in sorted(checks, key=lambda check: rank.index(check.passed))
    )
    return Table("Checks", ("outcome", "check", "found", "expected"), rows)


def error_rates_table(finding: Finding) -> Table | None:
    """Return error rates measured on simulated records; None if they were not measured."""
    if not finding.validation:
        return None
    rows = tuple(
        (name.replace("_", " "), _rate(value)) for name, value in finding.validation.items()
    )
    return Table("Error rates on simulated records", ("what", "measured"), rows)


def _rate(value: float | str | None) -> str:
    """Return a measured rate with three digits, as 500 records allow."""
    if value is None or isinstance(value, str):
        return value or "not measured"
    return significant(value)
