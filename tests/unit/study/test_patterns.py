"""Patterns: found where they are built in, their mirror image where that is, neither elsewhere."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import sympy as sp
from tests.reference.anderson import (
    COUNTERINSURGENCY,
    EFFORTS,
    ORDERS,
    WITHDRAWALS,
    anderson_patterns,
    bundle,
    schedules,
    withdrawal,
)
from tests.reference.policy_patterns import (
    END,
    MARGIN,
    clearly_less,
    look_for_patterns,
    verdicts_of,
    year_before,
)
from tests.unit.study.ranking_worlds import scenario_of

from tarazu.core.errors import ScenarioError
from tarazu.core.quantities import Fixed, Parameter, Uniform
from tarazu.core.sources import ASSUMED
from tarazu.model import Model, build_model
from tarazu.model.checks import checked
from tarazu.model.quantities import Lever

TODAY = {
    "operational_tempo": (10.0, 1.0),
    "technical_intelligence": (1.0, 0.3),
    "discrimination_rules": (1.0, 0.2),
    "protection_urban": (1.0, 0.05),
    "services": (1.0, 0.3),
}
SIGNS = ("legacy", "presence", "parts", "synergy", "learning")


def declare() -> Model:
    """Attacks about 1000 a week, moved by five mechanisms of which each has a sign of its own."""
    m = Model("patterns")
    sign = m.declare({s: Parameter("attacks/week", Uniform(-1, 1), source=ASSUMED) for s in SIGNS})
    rest = m.declare(
        {
            "fading": Parameter("1/week", Fixed(0.002), source=ASSUMED),
            "level": Parameter("attacks/week", Fixed(1000.0), source=ASSUMED),
            "per_step": Parameter("1/week", Fixed(1.0), source=ASSUMED),
        }
    )
    lever = {
        name: m.lever(name, Lever("1", 0.0, high, today, "people", name))
        for name, (high, today) in TODAY.items()
    }
    m.stock("people", "people", unit="persons", initial=None, meaning="everybody")
    combat, known = (
        m.stock(name, "memory", unit="1", initial=0.0, meaning=name) for name in ("combat", "known")
    )
    tempo, intelligence = lever["operational_tempo"], lever["technical_intelligence"]
    m.change("combat", inflow=rest.per_step * tempo, fall=rest.fading, meaning="what is left of it")
    m.change("known", inflow=rest.per_step * intelligence, fall=rest.fading, meaning="learnt")
    moved = [lever[name] - today for name, (_, today) in TODAY.items()]
    attacks = (
        rest.level
        + sign.legacy * combat
        - 300 * sign.presence * tempo
        - 40 * sign.parts * sp.Add(*moved)
        - 400 * sign.synergy * moved[1] * moved[4]
        - sign.learning * known * tempo
    )
    m.event("attacks", unit="attacks", mean=sp.Max(attacks, 0), meaning="attacks")
    return m


@cache
def model() -> Model:
    return checked(declare())


def scenario(draws=2, **signs):
    """Every sign at 0 but for those named, in every draw."""
    values = [signs.get(name, p.median) for name, p in model().parameters.items()]
    return replace(scenario_of(model(), "today", weeks=END), parameters=np.tile(values, (draws, 1)))


def verdict(pattern, **signs):
    """The verdict that holds in every draw."""
    row = look_for_patterns(scenario(**signs), [pattern]).iloc[0]
    shares = {name: row[name] for name in ("holds", "mirror", "neither")}
    assert sorted(shares.values()) == [0.0, 0.0, 1.0]
    return max(shares, key=shares.__getitem__)


@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize("weeks", WITHDRAWALS)
def test_withdrawal__is_worse_where_combat_leaves_a_scar_and_presence_helps(weeks, at_once):
    pattern = withdrawal(weeks, at_once=at_once)
    assert verdict(pattern, legacy=0.4, presence=1.0) == "holds"
    assert verdict(pattern, legacy=-0.4, presence=-1.0) == "mirror"
    assert verdict(pattern) == "neither"


def test_withdrawal__reads_the_year_after_it_where_it_is_told():
    weekly = np.arange(END)[None].astype(float)
    assert year_before(END, weekly) == sum(range(END - 52, END))
    assert year_before(26 + 52, weekly) == sum(range(26, 78))


def test_withdrawal__is_not_too_early_where_staying_is_worse_still():
    assert verdict(withdrawal(52), legacy=0.4) == "neither"


def test_bundle__beats_its_parts_where_each_helps():
    beats, adds = bundle("all", COUNTERINSURGENCY)
    assert verdict(beats, parts=1.0) == "holds"
    assert verdict(beats, parts=-1.0) == "mirror"
    assert verdict(beats) == "neither"
    assert verdict(adds, parts=1.0) == "neither"  # the whole is the sum of its parts


def test_bundle__is_synergistic_where_parts_work_better_together():
    _, adds = bundle("all", COUNTERINSURGENCY)
    assert MARGIN * 1000 < 400 * (0.7 - 0.3) * (0.6 - 0.3)
    assert verdict(adds, synergy=1.0) == "holds"
    assert verdict(adds, synergy=-1.0) == "mirror"


def test_schedules__begin_with_intelligence_and_little_combat_where_learning_pays_later():
    for pattern in schedules():
        assert verdict(pattern, learning=1.0) == "holds"
        assert verdict(pattern, learning=-1.0) == "mirror"
        assert verdict(pattern) == "neither"


def test_schedules__spend_the_same_effort_on_each():
    policies = schedules()[0].policies
    assert len(policies) == len(ORDERS) ** 2
    for name, (little, much) in EFFORTS.items():
        sums = {
            round(sum(s.value * ((s.until_week or END) - s.from_week) for s in settings), 9)
            for settings in ([s for s in policy if s.lever == name] for policy in policies.values())
        }
        assert sums == {round((little + much) / 2 * END, 9)}


def test_patterns__shares_count_draws_and_add_up():
    made = scenario(draws=8, learning=1.0)
    at = [*model().parameters].index("learning")
    made.parameters[:, at] = [1, 1, 1, 1, 1, -1, -1, 0]
    rows = look_for_patterns(made, schedules(), workers=2)
    assert (rows["n_draws"] == 8).all()
    assert rows["holds"].tolist() == [5 / 8] * 3
    assert rows["mirror"].tolist() == [2 / 8] * 3
    assert rows["neither"].tolist() == [1 / 8] * 3
    assert (rows["holds_low"] < 5 / 8).all()
    assert (rows["holds_high"] > 5 / 8).all()
    again = look_for_patterns(made, schedules())
    assert again.to_csv() == rows.to_csv()


def test_patterns__with_drawn_events_share_their_luck():
    """Draws without any effect: nothing is separated, as policies have common random numbers."""
    rows = look_for_patterns(scenario(draws=6), anderson_patterns_of_the_toy(), mode="stochastic")
    assert (rows["neither"] == 1.0).all()


def anderson_patterns_of_the_toy():
    return [withdrawal(52), *bundle("all", COUNTERINSURGENCY), *schedules()]


def test_less__needs_more_than_the_margin_and_is_the_same_turned_round():
    few, many = np.array([98.9, 99.1, 100.0, 0.0]), np.full(4, 100.0)
    assert clearly_less(few, many).tolist() == [True, False, False, True]
    assert not clearly_less(many, few).any()
    assert not clearly_less(np.zeros(1), np.zeros(1)).any()
    holds, mirror = np.array([True, False, False]), np.array([False, True, False])
    assert verdicts_of(holds, mirror).tolist() == [1, -1, 0]
    assert verdicts_of(mirror, holds).tolist() == [-1, 1, 0]


def test_patterns__use_levers_of_the_shipped_model_inside_their_ranges():
    levers = build_model().levers
    names = [pattern.name for pattern in anderson_patterns()]
    assert len(set(names)) == len(names)
    for pattern in anderson_patterns():
        for settings in pattern.policies.values():
            for setting in settings:
                lever = levers[setting.lever]
                assert lever.low <= setting.value <= lever.high


def test_patterns__wants_levers_for_all_weeks():
    with pytest.raises(ScenarioError, match="520"):
        look_for_patterns(scenario_of(model(), "today", weeks=END - 1), schedules())
