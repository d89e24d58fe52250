import re

import pytest

from tarazu.core.quantities import Fixed, LogNormal, Normal, Parameter
from tarazu.core.sources import ASSUMED
from tarazu.model import build_model, describe
from tarazu.model.declaration import Model
from tarazu.model.quantities import Lever


@pytest.fixture(scope="module")
def description():
    return describe(build_model())


def signs(description):
    return {(edge.source, edge.target): edge.sign for edge in description.edges}


@pytest.mark.parametrize(
    ("source", "target", "sign"),
    [
        ("operational_tempo", "wanted", "+"),
        ("bluntness_level", "killed_passive", "+"),
        ("raiding", "operations", "+"),
        ("discrimination", "bluntness", "-"),
        ("trust", "tips", "+"),
        ("recruited_islamist", "sympathiser", "-"),
        ("recruited_islamist", "militant_islamist", "+"),
        ("splintered", "militant_nationalist", "-"),
        ("splintered", "militant_hardline", "+"),
        ("attacks", "memory_attacks", "+"),
        ("attack_level", "wanted", "+"),
        ("due_process", "disappeared_passive", "-"),
    ],
)
def test_influence__has_the_sign_of_its_derivative(description, source, target, sign):
    assert signs(description)[source, target] == sign


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("memory_operations", "retaliation_flow"),
        ("memory_harmful", "retaliation_flow"),
        ("raid_level", "recruitment_coercion"),
        ("harm_level", "recruitment_coercion"),
        ("missing_level", "recruited_hardline"),
        ("investment", "recruited_hardline"),
        ("memory_operations", "relocated_hardline"),
        ("missing_felt", "kin_flow"),
        ("killed_felt", "kin_flow"),
        ("redress", "relief"),
        ("group_level", "ready_nationalist"),
        ("standing_level", "ease"),
        ("talks", "ready_islamist"),
        ("protection_urban", "appeal_urban_to_islamist"),
        ("extraction_level", "grievance_extraction"),
        ("local_agency", "grievance_exclusion"),
        ("proxies", "grievance_exclusion"),
        ("service_level", "cooled"),
    ],
)
def test_influence__of_a_sign_free_response_shows_as_both(description, source, target):
    assert signs(description)[source, target] == "±"


@pytest.mark.parametrize(
    ("prior", "sign"),
    [(LogNormal(1.0, 2.0), "+"), (Normal(0.0, 1.0), "±"), (Fixed(-1.0), "-")],
)
def test_influence__has_the_sign_of_the_prior_of_its_own_model(prior, sign):
    """Equal expressions of two models share a sign only where their priors are equal."""
    model = Model("grudges")
    patrols = model.lever("patrols", Lever("1", 0.0, 1.0, 0.0, None, "patrols"))
    declared = model.declare({"response": Parameter("1", prior, source=ASSUMED)})
    model.define("anger", declared.response * patrols, meaning="anger at patrols")
    assert signs(describe(model)) == {("patrols", "anger"): sign}


def test_table__holds_every_parameter_with_unit_prior_and_source(description):
    model = build_model()
    assert [row.name for row in description.parameters] == [*model.parameters]
    assert all(row.unit and row.prior and row.source for row in description.parameters)
    assumed = {row.name for row in description.parameters if row.is_assumed}
    assert "kin_targeting" in assumed
    assert "tip_value" not in assumed


def test_equations__cover_everything_that_moves(description):
    model = build_model()
    given = {equation.quantity for equation in description.equations}
    moved = {change.stock for change in model.changes}
    assert given == {*model.definitions, *model.events, *model.transfers, *model.shocks, *moved}
    ready = next(e for e in description.equations if e.quantity == "ready_islamist")
    assert "strength_islamist" in ready.text
    assert r"\text{strength islamist}" in ready.latex


def test_latex__writes_each_name_as_words_and_makes_no_accent_of_its_end(description):
    bare = [re.sub(r"\\text\{[^}]*\}", "", e.latex) for e in description.equations]
    commands = {command for text in bare for command in re.findall(r"\\([a-z]+)", text)}
    assert commands <= {"left", "right", "frac", "cdot", "min", "max", "sqrt"}
    assert not any(re.search("[A-Za-z]{2}_", text) for text in bare)


def test_levers__name_range_and_stock(description):
    levers = {lever[0]: lever for lever in description.levers}
    assert levers["due_process"][2:6] == (0.0, 1.0, 0.3, "missing_years")
