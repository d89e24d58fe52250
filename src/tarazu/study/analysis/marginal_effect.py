"""Marginal effect of an operation: change of outcomes when one is added, by paired members.

Both routes give changes by zone (here, next door, elsewhere, everywhere) and weeks (the horizon):
`marginal_effect` runs pairs of one scenario, `paired_differences` reads those of a study.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tarazu.core.errors import ScenarioError
from tarazu.engine import Pulse, Trajectory
from tarazu.model.stocks import MILITANTS
from tarazu.study.analysis.uncertainty import mean_of, share_of
from tarazu.study.runner.block import SUBSETS
from tarazu.study.runner.result import StudyTables
from tarazu.study.setup.policies import HARMLESS, SWEEP, WITHOUT
from tarazu.study.setup.scenario import Scenario
from tarazu.study.setup.spec import POOLED
from tarazu.study.setup.zones import (
    ALL_ZONES,
    EVERYWHERE,
    ZONES,
    outcomes_by_zone,
    zones_around,
)

FloatArray = NDArray[np.float64]

HORIZONS: Final = (4, 12, 52, 260)  # weeks
OPERATIONS: Final = "operations"
COUNTED: Final = {
    "attacks": ("attacks",),
    "civilians killed": ("attack_deaths_civilian", "operation_deaths_civilian"),
    "security forces killed": ("attack_deaths_state",),
}
"""What is summed over the horizon, from which series. A body count is never among them."""
SINCE: Final = (
    "Sums begin with the operation's own week, so people killed in it are counted, and run for "
    "the weeks after it that stand beside them. Militants are those at the end of these weeks."
)
ARMED: Final = "militants"
KEEP: Final = (*(name for names in COUNTED.values() for name in names), *MILITANTS)
REPLACEMENT: Final = "replacement ratio"

CONTRASTS: Final = {
    "sweep": (SWEEP, WITHOUT),
    "sweep without harm": (HARMLESS, WITHOUT),
    "harm alone": (SWEEP, HARMLESS),
}
"""What is compared in a study: the first policy less the second."""
MEASURES: Final = ("attacks", "expected_attacks", "expected_militants")
SMALL: Final = 0.05  # attacks; an expected change below it counts as none


def marginal_effect(
    scenario: Scenario,
    district: str,
    *,
    week: int = 52,
    horizons: Sequence[int] = HORIZONS,
    replicates: int = 4,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Return the change that one more operation in one district makes.

    Each member is run with and without one more operation in one week, with common random numbers,
    so nothing differs before that week. Sums begin with the operation's own week, for the people
    killed in it, and run on for the weeks of the horizon after it.

    Parameters
    ----------
    scenario : its levers must reach `week` and the longest horizon.
    district : slug. week : of the operation, 0 for the first.
    horizons : weeks after it. replicates : per draw.
    progress : called with the number of draws that are done, and of all.

    Returns
    -------
    pandas.DataFrame
        quantity (attacks, civilians killed, security forces killed: sums from the operation to
        the horizon's end; militants: at its end), zone, weeks; effect with its Monte Carlo
        interval (90 %); p_fewer, p_more (and _low, _high): share of draws with a mean effect below
        and above zero; n_draws.
        Rows ``replacement ratio`` are for everywhere: of the militants whom the operation removed
        by the end of its week, the share that is replaced at the horizon (above 1: more than all),
        as a ratio of means over draws with a jackknife interval.

    Raises
    ------
    ScenarioError
        The district is unknown, or the levers end before the longest horizon.
    """
    names = scenario.districts.names
    if district not in names:
        raise ScenarioError(
            f"no district '{district}'", value=district, expected=f"one of {', '.join(names)}"
        )
    weeks = week + 1 + max(horizons)
    if scenario.weeks < weeks:
        raise ScenarioError(f"levers of {scenario.weeks} weeks", expected=f"{weeks} or more weeks")
    here = np.array([name == district for name in names])
    zones = list(zones_around(scenario.districts.weights, here).values())
    windows = [slice(week, week + 1 + horizon) for horizon in (0, *horizons)]
    pulse = Pulse(OPERATIONS, week, names.index(district), count=1)
    draws = len(scenario.parameters)
    change = {name: np.zeros((draws, len(windows), len(zones))) for name in (*COUNTED, ARMED)}
    for draw in range(draws):
        members = np.arange(draw * replicates, (draw + 1) * replicates)
        with_, without = (
            _by_quantity(
                scenario.run(draw, members, seed=seed, weeks=weeks, pulses=pulses, keep=KEEP),
                zones,
                windows,
            )
            for pulses in ([pulse], [])
        )
        for name in change:
            change[name][draw] = (with_[name] - without[name]).mean(axis=0)
        if progress is not None:
            progress(draw + 1, draws)
    rows = [
        _row(quantity, zone, horizon, change[quantity][:, h, z])
        for z, zone in enumerate(ALL_ZONES)
        for quantity in change
        for h, horizon in enumerate(horizons, start=1)
    ]
    fewer = -change[ARMED][:, :, ALL_ZONES.index(EVERYWHERE)]
    rows += [
        _replacement(fewer[:, 0], fewer[:, h], horizon)
        for h, horizon in enumerate(horizons, start=1)
    ]
    return pd.DataFrame(rows)


def _by_quantity(
    run: Trajectory, zones: Sequence[NDArray[np.bool_]], windows: Sequence[slice]
) -> dict[str, FloatArray]:
    """Return (R, H, Z) of what is counted, and of militants."""
    found = {}
    for quantity, names in {**COUNTED, ARMED: MILITANTS}.items():
        series = np.sum([run.by_district(name) for name in names], axis=0)
        found[quantity] = outcomes_by_zone(
            series, zones, windows, "end" if quantity == ARMED else "total"
        )
    return found


def _row(quantity: str, zone: str, horizon: int, effect: FloatArray) -> dict[str, Any]:
    return {
        "quantity": quantity,
        "zone": zone,
        "weeks": horizon,
        **_effect(effect),
        **_signs(effect),
        "n_draws": len(effect),
    }


def _effect(change: FloatArray) -> dict[str, float]:
    """Return the mean of paired changes (N,), one per draw, with its Monte Carlo interval."""
    return mean_of(change).columns("effect")


def _signs(change: FloatArray, small: float = 0.0) -> dict[str, float]:
    """Return the shares of draws (N,) with a change beyond `small` to either side."""
    return {
        **share_of((change < -small).astype(np.float64)).columns("p_fewer"),
        **share_of((change > small).astype(np.float64)).columns("p_more"),
    }


def _replacement(removed: FloatArray, missing: FloatArray, horizon: int) -> dict[str, Any]:
    """Return 1 - missing / removed as a ratio of means, with a jackknife interval over draws."""
    n = len(removed)
    row = _row(REPLACEMENT, EVERYWHERE, horizon, np.zeros(n))
    row |= {name: np.nan for name in row if name.startswith(("p_fewer", "p_more"))}
    if removed.sum() <= 0:
        return row | _effect(np.full(1, np.nan))
    whole = 1.0 - missing.sum() / removed.sum()
    others_removed = removed.sum() - removed
    others = 1.0 - (missing.sum() - missing) / np.where(others_removed > 0, others_removed, np.nan)
    pseudo = n * whole - (n - 1) * others
    around = mean_of(pseudo[np.isfinite(pseudo)])
    half = around.high - around.value
    return row | {"effect": whole, "effect_low": whole - half, "effect_high": whole + half}


_PAIR_COLUMNS: Final = (
    *("subset", "hypothesis", "contrast", "zone", "weeks", "n_draws", "n_short"),
    *("effect", "effect_low", "effect_high"),
    *("expected", "expected_q05", "expected_median", "expected_q95"),
    *("p_fewer", "p_fewer_low", "p_fewer_high", "p_more", "p_more_low", "p_more_high"),
)


def paired_differences(result: StudyTables) -> pd.DataFrame:
    """Return the change in attacks that the extra operation of a study makes.

    Returns
    -------
    pandas.DataFrame
        subset, hypothesis (or ``pooled``), contrast (of `CONTRASTS`), zone, weeks, n_draws;
        effect, effect_low, effect_high: mean change of drawn attacks with its Monte Carlo interval
        (90 %); expected, expected_q05, expected_median, expected_q95: the mean field's change over
        draws, the part that the prior leaves open; p_fewer, p_more (and _low, _high): share of
        draws whose expected change is beyond `SMALL`. Only draws that reach the dose are included;
        n_short counts the others.

    Raises
    ------
    ValueError
        The study is not one of an extra operation.
    """
    rows: list[dict[str, Any]] = []
    for contrast in CONTRASTS:
        for zone in ALL_ZONES:
            draws = paired_draws(result, contrast, zone)
            for weeks in result.horizons:
                keys = {"contrast": contrast, "zone": zone, "weeks": weeks}
                rows += _rows(result, draws[draws["weeks"] == weeks], keys)
    return pd.DataFrame(rows, columns=_PAIR_COLUMNS)


def paired_draws(result: StudyTables, contrast: str, zone: str) -> pd.DataFrame:
    """Return the change in each draw, averaged over replicates.

    Returns
    -------
    pandas.DataFrame
        hypothesis, draw, weeks; attacks (drawn), expected_attacks and expected_militants (mean
        field); is_kept; is_dosed: whether the operation reaches its dose in this draw.

    Raises
    ------
    ValueError
        The study is not one of an extra operation, or has no such contrast or zone.
    """
    if not result.is_operation:
        msg = f"study '{result.name}' has no [operation], so no pairs to compare"
        raise ValueError(msg)
    if contrast not in CONTRASTS or zone not in ALL_ZONES:
        msg = f"no contrast '{contrast}' in zone '{zone}'; there are {[*CONTRASTS]}, {[*ALL_ZONES]}"
        raise ValueError(msg)
    keys = ["hypothesis", "draw", "replicate", "weeks"]
    table = result.metrics.assign(
        hypothesis=result.metrics["hypothesis"].astype(str),
        policy=result.metrics["policy"].astype(str),
    )
    first, second = (table[table["policy"] == name].set_index(keys) for name in CONTRASTS[contrast])
    change = pd.DataFrame({m: _zone(first, m, zone) - _zone(second, m, zone) for m in MEASURES})
    change["is_kept"] = first["kept"].astype("boolean").fillna(value=False)
    dosed = table[table["policy"] == SWEEP].set_index(keys)["dose_reached"]
    change["is_dosed"] = dosed.reindex(change.index) == 1.0
    draws = change.astype(float).groupby(["hypothesis", "draw", "weeks"]).mean().reset_index()
    return draws.assign(is_kept=draws["is_kept"] == 1.0, is_dosed=draws["is_dosed"] == 1.0)


def _zone(table: pd.DataFrame, measure: str, zone: str) -> pd.Series:
    zones = ZONES if zone == EVERYWHERE else (zone,)
    return table[[f"{measure}_{part.replace(' ', '_')}" for part in zones]].sum(axis=1)


def _rows(
    result: StudyTables, draws: pd.DataFrame, keys: Mapping[str, Any]
) -> list[dict[str, Any]]:
    rows = []
    for subset in SUBSETS if result.record_range else SUBSETS[:1]:
        seen = draws if subset == "all" else draws[draws["is_kept"]]
        for name in (*(h.name for h in result.hypotheses), POOLED):
            of = seen if name == POOLED else seen[seen["hypothesis"] == name]
            chosen = of[of["is_dosed"]]
            if len(chosen):
                base = {"subset": subset, "hypothesis": name, **keys}
                base |= {"n_draws": len(chosen), "n_short": len(of) - len(chosen)}
                rows.append(base | _numbers(chosen))
    return rows


def _numbers(draws: pd.DataFrame) -> dict[str, float]:
    expected = draws["expected_attacks"].to_numpy(dtype=np.float64)
    q05, median, q95 = np.quantile(expected, [0.05, 0.5, 0.95])
    return {
        **_effect(draws["attacks"].to_numpy(dtype=np.float64)),
        "expected": float(expected.mean()),
        "expected_q05": float(q05),
        "expected_median": float(median),
        "expected_q95": float(q95),
        **_signs(expected, SMALL),
    }
