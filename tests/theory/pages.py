"""Where measured error rates are written: a page of the docs, and a table that ships."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from scipy.stats import beta

from tarazu.evidence.error_rates import digest_sources

ROOT = Path(__file__).parents[2]
FINGERPRINTS = Path(__file__).with_name("fingerprints.json")


def origin(name: str, seed: int) -> str:
    """Return the line on how a page was measured, and how to measure it again."""
    test = f"tests/theory/test_{name}.py"
    return (
        f"Measured by {test}, row by row, from seeds {seed} and up, on the number of records in "
        f"each row. `.venv/bin/python -m pytest {test}` measures all rows again, on the numbers of "
        "records in the test, and writes this page. No number is edited by hand."
    )


def share(hits: int, n: int) -> str:
    """Return a share with its exact 95% interval (Clopper and Pearson)."""
    low = beta.ppf(0.025, hits, n - hits + 1) if hits else 0.0
    high = beta.ppf(0.975, hits + 1, n - hits) if hits < n else 1.0
    return f"{hits / n:.0%} ({low:.0%} to {high:.0%})"


def write_page(name: str, title: str, seed: int, lines: Sequence[str]) -> None:
    """Write docs/validation/<name>.md."""
    text = "\n".join([f"# {title}", "", origin(name, seed), "", *lines])
    (ROOT / f"docs/validation/{name}.md").write_text(text, encoding="utf-8")


def write_rates(
    name: str, rates: Mapping[str, object], measured: Iterable[str], numbers: Sequence[float]
) -> None:
    """Write the table that a finding reads: summary, power, and digests of the code measured.

    Beside it the fingerprint of that code; see `tests.theory.fingerprints`.
    """
    content = rates | {"measured": digest_sources(measured)}
    table_path(name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    stored = read_fingerprints() | {name: rounded(numbers)}
    FINGERPRINTS.write_text(json.dumps(stored, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def table_path(name: str) -> Path:
    return ROOT / f"src/tarazu/evidence/{name}/error_rates.json"


def read_fingerprints() -> dict[str, str]:
    if not FINGERPRINTS.is_file():
        return {}
    return json.loads(FINGERPRINTS.read_text(encoding="utf-8"))


def rounded(numbers: Iterable[float]) -> str:
    """Return numbers to 6 significant digits: rounding errors do not count."""
    return " ".join(f"{float(number):.6g}" for number in numbers)
