"""The marginal effect of one operation: paired differences between arms that share their luck."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from tarazu.study.arms import HARMLESS, SWEEP, WITHOUT
from tarazu.study.block import SUBSETS
from tarazu.study.operation import ZONES
from tarazu.study.reduce import POOLED
from tarazu.study.result import StudyResult
from tarazu.study.uncertainty import mean_of, share_of

CONTRASTS: Final = {
    "sweep": (SWEEP, WITHOUT),
    "sweep without harm": (HARMLESS, WITHOUT),
    "harm alone": (SWEEP, HARMLESS),
}
"""What is compared: the first arm less the second."""

EVERYWHERE: Final = "everywhere"
SMALL: Final = 0.05  # attacks; an expected change below it counts as none


def paired_differences(result: StudyResult) -> pd.DataFrame:
    """Return the change in attacks that an extra operation makes, by zone and horizon.

    Returns
    -------
    pandas.DataFrame
        subset, hypothesis (or ``pooled``), contrast (of `CONTRASTS`), zone (here, next door,
        elsewhere, everywhere), weeks, n_draws; mean, mean_low, mean_high: of drawn attacks with
        the Monte Carlo interval (90 %); expected, expected_q05, expected_median, expected_q95:
        the mean field's change over draws, which is what the prior leaves open; p_fewer, p_more
        (and _low, _high): share of draws whose expected change is beyond `SMALL`. Only draws that
        reach the dose (`dose_reached`) are in it; n_short counts the others.

    Raises
    ------
    ValueError
        The study is not one of an extra operation.
    """
    if not result.is_operation:
        msg = f"study '{result.name}' has no [operation]; nothing is paired in it"
        raise ValueError(msg)
    table = result.metrics
    reached = table[(table["portfolio"] == SWEEP)].groupby(["hypothesis", "draw"], observed=True)
    enough = reached["dose_reached"].min() == 1.0
    arms = {
        name: arm.set_index(["hypothesis", "draw", "replicate", "weeks"])
        for name, arm in table.groupby("portfolio", observed=True)
    }
    rows: list[dict[str, Any]] = []
    for contrast, (a, b) in CONTRASTS.items():
        for zone in (*ZONES, EVERYWHERE):
            change = pd.DataFrame(
                {
                    name: _zone(arms[a], name, zone) - _zone(arms[b], name, zone)
                    for name in ("attacks", "expected_attacks")
                }
            )
            change["kept"] = arms[a]["kept"]
            draws = change.groupby(["hypothesis", "draw", "weeks"], observed=True).mean()
            for weeks in result.horizons:
                at = draws[draws.index.get_level_values("weeks") == weeks].droplevel("weeks")
                rows += _rows(
                    result, at, enough, {"contrast": contrast, "zone": zone, "weeks": weeks}
                )
    return pd.DataFrame(rows)


def _zone(table: pd.DataFrame, name: str, zone: str) -> pd.Series:
    zones = ZONES if zone == EVERYWHERE else (zone,)
    return table[[f"{name}_{part.replace(' ', '_')}" for part in zones]].sum(axis=1)


def _rows(
    result: StudyResult, draws: pd.DataFrame, enough: pd.Series, keys: dict[str, Any]
) -> list[dict[str, Any]]:
    hypothesis = draws.index.get_level_values("hypothesis")
    is_kept = draws["kept"].fillna(0.0).to_numpy(dtype=float) == 1.0
    dosed = enough.reindex(draws.index).to_numpy(dtype=bool)
    rows = []
    for subset in SUBSETS if result.record_range else SUBSETS[:1]:
        for name in (*(h.name for h in result.hypotheses), POOLED):
            of = np.ones(len(draws), dtype=bool) if name == POOLED else hypothesis == name
            of = of if subset == "all" else of & is_kept
            chosen = draws[of & dosed]
            if not len(chosen):
                continue
            drawn = chosen["attacks"].to_numpy()
            expected = chosen["expected_attacks"].to_numpy()
            mean, fewer, more = (
                mean_of(drawn),
                share_of(1.0 * (expected < -SMALL)),
                share_of(1.0 * (expected > SMALL)),
            )
            q05, median, q95 = np.quantile(expected, [0.05, 0.5, 0.95])
            rows.append(
                {
                    "subset": subset,
                    "hypothesis": name,
                    **keys,
                    "n_draws": len(chosen),
                    "n_short": int((of & ~dosed).sum()),
                    "mean": mean.value,
                    "mean_low": mean.low,
                    "mean_high": mean.high,
                    "expected": float(expected.mean()),
                    "expected_q05": float(q05),
                    "expected_median": float(median),
                    "expected_q95": float(q95),
                    "p_fewer": fewer.value,
                    "p_fewer_low": fewer.low,
                    "p_fewer_high": fewer.high,
                    "p_more": more.value,
                    "p_more_low": more.low,
                    "p_more_high": more.high,
                }
            )
    return rows
