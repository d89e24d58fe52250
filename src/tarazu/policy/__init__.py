"""What could be done: portfolios of levers, checked and resolved to arrays."""

from tarazu.policy.portfolio import PORTFOLIOS, Portfolio, Setting, load_portfolio
from tarazu.policy.resolve import check_portfolio, resolve

__all__ = [
    "PORTFOLIOS",
    "Portfolio",
    "Setting",
    "check_portfolio",
    "load_portfolio",
    "resolve",
]
