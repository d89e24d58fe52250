"""Policies: settings of levers, checked, costed and resolved to arrays."""

from tarazu.policy.cost import at_extra_cost, extra_cost, weekly_cost
from tarazu.policy.lever_arrays import check_policy, resolve
from tarazu.policy.policy import POLICIES, Policy, Setting, load_policy

__all__ = [
    "POLICIES",
    "Policy",
    "Setting",
    "at_extra_cost",
    "check_policy",
    "extra_cost",
    "load_policy",
    "resolve",
    "weekly_cost",
]
