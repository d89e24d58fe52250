"""District of each event: by place name, by district name, by coordinates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tarazu.core.tables.cells import trim
from tarazu.core.tables.coded import Texts
from tarazu.core.tables.columns import Columns
from tarazu.record.account import Disagreement
from tarazu.record.source_table import SourceTable
from tarazu.region import Region
from tarazu.region.spelling import WITHIN, Spellings, fold, join_unit

OUTSIDE = "outside the region"  # the reason under which such rows are dropped
POINT_PRECISION = 2  # UCDP where_prec 1 exact, 2 within 25 km, 3 the district only
BESIDE_KM = 2.0  # a point so near the outer border lies in the district that it touches: ASSUMED
WIDER_THAN_DISTRICT = 4  # where_prec 4 province, 5 a line or an area, 6 country, 7 beyond


@dataclass(frozen=True, slots=True)
class _Decision:
    """District of equal events, the rule that decided, and what is reported about them."""

    district: str | None
    rule: str
    unknown: str | None = None
    moved: str | None = None
    named_and_pointed: tuple[str, str] | None = None


class Gazetteer:
    """Finds the districts of events in one region, and counts by which rule.

    Attributes
    ----------
    outside : rows outside the region, by country and province.
    rules : events by rule. unknown : events under a district name that the region does not know.
    moved : events whose place name belongs to another district than the one named, by name.
    disagreements : name against point, only where the region has boundaries.
    """

    def __init__(self, region: Region) -> None:
        self.region = region
        self.outside: Counter[str] = Counter()
        self.rules: Counter[str] = Counter()
        self.unknown: Counter[str] = Counter()
        self.moved: Counter[str] = Counter()
        self.disagreements: list[Disagreement] = []
        self._place_names = region.place_names()
        self._known_place_names: dict[str, str | None] = {}
        self._unit = {district.slug: district.frame_unit for district in region.districts}
        self._countries = Spellings((name, name) for name in region.countries)
        self._provinces = Spellings((name, name) for name in region.provinces)

    def keep_inside(self, columns: Columns, country: str, province: str, district: str) -> Columns:
        """Return the rows that lie in the region; the others are counted by country and province.

        Parameters
        ----------
        country, province, district : columns that hold these names.
        """
        used = [columns.coded_or_empty(name) for name in (country, province, district)]
        kind, first, counts = _distinct([cells.codes.astype(np.int64) for cells in used])
        names = [
            self._outside(*(cells.distinct[cells.codes[row]] for cells in used)) for row in first
        ]
        for name, count in zip(names, counts.tolist(), strict=True):
            if name is not None:
                self.outside[name] += count
        is_outside = np.array([name is not None for name in names], dtype=bool)
        return columns.drop(is_outside[kind], OUTSIDE)

    def _outside(self, country: str, province: str, district: str) -> str | None:
        """Return country and province of a row outside the region, None inside.

        A region without provinces is the whole of its countries. A district of the region counts
        only where no other province is named: another one may have its namesake.
        """
        if self._countries.find(country) is None:
            return country.strip() or "no country"
        if not self.region.provinces or self._provinces.find(province) is not None:
            return None
        if not trim(province) and self.region.lookup(trim(district)) is not None:
            return None
        return f"{country.strip()}: {province.strip() or district.strip() or 'no province'}"

    def locate(self, events: SourceTable) -> Texts:
        """Return the district of each event, None without one; the rules that decided are counted.

        A place name that the region lists counts before the district named, the district named
        before the coordinates. In a unit that was divided since, the coordinates decide. Locations
        wider than a district have none.
        """
        equal: list[NDArray[np.generic]] = [
            events.district_name,
            events.place_name,
            events.location_precision,
        ]
        if self.region.boundaries is not None:
            equal += [events.lon, events.lat]
        codes = [pd.factorize(values, use_na_sentinel=False)[0] for values in equal]
        kind, first, counts = _distinct(codes)
        found = [self._decide(events, row) for row in first.tolist()]
        for decision, count in zip(found, counts.tolist(), strict=True):
            self.rules[decision.rule] += count
            if decision.unknown is not None:
                self.unknown[decision.unknown] += count
            if decision.moved is not None:
                self.moved[decision.moved] += count
        self._note_disagreements(events.event_id, kind, found)
        districts = np.array([decision.district for decision in found], dtype=object)
        return districts[kind]

    def _decide(self, events: SourceTable, row: int) -> _Decision:
        district, place_name = events.district_name[row], events.place_name[row]
        named = self.region.lookup(district)
        unknown = district if district and named is None else None
        precision = events.location_precision[row]
        if precision >= WIDER_THAN_DISTRICT:
            return _Decision(None, "wider_than_district", unknown)
        place = self._district_of(place_name)
        is_moved = place is not None and named is not None and place != named
        moved = f"{place_name} ({district}) to {place}" if is_moved else None
        used, rule = (place, "place") if place is not None else (named, "name")
        apart, nowhere = None, "no_district"
        boundaries = self.region.boundaries
        lon, lat = float(events.lon[row]), float(events.lat[row])
        if boundaries is not None and precision <= POINT_PRECISION and not np.isnan(lon + lat):
            pointed = boundaries.locate(lon, lat)
            if used is None and pointed is not None:
                used, rule = pointed, "point"
            elif used is None:
                used = boundaries.nearest(lon, lat, within_km=BESIDE_KM)
                rule, nowhere = "point_beside", "point_outside"
            elif named is not None and place is None and self._is_part(named, pointed):
                used, rule = pointed, "point_within_unit"
            if named is not None and pointed not in (named, used):
                apart = (named, pointed or "")
        return _Decision(used, rule if used is not None else nowhere, unknown, moved, apart)

    def _district_of(self, place_name: str) -> str | None:
        """Return the district to which the region's list gives a place name."""
        if place_name not in self._known_place_names:
            self._known_place_names[place_name] = self._place_names.get(fold(place_name))
        return self._known_place_names[place_name]

    def _is_part(self, named: str, pointed: str | None) -> bool:
        """Whether the point lies in another part of the older unit that the name may mean."""
        if pointed is None or pointed == named:
            return False
        return self._unit[pointed] == self._unit[named]

    def _note_disagreements(
        self, event_ids: Texts, kind: NDArray[np.int64], found: list[_Decision]
    ) -> None:
        """Keep the events whose name and point disagree, in the order of their ids."""
        apart = np.array([decision.named_and_pointed is not None for decision in found], dtype=bool)
        for row in np.flatnonzero(apart[kind]).tolist():
            decision = found[kind[row]]
            if decision.named_and_pointed is not None:
                named, pointed = decision.named_and_pointed
                used = decision.district or ""
                self.disagreements.append(Disagreement(event_ids[row], named, pointed, used))
        self.disagreements.sort(key=lambda d: (d.event_id, d.named, d.pointed, d.used))


def _distinct(
    codes: Sequence[NDArray[np.int64]],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return which rows with several codes (>= 0) are equal.

    Returns
    -------
    Number of each row's kind, (N,); the first row of each kind and its count, (K,).
    """
    kind = np.zeros(len(codes[0]), dtype=np.int64)
    for code in codes:
        pairs = kind * (int(code.max(initial=0)) + 1) + code
        kind = pd.factorize(pairs)[0]  # small again, so that nothing overflows
    rows = np.arange(len(kind))
    first = np.empty(int(kind.max(initial=-1)) + 1, dtype=np.int64)
    first[kind[::-1]] = rows[::-1]
    return kind, first, np.bincount(kind, minlength=len(first))


def finest_known(
    region: Region, levels: Sequence[Texts], precision: NDArray[np.int64]
) -> tuple[Texts, NDArray[np.int64]]:
    """Return the name of each event's unit, by the first level that names a district, or the first.

    Which level the districts are on differs between countries. They are provinces where the
    province names a district of more events than all finer levels do: then it counts first, and a
    place that is known to the province only is known well enough. Elsewhere it counts for nothing,
    because a province and a district within it often have one name. Districts of one name, which
    the region tells apart by the unit that they lie in, are found by both names.

    Parameters
    ----------
    levels : names, (N,) each, the finest first and the province last.
    precision : (N,) UCDP's where_prec.
    """
    finer, province = [*levels[:-1], *_with_units(region, levels)], levels[-1]
    known, by_province = [_is_known(region, names) for names in finer], _is_known(region, province)
    by_finer = np.logical_or.reduce([np.zeros(len(province), dtype=bool), *known])
    if by_province.sum() <= by_finer.sum():
        nothing = [np.zeros(len(province), dtype=bool)]
        names = np.select([*known, *nothing], [*finer, province], default=levels[0])
        return names.astype(object), precision
    names = np.select([by_province, *known], [province, *finer], default=levels[0])
    enough = by_province & (precision == WIDER_THAN_DISTRICT)
    return names.astype(object), np.where(enough, WIDER_THAN_DISTRICT - 1, precision)


def _is_known(region: Region, names: Texts) -> NDArray[np.bool_]:
    """Return which names are those of districts, (N,)."""
    codes, distinct = pd.factorize(names, use_na_sentinel=False)
    return np.array([region.lookup(name) is not None for name in distinct], dtype=bool)[codes]


def _with_units(region: Region, levels: Sequence[Texts]) -> list[Texts]:
    """Return each level's names joined with those of the coarser ones, if the region joins any."""
    if not any(WITHIN in district.name for district in region.districts):
        return []
    return [
        np.array([join_unit(*pair) for pair in zip(fine, coarse, strict=True)], dtype=object)
        for i, fine in enumerate(levels)
        for coarse in levels[i + 1 :]
    ]
