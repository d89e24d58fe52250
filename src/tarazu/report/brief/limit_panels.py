"""Panels of caution: how good the record is, and what the page does not say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from tarazu.core.number_format import count, percent, years
from tarazu.evidence import Battery
from tarazu.record import Record, measured_check
from tarazu.report import anchors
from tarazu.report.brief.panel import Panel
from tarazu.report.brief.record_panels import gap_years, spans
from tarazu.report.brief.texts import TEXTS, listed, plain_name

if TYPE_CHECKING:
    from tarazu.study import StudyResult

WEAK: Final = 0.2  # of events; from here on the record is called weak
MAPPED: Final = "mapped_"  # names of the rules that take the initiator from a mapped column
REASON: Final = 90  # letters of a reason why an estimator gave no result


def quality_panel(record: Record, battery: Battery) -> Panel:
    """Return how good the record is, in numbers of events."""
    events = record.events
    unclear = events["initiator"] == "unclear"
    texts = TEXTS.for_scope(record.source.scope)
    no_death = events["zero_best"] & record.source.is_lethal_only
    weak = int(events.loc[unclear | no_death, "count"].sum())
    n = record.n_events
    if not n:
        title = TEXTS.text("quality", "title_empty")
    elif weak / n >= WEAK:
        title = texts.text("quality", "title_weak", share=percent(weak / n))
    else:
        title = texts.text("quality", "title_good")
    return Panel(
        key="quality",
        title=title,
        lines=tuple(_quality_lines(record, battery)) if n else (),
        anchor=anchors.RECORD,
    )


def _quality_lines(record: Record, battery: Battery) -> Iterator[str]:
    n, quality, events = record.n_events, record.quality, record.events
    unclear = int(events.loc[events["initiator"] == "unclear", "count"].sum())
    is_mapped = bool(events["initiator_rule"].str.startswith(MAPPED).all())
    yield TEXTS.text(
        "quality",
        "unclear",
        how=TEXTS.text("quality", "mapped" if is_mapped else "inferred"),
        unclear=count(unclear),
        share=percent(unclear / n),
    )
    yield _precision(record)
    zero = int(events.loc[events["zero_best"], "count"].sum())
    site = int(events.loc[events["group_site"], "count"].sum())
    if zero:
        yield TEXTS.text("quality", "zero", zero=count(zero), share=percent(zero / n))
    if site:
        yield TEXTS.text("quality", "site", site=count(site))
    if quality.no_district or quality.imprecise_dates:
        yield TEXTS.text(
            "quality",
            "places",
            homeless=count(quality.no_district),
            imprecise=count(quality.imprecise_dates),
        )
    if gaps := gap_years(record):
        named = [years(first, last) for first, last in spans(gaps)]
        yield TEXTS.text("quality", "gaps", gaps=listed(named, 6))
    if battery.failures:
        reasons = [f"{plain_name(f.name)}: {_cut(f.reason)}" for f in battery.failures]
        yield TEXTS.text("quality", "failures", failures=listed(reasons))


def _cut(reason: str) -> str:
    plain = reason.rstrip(".")
    return plain if len(plain) <= REASON else f"{plain[:REASON].rsplit(' ', 1)[0]}…"


def _precision(record: Record) -> str:
    check = measured_check(record)
    sample = None if check is None else check.sample(check.headline)
    found = None if sample is None else sample.precision.get("militant")
    if found is None or found.estimate is None or found.low is None or found.high is None:
        return TEXTS.text("quality", "not_measured")
    return TEXTS.text(
        "quality",
        "precision",
        share=percent(found.estimate),
        low=percent(found.low),
        high=percent(found.high),
        n=found.total,
    )


def limits_panel(record: Record, battery: Battery, studies: Sequence[StudyResult]) -> Panel:
    """Return what the page does not say."""
    return Panel(
        key="limits",
        title=TEXTS.text("limits", "title"),
        lines=tuple(_limits(record, battery, studies)),
        anchor=anchors.LIMITS,
    )


def _limits(record: Record, battery: Battery, studies: Sequence[StudyResult]) -> Iterator[str]:
    if record.source.is_lethal_only:
        yield TEXTS.text("limits", "lethal")
    else:
        yield TEXTS.text("limits", "other", source=record.source.title)
    if record.n_events and not (record.events["initiator"] == "state").any():
        yield TEXTS.text("limits", "one_sided")
    if studies:
        yield TEXTS.text("limits", "model")
        if any(study.borrowed_priors for study in studies):
            yield TEXTS.text("limits", "borrowed", name=record.region.title)
    if battery.findings and not any(finding.validation for finding in battery.findings):
        yield TEXTS.text("limits", "rates")
    yield TEXTS.text("limits", "forecast")
    yield TEXTS.text("limits", "deaths")
