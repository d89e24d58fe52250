"""What checks of arguments accept and refuse."""

from datetime import date

import pandas as pd
import pytest

from tarazu.core.arguments import check_day


@pytest.mark.parametrize(
    ("given", "first", "last"),
    [
        ("2015", date(2015, 1, 1), date(2015, 12, 31)),
        ("2016-02", date(2016, 2, 1), date(2016, 2, 29)),
        ("2015-06-30", date(2015, 6, 30), date(2015, 6, 30)),
        (pd.Timestamp("2015-06-30 12:00"), date(2015, 6, 30), date(2015, 6, 30)),
    ],
)
def test_day__of_a_month_or_year_is_its_first_or_last_one(
    given: object, first: date, last: date
) -> None:
    assert check_day("start", given) == first
    assert check_day("end", given, last=True) == last


@pytest.mark.parametrize("given", [pd.NaT, "2015-13", ""])
def test_day__refuses_what_is_no_day(given: object) -> None:
    with pytest.raises(ValueError, match=r"start is .*; expected a date, or a day, month or year"):
        check_day("start", given)
