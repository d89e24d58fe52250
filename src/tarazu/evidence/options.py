"""Options of the estimators: shared defaults, and which options of a call differ from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import Parameter, signature
from typing import Any, Final

LEVEL: Final = 0.9  # coverage of intervals
SIGNIFICANCE: Final = 0.05
HORIZON_DAYS: Final = 42  # after an operation
DRAWS: Final = 10  # of the initiators; more narrow the interval of that analysis by a few per cent
_SMALLEST: Final = {"seed": 0, "refits": 0, "draws": 2}  # of options that are whole numbers; else 1


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


def _check(estimator: str, name: str, value: object) -> None:
    if name == "level":
        if not (isinstance(value, float) and 0.0 < value < 1.0):
            raise ValueError(f"{estimator}: level is {value!r}; expected a number between 0 and 1")
        return
    smallest = _SMALLEST.get(name, 1)
    if not isinstance(value, int) or isinstance(value, bool) or value < smallest:
        raise ValueError(
            f"{estimator}: {name} is {value!r}; expected a whole number, {smallest} or more"
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
