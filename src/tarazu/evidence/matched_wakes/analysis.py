"""Matched wake analysis of events with coordinates or districts (Schutte & Donnay 2014)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from math import isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any, Final, get_args

import numpy as np
from numpy.typing import NDArray

from tarazu.core.arguments import check_frame, check_names, check_whole, wrong_type
from tarazu.core.errors import DataError
from tarazu.evidence.error_rates import DETECTABLE_ERRORS
from tarazu.evidence.matched_wakes.effects import linear_effect, permuted_effects
from tarazu.evidence.matched_wakes.matching import (
    Matching,
    coarsen,
    imbalance,
    match_exactly,
    sturges_cuts,
)
from tarazu.evidence.matched_wakes.window_counts import (
    CONTROL,
    DEPENDENT,
    LEAD,
    MIXED_POST,
    MIXED_PRE,
    OTHER,
    POST,
    PRE,
    SAME_POST,
    SAME_PRE,
    TREATMENT,
    TREND,
    Mode,
    Places,
    WakeCounts,
    count_wakes,
)

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
_OVERLAPS: Final = ((SAME_PRE, SAME_POST), (MIXED_PRE, MIXED_POST))


@dataclass(frozen=True, slots=True)
class WindowEffect:
    """The matched effect in one window of days and kilometres; NaN if there is none.

    Attributes
    ----------
    n_control, n_treatment : matched units; n_control_all, n_treatment_all : before matching.
    effect, standard_error, p_value : weighted least squares, dependent events per treatment.
    p_permutation : labels permuted within strata; p_adjusted : largest statistic over all windows.
    detectable : the effect found in 80% of records by the permutation test at 5%.
    ring : effect in the ring between the next smaller window of km and this one.
    placebo, p_placebo : the same regression on the window of days before the one of `pre`.
    same_overlap, mixed_overlap : share of units whose window holds another of the same, of the
        other kind (violations of the stable unit treatment value assumption).
    imbalance_before, imbalance_after : multivariate L1.
    note : why there is no estimate, or "".
    """

    days: int
    km: float
    n_control: int
    n_treatment: int
    n_control_all: int
    n_treatment_all: int
    effect: float
    standard_error: float
    p_value: float
    p_permutation: float
    p_adjusted: float
    detectable: float
    ring: float
    placebo: float
    p_placebo: float
    same_overlap: float
    mixed_overlap: float
    imbalance_before: float
    imbalance_after: float
    note: str


@dataclass(frozen=True, slots=True, repr=False)
class MatchedWakes:
    """Matched wakes of all windows, in order of days and then km.

    Attributes
    ----------
    effects : one per window. before, after : (W, N) counts of dependent events.
    treated : (N,). matchings : one per window.
    """

    effects: tuple[WindowEffect, ...]
    before: Array
    after: Array
    treated: NDArray[np.bool_]
    matchings: tuple[Matching, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per window, with the attributes of `WindowEffect` as columns."""
        import pandas as pd

        return pd.DataFrame([asdict(effect) for effect in self.effects])

    def __repr__(self) -> str:
        n = int(self.treated.sum())
        return (
            f"<MatchedWakes: {len(self.effects)} windows, {n} treatments and "
            f"{len(self.treated) - n} controls; .to_frame()>"
        )

    def _repr_html_(self) -> str:
        shown = ["days", "km", "n_treatment", "n_control", "effect", "p_permutation", "note"]
        return str(self.to_frame()[shown].to_html(index=False, float_format="{:.3g}".format))


def matched_wake(
    events: pd.DataFrame,
    *,
    windows_days: Sequence[int],
    windows_km: Sequence[float],
    treatment: str,
    control: str,
    dependent: str,
    match_on: Sequence[str],
    mode: Mode = "default",
    kind: str = "type",
    time: str = "timestamp",
    latitude: str = "lat",
    longitude: str = "lon",
    unit: str | None = None,
    distances: Array | None = None,
    replicates: int = 999,
    seed: int = 0,
) -> MatchedWakes:
    """Return the effect of treatments against matched controls on dependent events around them.

    Units are matched on `match_on`, the trend of dependent events before, and previous treatments
    and controls, each coarsened by Sturges' rule. The effect is the coefficient of treatment in
    the weighted regression of dependent events after on those before and treatment.

    Parameters
    ----------
    events : one row per event. windows_days : days, above 0. windows_km : 0 or more.
        Both ascend.
    treatment, control, dependent : values of the column `kind`.
    match_on : numeric columns that every treatment and control has.
    mode : "default" is independent of the order of rows: events of one day count neither as before
        nor as after each other. It estimates the effect wherever treatment is identified, and
        permutes. "compat" computes what the R package `mwa` 0.5 computes.
    unit, distances : column with indices into the (U, U) distances in km, in place of coordinates.
    replicates : permutations, default mode only.

    Raises
    ------
    DataError
        A column is missing, a value of a treatment or control is not finite, or a kind is absent.
    TypeError, ValueError
        `events` is no DataFrame; windows are not finite numbers in ascending order; or `match_on`
        is not text.

    References
    ----------
    Schutte & Donnay (2014), Political Geography 41, doi:10.1016/j.polgeo.2014.03.001.
    Iacus, King & Porro (2012), Political Analysis 20, doi:10.1093/pan/mpr013.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> events = pd.DataFrame(
    ...     {
    ...         "type": rng.choice(["raid", "patrol", "attack"], 300),
    ...         "timestamp": np.datetime64("2015-01-01") + rng.integers(0, 1500, 300),
    ...         "lat": rng.normal(28, 1, 300),
    ...         "lon": rng.normal(66, 1, 300),
    ...         "population": rng.lognormal(10, 1, 300),
    ...     }
    ... )
    >>> matched_wake(
    ...     events,
    ...     windows_days=[30, 60],
    ...     windows_km=[50],
    ...     treatment="raid",
    ...     control="patrol",
    ...     dependent="attack",
    ...     match_on=["population"],
    ...     replicates=99,
    ... )
    <MatchedWakes: 2 windows, ... treatments and ... controls; .to_frame()>
    """
    check_frame("events", events, "one row per event")
    days = _check_windows(
        "windows_days", windows_days, "numbers of days, above 0, ascending, such as [30, 60]"
    )
    km = _check_windows(
        "windows_km", windows_km, "kilometres, 0 or more, ascending, such as [25, 50]", zero=True
    )
    match_on = check_names("match_on", match_on, may_be_empty=True)
    replicates, seed = check_whole("replicates", replicates, 0), check_whole("seed", seed, 0)
    if mode not in get_args(Mode):
        raise ValueError(f"mode is {mode!r}; expected 'default' or 'compat'")
    where = [unit] if unit is not None else [latitude, longitude]
    _check(events, [kind, time, *where, *match_on], kind, (treatment, control, dependent))
    frame = events.assign(_day=_days(events[time]))
    if mode == "compat":
        frame = frame.sort_values(time, kind="stable")
    else:
        frame = frame.sort_values(["_day", kind, *where, *match_on], kind="stable")
    names = {treatment: TREATMENT, control: CONTROL, dependent: DEPENDENT}
    kinds = frame[kind].map(names).fillna(OTHER).to_numpy().astype(np.int8)
    counts = count_wakes(
        frame["_day"].to_numpy(dtype=np.int64),
        kinds,
        _places(frame, where, distances),
        days,
        km,
        mode=mode,
    )
    covariates = frame[list(match_on)].to_numpy(dtype=np.float64)[counts.event]
    if not np.isfinite(covariates).all():
        worst = match_on[int(np.argwhere(~np.isfinite(covariates))[0, 1])]
        raise DataError(
            "a treatment or control has no finite number",
            column=worst,
            hint="Fill it or leave the event out",
        )
    treated = kinds[counts.event] == TREATMENT
    return _estimate(counts, covariates, treated, days, km, mode, replicates, seed)


def _estimate(
    counts: WakeCounts,
    covariates: Array,
    treated: NDArray[np.bool_],
    windows_days: tuple[int, ...],
    windows_km: tuple[float, ...],
    mode: Mode,
    replicates: int,
    seed: int,
) -> MatchedWakes:
    windows = [(w, s) for w in range(len(windows_days)) for s in range(len(windows_km))]
    field = counts.counts
    before = np.stack([field[:, PRE, w, s] for w, s in windows])
    after = np.stack([field[:, POST, w, s] for w, s in windows])
    matchings, matrices = [], []
    for w, s in windows:
        history = field[:, (TREND, SAME_PRE, MIXED_PRE), w, s]
        matrices.append(np.column_stack([covariates, history]))
        matchings.append(_match(matrices[-1], treated, counts.complete[:, w]))
    if mode == "compat":
        replicates = 0
    permuted = permuted_effects(before, after, treated, matchings, replicates=replicates, seed=seed)
    spread = permuted.std(axis=0) if replicates > 0 else np.full(len(windows), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        extreme = np.nan_to_num(np.abs(permuted / spread)).max(axis=1, initial=0.0)
    effects = []
    for v, (w, s) in enumerate(windows):
        matching = matchings[v]
        fit = linear_effect(before[v], after[v], treated, matching.weight)
        note = _note(fit.effect, fit.p_value, fit.adjusted, mode)
        effect = np.nan if note else fit.effect
        complete = counts.complete[:, w]
        inner = field[:, :, w, s - 1] if s > 0 else np.zeros_like(field[:, :, w, s])
        ring = field[:, :, w, s] - inner
        lead = linear_effect(before[v], field[:, LEAD, w, s], treated, matching.weight)
        same, mixed = (field[complete][:, pair, w, s] for pair in _OVERLAPS)
        kept = matching.matched
        effects.append(
            WindowEffect(
                days=windows_days[w],
                km=windows_km[s],
                n_control=int((kept & ~treated).sum()),
                n_treatment=int((kept & treated).sum()),
                n_control_all=int((complete & ~treated).sum()),
                n_treatment_all=int((complete & treated).sum()),
                effect=effect,
                standard_error=np.nan if note else fit.standard_error,
                p_value=np.nan if note else fit.p_value,
                p_permutation=_share(np.abs(permuted[:, v]), abs(effect)),
                p_adjusted=_share(extreme, abs(effect) / spread[v] if spread[v] > 0 else 0.0)
                if replicates > 0
                else np.nan,
                detectable=DETECTABLE_ERRORS * float(spread[v]),
                ring=linear_effect(ring[:, PRE], ring[:, POST], treated, matching.weight).effect,
                placebo=lead.effect,
                p_placebo=lead.p_value,
                same_overlap=float((same > 0).any(axis=1).mean()) if complete.any() else np.nan,
                mixed_overlap=float((mixed > 0).any(axis=1).mean()) if complete.any() else np.nan,
                imbalance_before=imbalance(matrices[v][complete], treated[complete]),
                imbalance_after=imbalance(
                    matrices[v][complete], treated[complete], matching.weight[complete]
                ),
                note=note,
            )
        )
    return MatchedWakes(tuple(effects), before, after, treated, tuple(matchings))


def _match(covariates: Array, treated: NDArray[np.bool_], complete: NDArray[np.bool_]) -> Matching:
    """Match the complete wakes; the others keep weight 0."""
    n = len(treated)
    stratum = np.zeros(n, dtype=np.int64)
    matched, weight = np.zeros(n, dtype=np.bool_), np.zeros(n)
    if complete.any():
        kept = covariates[complete]
        bins = np.stack([coarsen(column, sturges_cuts(column)) for column in kept.T], axis=1)
        part = match_exactly(bins, treated[complete])
        stratum[complete], matched[complete] = part.stratum, part.matched
        weight[complete] = part.weight
    return Matching(stratum, matched, weight)


def _note(effect: float, p_value: float, adjusted: bool, mode: Mode) -> str:
    if np.isnan(effect):
        return "treatment is not identified"
    if mode == "compat" and not adjusted:
        return "counts before are all equal"
    if mode == "compat" and np.isnan(p_value):
        return "the fit leaves no residual"
    return ""


def _share(permuted: Array, observed: float) -> float:
    """Return the share of permutations at least as far from zero, the observed one included."""
    permuted = permuted[~np.isnan(permuted)]
    if len(permuted) == 0 or np.isnan(observed):
        return float("nan")
    return float((1 + (permuted >= observed - 1e-9).sum()) / (1 + len(permuted)))


def _places(frame: pd.DataFrame, where: list[str], distances: Array | None) -> Places:
    nothing = np.zeros(0)
    if len(where) == 1:
        if distances is None:
            raise ValueError("distances is None; expected (U, U) km between the units")
        unit = frame[where[0]].to_numpy(dtype=np.int64)
        return Places(nothing, nothing, unit, np.asarray(distances, dtype=np.float64))
    latitude, longitude = (np.radians(frame[c].to_numpy(dtype=np.float64)) for c in where)
    return Places(latitude, longitude, np.zeros(0, dtype=np.int64), np.zeros((0, 0)))


def _days(times: pd.Series[str]) -> NDArray[np.int64]:
    import pandas as pd

    return pd.to_datetime(times).to_numpy().astype("datetime64[D]").astype(np.int64)


def _check_windows(
    what: str, windows: object, expected: str, *, zero: bool = False
) -> tuple[Any, ...]:
    if isinstance(windows, str) or not isinstance(windows, Iterable):
        raise wrong_type(what, windows, expected)
    sizes = tuple(windows)
    if not all(isinstance(size, Real) and not isinstance(size, bool) for size in sizes):
        raise wrong_type(what, windows, expected)
    if not (sizes and all(map(isfinite, sizes)) and (sizes[0] > 0 or (zero and sizes[0] == 0))):
        raise ValueError(f"{what} is {list(sizes)}; expected {expected}")
    if any(b <= a for a, b in pairwise(sizes)):
        raise ValueError(f"{what} is {list(sizes)}; expected {expected}")
    return sizes


def _check(
    events: pd.DataFrame, columns: list[str], kind: str, kinds: tuple[str, str, str]
) -> None:
    missing = [name for name in columns if name not in events.columns]
    if missing:
        raise DataError(
            "no such column",
            column=missing[0],
            expected=", ".join(columns),
            hint=f"The columns are {', '.join(map(str, events.columns))}",
        )
    absent = [name for name in kinds if not (events[kind] == name).any()]
    if absent:
        raise DataError(
            "no event is of this kind",
            column=kind,
            value=absent[0],
            expected=f"treatment, control and dependent events, all needed; none is {absent[0]!r}",
            hint="Check the spelling of the three names",
        )
