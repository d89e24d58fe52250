"""Days of a policy become weeks of a study, and are refused where there is no calendar."""

from datetime import date

import pytest

from tarazu.core.errors import ScenarioError
from tarazu.model import build_model
from tarazu.policy import Policy, check_policy, load_policy
from tarazu.policy.calendar import in_weeks
from tarazu.policy.policy import Setting
from tarazu.region import load_region

START = date(2027, 1, 1)


def policy(**setting: object) -> Policy:
    entry = Setting.model_validate({"lever": "dialogue", "value": 0.5} | setting)
    return Policy("p", "P", "M", (entry,))


@pytest.mark.parametrize(
    ("day", "week"),
    [(START, 0), (date(2027, 1, 7), 0), (date(2027, 1, 8), 1), (date(2028, 1, 1), 52)],
)
def test_day__is_the_week_that_holds_it(day: date, week: int) -> None:
    (setting,) = in_weeks(policy(from_date=day), START).settings
    assert (setting.from_week, setting.until_week, setting.from_date) == (week, None, None)


def test_days__of_two_settings_meet_without_an_overlap() -> None:
    change = date(2029, 5, 5)
    first = Setting(lever="dialogue", value=0.5, until_date=change)
    second = Setting(lever="dialogue", value=0.9, from_date=change)
    found = in_weeks(Policy("p", "P", "M", (first, second)), START)
    assert found.settings[0].until_week == found.settings[1].from_week
    check_policy(found, build_model().levers, load_region())


def test_day__before_the_start_or_beside_a_week_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"2026-12-31.*the start of the study"):
        in_weeks(policy(from_date=date(2026, 12, 31)), START)
    with pytest.raises(ScenarioError, match="stands beside from_week"):
        in_weeks(policy(from_date=START, from_week=3), START)


@pytest.mark.parametrize("end", [date(2027, 1, 8), date(2027, 1, 14)])
def test_days__within_one_week_are_refused_by_the_key_that_was_written(end: date) -> None:
    days = {"from_date": date(2027, 1, 8), "until_date": end}
    with pytest.raises(ScenarioError, match=r"until_date.*in week 1 .*a day after week 1"):
        in_weeks(policy(**days), START)
    (setting,) = in_weeks(policy(**days | {"until_date": date(2027, 1, 15)}), START).settings
    assert (setting.from_week, setting.until_week) == (1, 2)


def test_day__without_a_calendar_is_told_what_is_missing() -> None:
    dated = in_weeks(policy(until_date=START), None)
    with pytest.raises(ScenarioError, match="start = 2027-01-01"):
        check_policy(dated, build_model().levers, load_region())


def test_weeks__stay_as_they_are(tmp_path) -> None:
    shipped = load_policy("withdrawal")
    assert in_weeks(shipped, START) is shipped
