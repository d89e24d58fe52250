from importlib import import_module

import pytest

from tarazu.claims import load_ledger
from tarazu.core.errors import ScenarioError
from tarazu.study import load_study

GOOD = """
title = "Mine"
[[claims]]
id = "A"
title = "One"
sentence = "It does."
rule = "Written before."
[claims.record]
finding = "retaliation"
supported_by = ["backlash"]
contradicted_by = ["deterrence"]
why = "It tests it."
[claims.no_exit]
study = "attrition"
weeks = 520
probability = 0.9
"""


def write(folder, text):
    path = folder / "ledger.toml"
    path.write_text(text)
    return path


def test_ledger__shipped_one_holds_the_fourteen_claims():
    ledger = load_ledger()
    assert [claim.id for claim in ledger.claims] == [f"C{n}" for n in range(1, 15)]
    assert ledger.studies == ("seventeen", "loop", "levers", "attrition")


def test_ledger__shipped_claims_ask_their_studies_what_these_answer():
    for claim in load_ledger().claims:
        study = load_study(claim.study)
        assert claim.experiment.weeks in study.spec.horizons
        assert claim.paired is None or {claim.paired.after_weeks} <= {0, *study.spec.horizons}
        assert (claim.paired is None) or (study.spec.operation is not None)


def test_ledger__shipped_claims_wait_for_words_that_findings_say():
    """A verdict that no estimator gives would decide nothing for ever."""
    for claim in load_ledger().claims:
        if claim.record is not None:
            words = import_module(f"tarazu.evidence.{claim.record.finding}.estimator").VERDICTS
            assert {*claim.record.supported_by, *claim.record.contradicted_by} <= set(words)


def test_ledger__users_write_their_own(tmp_path):
    assert load_ledger(write(tmp_path, GOOD)).claims[0].id == "A"


@pytest.mark.parametrize(
    ("old", "new", "key", "says"),
    [
        ("sentence", "sentense", None, "sentence"),
        ("probability = 0.9", "probability = 0.9\nshare = 1", "claims[0].no_exit.share", "unknown"),
        ("probability = 0.9", "probability = 1.5", "claims[0].no_exit.probability", "less than 1"),
        ("weeks = 520", "weeks = 4", "claims[0].no_exit.weeks", "52"),
        ('["deterrence"]', '["backlash"]', "claims[0].record", "both supports and contradicts"),
        ('"retaliation"', '"revenge"', "claims[0].record.finding", "'revenge' is not a finding"),
        ('["deterrence"]', "[]", "claims[0].record.contradicted_by", "at least 1"),
    ],
)
def test_ledger__bad_input_names_the_key(tmp_path, old, new, key, says):
    path = write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises((ScenarioError, ExceptionGroup)) as caught:
        load_ledger(path)
    errors = getattr(caught.value, "exceptions", (caught.value,))
    assert any(says in str(error) for error in errors)
    assert key is None or key in [error.key for error in errors]


@pytest.mark.parametrize(("measure", "after"), [("attacks", 12), ("militants", 4)])
def test_ledger__only_the_beginning_of_a_sum_can_be_left_out(tmp_path, measure, after):
    paired = f"""
[claims.paired]
study = "seventeen"
contrast = "sweep"
measure = "{measure}"
zone = "here"
weeks = 12
after_weeks = {after}
holds = "above"
threshold = 0.0
"""
    path = write(tmp_path, GOOD[: GOOD.index("[claims.no_exit]")] + paired)
    with pytest.raises(ScenarioError) as caught:
        load_ledger(path)
    assert caught.value.key == "claims[0].paired.after_weeks"
    text = path.read_text().replace(f"after_weeks = {after}", "after_weeks = 0")
    assert load_ledger(write(tmp_path, text)).claims[0].paired.after_weeks == 0


def test_ledger__a_claim_needs_exactly_one_experiment(tmp_path):
    text = GOOD[: GOOD.index("[claims.no_exit]")]
    with pytest.raises(ScenarioError, match="exactly one experiment"):
        load_ledger(write(tmp_path, text))
    both = GOOD + '[claims.loop]\nstudy = "loop"\nweeks = 52\nwithout = "x"\nleast = 0.1\n'
    with pytest.raises(ScenarioError, match="names no_exit and loop"):
        load_ledger(write(tmp_path, both))


@pytest.mark.parametrize(
    ("experiment", "key"),
    [
        (
            '[claims.lasting]\nstudy = "attrition"\nsince = 9\nweeks = 9\nattacks = 1.0\n',
            "claims[0].lasting.since",
        ),
        (
            '[claims.policies]\nstudy = "levers"\nweeks = 260\n[[claims.policies.changes]]\n'
            'policy = "dialogue"\nmeasure = "attacks"\nper = "operations"\n'
            'for_each = "disappeared"\nholds = "above"\nthreshold = 0.0\n',
            "claims[0].policies.changes[0]",
        ),
    ],
)
def test_ledger__experiment_that_cannot_be_decided_is_an_error(tmp_path, experiment, key):
    path = write(tmp_path, GOOD[: GOOD.index("[claims.no_exit]")] + experiment)
    with pytest.raises(ScenarioError) as caught:
        load_ledger(path)
    assert caught.value.key == key


def test_ledger__ids_are_given_once(tmp_path):
    with pytest.raises(ScenarioError, match="which an earlier claim has") as caught:
        load_ledger(write(tmp_path, GOOD + GOOD[GOOD.index("[[claims]]") :]))
    assert caught.value.key == "claims[1].id"
