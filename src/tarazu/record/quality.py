"""Quality of a record: what was read, what was left out, what is weak in the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from tarazu.core.outputs import write_outputs
from tarazu.record.record import (
    DEATHS,
    INITIATORS,
    Disagreement,
    Quality,
    Record,
    Reject,
    YearCount,
)


@dataclass(frozen=True)
class Reading:
    """What only the reader knows; see the attributes of `Quality`."""

    rows_read: int
    dropped: Mapping[str, int]
    outside: Mapping[str, int]
    unknown_districts: Mapping[str, int]
    district_rules: Mapping[str, int]
    moved_by_place: Mapping[str, int]
    disagreements: tuple[Disagreement, ...] = ()
    rejects: tuple[Reject, ...] = ()


def assess(events: pd.DataFrame, reading: Reading, *, rows_used: int | None = None) -> Quality:
    """Return the quality report of freshly read events.

    Parameters
    ----------
    rows_used : rows of the source that are in the record; default: its events, one row each.

    Raises
    ------
    ValueError
        Rows were lost on the way: read is not used + dropped + rejected.
    """
    count = events["count"]
    return Quality(
        rows_read=reading.rows_read,
        rows_used=int(count.sum()) if rows_used is None else rows_used,
        rows_rejected=len(reading.rejects),
        dropped=reading.dropped,
        outside=reading.outside,
        zero_best=int(count[events["zero_best"]].sum()),
        group_site=int(count[events["group_site"]].sum()),
        inactive_years=int(count[~events["active_year"]].sum()),
        imprecise_dates=int(count[events["date_precision"] > 1].sum()),
        no_district=int(count[events["district"].isna()].sum()),
        unknown_districts=reading.unknown_districts,
        district_rules=reading.district_rules,
        moved_by_place=reading.moved_by_place,
        disagreements=reading.disagreements,
        rejects=reading.rejects,
        by_year=_by_year(events),
    )


def _by_year(events: pd.DataFrame) -> tuple[YearCount, ...]:
    count = events["count"]
    columns = {
        "events": count,
        "zero_best": count * events["zero_best"],
        "group_site": count * events["group_site"],
        "inactive": count * ~events["active_year"],
    }
    names = {"militant": "attacks", "state": "operations"}
    for initiator in INITIATORS:
        columns[names.get(initiator, initiator)] = count * (events["initiator"] == initiator)
    columns |= {name: events[name] for name in DEATHS}
    table = pd.DataFrame(columns).groupby(events["date"].dt.year.to_numpy()).sum()
    return tuple(
        YearCount(int(year), **{str(name): int(n) for name, n in row.items()})  # type: ignore[call-overload]
        for year, row in table.iterrows()
    )


def write_rejects(
    record: Record, path: Path, *, keep: Sequence[Path] = (), replace: bool = False
) -> int:
    """Write the rows that could not be read as CSV; return how many there are.

    Parameters
    ----------
    keep, replace : which files must stay; see `tarazu.core.outputs.check_outputs`.

    Raises
    ------
    OutputError
        The file must stay.
    """
    rejects = record.quality.rejects
    table = pd.DataFrame(
        [(r.line, r.column, r.value, r.problem) for r in rejects],
        columns=["line", "column", "value", "problem"],
    )
    text: str = table.to_csv(index=False, lineterminator="\n")
    write_outputs({Path(path): text.encode()}, keep=keep, replace=replace)
    return len(rejects)
