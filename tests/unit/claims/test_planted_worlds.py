"""Planted worlds: each shipped claim comes out true in one and false in another."""

import pytest

from tarazu.claims import load_ledger, weigh_claims
from tarazu.claims.ledger import LedgerSpec
from tarazu.study import build_study, load_study, run_study
from tarazu.study.setup.shipped import SHIPPED

CLAIMS = {claim.id: claim for claim in load_ledger().claims}

SLOW = ("C3",)  # the Jacobian of the model is derived once per process

# What a world must set for the claim to be true in nearly every draw, and for it to be false.
WORLDS = {
    "C1": (
        {
            "retaliation": 1.0,
            "retaliation_harm": 1.0,
            "recruits_per_killed": 2.0,
            "recruits_per_disappeared": 2.0,
            "recruitment_response_harm": 1.5,
        },
        {
            "retaliation": -0.5,
            "retaliation_harm": -0.5,
            "recruits_per_killed": -1.0,
            "recruits_per_disappeared": 0.0,
            "recruits_per_detained": 0.0,
            "recruitment_response": 0.0,
            "recruitment_response_harm": 0.0,
            "following_share": 0.01,
            "sponsored_share": 0.0,
            "sponsored_arms": 0.0,
            "militants_today": 1e-4,
            "renewal": 0.5,
            "desertion_rate": 0.001,
        },
    ),
    "C2": ({"scatter": 1.0}, {"scatter": -1.0}),
    "C3": (
        {
            "recruits_per_disappeared": 1.5,
            "recruits_per_killed": 1.0,
            "recruitment_response": 1.0,
            "following_share": 0.9,
        },
        {
            "recruits_per_disappeared": -1.0,
            "recruits_per_killed": -1.0,
            "recruits_per_detained": 0.0,
            "recruitment_response": -1.0,
            "retaliation": -0.5,
            "retaliation_harm": -0.5,
            "alienation_response": -1.0,
        },
    ),
    "C4": (
        {
            "recruits_per_disappeared": 2.0,
            "recruits_per_detained": 0.0,
            "kin_sympathy": 40.0,
            "kin_targeting": 0.1,
            "spent_share": 0.1,
        },
        {"recruits_per_disappeared": 0.0, "recruits_per_detained": 0.0, "absence_response": 0.0},
    ),
    "C5": (
        {"alienation_response": 2.0, "tip_value": 0.9, "renewal": 1.0},  # nobody dies out before
        {"alienation_response": -2.0, "tip_value": 0.9},
    ),
    "C6": ({"hardening": 5.0, "substitution": 1.0}, {"hardening": 0.0}),
    "C7": (
        {"standing_response": 1.5, "retaliation": 0.0, "retaliation_harm": 0.0},
        {"standing_response": -1.5, "retaliation": 0.0, "retaliation_harm": 0.0},
    ),
    "C8": (
        {
            "hardening": 8.0,
            "substitution": 0.0,
            "visibility_energy": 3.0,
            "repair_share": 0.5,
            "flight_share": 0.9,
            "fiscal_dependence": 0.5,
        },
        {"hardening": 0.0},
    ),
    "C9": ({"project_response": 2.0}, {"project_response": -2.0}),
    "C10": (
        {"project_response": 2.0, "revenue_yield": 0.3},
        {"project_response": -2.0, "revenue_yield": 0.3},
    ),
    "C11": (
        {
            "recruits_per_disappeared": 1.5,
            "recruits_per_detained": 0.0,
            "absence_response": 2.0,
            "recruits_per_killed": 0.0,
        },
        {
            "recruits_per_disappeared": -1.0,
            "recruits_per_detained": 0.0,
            "absence_response": -1.0,
            "recruits_per_killed": 0.0,
        },
    ),
    "C12": (
        {
            "dialogue_response": 0.15,
            "commitment_rate": 0.02,
            "commitment_decay": 0.05,
            "breach": 0.01,
            "spoiler_response": 0.0,
            "opportunity_response": 0.0,
            "recruitment_response": 0.0,
            "recruitment_response_harm": 0.0,
            "recruits_per_killed": 0.0,
            "recruits_per_disappeared": 0.0,
            "sponsored_share": 0.0,
            "desertion_rate": 0.006,
            "proxy_channel": 0.0,
            "trust_today": 0.6,
            "agency_response": 2.0,
            "proxy_response": -4.0,
            "weight_exclusion": 4.0,
            "weight_extraction": 0.1,
            "grievance_rate": 0.05,
            "filled_today": 0.2,
            "islamist_today": 0.05,
            "hardline_today": 0.2,
        },
        {"dialogue_response": -0.3, "trust_today": 0.6},
    ),
    "C13": (
        {"splinter_response": 3.0, "entrant_share": 0.1, "group_turnover": 0.01, "renewal": 1.0},
        {"splinter_response": -3.0, "entrant_share": 0.1, "group_turnover": 0.01},
    ),
    "C14": (
        {"renewal": 1.5, "following_share": 0.05, "killed_per_operation": 2.0},
        {"renewal": 0.2, "contact_share": 0.1, "spontaneous_share": 1e-5, "desertion_rate": 0.01},
    ),
}


def in_world(folder, claim, restrictions, *, draws=8, **changes):
    """Return the entry of a claim whose study ran in a world of its own."""
    lines = [f"{name} = {value}" for name, value in restrictions.items()]
    path = folder / "world.toml"
    text = ['title = "World"', 'meaning = "A test."', "[restrictions]", *lines]
    path.write_text("\n".join(text) + "\n")
    spec = load_study(claim.study).spec
    needed = dict.fromkeys(("status-quo", *_policies(claim)))
    told = spec.model_dump(exclude_defaults=True) | {
        "hypotheses": (str(path),),
        "draws": draws,
        "replicates": 1,  # claims read what is expected
        "policies": tuple(p for p in spec.policies if p.split("/")[-1].split(".")[0] in needed),
    }
    study = build_study(type(spec).model_validate(told | changes), name=claim.study, folder=SHIPPED)
    result = run_study(study, out=folder / "out")
    assert (study.spec.weeks, study.spec.history) == (
        spec.weeks,
        spec.history,
    )  # the very experiment, smaller
    (entry,) = weigh_claims([], [result], LedgerSpec(title="One", claims=(claim,))).entries
    return entry


def _policies(claim):
    if claim.policies is None:
        return ()
    return [name for c in claim.policies.changes for name in (c.policy, c.against)]


def test_planted_worlds__are_there_for_every_claim():
    assert [*WORLDS] == [*CLAIMS]
    assert len(CLAIMS) == 14
    assert all(len(of_claim) == 2 for of_claim in WORLDS.values())


@pytest.mark.parametrize(
    ("name", "is_true"),
    [
        pytest.param(name, is_true, marks=[pytest.mark.slow] if name in SLOW else [])
        for name in WORLDS
        for is_true in (True, False)
    ],
)
def test_planted_world__decides_the_claim(tmp_path, name, is_true):
    entry = in_world(tmp_path, CLAIMS[name], WORLDS[name][not is_true])
    assert entry.verdict == "model-conditional"
    assert entry.model.conclusion == ("holds" if is_true else "does not hold"), entry.explanation
