"""The answer: a headline and three sentences, built from results by rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tarazu.core.number_format import count, counts, number, percent, years
from tarazu.evidence import Battery, Finding
from tarazu.evidence.error_rates import SIZE
from tarazu.evidence.finding import CANNOT_TELL
from tarazu.record import Record
from tarazu.report import anchors
from tarazu.report.brief.texts import (
    HEADLINE_WORDS,
    SENTENCE_WORDS,
    TEXTS,
    fit,
    listed,
    numeral,
    plain_name,
    words_in,
)
from tarazu.report.brief.timing_panels import within
from tarazu.report.detectable import detectable

if TYPE_CHECKING:
    from tarazu.study import StudyResult

CENTRAL: Final = "retaliation"  # the finding on what operations do to attacks
FALSE_ALARMS: Final = 0.1  # measured in some simulated world: from here on a verdict carries them
MOST_NAMED: Final = 2  # verdicts in the sentence on all tests
REASON: Final = 15  # words of a reason why there is no result


@dataclass(frozen=True, slots=True)
class Answer:
    """The first lines of the brief.

    Attributes
    ----------
    headline : at most 20 words. sentences : three of at most 25 words each: the record's estimate,
        all tests together, the policies. anchors : of the sections of the annex behind each; "" for
        none. headline_anchor : of the section with the numbers of the headline.
    """

    headline: str
    headline_anchor: str
    sentences: tuple[str, ...]
    anchors: tuple[str, ...]


def answer_of(record: Record, battery: Battery, study: StudyResult | None) -> Answer:
    """Return the answer; every verdict is the one after correction for all tests.

    Parameters
    ----------
    study : the one that the page is about; None without a model.
    """
    return Answer(
        headline=headline(record, battery, study),
        headline_anchor=_headline_anchor(battery, study),
        sentences=(
            record_sentence(record, battery),
            tests_sentence(battery),
            _policy_sentence(study),
        ),
        anchors=(
            anchors.RECORD if central_finding(battery) is None else anchors.finding(CENTRAL),
            _tests_anchor(battery),
            "" if study is None else anchors.study(study.name),
        ),
    )


def _headline_anchor(battery: Battery, study: StudyResult | None) -> str:
    """Return where the numbers of the headline are: the span of the record, or tests, or study."""
    if central_finding(battery) is not None or not (battery.findings or study is not None):
        return anchors.RECORD
    return anchors.study(study.name) if study and not battery.findings else _tests_anchor(battery)


def _tests_anchor(battery: Battery) -> str:
    """Return where all tests stand together; with a single estimator its own section."""
    if len(battery.findings) + len(battery.failures) > 1:
        return anchors.FINDINGS
    return anchors.finding(battery.findings[0].name) if battery.findings else ""


def central_finding(battery: Battery) -> Finding | None:
    """Return the finding on what operations do to attacks, corrected; None if it was not made."""
    found = [f for f in battery.findings if f.name == CENTRAL]
    return battery.corrected(found[0]) if found else None


def headline(record: Record, battery: Battery, study: StudyResult | None) -> str:
    """Return the answer in at most 20 words: the record's, or else the model's."""
    place, finding = record.region.title, central_finding(battery)
    span = _years(record)
    if finding is not None and finding.estimate is None:
        return _head("no_estimate", place)
    if finding is not None:
        return _head(finding.verdict, place, years=span)
    if study is not None and not battery.findings:
        from tarazu.report.brief.simulated.policy_answer import (
            study_headline,  # late: it loads the engine
        )

        return study_headline(study)
    if any(failure.name == CENTRAL for failure in battery.failures):
        return _head("failed", place)
    tests = [f for f in battery.findings if f.is_test]
    if tests:
        held = _held(battery)
        if len(tests) == 1 and held:
            return _head("test_held", place)
        if not held:
            return _head("tests_none", place)
        return _head("tests_held", place, tests=numeral(len(tests)), held=numeral(len(held)))
    if battery.findings:
        return _head("described", place)
    numbers = record.events.groupby("initiator")["count"].sum()
    return _head(
        "record_only",
        place,
        attacks=_some(int(numbers.get("militant", 0))),
        operations=_some(int(numbers.get("state", 0))),
        years=span,
    )


def _head(key: str, name: str, **values: object) -> str:
    return fit("headline", key, HEADLINE_WORDS, name=name, **values)


def record_sentence(record: Record, battery: Battery) -> str:
    """Return the estimate with its interval, and what the record could have seen."""
    finding = central_finding(battery)
    if finding is None:
        failed = [f for f in battery.failures if f.name == CENTRAL]
        if failed:
            reason = " ".join(failed[0].reason.split()[:REASON])
            return TEXTS.text("answer", "failed", reason=reason)
        numbers = record.events.groupby("initiator")["count"].sum()
        return fit(
            "answer",
            "record",
            name=record.region.title,
            attacks=_some(int(numbers.get("militant", 0))),
            operations=_some(int(numbers.get("state", 0))),
            span=years(record.start.year, record.end.year),
        )
    if finding.estimate is None or finding.interval is None:
        return TEXTS.text("answer", "no_estimate", counts=counts(finding.n_used))
    low, high = finding.interval
    values = {
        "estimate": number(finding.estimate, signed=True),
        "within": within(finding),
        "level": percent(finding.level),
        "low": number(low, signed=True),
        "high": number(high, signed=True),
    }
    if finding.refused_by:
        return TEXTS.text("answer", "estimate_refused", **values)
    limits = detectable(finding)
    if finding.verdict != CANNOT_TELL or limits is None:
        return TEXTS.text("answer", "estimate", **values)
    return TEXTS.text(
        "answer",
        "estimate_seen",
        **values,
        fall=number(limits.fall, signed=True),
        rise=number(limits.rise, signed=True),
    )


def _years(record: Record) -> str:
    number_of = record.end.year - record.start.year + 1
    if number_of == 1:
        return TEXTS.text("span", "one")
    return TEXTS.text("span", "more", count=count(number_of))


def _some(number_of: int) -> str:
    return count(number_of) if number_of else numeral(0)


def _held(battery: Battery) -> list[Finding]:
    """Return the tests with a verdict after correction, the surest first."""
    tests = [f for f in battery.findings if f.is_test and battery.joint_verdict(f) != CANNOT_TELL]
    return sorted(tests, key=lambda f: battery.p_holm.get(f.name, 1.0))


def tests_sentence(battery: Battery) -> str:
    """Return how many tests find more than chance, after correction, and which."""
    tests = [finding for finding in battery.findings if finding.is_test]
    if not tests:
        return TEXTS.text("answer", "described" if battery.findings else "no_tests")
    held = _held(battery)
    if not held:
        if len(tests) == 1:
            return TEXTS.text("answer", "one_none_held")
        return TEXTS.text("answer", "none_held", tests=count(len(tests)))
    found = TEXTS.table["found"]
    said = [str(found.get(battery.joint_verdict(f), plain_name(f.name))) for f in held]
    said = list(dict.fromkeys(said))
    values = {
        "tests": count(len(tests)),
        "held": TEXTS.text("answer", "held_one")
        if len(held) == 1
        else TEXTS.text("answer", "held_more", count=numeral(len(held))),
    }
    rate = max(false_alarms(finding) for finding in held)
    weak = {"rate": percent(rate)} if rate > FALSE_ALARMS else {}
    ending = "_weak" if weak else ""
    if len(tests) == 1:
        return TEXTS.text("answer", f"held_single{ending}", what=said[0], **weak)
    if len(said) <= MOST_NAMED:
        text = TEXTS.text("answer", f"held{ending}", **values, **weak, what=listed(said))
        if words_in(text) <= SENTENCE_WORDS:
            return text
    return TEXTS.text("answer", f"surest{ending}", **values, **weak, what=said[0])


def false_alarms(finding: Finding) -> float:
    """Return the largest share of false alarms that was measured, in any simulated world."""
    rates = [
        float(value)
        for name, value in finding.validation.items()
        if name.startswith(SIZE) and isinstance(value, int | float)
    ]
    return max(rates, default=0.0)


def _policy_sentence(study: StudyResult | None) -> str:
    if study is None:
        return TEXTS.text("answer", "no_study")
    from tarazu.report.brief.simulated.policy_answer import (
        policy_sentence,  # late: it loads the engine
    )

    return policy_sentence(study)
