"""In which district an event lies: by place, by district name, by point."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tarazu.record.record import Disagreement
from tarazu.region import Region
from tarazu.region.region import fold

POINT_PRECISION = 2  # UCDP where_prec 1 exact, 2 within 25 km, 3 the district only
WIDER_THAN_DISTRICT = 4  # where_prec 4 province, 5 a line or an area, 6 country, 7 beyond


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """What an event row says about its place.

    Attributes
    ----------
    country, province, district, place : names. precision : UCDP where_prec, 1 to 7.
    lon, lat : degrees.
    """

    country: str
    province: str
    district: str
    place: str
    precision: int
    lon: float
    lat: float


class Gazetteer:
    """Puts events into the districts of one region and counts how.

    Attributes
    ----------
    rules : events by rule. unknown : events under a district name that the region does not know.
    moved : events whose place lies in another district than the one named, by name.
    disagreements : name against point, only where the region has boundaries.
    """

    def __init__(self, region: Region) -> None:
        self.region = region
        self.rules: Counter[str] = Counter()
        self.unknown: Counter[str] = Counter()
        self.moved: Counter[str] = Counter()
        self.disagreements: list[Disagreement] = []
        self._names = region.names()
        self._places = region.places()
        self._unit = {district.slug: district.frame_unit for district in region.districts}
        self._size = Counter(self._unit.values())
        self._countries = {fold(name) for name in region.countries}
        self._provinces = {fold(name) for name in region.provinces}
        self._outside: dict[tuple[str, str, str], str | None] = {}

    def outside(self, country: str, province: str, district: str) -> str | None:
        """Return the name of the place if it lies outside the region, None inside."""
        key = (country, province, district)
        if key not in self._outside:
            self._outside[key] = self._judge(*key)
        return self._outside[key]

    def _judge(self, country: str, province: str, district: str) -> str | None:
        if fold(country) not in self._countries:
            return country.strip() or "no country"
        if fold(province) in self._provinces or fold(district) in self._names:
            return None
        return f"{country.strip()}: {province.strip() or district.strip() or 'no province'}"

    def locate(self, event_id: str, where: NamedPlace) -> str | None:
        """Return the district of an event, None without one; the rule that decided is counted.

        A place that the region lists wins over the district named, the name over the point. A unit
        that was divided since is divided by the point. Places wider than a district have none.
        """
        district, rule = self._decide(event_id, where)
        self.rules[rule] += 1
        return district

    def _decide(self, event_id: str, where: NamedPlace) -> tuple[str | None, str]:
        named = self._names.get(fold(where.district)) if where.district else None
        if where.district and named is None:
            self.unknown[where.district] += 1
        if where.precision >= WIDER_THAN_DISTRICT:
            return None, "wider_than_district"
        place = self._places.get(fold(where.place))
        if place is not None and named is not None and place != named:
            self.moved[f"{where.place} ({where.district}) to {place}"] += 1
        used, rule = (place, "place") if place is not None else (named, "name")
        boundaries = self.region.boundaries
        if boundaries is not None and where.precision <= POINT_PRECISION:
            pointed = boundaries.locate(where.lon, where.lat)
            if used is None and pointed is not None:
                used, rule = pointed, "point"
            elif named is not None and place is None and self._is_part(named, pointed):
                used, rule = pointed, "point_within_unit"
            if named is not None and pointed not in (named, used):
                self.disagreements.append(Disagreement(event_id, named, pointed or "", used or ""))
        return (used, rule) if used is not None else (None, "no_district")

    def _is_part(self, named: str, pointed: str | None) -> bool:
        """Whether the point lies in another part of the older unit that the name may mean."""
        if pointed is None or pointed == named:
            return False
        return self._unit[pointed] == self._unit[named]
