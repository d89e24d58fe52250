"""What would change the answer: which hypothesis is true, a parameter, the coding, more data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tarazu.core.number_format import count, percent
from tarazu.evidence.finding import Finding
from tarazu.report import anchors
from tarazu.report.brief.panel import Panel
from tarazu.report.brief.texts import TEXTS, listed
from tarazu.report.brief.timing_panels import differing
from tarazu.report.detectable import detectable

if TYPE_CHECKING:
    from tarazu.study import StudyResult


def change_panel(study: StudyResult | None, finding: Finding | None) -> Panel | None:
    """Return what would change the answer; None where there is neither model nor test."""
    title, method = "", ""
    lines, places = list[str](), list[str]()
    if study is not None:
        from tarazu.report.brief.simulated import drivers  # late: it loads the engine

        turns, found = drivers.turns_of(study), drivers.drivers_of(study)
        if found:
            title = drivers.title_of_change(study, turns, found)
            method = TEXTS.text("change", "method")
        lines = [drivers.turn_words(study, turn) for turn in turns]
        places = [anchors.study_outcome(study.name, anchors.SHARES)] * len(lines)
        lines += drivers.driver_lines(study, found, drivers.MOST - len(turns))
        places += [anchors.study_outcome(study.name, anchors.DRIVERS)] * (len(lines) - len(places))
    if finding is not None:
        lines += _record_words(finding, has_model=study is not None)
        places += [anchors.finding(finding.name)] * (len(lines) - len(places))
    if not lines:
        return None
    return Panel(
        key="change",
        title=title or TEXTS.text("change", _title_key(finding, has_model=study is not None)),
        lines=tuple(lines),
        note=method,
        anchor="" if study is None else anchors.study(study.name),
        line_anchors=tuple(places),
    )


def _title_key(finding: Finding | None, *, has_model: bool) -> str:
    """Return the key of the title where no policy is compared: what the lines are about."""
    limits = None if finding is None else detectable(finding)
    if limits is not None and limits.needed is not None and not has_model:
        return "title_record"
    return "title_coding" if finding is not None and differing(finding) else "title_same"


def _record_words(finding: Finding, *, has_model: bool) -> list[str]:
    lines = []
    found = TEXTS.table["found"]
    if finding.sensitivity:
        variants = [
            TEXTS.text("change", "variant", name=name, verdict=found.get(verdict, verdict))
            for name, verdict in differing(finding)
        ]
        lines.append(
            TEXTS.text("change", "coding", variants=listed(variants))
            if variants
            else TEXTS.text("change", "nothing")
        )
    limits = detectable(finding)
    if limits is not None and limits.needed is not None and not has_model:
        needed, share = limits.needed
        lines.append(
            TEXTS.text(
                "change",
                "needed",
                needed=count(needed),
                operations=count(finding.n_used.get("operations", 0)),
                share=percent(share),
            )
        )
    return lines
