"""The level of places that names the district: provinces only where the region is provinces."""

from pathlib import Path

import pandas as pd
import pytest
from tests.unit.record.ged_files import event, write_ged
from tests.unit.region.made_up_country import feature, write_geojson

from tarazu.record import Record, read_record
from tarazu.region import Region
from tarazu.region.build.builder import build_region

WIDER = "4"  # where_prec: only the province is known


def build(tmp_path: Path, *names: str) -> Region:
    content = [
        feature([(x, 10), (x + 1, 10), (x + 1, 11), (x, 11), (x, 10)], name=name)
        for x, name in enumerate(names, start=10)
    ]
    file = write_geojson(tmp_path / "map.geojson", content)
    return build_region(file, name_column="name", country="Pakistan")


def read(tmp_path: Path, region: Region, *places: tuple[str, str, str]) -> Record:
    """Read an event for each province, district and where_prec; no point lies in the region."""
    rows = [
        event(
            n,
            adm_1=province,
            adm_2=district,
            where_prec=precision,
            where_coordinates="",
            longitude="60.0",
            latitude="40.0",
        )
        for n, (province, district, precision) in enumerate(places, start=1)
    ]
    return read_record(write_ged(tmp_path / "ged.csv", rows), region=region)


def districts(record: Record) -> list[str | None]:
    found = record.events.sort_values("event_id")["district"]
    return [None if pd.isna(slug) else slug for slug in found]


def test_province__is_the_district_where_the_region_is_provinces(tmp_path: Path) -> None:
    region = build(tmp_path, "Balkh", "Kabul")
    record = read(
        tmp_path,
        region,
        ("Kabul province", "Kabul district", "1"),
        ("Balkh province", "Dawlatabad district", "2"),
        ("Balkh province", "", WIDER),
        ("Kabul province", "Balkh district", "3"),  # a namesake of another province
    )
    assert districts(record) == ["kabul", "balkh", "balkh", "kabul"]


def test_province__is_not_the_district_of_its_name_where_the_region_is_districts(
    tmp_path: Path,
) -> None:
    region = build(tmp_path, "Agadez", "Arlit")
    record = read(
        tmp_path,
        region,
        ("Agadez region", "Arlit department", "1"),
        ("Agadez region", "Agadez department", "1"),
        ("Agadez", "Bilma department", "1"),
        ("Agadez", "", WIDER),
    )
    assert districts(record) == ["arlit", "agadez", None, None]


@pytest.mark.parametrize("order", [1, -1])
def test_place__does_not_depend_on_the_order_of_events(order: int, tmp_path: Path) -> None:
    region = build(tmp_path, "Balkh", "Kabul")
    places = [("Balkh province", "Dawlatabad district", "2"), ("Balkh province", "", WIDER)]
    record = read(tmp_path, region, *places[::order])
    assert districts(record) == ["balkh", "balkh"]
