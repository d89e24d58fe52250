"""What every district brings along: one declaration each, read by mechanisms, engines and pages."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tarazu.region import Region

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Place:
    """An attribute of a district that mechanisms may read by its name.

    Attributes
    ----------
    low, high : what a value cannot leave.
    neutral : the value that makes no difference, for a district that does not say.
    lacks : what a region without it lacks, as the end of "It has no ...".
    read : region -> (D,) values, NaN for a district that does not say; None for a region that
        does not.
    """

    unit: str
    low: float
    high: float
    neutral: float
    meaning: str
    lacks: str
    read: Callable[[Region], FloatArray | None]


ENERGY: Final = ("gas", "oil", "mining", "port", "dam")
"""How the names of flags begin that mean energy, mines and ports."""

ROAD = re.compile(r"[nm]\d+$|rail")
"""Names of flags that mean a highway or a railway: n25, m8, rail_main."""


def _population(region: Region) -> FloatArray:
    return np.array([float(district.population) for district in region.districts])


def _known(values: Sequence[float]) -> FloatArray | None:
    """Return the values, or None where no district has one."""
    found = np.array(values)
    return None if np.isnan(found).all() else found


def _over_mean(region: Region, values: Sequence[float]) -> FloatArray | None:
    """Return values as multiples of their mean over residents; None where that is nothing."""
    found = _known(values)
    if found is None:
        return None
    said = ~np.isnan(found)
    people = _population(region)[said]
    mean = float(found[said] @ people / people.sum())
    return found / mean if mean > 0.0 else None


def _counted(region: Region, is_one: Callable[[str], bool]) -> FloatArray | None:
    """Return flags of a kind and one, as multiples of the mean; None where the region has none.

    One: what stands in every district, local roads and power lines.
    """
    counts = [float(sum(map(is_one, d.infrastructure))) for d in region.districts]
    if not any(counts):
        return None
    return _over_mean(region, [1.0 + count for count in counts])


def _urban_share(region: Region) -> FloatArray:
    return np.array([district.urban_share for district in region.districts])


PLACES: Final[Mapping[str, Place]] = {
    "population": Place(
        "persons", 1.0, math.inf, 1.0, "residents", "number of residents", _population
    ),
    "energy_sites": Place(
        "1",
        0.0,
        math.inf,
        1.0,
        "kinds of gas, oil, mining, dams and ports in the district and one, over the mean",
        "flags of gas, mines and ports",
        lambda region: _counted(region, lambda flag: flag.startswith(ENERGY)),
    ),
    "transport_lines": Place(
        "1",
        0.0,
        math.inf,
        1.0,
        "highways and railways through the district and one, over the mean",
        "flags of highways and railways",
        lambda region: _counted(region, lambda flag: ROAD.match(flag) is not None),
    ),
    "border": Place(
        "1",
        0.0,
        math.inf,
        1.0,
        "whether the district touches a foreign country, over the mean",
        "foreign borders",
        lambda region: _over_mean(region, [float(bool(d.borders)) for d in region.districts]),
    ),
    "majority": Place(
        "1",
        0.0,
        math.inf,
        1.0,
        "whether the people in whose name nationalists fight are most residents, over the mean",
        "majority language",
        lambda region: _over_mean(region, [d.attribute("majority") for d in region.districts]),
    ),
    "deprivation": Place(
        "1",
        -10.0,
        10.0,
        0.0,
        "deprivation, in standard deviations between districts",
        "survey of deprivation",
        lambda region: _known([d.attribute("deprivation") for d in region.districts]),
    ),
    "urban_share": Place("1", 0.0, 1.0, 0.0, "urban residents of all", "urban share", _urban_share),
}
"""Every attribute, by the name that mechanisms read. Adding one takes a line here."""


def read_places(region: Region) -> dict[str, FloatArray]:
    """Return the (D,) values of each attribute, neutral where a region or district has none."""
    values = {}
    for name, place in PLACES.items():
        found = place.read(region)
        known = np.full(len(region.districts), place.neutral) if found is None else found
        values[name] = np.where(np.isnan(known), place.neutral, known)
    return values


def lacking(region: Region) -> str:
    """Return a sentence on the attributes that a region lacks in part or whole; "" if it has all.

    Examples
    --------
    >>> from tarazu.region import load_region
    >>> "residents" in lacking(load_region())
    False
    """
    none, some = [], []
    for place in PLACES.values():
        found = place.read(region)
        if found is None:
            none.append(place.lacks)
        elif np.isnan(found).any():
            names = [
                d.name for d, gone in zip(region.districts, np.isnan(found), strict=True) if gone
            ]
            some.append(f"no {place.lacks} for {', '.join(names)}")
    said = []
    if none:
        said.append(f"{region.title} has no {', no '.join(none)}: districts do not differ by it.")
    if some:
        said.append(f"There is {'; '.join(some)}: there it makes no difference.")
    return " ".join(said)
