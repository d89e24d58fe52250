"""What checks of arguments accept and refuse."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from tarazu.core.arguments import check_day, check_names, check_share


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


def test_names__may_be_none_where_they_may_be_empty() -> None:
    assert check_names("province", None, may_be_empty=True) == ()
    assert check_names("province", "North", may_be_empty=True) == ("North",)
    with pytest.raises(TypeError, match="districts is None"):
        check_names("districts", None)


def test_share__may_be_a_number_of_numpy_but_no_truth_value() -> None:
    check_share("level", np.float32(0.9), 0.95)
    for wrong in (True, np.True_, 1, "0.9", float("nan")):
        with pytest.raises(ValueError, match=r"expected a number between 0 and 1, such as 0\.95"):
            check_share("level", wrong, 0.95)
