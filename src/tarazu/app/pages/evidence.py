"""The page of evidence: the record by month and district, and its findings."""

from __future__ import annotations

from typing import Any, Final

from markupsafe import Markup

from tarazu.app import words
from tarazu.app.drawing import map_size, svg
from tarazu.app.evidence.cards import card
from tarazu.app.evidence.counts import ALL, EventCounts
from tarazu.app.evidence.drawing import count_map_marks, timeline_marks
from tarazu.app.evidence.findings import FindingsState
from tarazu.app.evidence.view import Shown, View, name_of, show, write_view
from tarazu.app.lab import Lab
from tarazu.app.pages.lab import TILE, data_block
from tarazu.app.pages.waiting import template
from tarazu.report.brief.record_panels import spans

WIDE: Final = (640, 240)  # px of the timeline as the server draws it


def evidence_page(
    lab: Lab,
    counts: EventCounts | None,
    view: View | None,
    findings: FindingsState,
    no_counts: str = "",
) -> str:
    """Return the page for a view of the counts.

    Parameters
    ----------
    counts, view : None where no record ships for the region, or the findings are of another one.
    no_counts : why there are none.
    """
    known: dict[str, Any] = {
        "words": words.load_words(),
        "lab": lab,
        "question": words.fill("evidence_question", region=lab.region.title),
        "counts": counts,
        "findings": findings,
        "progress": _progress(findings),
        "cards": [card(one, is_final=findings.state != "computing") for one in findings.findings],
        "data": Markup(data_block({})),
    }
    if counts is None or view is None:
        known["no_record"] = no_counts
        return template("evidence.html.j2").render(known)
    shown = show(counts, view)
    known |= {
        "view": view,
        "shown": shown,
        "kinds": [(k, _sentence_case(words.fill(f"event_{k}"))) for k in (*counts.kinds, ALL)],
        "places": [("", words_all(counts)), *zip(counts.slugs, counts.names, strict=True)],
        "periods": periods(counts, view),
        "ends": (_name(counts, view, view.first), _name(counts, view, view.last)),
        "source": words.fill("evidence_source", title=counts.title, licence=counts.licence),
        "notes": notes(counts),
        "timeline": Markup(_timeline(counts, shown)),
        "map": Markup(_map(counts, shown)) if counts.tiles else None,
        "bars": list(zip(periods(counts, view), shown.bars, strict=True)),
        "axis": words.fill("timeline_axis", by=view.by),
        "query": write_view(view, counts),
        "data": Markup(data_block(page_data(counts, view))),
    }
    return template("evidence.html.j2").render(known)


def page_data(counts: EventCounts, view: View) -> dict[str, Any]:
    """Return what the script of the page reads: counts without coordinates and without texts."""
    return {
        "words": words.load_words(),
        "kinds": counts.kinds,
        "cells": counts.cells(),
        "months": counts.months,
        "first_year": counts.first_year,
        "districts": [
            {"slug": slug, "name": name}
            for slug, name in zip(counts.slugs, counts.names, strict=True)
        ],
        "tiles": [{"slug": t.slug, "abbr": t.abbr, "x": t.x, "y": t.y} for t in counts.tiles],
        "region": counts.region,
        "gaps": counts.gaps,
        "view": view.model_dump(),
        "digest": counts.digest,
        "source": words.fill("evidence_source", title=counts.title, licence=counts.licence),
        "citations": counts.citations,
    }


def periods(counts: EventCounts, view: View) -> list[str]:
    """Return the names of the bars: 2011, or 2011-03."""
    step = 12 if view.by == "year" else 1
    return [name_of(m, counts.first_year, view.by) for m in range(0, counts.months, step)]


def notes(counts: EventCounts) -> list[str]:
    """Return what must be known to read the counts."""
    found = [words.fill("evidence_no_zero")]
    if counts.gaps:
        listed = (f"{a}–{b}" if a != b else f"{a}" for a, b in spans(list(counts.gaps)))
        found.append(words.fill("evidence_gaps", gaps=", ".join(listed)))
    if counts.undated:
        found.append(words.fill("evidence_undated", undated=words.amount(counts.undated)))
    return found


def words_all(counts: EventCounts) -> str:
    """Return the name of all districts together."""
    return f"All of {counts.region}"


def _progress(findings: FindingsState) -> str:
    if findings.source == "run":
        return words.fill("findings_run")
    if findings.state == "none":
        return ""
    return words.fill(f"findings_{findings.state}", done=findings.done, total=findings.total)


def _name(counts: EventCounts, view: View, month: int) -> str:
    return name_of(month, counts.first_year, view.by)


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def _timeline(counts: EventCounts, shown: Shown) -> str:
    width, height = WIDE
    marks = timeline_marks(shown.bars, shown.view, counts.first_year, counts.gaps, width, height)
    title = words.fill("timeline_title")
    text = shown.sentence
    return svg(marks, width=width, height=height, key="timeline", title=title, text=text)


def _map(counts: EventCounts, shown: Shown) -> str:
    width, height = map_size(counts.tiles, TILE)
    marks = count_map_marks(counts.tiles, shown.districts, shown.view.district, TILE)
    title = words.fill("count_map_title")
    return svg(marks, width=width, height=height, key="map", title=title, text=shown.sentence)
