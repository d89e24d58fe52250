"""Events before and after each event of interest, in windows of days and kilometres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from tarazu.core.jit import kernel
from tarazu.region.region import EARTH_RADIUS_KM

Array = NDArray[np.float64]
Mode = Literal["default", "compat"]

TREATMENT, CONTROL, DEPENDENT, OTHER = 0, 1, 2, 3  # kinds of events
PRE, POST, LEAD, TREND, SAME_PRE, MIXED_PRE, SAME_POST, MIXED_POST = range(8)
KM_PER_DEGREE_PUBLISHED: Final = 111.111  # of the R package mwa


@dataclass(frozen=True, slots=True)
class Places:
    """Where events are: on the globe, or in units with a table of distances.

    Attributes
    ----------
    latitude, longitude : (N,) radians; empty where `unit` is used.
    unit : (N,) index into `distance`; empty where coordinates are used.
    distance : (U, U) km between units; empty where coordinates are used.
    """

    latitude: Array
    longitude: Array
    unit: NDArray[np.int64]
    distance: Array


@dataclass(frozen=True, slots=True)
class WakeCounts:
    """Counts in the wake of each treatment and control.

    Attributes
    ----------
    event : (E,) position of each treatment and control among the sorted events.
    counts : (E, 8, W, S) by `PRE` ... `MIXED_POST`, window of days and window of km.
        `LEAD` counts the window before the one of `PRE`; `TREND` is recent less older of `PRE`.
        `SAME_*` count events of the same kind as the wake's, `MIXED_*` of the other kind.
    complete : (E, W) whether the record covers the window on both sides.
    """

    event: NDArray[np.int64]
    counts: Array
    complete: NDArray[np.bool_]


def count_wakes(
    day: NDArray[np.int64],
    kind: NDArray[np.int8],
    places: Places,
    windows_days: tuple[int, ...],
    windows_km: tuple[float, ...],
    *,
    mode: Mode,
) -> WakeCounts:
    """Count events around each treatment and control.

    Parameters
    ----------
    day : (N,) ascending.
    kind : (N,) `TREATMENT` ... `OTHER`.
    windows_days, windows_km : ascending; a window holds the days and distances up to its value.
    mode : "default" leaves out the events of the same day, whose order is unknown. "compat" counts
        those of them that stand earlier in the file as before, none as after, and calls a wake
        complete if the record holds an event outside the window on either side.
    """
    compat = mode == "compat"
    event = np.flatnonzero((kind == TREATMENT) | (kind == CONTROL))
    longest = max(windows_days)
    trend = np.stack([_trend_weights(days, longest, mode) for days in windows_days])
    counts = np.zeros((len(event), 8, len(windows_days), len(windows_km)))
    _count(
        day,
        kind,
        places.latitude,
        places.longitude,
        places.unit,
        places.distance,
        np.degrees(1.0) * KM_PER_DEGREE_PUBLISHED if compat else EARTH_RADIUS_KM,
        event,
        np.array(windows_days, dtype=np.int64),
        np.array(windows_km, dtype=np.float64),
        trend,
        0 if compat else 1,
        counts,
    )
    reach = np.array(windows_days) + int(compat)
    at = day[event][:, None]
    complete = (day[0] <= at - reach) & (day[-1] >= at + reach)
    return WakeCounts(event, counts, complete)


def _trend_weights(days: int, longest: int, mode: Mode) -> Array:
    """Return what each lag 0 ... longest adds to the trend before an event."""
    lag = np.arange(longest + 1)
    inside = lag <= days
    if mode == "default":
        recent, older = (lag >= 1) & (lag <= days // 2), inside & (lag > days - days // 2)
        return np.asarray(recent.astype(np.float64) - older)
    if days % 2 == 0:
        return np.where(lag < days // 2, 1.0, -1.0) * inside
    # The mean of two splits; mwa divides whole numbers here, so its factor is 2 or 1.
    split = (days + 2) // 2
    factor = float(split // (split - 1))
    first = np.where(lag < split, 1.0, -factor)
    second = np.where(lag < split - 1, factor, -1.0)
    return np.asarray(inside * (first + second) / 2)


@kernel
def _count(
    day: NDArray[np.int64],
    kind: NDArray[np.int8],
    latitude: Array,
    longitude: Array,
    unit: NDArray[np.int64],
    distance: Array,
    radius: float,
    event: NDArray[np.int64],
    windows_days: NDArray[np.int64],
    windows_km: Array,
    trend: Array,
    first_lag: int,
    counts: Array,
) -> None:
    """Count events around each event of interest by a sweep over days in order.

    Arguments as in `count_wakes`; radius in km; trend : (W, L + 1) weights by lag in days;
    first_lag : 0 counts events of the same day that stand earlier as before, 1 does not.
    Writes counts (E, 8, W, S).
    """
    n_windows, n_rings = windows_days.shape[0], windows_km.shape[0]
    longest, farthest = windows_days[n_windows - 1], windows_km[n_rings - 1]
    for e in range(event.shape[0]):
        i = event[e]
        for direction in (-1, 1):
            j = i + direction
            while 0 <= j < day.shape[0]:
                lag = abs(day[j] - day[i])
                if lag > (2 * longest if direction < 0 else longest):
                    break
                if kind[j] == 3 or lag < (first_lag if direction < 0 else 1):
                    j += direction
                    continue
                if unit.shape[0] > 0:
                    km = distance[unit[i], unit[j]]
                elif abs(latitude[i] - latitude[j]) * radius > farthest:
                    km = np.inf
                else:
                    km = radius * _angle(latitude[i], latitude[j], longitude[i] - longitude[j])
                for s in range(n_rings):
                    if km > windows_km[s]:
                        continue
                    for w in range(n_windows):
                        inside = lag <= windows_days[w]
                        if kind[j] == 2:
                            if direction > 0:
                                counts[e, 1, w, s] += inside
                            elif inside:
                                counts[e, 0, w, s] += 1.0
                                counts[e, 3, w, s] += trend[w, lag]
                            elif lag <= 2 * windows_days[w]:
                                counts[e, 2, w, s] += 1.0
                        elif inside:
                            field = 4 if kind[j] == kind[i] else 5
                            counts[e, field + (2 if direction > 0 else 0), w, s] += 1.0
                j += direction


@kernel
def _angle(a: float, b: float, difference: float) -> float:
    """Angle in radians between latitudes a and b whose longitudes differ; exact at all scales."""
    x = np.cos(b) * np.sin(difference)
    y = np.cos(a) * np.sin(b) - np.sin(a) * np.cos(b) * np.cos(difference)
    z = np.sin(a) * np.sin(b) + np.cos(a) * np.cos(b) * np.cos(difference)
    return float(np.arctan2(np.sqrt(x * x + y * y), z))
