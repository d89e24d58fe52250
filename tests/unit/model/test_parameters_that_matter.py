"""The page on the parameters that matter has what the measured page names."""

import re
from pathlib import Path

from tarazu.core.sources import bibliography
from tarazu.model import build_model

DOCS = Path(__file__).parents[3] / "docs"
TEXT = (DOCS / "explanation" / "parameters-that-matter.md").read_text(encoding="utf-8")
DRIVERS = (DOCS / "validation" / "drivers.md").read_text(encoding="utf-8")
PARAGRAPHS = dict(re.findall(r"^## `(\w+)`\n\n(.+?)(?=\n\n## )", TEXT, re.DOTALL | re.MULTILINE))


def test_page__has_a_paragraph_on_each_of_the_twelve_in_their_order():
    measured = re.findall(r"^\| `(\w+)` \|", DRIVERS, re.MULTILINE)
    assert len(measured) == 12
    assert list(PARAGRAPHS) == measured


def test_paragraph__names_the_work_that_the_prior_cites():
    parameters = build_model().parameters
    for name, text in PARAGRAPHS.items():
        source = parameters[name].source
        if source.is_assumed or source.key == "description":
            assert re.match(r"\*\*(Assumed|No number exists)\.\*\*", text), name
        else:
            author = bibliography()[source.key].author.split(",")[0]
            assert author in " ".join(text.split()), name
