"""Account of a source: its terms, the rows that were read, left out or weak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Literal

Scope = Literal["active dyads", "lethal events", "any"]


@dataclass(frozen=True, slots=True)
class SourceNote:
    """Source of the events and its terms.

    Attributes
    ----------
    title, licence : name of the data set and its terms.
    citations : what a publication must cite.
    digest : sha256 of the file that was read (of the original file for the embedded figures).
    scope : what the source counts as an event: "lethal events" with a death only, of "active dyads"
        (25 deaths in some year) only, or "any": what its authors count, deaths or not.
    """

    title: str
    licence: str
    citations: tuple[str, ...]
    digest: str
    scope: Scope = "any"

    @property
    def is_lethal_only(self) -> bool:
        """Whether events without a death are missing by definition."""
        return self.scope != "any"


@dataclass(frozen=True, slots=True)
class Reject:
    """One row that could not be read, kept only with ``keep_going``."""

    line: int
    column: str
    value: str
    problem: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An event whose district name and coordinates point to different districts.

    Attributes
    ----------
    named, pointed : slugs; `pointed` is "" outside all polygons.
    used : the slug in the record.
    """

    event_id: str
    named: str
    pointed: str
    used: str


@dataclass(frozen=True, slots=True)
class YearCount:
    """One year of the record; deaths by side include events with best = 0."""

    year: int
    events: int
    zero_best: int
    group_site: int
    inactive: int
    attacks: int
    operations: int
    foreign_state: int
    other: int
    unclear: int
    deaths_state: int
    deaths_militant: int
    deaths_civilian: int
    deaths_unknown: int


@dataclass(frozen=True)
class Quality:
    """Rows read, rows left out by reason, and counts of weak events among the rest.

    rows_read = rows_used + rows dropped + rows_rejected, checked on construction.

    Attributes
    ----------
    rows_read : data rows of the file. rows_used : events in the record.
    rows_rejected : rows that could not be read (only with ``keep_going``).
    dropped : rows by reason. remarks : rows that are used although something about them is odd.
    outside : rows outside the region by country and province.
    zero_best : events whose best estimate is 0 deaths. group_site : of them and others, known
        only from an armed group's own site. inactive_years : in dyad-years under 25 deaths.
    imprecise_dates : not dated to the day. no_district : without a district.
    unknown_districts : events in the region whose district name it does not have, by name.
    district_rules : events by the rule that placed them.
    moved_by_place : events whose place name belongs to another district than the one named.
    disagreements : name against coordinates, only where boundaries were given.
    rejects : the rejected rows. by_year : one entry per year with events.
    """

    rows_read: int
    rows_used: int
    rows_rejected: int
    dropped: Mapping[str, int]
    remarks: Mapping[str, int]
    outside: Mapping[str, int]
    zero_best: int
    group_site: int
    inactive_years: int
    imprecise_dates: int
    no_district: int
    unknown_districts: Mapping[str, int]
    district_rules: Mapping[str, int]
    moved_by_place: Mapping[str, int]
    disagreements: tuple[Disagreement, ...]
    rejects: tuple[Reject, ...]
    by_year: tuple[YearCount, ...]

    def __post_init__(self) -> None:
        accounted = self.rows_used + sum(self.dropped.values()) + self.rows_rejected
        if self.rows_read != accounted:
            message = f"{self.rows_read} rows read but {accounted} accounted for"
            raise ValueError(message)

    def __repr__(self) -> str:
        return (
            f"<Quality: {self.rows_read:,} rows read, {self.rows_used:,} events used, "
            f"{sum(self.dropped.values()):,} dropped, {self.rows_rejected:,} rejected; "
            f"{self.no_district:,} without a district, {self.imprecise_dates:,} not dated to the "
            "day>"
        )

    def _repr_html_(self) -> str:
        rows = {
            "rows read": self.rows_read,
            "events used": self.rows_used,
            **{f"dropped: {reason}": n for reason, n in self.dropped.items()},
            "rejected": self.rows_rejected,
            **{f"noted: {what}": n for what, n in self.remarks.items()},
            "best = 0": self.zero_best,
            "from a group's own site": self.group_site,
            "in inactive years": self.inactive_years,
            "not dated to the day": self.imprecise_dates,
            "without district": self.no_district,
            "name against coordinates": len(self.disagreements),
        }
        lines = "".join(f"<tr><td>{escape(k)}</td><td>{v:,}</td></tr>" for k, v in rows.items())
        return f"<table>{lines}</table>"
