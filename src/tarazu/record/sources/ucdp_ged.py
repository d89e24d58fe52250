"""UCDP's Georeferenced Event Dataset: csv, plain or from HDX, pages of the API, and candidates."""

from __future__ import annotations

import re
from collections.abc import Set
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tarazu.core.tables.cells import parse_flag
from tarazu.core.tables.coded import Joined, Mask, Texts
from tarazu.core.tables.columns import Columns
from tarazu.record.coding.rules import RuleSet
from tarazu.record.gazetteer import Gazetteer, finest_known
from tarazu.record.source_table import SourceTable
from tarazu.record.sources.formats import Format
from tarazu.region import Region

COLUMNS = (
    "id",
    "active_year",
    "type_of_violence",
    "side_a",
    "side_b",
    "source_article",
    "source_headline",
    "source_original",
    "where_prec",
    "where_coordinates",
    "adm_1",
    "adm_2",
    "latitude",
    "longitude",
    "country",
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
)
CANDIDATE_COLUMNS = tuple(c for c in COLUMNS if c != "active_year")  # the year may not be over
STATUS = "code_status"
CLEAR = "Clear"  # the status of an event that meets UCDP's definitions
TITLE = "UCDP Georeferenced Event Dataset (GED)"
LICENCE = "CC BY 4.0"
CITATIONS = (
    "Sundberg, Ralph, and Erik Melander, 2013, 'Introducing the UCDP Georeferenced Event Dataset', "
    "Journal of Peace Research 50(4), 523-532, doi:10.1177/0022343313484347",
    "Davies, Shawn, Therese Pettersson, and Magnus Öberg, 2022, 'Organized violence 1989-2021 and "
    "drone warfare', Journal of Peace Research 59(4), 593-610, doi:10.1177/00223433221108428",
)
CANDIDATE_CITATIONS = (
    "Hegre, Håvard, Mihai Croicu, Kristine Eck, and Stina Högbladh, 2020, 'Introducing the UCDP "
    "Candidate Events Dataset', Research & Politics 7(3), doi:10.1177/2053168020935257",
)
JOINT = re.compile(r", (?=Government of )")  # "Government of Iraq, Government of Turkey"
STATE_BASED, ONE_SIDED = 1, 3  # UCDP's type_of_violence; 2 is non-state
TEXTS = ("source_article", "source_headline")  # where words are looked for
LOCATION = ("country", "adm_1", "adm_2")
SIDES = ("deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown")


def read_ged(columns: Columns, gazetteer: Gazetteer, rules: RuleSet) -> SourceTable:
    """Return the events of UCDP GED or of its candidates.

    Candidates whose status shows that UCDP has yet to check whether they meet its definitions are
    dropped and counted. A candidate without `active_year` counts as of no active year.
    """
    if STATUS in columns:
        status = columns.text(STATUS)
        is_open = (status != CLEAR) & (status != "")
        columns = columns.drop(is_open, lambda row: f"{STATUS} '{status[row][:60]}'")
    columns = columns.drop_copies(
        "id"
    )  # pages overlap if events were added while they were fetched
    event_id = columns.key("id")
    side_a, side_b = columns.key("side_a"), columns.key("side_b")
    first, last = columns.day("date_start"), columns.day("date_end")
    precision = columns.code("date_prec", 1, 5)
    violence = columns.code("type_of_violence", STATE_BASED, ONE_SIDED)
    active_year = _active_year(columns)
    deaths = np.stack([columns.count(side) for side in SIDES], axis=1)  # (N, 4)
    low, best, high = (columns.count(name) for name in ("low", "best", "high"))
    district_name, location_precision = finest_known(
        gazetteer.region,
        (columns.text("adm_2"), columns.text("adm_1")),
        columns.code("where_prec", 1, 7),
    )
    lon, lat = columns.number("longitude", -180, 180), columns.number("latitude", -90, 90)
    good = columns.good  # stand-ins would contradict each other
    columns.problem(
        good & (last < first),
        "date_end",
        lambda row: f"the event ends before {first[row]}",
        "no day before date_start",
    )
    total = deaths.sum(axis=1)
    columns.problem(
        good & (best != total),
        "best",
        lambda row: f"best is {best[row]} but the deaths by side are {total[row]}",
        "the sum of the deaths by side",
    )
    columns.remark(
        good & ~((low <= best) & (best <= high)), "best outside low to high, which are not used"
    )
    columns.refuse_copies("id")
    home = _home_governments(gazetteer.region, rules)
    a, b = _Side.of(side_a, home), _Side.of(side_b, home)
    government, group = _parties(a, b, violence)
    state, militant, civilian = _deaths_by_side(a, b, violence, deaths)
    return SourceTable(
        columns=columns,
        event_id=event_id,
        first_day=first,
        date_precision=precision,
        district_name=district_name,
        place_name=columns.text("where_coordinates"),
        location_precision=location_precision,
        lon=lon,
        lat=lat,
        violence=violence,
        government=government,
        group=group,
        deaths_state=state,
        deaths_militant=militant,
        deaths_civilian=civilian,
        deaths_unknown=deaths[:, 3],
        text=Joined((columns.cells["source_article"], columns.cells["source_headline"])),
        source=Joined((columns.cells["source_article"], columns.cells["source_original"])),
        active_year=active_year,
        zero_best=best == 0,
        count=columns.full(1),
        codes={"country": columns.text("country")},
    )


def _active_year(columns: Columns) -> Mask:
    if "active_year" not in columns:
        return columns.full(False)
    return columns.parse("active_year", lambda cell: bool(cell) and parse_flag(cell), False, bool)


def _home_governments(region: Region, rules: RuleSet) -> set[str]:
    """Return how UCDP names the governments of the region: by its countries, and as rules add."""
    return {*rules.home_governments, *(f"Government of {name}" for name in region.countries)}


class _Side(NamedTuple):
    """One side of each event, (N,): its name, whether it is a government, and the region's own."""

    name: Texts
    is_government: Mask
    is_home: Mask

    @classmethod
    def of(cls, names: Texts, home: Set[str]) -> _Side:
        """Look at each name once; several may be joined, of which one is of the region."""
        codes, distinct = pd.factorize(names)
        is_government = [name.startswith("Government of ") for name in distinct]
        is_home = [not home.isdisjoint(JOINT.split(name)) for name in distinct]
        masks = (np.array(mask, dtype=bool)[codes] for mask in (is_government, is_home))
        return cls(names, *masks)


def _parties(a: _Side, b: _Side, violence: NDArray[np.int64]) -> tuple[Texts, Texts]:
    """Return whether a government is a party, and the armed group of each event."""
    a_rules, b_rules = a.is_government, b.is_government & (violence != ONE_SIDED)
    at_home = a.is_home | b.is_home
    government = np.where(at_home, "home", np.where(a_rules | b_rules, "foreign", "none"))
    group = np.where(~a_rules, a.name, np.where(b_rules | (violence == ONE_SIDED), "", b.name))
    return government.astype(object), group


def _deaths_by_side(
    first: _Side, second: _Side, violence: NDArray[np.int64], deaths: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return deaths of the state, of militants and of civilians, from those of UCDP's sides."""
    a, b, civilians, _ = deaths.T
    one_sided = violence == ONE_SIDED
    state = np.where(first.is_government, a, 0)
    state = state + np.where(second.is_government & ~one_sided, b, 0)
    civilian = civilians + np.where(one_sided, b, 0)
    militant = a + b + civilians - civilian - state
    return state, militant, civilian


def _variant(columns: Columns) -> Format:
    """Return the format: candidates are of a year that is not closed, or have yet to be checked."""
    is_open = "" in _distinct(columns, "active_year")
    is_unchecked = bool(_distinct(columns, STATUS) - {CLEAR, ""})
    return UCDP_CANDIDATE if is_open or is_unchecked else UCDP_GED


def _distinct(columns: Columns, name: str) -> set[str]:
    if name not in columns:
        return set()
    cells = columns.cells[name]
    return {cells.distinct[code].strip() for code in np.unique(cells.codes)}


UCDP_GED = Format(
    name="ucdp-ged",
    title=TITLE,
    licence=LICENCE,
    citations=CITATIONS,
    needed=COLUMNS,
    optional=(STATUS,),
    read=read_ged,
    location=LOCATION,
    containers=("csv", "json"),
    older_frame=True,
    plain=TEXTS,
    variant=_variant,
    scope="active dyads",
)
UCDP_CANDIDATE = Format(
    days=lambda columns: columns.day("date_end"),
    name="ucdp-candidate",
    title="UCDP Candidate Events Dataset",
    licence=LICENCE,
    citations=(*CANDIDATE_CITATIONS, *CITATIONS[:1]),
    needed=CANDIDATE_COLUMNS,
    optional=("active_year", STATUS),
    read=read_ged,
    location=LOCATION,
    containers=("csv", "json"),
    older_frame=True,
    plain=TEXTS,
    scope="lethal events",
)
