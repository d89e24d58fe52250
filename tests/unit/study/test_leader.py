"""Leaders by shares of draws, and the assumption that decides: found where planted, else not."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from tarazu.study.analysis.driver import find_driver
from tarazu.study.analysis.leader import find_leader
from tarazu.study.runner.result import Label, StudyTables

DRAWS = 40
SPURIOUS = 60  # parameters that do nothing


def _result(changes: dict[str, np.ndarray], parameters: pd.DataFrame | None = None) -> StudyTables:
    """A study of one hypothesis whose policies change civilians killed as given, draw by draw."""
    random = np.random.default_rng(3)
    base = random.uniform(100, 300, DRAWS)
    names = ["status-quo", *changes]
    rows = [
        {
            "hypothesis": "full",
            "policy": name,
            "draw": draw,
            "weeks": 260,
            "deaths_civilian": base[draw] + (changes[name][draw] if name in changes else 0.0),
        }
        for name in names
        for draw in range(DRAWS)
    ]
    if parameters is None:
        parameters = pd.DataFrame(random.normal(size=(DRAWS, SPURIOUS))).add_prefix("p")
    table = parameters.assign(hypothesis="full", draw=range(DRAWS))
    info = pd.DataFrame(
        {"parameter": parameters.columns, "unit": "1", "source": "assumed: a judgement"}
    )
    return SimpleNamespace(  # type: ignore[return-value]
        metrics=pd.DataFrame(rows),
        parameters=table,
        parameter_info=info,
        policies=tuple(Label(name, name, "") for name in names),
        hypotheses=(Label("full", "Nothing ruled out", ""),),
        baseline="status-quo",
        horizons=(260,),
        seed=1,
    )


def test_leader__is_not_made_by_one_draw() -> None:
    """Better in 39 of 40 draws and worse by a million in one: the mean would say the opposite."""
    change = np.full(DRAWS, -5.0)
    change[7] = 1e6
    leader = find_leader(_result({"calm": change}))
    assert leader is not None
    assert leader.policy == "calm"
    assert leader.is_clear
    assert leader.share.value == pytest.approx(39 / 40)


def test_leader__is_not_clear_where_the_interval_holds_one_half() -> None:
    change = np.where(np.arange(DRAWS) < 23, -5.0, 5.0)
    leader = find_leader(_result({"calm": change}))
    assert leader is not None
    assert leader.policy == "calm"
    assert not leader.is_clear


def test_leader__must_beat_every_rival() -> None:
    """A policy that is best against today alone does not lead."""
    better = np.full(DRAWS, -10.0)
    still_better = np.full(DRAWS, -20.0)
    leader = find_leader(_result({"good": better, "best": still_better}))
    assert leader is not None
    assert (leader.policy, leader.rival) == ("best", "status-quo")


def test_leader__counts_ties_half() -> None:
    leader = find_leader(_result({"same": np.zeros(DRAWS)}))
    assert leader is not None
    assert leader.share.value == 0.5
    assert not leader.is_clear


def test_leader__of_what_killing_moves_is_refused() -> None:
    with pytest.raises(ValueError, match="never ranked"):
        find_leader(_result({"calm": np.zeros(DRAWS)}), "deaths_militant")


def test_driver__is_the_planted_parameter_with_its_split() -> None:
    random = np.random.default_rng(5)
    table = pd.DataFrame(random.normal(size=(DRAWS, SPURIOUS))).add_prefix("p")
    effect = -10.0 * (table["p7"].to_numpy() - 0.3) + random.normal(size=DRAWS)
    driver = find_driver(_result({"calm": effect}, table), "calm")
    assert driver.parameter == "p7"
    assert driver.stands_out
    assert driver.is_assumed
    assert driver.split == pytest.approx(0.3, abs=0.2)
    assert driver.above[0] / driver.above[1] > 0.9
    assert driver.below[0] / driver.below[1] < 0.1
    assert driver.n_tried == SPURIOUS


def test_driver__stands_out_by_chance_no_more_often_than_stated() -> None:
    """40 studies in which nothing decides: 5% of them, 2, may name a parameter; 7 are too many."""
    found = 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        table = pd.DataFrame(random.normal(size=(DRAWS, SPURIOUS))).add_prefix("p")
        result = _result({"calm": random.normal(size=DRAWS)}, table)
        found += find_driver(result, "calm").stands_out
    assert found < 7  # 7 or more of 40 at 5%: 1 in 300


def test_driver__is_not_looked_for_in_few_draws_or_without_a_change() -> None:
    result = _result({"calm": np.zeros(DRAWS)})
    assert not find_driver(result, "calm").stands_out


def test_label__of_a_policy_names_its_districts() -> None:
    label = Label("a", "A", "")
    assert label.districts == ()
    assert replace(label, districts=("Kech",)).districts == ("Kech",)
