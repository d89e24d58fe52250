"""What newcomers typed runs, or does not, as docs/validation/newcomers.md says."""

import re
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

import tarazu
from tarazu.study import StudySpec, build_study

PAGE = (Path(__file__).parents[2] / "docs" / "validation" / "newcomers.md").read_text("utf-8")
ROW = re.compile(r"^\| `(?P<wished>.+?)` \| (?P<runs>yes|no) \| `(?P<now>.+?)` \|$", re.MULTILINE)
COUNT = re.compile(
    r"^\| (?P<role>\w+) \| (?P<all>\d+) \| (?P<then>\d+) \| (?P<failed>\d+) \| (?P<fixed>\d+) \| "
    r"(?P<renamed>\d+) \| (?P<unnamed>\d+) \|$",
    re.MULTILINE,
)
ROWS = [found.groupdict() for found in ROW.finditer(PAGE)]
NEEDS = {'panel["attacks"].sum("district").plot()': "matplotlib"}  # runs where it is installed
LONG = (
    "tz.simulate(",
    'tz.estimate("retaliation"',
    "tz.run_battery(record).",
    'tz.run_study("demo")',
)
STATED = re.findall(r"`([^`]+)`", PAGE.partition("| script |")[0])  # as not evaluated


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    record = tarazu.load_record()
    finding = tarazu.estimate("escalation", record)
    spec = StudySpec(
        title="Two",
        question="Which?",
        start="today",
        seed=1,
        weeks=26,
        horizons=(26,),
        draws=2,
        hypotheses=("full",),
        policies=("status-quo", "surge"),
    )
    study = build_study(spec, name="two")
    return {
        "tz": tarazu,
        "record": record,
        "small": record.sel(districts=["Kech", "Panjgur"], start="2010"),
        "panel": record.panel("month"),
        "finding": finding,
        "battery": tarazu.run_battery(record, ["escalation"]),
        "study": study,
        "run": tarazu.simulate("dialogue", "backlash", draws=2, weeks=8),
        "result": tarazu.run_study(study, tmp_path_factory.mktemp("two") / "out"),
        "frame": pd.DataFrame({"day": ["2015-06-30"], "place": ["Kech"], "who": ["rebels"]}),
        "mapping": {
            "name": "notes",
            "title": "Field notes",
            "licence": "own",
            "columns": {"date": "day", "district": "place", "initiator": "who"},
            "values": {"initiator": {"rebels": "militant"}},
        },
    }


def test_newcomers__tables_hold_what_the_review_names() -> None:
    lines = ROW.findall(PAGE.partition("## Fifteen lines")[2])
    assert len(ROWS) == 23 + len(lines)
    assert len(lines) == 15 - 1  # the import
    assert [runs for _, runs, _ in lines].count("yes") == 12 - 1
    counted = {found["role"]: found.groupdict() for found in COUNT.finditer(PAGE)}
    assert set(counted) == {"analyst", "researcher", "journalist"}
    assert sum(int(count["all"]) for count in counted.values()) == 62
    assert sum(int(count["all"]) - int(count["then"]) for count in counted.values()) == 25
    for role, count in counted.items():
        section = PAGE.partition(f"## {role.capitalize()}")[2].partition("\n## ")[0]
        runs = [row["runs"] for row in ROW.finditer(section)]
        assert runs.count("yes") == int(count["fixed"]), role
        assert runs.count("no") == int(count["renamed"]), role
        assert int(count["all"]) == int(count["then"]) + int(count["failed"]), role
        assert int(count["failed"]) == len(runs) + int(count["unnamed"]), role


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["wished"][:40])
def test_newcomers__statements_run_as_the_page_says(
    row: dict[str, str],
    names: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    if "load_study_result" in row["wished"]:
        tarazu.run_study(names["study"], "out")
    wished = row["wished"]
    if wished.startswith(LONG):  # not evaluated: the same call with smaller numbers beside it is
        assert row["runs"] == "yes"
        assert wished in STATED or wished.startswith("tz.simulate(policy=")
        assert wished.partition("(")[0] == row["now"].partition("(")[0]
    elif row["runs"] == "yes" or (wished in NEEDS and find_spec(NEEDS[wished]) is not None):
        monkeypatch.setenv("MPLBACKEND", "Agg")
        assert eval(wished, dict(names)) is not None
    elif wished == "tz.claims":  # a module, not the table that was wished for
        assert isinstance(eval(wished, dict(names)), ModuleType)
    else:
        with pytest.raises((AttributeError, TypeError, ValueError, ImportError)):
            eval(wished, dict(names))
    if row["now"] != wished:
        eval(row["now"], dict(names))


@pytest.mark.parametrize(
    ("thing", "guess", "meant"),
    [
        ("record", "map", 'Use plot("map")'),
        ("record", "to_csv", "Use to_frame().to_csv("),
        ("result", "to_excel", "Use to_frame().to_csv("),
        ("result", "leaders", "Use compare().leaders"),
    ],
)
@pytest.mark.slow
def test_newcomers__a_guessed_attribute_leads_to_the_right_one(
    names: dict[str, Any], thing: str, guess: str, meant: str
) -> None:
    with pytest.raises(AttributeError) as caught:
        getattr(names[thing], guess)
    assert meant in str(caught.value)
