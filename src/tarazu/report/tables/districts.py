"""Attacks by district: counts, shares, and per resident where residents are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tarazu.core.number_format import count, number, percent, years
from tarazu.record import Record
from tarazu.report.table import Table

PER: Final = 100_000  # residents; also what a region built without residents gives each district


@dataclass(frozen=True, slots=True)
class DistrictCounts:
    """Attacks of a record by district.

    Attributes
    ----------
    sure, zero : attacks with and without a confirmed death, by slug.
    rates : those with one per 100,000 residents; empty where residents are not known.
    homeless : attacks with a confirmed death that have no district.
    """

    sure: dict[str, int]
    zero: dict[str, int]
    rates: dict[str, float]
    homeless: int

    @property
    def placed(self) -> int:
        """Attacks with a confirmed death that have a district."""
        return sum(self.sure.values())


def district_counts(record: Record) -> DistrictCounts:
    """Return the attacks of a record by district."""
    attacks = record.events.loc[record.events["initiator"] == "militant"]
    sure, zero = (
        attacks.loc[attacks["zero_best"] == is_zero].groupby("district", observed=True)["count"]
        for is_zero in (False, True)
    )
    slugs, districts = record.region.slugs, record.region.districts
    by_sure, by_zero = (
        {slug: int(sums.get(slug, 0)) for slug in slugs} for sums in (sure.sum(), zero.sum())
    )
    is_known = any(district.population != PER for district in districts)
    total = int(attacks.loc[~attacks["zero_best"], "count"].sum())
    return DistrictCounts(
        by_sure,
        by_zero,
        {d.slug: PER * by_sure[d.slug] / d.population for d in districts} if is_known else {},
        total - sum(by_sure.values()),
    )


def districts_table(record: Record) -> Table:
    """Return one row per district, the one with the most attacks first."""
    found = district_counts(record)
    districts = sorted(record.region.districts, key=lambda d: (-found.sure[d.slug], d.name))
    columns = ["district", "attacks, confirmed death", "share of them", "attacks, best = 0"]
    if found.rates:
        columns += ["residents", f"attacks, confirmed death, per {count(PER)} residents"]
    rows = []
    for district in districts:
        sure, slug = found.sure[district.slug], district.slug
        share = percent(sure / found.placed) if found.placed else ""
        row = [district.name, count(sure), share, count(found.zero[slug])]
        if found.rates:
            row += [count(district.population), number(found.rates[slug])]
        rows.append(tuple(row))
    return Table(
        f"Attacks by district, {years(record.start.year, record.end.year)}",
        tuple(columns),
        tuple(rows),
        frozenset(range(1, len(columns))),
    )
