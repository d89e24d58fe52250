"""Renew the digests of error-rate tables after a change of code that changes no number.

`make digests` runs this file. Each table has a fingerprint: what its estimator finds on a few
seeded records, to 6 significant digits, from `fingerprint` in the test that measures the table. A
table whose code changed gets new digests only if its fingerprint is what it was; else its rates
have to be measured again (`make theory`), which also writes the new fingerprint.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

from tests.theory.pages import read_fingerprints, rounded, table_path

from tarazu.evidence.error_rates import digest_sources

MEASURED_BY = {  # table -> test that measures it
    "displacement": "retaliation",
    "dose": "dose",
    "escalation": "escalation",
    "near_repeat": "near_repeat",
    "reaction": "reaction",
    "retaliation": "retaliation",
    "severity": "severity",
    "tactics": "tactics",
    "wake": "wake",
}


def renew(
    path: Path, digests: Mapping[str, str], stored: str | None, now: Callable[[], list[float]]
) -> str:
    """Renew the digests of a table; return "fresh", "renewed" or why they stay as they are.

    Parameters
    ----------
    digests : of the code as it is. stored : fingerprint of the code that was measured.
    now : computes the fingerprint of the code as it is; called only if the digests differ.
    """
    table = json.loads(path.read_text(encoding="utf-8"))
    if table.get("measured") == digests:
        return "fresh"
    if stored is None:
        return "has no fingerprint to compare with; measure its rates (make theory)"
    found = rounded(now())
    if found != stored:
        pairs = zip(found.split(), stored.split(), strict=False)
        wrong = sum(new != old for new, old in pairs) or "the number of"
        return f"{wrong} results changed; measure its rates again (make theory)"
    text = json.dumps(table | {"measured": dict(digests)}, indent=2) + "\n"
    path.write_text(text, encoding="utf-8")
    return "renewed"


def main() -> int:
    stored, refused = read_fingerprints(), 0
    for table, test in MEASURED_BY.items():
        module = import_module(f"tests.theory.test_{test}")
        digests = digest_sources(module.MEASURED)
        outcome = renew(table_path(table), digests, stored.get(table), module.fingerprint)
        print(f"{table}: {outcome}", flush=True)  # noqa: T201 - the answer of this command
        refused += outcome not in {"fresh", "renewed"}
    return int(refused > 0)


if __name__ == "__main__":
    sys.exit(main())
