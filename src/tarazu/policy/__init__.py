"""What could be done: portfolios of levers, checked, costed and resolved to arrays."""

from tarazu.policy.cost import at_extra_cost, extra_cost, weekly_cost
from tarazu.policy.lever_arrays import check_portfolio, resolve
from tarazu.policy.portfolio import PORTFOLIOS, Portfolio, Setting, load_portfolio

__all__ = [
    "PORTFOLIOS",
    "Portfolio",
    "Setting",
    "at_extra_cost",
    "check_portfolio",
    "extra_cost",
    "load_portfolio",
    "resolve",
    "weekly_cost",
]
