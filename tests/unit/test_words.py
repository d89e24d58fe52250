"""Plain English: phrases of the project's first dialect stay out of what users read.

Words and their meanings: docs/explanation/glossary.md. Rules: CONTRIBUTING.md, section Words.
"""

import re
from pathlib import Path

import pytest

import tarazu

ROOT = Path(tarazu.__file__).parent
FILES = sorted(
    path
    for path in ROOT.rglob("*")
    if path.suffix in {".py", ".toml", ".j2", ".md"} and path.name != "_version.py"
)
BANNED = {  # phrase -> what to write
    r"\bluck\b": "replicate, or common random numbers",
    r"\b(borne|bears?) out\b": "confirm",
    r"\bat rest\b|\bresting points?\b": "at the equilibrium",
    r"\b(rates?|counts?|spending) by head\b": "per capita",
    r"\b(?<!there )is no (forecast|sign|verdict|evidence)\b": "is not a ..., does not mean",
    r"\bholds something that\b": "is not empty and was not written by",
    r"\b[Aa]sks? whether\b": "test whether",
    r"\b[Pp]ortfolios?\b(?!\": \"policies)": "policy",
    r"\b(one|a) row an? \w+": "one row per ...",
    r"\bmade good\b": "replaced",
    r"\b[Ww]hoever uses\b": "if you use",
    r"\b[Ww]orks behind\b": "references",
    r"\b[Rr]ead differently, the\b|\bother readings?\b": "under other coding choices",
    r"\bspeaks? against\b": "is not compatible with",
    r"\bwaiting room\b|\bhand(s|ed)? over\b": "partial folder, finish",
    r"\b[Pp]ut the (battery|questions?)\b": "run all estimators",
}


@pytest.mark.parametrize("phrase", BANNED, ids=BANNED.get)
def test_words__banned_phrase_is_absent(phrase: str) -> None:
    pattern = re.compile(phrase)
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in FILES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found, f"write '{BANNED[phrase]}':\n" + "\n".join(found)


@pytest.mark.parametrize(
    "old",
    [
        "Runs of luck, a draw.",
        "which flips the drawn events bear out",
        "x holds something that no study left",
        "It is no forecast",
        "Ask whether violence feeds itself.",
        "one row an event",
        "Put the battery of tests to a record.",
    ],
)
def test_words__old_sentences_would_be_found(old: str) -> None:
    assert any(re.search(phrase, old) for phrase in BANNED)
