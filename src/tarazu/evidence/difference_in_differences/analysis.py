"""The change of treated units beyond that of untreated ones, by permutation within strata."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tarazu.core.arguments import check_frame, check_names, check_share, check_whole
from tarazu.core.errors import DataError, FitError
from tarazu.evidence.options import LEVEL

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
_CELLS: Final = 4_000_000  # permuted labels that are held at a time


@dataclass(frozen=True, slots=True, repr=False)
class BeforeAfter:
    """The mean change that a treatment added to the units that got it.

    Attributes
    ----------
    estimate : change of treated units minus that of untreated ones in their stratum, mean over
        treated units, in the unit of the counts.
    interval, p_value : of one permutation test; the interval holds the effects that it does not
        reject, so that 0 is outside exactly where p_value <= 1 - level.
    relative : estimate over what the treated units would have had; NaN if that is not above 0.
    before, after : mean of (treated, untreated) units that were compared.
    n_treated, n_untreated : units that were compared.
    n_alone : (treated, untreated) units without a counterpart in their stratum, left out.
    """

    estimate: float
    interval: tuple[float, float]
    p_value: float
    level: float
    relative: float
    before: tuple[float, float]
    after: tuple[float, float]
    n_treated: int
    n_untreated: int
    n_alone: tuple[int, int]

    def to_frame(self) -> pd.DataFrame:
        """Return one row with the estimate, its interval, its p-value and the numbers of units."""
        import pandas as pd

        row = {
            "estimate": self.estimate,
            "low": self.interval[0],
            "high": self.interval[1],
            "p_value": self.p_value,
            "relative": self.relative,
            "n_treated": self.n_treated,
            "n_untreated": self.n_untreated,
            "treated_alone": self.n_alone[0],
            "untreated_alone": self.n_alone[1],
        }
        return pd.DataFrame([row])

    def __repr__(self) -> str:
        low, high = self.interval
        return (
            f"<BeforeAfter: {self.estimate:+.3g} ({self.level:.0%} {low:+.3g} to {high:+.3g}) per "
            f"treated unit, p {self.p_value:.2g}, {self.n_treated} treated and "
            f"{self.n_untreated} untreated units; .to_frame()>"
        )

    def _repr_html_(self) -> str:
        return str(self.to_frame().to_html(index=False, float_format="{:.3g}".format))


def before_after(
    units: pd.DataFrame,
    *,
    treated: str,
    before: str,
    after: str,
    strata: str | Sequence[str] = (),
    level: float = LEVEL,
    permutations: int = 9999,
    seed: int = 0,
) -> BeforeAfter:
    """Return how much more the treated units changed than untreated ones of their stratum.

    A difference in differences with exact strata. The test permutes the treatment within strata;
    the interval holds the additive effects that the same test does not reject. It assumes that
    within a stratum treated and untreated units would have changed alike, and that a treatment
    does nothing to other units.

    Parameters
    ----------
    units : one row per unit, such as a village or a district.
    treated : column of 0 and 1, or False and True.
    before, after : columns of counts, or of rates, in windows of equal length.
    strata : columns within whose equal values units are compared; none compares all units.
    level : coverage of the interval.
    permutations : of the treatment.

    Raises
    ------
    DataError
        A column is missing, a value is not a finite number, or `treated` is not 0 or 1.
    FitError
        No stratum has a treated and an untreated unit.
    TypeError, ValueError
        `units` is no DataFrame; or the level or the number of permutations is out of range.

    References
    ----------
    Lyall (2009), Journal of Conflict Resolution 53, doi:10.1177/0022002708330881: villages in
    Chechnya. Rosenbaum (2002), Statistical Science 17, doi:10.1214/ss/1042727942: inversion of
    permutation tests.

    Examples
    --------
    >>> import pandas as pd, tarazu as tz
    >>> villages = pd.DataFrame(
    ...     {
    ...         "shelled": [1, 1, 1, 1, 0, 0, 0, 0],
    ...         "before": [3, 2, 4, 1, 3, 2, 4, 1],
    ...         "after": [1, 1, 2, 0, 3, 2, 5, 1],
    ...     }
    ... )
    >>> tz.before_after(villages, treated="shelled", before="before", after="after")
    <BeforeAfter: -1.75 (95% ... to ...) per treated unit, p ..., 4 treated and 4 untreated units...
    """
    check_frame("units", units, "one row per unit")
    permutations, seed = check_whole("permutations", permutations, 1), check_whole("seed", seed, 0)
    check_share("level", level, LEVEL)
    strata = check_names("strata", strata, may_be_empty=True)
    labels, changes, codes = _read(units, treated, before, after, strata)
    use = _compared(labels, codes)
    if not use.any():
        raise FitError(
            f"no stratum of {', '.join(strata) or 'all units'} has a treated and an untreated "
            "unit; expected at least one. Compare within fewer columns, or in wider classes."
        )
    z, change, code = labels[use], changes[use], codes[use]
    estimate, moved, kept = _permute(z, change, code, permutations, seed)
    low, high = _not_rejected(estimate, moved, kept)
    columns = units.loc[use, [before, after]].to_numpy(dtype=np.float64)
    would_have = float(columns[z, 1].mean()) - estimate
    return BeforeAfter(
        estimate=estimate,
        interval=_interval(low, high, level),
        p_value=(1 + int(((low <= 0) & (high >= 0)).sum())) / (1 + permutations),
        level=level,
        relative=estimate / would_have if would_have > 0 else float("nan"),
        before=(float(columns[z, 0].mean()), float(columns[~z, 0].mean())),
        after=(float(columns[z, 1].mean()), float(columns[~z, 1].mean())),
        n_treated=int(z.sum()),
        n_untreated=int((~z).sum()),
        n_alone=(int((labels & ~use).sum()), int((~labels & ~use).sum())),
    )


def _read(
    units: pd.DataFrame, treated: str, before: str, after: str, strata: Sequence[str]
) -> tuple[NDArray[np.bool_], Array, NDArray[np.int64]]:
    """Return who is treated, the change of each unit and the number of its stratum, all (N,)."""
    for column in (treated, before, after, *strata):
        if column not in units.columns:
            raise DataError(
                "is missing", column=column, expected=f"one of {', '.join(map(str, units.columns))}"
            )
    labels, first, second = (_numbers(units, column) for column in (treated, before, after))
    for row in np.flatnonzero((labels != 0) & (labels != 1)):
        raise DataError(
            f"{labels[row]:g} in row {row + 1}", column=treated, expected="0 or 1 in each row"
        )
    codes = np.zeros(len(units), dtype=np.int64)
    if strata:
        groups = units.groupby(list(strata), dropna=False, sort=False)
        codes = groups.ngroup().to_numpy().astype(np.int64)
    return labels.astype(bool), second - first, codes


def _numbers(units: pd.DataFrame, column: str) -> Array:
    try:
        values = units[column].to_numpy(dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError("holds what is not a number", column=column, expected="numbers") from None
    for row in np.flatnonzero(~np.isfinite(values)):
        raise DataError(
            f"{values[row]} in row {row + 1}",
            column=column,
            expected="a finite number in each row",
            hint="Fill it or leave the unit out",
        )
    return values


def _compared(labels: NDArray[np.bool_], codes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return (N,) units whose stratum has a treated and an untreated unit."""
    if len(codes) == 0:
        return labels
    of_treated, of_all = np.bincount(codes, labels), np.bincount(codes)
    compared: NDArray[np.bool_] = ((of_treated > 0) & (of_treated < of_all))[codes]
    return compared


def _permute(
    labels: NDArray[np.bool_],
    change: Array,
    codes: NDArray[np.int64],
    permutations: int,
    seed: int,
) -> tuple[float, Array, Array]:
    """Return the statistic, that of permuted labels, and what theirs has of an effect of 1.

    Treated units weigh alike, the untreated of a stratum together as much as its treated.
    """
    order = np.argsort(codes, kind="stable")
    z, y, code = labels[order], change[order], codes[order]
    code = np.unique(code, return_inverse=True)[1].astype(np.int64)
    n_treated, n = np.bincount(code, z), np.bincount(code)
    w_treated = 1 / z.sum()
    w_untreated = (w_treated * n_treated / (n - n_treated))[code]

    def statistic(who: NDArray[np.bool_], of: Array) -> Array:
        result: Array = np.where(who, w_treated, -w_untreated) @ of
        return result

    rng = np.random.default_rng(seed)
    at_once = max(1, _CELLS // len(z))
    moved, kept = np.empty(permutations), np.empty(permutations)
    for first in range(0, permutations, at_once):
        part = slice(first, min(first + at_once, permutations))
        keys = rng.random((part.stop - part.start, len(z))) + code
        # Keys sort into their stratum's places, in random order within it.
        who = z[np.argsort(keys, axis=1)]
        moved[part], kept[part] = statistic(who, y), statistic(who, z.astype(np.float64))
    return float(statistic(z, y)), moved, kept


def _not_rejected(estimate: float, moved: Array, kept: Array) -> tuple[Array, Array]:
    """Return the effects (K,) from and up to which each permutation is as extreme as the data.

    With an effect t taken off the treated, the statistic is `estimate` - t and that of permuted
    labels is `moved` - t `kept`. The second is as large as the first between two roots, with
    `estimate` between them; everywhere if the labels are the same or the opposite.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        roots = np.stack([(estimate - moved) / (1 - kept), (estimate + moved) / (1 + kept)])
    room = 1e-12 * max(1.0, abs(estimate))  # equal sums in another order differ by this
    same = np.isclose(np.abs(kept), 1.0, rtol=0, atol=1e-12)
    low = np.where(same, -np.inf, roots.min(axis=0) - room)
    high = np.where(same, np.inf, roots.max(axis=0) + room)
    return low, high


def _interval(low: Array, high: Array, level: float) -> tuple[float, float]:
    """Return the ends of the effects whose p-value is above 1 - level; infinite if all are."""
    needed = math.floor((1 - level) * (len(low) + 1) + 1e-9)  # permutations as extreme
    if needed == 0:
        return -math.inf, math.inf
    return float(np.sort(low)[needed - 1]), float(np.sort(high)[-needed])
