"""Older administrative frames: districts merged into the units that an event source uses."""

from __future__ import annotations

from dataclasses import replace

from tarazu.core.provenance import digest
from tarazu.region.region import District, Edge, Region, join_districts


def in_frame(region: Region, frame: str) -> Region:
    """Return the region in its own or its older administrative frame.

    Districts of one older unit become one: people and areas are added, shares weighted, borders
    between units added up, distances and weights computed anew.

    Raises
    ------
    ValueError
        The region has no such frame.

    Examples
    --------
    >>> from tarazu.region import load_region
    >>> len(in_frame(load_region(), "ucdp29").districts)
    29
    """
    if frame == region.frame:
        return region
    if frame != region.older_frame or not frame:
        known = ", ".join(name for name in (region.frame, region.older_frame) if name)
        raise ValueError(f"region '{region.name}' has no frame '{frame}'; expected one of: {known}")
    return merge_units(region)


def merge_units(region: Region) -> Region:
    """Return the region in its older frame, one district per `frame_unit`.

    The unit keeps name, headquarters, terrain and division of the district whose slug it bears;
    `load_region` has checked that there is one. It has the tiles of all its districts, that one's
    first.
    """
    own = {district.slug: district for district in region.districts}
    unit_of = {district.slug: district.frame_unit for district in region.districts}
    units = sorted(set(unit_of.values()))
    merged = {
        unit: _merge(own[unit], [d for d in region.districts if d.frame_unit == unit])
        for unit in units
    }
    borders: dict[tuple[str, str], float] = {}
    for edge in region.edges:
        a, b = sorted((unit_of[edge.district_a], unit_of[edge.district_b]))
        if a != b:
            borders[a, b] = borders.get((a, b), 0.0) + edge.shared_border_km
    edges: tuple[Edge, ...] = tuple(
        join_districts(merged[a], merged[b], km) for (a, b), km in sorted(borders.items())
    )
    own_tiles = {tile.slug: tile for tile in region.tiles if tile.slug in merged}
    joined_tiles = (
        replace(tile, slug=unit_of[tile.slug], abbr=own_tiles[unit_of[tile.slug]].abbr)
        for tile in region.tiles
        if tile.slug not in merged
    )
    return replace(
        region,
        frame=region.older_frame,
        older_frame="",
        districts=tuple(merged[unit] for unit in units),
        edges=edges,
        tiles=(*own_tiles.values(), *joined_tiles),
        digest=digest(f"{region.digest} {region.older_frame}".encode()),
        boundaries=None if region.boundaries is None else region.boundaries.relabel(unit_of),
    )


def _merge(parent: District, parts: list[District]) -> District:
    if len(parts) == 1:
        return replace(parent, frame_unit=parent.slug)
    area = sum(part.area_km2 for part in parts)
    population = sum(part.population for part in parts)
    ranks = ["high", "medium", "low"]
    spellings = [s for part in parts for s in (part.slug, part.name, *part.aliases)]
    return replace(
        parent,
        aliases=tuple(s for s in dict.fromkeys(spellings) if s not in (parent.slug, parent.name)),
        places=tuple(place for part in parts for place in part.places),
        frame_unit=parent.slug,
        centroid_lat=sum(part.centroid_lat * part.area_km2 for part in parts) / area,
        centroid_lon=sum(part.centroid_lon * part.area_km2 for part in parts) / area,
        area_km2=area,
        population=population,
        population_confidence=max((part.population_confidence for part in parts), key=ranks.index),
        population_2017=sum(part.population_2017 for part in parts),
        urban_share=sum(part.urban_share * part.population for part in parts) / population,
        borders=tuple(dict.fromkeys(country for part in parts for country in part.borders)),
        coast=any(part.coast for part in parts),
        infrastructure=tuple(dict.fromkeys(flag for part in parts for flag in part.infrastructure)),
        attributes=_mean_attributes(parts),
    )


def _mean_attributes(parts: list[District]) -> tuple[tuple[str, float], ...]:
    """Return the means of further numbers over the residents of the districts that have them."""
    names = dict.fromkeys(name for part in parts for name, _ in part.attributes)
    means = []
    for name in names:
        known = [
            (dict(p.attributes)[name], p.population) for p in parts if name in dict(p.attributes)
        ]
        people = sum(count for _, count in known)
        means.append((name, sum(value * count for value, count in known) / people))
    return tuple(means)
