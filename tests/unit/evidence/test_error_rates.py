"""Shipped error rates belong to the code that is shipped with them."""

import ast
import json
import re
from importlib.resources import files

import pytest
from tests.theory.fingerprints import MEASURED_BY, renew
from tests.theory.measured_record import load_record
from tests.theory.pages import ROOT, origin, read_fingerprints, table_path

from tarazu.evidence import error_rates
from tarazu.evidence.error_rates import (
    changed_sources,
    digest_sources,
    read_validation,
    smallest_found,
)

TABLES = sorted(
    path.name
    for path in files("tarazu.evidence").iterdir()
    if path.is_dir() and (path / "error_rates.json").is_file()
)
MEASURING = sorted(
    path.name[len("test_") : -len(".py")]
    for path in (ROOT / "tests/theory").glob("test_*.py")
    if "write_page(" in path.read_text(encoding="utf-8")
)
CODE = '''
"""What it is."""
import math

LIMIT = 3

def add(x: float, y: float) -> float:
    """Add."""
    total = x + y  # the sum
    if total > LIMIT:
        raise ValueError(f"{total} is too much")
    return total

def twice(x: float) -> float:
    return add(y=x, x=math.floor(x))
'''


@pytest.fixture
def room(tmp_path, monkeypatch):
    """Put a module `sums` in place of the evidence room; return how to write it."""
    monkeypatch.setattr(error_rates, "files", lambda package: tmp_path)

    def write(code: str, **others: str) -> dict[str, str]:
        for name, content in {"sums": code, **others}.items():
            (tmp_path / f"{name}.py").write_text(content, encoding="utf-8")
        return digest_sources(["twice", "add", "add:LIMIT"])

    return write


@pytest.mark.parametrize("table", TABLES)
def test_validation__rates_were_measured_on_the_code_as_it_is(table):
    changed = changed_sources(table_path(table))
    assert not changed, (
        f"{table}: code changed: {changed}. If no number changed, run 'make digests'; it refuses "
        "if one did, and then the rates have to be measured again (make theory)."
    )


@pytest.mark.parametrize("table", TABLES)
def test_validation__table_holds_the_code_that_its_test_measures(table):
    code = ROOT / f"tests/theory/test_{MEASURED_BY[table]}.py"
    written = re.search(r"^MEASURED = (\([^)]*\))", code.read_text(), re.MULTILINE)
    measured = json.loads(table_path(table).read_text())["measured"]
    assert tuple(measured) == ast.literal_eval(written[1])


def test_worlds__have_the_events_that_the_rates_were_measured_with():
    panel = load_record().panel()
    assert (int(panel["attacks"].sum()), int(panel["operations"].sum())) == (421, 89)


def test_fingerprints__are_stored_for_every_table():
    stored = read_fingerprints()
    assert set(stored) == set(TABLES)
    assert all(len(numbers.split()) >= 10 for numbers in stored.values())


@pytest.mark.parametrize("name", MEASURING)
def test_validation__page_says_how_to_measure_it_again(name):
    code = (ROOT / f"tests/theory/test_{name}.py").read_text(encoding="utf-8")
    seed = re.search(r"^SEED = (\d+)$", code, re.MULTILINE)
    page = (ROOT / f"docs/validation/{name}.md").read_text(encoding="utf-8")
    assert page.splitlines()[2] == origin(name, int(seed[1]))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# the sum", "# the whole"),
        ('"""Add."""', '"""Return the sum."""'),
        ("is too much", "is more than allowed"),
        ("y: float", "y: int"),
        ("x + y  #", "(x +\n        y)  #"),
        ("total", "whole"),
        ("LIMIT = 3", "LIMIT: float = 3"),
        ("import math", "import math, os"),
    ],
)
def test_digest__does_not_see_words_and_layout(room, old, new):
    assert room(CODE) == room(CODE.replace(old, new))


def test_digest__does_not_see_names_of_parameters(room):
    renamed = CODE.replace("y: float", "z: float").replace("x + y", "x + z")
    assert room(CODE) == room(renamed.replace("y=x", "z=x"))


@pytest.mark.parametrize("place", ["other", "deeper/other"])
def test_digest__does_not_see_in_which_module_code_is(room, tmp_path, place):
    before = room(CODE)
    (tmp_path / "deeper").mkdir()
    moved, rest = CODE[CODE.index("def twice") :], CODE[: CODE.index("def twice")]
    limit = rest.replace("LIMIT = 3", "from tarazu.evidence.limits import MOST").replace(
        "LIMIT", "MOST"
    )
    imports = "import math\nfrom tarazu.evidence.passes import add\n"
    others = {place: imports + moved, "limits": "MOST = 3\n"}
    others["passes"] = "from tarazu.evidence.sums import add\n"
    for name, code in {"sums": limit, **others}.items():
        (tmp_path / f"{name}.py").write_text(code, encoding="utf-8")
    assert digest_sources(["twice", "add", "add:MOST"]) == {
        name.replace("LIMIT", "MOST"): digest for name, digest in before.items()
    }


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("x + y", "x - y", {"twice", "add"}),
        ("x + y", "x + x", {"twice", "add"}),
        ("total > LIMIT", "total >= LIMIT", {"twice", "add"}),
        ("= 3", "= 4", {"twice", "add", "add:LIMIT"}),
        ("= 3", "= -3", {"twice", "add", "add:LIMIT"}),
        ("    return total", "        return total", {"twice", "add"}),
        ("add(y=x, x=math.floor(x))", "add(x=x, y=math.floor(x))", {"twice"}),
        ("math.floor", "math.ceil", {"twice"}),
        ("(x: float, y: float)", "(y: float, x: float)", {"twice", "add"}),
    ],
)
def test_digest__sees_what_is_computed(room, old, new, changed):
    before, after = room(CODE), room(CODE.replace(old, new))
    assert {name for name in before if before[name] != after[name]} == changed


@pytest.mark.parametrize("name", ["nothing", "add:subtract"])
def test_digest__says_what_is_not_there(room, name):
    room(CODE)
    with pytest.raises(ValueError, match=r"(nothing|subtract).*make digests"):
        digest_sources([name])


def test_digest__says_where_a_name_is_defined_twice(room):
    room(CODE, others="LIMIT = 4\n")
    with pytest.raises(ValueError, match=r"LIMIT.*evidence\.others and .*evidence\.sums"):
        digest_sources(["LIMIT"])
    assert len(digest_sources(["add:LIMIT"])) == 1


@pytest.mark.parametrize(
    ("stored", "found", "outcome"),
    [
        ("0.333333 2", [1 / 3, 2.0000001], "renewed"),
        ("0.333333 2", [1 / 3, 2.0001], "1 results changed; measure its rates again"),
        ("0.333333", [1 / 3, 2.0], "the number of results changed"),
        (None, [1.0], "has no fingerprint"),
    ],
)
def test_renew__writes_digests_only_where_no_result_changed(tmp_path, stored, found, outcome):
    table = tmp_path / "x.json"
    table.write_text(json.dumps({"summary": {"a": 1}, "measured": {"f": "old"}}))
    assert renew(table, {"f": "new"}, stored, lambda: found).startswith(outcome)
    written = json.loads(table.read_text())
    assert written["measured"] == {"f": "new" if outcome == "renewed" else "old"}
    assert written["summary"] == {"a": 1}


def test_renew__computes_nothing_where_the_code_is_as_it_was(tmp_path):
    table = tmp_path / "x.json"
    table.write_text(json.dumps({"measured": {"f": "same"}}))
    assert renew(table, {"f": "same"}, None, lambda: pytest.fail("computed")) == "fresh"


def test_changed_sources__wants_digests(tmp_path):
    table = tmp_path / "x.json"
    table.write_text(json.dumps({"summary": {}, "power": []}), encoding="utf-8")
    with pytest.raises(ValueError, match="digest_sources"):
        changed_sources(table)


def test_read_validation__is_empty_where_nothing_was_measured(tmp_path):
    assert read_validation(tmp_path / "none.json").summary == {}


POWER = ((-1.0, 0.6, 200), (-0.5, 0.1, 200), (0.0, 0.05, 500), (0.25, 0.55, 200), (0.5, 0.95, 200))


def test_smallest_found__lies_between_the_effects_that_bracket_80_per_cent():
    assert smallest_found(POWER, 1) == pytest.approx(0.25 + 0.25 * 0.25 / 0.4)
    assert smallest_found(POWER, -1) is None
    assert smallest_found((*POWER[:3], (-2.0, 1.0, 200)), -1) == pytest.approx(-1.5)


def test_read_validation__says_what_can_be_detected(tmp_path):
    path = tmp_path / "table.json"
    rows = [{"effect": e, "found": f, "records": n} for e, f, n in POWER]
    path.write_text(json.dumps({"summary": {"records": "200"}, "power": rows}))
    summary = read_validation(path).summary
    assert summary["smallest rise found in 80%"] == 0.406
    assert summary["smallest fall found in 80%"] == "beyond -1"
