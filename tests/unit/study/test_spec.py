from pathlib import Path

import pytest
from tests.unit.study.cases import make_spec

from tarazu.core.errors import ScenarioError
from tarazu.study import STUDIES, load_study

GOOD = """
title = "Mine"
question = "Does it load?"
start = "a test"
weeks = 100
horizons = [52]
draws = 4
seed = 1
hypotheses = ["full"]
policies = ["status-quo", "mine.toml"]
"""
POLICY = """
title = "Mine"
meaning = "A test."
[[settings]]
lever = "dialogue"
value = 0.5
"""
OPERATION = "\n[operation]\nweek = 1\nmilitant_deaths = 17\nsplit = { kech = 1 }\n"
GRID = '\n[grid]\nlever = "operational_tempo"\nvalues = [0.0, 2.0]\n'
ALONE = ('policies = ["status-quo", "mine.toml"]', 'policies = ["status-quo"]')


def write(folder: Path, *changes: tuple[str, str], extra: str = "", policy: str = POLICY):
    text = GOOD + extra
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "mine.toml").write_text(policy)
    path = folder / "study.toml"
    path.write_text(text)
    return path


def problem(path: Path) -> ScenarioError:
    with pytest.raises(ScenarioError) as caught:
        load_study(path)
    return caught.value


@pytest.mark.parametrize("name", STUDIES)
def test_study__shipped_ones_load_and_label_their_start(name):
    study = load_study(name)
    assert study.name == name
    assert study.spec.history_weeks == (0 if name == "loop" else 1148)  # from 2004 to 2026
    assert study.spec.history_weeks or "no history changes it" in study.spec.start


def test_study__finds_policies_beside_its_file(tmp_path):
    assert [p.name for p in load_study(write(tmp_path)).policies] == ["status-quo", "mine"]


def test_study__of_what_must_be_said_alone_fills_the_rest(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('title = "Mine"\nweeks = 300\ndraws = 4\nhypotheses = ["full"]\n')
    spec = load_study(path).spec
    assert (spec.question, spec.horizons, spec.seed) == ("Mine", (52, 260, 300), 1)
    assert "assumed" in spec.start
    assert spec.start_date is None
    path.write_text(path.read_text().replace("weeks = 300", "weeks = 52") + OPERATION)
    assert load_study(path).spec.horizons == (50,)


def test_study__that_starts_on_a_day_lets_policies_name_days(tmp_path):
    dated = POLICY + "from_date = 2027-12-31\n"
    path = write(tmp_path, ('start = "a test"', "start = 2027-01-01"), policy=dated)
    (setting,) = load_study(path).policies[1].settings
    assert setting.from_week == 52
    path = write(tmp_path, policy=dated)
    assert problem(path).key == "settings[0].from_date"


def test_study__unknown_name_names_the_nearest():
    with pytest.raises(ScenarioError, match="Did you mean 'demo'"):
        load_study("demoo")


def test_study__absent_file_is_an_error(tmp_path):
    with pytest.raises(ScenarioError, match="cannot be read"):
        load_study(tmp_path / "absent.toml")


@pytest.mark.parametrize(
    ("old", "new", "key", "says"),
    [
        ("draws = 4", "drawz = 4\ndraws = 4", "drawz", "Did you mean 'draws'"),
        ("weeks = 100", "", "weeks", "missing"),
        ("draws = 4", 'draws = "4"', "draws", "integer"),
        ("draws = 4", "draws = 1", "draws", "greater than or equal to 2"),
        ("draws = 4", "draws = 400000000", "draws", "at most 10,000,000"),
        ("seed = 1", "seed = -1", "seed", "greater than or equal to 0"),
        ("[52]", "[52, 101]", "horizons[1]", "1 to 100 weeks"),
        ("[52]", "[]", "horizons", "at least 1"),
        ("[52]", "[52, 52]", "horizons", "each once"),
        ('["full"]', '["full", "full"]', "hypotheses", "names that differ"),
        ('["status-quo", "mine.toml"]', '["status-quo", "status-quo"]', "policies", "differ"),
        ('["full"]', '["fool"]', "hypotheses[0]", "Did you mean 'full'"),
        ('["full"]', '["absent.toml"]', None, "cannot be read"),
        ('["status-quo", "mine.toml"]', '["status-quo", "surg"]', "policies[1]", "'surge'"),
        ('["status-quo", "mine.toml"]', '["surge"]', "baseline", "no policy 'status-quo'"),
        ("seed = 1", "seed = 1\nseries_weeks = 101", "series_weeks", "at most the 100 weeks"),
    ],
)
def test_study__bad_input_names_the_key(tmp_path, old, new, key, says):
    error = problem(write(tmp_path, (old, new)))
    assert error.key == key
    assert says in str(error)


@pytest.mark.parametrize(
    ("old", "new", "key", "says"),
    [
        ("dialogue", "dialog", "settings[0].lever", "Did you mean 'dialogue'"),
        ("0.5", "1.5", "settings[0].value", "0 to 1"),
        ("value = 0.5", 'value = 0.5\ndistricts = ["Quett"]', "settings[0].districts[0]", "quetta"),
    ],
)
def test_study__problems_of_a_policy_name_its_file(tmp_path, old, new, key, says):
    error = problem(write(tmp_path, policy=POLICY.replace(old, new)))
    assert (error.key, Path(str(error.file)).name) == (key, "mine.toml")
    assert says in str(error)


def test_study__overlapping_settings_of_a_policy_are_an_error(tmp_path):
    again = POLICY + '[[settings]]\nlever = "dialogue"\nvalue = 0.6\nfrom_week = 9\n'
    assert problem(write(tmp_path, policy=again)).key == "settings[1].from_week"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('"attacks_urban"', '"atacks_urban"', "pulses[0].event"),
        ('"quetta"', '"atlantis"', "pulses[0].district"),
        ("week = 5", "week = 100", "pulses[0].week"),
        ("count = 1", "count = -1", "pulses[0].count"),
    ],
)
def test_study__bad_pulse_names_the_key(tmp_path, old, new, key):
    pulse = '\n[[pulses]]\nevent = "attacks_urban"\nweek = 5\ndistrict = "quetta"\ncount = 1\n'
    assert problem(write(tmp_path, (old, new), extra=pulse)).key == key


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("kech = 1", "kec = 1", "operation.split.kec"),
        ("kech = 1", "kech = 0", "operation.split.kech"),
        ("militant_deaths = 17", "militant_deaths = 0", "operation.militant_deaths"),
        ("[operation]\nweek = 1", "[operation]\nweek = 60", "horizons[0]"),
    ],
)
def test_study__bad_operation_names_the_key(tmp_path, old, new, key):
    assert problem(write(tmp_path, ALONE, (old, new), extra=OPERATION)).key == key


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("operational_tempo", "tempo", "grid.lever"),
        ("[0.0, 2.0]", "[0.0, 11.0]", "grid.values[1]"),
        ("[0.0, 2.0]", "[2.0, 2.0]", "grid.values"),
    ],
)
def test_study__bad_grid_names_the_key(tmp_path, old, new, key):
    assert problem(write(tmp_path, ALONE, (old, new), extra=GRID)).key == key


@pytest.mark.parametrize(
    ("old", "new", "key", "renamed"),
    [
        ("policies = [", "portfolios = [", "portfolios", "policies"),
        ("[grid]", "[sweep]", "sweep", "grid"),
    ],
)
def test_study__old_keys_are_told_the_new_ones(tmp_path, old, new, key, renamed):
    error = problem(write(tmp_path, ALONE, (old, new), extra=GRID))
    assert error.key == key
    assert f"renamed '{renamed}'" in str(error)


def test_spec__made_in_code_refuses_unknown_keys():
    with pytest.raises(ValueError, match="sweep"):
        make_spec(sweep={"lever": "operational_tempo", "values": (0.0,)})


def test_study__grid_operation_and_policies_exclude_each_other(tmp_path):
    assert problem(write(tmp_path, extra=GRID)).key == "policies"
    assert problem(write(tmp_path, ALONE, extra=GRID + OPERATION)).key == "grid"


def test_study__all_problems_are_named_at_once(tmp_path):
    changes = (("[52]", "[520]"), ('["full"]', '["fool"]'))
    path = write(tmp_path, *changes, policy=POLICY.replace("0.5", "1.5"))
    with pytest.raises(ExceptionGroup) as caught:
        load_study(path)
    keys = {error.key for error in caught.value.exceptions}
    assert keys == {"horizons[0]", "hypotheses[0]", "settings[0].value"}


def test_study__hypothesis_of_an_unknown_parameter_is_an_error(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text('title = "Own"\nmeaning = "A test."\n[restrictions]\nattack_respons = 0.0\n')
    error = problem(write(tmp_path, ('["full"]', '["own.toml"]')))
    assert error.key == "restrictions.attack_respons"
