"""Check a policy, all problems at once, and resolve it to lever arrays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tarazu.core.errors import ScenarioError, raise_problems
from tarazu.model.lever_names import unknown_lever
from tarazu.model.quantities import Lever
from tarazu.policy.policy import Policy, Setting
from tarazu.region import Region, find_district

FOREVER = 2**31


def resolve(
    policy: Policy, levers: Mapping[str, Lever], region: Region, weeks: int
) -> NDArray[np.float64]:
    """Return the settings of a policy as lever arrays, checked.

    Parameters
    ----------
    levers : of the model, in its order.
    weeks : T >= 1; settings of later weeks are not used.

    Returns
    -------
    (L, T, D) settings, in the order of `levers` and of ``region.slugs``; where the policy has
    no setting a lever stays at its default.

    Raises
    ------
    ScenarioError
        One problem; see `check_policy`.
    ExceptionGroup
        Several problems.
    """
    check_policy(policy, levers, region)
    return lever_arrays(policy, levers, region, weeks)


def lever_arrays(
    policy: Policy, levers: Mapping[str, Lever], region: Region, weeks: int
) -> NDArray[np.float64]:
    """Return `resolve` of a policy that was checked already; see `check_policy`."""
    names = list(levers)
    settings = np.empty((len(names), weeks, len(region.slugs)))
    for row, lever in enumerate(levers.values()):
        settings[row] = lever.default
    for setting in policy.settings:
        first, until = _weeks(setting)
        columns = sorted(_columns(setting, region))
        settings[names.index(setting.lever), first:until, columns] = setting.value
    return settings


def check_policy(policy: Policy, levers: Mapping[str, Lever], region: Region) -> None:
    """Raise the problems of a policy for these levers and districts.

    Raises
    ------
    ScenarioError
        The only problem: an unknown lever or district, a value outside the lever's range, no
        week at all, or two settings of one lever that meet in a week and a district.
    ExceptionGroup
        All problems, if there are several.
    """
    problems = [
        problem
        for i, setting in enumerate(policy.settings)
        for problem in _problems(policy, i, setting, levers, region)
    ]
    problems += _overlaps(policy, region)
    raise_problems(problems, f"{policy.file or policy.name} has {len(problems)} problems")


def _problems(
    policy: Policy,
    i: int,
    setting: Setting,
    levers: Mapping[str, Lever],
    region: Region,
) -> list[ScenarioError]:
    file, key = policy.file or policy.name, f"settings[{i}]"
    problems = []
    lever = levers.get(setting.lever)
    if lever is None:
        problems.append(unknown_lever(setting.lever, levers, file=file, key=f"{key}.lever"))
    elif not (math.isfinite(setting.value) and lever.low <= setting.value <= lever.high):
        problems.append(
            ScenarioError(
                f"{setting.lever} is {setting.value:g}",
                file=file,
                key=f"{key}.value",
                value=setting.value,
                expected=f"{lever.low:g} to {lever.high:g} ({lever.meaning})",
            )
        )
    if setting.districts == ():
        problems.append(
            ScenarioError(
                "no district", file=file, key=f"{key}.districts", expected="districts, or 'all'"
            )
        )
    for j, name in enumerate(() if setting.districts == "all" else setting.districts):
        try:
            find_district(region, name, file=file, key=f"{key}.districts[{j}]")
        except ScenarioError as problem:
            problems.append(problem)
    for day in ("from_date", "until_date"):
        if getattr(setting, day) is not None:
            problems.append(
                ScenarioError(
                    "needs the day on which runs start",
                    file=file,
                    key=f"{key}.{day}",
                    value=getattr(setting, day),
                    expected="a study with a day as its start, such as start = 2027-01-01",
                    hint="Elsewhere write from_week and until_week",
                )
            )
    first, until = _weeks(setting)
    if until <= first:
        problems.append(
            ScenarioError(
                f"no week from {first} until {until}",
                file=file,
                key=f"{key}.until_week",
                value=until,
                expected=f"a week after from_week, {first}",
            )
        )
    return problems


def _overlaps(policy: Policy, region: Region) -> list[ScenarioError]:
    problems = []
    for (i, a), (j, b) in combinations(enumerate(policy.settings), 2):
        first = max(_weeks(a)[0], _weeks(b)[0])
        until = min(_weeks(a)[1], _weeks(b)[1])
        shared = _columns(a, region) & _columns(b, region)
        if a.lever == b.lever and shared and first < until:
            where = "all" if len(shared) == len(region.slugs) else region.slugs[min(shared)]
            problems.append(
                ScenarioError(
                    f"sets {b.lever} in week {first} (districts: {where}), as settings[{i}] does",
                    file=policy.file or policy.name,
                    key=f"settings[{j}].from_week",
                    value=b.from_week,
                    expected="settings of one lever that do not overlap",
                    hint=f"End settings[{i}] with until_week, or name other districts",
                )
            )
    return problems


def _weeks(setting: Setting) -> tuple[int, int]:
    until = FOREVER if setting.until_week is None else setting.until_week
    return setting.from_week, until


def _columns(setting: Setting, region: Region) -> set[int]:
    """Return the places of the districts that a setting names and the region has."""
    if setting.districts == "all":
        return set(range(len(region.slugs)))
    found = {region.lookup(name) for name in setting.districts}
    return {place for place, slug in enumerate(region.slugs) if slug in found}
