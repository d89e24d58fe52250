"""A link holds a scenario whole, and says what differs from the Tarazu that made it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.app.labs import shipped_lab

from tarazu.app import words
from tarazu.app.lab import NOT_POLICY, OPEN, TODAY, load_lab
from tarazu.app.pages.waiting import template
from tarazu.app.reproduce import policy_toml
from tarazu.app.state import (
    State,
    changes_since,
    check_state,
    policy_of,
    read_state,
    shown_levers,
    write_query,
)
from tarazu.app.where import Where, describe_where
from tarazu.core.errors import ScenarioError
from tarazu.policy.lever_arrays import check_policy, lever_arrays
from tarazu.policy.policy import PolicyFile

LAB = shipped_lab()
settings = st.dictionaries(
    st.sampled_from([*LAB.levers]), st.integers(0, 100).map(lambda percent: percent / 400)
)


@given(
    settings,
    st.sampled_from([*LAB.hypotheses]),
    st.sampled_from([*LAB.policies]),
    st.integers(1, 10),
)
def test_link__holds_the_whole_state(
    levers: dict[str, float], hypothesis: str, start: str, years: int
) -> None:
    given_state = State(hypothesis=hypothesis, start=start, years=years, levers=levers)
    state = check_state(given_state, LAB)
    assert read_state(write_query(state, LAB), LAB) == state


wheres = st.builds(
    Where,
    districts=st.lists(st.sampled_from(LAB.region.slugs), max_size=5).map(tuple),
    start=st.integers(0, 519),
    ramp=st.integers(0, 520),
)


@given(st.dictionaries(st.sampled_from([*LAB.levers]), wheres, max_size=4), st.integers(1, 10))
def test_link__holds_where_and_when(where: dict[str, Where], years: int) -> None:
    levers = {name: LAB.levers[name].high for name in where}
    state = check_state(State(start="surge", years=years, levers=levers, where=where), LAB)
    assert read_state(write_query(state, LAB), LAB) == state
    check_policy(policy_of(state, LAB), LAB.model.levers, LAB.region)


def test_policy__rises_over_its_weeks_in_its_districts_alone() -> None:
    state = read_state("y=2&dialogue=0.8&dialogue.in=kech&dialogue.from=10&dialogue.ramp=40", LAB)
    row, column = [*LAB.model.levers].index("dialogue"), LAB.region.slugs.index("kech")
    levels = lever_arrays(policy_of(state, LAB), LAB.model.levers, LAB.region, state.weeks)[row]
    today = LAB.levers["dialogue"].default
    assert (np.delete(levels, column, axis=1) == today).all()
    own = levels[:, column]
    assert (own[:10] == today).all()
    assert (own[50:] == 0.8).all()
    assert (np.diff(own) >= 0).all()
    assert own[10:50].mean() == pytest.approx((0.8 + today) / 2)


@pytest.mark.parametrize("day", ["2026-05-21", "2026-05-27", "20"])
def test_link__holds_a_day_or_its_week(day: str) -> None:
    state = read_state(f"dialogue=0.8&dialogue.from={day}", LAB)
    assert state == read_state("dialogue=0.8&dialogue.from=20", LAB)
    where = state.where["dialogue"]
    assert describe_where(where, LAB) == " from week 20"
    assert describe_where(where, LAB, in_days=True) == " from 21 May 2026 (week 20)"
    assert "dialogue.from=20" in write_query(state, LAB)


@pytest.mark.parametrize("day", ["2025-12-31", "2035-12-20", "2026-02-30", "2026", "May", "-5"])
def test_link__of_a_day_outside_the_run_is_refused(day: str) -> None:
    with pytest.raises(ScenarioError, match="a day from 2026-01-01 to 2035-12-19"):
        read_state(f"dialogue=0.8&dialogue.from={day}", LAB)


def test_places__are_named_by_whole_divisions() -> None:
    makran = tuple(sorted(LAB.divisions["Makran"]))
    for districts, text in (
        (makran, " in Makran division"),
        ((*makran, "quetta"), " in Makran division and Quetta"),
        (makran[1:], " in Kech and Panjgur"),
        ((*makran, "quetta", "zhob"), " in 5 districts"),
    ):
        assert describe_where(Where(districts=districts), LAB) == text
    assert set().union(*LAB.divisions.values()) == {*LAB.region.slugs}


def test_state__without_a_query_is_todays_practice() -> None:
    assert read_state("", LAB).is_today


def test_state__leaves_out_levers_that_change_nothing() -> None:
    shown = shown_levers(LAB, "withdrawal")
    assert check_state(State(start="withdrawal", levers=shown), LAB).levers == {}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("h=backlsh", "backlash"),
        ("p=surje", "surge"),
        ("due_proces=0.5", "due_process"),
        ("due_process=2", "0 to 1"),
        ("due_process=0.9&due_process.in=kecch", "kech"),
        ("due_process=0.9&due_process.from=520", "0 to 519"),
        ("due_process=0.9&due_process.ramp=-1", "0 to 520"),
        ("due_process=0.9&due_process.ramp=20260301", "0 to 520"),
        ("due_process=0.9&due_process.from=20270301", "a day from"),
        ("due_process=0.9&due_process.until=5", "in, from, ramp"),
        ("due_process=nan", "a number"),
        ("due_process=inf", "a number"),
        ("due_process=much", "a number"),
        ("y=11", "1 to 10"),
        ("y=2.5", "1 to 10"),
        ("importation=0", "one of"),
    ],
)
def test_state__names_what_is_wrong(query: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        read_state(query, LAB)


def test_state__names_all_that_is_wrong() -> None:
    with pytest.raises(ExceptionGroup) as found:
        read_state("h=x&p=y&dialogue=7", LAB)
    assert len(found.value.exceptions) == 3


def test_policy__keeps_the_start_but_for_what_was_moved() -> None:
    policy = policy_of(State(start="withdrawal", levers={"dialogue": 0.5}), LAB)
    arrays = lever_arrays(policy, LAB.model.levers, LAB.region, 52)
    rows = dict(zip(LAB.model.levers, arrays, strict=True))
    assert set(rows["dialogue"].ravel()) == {0.5}
    assert [rows["operational_tempo"][week, 0] for week in (0, 25, 26)] == [0.5, 0.5, 0.1]


@pytest.mark.parametrize("start", [*LAB.policies])
def test_policy_file__gives_the_same_settings(start: str) -> None:
    import tomllib

    policy = policy_of(State(start=start, levers={"redress": 0.35}), LAB)
    read = PolicyFile.model_validate(tomllib.loads(policy_toml(policy)))
    assert read.settings == policy.settings
    assert read.title == policy.title


def test_link__of_another_tarazu_says_what_changed() -> None:
    own = write_query(State(), LAB)
    assert changes_since(own, LAB) == ()
    assert changes_since("h=full", LAB) == ()
    assert changes_since(own.replace(LAB.key, "0" * 8 + "-" + LAB.key[9:]), LAB) == ("model",)
    assert changes_since("m=0.0.1&g=aaaaaaaa-bbbbbbbb", LAB) == ("version", "model", "region")


def test_levers__of_the_first_page_exist_and_analysis_switches_do_not() -> None:
    assert [*LAB.levers][: len(OPEN)] == [*OPEN]
    assert not NOT_POLICY & LAB.levers.keys()
    assert {*LAB.levers} | NOT_POLICY == {*LAB.model.levers}
    assert next(iter(LAB.policies)) == TODAY


def test_header__names_the_priors_that_another_region_borrows() -> None:
    header, texts = template("header.html.j2"), words.load_words()
    elsewhere = header.render(words=texts, lab=load_lab("kp-fata"))
    assert "Priors per capita are those of Balochistan, not of" in elsewhere
    assert "Priors per capita" not in header.render(words=texts, lab=LAB)
