"""exp and expm1 in plain arithmetic, so that loops that call them run on whole vectors.

The compiler has no vector library: a call of ``math.exp`` would make it run a loop one by one.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from tarazu.core.jit import kernel

_PER_LOG_2: Final = 1.4426950408889634
# log 2 in two parts; multiples of the first, up to 2^11, are exact
_LOG_2_HIGH: Final = 6.93147180369123816490e-01
_LOG_2_LOW: Final = 1.90821492927058770002e-10
_ROUND: Final = 1.5 * 2.0**52  # added and taken away: rounds to a whole number
# contract: a product and a sum in one rounding; nothing that could change the order of the steps,
# which the rounding below lives on. Time x0.4 (bench_engine).
# forceinline: left to itself the compiler stops inlining somewhere in a long kernel, and a loop
# with a call in it runs district by district. Time of a stochastic run x0.72 (bench_engine).
_OPTIONS: Final[dict[str, Any]] = {"fastmath": {"contract", "nsz"}, "forceinline": True}
_LOWEST, _HIGHEST = -708.0, 710.0  # expm1 is -1 below, infinite above


@kernel(**_OPTIONS)
def _parts(x: float) -> tuple[float, float]:
    """Return 2^k and exp(r) - 1 with x = k log 2 + r, k whole, abs(r) <= log(2) / 2.

    The polynomial is fitted to that range; 2^k is put together from its bits.
    """
    x = _LOWEST if x < _LOWEST else x
    x = _HIGHEST if x > _HIGHEST else x
    k = (x * _PER_LOG_2 + _ROUND) - _ROUND
    r = (x - k * _LOG_2_HIGH) - k * _LOG_2_LOW
    p = 2.510038549551032e-08
    p = p * r + 2.7620088445409746e-07
    p = p * r + 2.7557268459997064e-06
    p = p * r + 2.4801521295954376e-05
    p = p * r + 0.00019841269863053618
    p = p * r + 0.0013888888917213717
    p = p * r + 0.008333333333330062
    p = p * r + 0.04166666666662413
    p = p * r + 0.16666666666666669
    p = p * r + 0.5000000000000001
    return np.int64((np.int64(k) + 1023) << 52).view(np.float64), p * r * r + r


@kernel(**_OPTIONS)
def expm1(x: float) -> float:
    """Return exp(x) - 1, to two units in the last place; infinite from 709.5 on; nan of nan.

    Examples
    --------
    >>> abs(expm1(1.0) - 1.718281828459045) < 1e-15
    True
    """
    power, rest = _parts(x)
    return power * rest + (power - 1.0)


@kernel(**_OPTIONS)
def exp(x: float) -> float:
    """Return e to the x; see `expm1`. Below -708 it stays at 3e-308.

    Examples
    --------
    >>> exp(0.0)
    1.0
    """
    power, rest = _parts(x)
    return power * rest + power
