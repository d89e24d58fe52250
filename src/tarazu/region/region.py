"""Region: districts and the borders that they share."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from math import asin, cos, nan, radians, sin, sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tarazu.core.provenance import digest
from tarazu.region.spelling import Spellings, fold

if TYPE_CHECKING:
    from tarazu.region.boundaries import Boundaries

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG


@dataclass(frozen=True, slots=True)
class District:
    """One district: the smallest unit that is modelled, drawn or exported.

    Attributes
    ----------
    slug : key in every table. name, aliases : spellings that mean this district.
    places : place names that lie in it for certain, whatever district an event file names.
    frame_unit : slug of the unit of the older administrative frame that holds it.
    hq_lat, hq_lon, centroid_lat, centroid_lon : degrees.
    area_km2 : km2, > 0. population, population_2017 : persons, > 0 and >= 0 (0: not known).
    population_confidence : "high" | "medium" | "low".
    urban_share : urban residents of all residents, 0 to 1.
    borders : foreign countries that it touches. coast : whether it touches the sea.
    infrastructure : flags, explained in `Region.infrastructure`.
    attributes : further numbers, (name, value) each; what is not known is not here.
    """

    slug: str
    name: str
    aliases: tuple[str, ...]
    places: tuple[str, ...]
    frame_unit: str
    division: str
    headquarters: str
    hq_lat: float
    hq_lon: float
    centroid_lat: float
    centroid_lon: float
    area_km2: float
    population: int
    population_confidence: str
    population_2017: int
    urban_share: float
    borders: tuple[str, ...]
    coast: bool
    terrain: str
    infrastructure: tuple[str, ...]
    attributes: tuple[tuple[str, float], ...] = ()

    def attribute(self, name: str) -> float:
        """Return a further number; NaN if it is not known."""
        return dict(self.attributes).get(name, nan)


@dataclass(frozen=True, slots=True)
class Edge:
    """An undirected pair of districts that share a border line.

    Attributes
    ----------
    district_a, district_b : slugs, a < b.
    shared_border_km : km, > 0.
    hq_distance_km, centroid_distance_km : great-circle distances, km.
    weight : shared border over distance of the headquarters, dimensionless, > 0 (the form of
        Cliff & Ord 1981).
    """

    district_a: str
    district_b: str
    shared_border_km: float
    hq_distance_km: float
    centroid_distance_km: float
    weight: float


@dataclass(frozen=True, slots=True)
class Tile:
    """The hexagon of a district on the tile map; x, y in hexagon widths, y upwards."""

    slug: str
    abbr: str
    col: int
    row: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class ColumnSource:
    """Where a column of the region's tables comes from and how far it is trusted."""

    table: str
    column: str
    meaning: str
    unit: str
    source: str
    licence: str
    confidence: str


@dataclass(frozen=True, repr=False)
class Region:
    """The districts of a region, in one administrative frame and one fixed order.

    Attributes
    ----------
    name, title : key and name in words.
    frame : administrative frame of `districts`, for example "census2023" or "ucdp29".
    older_frame : frame that `District.frame_unit` refers to; "" without one.
    countries, provinces : names by which event files name the region.
    districts : (D,) in the order of every array. edges : (E,). tiles : empty, or
        one per district of the newest frame, so that a unit of an older one may have several.
    infrastructure : pairs of flag and meaning.
    column_sources : one entry per column of the tables.
    digest : sha256 of the tables and the frame.
    boundaries : polygons of the districts, only where the caller gave them.
    """

    name: str
    title: str
    frame: str
    older_frame: str
    countries: tuple[str, ...]
    provinces: tuple[str, ...]
    districts: tuple[District, ...]
    edges: tuple[Edge, ...]
    tiles: tuple[Tile, ...]
    infrastructure: tuple[tuple[str, str], ...]
    column_sources: tuple[ColumnSource, ...]
    digest: str
    boundaries: Boundaries | None = field(default=None, compare=False, repr=False)

    @property
    def slugs(self) -> tuple[str, ...]:
        """Keys of the districts, (D,), in the order of every array."""
        return tuple(district.slug for district in self.districts)

    def adjacency(self) -> NDArray[np.bool_]:
        """Return whether two districts touch, (D, D), symmetric, False on the diagonal."""
        return self._edge_matrix() > 0

    def weights(self) -> NDArray[np.float64]:
        """Return neighbour weights, (D, D): rows sum to 1, or to 0 without neighbours."""
        raw = self._edge_matrix()
        totals = raw.sum(axis=1, keepdims=True)
        return raw / np.where(totals > 0, totals, 1.0)

    def _edge_matrix(self) -> NDArray[np.float64]:
        place = {slug: i for i, slug in enumerate(self.slugs)}
        matrix = np.zeros((len(place), len(place)))
        for edge in self.edges:
            a, b = place[edge.district_a], place[edge.district_b]
            matrix[a, b] = matrix[b, a] = edge.weight
        return matrix

    @cached_property
    def spellings(self) -> Spellings:
        """Spellings of the districts' names, with the slug that each stands for."""
        return Spellings(
            (spelling, district.slug)
            for district in self.districts
            for spelling in (district.slug, district.name, *district.aliases)
        )

    def names(self) -> Mapping[str, str]:
        """Return every spelling of a district's name, folded by `fold`, and its slug."""
        return self.spellings.folded

    def lookup(self, name: str) -> str | None:
        """Return the slug of the district that a name means, in any spelling; None without one."""
        return self.spellings.find(name)

    def place_names(self) -> dict[str, str]:
        """Return every place name listed for a district, folded by `fold`, and its slug."""
        return {
            fold(place): district.slug for district in self.districts for place in district.places
        }

    def part(self, slugs: Collection[str]) -> Region:
        """Return the region of some of its districts, and of the borders between these.

        Parameters
        ----------
        slugs : of districts, at least one; see `find`.
        """
        kept = tuple(district for district in self.districts if district.slug in slugs)
        if not kept:
            raise ValueError(f"no district of {self.title} is left; expected at least one")
        if len(kept) == len(self.districts):
            return self
        names = ",".join(district.slug for district in kept)
        return replace(
            self,
            older_frame="",  # whose units may lie partly outside
            districts=kept,
            edges=tuple(e for e in self.edges if {e.district_a, e.district_b} <= set(slugs)),
            tiles=tuple(tile for tile in self.tiles if tile.slug in slugs),
            digest=digest(f"{self.digest} {names}".encode()),
            boundaries=None,
        )

    def __repr__(self) -> str:
        return (
            f"<Region {self.title}: {len(self.districts)} districts, {len(self.edges)} pairs of "
            f"neighbours, frame {self.frame}>"
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(d.name)}</td><td>{escape(d.division)}</td><td>{d.population:,}</td>"
            f"<td>{d.area_km2:,.0f}</td><td>{d.urban_share:.0%}</td></tr>"
            for d in self.districts
        )
        return (
            f"<p><b>{escape(self.title)}</b>, frame {escape(self.frame)}: "
            f"{len(self.districts)} districts, {len(self.edges)} pairs of neighbours</p>"
            "<table><tr><th>district</th><th>division</th><th>residents</th><th>km2</th>"
            f"<th>urban</th></tr>{rows}</table>"
        )


def distance_km(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Return the great-circle distance of two points in degrees, km."""
    half_lat, half_lon = radians(lat_b - lat_a) / 2, radians(lon_b - lon_a) / 2
    h = sin(half_lat) ** 2 + cos(radians(lat_a)) * cos(radians(lat_b)) * sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, h)))


def join_districts(a: District, b: District, shared_border_km: float) -> Edge:
    """Return the edge of two districts: ordered by slug, with distances and weight."""
    a, b = sorted((a, b), key=lambda district: district.slug)
    hq_distance = distance_km(a.hq_lat, a.hq_lon, b.hq_lat, b.hq_lon)
    return Edge(
        district_a=a.slug,
        district_b=b.slug,
        shared_border_km=shared_border_km,
        hq_distance_km=hq_distance,
        centroid_distance_km=distance_km(
            a.centroid_lat, a.centroid_lon, b.centroid_lat, b.centroid_lon
        ),
        weight=shared_border_km
        / max(hq_distance, 1.0),  # two headquarters in one town: 1 km, not infinity
    )
