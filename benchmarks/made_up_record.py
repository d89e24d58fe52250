"""Made-up records of any size: events that cluster in time and place, as recorded ones do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tarazu.core.provenance import digest
from tarazu.record.account import Quality, SourceNote
from tarazu.record.record import Record
from tarazu.record.vocabulary import DEATHS, EVENT_COLUMNS
from tarazu.region.region import District, Edge, Region, join_districts

SEED: Final = 20261128
START: Final = date(1990, 1, 1)
YEARS: Final = 35
KM_APART: Final = 40.0
KM_A_DEGREE: Final = 111.2
SAME, NEXT_DOOR = 0.35, 0.10  # events that an event brings, on average
MEAN_LAG: Final = 10.0  # days
SHARES: Final = {"militant": 0.70, "state": 0.18, "unclear": 0.09, "other": 0.03}
TACTICS: Final = ("armed_assault", "bomb_ied", "suicide", "rocket_mortar_grenade", "unclear")
TARGETS: Final = ("security_forces", "civilians", "government_political", "unclear")
GROUPS: Final = {"Front": "other", "Army": "other", "Emirate": "islamist", "Brigade": "islamist"}

Index = NDArray[np.int64]
Array = NDArray[np.float64]


def made_up_record(events: int, districts: int, *, years: int = YEARS, seed: int = SEED) -> Record:
    """Return a record of about so many events in a grid of districts.

    Districts differ in how much happens there (log-normal, sd 1.5), the level of the region drifts
    from year to year and has bursts of weeks, and each event brings others here and next door
    within weeks. Deaths have a heavy tail; one event in twelve has no district or no exact day.
    """
    rng = np.random.default_rng([seed, events, districts])
    region = grid_region(districts)
    n_days = (date(START.year + years, 1, 1) - START).days
    day, district = _cluster(rng, events, n_days, region.adjacency())
    return Record(
        events=_describe(rng, day, np.array(region.slugs)[district]),
        region=region,
        start=START,
        end=date(START.year + years - 1, 12, 31),
        quality=_quality(len(day)),
        source=SourceNote("a made-up record", "none", (), digest(b"")),
        rules_digest=digest(b""),
        inputs={"events": digest(f"{events} {districts} {years} {seed}".encode())},
    )


def grid_region(districts: int) -> Region:
    """Return districts in rows, each a neighbour of those beside, above and below it."""
    width = int(np.ceil(np.sqrt(districts)))
    placed = [_district(i, *divmod(i, width)) for i in range(districts)]
    edges: list[Edge] = []
    for i, here in enumerate(placed):
        right = [i + 1] if (i + 1) % width else []
        edges += [
            join_districts(here, placed[j], KM_APART) for j in (*right, i + width) if j < districts
        ]
    return Region(
        name="made-up",
        title="Made-up land",
        frame="grid",
        older_frame="",
        countries=("Made-up land",),
        provinces=(),
        districts=tuple(placed),
        edges=tuple(edges),
        tiles=(),
        infrastructure=(),
        column_sources=(),
        digest=digest(f"grid of {districts}".encode()),
    )


def _district(number: int, row: int, column: int) -> District:
    lat, lon = row * KM_APART / KM_A_DEGREE, column * KM_APART / KM_A_DEGREE
    return District(
        slug=f"d{number:03}",
        name=f"District {number:03}",
        aliases=(),
        places=(),
        frame_unit="",
        division="",
        headquarters="",
        hq_lat=lat,
        hq_lon=lon,
        centroid_lat=lat,
        centroid_lon=lon,
        area_km2=KM_APART**2,
        population=100_000 + 1_000 * number,
        population_confidence="high",
        population_2017=0,
        urban_share=0.3,
        borders=(),
        coast=False,
        terrain="",
        infrastructure=(),
    )


def _cluster(
    rng: np.random.Generator, events: int, n_days: int, neighbours: NDArray[np.bool_]
) -> tuple[Index, Index]:
    share = rng.lognormal(0.0, 1.5, len(neighbours))
    level = np.repeat(np.exp(np.cumsum(rng.normal(0, 0.4, n_days // 365 + 1))), 365)[:n_days]
    level = np.pad(level, (0, n_days - len(level)), mode="edge")
    for start in rng.integers(0, n_days, n_days // 180):
        level[start : start + rng.integers(7, 57)] *= rng.uniform(2, 5)
    spontaneous = rng.poisson(events * (1 - SAME - NEXT_DOOR))
    day = rng.choice(n_days, spontaneous, p=level / level.sum())
    district = rng.choice(len(neighbours), spontaneous, p=share / share.sum())
    beside = [np.flatnonzero(row) for row in neighbours]
    days, districts = [day], [district]
    while len(day):
        here = np.repeat(np.arange(len(day)), rng.poisson(SAME, len(day)))
        near = np.repeat(np.arange(len(day)), rng.poisson(NEXT_DOOR, len(day)))
        moved = [rng.choice(beside[d]) for d in district[near]]
        place = np.concatenate([district[here], np.array(moved, dtype=np.int64)])
        origin = np.concatenate([here, near])
        later = day[origin] + 1 + rng.exponential(MEAN_LAG, len(origin)).astype(np.int64)
        day, district = later[later < n_days], place[later < n_days]
        days.append(day)
        districts.append(district)
    day, district = np.concatenate(days), np.concatenate(districts)
    order = np.argsort(day, kind="stable")
    return day[order], district[order]


def _describe(rng: np.random.Generator, day: Index, slug: NDArray[np.str_]) -> pd.DataFrame:
    n = len(day)
    initiator = rng.choice(list(SHARES), n, p=list(SHARES.values()))
    group = rng.choice(list(GROUPS), n, p=[0.5, 0.25, 0.15, 0.1])
    size = np.minimum(rng.pareto(1.4, n), 500).astype(np.int64)
    side = rng.integers(0, len(DEATHS), n)
    attack = initiator == "militant"
    columns: Mapping[str, Any] = {
        "event_id": [f"m{i:06}" for i in range(n)],
        "date": (np.datetime64(START, "D") + day).astype("datetime64[s]"),
        "date_precision": rng.choice([1, 2, 4], n, p=[0.94, 0.04, 0.02]),
        "district": np.where(rng.random(n) < 0.03, None, slug.astype(object)),
        "initiator": initiator,
        "initiator_rule": "made_up",
        "target": np.where(attack, rng.choice(TARGETS, n), "militants"),
        "tactic": np.where(attack, rng.choice(TACTICS, n), "state_operation"),
        "group": group,
        "movement": [GROUPS[name] for name in group],
        "zero_best": size == 0,
        "group_site": False,
        "active_year": rng.random(n) < 0.9,
        **{name: np.where(side == i, size, 0) for i, name in enumerate(DEATHS)},
        "count": 1,
    }
    texts = ("event_id", "district", "initiator", "initiator_rule", "target", "tactic", "group")
    frame = pd.DataFrame(columns)[list(EVENT_COLUMNS)]
    return frame.astype(dict.fromkeys((*texts, "movement"), "str") | {"count": "int64"})


def _quality(n: int) -> Quality:
    return Quality(n, n, 0, {}, {}, {}, 0, 0, 0, 0, 0, {}, {}, {}, (), (), ())
