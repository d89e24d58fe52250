"""What the page of evidence shows of a record: kind, district and period, as its address holds."""

from __future__ import annotations

import re
from typing import Final, Literal
from urllib.parse import parse_qsl, urlencode

from pydantic import BaseModel

from tarazu.app import words
from tarazu.app.evidence.counts import ALL, YEAR, EventCounts
from tarazu.core.errors import ScenarioError, TarazuError, raise_problems, suggest

By = Literal["year", "month"]
FIRST: Final = "militant"  # the kind that is shown first
_MONTH: Final = re.compile(r"(\d{4})(?:-(\d{2}))?")


class View(BaseModel, frozen=True):
    """A part of a record.

    Attributes
    ----------
    kind : of events, or ``all``. district : slug, or "" for all together.
    by : what one bar of the timeline is. first, last : months, counted from January of the first
        year, both shown.
    """

    kind: str
    district: str
    by: By
    first: int
    last: int


class DistrictCount(BaseModel):
    """Events of the kind in one district: in the period, and in the whole record."""

    slug: str
    name: str
    shown: int
    whole: int


class Shown(BaseModel):
    """Counts of a view.

    Attributes
    ----------
    bars : events per year or month over the whole record, in the chosen district or in all.
    districts : in the period. placeless : events in the period without a district.
    total : in the period, in the chosen district or in all. sentence : the same in words.
    """

    view: View
    bars: list[int]
    districts: list[DistrictCount]
    placeless: int
    total: int
    sentence: str


def read_view(query: str, counts: EventCounts) -> View:
    """Return the view that the query of an address holds.

    Raises
    ------
    ScenarioError, ExceptionGroup
        An unknown kind, district or way to count, or a period outside the record.
    """
    given = dict(parse_qsl(query, keep_blank_values=True, max_num_fields=20))
    kinds = [*counts.kinds, ALL]
    problems: list[TarazuError] = []
    kind = given.get("k", FIRST if FIRST in kinds else ALL)
    district, by = given.get("d", ""), given.get("by", "year")
    for what, value, valid in (
        ("kind of events", kind, kinds),
        ("district", district, ["", *counts.slugs]),
        ("unit of time", by, ["year", "month"]),
    ):
        if value not in valid:
            known = ", ".join(name for name in valid if name)
            problems.append(
                ScenarioError(
                    f"no {what} '{value[:40]}'",
                    key=what,
                    value=value[:40],
                    expected=f"one of {known}",
                    hint=suggest(value[:40], valid),
                )
            )
    ends = []
    for key, default in (("from", f"{counts.first_year}"), ("until", f"{counts.last_year}")):
        month = _month(given.get(key, default), counts, is_end=key == "until")
        if month is None:
            problems.append(
                ScenarioError(
                    f"{key} is {given[key][:20]!r}",
                    key=key,
                    value=given[key][:20],
                    expected=f"a year or a month, {counts.first_year} to {counts.last_year}-12",
                )
            )
        else:
            ends.append(month)
    raise_problems(problems, f"the address has {len(problems)} problems")
    first, last = sorted(ends)
    if by == "year":
        first, last = first // YEAR * YEAR, last // YEAR * YEAR + YEAR - 1
    return View(
        kind=kind,
        district=district,
        by="month" if by == "month" else "year",
        first=first,
        last=last,
    )


def write_view(view: View, counts: EventCounts) -> str:
    """Return the query of a link to a view."""
    pairs = [("k", view.kind), ("d", view.district), ("by", view.by)]
    ends = (("from", view.first), ("until", view.last))
    pairs += [(key, name_of(month, counts.first_year, view.by)) for key, month in ends]
    return urlencode([*pairs, ("r", counts.digest[:8])])


def name_of(month: int, first_year: int, by: str) -> str:
    """Return a month as 2011-03, or its year alone."""
    year = first_year + month // YEAR
    return f"{year}" if by == "year" else f"{year}-{month % YEAR + 1:02d}"


def show(counts: EventCounts, view: View) -> Shown:
    """Return the counts of a view."""
    of = counts.of(view.kind)
    period = of[view.first : view.last + 1].sum(axis=0)
    whole = of.sum(axis=0)
    places = len(counts.slugs)
    if view.district:
        at = counts.slugs.index(view.district)
        series, total = of[:, at], int(period[at])
    else:
        series, total = of.sum(axis=1), int(period.sum())
    if view.by == "year":
        series = series.reshape(-1, YEAR).sum(axis=1)
    placeless = int(period[places])
    first, last = (name_of(m, counts.first_year, view.by) for m in (view.first, view.last))
    known = {
        "total": words.amount(total),
        "events": words.fill(f"event_{view.kind}"),
        "period": first if first == last else f"{first} to {last}",
        "placeless": words.amount(placeless),
    }
    if view.district:
        sentence = words.fill("shown_district", district=counts.names[at], **known)
    else:
        sentence = words.fill("shown_all", region=counts.region, **known)
    return Shown(
        view=view,
        bars=[int(n) for n in series],
        districts=[
            DistrictCount(slug=slug, name=name, shown=int(period[d]), whole=int(whole[d]))
            for d, (slug, name) in enumerate(zip(counts.slugs, counts.names, strict=True))
        ],
        placeless=placeless,
        total=total,
        sentence=sentence,
    )


def _month(text: str, counts: EventCounts, *, is_end: bool) -> int | None:
    """Return the month of a text such as 2011 or 2011-03; None outside the record."""
    found = _MONTH.fullmatch(text)
    if found is None:
        return None
    year = int(found[1]) - counts.first_year
    month = int(found[2]) - 1 if found[2] else YEAR - 1 if is_end else 0
    at = year * YEAR + month
    return at if 0 <= month < YEAR and 0 <= at < counts.months else None
