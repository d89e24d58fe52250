"""Days and counts as sources other than UCDP write them."""

from __future__ import annotations

import re
from datetime import date

from tarazu.core.tables.cells import CellError, parse_count, parse_day, shorten

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
SPELLED = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3,9})[ -](\d{4})", re.ASCII)
ZEROS = re.compile(r"\.0*$", re.ASCII)


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
    """Return a whole number >= 0 that may be written as 3.0; an empty cell is 0.

    Examples
    --------
    >>> parse_whole("3.0"), parse_whole("")
    (3, 0)
    """
    return parse_count(ZEROS.sub("", value)) if value else 0
