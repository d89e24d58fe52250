"""Schema of events, checked by pandera on every record that a reader makes; order of events."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tarazu.core.tables.cells import FIRST_YEAR, LAST_YEAR
from tarazu.core.tables.columns import RowOrigin
from tarazu.record.vocabulary import DEATHS, EVENT_COLUMNS, INITIATORS, MOVEMENTS

if TYPE_CHECKING:
    import pandera.pandas as pa

MOST_DEATHS = 10**12  # more than any sum of cells, each below 10^9
LABELS = ("initiator_rule", "target", "tactic")
EXPECTED = {"not_nullable": "a value"}  # by pandera's name of a check
SHOWN_CASES = 5
FLAGS = ("zero_best", "group_site", "active_year")


def check_events(events: pd.DataFrame, districts: Sequence[str], origin: RowOrigin) -> None:
    """Check events against the schema.

    Parameters
    ----------
    events : columns `EVENT_COLUMNS`, index 0 to N - 1.
    districts : slugs that `district` may be; it may also be missing.
    origin : where each event stands in its file, for the message.

    Raises
    ------
    TypeError
        A fault of the reader, not of the file: cells of files are checked by `Columns`.
    """
    from pandera.errors import SchemaErrors  # slow to import, and only readers need it

    try:
        event_schema(tuple(districts)).validate(events, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases.sort_values("index", kind="stable").head(SHOWN_CASES)
        found = "; ".join(
            _violation(origin, case.index, case.column, case.failure_case, str(case.check))
            for case in cases[["index", "column", "failure_case", "check"]].itertuples(index=False)
        )
        raise TypeError(f"the reader made events that do not fit the schema: {found}") from error


def prepare_check(districts: Sequence[str]) -> None:
    """Load what `check_events` needs, half a second that need not come after the file is read."""
    schema = event_schema(tuple(districts))
    nothing = {name: pd.Series(dtype=str(column.dtype)) for name, column in schema.columns.items()}
    schema.validate(pd.DataFrame(nothing))


def _violation(origin: RowOrigin, row: object, column: str, value: object, check: str) -> str:
    if row is None or row != row:  # of the column as a whole
        return f"{column}: {check}"
    expected = EXPECTED.get(check, check)
    problem = origin.problem(int(str(row)), column, str(value), f"is {value}", expected)
    return str(problem).rstrip(".")


@cache
def event_schema(districts: tuple[str, ...]) -> pa.DataFrameSchema:
    """Return the schema of `Record.events` for a region with these districts."""
    import pandera.pandas as pa

    def one_of(names: Sequence[str]) -> pa.Check:
        return pa.Check.isin(
            list(names), error=f"one of {', '.join(n or '(empty)' for n in names)}"
        )

    count = pa.Check.in_range(0, MOST_DEATHS, error="a count >= 0")
    filled = pa.Check(lambda cells: cells.str.len() > 0, error="a text")
    days = np.array([f"{FIRST_YEAR}-01-01", f"{LAST_YEAR}-12-31"], dtype="datetime64[s]")
    in_range = pa.Check.in_range(*days, error=f"a day, {FIRST_YEAR} to {LAST_YEAR}")
    columns = {
        "event_id": pa.Column("str"),
        "date": pa.Column("datetime64[s]", in_range),
        "date_precision": pa.Column("int64", pa.Check.in_range(1, 5, error="a code from 1 to 5")),
        "district": pa.Column("str", one_of(districts), nullable=True),
        "initiator": pa.Column("str", one_of(INITIATORS)),
        **{name: pa.Column("str", filled) for name in LABELS},
        "group": pa.Column("str"),
        "movement": pa.Column("str", one_of(MOVEMENTS)),
        **{name: pa.Column("bool") for name in FLAGS},
        **{name: pa.Column("int64", count) for name in DEATHS},
        "count": pa.Column("int64", pa.Check.in_range(1, MOST_DEATHS, error="a count >= 1")),
    }
    ordered = {name: columns[name] for name in EVENT_COLUMNS}
    return pa.DataFrameSchema(ordered, strict=True, ordered=True)


def tidy(events: pd.DataFrame) -> pd.DataFrame:
    """Return the events in an order of columns and rows that does not depend on the file."""
    texts = ["event_id", "initiator", "initiator_rule", "target", "tactic", "group", "movement"]
    events = events[list(EVENT_COLUMNS)].astype(dict.fromkeys(texts, "str"))
    ordered = events.sort_values("event_id", kind="stable", ignore_index=True)
    ids = ordered["event_id"].array
    if not (ids[1:] == ids[:-1]).any():  # each event has one of its own
        return ordered
    keys = [name for name in EVENT_COLUMNS if name != "count"]
    return events.sort_values(keys, kind="stable", ignore_index=True)
