"""Findings as cards: question, verdict, estimate, and what the record could have detected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor
from typing import Any, Final

from markupsafe import Markup

from tarazu.app import words
from tarazu.app.drawing import Mark, nice_step, one_decimal, svg
from tarazu.core.number_format import counts, estimate, percent, probability, significant
from tarazu.evidence.error_rates import SMALLEST_FALL, SMALLEST_RISE
from tarazu.evidence.finding import DESCRIPTIVE

WIDTH, HEIGHT = 480, 96  # px of the picture of a card
SIDE: Final = 24  # px beside the axis
AXIS, BAND, DOT = 66, 16, 40  # px from above: the axis, the top of the band, the estimate
NUMBERS: Final = 6  # along the axis, about


@dataclass(frozen=True, slots=True)
class Card:
    """One finding in words and one picture; a failure has a reason only.

    Attributes
    ----------
    detectable : what the record could have detected, in words. method : pairs of a heading and its
        lines. command : a shell line that writes the finding's page with its annex.
    """

    name: str
    title: str
    question: str
    verdict: str
    sentence: str
    estimate: str
    detectable: str
    n: str
    differing: str
    picture: Markup
    method: tuple[tuple[str, tuple[str, ...]], ...]
    command: str
    reason: str = ""


def card(entry: Mapping[str, Any], *, is_final: bool) -> Card:
    """Return the card of an entry of findings.json.

    Parameters
    ----------
    is_final : whether the verdict is corrected for the number of tests.
    """
    name = str(entry["name"])
    title = name.replace("_", " ").capitalize()
    if entry.get("failed") or "question" not in entry:
        reason = str(entry.get("reason", ""))
        return Card(name, title, "", "", "", "", "", "", "", Markup(), (), "", reason)
    pair = entry["interval"]
    interval = None if pair is None else (float(pair[0]), float(pair[1]))
    shown = estimate(entry["estimate"], interval, level=entry["level"], unit=entry["unit"])
    is_test = entry["null"] != DESCRIPTIVE
    if is_test and entry["p_value"] is not None:
        p_holm = entry.get("p_holm")
        both = (
            words.fill("card_p", p=probability(entry["p_value"]))
            if p_holm is None
            else words.fill(
                "card_p_holm", p=probability(entry["p_value"]), p_holm=probability(p_holm)
            )
        )
        shown = f"{shown}. {both}"
    sensitivity = entry["sensitivity"]
    alone = entry.get("verdict_alone", entry["verdict"])
    differing = [one["name"] for one in sensitivity if one["verdict"] != alone]
    rise, fall = (_effect(entry["validation"].get(k)) for k in (SMALLEST_RISE, SMALLEST_FALL))
    text = detectable(rise, fall, entry["unit"], is_test=is_test)
    verdict = entry["verdict"]
    if is_test and not is_final:
        verdict = words.fill("card_not_final", verdict=verdict)
    return Card(
        name,
        title,
        entry["question"],
        verdict,
        entry["sentence"],
        shown,
        text,
        words.fill("card_n", used=counts(entry["n_used"]), dropped=counts(entry["n_dropped"])),
        words.fill(
            "card_differing",
            n=len(differing),
            of=len(sensitivity),
            names=f": {', '.join(differing)}" if differing else "",
        ),
        _picture(entry, interval, rise, fall, text),
        (
            (words.fill("card_estimand"), (entry["estimand"],)),
            (words.fill("card_null"), (entry["null"],)),
            (words.fill("card_assumptions"), tuple(entry["assumptions"])),
            (words.fill("card_caveats"), tuple(entry["caveats"])),
            (words.fill("card_references"), tuple(entry["references"])),
        ),
        "tarazu evidence -o out/evidence",
    )


def detectable(rise: float | None, fall: float | None, unit: str, *, is_test: bool) -> str:
    """Return in words which effects were found in 80% of simulated records of this size."""
    if not is_test:
        return words.fill("detect_none")
    if rise is None and fall is None:
        return words.fill("detect_unmeasured")
    ends = {
        "rise": "" if rise is None else significant(rise, 2, signed=True),
        "fall": "" if fall is None else significant(fall, 2, signed=True),
        "unit": unit,
    }
    which = "both" if rise is not None and fall is not None else "rise" if fall is None else "fall"
    return words.fill(f"detect_{which}", **ends)


def card_marks(
    value: float | None,
    interval: tuple[float, float] | None,
    rise: float | None,
    fall: float | None,
) -> list[Mark]:
    """Return the estimate with its interval, over the range of effects that would not be found.

    A range of which one end was not measured is drawn open: up to the end of the axis, dashed.
    """
    known = [0.0, *(n for n in (value, *(interval or ()), rise, fall) if n is not None)]
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    low, high = low - 0.08 * span, high + 0.08 * span

    def x(number: float) -> float:
        return float(SIDE + (number - low) / (high - low) * (WIDTH - 2 * SIDE))

    marks: list[Mark] = []
    if rise is not None or fall is not None:
        left, right = x(low if fall is None else fall), x(high if rise is None else rise)
        is_open = " open" if rise is None or fall is None else ""
        band = {
            "class": f"undetectable{is_open}",
            "x": one_decimal(left),
            "y": str(BAND),
            "width": one_decimal(right - left),
            "height": str(AXIS - BAND),
        }
        marks.append(("rect", band, ""))
    axis = {"class": "grid", "x1": str(SIDE), "x2": str(WIDTH - SIDE)}
    marks.append(("line", {**axis, "y1": str(AXIS), "y2": str(AXIS)}, ""))
    step = nice_step(high - low, NUMBERS)
    for i in range(floor(low / step), floor(high / step) + 1):
        if low <= i * step <= high:
            at = one_decimal(x(i * step))
            text = {"class": "tick", "x": at, "y": str(AXIS + 18), "text-anchor": "middle"}
            marks.append(("text", text, significant(i * step, 3, signed=i != 0)))
    zero = one_decimal(x(0.0))
    line = {"class": "zero", "x1": zero, "x2": zero, "y1": str(BAND - 8), "y2": str(AXIS)}
    marks.append(("line", line, ""))
    if interval is not None:
        ends = {"x1": one_decimal(x(interval[0])), "x2": one_decimal(x(interval[1]))}
        marks.append(("line", {"class": "interval", **ends, "y1": str(DOT), "y2": str(DOT)}, ""))
    if value is not None:
        dot = {"class": "estimate", "cx": one_decimal(x(value)), "cy": str(DOT), "r": "5"}
        marks.append(("circle", dot, ""))
    return marks


def _picture(
    entry: Mapping[str, Any],
    interval: tuple[float, float] | None,
    rise: float | None,
    fall: float | None,
    text: str,
) -> Markup:
    if entry["estimate"] is None:
        return Markup()
    marks = card_marks(entry["estimate"], interval, rise, fall)
    level = percent(entry["level"])
    picture = svg(
        marks,
        width=WIDTH,
        height=HEIGHT,
        key=f"card-{entry['name']}",
        title=words.fill("card_picture", level=level, unit=entry["unit"]),
        text=f"{estimate(entry['estimate'], interval, level=entry['level'])}. {text}",
    )
    return Markup(picture)


def _effect(value: object) -> float | None:
    """Return a measured effect; None where none was found at any size tried, or none was tried."""
    return float(value) if isinstance(value, int | float) else None
