"""Feedback loops: found, signed, and few enough to read."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tarazu.model import build_model
from tarazu.model.describe import Edge
from tarazu.model.loops import feedback_loops, influences

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
    assert [loop for loop in loops if "operations" in loop.members]
    assert len(loops) < 150  # still few enough to read: 24 stocks, 45 transfers


@pytest.mark.parametrize("sign", ["+", "-", "±"])
def test_loops__without_a_way_back_there_is_none(sign):
    assert feedback_loops(edges(("a", sign, "b"), ("b", sign, "c"))) == ()
