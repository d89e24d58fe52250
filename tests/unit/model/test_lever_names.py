"""Levers by the words that people use: every lever has some, and none is ambiguous."""

from collections import Counter

import pytest

from tarazu.core.errors import ScenarioError
from tarazu.model import build_model
from tarazu.model.lever_names import SAID, suggest_lever, unknown_lever
from tarazu.policy import Policy, check_policy
from tarazu.policy.policy import Setting
from tarazu.region import load_region

LEVERS = build_model().levers


def test_words__name_every_lever_of_the_model_and_no_other() -> None:
    assert SAID.keys() == LEVERS.keys()


def test_words__mean_one_lever_each() -> None:
    counted = Counter(said for phrases in SAID.values() for said in phrases)
    assert max(counted.values()) == 1
    assert not counted.keys() & LEVERS.keys() - {"services", "dialogue"}


@pytest.mark.parametrize(
    ("said", "lever"),
    [
        ("operations", "operational_tempo"),
        ("Operations", "operational_tempo"),
        ("raids", "operational_tempo"),
        ("military-operations", "operational_tempo"),
        ("operational_tempoo", "operational_tempo"),
        ("due process", "due_process"),
        ("dialog", "dialogue"),
        ("amnesty", "reintegration_support"),
        ("revenu_share", "local_revenue_share"),
        ("intelligence", "technical_intelligence"),
    ],
)
def test_suggestion__is_what_people_mean(said: str, lever: str) -> None:
    assert suggest_lever(said, LEVERS) == lever


def test_suggestion__is_none_for_what_is_like_no_lever() -> None:
    assert suggest_lever("xyzzy", LEVERS) is None
    assert suggest_lever("raids", ["dialogue"]) is None


def test_policy__with_a_word_for_a_lever_is_told_its_name() -> None:
    policy = Policy("p", "P", "M", (Setting(lever="operations", value=0.5),))
    with pytest.raises(ScenarioError, match="Did you mean 'operational_tempo'"):
        check_policy(policy, LEVERS, load_region())


def test_unknown_lever__is_told_the_one_that_is_meant_or_all() -> None:
    said = str(unknown_lever("talks", LEVERS, file="p.toml", key="settings[0].lever"))
    assert said.endswith("Did you mean 'dialogue'?")
    assert "reintegration_support" not in said
    said = str(unknown_lever("xyzzy", LEVERS, file="p.toml", key="settings[0].lever"))
    assert all(lever in said for lever in LEVERS)
