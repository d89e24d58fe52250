"""The page of causes: the diagram without scripts, links that can be held, unknowns."""

import re

import numpy as np
import pytest
from scipy.stats import spearmanr
from tests.unit.app.labs import in_node, needs_node, shipped_lab

from tarazu.app.futures import run_members
from tarazu.app.lab import SEED, TODAY
from tarazu.app.pages.why import why_page
from tarazu.app.service import Service
from tarazu.app.state import State, policy_of
from tarazu.app.why.causes import Causes, expressions_of, load_causes
from tarazu.app.why.choice import Why, read_why, write_why
from tarazu.app.why.unknowns import DRAWS, LEVELS, LISTED, find_unknowns, values_of
from tarazu.core.errors import ScenarioError
from tarazu.study.setup.scenario import drawn_scenario

LAB = shipped_lab()
OFF = "retaliation-crackdown"
ITEM = re.compile(
    r'<a href="#((?:node|link)-[^"]+)" class="[^"]+" data-x="([^"]+)" data-y="([^"]+)"'
)


@pytest.fixture(scope="module")
def causes() -> Causes:
    return load_causes(LAB)


@pytest.fixture(scope="module")
def page(causes: Causes) -> str:
    state = State(start="surge", years=1)
    return why_page(causes, Why(state=state), Service(LAB).expected(state))


def test_page__is_whole_without_scripts(causes: Causes, page: str) -> None:
    places = re.findall(r'href="#([^"]+)"', page)
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert set(places) <= set(ids)
    assert len(ids) == len(set(ids))
    assert len(ITEM.findall(page)) == len(causes.diagram.nodes) + len(causes.diagram.drawn)
    assert page.count('<article class="part"') == len(causes.diagram.nodes) + len(
        causes.diagram.arrows
    )
    assert "ASSUMED" in page
    assert not re.search(r"\s(style|on\w+)=", page)


def test_part__has_the_equation_and_its_parameters(page: str) -> None:
    part = re.search(rf'<article class="part" id="link-{OFF}".*?</article>', page, re.DOTALL)
    assert part is not None
    assert "<code>wanted = " in part.group()
    assert "following share" in part.group()
    assert f'data-off="{OFF}"' in part.group()


def test_links__that_can_be_held_are_read_by_what_they_name(causes: Causes) -> None:
    assert not causes.held["outside-recruitment"]  # starts at a lever
    assert sum(map(bool, causes.held.values())) == len(causes.diagram.drawn) - 1
    for links in causes.held.values():
        for link in links:
            symbols = [one.free_symbols for one in expressions_of(LAB.model, link.target)]
            assert any(LAB.model[link.source] in one for one in symbols), link


@needs_node
def test_keys__lead_to_every_box_and_arrow(page: str) -> None:
    items = [{"x": float(x), "y": float(y)} for _, x, y in ITEM.findall(page)]
    reached = in_node(
        """
        import { nextOf } from "./diagram.js";
        const seen = new Set([0]);
        for (const at of seen) {
          for (const key of ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]) {
            const to = nextOf(data.items, at, key);
            if (to >= 0) seen.add(to);
          }
        }
        answer(seen.size);
        """,
        items=items,
    )
    assert reached == len(items)


def test_link__restores_what_is_off_and_moved(causes: Causes) -> None:
    query = f"h=backlash&p=surge&y=1&dialogue=0.5&off={OFF}&u=retaliation&q=0.9"
    why = read_why(query, LAB, causes)
    assert (why.off, why.unknown, why.level) == (OFF, "retaliation", 0.9)
    assert why.state.levers == {"dialogue": 0.5}
    assert read_why(write_why(why, LAB), LAB, causes) == why
    assert read_why("", LAB, causes).state.start == "surge"


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("off=retaliation-crackdwn", "Did you mean 'retaliation-crackdown'"),
        ("off=outside-recruitment", "no link"),
        ("u=retaliatio", "Did you mean 'retaliation'"),
        ("u=retaliation&q=2", "0.05 to 0.95"),
        ("q=x", "0.05 to 0.95"),
    ],
)
def test_link__that_names_nothing_is_refused(causes: Causes, query: str, complaint: str) -> None:
    with pytest.raises(ScenarioError, match=complaint):
        read_why(query, LAB, causes)


def test_unknowns__are_ranked_by_their_correlation_with_the_change() -> None:
    state = State(start="surge", years=1)
    found = find_unknowns(LAB, state)
    sizes = [abs(one.correlation) for one in found.unknowns]
    assert len(sizes) == LISTED
    assert sizes == sorted(sizes, reverse=True)
    runs = [
        run_members(LAB, policy, "full", members=DRAWS, weeks=52, mode="mean").totals[0]
        for policy in (policy_of(state, LAB), LAB.policies[TODAY])
    ]
    first = found.unknowns[0]
    scenario = drawn_scenario("full", TODAY, weeks=1, draws=DRAWS, seed=SEED)
    drawn = scenario.parameters[:, scenario.column(first.name)]
    assert first.correlation == pytest.approx(spearmanr(drawn, runs[0] - runs[1]).statistic)
    assert sizes[0] > found.chance


def test_values__of_an_unknown_are_quantiles_of_its_prior() -> None:
    for name in ("retaliation", "grievance_rate"):
        prior = LAB.model.parameters[name].prior
        assert values_of(LAB, "full", name) == pytest.approx(prior.quantile(np.array(LEVELS)))
