"""Experiments of claims: what is compared, which draws are left out, what a study lacks."""

import numpy as np
import pytest
from tests.unit.study.cases import make_study

from tarazu.claims import Claim, weigh_claims
from tarazu.claims.ledger import LastingTest, LedgerSpec, PoliciesTest
from tarazu.core.errors import ScenarioError
from tarazu.study import run_study

STUDY = {"mode": "mean", "replicates": 1, "draws": 6, "hypotheses": ("full",)}


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    study = make_study(**STUDY, quantities=("groups",))
    return run_study(study, out=tmp_path_factory.mktemp("study") / "small")


def entry_of(result, **experiment):
    claim = Claim(id="X", title="Mine", sentence="It does.", rule="A test.", **experiment)
    return weigh_claims([], [result], LedgerSpec(title="Mine", claims=(claim,))).entries[0]


def policies(*changes):
    told = [{"policy": "surge", "holds": "above", "threshold": 0.0} | change for change in changes]
    return {"policies": PoliciesTest(study="small", weeks=60, changes=told)}


def values(result, column):
    rows = result.metrics[result.metrics["weeks"] == 60]
    table = rows.pivot_table(column, "draw", "policy", observed=True)
    return table["surge"].to_numpy(), table["status-quo"].to_numpy()


@pytest.mark.parametrize("key", ["per", "for_each"])
def test_change__is_relative_or_for_each_unit_of_another(result, key):
    (more, usual), (fewer, base) = values(result, "attacks"), values(result, "operations")
    if key == "per":
        expected = (more / fewer) / (usual / base) - 1.0
    else:
        expected = (more - usual) / (fewer - base)
    median = float(np.median(expected))
    change = {"measure": "attacks", key: "operations", "threshold": median}
    model = entry_of(result, **policies(change)).model
    assert model.headline.share == pytest.approx((expected > median).mean())


def test_changes__must_all_hold_in_a_draw(result):
    always = {"measure": "operations", "threshold": -1.0}
    never = {"measure": "groups", "threshold": 1e9}
    assert entry_of(result, **policies(always)).model.conclusion == "holds"
    assert entry_of(result, **policies(always, never)).model.conclusion == "does not hold"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"policy": "surje", "measure": "attacks"}, "no policy 'surje'"),
        ({"measure": "investment"}, "has not all of investment"),
    ],
)
def test_policies__what_the_study_lacks_is_an_error(result, change, says):
    with pytest.raises(ScenarioError, match=says):
        entry_of(result, **policies(change))


def lasting(**limits):
    told = LastingTest(study="small", weeks=60, since=12, attacks=1e-6, at_most=limits)
    return {"lasting": told}


def test_lasting__judges_only_draws_within_its_limits(result):
    drawn = result.parameters["sponsored_share"]
    inside = int((drawn <= 0.0).sum())
    assert 0 < inside < 6
    model = entry_of(result, **lasting(sponsored_share=0.0)).model
    assert (model.headline.n_draws, model.n_left_out) == (inside, 6 - inside)
    assert "sponsored_share above 0" in model.why_left_out
    assert entry_of(result, **lasting()).model.n_left_out == 0
    with pytest.raises(ScenarioError, match="no parameter 'sponsored'"):
        entry_of(result, **lasting(sponsored=0.0))


def test_lasting__no_draw_to_judge_decides_nothing(result):
    entry = entry_of(result, **lasting(attacks_today=0.0))
    assert entry.model.conclusion == "depends"
    assert entry.model.shares == ()
    assert "not tested in the model" in entry.explanation
