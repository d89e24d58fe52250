"""Equilibria over the prior: one or two, and whether violence may persist where R_v is below 1.

Nothing here asserts that two equilibria must or must not be found in the shipped model; that
the search finds them where they are is tested on a model in which they are known.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sympy as sp

from tarazu.core.quantities import Fixed, Parameter
from tarazu.core.sources import ASSUMED
from tarazu.engine.inputs import first_state
from tarazu.engine.mean_field.equilibria import ClosedMap
from tarazu.engine.trajectory import Districts
from tarazu.model import Hypothesis, Model
from tarazu.model.checks import checked
from tarazu.model.hypothesis import HYPOTHESES
from tarazu.model.stocks import MILITANTS
from tarazu.study.analysis.thresholds import APART, STARTS, find_thresholds
from tarazu.study.analysis.uncertainty import share_of
from tarazu.study.setup.policies import ResolvedPolicy
from tarazu.study.setup.reproduction import average_district
from tarazu.study.setup.scenario import Scenario, drawn_scenario

ROOT = Path(__file__).parents[2]
SEED = 20261122
DRAWS, VARIANT_DRAWS = 60, 25
PROCESSES = 2
VIOLENT = 1.0  # militants in the average district; fewer are none
LONG = 10_400  # weeks for which a start is followed whose equilibrium the search did not reach


@dataclass(frozen=True)
class Variant:
    """A setting of the model in which violence needs violence, so that R_v may be defined."""

    name: str
    meaning: str
    parameters: tuple[str, ...]  # set to 0
    levers: tuple[str, ...] = ()  # set to 0


AS_IS = Variant("as it is", "`status-quo`, all as drawn", ())
VARIANTS = (
    Variant(
        "no importation at all",
        "no base tempo, no spontaneous recruits, no men and arms from outside, at the equilibrium "
        "too",
        (),
        ("importation",),
    ),
)
INTRODUCTION = f"""\
# Thresholds: reproduction number of violence, and its equilibria

Written by `make theory` (tests/theory/test_thresholds.py). No number is edited by hand, and no test
asks for two equilibria, or for one; that the search finds two where there are two is tested on a
model in which they are known (R_v = 0.5, and violence that persists if it starts high).

One average district, mean field, `status-quo`, draws of the parameters from the priors (Latin
hypercube, seed {SEED}). In each draw the equilibrium of the weekly map is searched from few
militants and from many (those drawn times {STARTS[0]:g} and {STARTS[1]:g}; all else as drawn).
Where the search does not settle, both starts are followed for {LONG:,} weeks instead; net recruits
per additional militant are of the draws in which it settles from many militants alone, n. Two
equilibria: militants apart by more than {APART:.0%} of the higher level and by more than {APART:g}
of a militant. A backward bifurcation: R_v below 1, and yet more than {VIOLENT:g} militant at the
equilibrium from one start. Only these two starts are tried, so two equilibria that differ in
anything else, or that are both reached from the same side, are missed. R_v is taken with
importation set aside (spontaneous recruits, sponsored men and arms, base tempo). Net recruits keep
their sign: below 0, one more militant keeps recruits away. In brackets: 90% interval
(Wilson). The model is not calibrated: a share is a share of the draws from the priors.
"""


def _with(scenario: Scenario, variant: Variant) -> Scenario:
    """Return the scenario with the parameters and levers of a variant at 0."""
    parameters = scenario.parameters.copy()
    parameters[:, [scenario.column(name) for name in variant.parameters]] = 0.0
    for name in variant.levers:
        scenario = scenario.with_lever(name, 0.0)
    return replace(scenario, parameters=parameters)


def _followed(scenario: Scenario, draw: int) -> list[float]:
    """Return the militants of one draw after a long time, from the low and from the high start."""
    place, levers = average_district(scenario)
    parameters = scenario.parameters[draw]
    closed = ClosedMap(scenario.model, parameters, levers, districts=place)
    start = first_state(scenario.model, parameters, districts=place)
    at = [[*scenario.model.stocks].index(name) for name in MILITANTS]
    ends = []
    for factor in STARTS:
        state = start.copy()
        state[at] *= factor
        state = closed.close(state, start)
        for _ in range(LONG):
            state = closed.step(state)
        ends.append(float(state[at].sum()))
    return ends


def look(scenario: Scenario) -> pd.DataFrame:
    """Return, by draw, R_v and the militants at equilibrium from a low and a high start."""
    table = find_thresholds(scenario).table
    table["is_settled"] = table[["from_low", "from_high"]].notna().all(axis=1)
    for draw in np.flatnonzero(~table["is_settled"]):
        table.loc[draw, ["from_low", "from_high"]] = _followed(scenario, int(draw))
    high, low = table["from_high"], table["from_low"]
    most = np.maximum(np.maximum(high, low), 1.0)
    table["is_two"] = (high - low).abs() > APART * most
    table["is_violent"] = np.maximum(high, low) > VIOLENT
    table["is_backward"] = (table["reproduction"] < 1.0) & table["is_violent"]
    return table


def _drawn(job: tuple[Variant, str]) -> pd.DataFrame:
    variant, hypothesis = job
    draws = DRAWS if variant == AS_IS else VARIANT_DRAWS
    return look(
        _with(drawn_scenario(hypothesis, "status-quo", weeks=1, draws=draws, seed=SEED), variant)
    )


def _share(values: pd.Series) -> str:
    if values.empty:
        return "-"
    share = share_of(values.to_numpy(dtype=np.float64))
    count = f"{int(values.sum())} of {len(values)}"
    return f"{count}, {share.value:.0%} ({share.low:.0%} to {share.high:.0%})"


def _lines(found: dict[str, pd.DataFrame]) -> list[str]:
    head = (
        "hypothesis | two equilibria | violent at equilibrium | R_v defined | R_v: median, "
        "largest | R_v above 1 | backward bifurcation | net recruits per additional militant: "
        "median, 5% to 95%, n | search not settled"
    )
    lines = [f"| {head} |", "|---" * 9 + "|"]
    for name, table in found.items():
        known = table.dropna(subset=["reproduction"])
        number, feedback = known["reproduction"], table["net_recruits"].dropna()
        cells = (
            f"`{name}`",
            _share(table["is_two"]),
            _share(table["is_violent"]),
            f"{len(known)} of {len(table)}",
            f"{number.median():.2g}, {number.max():.2g}" if len(known) else "-",
            _share(number > 1.0),
            _share(known["is_backward"]),
            f"{feedback.median():.2g}, {feedback.quantile(0.05):.2g} to "
            f"{feedback.quantile(0.95):.2g}, {len(feedback)}"
            if len(feedback)
            else "-",
            f"{int((~table['is_settled']).sum())}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, pd.DataFrame]]:
    jobs = [(variant, name) for variant in (AS_IS, *VARIANTS) for name in HYPOTHESES]
    with ProcessPoolExecutor(PROCESSES) as pool:
        looked = list(pool.map(_drawn, jobs))
    tables: dict[str, dict[str, pd.DataFrame]] = {v.name: {} for v in (AS_IS, *VARIANTS)}
    for (variant, name), table in zip(jobs, looked, strict=True):
        tables[variant.name][name] = table
    page = [INTRODUCTION]
    for variant in (AS_IS, *VARIANTS):
        page += [f"## {variant.name.capitalize()}", "", f"{variant.meaning.capitalize()}.", ""]
        page += _lines(tables[variant.name])
    text = "\n".join(page).rstrip() + "\n"
    (ROOT / "docs/validation/thresholds.md").write_text(text, encoding="utf-8")
    return tables


def test_thresholds__every_draw_comes_to_an_end_from_both_starts(found):
    for tables in found.values():
        for table in tables.values():
            assert np.isfinite(table[["from_low", "from_high"]]).all(axis=None)
            assert (table[["from_low", "from_high"]] >= 0.0).all(axis=None)


def test_thresholds__where_there_is_no_number_a_reason_is_given(found):
    for tables in found.values():
        for table in tables.values():
            assert ((table["reason"] == "") == table["reproduction"].notna()).all()


def militancy(contact: float, company: float) -> Scenario:
    """Militants recruit one by one (contact), and where there are many of them (company)."""
    m = Model("militancy")
    values = {"contact": contact, "company": company, "leaving": 0.05}
    p = m.declare({k: Parameter("1/week", Fixed(v), source=ASSUMED) for k, v in values.items()})
    m.stock("passive", "people", unit="persons", initial=None, meaning="others")
    for name in MILITANTS:
        share = 0.01 if name == MILITANTS[0] else 0.0
        m.stock(name, "people", unit="persons", initial=share * m["population"], meaning="armed")
    share = m[MILITANTS[0]] / m["population"]
    hazard = p.contact * share + p.company * share**2
    m.transfer("joined", "passive", MILITANTS[0], hazard=hazard, meaning="join")
    for name in MILITANTS:
        m.transfer(f"deserted_{name}", name, "passive", hazard=p.leaving, meaning="leave")
    m.event("attacks", unit="attacks", mean=sp.Integer(0), meaning="none")
    m.stock("memory", "memory", unit="attacks", initial=0.0, meaning="attacks remembered")
    m.change("memory", inflow=m["attacks"], fall=p.leaving, meaning="remembered, and fading")
    return Scenario(
        model=checked(m),
        hypothesis=Hypothesis("toy", "Toy", "Known by hand.", {}),
        policy=ResolvedPolicy("none", "None", "A test.", np.zeros((0, 1, 1))),
        districts=Districts(("one",), np.array([1e6]), np.array([0.1]), np.zeros((1, 1))),
        parameters=np.array([[*values.values()]]),
    )


def test_look__finds_a_backward_bifurcation_where_there_is_one():
    row = look(militancy(contact=0.5 * (1 - np.exp(-0.05)), company=0.5)).iloc[0]
    assert row["reproduction"] == pytest.approx(0.5, rel=1e-6)
    assert row["is_two"]
    assert row["is_backward"]
    assert row["from_low"] < VIOLENT
    assert row["from_high"] > 5e5


def test_look__finds_none_where_violence_grows_by_itself_or_dies_out():
    grows = look(militancy(contact=0.2, company=0.0)).iloc[0]
    assert grows["reproduction"] > 1.0
    assert grows["is_violent"]
    dies = look(militancy(contact=0.02, company=0.0)).iloc[0]
    assert dies["reproduction"] < 1.0
    assert not dies["is_violent"]
    for row in (grows, dies):
        assert not row["is_two"]
        assert not row["is_backward"]
