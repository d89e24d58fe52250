"""Older frames: merging keeps people, areas and borders."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarazu.region import Region, in_frame, load_region
from tarazu.region.admin_units import merge_units

BALOCHISTAN = load_region()
UNITS = in_frame(BALOCHISTAN, "ucdp29")
MERGED = {"duki": "loralai", "surab": "kalat", "chaman": "killa_abdullah"} | {
    "sohbatpur": "jaffarabad",
    "washuk": "kharan",
}


def test_ucdp29__holds_29_units_without_the_five_later_districts() -> None:
    assert len(UNITS.districts) == 29
    assert set(BALOCHISTAN.slugs) - set(UNITS.slugs) == set(MERGED)
    assert UNITS.frame == "ucdp29"


def test_ucdp29__knows_the_later_names_as_the_older_units() -> None:
    names = UNITS.names()
    assert all(names[later] == unit for later, unit in MERGED.items() if "_" not in later)


def test_ucdp29__is_its_own_frame_and_has_no_other() -> None:
    assert in_frame(UNITS, "ucdp29") is UNITS
    with pytest.raises(ValueError, match="has no frame 'census1998'"):
        in_frame(UNITS, "census1998")


def test_ucdp29__keeps_the_hexagons_of_merged_districts() -> None:
    hexagons = {(tile.col, tile.row) for tile in UNITS.tiles}
    assert hexagons == {(tile.col, tile.row) for tile in BALOCHISTAN.tiles}
    assert {tile.slug for tile in UNITS.tiles} == set(UNITS.slugs)


def test_ucdp29__has_another_digest() -> None:
    assert UNITS.digest != BALOCHISTAN.digest


def _regrouped(units: list[int]) -> Region:
    """Balochistan with other units: district i belongs to units[i], unless it is a unit."""
    districts = BALOCHISTAN.districts
    heads = {districts[i].slug for i in units}
    moved = tuple(
        replace(d, frame_unit=d.slug if d.slug in heads else districts[unit].slug)
        for d, unit in zip(districts, units, strict=True)
    )
    return replace(BALOCHISTAN, districts=moved)


@given(st.lists(st.integers(0, 33), min_size=34, max_size=34))
def test_merge_units__conserves_people_area_and_outer_borders(units: list[int]) -> None:
    region = _regrouped(units)
    merged = merge_units(region)
    unit_of = {district.slug: district.frame_unit for district in region.districts}
    assert sum(d.population for d in merged.districts) == sum(
        d.population for d in region.districts
    )
    assert sum(d.area_km2 for d in merged.districts) == pytest.approx(
        sum(d.area_km2 for d in region.districts)
    )
    between = sum(
        e.shared_border_km for e in region.edges if unit_of[e.district_a] != unit_of[e.district_b]
    )
    assert sum(e.shared_border_km for e in merged.edges) == pytest.approx(between)
    assert all(0 <= d.urban_share <= 1 for d in merged.districts)


def test_merge_units__leaves_a_region_of_single_units_as_it_is() -> None:
    single = replace(
        BALOCHISTAN, districts=tuple(replace(d, frame_unit=d.slug) for d in BALOCHISTAN.districts)
    )
    merged = merge_units(single)
    assert merged.districts == single.districts
    assert merged.edges == single.edges
    assert merged.tiles == single.tiles
