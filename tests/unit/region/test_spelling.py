"""Which differences between two spellings matter, and which do not."""

import pytest

from tarazu.region import load_region
from tarazu.region.spelling import Spellings, bare, fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kech", "KECH district"),
        ("Qila Abdullah", "qila-abdullah"),
        ("Komoé", "Komoe Department"),
        ("al-Fāllūja", "Qaḍā’ al Fallūjah"),
        ("D.I. Khan", "DI Khan"),
        ("FR Kohat", "Frontier Region Kohat"),
        ("F R Kohat", "FR Kohat"),
    ],
)
def test_spellings_of_one_unit__are_found_by_each_other(one: str, other: str) -> None:
    assert Spellings([(one, "here")]).find(other) == "here"
    assert Spellings([(other, "here")]).find(one) == "here"


def test_frontier_region__is_not_the_district_of_its_name() -> None:
    spellings = Spellings([("Kohat", "kohat"), ("FR Kohat", "fr_kohat")])
    assert spellings.find("Kohat district") == "kohat"
    assert spellings.find("Frontier Region Kohat") == "fr_kohat"


def test_bare_spelling_of_two_units__stands_for_neither() -> None:
    spellings = Spellings([("Basra province", "province"), ("Basra district", "district")])
    assert spellings.find("Basra") is None
    assert spellings.find("basra District") == "district"


@pytest.mark.parametrize("word", ["District", "al", "State Province", "-", ""])
def test_name_of_generic_words__is_not_empty_by_accident(word: str) -> None:
    assert bare(word) or not fold(word)
    assert Spellings([("Kech", "kech")]).find(word) is None


def test_shipped_region__finds_every_district_by_every_spelling() -> None:
    region = load_region()
    for district in region.districts:
        for spelling in (district.slug, district.name, *district.aliases):
            assert region.lookup(f" {spelling.upper()} DISTRICT ") == district.slug
    assert region.lookup("Lahore") is None
