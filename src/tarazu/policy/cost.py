"""What a policy costs, and the same policy at another budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tarazu.core.errors import ScenarioError
from tarazu.model.quantities import Lever
from tarazu.policy.lever_arrays import resolve
from tarazu.policy.policy import Policy, Setting
from tarazu.region import Region

FloatArray = NDArray[np.float64]

HALVINGS = 60
CLOSE = 1e-6  # relative; a budget met this closely is met


def weekly_cost(settings: FloatArray, levers: Mapping[str, Lever], region: Region) -> FloatArray:
    """Return what lever settings cost in each week, (T,) rupees.

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
    """Return what a policy costs more than today's practice, rupees a week on average.

    Below zero where it saves money. `weeks` : T >= 1, over which it is averaged.
    """
    today = replace(policy, settings=())
    costs = [
        weekly_cost(resolve(one, levers, region, weeks), levers, region) for one in (policy, today)
    ]
    return float((costs[0] - costs[1]).mean())


def at_extra_cost(
    policy: Policy, levers: Mapping[str, Lever], region: Region, weeks: int, extra: float
) -> Policy:
    """Return the policy with all its settings moved so that it costs a given amount more.

    Each setting moves on the line from today's value through the policy's, all by one factor,
    and stops at the end of its lever's range.

    Parameters
    ----------
    weeks : T >= 1, over which costs are averaged.
    extra : rupees a week, > 0, more than today's practice costs.

    Raises
    ------
    ScenarioError
        The policy saves money or costs nothing, or its levers end before the budget is spent.
    """
    whole = extra_cost(policy, levers, region, weeks)
    if not (whole > 0.0 and extra > 0.0):
        raise ScenarioError(
            f"costs {whole:.4g} rupees a week more than today, so it has no version that costs "
            f"{extra:.4g} more",
            file=policy.file or policy.name,
            expected="a policy and a budget that both cost more than today",
            hint="Compare it at its own cost",
        )
    low, high = 0.0, _largest_factor(policy, levers)
    most = extra_cost(_moved(policy, levers, high), levers, region, weeks)
    if most < extra * (1.0 - CLOSE):
        raise ScenarioError(
            f"costs at most {most:.4g} rupees a week more than today",
            file=policy.file or policy.name,
            value=extra,
            expected=f"a budget of at most {most:.4g}: there its levers end",
        )
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        cost = extra_cost(_moved(policy, levers, middle), levers, region, weeks)
        low, high = (middle, high) if cost < extra else (low, middle)
    return _moved(policy, levers, high)


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
