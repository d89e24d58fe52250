"""Districts by name: every spelling is understood, and a typing error gets the nearest one."""

import pytest

from tarazu.core.errors import ScenarioError
from tarazu.model import Lever
from tarazu.policy import Policy, Setting, check_policy
from tarazu.region import find_district, in_frame, load_region, nearest_district

REGION = load_region()


@pytest.mark.parametrize("name", ["kech", "Kech", "KECH", " kech "])
def test_find_district__case_and_spaces_do_not_matter(name: str) -> None:
    assert find_district(REGION, name) == "kech"


@pytest.mark.parametrize(
    ("spelling", "slug"),
    [(alias, district.slug) for district in REGION.districts for alias in district.aliases],
)
def test_find_district__knows_every_alias(spelling: str, slug: str) -> None:
    assert find_district(REGION, spelling) == slug


def test_find_district__in_the_older_frame_a_new_district_is_its_unit() -> None:
    divided = next(d for d in REGION.districts if d.frame_unit != d.slug)
    older = in_frame(REGION, REGION.older_frame)
    assert find_district(older, divided.name) == divided.frame_unit


def test_find_district__a_typing_error_has_place_and_nearest_name() -> None:
    with pytest.raises(ScenarioError, match="no district 'Kehc' in Balochistan") as caught:
        find_district(REGION, "Kehc", file="mine.toml", key="split")
    said = str(caught.value)
    assert "mine.toml" in said
    assert "'split'" in said
    assert "Did you mean 'kech'?" in said


def test_nearest_district__is_none_where_nothing_is_near() -> None:
    assert nearest_district(REGION, "Xyzzy") is None
    assert nearest_district(REGION, "Panjgurr") == "panjgur"


def test_policy__names_of_districts_as_people_write_them() -> None:
    levers = {"dialogue": Lever("1", 0.0, 1.0, 0.0, None, "talks")}
    setting = Setting(lever="dialogue", value=0.5, districts=("Panjgoor", "Quett"))
    policy = Policy("mine", "Mine", "A test.", (setting,))
    with pytest.raises(ScenarioError, match="no district 'Quett'") as caught:
        check_policy(policy, levers, REGION)
    assert "settings[0].districts[1]" in str(caught.value)
    assert "Did you mean 'quetta'" in str(caught.value)
