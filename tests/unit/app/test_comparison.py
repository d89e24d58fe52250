"""Policies are compared in pairs of the same futures, hypothesis by hypothesis."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.app.labs import shipped_lab

import tarazu as tz
from tarazu.app.comparison import (
    COMPARED,
    FIRST,
    Choice,
    ComparedOutcome,
    Comparison,
    costs,
    differing_levers,
    read_choice,
    short_query,
    states_of,
)
from tarazu.app.futures import EXPECTED_DRAWS, Change, Members
from tarazu.app.lab import SEED, TODAY
from tarazu.app.pages.compare import compare_page, share_text
from tarazu.app.service import Service
from tarazu.app.state import State
from tarazu.app.why.flips import deciders_of, flips_of
from tarazu.core.errors import ScenarioError
from tarazu.study.setup.scenario import drawn_scenario

LAB = shipped_lab()
CHOICE = Choice(years=1, policies=("p=surge", "p=withdrawal", "p=surge&dialogue=0.5"))
OUTCOMES = ("attacks", "deaths_civilian", "disappeared")


@pytest.fixture(scope="module")
def service() -> Service:
    return Service(LAB)


@pytest.mark.slow
def test_comparison__counts_pairs_of_simulate(service: Service) -> None:
    found = service.compared(CHOICE)
    assert [one.hypothesis for one in found] == [*LAB.hypotheses]
    run = {"draws": EXPECTED_DRAWS, "weeks": 52, "seed": SEED, "mode": "mean", "progress": False}
    hypothesis = found[2].hypothesis
    surge, withdrawal = (tz.simulate(p, hypothesis, **run) for p in ("surge", "withdrawal"))
    for k, name in enumerate(OUTCOMES):
        difference = (surge[name] - withdrawal[name]).sum("week")
        fewer = found[2].outcomes[k].fewer
        assert fewer[0][1] == int((difference < 0).sum())
        assert fewer[1][0] == int((difference > 0).sum())
        assert fewer[0][0] == 0


@pytest.mark.slow
def test_comparison__runs_one_hypothesis_per_stage(service: Service) -> None:
    choice = Choice(years=1, policies=("p=status-quo", "p=withdrawal"))
    result = service.comparison_stages(choice)[1](lambda _: None)
    assert (result["hypothesis"], result["members"]) == ([*LAB.hypotheses][1], COMPARED)
    assert result["outcomes"][0]["changes"][0]["equal"] == COMPARED  # today's practice


def test_page__has_a_row_for_every_hypothesis_and_pools_none(service: Service) -> None:
    text = compare_page(LAB, CHOICE, service.compared(CHOICE))
    for name in LAB.hypotheses:
        assert text.count(f'data-hypothesis="{name}"') == len(OUTCOMES)
    assert text.count("data-hypothesis=") == len(OUTCOMES) * len(LAB.hypotheses)
    assert text.count('<th scope="col">A below B</th>') == len(OUTCOMES)
    assert " style=" not in text


def test_levers__that_differ_are_listed_with_their_weeks() -> None:
    rows = dict(differing_levers(LAB, states_of(CHOICE, LAB)))
    assert rows == {
        "operational_tempo": ["1", "3", "0.5 until week 26; 0.1 from week 26", "3"],
        "dialogue": ["0", "0", "0", "0.5"],
    }


def test_costs__are_above_todays_practice() -> None:
    today, surge = costs(LAB, [State(), State(start="surge")])
    assert today == 0.0
    assert surge > 0.0


def test_choice__of_an_address_is_read_and_written() -> None:
    assert read_choice("y=2&s=p%3Dsurge%26dialogue%3D0.5&s=").policies == ("p=surge&dialogue=0.5",)
    assert read_choice("").policies == tuple(f"p={name}" for name in FIRST)
    assert [short_query(state) for state in states_of(CHOICE, LAB)] == [*CHOICE.policies]


@pytest.mark.parametrize("query", ["y=0", "y=x", "&".join(f"s=p{i}" for i in range(5))])
def test_choice__that_is_too_large_is_refused(query: str) -> None:
    with pytest.raises(ScenarioError):
        read_choice(query)


@pytest.mark.parametrize(("part", "text"), [(0, "0%"), (1, "13%"), (8, "100%")])
def test_share__is_a_whole_percentage(part: int, text: str) -> None:
    assert share_text(part, 8) == text


def compared(*fewer: tuple[int, int], better: int = 6) -> list[Comparison]:
    """Return one comparison of two policies per hypothesis: members in which each has less.

    better : members in which either has less than today's practice.
    """
    change = Change(median=0.0, low=0.0, high=0.0, fewer=better, equal=1)
    return [
        Comparison(
            hypothesis=name,
            title=name.upper(),
            mode="mean",
            members=10,
            outcomes=[
                ComparedOutcome(
                    name="attacks", title="Attacks", changes=[change] * 2, fewer=[[0, a], [b, 0]]
                )
            ],
        )
        for name, (a, b) in zip("xyz", fewer, strict=False)
    ]


@pytest.mark.parametrize(
    ("fewer", "text"),
    [
        (((6, 3), (2, 8), (5, 5)), "A below B in most futures if: X. B below A if: Y."),
        (((3, 6), (5, 5)), "B below A in most futures if: X. Otherwise neither is."),
        (((9, 1), (8, 2)), "A below B in most futures, whichever hypothesis holds."),
        (((5, 5), (0, 0)), "Neither A nor B is below the other in most futures, whichever"),
    ],
)
def test_flips__name_the_hypotheses_that_turn_a_pair_round(
    fewer: tuple[tuple[int, int], ...], text: str
) -> None:
    texts = flips_of(compared(*fewer)).flips["attacks"]
    assert texts[0] == "A below today's practice in most futures, whichever hypothesis holds."
    assert texts[-1].startswith(text)
    assert len(texts) == 3
    worse = flips_of(compared(*fewer, better=3)).flips["attacks"][0]
    assert worse == "Today's practice below A in most futures, whichever hypothesis holds."


def test_flips__name_the_parameter_that_decides_and_on_which_side() -> None:
    drawn = drawn_scenario(
        LAB.hypotheses["full"],
        LAB.policies[TODAY],
        weeks=1,
        draws=64,
        seed=SEED,
        model=LAB.model,
        region=LAB.region,
    ).parameters
    at = [*LAB.model.parameters].index("retaliation")
    centred = drawn[:, at] - np.median(drawn[:, at])
    nothing, decided = (
        Members(np.zeros((3, 64, 1)), np.tile(totals, (3, 1)), np.zeros((64, 1)))
        for totals in (np.zeros(64), centred)
    )
    found = deciders_of(LAB, "full", [decided, nothing], nothing)["attacks"]
    assert found[0].startswith("If nothing is ruled out: A below today's practice in 32 of 32")
    assert "with retaliation below " in found[0]
    assert "in 0 of 32 otherwise" in found[0]
    assert found[1].startswith("If nothing is ruled out: A below B in 32 of 32")
    assert len(found) == 2  # B is today's practice: between these two nothing is to be decided
    assert deciders_of(LAB, "full", [nothing], nothing)["attacks"] == []
    noise = np.random.default_rng(1).normal(size=64)
    by_chance = replace(nothing, totals=np.tile(noise, (3, 1)))
    alone = deciders_of(LAB, "full", [by_chance], nothing)["attacks"]
    assert alone[0].startswith("If nothing is ruled out, none of")
    both = deciders_of(LAB, "full", [decided, by_chance], nothing)["attacks"]
    assert both[-1].startswith("Between the other pairs none of")
