"""A made-up file of the size of UCDP's global GED: all 49 columns, cells as long as real ones."""

import csv
from datetime import date, timedelta
from pathlib import Path

import numpy as np

ROWS = 385_000  # as many as the global GED of 2025 has
PLACES = 40_000
SEED = 20240901
HEADER = [
    "id",
    "relid",
    "year",
    "active_year",
    "code_status",
    "type_of_violence",
    "conflict_dset_id",
    "conflict_new_id",
    "conflict_name",
    "dyad_dset_id",
    "dyad_new_id",
    "dyad_name",
    "side_a_dset_id",
    "side_a_new_id",
    "side_a",
    "side_b_dset_id",
    "side_b_new_id",
    "side_b",
    "number_of_sources",
    "source_article",
    "source_office",
    "source_date",
    "source_headline",
    "source_original",
    "where_prec",
    "where_coordinates",
    "where_description",
    "adm_1",
    "adm_2",
    "latitude",
    "longitude",
    "geom_wkt",
    "priogrid_gid",
    "country",
    "iso3",
    "country_id",
    "region",
    "event_clarity",
    "date_prec",
    "date_start",
    "date_end",
    "deaths_a",
    "deaths_b",
    "deaths_civilians",
    "deaths_unknown",
    "best",
    "high",
    "low",
    "gwnoa",
    "gwnob",
]
ABROAD = [
    (country, f"{name} province", f"{name} {number} district")
    for country in ("Afghanistan", "India", "Iraq", "Syria", "Somalia", "Nigeria", "Mexico")
    for name in ("North", "South", "East", "West", "Central")
    for number in range(20)
]
DISTRICTS = ("Kech", "Gwadar", "Quetta", "Dera Bugti", "Kohlu", "Khuzdar", "Awaran", "Sibi", "")
GROUPS = ("BLA", "BRA", "BLF", "UBA", "TTP", "IS", "LeJ")
AGENCIES = ("Agence France Presse", "Reuters News", "BBC Monitoring South Asia", "Xinhua")
WHO = ("Gunmen", "Suspected rebels", "Security forces", "Police", "Unknown attackers", "Troops")
DID = ("kill", "ambush and kill", "gun down", "abduct", "open fire on", "launch raid against")
WHOM = ("soldiers", "miners", "Hazara pilgrims", "bus passengers", "militants", "labourers")
HOW = ("in roadside bomb blast", "in suicide attack", "in clash", "in rocket attack", "")


def write_ged_file(path: Path, *, inside: bool, rows: int = ROWS) -> Path:
    """Write the file; one row in 500 lies in the region, or every row if `inside`."""
    draw = np.random.Generator(np.random.PCG64(SEED)).integers(0, 1 << 30, (rows, 12)).tolist()
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(_row(number, n, inside=inside) for number, n in enumerate(draw))
    return path


def _row(number: int, n: list[int], *, inside: bool) -> list[object]:
    since_2013 = n[0] % 5 < 3  # headlines exist from 2013 on
    day = date(2013, 1, 1) + timedelta(n[1] % 4_300 if since_2013 else -1 - n[1] % 8_700)
    when = f"{day} 00:00:00.000"
    site = n[2] % PLACES  # a place lies in one district, at one point
    if inside or n[3] % 500 == 0:
        country, province = "Pakistan", "Balochistan province"
        district = DISTRICTS[site % len(DISTRICTS)]
        district = f"{district} district" if district else ""
    else:
        country, province, district = ABROAD[site % len(ABROAD)]
    lat, lon = 24 + site % 6_007 / 1_000, 60 + site % 9_001 / 1_000
    place = f"{district.removesuffix(' district') or 'Place'} {site} town"
    violence = 1 + n[4] % 3
    side_a = "LeJ" if violence > 1 else f"Government of {country}"
    side_b = "Civilians" if violence == 3 else GROUPS[n[5] % len(GROUPS)]
    deaths = [n[6] % 4 * (violence < 3), n[7] % 4 * (violence < 3), n[8] % 5, n[9] % 2]
    best = sum(deaths)
    agency = AGENCIES[n[9] % len(AGENCIES)]
    headline = (
        f"{WHO[n[10] % len(WHO)]} {DID[n[11] % len(DID)]} {best} {WHOM[n[9] % len(WHOM)]} "
        f"{HOW[n[8] % len(HOW)]} in {district or province}: officials, case {n[11] % 200_000}"
    )
    article = f'"{agency},{day},{headline}"' if since_2013 else f'{agency} {day} "{headline}'
    told = (agency, day, headline) if since_2013 else ("", "", "")
    return [
        number + 1, f"{country[:3].upper()}-{day.year}-{violence}-544-{number}", day.year,
        int(n[7] % 6 > 0), "Clear", violence, 325, 325, f"{country}: {province}", 708, 708,
        f"{side_a} - {side_b}", 142, 142, side_a, 1166, 1166, side_b, 1, article, *told,
        ("Officials", "Police", "Local administration officials")[n[0] % 3], 1 + site % 4, place,
        f"{place}, near {district}", province, district, lat, lon, f"POINT ({lon} {lat})", 167_526,
        country, country[:3].upper(), 770, "Asia", 1, 1, when, when, *deaths, best,
        best + n[6] % 3, best, 770, "",
    ]  # fmt: skip
