"""Each mechanism's declaration moves as its claims say; flip any one term and a claim fails."""

from functools import cache

import pytest
from tests.unit.model.claims import BELOW, CLAIMS, claims_of
from tests.unit.model.signs import flips_of, parts_of, signs_of
from tests.unit.worlds import default_levers, line_of_districts, medians

from tarazu.engine import simulate
from tarazu.model import Model, build_model
from tarazu.model.mechanisms.registry import MECHANISMS
from tarazu.model.stocks import stocks

WRITTEN_OUT = (
    "start of kin_hit",
    "start of kin_fresh",
    "start of memory_toll",
    "start of damage_transport",
    "start of damage_energy",
    "heat_everywhere",
    "reactive_pool",
    "attacks_transport_today_everywhere",
    "attacks_energy_today_everywhere",
    "attacks_urban_today_everywhere",
    "softened",
)
"""Definitions whose own signs are claimed, written out: held by their equilibrium."""
LONG = 2_000
AT_REST = 0.02  # relative; the step of a week moves the share of people in flux a little


@cache
def declared() -> dict[str, dict]:
    """What stocks and each mechanism declare, as name of a part -> expression."""
    m, by_mechanism, seen = Model("sliced"), {}, set()
    for name, declare in {"stocks": stocks, **MECHANISMS}.items():
        declare(m)
        now = {part: expression for part, expression in parts_of(m) if part not in seen}
        by_mechanism[name] = now
        seen |= set(now)
    return by_mechanism


def side_of(mechanism, part):
    return -1.0 if part in claims_of(BELOW.get(mechanism, "")) else 1.0


def claim_of(mechanism, part):
    table = BELOW if side_of(mechanism, part) < 0.0 else CLAIMS
    return claims_of(table[mechanism])[part]


@pytest.mark.parametrize("mechanism", ["stocks", *MECHANISMS])
def test_claims__cover_all_that_a_mechanism_declares(mechanism):
    claimed = {**claims_of(CLAIMS[mechanism]), **claims_of(BELOW.get(mechanism, ""))}
    assert set(claimed) == set(declared()[mechanism])


@pytest.mark.parametrize("mechanism", ["stocks", *MECHANISMS])
def test_mechanism__moves_as_its_claims_say(mechanism):
    m, wrong = build_model(), {}
    for part, expression in declared()[mechanism].items():
        found = signs_of(m, part, expression, side_of(mechanism, part))
        if found != claim_of(mechanism, part):
            wrong[part] = found
    assert wrong == {}


@pytest.mark.parametrize("mechanism", ["stocks", *MECHANISMS])
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value", "ignore:overflow")
def test_mechanism__with_a_flipped_sign_breaks_a_claim(mechanism):
    m, flips, unseen = build_model(), 0, []
    for part, expression in declared()[mechanism].items():
        if part in WRITTEN_OUT:
            continue
        side, claim = side_of(mechanism, part), claim_of(mechanism, part)
        for flipped in flips_of(expression):
            flips += 1
            if signs_of(m, part, flipped, side) == claim:
                unseen.append((part, flipped))
    assert flips > 0
    assert unseen == []


def test_starts__are_where_todays_rates_hold_them():
    """With every sign-free response at none and as many recruits as losses nothing moves."""
    m = build_model()
    for draw in (0.3, 0.7):
        values = {name: float(p.prior.quantile(draw)) for name, p in m.parameters.items()}
        values |= {name: 0.0 for name, p in m.parameters.items() if p.prior.support[0] < 0.0}
        values["renewal"] = 1.0
        run = simulate(
            m,
            medians(m, **values),
            default_levers(m, LONG, 1),
            districts=line_of_districts(1, 400_000.0),
            seed=0,
            members=[0],
            weeks=LONG,
            mode="mean",
        )
        moved = {}
        for name in {*m.stocks} - {"dead", "credibility"}:
            series = run.series(name)[0]
            change = abs(series[-1] / series[0] - 1.0)
            if change > AT_REST:
                moved[name] = change
        assert moved == {}
