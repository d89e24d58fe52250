"""Feedback loops: found, signed, and few enough to read."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tarazu.model import Model, build_model
from tarazu.model.description import Edge
from tarazu.model.loops.claimed import CLAIMED, claimed_loops
from tarazu.model.loops.feedback import feedback_loops, influences, loop_through
from tarazu.report.diagram.loops import LISTED, loop_notes

EDGES = st.sets(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")).filter(lambda e: e[0] != e[1]),
    max_size=14,
)


def edges(*triples):
    return [Edge(source, target, sign) for source, sign, target in triples]


def test_loops__count_the_signs():
    loops = feedback_loops(
        edges(("crackdown", "+", "harm"), ("harm", "+", "anger"), ("anger", "+", "crackdown"))
    )
    assert [str(loop) for loop in loops] == [
        "R1 (reinforcing): anger -(+)-> crackdown -(+)-> harm -(+)-> anger"
    ]
    (loop,) = feedback_loops(edges(("a", "+", "b"), ("b", "-", "c"), ("c", "+", "a")))
    assert (loop.name, loop.polarity) == ("B1", "balancing")
    (loop,) = feedback_loops(edges(("a", "+", "b"), ("b", "±", "c"), ("c", "-", "a")))
    assert (loop.name, loop.polarity) == ("E1", "either")


def test_loops__two_negatives_reinforce():
    (loop,) = feedback_loops(edges(("trust", "-", "harm"), ("harm", "-", "trust")))
    assert loop.polarity == "reinforcing"


def strongly_connected(pairs):
    place = {name: i for i, name in enumerate("abcdef")}
    rows, columns = [place[a] for a, _ in pairs], [place[b] for _, b in pairs]
    graph = coo_array((np.ones(len(pairs)), (rows, columns)), shape=(6, 6))
    label = connected_components(graph, connection="strong")[1]
    return {(a, b) for a, b in pairs if label[place[a]] == label[place[b]]}


@given(EDGES)
def test_loops__are_cycles_and_cover_every_influence_that_lies_on_one(pairs):
    covered = set()
    for loop in feedback_loops(Edge(a, b, "+") for a, b in pairs):
        links = {*zip(loop.members, (*loop.members[1:], loop.members[0]), strict=True)}
        assert links <= pairs
        assert len(set(loop.members)) == len(loop.members)
        covered |= links
    assert covered == strongly_connected(pairs)


@given(EDGES)
def test_loops__each_brings_something_new_and_none_depends_on_order(pairs):
    ordered = [Edge(a, b, "+") for a, b in sorted(pairs)]
    loops = feedback_loops(ordered)
    assert feedback_loops(reversed(ordered)) == loops
    seen = set()
    for loop in loops:
        links = {*zip(loop.members, (*loop.members[1:], loop.members[0]), strict=True)}
        assert links - seen
        seen |= links


def test_loops__of_the_shipped_model_hold_the_one_that_feeds_itself():
    model = build_model()
    loops = feedback_loops(influences(model))
    assert {loop.name[0] for loop in loops} >= {"R", "B"}
    assert len({loop.name for loop in loops}) == len(loops)
    assert not {name for loop in loops for name in loop.members} & {*model.transfers, "passive"}
    assert len(loops) < 200  # still few enough to read: 34 stocks, 60 transfers


READY = ("ready_nationalist", "attacks_by_appeal_of_nationalist")
ATTACKS = (*READY, "attacks_energy", "attacks", "memory_attacks", "attack_level")
RAIDS = ("wanted", "raids", "raiding")


@pytest.mark.parametrize(
    ("claim", "members", "open_links"),
    [
        (
            "crackdown, alienation, recruitment, retaliation",
            (
                *("operations", "operation_deaths_civilian", "memory_killed", "killed_felt"),
                *("harm_level", "grievance_repression", "grievance", "grievance_level"),
                *("militant_nationalist", *ATTACKS, *RAIDS),
            ),
            {("harm_level", "grievance_repression")},
        ),
        (
            "the missing, their families, recruitment",
            (
                *("taken_hazard", "missing_weeks", "missing_felt", "kin_flow"),
                *("militant_nationalist", *ATTACKS, *RAIDS),
            ),
            {("missing_felt", "kin_flow")},
        ),
        (
            "alienation, fewer tips, blunter operations",
            (
                *("bluntness", "bluntness_level", "operation_deaths_civilian", "memory_killed"),
                *("killed_felt", "harm_level", "trust", "tips", "discrimination"),
            ),
            {("harm_level", "trust")},
        ),
        (
            "sabotage, less left for services, sympathy",
            (
                *("attacks_energy", "damage_energy", "burden", "left_for_services"),
                *("service_level", "sympathiser", "room", "militant_hardline", *READY),
            ),
            {("service_level", "sympathiser")},
        ),
        (
            "attacks, less investment, recruitment",
            (
                *("attacks", "memory_attacks", "attack_level", "investment"),
                *("militant_nationalist", *READY, "attacks_energy"),
            ),
            {("investment", "militant_nationalist")},
        ),
        (
            "attacks bring operations, operations bring attacks",
            ("operations", "memory_operations", "retaliation_flow", *ATTACKS, *RAIDS),
            {("memory_operations", "retaliation_flow")},
        ),
    ],
)
def test_claimed_loops__of_the_shipped_model_hold_what_their_names_say(claim, members, open_links):
    (found,) = [one for one in claimed_loops(influences(build_model())) if one.claim == claim]
    assert found.loop.members == members
    assert set(CLAIMED[claim]) <= set(found.loop.links)
    assert set(found.open_links) == open_links
    assert found.loop.polarity == "either"


def test_claimed_loops__all_are_tested_by_their_members():
    marks = test_claimed_loops__of_the_shipped_model_hold_what_their_names_say.pytestmark
    assert {case[0] for mark in marks for case in mark.args[1]} == set(CLAIMED)


def test_claimed_loops__without_a_link_are_none():
    kept = [e for e in influences(build_model()) if (e.source, e.target) != ("trust", "tips")]
    found = {one.claim: one.loop for one in claimed_loops(kept)}
    assert [claim for claim, loop in found.items() if loop is None] == [
        "alienation, fewer tips, blunter operations"
    ]


def test_loop_through__joins_links_in_order_and_passes_nothing_twice():
    found = edges(("a", "+", "b"), ("b", "-", "c"), ("c", "+", "a"), ("c", "+", "b"))
    signs = {(e.source, e.target): e.sign for e in found}
    loop = loop_through(signs, [("a", "b")], name="named")
    assert (loop.members, loop.signs, loop.polarity) == (
        ("a", "b", "c"),
        ("+", "-", "+"),
        "balancing",
    )
    assert loop_through(signs, [("a", "b"), ("c", "b")], name="b twice") is None
    assert loop_through(signs, [("b", "a")], name="no such link") is None


@pytest.fixture(scope="module")
def notes():
    return loop_notes(influences(build_model()))


def test_notes__list_the_shortest_loops_in_words_and_how_many_there_are(notes):
    loops = feedback_loops(influences(build_model()))
    for polarity, heading in (("reinforcing", "Reinforcing"), ("balancing", "Balancing")):
        of = [loop for loop in loops if loop.polarity == polarity]
        (at,) = [i for i, note in enumerate(notes) if note.startswith(f"{heading} loops")]
        assert f"{LISTED} of {len(of)} shown" in notes[at]
        listed = notes[at + 1 : at + 1 + LISTED]
        assert [note.split(":")[0] for note in listed] == [loop.name for loop in of[:LISTED]]
    assert "R1: militant hardline → militant nationalist → militant hardline" in notes
    assert "B1: room −→ sympathiser → room" in notes
    for claim in CLAIMED:
        assert [note for note in notes if note.startswith(f"{claim.capitalize()} (")]


def test_notes__say_which_claimed_loop_a_model_lacks():
    lacking = [
        note
        for note in loop_notes(influences(Model("lone")))
        if note.endswith("not a loop of this model.")
    ]
    assert len(lacking) == len(CLAIMED)


@pytest.mark.parametrize("sign", ["+", "-", "±"])
def test_loops__without_a_way_back_there_is_none(sign):
    assert feedback_loops(edges(("a", sign, "b"), ("b", sign, "c"))) == ()
