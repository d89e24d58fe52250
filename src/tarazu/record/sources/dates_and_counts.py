"""Days and counts as sources other than UCDP write them."""

from __future__ import annotations

import re
from datetime import date
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tarazu.core.tables.cells import (
    FIRST_YEAR,
    LAST_YEAR,
    CellError,
    parse_code,
    parse_count,
    parse_day,
    shorten,
)
from tarazu.core.tables.coded import Days
from tarazu.core.tables.columns import Columns

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+", re.ASCII)
SPELLED = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3,9})[ -](\d{4})", re.ASCII)


def parse_spelled_day(value: str) -> date:
    """Return a day written as 2023-03-05, 05 March 2023 or 05-Mar-2023, whatever the locale.

    Examples
    --------
    >>> parse_spelled_day("05 March 2023")
    datetime.date(2023, 3, 5)
    """
    match = SPELLED.fullmatch(value)
    if match is None:
        return parse_day(value)
    day, name, year = match.groups()
    fits = [n for n, month in enumerate(MONTHS, start=1) if month.startswith(name.casefold())]
    if len(fits) != 1:
        raise CellError(f"{shorten(value)} is not a date", "a day as 05 March 2023 or 2023-03-05")
    return parse_day(f"{year}-{fits[0]:02}-{int(day):02}")


def parse_whole(value: str) -> int:
    """Return a whole number >= 0 that may be written as 3.0 or 1,200; an empty cell is 0.

    Examples
    --------
    >>> parse_whole("3.0"), parse_whole("1,200"), parse_whole("")
    (3, 1200, 0)
    """
    if THOUSANDS.fullmatch(value):
        value = value.replace(",", "")
    return parse_count(value) if value else 0


def _parse_part(value: str, most: int) -> int:
    return parse_code(value, 0, most) if value else 0


def days_of_parts(
    columns: Columns, year: str, month: str, day: str
) -> tuple[Days, NDArray[np.int64]]:
    """Return days from columns of year, month and day, and UCDP's code of their precision.

    A month or a day that is 0 or empty is not known: the first day that it may be is returned.
    """
    years = columns.code(year, FIRST_YEAR, LAST_YEAR)
    months, days = (
        columns.parse(name, partial(_parse_part, most=most), 0, np.int64)
        for name, most in ((month, 12), (day, 31))
    )
    first = (years - 1970).astype("datetime64[Y]").astype("datetime64[M]")
    in_month = first + np.maximum(months - 1, 0)
    first_day = in_month.astype("datetime64[D]") + np.maximum(days - 1, 0)
    columns.problem(
        columns.good & (first_day.astype("datetime64[M]") != in_month),
        day,
        lambda row: f"month {months[row]} of {years[row]} has no day {days[row]}",
        "a day of the calendar, or 0",
    )
    columns.problem(
        columns.good & (months == 0) & (days > 0),
        day,
        lambda row: f"the day is {days[row]} of an unknown month",
        f"0 where {month} is 0",
    )
    return first_day, np.where(months == 0, 5, np.where(days == 0, 4, 1))
