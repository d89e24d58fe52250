import datetime
import re
from typing import Annotated, ClassVar, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from tarazu.core.errors import ScenarioError
from tarazu.core.specs import read_toml


class Sobol(BaseModel):
    kind: Literal["sobol"]
    draws: int = Field(gt=0)


class Grid(BaseModel):
    kind: Literal["grid"]
    steps: int


class Lever(BaseModel):
    name: str
    unit: str = "1"
    value: float


class Study(BaseModel):
    model_config = ConfigDict(frozen=True)

    title: str
    start: datetime.date
    replicates: int
    design: Annotated[Sobol | Grid, Field(discriminator="kind")]
    levers: tuple[Lever, ...] = ()
    costs: dict[str, Lever] = {}
    weight: float | None = None


GOOD = """
title = "Tiny"
start = 2020-02-29
replicates = 3
design = { kind = "sobol", draws = 8 }
[[levers]]
name = "tempo"
value = 2
[costs.tempo]
name = "tempo"
value = 1.5
"""


def _read(tmp_path, text):
    path = tmp_path / "study.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_toml(path, Study)


def _problem(tmp_path, text):
    with pytest.raises(ScenarioError) as caught:
        _read(tmp_path, text)
    return caught.value


def test_read_toml__returns_the_model_with_its_own_types(tmp_path):
    study = _read(tmp_path, GOOD)
    assert study.start == datetime.date(2020, 2, 29)
    assert study.levers == (Lever(name="tempo", value=2.0),)


@pytest.mark.parametrize("start", ["2027", '"2027"', '"January"', "true", "2027-01-01T12:00:00"])
def test_read_toml__shows_what_a_day_looks_like(tmp_path, start):
    problem = _problem(tmp_path, GOOD.replace("2020-02-29", start))
    assert problem.key == "start"
    assert "expected a day such as 2027-01-01" in str(problem)


def test_read_toml__accepts_a_byte_order_mark(tmp_path):
    assert _read(tmp_path, b"\xef\xbb\xbf" + GOOD.encode()).replicates == 3


def test_read_toml__misspelled_key_names_file_path_and_nearest(tmp_path):
    problem = _problem(tmp_path, GOOD.replace('"sobol", draws', '"sobol", drwas = 8, draws'))
    assert problem.key == "design.drwas"
    assert str(tmp_path / "study.toml") in str(problem)
    assert "Did you mean 'draws'?" in str(problem)


@pytest.mark.parametrize(
    ("old", "new", "key", "nearest"),
    [
        ("replicates = 3", "replicates = 3\nreplicats = 4", "replicats", "replicates"),
        ("value = 2", "value = 2\nuint = 'm'", "levers[0].uint", "unit"),
        ("value = 1.5", "value = 1.5\nvalu = 1", "costs.tempo.valu", "value"),
    ],
)
def test_read_toml__nearest_key_on_every_level(tmp_path, old, new, key, nearest):
    problem = _problem(tmp_path, GOOD.replace(old, new))
    assert problem.key == key
    assert f"'{nearest}'" in str(problem)


def test_read_toml__reports_all_problems_at_once(tmp_path):
    text = GOOD.replace("replicates = 3", 'replicates = "3"').replace('title = "Tiny"', "titel = 1")
    with pytest.raises(ExceptionGroup) as caught:
        _read(tmp_path, text)
    problems = caught.value.exceptions
    assert all(isinstance(problem, ScenarioError) for problem in problems)
    assert {problem.key for problem in problems} == {"title", "titel", "replicates"}


@pytest.mark.parametrize("value", ['"3"', "3.5", "true"])
def test_read_toml__converts_nothing_silently(tmp_path, value):
    problem = _problem(tmp_path, GOOD.replace("replicates = 3", f"replicates = {value}"))
    assert problem.key == "replicates"
    assert "expected a valid integer" in str(problem)


def test_read_toml__says_what_range_was_expected(tmp_path):
    problem = _problem(tmp_path, GOOD.replace("draws = 8", "draws = -8"))
    assert problem.key == "design.draws"
    assert "expected greater than 0" in str(problem)


def test_read_toml__long_values_are_cut(tmp_path):
    problem = _problem(tmp_path, GOOD.replace("replicates = 3", f'replicates = "{"x" * 10_000}"'))
    assert len(str(problem)) < 1_000


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "problems"),
        (b"title = ", "is not valid TOML"),
        (b"%PDF-1.7\n\xe2\xe3\xcf\xd3", "is not UTF-8"),
        (GOOD.encode("utf-16"), "is not UTF-8"),
        (b"a = " + b"[" * 100_000, "is not valid TOML"),
        (b"a = 1\n" * 1_000_000, "MB large"),
    ],
)
def test_read_toml__refuses_what_is_no_specification(tmp_path, data, message):
    with pytest.raises((ScenarioError, ExceptionGroup), match=message):
        _read(tmp_path, data)


def test_read_toml__missing_file_is_named(tmp_path):
    with pytest.raises(ScenarioError, match=r"absent\.toml: cannot be read"):
        read_toml(tmp_path / "absent.toml", Study)


class Plan(BaseModel):
    RENAMED_KEYS: ClassVar = {"portfolios": "policies", "arms": "policies", "lost": "nothing"}
    policies: tuple[str, ...]


class Plans(BaseModel):
    plans: tuple[Plan, ...] = ()
    other: Plan | None = None


def _plans_problem(tmp_path, text):
    path = tmp_path / "plans.toml"
    path.write_text(text)
    with pytest.raises(ScenarioError) as caught:
        read_toml(path, Plans)
    return caught.value


@pytest.mark.parametrize("old", ["portfolios", "arms"])
@pytest.mark.parametrize(
    ("section", "key"), [("[other]", "other"), ("[[plans]]", "plans[0]")], ids=["table", "array"]
)
def test_renamed_key__names_file_place_old_and_new(tmp_path, old, section, key):
    """The new key is not said to be missing on top of it: one problem, one error."""
    problem = _plans_problem(tmp_path, f'{section}\n{old} = ["surge"]\n')
    assert problem.key == f"{key}.{old}"
    place = f"{tmp_path / 'plans.toml'}, key '{key}.{old}'"
    assert str(problem) == f"{place}: was renamed 'policies'. Write 'policies' in its place."


def test_renamed_key__is_an_error_beside_the_new_one(tmp_path):
    problem = _plans_problem(tmp_path, '[other]\npolicies = []\nportfolios = ["surge"]\n')
    assert "was renamed 'policies'" in str(problem)


def test_renamed_key__new_name_is_read(tmp_path):
    path = tmp_path / "plans.toml"
    path.write_text('[other]\npolicies = ["surge"]\n')
    assert read_toml(path, Plans).other == Plan(policies=("surge",))


@pytest.mark.parametrize("text", ["lost = 1", "portfolio = []"])
def test_renamed_key__other_unknown_keys_are_unknown(tmp_path, text):
    assert "unknown key" in str(_plans_problem(tmp_path, f"[other]\npolicies = []\n{text}\n"))


def test_renamed_key__missing_one_of_another_table_is_still_missing(tmp_path):
    path = tmp_path / "plans.toml"
    path.write_text("[[plans]]\nportfolios = []\n[[plans]]\n")
    with pytest.raises(ExceptionGroup) as caught:
        read_toml(path, Plans)
    assert {problem.key for problem in caught.value.exceptions} == {
        "plans[0].portfolios",
        "plans[1].policies",
    }


DIGITS = "1" * 5_000
BAD_VALUES = {
    "nan": ("replicates = nan", "replicates", "a finite number"),
    "inf": ("replicates = -inf", "replicates", "a finite number"),
    "larger than any float": ("replicates = 1e400", "replicates", "a finite number"),
    "a number that floats do not hold": (f"replicates = {10**16}", "replicates", "-1e+15 to 1e+15"),
    "a float of the size": ("replicates = -1e300", "replicates", "-1e+15 to 1e+15"),
    "5,000 digits": (f"replicates = {DIGITS}", "replicates", "line 4 has a number"),
    "5,000 hexadecimal digits": (f"replicates = 0x{DIGITS}", "replicates", "6,020 digits"),
    "a null byte": ('replicates = "\\u0000"', "replicates", "control character"),
    "a code for terminals": ('replicates = "\\u001b[2J"', "replicates", "control character"),
    "a long text": (f'replicates = "{"x" * 10_001}"', "replicates", "at most 10,000"),
    "a long list": (f"replicates = [{'1, ' * 10_001}]", "replicates", "at most 10,000"),
    "a deep list": (
        f"replicates = {'[' * 21}{']' * 21}",
        f"replicates{'[0]' * 20}",
        "more than 20 deep",
    ),
    "a long key": (f"replicates = {{{'k' * 201} = 1}}", "replicates", "at most 200"),
    "an unknown key with nan": ("replicates = 3\nother = nan", "other", "a finite number"),
    "nan inside a list": ("replicates = [1, nan]", "replicates[1]", "a finite number"),
}


@pytest.mark.parametrize("kind", BAD_VALUES)
def test_value_no_key_can_have__names_file_key_and_expected(tmp_path, kind):
    line, key, words = BAD_VALUES[kind]
    with pytest.raises((ScenarioError, ExceptionGroup)) as caught:
        _read(tmp_path, GOOD.replace("replicates = 3", line))
    group = caught.value
    problems = group.exceptions if isinstance(group, ExceptionGroup) else [group]
    assert all(str(problem.file) == str(tmp_path / "study.toml") for problem in problems)
    told = {problem.key: str(problem) for problem in problems}
    assert words in told[key]
    assert max(map(len, told.values())) < 1_000


def test_value_no_key_can_have__is_one_problem_beside_the_others(tmp_path):
    text = GOOD.replace("replicates = 3", "replicates = nan").replace("value = 2", 'value = "2"')
    with pytest.raises(ExceptionGroup) as caught:
        _read(tmp_path, text)
    assert [problem.key for problem in caught.value.exceptions] == ["replicates", "levers[0].value"]


def test_value_no_key_can_have__inside_a_list_is_one_problem(tmp_path):
    """The list that holds it is not said to be wrong on top of it."""
    path = tmp_path / "plans.toml"
    path.write_text('[other]\npolicies = ["surge", nan]\n')
    with pytest.raises(ScenarioError) as caught:
        read_toml(path, Plans)
    assert caught.value.key == "other.policies[1]"


def test_value_no_key_can_have__may_be_the_whole_file(tmp_path):
    assert "at most 200 characters" in str(_problem(tmp_path, "k" * 201 + " = 1"))


@pytest.mark.parametrize(
    "text",
    [
        ".".join("a" * 500_000) + " = 1",
        "[" + " . ".join(['"a"'] * 100_000) + "]",
        "a = {" + ".".join("b" * 500_000) + " = 1}",
        "a = [" * 500_000,
        "a = " + "{b=" * 500_000,
    ],
    ids=["key", "table", "inline table", "lists", "inline tables"],
)
def test_nested_tables__are_refused_before_they_cost_time(tmp_path, text):
    """tomllib needs time with the square of the parts of a key: 500,000 would take hours."""
    assert re.search("20 parts|not valid TOML", str(_problem(tmp_path, text)))


def test_table_as_deep_as_allowed__is_read(tmp_path):
    problem = _problem(tmp_path, ".".join("a" * 20) + " = 1" + GOOD)
    assert "unknown key" in str(problem)
