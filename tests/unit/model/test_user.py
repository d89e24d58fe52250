"""A mechanism in a file of the user's own: the example of the docs, and what can be wrong."""

import re
from pathlib import Path

import numpy as np
import pytest
from tests.unit.worlds import default_levers, line_of_districts, medians

from tarazu.cli.entry import run
from tarazu.core.errors import ScenarioError
from tarazu.engine import simulate
from tarazu.model import build_model, describe, load_model
from tarazu.model.user_model import load_user_model
from tarazu.study import load_study

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "your-own-mechanism.md"
EXAMPLE = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]


@pytest.fixture
def write(tmp_path):
    def write(text: str) -> Path:
        file = tmp_path / "curfew.py"
        file.write_text(text, encoding="utf-8")
        return file

    return write


def test_example_of_the_docs__has_ten_lines_and_runs(write):
    body = [line for line in EXAMPLE.splitlines() if line]
    assert len(body) <= 10
    m = load_user_model(write(EXAMPLE)).model
    runs = [
        simulate(
            m,
            medians(m),
            default_levers(m, 30, 2, curfew=curfew),
            districts=line_of_districts(2, 100_000.0),
            seed=1,
            members=np.array([0]),
            weeks=30,
            mode="mean",
            engine="numpy",
        )
        for curfew in (0.0, 1.0)
    ]
    assert runs[1].series("trust")[0, -1] < runs[0].series("trust")[0, -1] - 0.01
    assert "curfew_cost" in str(describe(m))
    assert "curfew" not in build_model()


def test_digest__follows_the_file_into_the_study(write):
    one = load_study("attrition", model=load_user_model(write(EXAMPLE)))
    other = load_study("attrition", model=load_user_model(write(EXAMPLE + "\n# changed\n")))
    assert one.model_digest
    assert one.model_digest != other.model_digest
    assert "curfew" in one.model.levers


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("def mechanism(m):", "def mechanism(m:", r"curfew\.py.*line 6"),
        ("def mechanism(m):", "def other(m):", "defines no function 'mechanism'"),
        ("from tarazu.model import Lever", "from tarazu.model import Bever", "line 3: ImportError"),
        ("p.curfew_cost", "p.curfew_price", r"line 10: AttributeError"),
        ('m.lever("curfew"', 'm.lever("trust"', r"line 9: .*'trust' is declared twice"),
        ("fall=p.curfew_cost", "fall=m['passive']", r"persons"),
        ("fall=p.curfew_cost * curfew", "fall=p.curfew_cost * m['nothing']", "nothing"),
        ("fall=p.curfew_cost * curfew", "fall=-p.curfew_cost * curfew", r"may be -"),
        ("fall=p.curfew_cost * curfew", "fall=p.curfew_cost + m['curfew']", "added to"),
    ],
)
def test_wrong_file__is_said_with_file_and_reason(write, old, new, complaint):
    assert old in EXAMPLE
    with pytest.raises((ScenarioError, ExceptionGroup)) as caught:
        load_user_model(write(EXAMPLE.replace(old, new)))
    error = caught.value
    said = " ".join(map(str, getattr(error, "exceptions", [error])))
    assert re.search(complaint, said), said
    assert "curfew.py" in said


def test_commands_of_the_docs__take_the_file_from_description_to_diagram_to_run(
    write, tmp_path, capsys
):
    file, study = write(EXAMPLE), tmp_path / "tiny.toml"
    study.write_text(
        'title = "Tiny"\nquestion = "Does it run?"\nstart = "a test"\nweeks = 60\nseed = 3\n'
        'horizons = [12, 60]\ndraws = 4\nhypotheses = ["full"]\n'
        'policies = ["status-quo", "surge"]\n'
    )
    assert run(["model", "describe", "--model", str(file)]) == 0
    assert "curfew_cost" in capsys.readouterr().out
    assert run(["model", "diagram", "--model", str(file), "-o", str(tmp_path / "loops")]) == 0
    assert (tmp_path / "loops" / "causal-loops.html").exists()
    out = tmp_path / "out"
    assert run(["run", str(study), "--model", str(file), "-q", "-o", str(out)]) == 0
    assert "curfew_cost" in (out / "annex.html").read_text(encoding="utf-8")
    assert load_user_model(file).digest in (out / "MANIFEST.json").read_text(encoding="utf-8")


def test_load_model__without_a_file_is_the_shipped_one():
    assert load_model() is build_model()


def test_load_model__same_file_is_the_same_object_until_it_changes(write):
    file = write(EXAMPLE)
    first = load_model(file)
    assert load_model(str(file)) is first
    assert load_model(write(EXAMPLE + "\n# changed\n")) is not first


def test_load_model__of_a_wrong_type_names_the_value_and_what_is_accepted():
    with pytest.raises(TypeError, match=r"model is 3 \(int\); expected the path of a Python file"):
        load_model(3)


def test_model__shows_what_it_has_in_one_line_and_in_a_notebook(write):
    shipped, own = load_model(), load_model(write(EXAMPLE))
    n = len(shipped.mechanisms)
    assert repr(shipped).startswith(f"<Model 'tarazu': {len(shipped.stocks)} stocks, {n} mech")
    assert len(repr(shipped)) < 200
    assert f"{n + 1} mechanisms" in repr(own)
    assert "<td>curfew_cost</td>" in own._repr_html_()
