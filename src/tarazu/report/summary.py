"""What a run found, in five points: for the end of a command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from tarazu.core.number_format import count, estimate, p_value, percent, years
from tarazu.evidence.battery import Battery
from tarazu.evidence.finding import CANNOT_TELL, Finding
from tarazu.record import Record
from tarazu.study.analysis.summary import in_order, main_horizon

if TYPE_CHECKING:
    import pandas as pd

    from tarazu.claims import Ledger
    from tarazu.study import StudyResult

CIVILIANS: Final = "deaths_civilian"
MOST_POLICIES: Final = 4  # named in the point on policies

Point = tuple[str, str]
"""A label of one word, and a sentence or two."""


class RunResult(Protocol):
    """Battery, studies and ledger of a run, as `tarazu.pipeline.TaskResult` has them."""

    @property
    def battery(self) -> Battery | None:
        """Findings; None where the run had no estimator."""

    @property
    def studies(self) -> tuple[StudyResult, ...]:
        """Results of studies."""

    @property
    def ledger(self) -> Ledger | None:
        """Claims; None where the run had none."""


def run_points(
    record: Record,
    *,
    battery: Battery | None = None,
    study: StudyResult | None = None,
    ledger: Ledger | None = None,
) -> tuple[Point, ...]:
    """Return what was found, the answer before the caveat: five points at most."""
    points = [("record", record_point(record))]
    if battery is not None:
        points.append(("tests", battery_point(battery)))
    if ledger is not None:
        points.append(("claims", ledger_point(ledger)))
    if study is not None:
        points.append(("policies", study_point(study)))
        points.append(("caution", caution_point(study)))
    return tuple(points)


def run_summary(points: Sequence[Point], result: RunResult, folder: Path) -> dict[str, Any]:
    """Return what a run found as plain data, for ``--json``.

    Parameters
    ----------
    result : battery, ledger and studies of the run. folder : where its files lie.
    """
    return {
        "folder": str(folder),
        "brief": str(folder / "brief.html"),
        "annex": str(folder / "annex.html"),
        "points": [{"label": label, "text": text} for label, text in points],
        "evidence": None if result.battery is None else result.battery.to_dict(),
        "claims": None if result.ledger is None else result.ledger.to_dict(),
        "studies": [study_changes(study) for study in result.studies],
    }


def study_changes(result: StudyResult) -> dict[str, Any]:
    """Return the changes of a study's policies from its baseline in civilians killed.

    By hypothesis and not pooled; see `StudyResult.to_frame`.
    """
    changes = _changes(result)
    return {
        "name": result.name,
        "title": result.title,
        "baseline": result.baseline,
        "outcome": CIVILIANS,
        "weeks": main_horizon(result),
        "changes": changes.to_dict("records"),
    }


def record_point(record: Record) -> str:
    """Return the size of a record: attacks, operations and years."""
    number = record.events.groupby("initiator")["count"].sum()
    attacks, operations = (int(number.get(side, 0)) for side in ("militant", "state"))
    strikes = int(number.get("foreign_state", 0))
    apart = f" Begun by a foreign state: {count(strikes)}." if strikes else ""
    return (
        f"{record.region.title}, {years(record.start.year, record.end.year)}: "
        f"{_number_of(record.n_events, 'event')}, {_number_of(attacks, 'attack')} by armed groups "
        f"and {_number_of(operations, 'operation')} by the state.{apart}"
    )


def battery_point(battery: Battery) -> str:
    """Return the verdicts of the tests after correction, and what gave no result."""
    tests = [finding for finding in battery.findings if finding.is_test]
    held = [f for f in tests if battery.joint_verdict(f) != CANNOT_TELL]
    parts = [_without_verdict(tests, len(tests) - len(held))]
    parts += [
        _verdict_words(battery, finding.name, battery.joint_verdict(finding)) for finding in held
    ]
    parts.append(battery.failure_sentence)
    return " ".join(part for part in parts if part) or "No test was made."


def _without_verdict(tests: Sequence[Finding], number: int) -> str:
    """Return for how many tests the record cannot tell, and how many had nothing to estimate from.

    Parameters
    ----------
    number : of tests without a verdict, those that were not possible among them.
    """
    impossible, of = sum(finding.p_value is None for finding in tests), f"{len(tests)} tests"
    were = "was" if impossible == 1 else "were"
    if not number:
        return ""
    if len(tests) == 1:
        return (
            "The only test was not possible."
            if impossible
            else "For the only test the record cannot tell."
        )
    if impossible == len(tests):
        return f"None of the {of} was possible."
    if impossible == number:
        return f"{impossible} of {of} {were} not possible."
    more = f"; {impossible} more {were} not possible" if impossible else ""
    return f"For {number - impossible} of {of} the record cannot tell{more}."


def ledger_point(ledger: Ledger) -> str:
    """Return the claims by verdict."""
    by: dict[str, list[str]] = {}
    for entry in ledger.entries:
        by.setdefault(entry.verdict, []).append(f"{entry.claim.id} {entry.claim.title}")
    return "; ".join(f"{verdict}: {', '.join(claims)}" for verdict, claims in by.items()) + "."


def study_point(result: StudyResult) -> str:
    """Return how each policy changes the number of civilians killed, against the baseline."""
    from tarazu.report.tables.policies import span

    titles = {policy.name: policy.title for policy in result.policies}
    changes = _changes(result)
    if changes.empty:
        return f"One policy was run, '{titles[result.baseline]}': none is compared with another."
    shown: list[dict[str, Any]]
    hypothesis = in_order(result)[0]
    changes = changes[changes["hypothesis"] == hypothesis]
    shown = changes.nsmallest(MOST_POLICIES, "change_median").to_dict("records")  # type: ignore[assignment]
    rows = [f"{titles[row['policy']]} {_change(row)}" for row in shown]
    more = len(changes) - len(shown)
    rest = f"; {more} more in the annex" if more else ""
    return (
        f"Change in civilians killed over {span(main_horizon(result))} against "
        f"'{titles[result.baseline]}' under '{hypothesis}', median and 5% to 95% of draws, "
        f"simulated, not calibrated: {'; '.join(rows)}{rest}."
    )


def caution_point(result: StudyResult) -> str:
    """Return what limits a study's numbers: no calibration, and whose rates its priors hold."""
    caution = "The model is not calibrated: what it gives follows from priors."
    if not result.borrowed_priors:
        return caution
    return (
        f"{caution} The priors per capita are of Balochistan, not of {result.region}, unless a "
        "hypothesis sets them: see the annex."
    )


def _changes(result: StudyResult) -> pd.DataFrame:
    table = result.to_frame([CIVILIANS])
    return table[table["policy"] != result.baseline]


def _change(row: dict[str, Any]) -> str:
    ends = (row["change_q05"], row["change_q95"])
    middle = estimate(row["change_median"], ends, whole=True)
    return f"{middle}, fewer in {percent(row['share_lower'])}"


def _number_of(number: int, noun: str) -> str:
    return f"{count(number)} {noun}{'' if number == 1 else 's'}"


def _verdict_words(battery: Battery, name: str, verdict: str) -> str:
    p_holm = battery.p_holm.get(name)
    stated = "" if p_holm is None else f" (Holm {p_value(p_holm)})"
    return f"{name.replace('_', ' ').capitalize()}: {verdict}{stated}."
