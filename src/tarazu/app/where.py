"""Where a lever is moved, from when, and over how many weeks: settings of a policy."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from tarazu.app.lab import Lab
from tarazu.core.errors import ScenarioError, suggest
from tarazu.model.quantities import Lever
from tarazu.policy.policy import Setting

RAMP_STEP: Final = 4  # weeks for which a lever stays at one value on the way
MOST_WEEKS: Final = 520
NAMED: Final = 2  # districts that a title names; of more, their number is given
KEYS: Final = ("in", "from", "ramp")
"""What follows a lever's name and a dot in addresses: districts, weeks, weeks."""


class Where(BaseModel):
    """Districts and weeks of a moved lever.

    Attributes
    ----------
    districts : slugs; empty for all of the region.
    start : first week in which the lever moves; before it, and elsewhere, it is as today.
    ramp : weeks until it is at its value, in equal parts of four weeks; 0 for at once.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    districts: tuple[str, ...] = Field(default=(), max_length=200)
    start: int = Field(default=0, ge=0, lt=MOST_WEEKS)
    ramp: int = Field(default=0, ge=0, le=MOST_WEEKS)


EVERYWHERE: Final = Where()


def settings_of(name: str, value: float, where: Where, lever: Lever, weeks: int) -> list[Setting]:
    """Return the settings of a moved lever in a run of some weeks."""
    places: Literal["all"] | tuple[str, ...] = where.districts or "all"
    full = where.start + where.ramp
    settings = []
    for first in range(where.start, full, RAMP_STEP):
        until = min(first + RAMP_STEP, full)
        share = ((first + until) / 2 - where.start) / where.ramp
        part = lever.default + (value - lever.default) * share
        settings.append((part, first, until))
    return [
        *(
            Setting(lever=name, value=part, districts=places, from_week=first, until_week=until)
            for part, first, until in settings
            if first < weeks
        ),
        *([Setting(lever=name, value=value, districts=places, from_week=full)] * (full < weeks)),
    ]


def check_where(name: str, where: Where, lab: Lab) -> Iterator[ScenarioError]:
    """Yield the districts that the region does not have."""
    slugs = lab.region.slugs
    for slug in where.districts:
        if slug not in slugs:
            yield ScenarioError(
                f"no district '{slug[:40]}'",
                key=f"{name}.in",
                value=slug,
                expected=f"slugs of {lab.region.title}",
                hint=suggest(slug, slugs),
            )


def tidy(where: Where, lab: Lab) -> Where:
    """Return the same with districts in the order of the region; all of them are none named."""
    slugs = lab.region.slugs
    named = tuple(slug for slug in slugs if slug in where.districts)
    return where.model_copy(update={"districts": () if len(named) == len(slugs) else named})


def describe_where(where: Where, lab: Lab) -> str:
    """Return where and when in words, with a space before them; "" for everywhere and at once."""
    text = ""
    if where.districts:
        names = {district.slug: district.name for district in lab.region.districts}
        named = [names[slug] for slug in where.districts]
        text += (
            f" in {' and '.join(named)}" if len(named) <= NAMED else f" in {len(named)} districts"
        )
    if where.start:
        text += f" from week {where.start}"
    if where.ramp:
        text += f" over {where.ramp} weeks"
    return text


def write_where(name: str, where: Where) -> Iterator[tuple[str, str]]:
    """Yield the parts of an address that say where and when."""
    if where.districts:
        yield f"{name}.in", ",".join(where.districts)
    if where.start:
        yield f"{name}.from", str(where.start)
    if where.ramp:
        yield f"{name}.ramp", str(where.ramp)


def read_where(pairs: Sequence[tuple[str, str]]) -> dict[str, Where]:
    """Return where and when each lever is moved, from what `write_where` yields.

    Raises
    ------
    ScenarioError
        A part is unknown, or a number of weeks is out of range.
    """
    found: dict[str, dict[str, object]] = {}
    for key, text in pairs:
        name, _, part = key.rpartition(".")
        if part not in KEYS:
            raise ScenarioError(
                f"no '{key[:60]}'", key=key[:60], expected=f"one of {', '.join(KEYS)}"
            )
        if part == "in":
            found.setdefault(name, {})["districts"] = tuple(filter(None, text.split(",")))
            continue
        most = MOST_WEEKS - (part == "from")
        weeks = int(text) if text.isdecimal() and len(text) < 5 else math.inf
        if weeks > most:
            raise ScenarioError(
                f"{key} is {text[:40]!r}", key=key, value=text, expected=f"0 to {most} whole weeks"
            )
        found.setdefault(name, {})["start" if part == "from" else "ramp"] = weeks
    return {name: Where.model_validate(one) for name, one in found.items()}
