"""Cost of a policy, and the policy moved to another budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tarazu.core.bisection import bisect
from tarazu.core.errors import ScenarioError
from tarazu.model.quantities import Lever
from tarazu.policy.lever_arrays import check_policy, lever_arrays
from tarazu.policy.policy import Policy, Setting
from tarazu.region import Region

FloatArray = NDArray[np.float64]

CLOSE = 1e-6  # relative; a budget met this closely is met


def weekly_cost(settings: FloatArray, levers: Mapping[str, Lever], region: Region) -> FloatArray:
    """Return the cost of lever settings per week, (T,) rupees.

    Each lever costs its unit cost times its setting times the residents of the district. The unit
    costs are assumed, so a budget is a way to compare like with like, not an estimate of spending.

    Parameters
    ----------
    settings : (L, T, D) from `resolve`, in the order of `levers`.
    """
    unit_costs = np.array([lever.cost for lever in levers.values()])
    residents = np.array([float(district.population) for district in region.districts])
    return np.asarray(np.einsum("l,ltd,d->t", unit_costs, settings, residents))


def extra_cost(policy: Policy, levers: Mapping[str, Lever], region: Region, weeks: int) -> float:
    """Return what a policy costs more than the status quo, rupees per week on average.

    Below zero where it saves money.

    Parameters
    ----------
    weeks : T >= 1, over which costs are averaged.

    Raises
    ------
    ScenarioError, ExceptionGroup
        The policy does not fit the levers or districts; see `check_policy`.
    """
    check_policy(policy, levers, region)
    return _extra_cost(policy, levers, region, weeks)


def at_extra_cost(
    policy: Policy, levers: Mapping[str, Lever], region: Region, weeks: int, extra: float
) -> Policy:
    """Return the policy with all its settings moved so that it costs a given amount more.

    Each setting moves on the line from the lever's default through the policy's value, all by one
    factor, and stops at the end of its lever's range.

    Parameters
    ----------
    weeks : T >= 1, over which costs are averaged.
    extra : rupees per week, > 0, above the cost of the status quo.

    Raises
    ------
    ScenarioError, ExceptionGroup
        The policy does not fit the levers or districts; see `check_policy`. Or it saves money or
        costs nothing, or its levers end before the budget is spent.
    """
    whole = extra_cost(policy, levers, region, weeks)
    if not (whole > 0.0 and extra > 0.0):
        raise ScenarioError(
            f"costs {whole:.4g} rupees per week more than the status quo, so it has no version "
            f"that costs {extra:.4g} more",
            file=policy.file or policy.name,
            expected="a policy and a budget that both cost more than the status quo",
            hint="Compare it at its own cost",
        )

    def cost_at(factor: float) -> float:
        return _extra_cost(_moved(policy, levers, factor), levers, region, weeks)

    largest = _largest_factor(policy, levers)
    most = cost_at(largest)
    if most < extra * (1.0 - CLOSE):
        raise ScenarioError(
            f"costs at most {most:.4g} rupees per week more than the status quo",
            file=policy.file or policy.name,
            value=extra,
            expected=f"a budget of at most {most:.4g}: there its levers end",
        )
    factor = bisect(
        lambda middle: np.array([cost_at(float(middle[0])) >= extra]),
        np.zeros(1),
        np.array([largest]),
    )
    return _moved(policy, levers, float(factor[0]))


def _extra_cost(policy: Policy, levers: Mapping[str, Lever], region: Region, weeks: int) -> float:
    status_quo = replace(policy, settings=())
    costs = [
        weekly_cost(lever_arrays(one, levers, region, weeks), levers, region)
        for one in (policy, status_quo)
    ]
    return float((costs[0] - costs[1]).mean())


def _largest_factor(policy: Policy, levers: Mapping[str, Lever]) -> float:
    """Return the factor at which the last of the settings reaches the end of its range."""
    factors = [1.0]
    for setting in policy.settings:
        lever = levers[setting.lever]
        step = setting.value - lever.default
        room = (lever.high if step > 0.0 else lever.low) - lever.default
        if step:
            factors.append(room / step)
    return max(factors)


def _moved(policy: Policy, levers: Mapping[str, Lever], factor: float) -> Policy:
    settings = tuple(_moved_setting(one, levers[one.lever], factor) for one in policy.settings)
    return replace(policy, settings=settings)


def _moved_setting(setting: Setting, lever: Lever, factor: float) -> Setting:
    value = lever.default + factor * (setting.value - lever.default)
    return setting.model_copy(update={"value": min(max(value, lever.low), lever.high)})
