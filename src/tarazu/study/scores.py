"""Scores of probabilistic forecasts: CRPS, ignorance in VIEWS's bins, and the interval score.

Lower is better in all three, and all are proper. Ensembles stand on the last axis.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
Profile = Literal["evaluation", "competition"]

VIEWS_BINS: Final = (0.0, 0.5, 2.5, 5.5, 10.5, 25.5, 50.5, 100.5, 250.5, 500.5, 1000.5)
"""Lower edges of VIEWS's bins of deaths a month."""
_OPEN_BINS: Final[dict[Profile, int]] = {"evaluation": 10, "competition": 11}


def crps(observed: ArrayLike, ensemble: ArrayLike) -> FloatArray:
    """Return the continuous ranked probability score of ensembles.

    It is mean |x - y| - mean |x - x'| / 2 over members x and pairs of members; of a point
    forecast, where all members are equal, |x - y|.

    Parameters
    ----------
    observed : (...,).
    ensemble : (..., R), R >= 1 members.

    Raises
    ------
    ValueError
        Shapes that do not fit, no member, or values that are not finite.

    References
    ----------
    Gneiting & Raftery (2007), Journal of the American Statistical Association 102, equation 21,
    doi:10.1198/016214506000001437.

    Examples
    --------
    >>> crps(3.0, [5.0, 5.0, 5.0]).item()
    2.0
    """
    y, x = _checked(observed, ensemble)
    size = x.shape[-1]
    x = np.sort(x, axis=-1)
    distance = np.abs(x - y[..., None]).mean(axis=-1)
    rank = 2 * np.arange(1, size + 1) - size - 1  # the i-th smallest adds it to sum over pairs
    spread = (x * rank).sum(axis=-1) / size**2
    return np.asarray(distance - spread)


def ignorance(
    observed: ArrayLike, ensemble: ArrayLike, *, profile: Profile = "evaluation"
) -> FloatArray:
    """Return the ignorance score of ensembles of counts in VIEWS's bins, in bits.

    It is -log2 of the share of members in the bin of the observation, after one member has been
    added to every bin so that no share is 0.

    Parameters
    ----------
    observed : (...,), >= 0.
    ensemble : (..., R), >= 0.
    profile : "competition" has 11 bins, the last from 1000.5 on, as VIEWS's prediction challenge
        2023/24 scored (R + 11 members in all). "evaluation" has 10, the last from 500.5 on, as in
        `views-evaluation` (R + 10). That package has no bin from 1000.5 on: it adds one where a
        member falls there and fails where only the observation does. Here such values are in the
        last bin.

    Raises
    ------
    ValueError
        An unknown profile, shapes that do not fit, no member, or values that are negative or not
        finite.

    References
    ----------
    Hegre et al. (2025), The 2023/24 VIEWS prediction challenge, Journal of Peace Research.
    Bins and smoothing as in `IgnoranceScore.py` of prio-data/prediction_competition_2023 and
    `calculate_ignorance_score_native` of views-platform/views-evaluation.

    Examples
    --------
    >>> round(ignorance(1, np.ones(1000)).item(), 5)
    0.01291
    >>> round(ignorance(1, np.ones(1000), profile="competition").item(), 5)
    0.01434
    """
    if profile not in _OPEN_BINS:
        raise ValueError(f"profile is {profile!r}; expected {' or '.join(_OPEN_BINS)}")
    y, x = _checked(observed, ensemble)
    if min(y.min(initial=0), x.min(initial=0)) < 0:
        raise ValueError("counts are negative; expected all >= 0")
    bins = _OPEN_BINS[profile]
    edges = np.array(VIEWS_BINS[1:bins])
    same = np.digitize(x, edges) == np.digitize(y, edges)[..., None]
    return np.asarray(-np.log2((same.sum(axis=-1) + 1) / (x.shape[-1] + bins)))


def interval_score(
    observed: ArrayLike, low: ArrayLike, high: ArrayLike, *, level: float = 0.9
) -> FloatArray:
    """Return the interval score of central intervals.

    It is the width plus 2 / (1 - level) times the distance of an observation outside.

    Parameters
    ----------
    observed, low, high : of one shape, low <= high.
    level : coverage that the intervals claim, in (0, 1).

    Raises
    ------
    ValueError
        A level outside (0, 1), or an interval that ends before it begins.

    References
    ----------
    Gneiting & Raftery (2007), equation 43, doi:10.1198/016214506000001437.

    Examples
    --------
    >>> round(interval_score(10, 2, 8, level=0.9).item(), 9)
    46.0
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level}; expected between 0 and 1")
    y, lower, upper = (np.asarray(value, dtype=np.float64) for value in (observed, low, high))
    if not (lower <= upper).all():
        raise ValueError("an interval ends before it begins, or has no ends")
    outside = np.maximum(lower - y, 0.0) + np.maximum(y - upper, 0.0)
    return np.asarray(upper - lower + 2 / (1 - level) * outside)


def _checked(observed: ArrayLike, ensemble: ArrayLike) -> tuple[FloatArray, FloatArray]:
    y, x = np.asarray(observed, dtype=np.float64), np.asarray(ensemble, dtype=np.float64)
    if x.ndim == 0 or x.shape[:-1] != y.shape or x.shape[-1] == 0:
        raise ValueError(
            f"observations have shape {y.shape} and ensembles {x.shape}; expected the same but "
            "for the members on the last axis of the ensembles, at least one"
        )
    if not (np.isfinite(y).all() and np.isfinite(x).all()):
        raise ValueError("values are not finite")
    return y, x
