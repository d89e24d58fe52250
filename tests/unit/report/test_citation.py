"""Citations: of the version that runs, complete, and as BibTeX reads them."""

import re
from pathlib import Path

import pytest

import tarazu
from tarazu.core.sources import bibliography
from tarazu.report.citation import DATA

CFF = Path(__file__).parents[3] / "CITATION.cff"


def test_cite__bibtex_has_an_entry_per_source() -> None:
    found = tarazu.cite()
    assert re.findall(r"^@(\w+)\{(\w+),$", found, re.MULTILINE) == [
        ("software", "tarazu"),
        *(("article", key) for key in DATA),
    ]
    assert found.count("{") == found.count("}")
    for field in ("author", "title"):
        assert len(re.findall(rf"^  {field} = ", found, re.MULTILINE)) == 3


def test_cite__articles_are_those_of_the_citation_file() -> None:
    found, text = tarazu.cite(), CFF.read_text(encoding="utf-8")
    for key in DATA:
        work = bibliography()[key]
        assert f"doi = {{{work.doi}}}" in found
        assert str(work.doi) in text
    assert "author = {Davies, S. and Pettersson, T. and Öberg, M.}" in found
    assert "volume = {50},\n  number = {4},\n  pages = {523--532}" in found


def test_cite__refuses_another_style() -> None:
    with pytest.raises(ValueError, match=r"style is 'bibtxt'; .* Did you mean 'bibtex'\?"):
        tarazu.cite("bibtxt")  # type: ignore[arg-type]
