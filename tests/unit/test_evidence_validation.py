"""Shipped error rates belong to the code that is shipped with them."""

import json
import re
from importlib.resources import files

import pytest
from tests.theory.pages import ROOT, origin

from tarazu.evidence import validation
from tarazu.evidence.validation import (
    changed_sources,
    digest_sources,
    read_validation,
    smallest_found,
)

TABLES = sorted(
    path.name
    for path in (files("tarazu.evidence") / "validation").iterdir()
    if path.name.endswith(".json")
)
MEASURING = sorted(
    path.name[len("test_") : -len(".py")]
    for path in (ROOT / "tests/theory").glob("test_*.py")
    if "write_page(" in path.read_text(encoding="utf-8")
)
CODE = '''
"""What it is."""
LIMIT = 3

def add(x: float, y: float) -> float:
    """Add."""
    total = x + y  # the sum
    if total > LIMIT:
        raise ValueError(f"{total} is too much")
    return total
'''


@pytest.fixture
def room(tmp_path, monkeypatch):
    """Put a module `sums` in place of the evidence room; return how to write it."""
    monkeypatch.setattr(validation, "files", lambda package: tmp_path)

    def write(code: str) -> dict[str, str]:
        (tmp_path / "sums.py").write_text(code, encoding="utf-8")
        return digest_sources(["sums", "sums:add", "sums:LIMIT"])

    return write


@pytest.mark.parametrize("table", TABLES)
def test_validation__rates_were_measured_on_the_code_as_it_is(table):
    changed = changed_sources(files("tarazu.evidence") / "validation" / table)
    assert not changed, f"{table}: measure its rates again (make theory), code changed: {changed}"


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
    ],
)
def test_digest__does_not_see_words_and_layout(room, old, new):
    assert room(CODE) == room(CODE.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("x + y", "x - y", {"sums", "sums:add"}),
        ("x + y", "x + x", {"sums", "sums:add"}),
        ("total > LIMIT", "total >= LIMIT", {"sums", "sums:add"}),
        ("= 3", "= 4", {"sums", "sums:LIMIT"}),
        ("= 3", "= -3", {"sums", "sums:LIMIT"}),
        ("    return total", "        return total", {"sums", "sums:add"}),
    ],
)
def test_digest__sees_what_is_computed(room, old, new, changed):
    before, after = room(CODE), room(CODE.replace(old, new))
    assert {name for name in before if before[name] != after[name]} == changed


@pytest.mark.parametrize("name", ["nothing", "sums:subtract"])
def test_digest__says_what_is_not_there(room, name):
    room(CODE)
    with pytest.raises(ValueError, match=r"nothing|subtract"):
        digest_sources([name])


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
    assert summary["smallest rise found in 80 %"] == 0.406
    assert summary["smallest fall found in 80 %"] == "beyond -1"
