"""Districts differ by what they bring along; a region that says nothing has districts alike."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.unit.worlds import line_of_districts, medians

from tarazu.engine import Districts
from tarazu.engine.inputs import first_state
from tarazu.model import borrowed_priors, build_model
from tarazu.model.places.attributes import PLACES, lacking, read_places
from tarazu.region import load_region
from tarazu.region.admin_units import in_frame
from tarazu.study.setup.policies import districts_of

SHARED = Path(__file__).parents[4] / "shared" / "data"
OWN = ("attributes", "infrastructure", "borders")
AT_HOME = {"deprivation_response": 0.8, "exposure": 0.9, "majority_recruits": 0.9}


def bare():
    """The shipped region without anything that tells its districts apart but people and towns."""
    region = load_region()
    districts = tuple(
        replace(d, attributes=(), infrastructure=(), borders=()) for d in region.districts
    )
    return replace(region, districts=districts)


def levels(places: Districts, **values: float) -> dict[str, np.ndarray]:
    m = build_model()
    return dict(zip(m.stocks, first_state(m, medians(m, **values), districts=places), strict=True))


def militants(start: dict[str, np.ndarray]) -> np.ndarray:
    return sum(start[f"militant_{faction}"] for faction in ("nationalist", "hardline", "islamist"))


def pair(**attributes: list[float]) -> Districts:
    """Two districts alike, but for some attributes."""
    line = line_of_districts(2, 300_000.0)
    people, towns = np.full(2, 400_000.0), np.full(2, 0.3)
    own = {name: np.array(values) for name, values in attributes.items()}
    return Districts(line.names, people, towns, line.weights, attributes=own)


def test_region_without_attributes__has_districts_alike_and_says_what_it_lacks():
    region = bare()
    values = read_places(region)
    for name in set(PLACES) - {"population", "urban_share"}:
        assert (values[name] == PLACES[name].neutral).all(), name
    for word in ("majority language", "survey of deprivation", "highways", "foreign borders"):
        assert word in lacking(region)
        assert word in borrowed_priors(region)
    start = levels(districts_of(region), **AT_HOME)
    by_person = militants(start) / values["population"]
    np.testing.assert_allclose(by_person, by_person[0], rtol=1e-12)


def test_shipped_region__lacks_nothing_in_either_frame():
    assert lacking(load_region()) == ""
    assert lacking(in_frame(load_region(), "ucdp29")) == ""


def test_district_without_a_number__is_neutral_and_named():
    region = load_region()
    silent = replace(region.districts[3], attributes=())
    region = replace(region, districts=(*region.districts[:3], silent, *region.districts[4:]))
    assert f"no survey of deprivation for {silent.name}" in lacking(region)
    values = read_places(region)
    assert values["deprivation"][3] == 0.0
    assert values["majority"][3] == 1.0


def test_multiples__have_mean_one_over_residents():
    values = read_places(load_region())
    for name in ("energy_sites", "transport_lines", "border", "majority"):
        mean = values[name] @ values["population"] / values["population"].sum()
        assert mean == pytest.approx(1.0), name


def test_places__move_nobody_in_or_out_of_the_region():
    """Today's levels stay those of the region, however its districts differ."""
    here, alike = districts_of(load_region()), districts_of(bare())
    own, equal = levels(here, **AT_HOME), levels(alike, **AT_HOME)
    ratio = militants(own) / militants(equal)
    assert ratio.min() < 2 / 3 < 3 / 2 < ratio.max()
    for stock in ("missing_years", "memory_raids", "memory_attacks", "excitation", "prison"):
        assert own[stock].sum() == pytest.approx(equal[stock].sum(), rel=1e-9), stock
    assert militants(own).sum() == pytest.approx(militants(equal).sum(), rel=1e-9)


@pytest.mark.parametrize("response", [0.8, -0.8])
def test_deprivation__takes_either_sign(response):
    start = levels(pair(deprivation=[-1.0, 1.0]), deprivation_response=response)
    poor_has_more = militants(start)[1] > militants(start)[0]
    assert poor_has_more == (response > 0.0)


def test_majority__draws_nationalists_and_not_islamists():
    start = levels(pair(majority=[0.0, 2.0]), majority_recruits=0.75)
    assert start["militant_nationalist"][1] == pytest.approx(7 * start["militant_nationalist"][0])
    assert start["militant_islamist"][1] == pytest.approx(start["militant_islamist"][0])


@pytest.mark.parametrize("attribute", ["energy_sites", "transport_lines"])
def test_targets__draw_attacks_as_far_as_exposure_says(attribute):
    places = pair(**{attribute: [0.5, 1.5]})
    far, near = levels(places, exposure=0.0), levels(places, exposure=1.0)
    assert far["memory_attacks"][1] == pytest.approx(far["memory_attacks"][0])
    assert near["memory_attacks"][1] > 1.05 * near["memory_attacks"][0]
    assert militants(near)[1] == pytest.approx(militants(near)[0])


@pytest.mark.skipif(not SHARED.is_dir(), reason="no data beside the project")
def test_deprivation__is_the_mean_of_the_surveys_z_scores():
    signs = {
        "adult_literacy": -1,
        "clinic_15min": -1,
        "electricity": -1,
        "improved_water": -1,
        "poverty_headcount": 1,
    }
    found: dict[str, list[float]] = {}
    with (SHARED / "district_covariates.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["latest"] == "1" and row["z"] and row["indicator"] in signs:
                z = signs[row["indicator"]] * float(row["z"])
                found.setdefault(row["district"], []).append(z)
    for district in load_region().districts:
        mean = np.mean(found[district.slug])
        assert district.attribute("deprivation") == pytest.approx(mean, abs=0.0051)
