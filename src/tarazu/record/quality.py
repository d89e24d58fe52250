"""Quality report of a record: account of rows, and counts of weak events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from tarazu.core.files.outputs import write_outputs
from tarazu.core.tables.csv_text import csv_text
from tarazu.record.account import Disagreement, Quality, Reject, YearCount
from tarazu.record.record import Record
from tarazu.record.vocabulary import DEATHS, INITIATORS


def assess(
    events: pd.DataFrame,
    *,
    rows_read: int,
    rows_used: int,
    dropped: Mapping[str, int],
    remarks: Mapping[str, int],
    outside: Mapping[str, int],
    unknown_districts: Mapping[str, int],
    district_rules: Mapping[str, int],
    moved_by_place: Mapping[str, int],
    disagreements: tuple[Disagreement, ...] = (),
    rejects: tuple[Reject, ...] = (),
) -> Quality:
    """Return the quality report of freshly read events.

    Parameters
    ----------
    rows_used : rows of the source that are in the record. The others: see `Quality`.

    Raises
    ------
    ValueError
        Rows were lost on the way: read is not used + dropped + rejected.
    """
    count = events["count"]
    return Quality(
        rows_read=rows_read,
        rows_used=rows_used,
        rows_rejected=len(rejects),
        dropped=dropped,
        remarks=remarks,
        outside=outside,
        zero_best=int(count[events["zero_best"]].sum()),
        group_site=int(count[events["group_site"]].sum()),
        inactive_years=int(count[~events["active_year"]].sum()),
        imprecise_dates=int(count[events["date_precision"] > 1].sum()),
        no_district=int(count[events["district"].isna()].sum()),
        unknown_districts=unknown_districts,
        district_rules=district_rules,
        moved_by_place=moved_by_place,
        disagreements=disagreements,
        rejects=rejects,
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
    """Write the rows that could not be read as CSV; return their number.

    Parameters
    ----------
    keep, replace : which files must stay; see `tarazu.core.files.outputs.check_outputs`.

    Raises
    ------
    OutputError
        The file must stay.
    """
    rejects = record.quality.rejects
    text = csv_text(
        ["line", "column", "value", "problem"],
        ((r.line, r.column, r.value, r.problem) for r in rejects),
    )
    write_outputs({Path(path): text.encode()}, keep=keep, replace=replace)
    return len(rejects)
