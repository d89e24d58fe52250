"""Texts that were encoded twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarazu.core.tables.encoding import encoded_twice, undo_second_encoding


@given(st.text(st.characters(min_codepoint=0xC0, max_codepoint=0x24F), min_size=1))
def test_second_encoding__is_undone(name: str) -> None:
    assert undo_second_encoding(name.encode().decode("latin-1")) == name


@pytest.mark.parametrize(
    "name",
    ["Kech", "Bouélé", "Ñuñoa", "Île-de-France", "Łódź", "Qaḍā’ al Fallūjah", "São João", "Ã"],
)
def test_second_encoding__is_not_seen_in_names_as_they_are(name: str) -> None:
    assert encoded_twice([name]) == {}
