"""The marginal effect of one operation: paired differences between arms that share their luck."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from tarazu.study.analysis.uncertainty import mean_of, share_of
from tarazu.study.runner.block import SUBSETS
from tarazu.study.runner.result import StudyResult
from tarazu.study.setup.policies import HARMLESS, SWEEP, WITHOUT
from tarazu.study.setup.spec import POOLED
from tarazu.study.setup.zones import ALL_ZONES, EVERYWHERE, ZONES

CONTRASTS: Final = {
    "sweep": (SWEEP, WITHOUT),
    "sweep without harm": (HARMLESS, WITHOUT),
    "harm alone": (SWEEP, HARMLESS),
}
"""What is compared: the first arm less the second."""

SMALL: Final = 0.05  # attacks; an expected change below it counts as none

Measure = Literal["attacks", "expected_attacks", "expected_militants"]


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
        reach the dose are in it; n_short counts the others.

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
    return pd.DataFrame(rows)


def paired_draws(result: StudyResult, contrast: str, zone: str) -> pd.DataFrame:
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
        msg = f"study '{result.name}' has no [operation]; nothing is paired in it"
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
    measures: tuple[Measure, ...] = ("attacks", "expected_attacks", "expected_militants")
    change = pd.DataFrame({m: _zone(first, m, zone) - _zone(second, m, zone) for m in measures})
    change["is_kept"] = first["kept"].astype("boolean").fillna(value=False)
    dosed = table[table["policy"] == SWEEP].set_index(keys)["dose_reached"]
    change["is_dosed"] = dosed.reindex(change.index) == 1.0
    draws = change.astype(float).groupby(["hypothesis", "draw", "weeks"]).mean().reset_index()
    return draws.assign(is_kept=draws["is_kept"] == 1.0, is_dosed=draws["is_dosed"] == 1.0)


def _zone(table: pd.DataFrame, measure: Measure, zone: str) -> pd.Series:
    zones = ZONES if zone == EVERYWHERE else (zone,)
    return table[[f"{measure}_{part.replace(' ', '_')}" for part in zones]].sum(axis=1)


def _rows(
    result: StudyResult, draws: pd.DataFrame, keys: Mapping[str, Any]
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
        **mean_of(draws["attacks"].to_numpy(dtype=np.float64)).columns("mean"),
        "expected": float(expected.mean()),
        "expected_q05": float(q05),
        "expected_median": float(median),
        "expected_q95": float(q95),
        **share_of((expected < -SMALL).astype(np.float64)).columns("p_fewer"),
        **share_of((expected > SMALL).astype(np.float64)).columns("p_more"),
    }
