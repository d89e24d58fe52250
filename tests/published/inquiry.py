"""Khyber Pakhtunkhwa and the former FATA: the analyses that docs/validation/kp-fata.md names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from tests.published.records import MAPPING, fata

import tarazu as tz
from tarazu.evidence import Finding

DAYS_APART: Final = 15  # from which operations of one district are two campaigns
MOVED_DAYS: Final = 182
BY_DEATHS: Final = ("militant_deaths_only", "both_died_mostly_militants", "both_died")
PARTS: Final = ((1989, 2008), (2009, 2010), (2011, 2021))

Frame = pd.DataFrame


# Fewer simulated checks beside each estimate, and the same estimate.
QUICK: Final[Mapping[str, Any]] = {"refits": 2, "moves": 99, "draws": 2}


def analyses(folder: Path) -> dict[str, Callable[[], Finding]]:
    """Return each analysis by its letter, to be run when called."""
    record = tz.read_record(folder / "ged_pakistan.csv", region="kp-fata")
    events = record.to_frame()
    events = events[(events["date_precision"] == 1) & events["district"].notna()]
    attacks = events[events["initiator"] == "militant"]
    operations = events[events["initiator"] == "state"]
    certain = operations[~operations["initiator_rule"].isin(BY_DEATHS)]
    moved = operations.assign(date=operations["date"] - np.timedelta64(MOVED_DAYS, "D"))
    span = (record.start, record.end)

    def compare(chosen: Frame, years: tuple[date, date] = span) -> Callable[[], Finding]:
        return lambda: retaliation(_record(attacks, chosen, *years))

    found = {
        "A": compare(operations),
        "B": compare(campaigns(operations)),
        "C": compare(certain),
        "D": compare(moved),
        "F": lambda: retaliation(fata(folder)),
    }
    for first, last in PARTS:
        years = (date(first, 1, 1), date(last, 12, 31))
        found[f"E {first}-{last}"] = compare(operations, years)
    return found


def retaliation(record: tz.Record) -> Finding:
    """Return what attacks did after operations."""
    return tz.estimate("retaliation", record, **QUICK)


def campaigns(operations: Frame) -> Frame:
    """Return operations 15 days or more after the one before in their district."""
    ordered = operations.sort_values(["district", "date"], kind="stable")
    gap = ordered.groupby("district")["date"].diff()
    return ordered[gap.isna() | (gap >= np.timedelta64(DAYS_APART, "D"))]


def judge(found: Mapping[str, Finding]) -> str:
    """Return what the rule says of the finding A."""
    size = {letter: _estimate(finding) for letter, finding in found.items()}
    same = np.sign(size["A"])

    def is_found(letter: str) -> bool:
        p = found[letter].p_value
        return p is not None and p < 0.05 and np.sign(size[letter]) == same

    def is_gone(letter: str) -> bool:
        low, high = found[letter].interval or (-np.inf, np.inf)
        return bool(size[letter] * same < abs(size["A"]) / 2 and low <= 0 <= high)

    placebo = is_found("D") and abs(size["D"]) >= abs(size["A"]) / 2
    if found["A"].refused_by or placebo or is_gone("B") or is_gone("C"):
        return "artefact"
    parts = [letter for letter in found if letter.startswith("E")]
    signs = all(np.sign(size[letter]) == same for letter in "BC")
    either = is_found("B") or is_found("C")
    if signs and either and sum(np.sign(size[part]) == same for part in parts) >= 2:
        return "stands"
    return "cannot tell"


def _estimate(finding: Finding) -> float:
    return float("nan") if finding.estimate is None else finding.estimate


def _record(attacks: Frame, operations: Frame, first: date, last: date) -> tz.Record:
    rows = pd.concat(
        [
            pd.DataFrame({"day": part["date"], "unit": part["district"], "who": who})
            for part, who in ((attacks, "militant"), (operations, "state"))
        ]
    )
    day = rows["day"].dt.strftime("%Y-%m-%d")
    inside = rows.assign(day=day)[day.between(first.isoformat(), last.isoformat())]
    region = tz.load_region("kp-fata")
    return tz.read_record(inside, region=region, mapping=MAPPING, first_day=first, last_day=last)
