"""Panels of operations and attacks in time: counts around operations, and what can be seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from tarazu.core.number_format import count, counts, interval, number, percent
from tarazu.evidence.finding import FigureData, Finding
from tarazu.report import anchors
from tarazu.report.brief.panel import Panel
from tarazu.report.brief.record_panels import WIDE
from tarazu.report.brief.texts import TEXTS
from tarazu.report.detectable import Detectable, detectable
from tarazu.report.svg.canvas import SIZE, Canvas
from tarazu.report.svg.marks import width_of

DAYS: Final = 7  # per week


def within(finding: Finding) -> str:
    """Return the time over which a finding counts, in words: within 6 weeks."""
    days = finding.options.get("horizon")
    if not isinstance(days, int):
        return TEXTS.text("answer", "within_none")
    if days % DAYS:
        return TEXTS.text("answer", "within_days", days=days)
    return TEXTS.text("answer", "within", weeks=days // DAYS)


def around_panel(finding: Finding) -> Panel | None:
    """Return attacks before and after operations with their range by chance; None without."""
    figure = next((f for f in finding.figures if f.kind == "windows" and f.data["attacks"]), None)
    if figure is None:
        return None
    title = _around_title(figure)
    spans = "; ".join(
        TEXTS.text(
            "around",
            "span",
            when=_when(row),
            attacks=count(row["attacks"]),
            low=count(row["low"]),
            high=count(row["high"]),
        )
        for row in _rows(figure)
    )
    return Panel(
        key="around",
        title=title,
        picture=_draw_around(figure).svg(TEXTS.text("around", "alt", title=title, spans=spans)),
        note=TEXTS.text(
            "around",
            "note",
            operations=count(finding.n_used.get("operations", 0)),
            attacks=count(finding.n_used.get("attacks", 0)),
            source=figure.source,
        ),
        anchor=anchors.finding(finding.name),
    )


def _rows(figure: FigureData) -> list[dict[str, Any]]:
    return [
        dict(zip(figure.data, row, strict=True)) for row in zip(*figure.data.values(), strict=True)
    ]


def _around_title(figure: FigureData) -> str:
    rows = _rows(figure)
    above = {row["day_from"] > 0 for row in rows if row["attacks"] > row["high"]}
    below = {row["day_from"] > 0 for row in rows if row["attacks"] < row["low"]}
    if not above and not below:
        return TEXTS.text("around", "within")
    if above and below:
        key = "before" if above == {False} else "mixed"
    elif above:
        key = "both" if len(above) == 2 else "after" if True in above else "before"
    else:
        key = "fewer" if below == {True} else "fewer_before" if below == {False} else "mixed"
    return TEXTS.text("around", "uncorrected", title=TEXTS.text("around", key))


def _when(row: dict[str, Any]) -> str:
    first, last = sorted((abs(row["day_from"]), abs(row["day_to"])))
    whole = last % DAYS == 0 and (first - 1) % DAYS == 0
    ends = ((first - 1) // DAYS + 1, last // DAYS) if whole else (first, last)
    unit = "weeks" if whole else "days"
    side = "after" if row["day_from"] > 0 else "before"
    return f"{_span(*ends)} {TEXTS.text('around', f'{unit}_{side}')}"


def _span(first: int, last: int) -> str:
    return f"{first}" if first == last else f"{first}\N{EN DASH}{last}"


def _draw_around(figure: FigureData) -> Canvas:
    rows = _rows(figure)
    canvas = Canvas(WIDE, 176)
    left, right, top, bottom = 4.0, WIDE - 4, 20.0, 126.0
    most = max(max(row["attacks"], row["high"]) for row in rows)
    scale = (bottom - top) / max(most, 1)
    step = (right - left) / len(rows)
    n_before = sum(row["day_from"] < 0 for row in rows)
    canvas.line(left, bottom, right, bottom, "axis")
    if 0 < n_before < len(rows):
        middle = left + n_before * step
        canvas.line(middle, top - 8, middle, bottom + 4, "axis dashed")
    for i, row in enumerate(rows):
        x = left + (i + 0.5) * step
        low, high = bottom - row["low"] * scale, bottom - row["high"] * scale
        canvas.rect(x - 0.38 * step, high, 0.76 * step, low - high, "chance")
        y = bottom - row["attacks"] * scale
        canvas.dot(x, y, 5, "attack")
        inside = row["low"] <= row["attacks"] <= row["high"]
        canvas.text(
            x, y - 8, count(row["attacks"]), "" if inside else "strong", anchor="middle", size=13
        )
        canvas.text(x, bottom + 14, _when(row).split()[0], "muted", anchor="middle")
    unit = "weeks" if _when(rows[0]).split()[1].startswith("week") else "days"
    if n_before:
        canvas.text(
            left + n_before * step / 2,
            bottom + 28,
            TEXTS.text("around", f"{unit}_before"),
            anchor="middle",
        )
    if n_before < len(rows):
        canvas.text(
            left + (n_before + len(rows)) * step / 2,
            bottom + 28,
            TEXTS.text("around", f"{unit}_after"),
            anchor="middle",
        )
    canvas.text(left, bottom + 44, TEXTS.text("around", "chance"), "muted")
    return canvas


def seen_panel(finding: Finding, source: str) -> Panel | None:
    """Return the estimate against what the record could have detected; None without a number."""
    limits = detectable(finding)
    if finding.estimate is None or finding.interval is None or limits is None:
        return None
    low, high = finding.interval
    if finding.refused_by:
        key = "refused"
    elif limits.fall <= low and high <= limits.rise:
        key = "inside"
    elif finding.estimate < limits.fall or finding.estimate > limits.rise:
        key = "beyond"
    else:
        key = "unclear"
    title = TEXTS.text("seen", key)
    needed = ""
    if limits.needed is not None:
        needed = TEXTS.text(
            "seen",
            "needed",
            share=percent(limits.needed[1]),
            needed=count(limits.needed[0]),
            operations=count(finding.n_used.get("operations", 0)),
        )
    alt = TEXTS.text(
        "seen",
        "alt",
        title=title,
        estimate=number(finding.estimate, signed=True),
        low=number(low, signed=True),
        high=number(high, signed=True),
        fall=number(limits.fall, signed=True),
        rise=number(limits.rise, signed=True),
    )
    return Panel(
        key="seen",
        title=title,
        picture=_draw_seen(finding, limits).svg(alt),
        lines=tuple(filter(None, (*_reading(finding, key), needed))),
        note=TEXTS.text(
            "seen",
            "note",
            level=percent(finding.level),
            counts=counts(finding.n_used),
            method=TEXTS.text("seen", "measured" if limits.is_measured else "approximate"),
            source=source,
        ),
        anchor=anchors.finding(finding.name),
    )


def _reading(finding: Finding, key: str) -> tuple[str, ...]:
    """Return what the picture says: for a refused test, what each failed check found."""
    if key != "refused":
        return (TEXTS.text("seen", f"{key}_line"),)
    failed = (check for check in finding.diagnostics if check.name in finding.refused_by)
    return tuple(f"{check.refuses[:1].upper()}{check.refuses[1:]}." for check in failed)


def _draw_seen(finding: Finding, limits: Detectable) -> Canvas:
    assert finding.estimate is not None
    assert finding.interval is not None
    low, high = finding.interval
    canvas = Canvas(WIDE, 122)
    ends = (min(low, limits.fall, 0.0), max(high, limits.rise, 0.0))
    room = 0.22 * (ends[1] - ends[0])
    first, last = ends[0] - room, ends[1] + room

    def x(value: float) -> float:
        return 6 + (value - first) / (last - first) * (WIDE - 12)

    top, bottom = 22.0, 84.0
    canvas.rect(x(limits.fall), top, x(limits.rise) - x(limits.fall), bottom - top, "blind")
    canvas.line(x(0.0), top - 4, x(0.0), bottom + 4, "axis dashed")
    zone = TEXTS.text("seen", "zone")
    middle = _within((x(limits.fall) + x(limits.rise)) / 2, width_of(zone, 11))
    canvas.text(middle, top - 9, zone, "muted", anchor="middle")
    y = (top + bottom) / 2 + 4
    canvas.line(x(low), y, x(high), y, "range attack-line")
    canvas.dot(x(finding.estimate), y, 6, "attack")
    estimate = f"{number(finding.estimate, signed=True)} ({interval((low, high), signed=True)})"
    at = _within(x(finding.estimate), width_of(estimate, 12))
    canvas.text(at, y - 13, estimate, "strong halo", anchor="middle", size=12)
    canvas.line(6, bottom, WIDE - 6, bottom, "axis")
    for value in (limits.fall, 0.0, limits.rise):
        label = number(value, signed=True) if value else "0"
        canvas.line(x(value), bottom, x(value), bottom + 4, "axis")
        canvas.text(x(value), bottom + 16, label, "muted", anchor="middle")
    axis = TEXTS.text("seen", "axis", within=within(finding))
    size = min(SIZE, SIZE * (WIDE - 4) / width_of(axis, SIZE))
    canvas.text(WIDE / 2, bottom + 33, axis, anchor="middle", size=size)
    return canvas


def _within(x: float, wide: float) -> float:
    """Return the middle of a text, moved so that the text stays inside the picture."""
    return min(max(x, wide / 2 + 2), WIDE - wide / 2 - 2)


def differing(finding: Finding) -> Sequence[tuple[str, str]]:
    """Return coding choices under which the verdict changes, with their verdicts."""
    return [(a.name, a.verdict) for a in finding.sensitivity if a.verdict != finding.verdict]
