"""Patterns found by Arrow are those that Python finds."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarazu.core.tables.coded import Joined
from tarazu.record.coding import pattern_search
from tarazu.record.coding.pattern_search import PORTABLE, PatternSearch
from tarazu.record.coding.rules import read_rules

RULES = read_rules()
PATTERNS = [p for some in RULES.words.values() for p in some] + [s.pattern for s in RULES.site]
WORDS = [
    "suicide",
    "Bomb",
    "blast",
    "shi’a",
    "kills",
    "militants",
    "in",
    "raid",
    "\u212a",
    "ſ",
    "ı",
    "é",
]
words = st.lists(st.sampled_from([*WORDS, " ", "\n", "\v", "-", "’", "."]) | st.text(max_size=3))


def test_shipped_patterns__can_all_be_left_to_arrow() -> None:
    assert [pattern for pattern in PATTERNS if PORTABLE.fullmatch(pattern) is None] == []


@pytest.mark.parametrize(
    "pattern",
    [r"a$", r"^a", r"a.b", r"\s", r"(?=a)", r"(?i:a)", r"\1", r"a{,3}", r"[[:alpha:]]", r"\Z"],
)
def test_patterns_read_differently__are_left_to_python(pattern: str) -> None:
    assert PORTABLE.fullmatch(pattern) is None


@given(texts=st.lists(words.map("".join), min_size=1, max_size=8))
def test_arrow__finds_what_python_finds(texts: list[str]) -> None:
    array = np.array(texts, dtype=object)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pattern_search, "FEW", 0)
        patch.setattr(pattern_search, "FEWER", 0)
        search = PatternSearch(array)
        for pattern in PATTERNS:
            wanted = [re.search(pattern, text, re.IGNORECASE) is not None for text in texts]
            assert search.find(pattern).tolist() == wanted


def test_joined_texts__are_searched_as_one() -> None:
    columns = Joined((np.array(["a", "b"], dtype=object), np.array(["b", "c"], dtype=object)))
    assert PatternSearch(columns).find(r"a\nb").tolist() == [True, False]
    assert PatternSearch(columns[np.array([False, True])]).find("b").tolist() == [True]
