"""Options of the estimators: shared defaults, and which options of a call differ from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from inspect import Parameter, signature
from typing import Any, Final

from tarazu.core.arguments import check_share
from tarazu.core.errors import did_you_mean

SIGNIFICANCE: Final = 0.05
LEVEL: Final = 0.95  # of intervals: they hold what the test at 5% does not reject
HORIZON_DAYS: Final = 42  # after an operation
DRAWS: Final = 10  # of the initiators; more narrow the interval of that analysis by a few per cent
Weeks = tuple[int, int]
BEYOND_SHORT_TERM: Final = (5, 52)  # weeks after an operation: the widest choice of `weeks`
LONGEST_HORIZON: Final = 181  # days; comparison days and placebo dates reach to day 182
PART: Final = ("start", "end", "districts", "groups")  # of the record; see `Record.sel`
_RANGES: Final[dict[str, tuple[int, int | None]]] = {  # of whole numbers; else 1 or more
    "seed": (0, None),
    "refits": (0, None),
    "draws": (2, None),
    "imputations": (2, None),
    "horizon": (1, LONGEST_HORIZON),
}
_SAID: Final[dict[str, tuple[str, ...]]] = {  # words that people use, and what they may mean here
    "window": ("horizon", "weeks"),
    "windows": ("horizon", "weeks"),
    "days": ("horizon",),
    "lag": ("horizon", "weeks"),
    "lags": ("horizon", "weeks"),
    "permutations": ("replicates", "exchanges", "moves"),
    "bootstraps": ("replicates", "refits", "draws"),
    "alpha": ("level",),
    "confidence": ("level",),
    "district": ("districts",),
    "region": ("districts",),
    "where": ("districts",),
    "group": ("groups",),
    "since": ("start",),
    "from": ("start",),
    "until": ("end",),
    "to": ("end",),
}


def options_of(estimator: Callable[..., Any]) -> dict[str, Any]:
    """Return the options of an estimator, its keyword-only arguments, with their defaults."""
    parameters = signature(estimator).parameters.values()
    return {p.name: p.default for p in parameters if p.kind is Parameter.KEYWORD_ONLY}


def changed_options(estimator: Callable[..., Any], given: Mapping[str, object]) -> tuple[str, ...]:
    """Return the names of options that differ from their defaults.

    Parameters
    ----------
    given : the arguments of the call by name, what is no option among them: `locals()` on the
        first line of the estimator.

    Raises
    ------
    ValueError
        A value that no estimator can work with.

    Examples
    --------
    >>> def estimator(record, *, level=0.9, moves=99): ...
    >>> changed_options(estimator, {"record": None, "level": 0.9, "moves": 9})
    ('moves',)
    """
    defaults = options_of(estimator)
    for name in defaults:
        _check(estimator.__name__, name, given[name])
    return tuple(name for name, default in defaults.items() if given[name] != default)


def check_names(estimator: Callable[..., Any], given: Iterable[str]) -> None:
    """Refuse options that an estimator does not have.

    Raises
    ------
    TypeError
        The first of them, with those there are and the nearest one.
    """
    own = tuple(options_of(estimator))
    for option in given:
        if option not in own:
            meant = [name for name in _SAID.get(option, ()) if name in own + PART]
            hint = f" Did you mean {meant[0]!r}?" if meant else did_you_mean(option, own + PART)
            raise TypeError(
                f"{estimator.__name__} has no option {option!r}; its options are "
                f"{', '.join(own)}, and for a part of the record {', '.join(PART)}.{hint}"
            )


def _check(estimator: str, name: str, value: object) -> None:
    if name == "level":
        check_share(f"{estimator}: level", value, 0.9)
        return
    if name == "weeks":
        _check_weeks(estimator, value)
        return
    low, high = _RANGES.get(name, (1, None))
    if (
        not isinstance(value, int)
        or isinstance(value, bool)
        or value < low
        or (high is not None and value > high)
    ):
        allowed = f"{low} or more" if high is None else f"from {low} to {high}"
        raise ValueError(f"{estimator}: {name} is {value!r}; expected a whole number, {allowed}")


def _check_weeks(estimator: str, value: object) -> None:
    low, high = BEYOND_SHORT_TERM
    match value:
        case (int(first), int(last)) if low <= first <= last <= high:
            return
    raise ValueError(
        f"{estimator}: weeks is {value!r}; expected the first and the last week, such as (13, 52), "
        f"from {low} to {high}"
    )


def tails(level: float) -> tuple[float, float]:
    """Return the two quantiles that bound an interval of this coverage.

    Examples
    --------
    >>> tails(0.9)
    (0.05, 0.95)
    """
    tail = round((1.0 - level) / 2, 12)  # without the rounding error of 1 - 0.9
    return tail, 1.0 - tail
