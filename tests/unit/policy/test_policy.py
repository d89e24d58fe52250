from pathlib import Path

import numpy as np
import pytest

from tarazu.core.errors import ScenarioError
from tarazu.model import build_model
from tarazu.policy import POLICIES, Policy, Setting, check_policy, load_policy, resolve
from tarazu.region import load_region

WEEKS = 30
HEADER = 'title = "Mine"\nmeaning = "A test."\n'
LEVERS = build_model().levers
REGION = load_region()


def write(folder: Path, *settings: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(HEADER + "".join(f"[[settings]]\n{text}\n" for text in settings))
    return path


def problem(path: Path) -> ScenarioError:
    with pytest.raises(ScenarioError) as caught:
        resolve(load_policy(path), LEVERS, REGION, WEEKS)
    return caught.value


@pytest.mark.parametrize("name", POLICIES)
def test_policy__shipped_ones_resolve_and_say_what_they_mean(name):
    policy = load_policy(name)
    settings = resolve(policy, LEVERS, REGION, WEEKS)
    assert settings.shape == (len(LEVERS), WEEKS, len(REGION.slugs))
    assert policy.meaning.endswith(".")


def test_policy__status_quo_is_every_default():
    settings = resolve(load_policy("status-quo"), LEVERS, REGION, WEEKS)
    defaults = [lever.default for lever in LEVERS.values()]
    assert np.array_equal(
        settings, np.broadcast_to(np.reshape(defaults, (-1, 1, 1)), settings.shape)
    )


def test_policy__sets_only_its_weeks_districts_and_lever(tmp_path):
    text = 'lever = "dialogue"\nvalue = 0.5\ndistricts = ["Quetta", "kech"]\n'
    text += "from_week = 3\nuntil_week = 5"
    settings = resolve(load_policy(write(tmp_path, text)), LEVERS, REGION, WEEKS)
    before = resolve(load_policy("status-quo"), LEVERS, REGION, WEEKS)
    lever, week, district = np.nonzero(settings != before)
    assert set(lever) == {list(LEVERS).index("dialogue")}
    assert set(week) == {3, 4}
    assert {REGION.slugs[d] for d in district} == {"quetta", "kech"}


def test_policy__unknown_name_names_the_nearest():
    with pytest.raises(ScenarioError, match="Did you mean 'surge'"):
        load_policy("surg")


def test_policy__misspelled_key_names_the_nearest(tmp_path):
    error = problem(write(tmp_path, 'lever = "dialogue"\nvalu = 0.5\nvalue = 0.5'))
    assert (error.key, error.file) == ("settings[0].valu", tmp_path / "mine.toml")
    assert "Did you mean 'value'" in str(error)


def test_policy__misspelled_lever_names_the_nearest(tmp_path):
    error = problem(write(tmp_path, 'lever = "dialog"\nvalue = 0.5'))
    assert error.key == "settings[0].lever"
    assert "mine.toml" in str(error)
    assert "Did you mean 'dialogue'" in str(error)


@pytest.mark.parametrize("value", ["-0.1", "1.1", "nan", "inf"])
def test_policy__value_outside_the_range_is_an_error(tmp_path, value):
    assert problem(write(tmp_path, f'lever = "dialogue"\nvalue = {value}')).key in {
        "settings[0].value"
    }


def test_policy__unknown_district_names_the_nearest(tmp_path):
    error = problem(write(tmp_path, 'lever = "dialogue"\nvalue = 0.5\ndistricts = ["Quettta"]'))
    assert error.key == "settings[0].districts[0]"
    assert "Did you mean 'quetta'" in str(error)


def test_policy__no_district_is_an_error(tmp_path):
    error = problem(write(tmp_path, 'lever = "dialogue"\nvalue = 0.5\ndistricts = []'))
    assert error.key == "settings[0].districts"


def test_policy__no_week_is_an_error(tmp_path):
    text = 'lever = "dialogue"\nvalue = 0.5\nfrom_week = 9\nuntil_week = 9'
    assert problem(write(tmp_path, text)).key == "settings[0].until_week"


@pytest.mark.parametrize(
    ("second", "meets"),
    [
        ("from_week = 9", True),
        ("from_week = 10", False),
        ('districts = ["kech"]', False),
        ('districts = ["quetta"]', True),
        ("", True),
    ],
)
def test_policy__settings_of_a_lever_must_not_overlap(tmp_path, second, meets):
    first = 'lever = "dialogue"\nvalue = 0.5\ndistricts = ["quetta"]\nuntil_week = 10'
    path = write(tmp_path, first, f'lever = "dialogue"\nvalue = 0.7\n{second}')
    if meets:
        error = problem(path)
        assert error.key == "settings[1].from_week"
        assert "settings[0]" in str(error)
    else:
        resolve(load_policy(path), LEVERS, REGION, WEEKS)


def test_policy__all_problems_are_named_at_once(tmp_path):
    path = write(
        tmp_path,
        'lever = "dialog"\nvalue = 0.5',
        'lever = "dialogue"\nvalue = 7\ndistricts = ["atlantis"]',
    )
    with pytest.raises(ExceptionGroup) as caught:
        check_policy(load_policy(path), LEVERS, REGION)
    keys = {error.key for error in caught.value.exceptions}
    assert keys == {"settings[0].lever", "settings[1].value", "settings[1].districts[0]"}


def test_policy__made_in_code_resolves_without_a_file():
    policy = Policy("mine", "Mine", "A test.", (Setting(lever="dialogue", value=1.0),))
    assert (resolve(policy, LEVERS, REGION, 2)[list(LEVERS).index("dialogue")] == 1.0).all()


def test_policy__of_a_wrong_type_names_the_value_and_what_is_accepted():
    with pytest.raises(TypeError, match=r"policy is None \(NoneType\); expected the name"):
        load_policy(None)


def test_policy__shows_itself_in_one_line_and_in_a_notebook():
    settings = (
        Setting(lever="dialogue", value=0.5, districts=("kech",), from_week=4, until_week=9),
        Setting(lever="agency", value=1.0),
    )
    one = Policy("mine", "<Mine>", "A test.", settings)
    assert repr(one) == "<Policy 'mine': 2 settings>"
    shown = one._repr_html_()
    assert "<td>dialogue</td><td>0.5</td><td>kech</td><td>from 4 to 8</td>" in shown
    assert "<td>agency</td><td>1</td><td>all</td><td>from 0</td>" in shown
    assert "&lt;Mine&gt;" in shown


def test_load_policy__says_what_a_name_of_another_kind_is():
    told = "'backlash' is a hypothesis, not a policy; expected one of status-quo, surge"
    with pytest.raises(ScenarioError, match=told):
        load_policy("backlash")


def test_policy__made_in_code_takes_dictionaries_and_checks_them():
    entry = {"lever": "dialogue", "value": 1.0, "districts": ["Kech"], "from_week": 4}
    made = Policy("mine", "Mine", "A test.", [entry])
    setting = Setting(lever="dialogue", value=1.0, districts=("Kech",), from_week=4)
    assert made == Policy("mine", "Mine", "A test.", (setting,))
    with pytest.raises(ScenarioError, match=r"settings\[0\]\.levver.*[Dd]id you mean 'lever'"):
        Policy("mine", "Mine", "A test.", [entry | {"levver": "dialogue"}])
    with pytest.raises(TypeError, match=r"settings is .*; expected several settings in a list"):
        Policy("mine", "Mine", "A test.", entry)
    with pytest.raises(TypeError, match=r"a setting is 'dialogue' \(str\); expected a Setting"):
        Policy("mine", "Mine", "A test.", ["dialogue"])


def test_policy__made_in_code_names_the_problems_of_all_entries_by_their_place():
    setting = Setting(lever="agency", value=1.0)
    wrong = {"lever": "dialogue", "value": "much"}
    with pytest.raises(ExceptionGroup) as caught:
        Policy("mine", "Mine", "A test.", [setting, wrong, wrong | {"levver": "x"}])
    keys = {error.key for error in caught.value.exceptions}
    assert keys == {"settings[1].value", "settings[2].value", "settings[2].levver"}
    mixed = Policy("mine", "Mine", "A test.", [setting, {"lever": "dialogue", "value": 1.0}])
    assert mixed.settings == (setting, Setting(lever="dialogue", value=1.0))
