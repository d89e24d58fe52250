"""Where measured error rates are written: a page of the docs, and a table that ships."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]


def origin(name: str, seed: int) -> str:
    """Say how a page was measured, at once or world by world, and how to measure it again."""
    test = f"tests/theory/test_{name}.py"
    return (
        f"Measured by {test}: each row by its functions, from seeds {seed} and up, on as many "
        f"records as the row says. `.venv/bin/python -m pytest {test}` measures all rows again, on "
        "as many records as it asks for, and writes this page. No number is edited by hand."
    )


def write_page(name: str, title: str, seed: int, lines: Sequence[str]) -> None:
    """Write docs/validation/<name>.md."""
    text = "\n".join([f"# {title}", "", origin(name, seed), "", *lines])
    (ROOT / f"docs/validation/{name}.md").write_text(text, encoding="utf-8")


def write_rates(name: str, rates: Mapping[str, object]) -> None:
    """Write the table that a finding reads: summary, power, and digests of the code measured."""
    path = ROOT / f"src/tarazu/evidence/validation/{name}.json"
    path.write_text(json.dumps(rates, indent=2) + "\n", encoding="utf-8")
