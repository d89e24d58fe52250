"""Totals of whole years that others published, to stand beside what a model counts."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

DATA: Final = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class PublicTotal:
    """One published number of a whole calendar year and region.

    Attributes
    ----------
    what : ``attacks`` or ``disappearances``. source : who counted. address : of the page that says
        so. was_opened : whether that page was read, not a search result that quotes it.
    """

    year: int
    what: str
    source: str
    total: int
    address: str
    was_opened: bool


def public_totals(region: str) -> tuple[PublicTotal, ...]:
    """Return the totals that ship for a region, by its name; none for most regions."""
    path = DATA / f"{region}_totals.csv"
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            PublicTotal(
                int(row["year"]),
                row["what"],
                row["source"],
                int(row["total"]),
                row["address"],
                row["opened"] != "no",
            )
            for row in csv.DictReader(file)
        )
