"""The first page in words: the result with its uncertainty, and what it does not mean."""

from __future__ import annotations

from collections.abc import Sequence

from tarazu.core.number_format import count, counts, estimate, number, p_value, percent
from tarazu.evidence.finding import CANNOT_TELL, Finding
from tarazu.record import Record, measured_check
from tarazu.report import anchors
from tarazu.report.annex.contents import finding_title

FEW = 2  # findings that are given three points each
POWER_STANDARD = 0.8  # share of records with the effect in which it is found; the usual standard

NON_CLAIMS = (
    "This is not a forecast or a judgement of any law, group, unit or person. It cannot be used to "
    "locate anyone or anything: its smallest unit is a district.",
    "Deaths are counted because each is a loss, never as a measure of success.",
)

MAPPED_RULE = "mapped_"  # names of the rules that take the initiator from a mapped column

LETHAL_SCOPE = (
    "The event data hold lethal events only. Raids without deaths, detentions and disappearances "
    "are not in them, so nothing here is about those."
)


def result_sentences(
    record: Record, findings: Sequence[Finding], beside: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the result, point by point.

    Of a record alone: one sentence on the record, three on each finding, one on its reach. With
    many findings, or more beside them: the record, one point a finding, then what the battery and
    the model say, already in words ("" is left out).
    """
    if any(beside) or len(findings) > FEW or not findings:
        return (
            record_sentence(record),
            *(f"{finding.sentence} {basis_sentence(finding)}" for finding in findings),
            *(text for text in beside if text),
        )
    return (
        record_sentence(record),
        *(
            text
            for finding in findings
            for text in (finding.sentence, number_sentence(finding), rerun_sentence(finding))
        ),
        power_sentence(findings),
    )


def verdict_groups(
    findings: Sequence[Finding],
) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Return each verdict with the findings that have it, as (anchor, title).

    The verdicts are those of the findings: the caller corrects them for the number of tests.
    Those that say something come first.
    """
    order = sorted({finding.verdict for finding in findings}, key=lambda v: (v == CANNOT_TELL, v))
    return tuple(
        (
            verdict[:1].upper() + verdict[1:],
            tuple(
                (anchors.finding(finding.name), finding_title(finding.name))
                for finding in findings
                if finding.verdict == verdict
            ),
        )
        for verdict in order
    )


def record_sentence(record: Record) -> str:
    """Return a sentence on the size of the record and its uncertain part."""
    events = record.events
    by_initiator = events.groupby("initiator")["count"].sum()
    zeros = int(events.loc[events["zero_best"], "count"].sum())
    attacks, operations, unclear = (
        count(float(by_initiator.get(name, 0))) for name in ("militant", "state", "unclear")
    )
    strikes = int(by_initiator.get("foreign_state", 0))
    apart = f" Begun by a foreign state, and counted as neither: {count(strikes)}."
    return (
        f"From {record.start.year} to {record.end.year} the record holds {count(record.n_events)} "
        f"events in {record.region.title}: {attacks} attacks begun by armed groups and "
        f"{operations} operations begun by the state; for {unclear} it cannot be said who began, "
        f"and {count(zeros)} have no confirmed death.{apart if strikes else ''}"
    )


def number_sentence(finding: Finding) -> str:
    """Return estimate, interval, p-value and n as a sentence."""
    used = counts(finding.n_used)
    if finding.estimate is None or finding.interval is None:
        return f"No number can be given for it (n: {used})."
    shown = estimate(finding.estimate, finding.interval, level=finding.level, unit=finding.unit)
    tested = "" if finding.p_value is None else f"{p_value(finding.p_value)}; "
    return f"In numbers: {shown}; {tested}n: {used}.{_caution(finding)}"


def basis_sentence(finding: Finding) -> str:
    """Return n and p-value as a sentence, for findings whose own sentence has the estimate."""
    tested = "" if finding.p_value is None else f" ({p_value(finding.p_value)})"
    return f"It rests on {counts(finding.n_used)}{tested}.{_caution(finding)}"


def _caution(finding: Finding) -> str:
    return "" if finding.converged else " The fit did not converge: do not quote this number."


def rerun_sentence(finding: Finding) -> str:
    """Return a sentence on the verdicts of the sensitivity analysis."""
    if not finding.sensitivity:
        return "There is no sensitivity analysis."
    differing = [v for v in finding.sensitivity if v.verdict != finding.verdict]
    total = len(finding.sensitivity)
    if not differing:
        return f"All {total} other coding choices and subsets give the same verdict."
    names = "; ".join(f"{v.name}: {v.verdict}" for v in differing)
    return (
        f"Of {total} other coding choices and subsets, {total - len(differing)} give the "
        f"same verdict and {len(differing)} do not ({names})."
    )


def power_sentence(findings: Sequence[Finding]) -> str:
    """Return a sentence on the detectable effect in a record of this size."""
    for finding in findings:
        for figure in finding.figures:
            if figure.kind == "power":
                return _power_words(figure.data["effect"], figure.data["power"], figure.x_label)
    return (
        "How large an effect must be to be found in a record of this size was not measured here, "
        f"so '{CANNOT_TELL}' does not mean that there is no effect."
    )


def _power_words(effects: list[float], power: list[float], label: str) -> str:
    found = [e for e, p in zip(effects, power, strict=True) if e > 0 and p >= POWER_STANDARD]
    if not found:
        largest = max(effects)
        at = power[effects.index(largest)]
        return (
            f"In simulated records of this size even the largest effect tried "
            f"({number(largest, signed=True)}; {label}) is found in only {percent(at)}."
        )
    return (
        f"In simulated records of this size an effect of {number(min(found), signed=True)} "
        f"({label}) is found in {percent(POWER_STANDARD)} or more; smaller ones are often missed."
    )


def limits(record: Record, findings: Sequence[Finding]) -> tuple[str, ...]:
    """Return the limits of the annex and the weak spots of its record, most important first."""
    unclear = int(record.events.loc[record.events["initiator"] == "unclear", "count"].sum())
    check = measured_check(record)
    measured = "How often this is right was not measured." if check is None else check.sentence()
    is_mapped = bool(record.events["initiator_rule"].str.startswith(MAPPED_RULE).all())
    origin = (
        "taken from the file, as its mapping states"
        if is_mapped
        else ("inferred by rules, not coded by the source")
    )
    return (
        scope_sentence(record),
        f"Who began an event is {origin}; {count(unclear)} of {count(record.n_events)} are "
        f"unclear. {measured}",
        *(_weak_events(record) if record.source.is_lethal_only else ()),
        *_unmeasured(record, findings),
        *NON_CLAIMS,
    )


def _weak_events(record: Record) -> Sequence[str]:
    """Return the sentence on events that rest on weak sources; none without such events."""
    quality = record.quality
    weak = (
        (quality.zero_best, "events have no confirmed death"),
        (quality.group_site, "events are known only from an armed group's own site"),
    )
    parts = [f"{count(number)} {words}" for number, words in weak if number]
    trends = "trends with them are partly trends of the sources"
    return [f"{', '.join(parts)}: {trends}."] if parts else []


def _unmeasured(record: Record, findings: Sequence[Finding]) -> tuple[str, ...]:
    """Return which findings have no measured error rates, in words."""
    tested = [finding for finding in findings if finding.p_value is not None]
    names = [finding.name for finding in tested if not finding.validation]
    if names and len(names) == len(tested):
        return (
            "Error rates and detectable effects were not measured for this record of "
            f"{record.region.title}: '{CANNOT_TELL}' does not mean that there is no effect.",
        )
    return tuple(
        f"The error rates of '{name}' were not measured for this record." for name in names
    )


def scope_sentence(record: Record) -> str:
    """Return a sentence on the kinds of events that the record cannot contain."""
    source = record.source.title
    if record.source.is_lethal_only:
        return LETHAL_SCOPE
    is_one_sided = not (record.events["initiator"] == "state").any()
    missing = " No operation of the state is in them." if is_one_sided else ""
    return (
        f"The event data hold what {source} counts as an event and somebody reported.{missing} "
        "Nothing here is about the rest, such as detentions and disappearances that are not in "
        "them."
    )


def failed_checks(findings: Sequence[Finding]) -> tuple[str, ...]:
    """Return every check that failed, and every fit that did not converge, in words."""
    failed = [
        f"{check.name}: {check.value} (expected: {check.expectation})"
        for finding in findings
        for check in finding.diagnostics
        if check.passed is False
    ]
    stuck = [f"The fit of '{f.name}' did not converge." for f in findings if not f.converged]
    return (*stuck, *failed)
