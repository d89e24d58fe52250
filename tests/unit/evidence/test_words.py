"""Texts of the estimators: every placeholder is filled, every text is used, no text is missing."""

import ast
from collections.abc import Iterator
from importlib import import_module
from importlib.resources import files
from inspect import signature
from pathlib import Path
from typing import get_args

import pytest

from tarazu.evidence.compose import compose_finding
from tarazu.evidence.words import FILE, Words, fill, join_sentences, placeholders
from tarazu.record import Scope

ROOM = Path(str(files("tarazu.evidence")))
PACKAGES = sorted(path.parent.relative_to(ROOM).as_posix() for path in ROOM.rglob(FILE))
PREFIX = {"text": (), "group": (), "check": ("checks",), "figure": ("figures",)}
NOT_TEXTS = {"check": {"passed"}, "figure": {"source", "data"}}
NO_VERDICTS = {".", "groups", "simulated"}
SCOPES = set(get_args(Scope))
OF_FINDINGS = set(signature(compose_finding).parameters)


def calls(package: str) -> Iterator[tuple[tuple[str | None, ...], set[str] | None]]:
    """Yield the keys of each text that the code of a package reads, and the names it fills.

    A key that only a run knows is None; so are names that are passed by ``**``.
    """
    folder = ROOM / package
    paths = folder.rglob("*.py") if package != "." else folder.glob("*.py")
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            names = {keyword.arg for keyword in node.keywords}
            method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            if isinstance(node.func, ast.Name) and node.func.id == "compose_finding":
                yield ("finding",), None if None in names else names - OF_FINDINGS
            elif method in PREFIX and isinstance(node.func.value, ast.Name):
                if node.func.value.id != "WORDS":
                    continue
                keys = node.args if method in {"text", "group"} else node.args[:1]
                values = [key.value if isinstance(key, ast.Constant) else None for key in keys]
                filled = None if None in names else names - NOT_TEXTS.get(method, set())
                yield (*PREFIX[method], *values), filled


def leaves(table: object, keys: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(table, str):
        yield keys, table
    for key, part in table.items() if isinstance(table, dict) else ():
        yield from leaves(part, (*keys, key))
    for part in table if isinstance(table, list) else ():
        yield from leaves(part, keys)


def reaches(read: tuple[str | None, ...], keys: tuple[str, ...]) -> bool:
    return len(read) <= len(keys) and all(
        key is None or key == other for key, other in zip(read, keys, strict=False)
    )


def words_of(package: str) -> Words:
    return Words("tarazu.evidence" if package == "." else f"tarazu.evidence.{package}")


@pytest.mark.parametrize("package", PACKAGES)
def test_words__every_text_is_read_and_every_reading_finds_one(package):
    reads = [keys for keys, _ in calls(package)]
    texts = [keys for keys, _ in leaves(words_of(package).table)]
    unread = {keys for keys in texts if not any(reaches(read, keys) for read in reads)}
    missing = {read for read in reads if not any(reaches(read, keys) for keys in texts)}
    assert not unread, f"{package}/{FILE}: no code reads {unread}"
    assert not missing, f"{package}/{FILE} lacks {missing}"


@pytest.mark.parametrize("package", PACKAGES)
def test_words__every_placeholder_is_filled_and_every_value_used(package):
    texts = list(leaves(words_of(package).table))
    for read, filled in calls(package):
        if filled is None or None in read:
            continue
        expected = set().union(*(placeholders(text) for keys, text in texts if reaches(read, keys)))
        assert filled == expected, f"{package}: {read}"


@pytest.mark.parametrize("package", [name for name in PACKAGES if name not in NO_VERDICTS])
def test_words__each_verdict_opens_a_sentence(package):
    verdicts = import_module(f"tarazu.evidence.{package}.estimator").VERDICTS
    assert set(words_of(package).table["opening"]) == set(verdicts)


def test_words__sentences_have_no_doubled_or_lost_blanks():
    for package in PACKAGES:
        for keys, text in leaves(words_of(package).table):
            assert text == " ".join(text.split()), f"{package}: {keys}"


@pytest.fixture
def words(tmp_path, monkeypatch):
    (tmp_path / FILE).write_text('[a]\nb = "{x:±.1f} of {y}"\nc = ["{x}", "{y}"]\n')
    monkeypatch.setattr("tarazu.evidence.words.files", lambda package: tmp_path)
    return Words("some.package")


def test_words__are_filled_by_name(words):
    assert words.text("a", "b", x=-1, y="all") == "\N{MINUS SIGN}1.0 of all"
    assert words.group("a", x=2, y=3) == {"b": "+2.0 of 3", "c": ("2", "3")}


def variants(table: object) -> Iterator[dict[str, str]]:
    if isinstance(table, dict):
        if table and table.keys() <= SCOPES:
            yield table
        for part in table.values():
            yield from variants(part)
    for part in table if isinstance(table, list) else ():
        yield from variants(part)


@pytest.mark.parametrize("scope", sorted(SCOPES))
def test_words__one_text_is_left_for_each_kind_of_source(scope):
    found = [words_of(package).table for package in PACKAGES]
    assert sum(1 for table in found for _ in variants(table)) >= 6
    for package in PACKAGES:
        table = words_of(package).for_scope(scope).table
        assert not list(variants(table)), package
        assert all(isinstance(text, str) for _, text in leaves(table)), package


def test_for_scope__takes_the_narrowest_text_that_is_true(tmp_path, monkeypatch):
    text = '[a]\nb = ["first", {"lethal events" = "deaths of {x}", any = "all of {x}"}]\n'
    (tmp_path / FILE).write_text(text + 'c = [{"active dyads" = "25"}]\n')
    monkeypatch.setattr("tarazu.evidence.words.files", lambda package: tmp_path)
    words = Words("some.package")
    found = {scope: words.for_scope(scope).group("a", x=1) for scope in SCOPES}
    assert found["active dyads"] == {"b": ("first", "deaths of 1"), "c": ("25",)}
    assert found["lethal events"] == {"b": ("first", "deaths of 1"), "c": ()}
    assert found["any"] == {"b": ("first", "all of 1"), "c": ()}


@pytest.mark.parametrize(
    ("keys", "values", "complaint"),
    [
        (("a", "d"), {}, "has no 'a.d'"),
        (("a", "b", "c"), {}, "has no 'a.b.c'"),
        (("a", "b"), {"x": 1}, "has the placeholders x, y; expected values for these, got x"),
        (("a", "b"), {"x": 1, "y": 2, "z": 3}, "got x, y, z"),
        (("a", "b"), {}, "got none"),
    ],
)
def test_words__name_what_does_not_match(words, keys, values, complaint):
    with pytest.raises(ValueError, match=complaint):
        words.text(*keys, **values)


def test_fill__writes_signs_and_percentages():
    assert fill("{a:±.2f} {b:±.0f} {c:.0%}", {"a": 0.5, "b": -3, "c": 0.9}) == "+0.50 −3 90%"


def test_join_sentences__leaves_out_empty_ones():
    assert join_sentences("One.", "", "Two.") == "One. Two."
