"""The marginal effect of one operation, here and next door, from paired draws."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tarazu.core.errors import ScenarioError
from tarazu.engine import Pulse, Trajectory, simulate
from tarazu.model.stocks import MILITANTS
from tarazu.study.analysis.uncertainty import mean_of
from tarazu.study.setup.scenario import Case
from tarazu.study.setup.zones import ALL_ZONES, EVERYWHERE, zones_around

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


def marginal_effect(
    case: Case,
    district: str,
    *,
    week: int = 52,
    horizons: Sequence[int] = HORIZONS,
    replicates: int = 4,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Return what one more operation in one district changes.

    Each draw is run with and without one more operation in one week; both runs share their luck,
    so nothing differs before that week. Sums begin with the operation's own week, for the people
    whom it kills itself, and run on for the weeks of the horizon after it.

    Parameters
    ----------
    case : its levers must reach `week` and the longest horizon.
    district : slug. week : of the operation, 0 for the first.
    horizons : weeks after it. replicates : of luck, a draw.

    Returns
    -------
    pandas.DataFrame
        quantity (attacks, civilians killed, security forces killed: sums from the operation to
        the horizon's end; militants: at its end), zone (here, next door, elsewhere, everywhere),
        weeks; effect with its Monte Carlo interval (90 %); p_fewer, p_more: share of draws with a
        mean effect below and above zero; n_draws.
        Rows ``replaced`` give the replacement ratio everywhere: of the militants whom the
        operation removed by the end of its week, the share that is made good at the horizon
        (above 1: more than made good), as a ratio of means over draws with a jackknife interval.

    Raises
    ------
    ScenarioError
        The district is unknown, or the levers end before the longest horizon.
    """
    zones = _zones(case, district)
    weeks = week + 1 + max(horizons)
    if case.levers.shape[1] < weeks:
        raise ScenarioError(
            f"levers of {case.levers.shape[1]} weeks", expected=f"{weeks} or more weeks"
        )
    draws = len(case.parameters)
    pulse = Pulse(OPERATIONS, week, case.places.names.index(district), count=1)
    change = np.zeros((draws, weeks, len(case.places.names), len(COUNTED) + 1))
    for draw in range(draws):
        with_, without = (
            _run(case, draw, replicates, weeks, pulses, seed) for pulses in ([pulse], [])
        )
        change[draw] = _quantities(with_) - _quantities(without)
        if progress is not None:
            progress(draw + 1, draws)
    rows = []
    for zone in ALL_ZONES:
        local = change[:, :, zones[zone]].sum(axis=2)  # (M, T, K)
        for k, words in enumerate((*COUNTED, ARMED)):
            for horizon in horizons:
                since = local[:, week : week + 1 + horizon, k]
                effect = since[:, -1] if words == ARMED else since.sum(axis=1)
                rows.append(_row(words, zone, horizon, effect))
    militants = change[:, :, :, -1].sum(axis=2)
    for horizon in horizons:
        rows.append(_replacement(-militants[:, week], -militants[:, week + horizon], horizon))
    return pd.DataFrame(rows)


def _run(
    case: Case,
    draw: int,
    replicates: int,
    weeks: int,
    pulses: Sequence[Pulse],
    seed: int,
) -> Trajectory:
    return simulate(
        case.model,
        case.parameters[draw],
        case.levers[:, :weeks],
        districts=case.places,
        seed=seed,
        members=np.arange(draw * replicates, (draw + 1) * replicates),
        weeks=weeks,
        pulses=pulses,
        keep=[*(name for names in COUNTED.values() for name in names), *MILITANTS],
    )


def _quantities(run: Trajectory) -> FloatArray:
    """Return (T, D, K) means over replicates of what is counted, and of militants."""
    parts = [*COUNTED.values(), MILITANTS]
    summed = [np.sum([run.by_district(name) for name in names], axis=0) for names in parts]
    return np.asarray(np.stack(summed, axis=-1).mean(axis=0))


def _zones(case: Case, district: str) -> dict[str, NDArray[np.bool_]]:
    names = case.places.names
    if district not in names:
        raise ScenarioError(f"no district '{district}'", expected=", ".join(names))
    return zones_around(case.places.weights, np.array([name == district for name in names]))


def _row(quantity: str, zone: str, horizon: int, effect: FloatArray) -> dict[str, object]:
    return {
        "quantity": quantity,
        "zone": zone,
        "weeks": horizon,
        **mean_of(effect).columns("effect"),
        "p_fewer": float((effect < 0).mean()),
        "p_more": float((effect > 0).mean()),
        "n_draws": len(effect),
    }


def _replacement(removed: FloatArray, missing: FloatArray, horizon: int) -> dict[str, object]:
    """Return 1 - missing / removed as a ratio of means, with a jackknife interval over draws."""
    n = len(removed)
    row = _row("replaced", EVERYWHERE, horizon, np.zeros(n)) | {
        "p_fewer": np.nan,
        "p_more": np.nan,
    }
    if removed.sum() <= 0:
        return row | mean_of(np.full(1, np.nan)).columns("effect")
    whole = 1.0 - missing.sum() / removed.sum()
    others_removed = removed.sum() - removed
    others = 1.0 - (missing.sum() - missing) / np.where(others_removed > 0, others_removed, np.nan)
    pseudo = n * whole - (n - 1) * others
    around = mean_of(pseudo[np.isfinite(pseudo)])
    half = around.high - around.value
    return row | {"effect": whole, "effect_low": whole - half, "effect_high": whole + half}
