"""Studies of other regions: what agrees, what is refused, and which priors are borrowed."""

from dataclasses import replace

import pytest
from tests.unit.study.cases import make_spec, make_study

from tarazu.core.errors import ScenarioError
from tarazu.model import Hypothesis, borrowed_priors, build_model
from tarazu.model.default import PER_CAPITA
from tarazu.model.hypothesis import Restriction
from tarazu.region import Region, in_frame, load_region
from tarazu.study import build_study, load_study, load_study_result, run_study, studies_of
from tarazu.study.setup.checks import check_region, foreign_districts

HOME = load_region()


def elsewhere() -> Region:
    """The shipped districts under other names."""
    districts = tuple(
        replace(d, slug=f"x{d.slug}", name=f"X{d.name}", frame_unit=f"x{d.slug}", aliases=())
        for d in HOME.districts
    )
    edges = tuple(
        replace(e, district_a=f"x{e.district_a}", district_b=f"x{e.district_b}") for e in HOME.edges
    )
    return replace(
        HOME,
        name="slavia",
        title="Slavia",
        countries=("Slavia",),
        provinces=(),
        districts=districts,
        edges=edges,
    )


def setting(**values: float) -> Hypothesis:
    restrictions = {name: Restriction(value=value) for name, value in values.items()}
    return Hypothesis("mine", "Mine", "A test.", restrictions)


def test_check_region__the_frame_does_not_matter_the_region_does() -> None:
    check_region("small", HOME, in_frame(HOME, HOME.older_frame))
    with pytest.raises(ScenarioError, match="record is of region 'slavia'") as caught:
        check_region("small", HOME, elsewhere())
    assert "study 'small' of region 'balochistan'" in str(caught.value)
    assert "--region" in str(caught.value)


def test_studies_of__another_region_has_those_that_name_no_district() -> None:
    assert studies_of(HOME) == ("demo", "seventeen", "levers", "loop", "attrition")
    assert studies_of(elsewhere()) == ("demo", "levers", "loop", "attrition")


def test_foreign_districts__spellings_of_the_region_are_none() -> None:
    operation = {"week": 1, "militant_deaths": 5.0, "split": {"Panjgoor": 1.0, "Atlantis": 1.0}}
    spec = make_spec(policies=("status-quo",), operation=operation)
    assert foreign_districts(spec, HOME) == ("Atlantis",)


def test_load_study__about_districts_elsewhere_states_what_to_do() -> None:
    with pytest.raises(ScenarioError, match="'seventeen' is about districts of Balochistan") as e:
        load_study("seventeen", region=elsewhere())
    assert "seventeen.toml to a file of your own" in str(e.value)
    assert "demo, levers, loop, attrition name no district" in str(e.value)


def test_borrowed_priors__are_parameters_of_the_model() -> None:
    assert set(PER_CAPITA) <= set(build_model().parameters)


def test_borrowed_priors__are_those_that_some_hypothesis_leaves() -> None:
    assert borrowed_priors(HOME) == ""
    assert all(name in borrowed_priors(elsewhere()) for name in PER_CAPITA)
    own, full = setting(attacks_today=5e-7, groups_today=1e-6), setting(attacks_today=5e-7)
    assert "attacks_today" not in borrowed_priors(elsewhere(), [own])
    said = borrowed_priors(elsewhere(), [own, full])
    assert "attacks_today" not in said
    assert "groups_today" in said


def test_result__of_another_region_names_its_borrowed_priors(tmp_path) -> None:
    study = build_study(make_spec(draws=2, hypotheses=("full",)), name="small", region=elsewhere())
    result = run_study(study, out=tmp_path / "out")
    assert result.region == "Slavia"
    assert "not of Slavia: militants_today" in result.caveats[-1]
    assert load_study_result(tmp_path / "out").borrowed_priors == result.borrowed_priors
    home = run_study(make_study(draws=2, hypotheses=("full",)), out=tmp_path / "home")
    assert not any("Balochistan" in caveat for caveat in home.caveats)
