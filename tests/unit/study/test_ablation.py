"""Held links: at their defaults nothing changes; held at the baseline's path they cut one loop."""

from types import SimpleNamespace

import numpy as np
import pytest

import tarazu.study.analysis.ablation
import tarazu.study.setup.scenario
from tarazu.cli.model import declaration_text
from tarazu.core.errors import ScenarioError
from tarazu.engine import simulate
from tarazu.model import build_model
from tarazu.model.description import describe
from tarazu.model.hold import Link, parse_link, with_holds
from tarazu.study.analysis.ablation import NOTHING_HELD, ablate
from tarazu.study.setup.scenario import drawn_scenario

WEEKS = 40
LINKS = (parse_link("memory_attacks>*"), parse_link("trust>*"))


@pytest.fixture(scope="module")
def model():
    return with_holds(build_model(), LINKS)


@pytest.fixture(scope="module")
def scenarios():
    return [
        drawn_scenario("full", name, weeks=WEEKS, draws=2, seed=3)
        for name in ("status-quo", "surge")
    ]


def run(model, scenario, levers, **options):
    return simulate(
        model,
        scenario.parameters[0],
        levers,
        districts=scenario.districts,
        seed=1,
        members=np.array([0]),
        weeks=WEEKS,
        mode="mean",
        engine="numpy",
        **options,
    )


def padded(model, levers):
    defaults = [lever.default for lever in model.levers.values()][len(levers) :]
    extra = np.array([np.full(levers.shape[1:], value) for value in defaults])
    return np.concatenate([levers, extra])


def test_with_holds__nothing_held_is_the_same_model(model, scenarios):
    base, _ = scenarios
    plain = run(base.model, base, base.levers).series("attacks")
    assert run(model, base, padded(model, base.levers)).series("attacks") == pytest.approx(
        plain, rel=1e-12
    )


def test_with_holds__what_holds_a_link_is_no_policy_and_prints(model):
    added = [*model.levers.values()][len(build_model().levers) :]
    assert len(added) == 2 * len(LINKS)
    assert all(lever.moves is None for lever in added)
    text = declaration_text(describe(model))
    assert LINKS[0].switch in text
    assert "moves None" not in text


def test_with_holds__a_link_held_at_its_own_path_changes_nothing(model, scenarios):
    base, _ = scenarios
    levers = padded(model, base.levers)
    free = run(model, base, levers, keep=[link.input for link in LINKS])
    names = [*model.levers]
    for link in LINKS:
        levers[names.index(link.switch)] = 1.0
        levers[names.index(link.path)] = free.by_district(link.input)[0]
    assert run(model, base, levers).series("attacks") == pytest.approx(
        free.series("attacks"), rel=1e-12
    )


def test_with_holds__a_held_target_no_longer_reads_its_source(model, scenarios):
    base, surge = scenarios
    levers = padded(model, base.levers)
    free = run(model, base, levers, keep=[LINKS[0].input]).by_district(LINKS[0].input)[0]
    moved = padded(model, surge.levers)
    names = [*model.levers]
    moved[names.index(LINKS[0].switch)] = 1.0
    moved[names.index(LINKS[0].path)] = free
    read = run(model, surge, moved, keep=[LINKS[0].input]).by_district(LINKS[0].input)[0]
    assert read == pytest.approx(free)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("trust", "'trust' is not a link; expected source>target"),
        ("trust>", "source>target"),
        ("trusst>*", "Did you mean"),
        ("dead>attacks", "does not read"),
    ],
)
def test_links__what_cannot_be_held_is_named(text, complaint):
    with pytest.raises(ScenarioError, match=complaint):
        with_holds(build_model(), [parse_link(text)])


def test_ablate__an_effect_is_the_policy_less_the_baseline(scenarios, monkeypatch):
    """In a stand-in whose attacks are the tempo, of which a held trust keeps two thirds away."""
    base, surge = scenarios
    tempo = [*base.model.levers].index("operational_tempo")

    def run(model, parameters, levers, **_):
        held = levers[[*model.levers].index(LINKS[0].switch)].max()
        attacks = levers[tempo].mean(axis=1) * (1.0 if held == 0.0 else 1.0 / 3.0)
        return SimpleNamespace(
            series=lambda name: attacks[None, :], by_district=lambda name: levers[None, tempo]
        )

    monkeypatch.setattr(tarazu.study.setup.scenario, "simulate", run)
    table = ablate(base, surge, [LINKS[0]])
    asked, today = (scenario.levers[tempo].mean(axis=1).sum() for scenario in (surge, base))
    assert asked > today
    assert table["effect"].tolist() == pytest.approx([asked - today, asked / 3 - today])
    assert table["through"].tolist() == pytest.approx([0.0, 2 * asked / 3])


@pytest.mark.heavy
def test_ablate__parts_add_up_draw_by_draw(scenarios):
    base, surge = scenarios
    seen = []
    table = ablate(base, surge, LINKS, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]
    assert list(table["link"]) == [NOTHING_HELD, *map(str, LINKS)]
    assert table["through"][0] == 0.0
    assert (table["effect"] + table["through"]).to_numpy() == pytest.approx(
        np.full(3, table["effect"][0])
    )
    assert (table["n_draws"] == 2).all()


@pytest.mark.heavy
def test_ablate__a_policy_that_is_the_baseline_has_no_effect_to_explain(scenarios):
    base, _ = scenarios
    table = ablate(base, base, [Link("trust", "*")])
    assert (table[["effect", "through"]] == 0.0).all(axis=None)
    assert table["left"].isna().all()


def test_ablate__names_an_outcome_that_is_none(scenarios):
    with pytest.raises(ScenarioError, match=r"no series 'peace'; expected one of .*attacks"):
        ablate(*scenarios, LINKS, outcome="peace")


def test_ablate__wants_the_same_draws():
    one, other = (
        drawn_scenario("full", "status-quo", weeks=2, draws=2, seed=seed) for seed in (1, 2)
    )
    with pytest.raises(ScenarioError, match="policy"):
        ablate(one, other, LINKS)
