"""Where a lever is moved, from when, and over how many weeks: settings of a policy."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from tarazu.app.lab import START, Lab
from tarazu.core.errors import ScenarioError, suggest
from tarazu.model.quantities import Lever
from tarazu.policy.policy import Setting

RAMP_STEP: Final = 4  # weeks for which a lever stays at one value on the way
MOST_WEEKS: Final = 520
NAMED: Final = 2  # places that a title names; of more, the number of districts is given
MONTHS: Final = tuple(calendar.month_name)[1:]
WEEK: Final = timedelta(weeks=1)
LAST_DAY: Final = START + MOST_WEEKS * WEEK - timedelta(days=1)
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
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")  # as state.js reads it


def first_day(week: int) -> date:
    """Return the day on which a week of a run begins."""
    return START + week * WEEK


def week_of(text: str) -> int | None:
    """Return the week that a day such as 2027-03-01 lies in, or a whole number of weeks.

    None for any other text. A day before the start gives a negative week.
    """
    if text.isascii() and text.isdecimal() and len(text) < 5:
        return int(text)
    if DAY.fullmatch(text) is None:  # 20270301 would be one, too
        return None
    try:
        return (date.fromisoformat(text) - START) // WEEK
    except ValueError:
        return None


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


def describe_where(where: Where, lab: Lab, *, in_days: bool = False) -> str:
    """Return where and when in words, with a space before them; "" for everywhere and at once.

    Parameters
    ----------
    in_days : whether the day of the first week is named too; in titles it takes too much room.
    """
    text = ""
    if where.districts:
        places = _places(where, lab)
        number = len(where.districts)
        text += f" in {' and '.join(places)}" if len(places) <= NAMED else f" in {number} districts"
    if where.start:
        day, week = first_day(where.start), f"week {where.start}"
        named = f"{day.day} {MONTHS[day.month - 1]} {day.year} ({week})"
        text += f" from {named if in_days else week}"
    if where.ramp:
        text += f" over {where.ramp} weeks"
    return text


def _places(where: Where, lab: Lab) -> list[str]:
    """Return the divisions that are there whole, and the districts that are not in them."""
    divisions = lab.divisions.items()
    whole = [name for name, slugs in divisions if len(slugs) > 1 and slugs <= {*where.districts}]
    single = [
        district.name
        for district in lab.region.districts
        if district.slug in where.districts and district.division not in whole
    ]
    return [*(f"{name} division" for name in whole), *single]


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
        is_day = part == "from" and "-" in text
        weeks = week_of(text) if is_day or text.isdecimal() else None
        if weeks is None or not 0 <= weeks <= most:
            days = f", or a day from {START} to {LAST_DAY}" if part == "from" else ""
            raise ScenarioError(
                f"{key} is {text[:40]!r}",
                key=key,
                value=text,
                expected=f"0 to {most} whole weeks{days}",
            )
        found.setdefault(name, {})["start" if part == "from" else "ramp"] = weeks
    return {name: Where.model_validate(one) for name, one in found.items()}
