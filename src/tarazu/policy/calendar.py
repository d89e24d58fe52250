"""Days in a policy as weeks of a study."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any, Final

from tarazu.core.errors import ScenarioError, TarazuError, raise_problems
from tarazu.policy.policy import Policy, Setting

ENDS: Final = {"from_date": "from_week", "until_date": "until_week"}


def in_weeks(policy: Policy, start: date | None) -> Policy:
    """Return a policy with the weeks that hold its days.

    Parameters
    ----------
    start : first day of the first week; None leaves the policy as it is, and `check_policy` says
        what is missing.

    Raises
    ------
    ScenarioError, ExceptionGroup
        A day before the start, a day beside a week, or an end in the week of the beginning.
    """
    if start is None or not any(s.from_date or s.until_date for s in policy.settings):
        return policy
    problems: list[TarazuError] = []
    settings = []
    for i, setting in enumerate(policy.settings):
        problems += _problems(policy, i, setting, start)
        settings.append(_in_weeks(setting, start))
    raise_problems(problems, f"{policy.file or policy.name} has {len(problems)} problems")
    return replace(policy, settings=tuple(settings))


def _in_weeks(setting: Setting, start: date) -> Setting:
    update: dict[str, Any] = {}
    for day_key, week_key in ENDS.items():
        if (day := getattr(setting, day_key)) is not None:
            update |= {week_key: (day - start).days // 7, day_key: None}
    return setting.model_copy(update=update)


def _problems(policy: Policy, i: int, setting: Setting, start: date) -> Iterator[ScenarioError]:
    file = policy.file or policy.name
    for day_key, week_key in ENDS.items():
        day = getattr(setting, day_key)
        if day is None:
            continue
        if week_key in setting.model_fields_set:
            yield ScenarioError(
                f"stands beside {week_key}",
                file=file,
                key=f"settings[{i}].{day_key}",
                value=day,
                expected="a day or a week",
                hint="Remove one of them",
            )
        if day < start:
            yield ScenarioError(
                f"is {day}",
                file=file,
                key=f"settings[{i}].{day_key}",
                value=day,
                expected=f"{start}, the start of the study, or a later day",
            )
    changed, end = _in_weeks(setting, start), setting.until_date
    if end is not None and start <= end and (changed.until_week or 0) <= changed.from_week:
        yield ScenarioError(
            f"is {end}, in week {changed.until_week} of the study",
            file=file,
            key=f"settings[{i}].until_date",
            value=end,
            expected=f"a day after week {changed.from_week}, in which the setting begins",
        )
