"""Does violence grow from small beginnings, and where does it come to rest: draw by draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tarazu.engine import Places
from tarazu.engine.inputs import first_state
from tarazu.engine.threshold import (
    ClosedMap,
    feedback_number,
    find_resting_point,
    reproduction_number,
)
from tarazu.model.stocks import MILITANTS
from tarazu.study.case import Case
from tarazu.study.uncertainty import share_of

FloatArray = NDArray[np.float64]

STARTS: Final = (1e-3, 50.0)  # militants at a low and at a high start, times those drawn
APART: Final = 0.1  # resting points whose militants differ by more than this share are two


@dataclass(frozen=True, slots=True, eq=False)
class Thresholds:
    """What the threshold analysis found in each draw.

    Attributes
    ----------
    table : a row a draw: reproduction (R_v; NaN where it is not defined), reason (why not),
        growth (weekly growth factor where nobody is violent; NaN where violence needs no
        violence), from_low and from_high (militants at rest from a low and a high start; NaN where
        none was found), growth_at_rest (dominant eigenvalue of the weekly map at rest, from the
        high start), feedback (recruits that one more militant causes there; see
        `feedback_number`), is_bistable.
    """

    hypothesis: str
    portfolio: str
    table: pd.DataFrame

    def summary(self) -> dict[str, object]:
        """Return shares of draws with their intervals (90 %), and quantiles of R_v."""
        table = self.table
        known = table["reproduction"].dropna()
        rested = table.dropna(subset=["from_low", "from_high"])
        quantiles = known.quantile([0.05, 0.5, 0.95]).tolist() if len(known) else [np.nan] * 3
        reasons = table.loc[table["reproduction"].isna(), "reason"]
        return {
            "hypothesis": self.hypothesis,
            "portfolio": self.portfolio,
            "n_draws": len(table),
            "n_with_number": len(known),
            "reproduction_q05": quantiles[0],
            "reproduction_median": quantiles[1],
            "reproduction_q95": quantiles[2],
            **share_of((known.to_numpy() > 1.0).astype(float)).columns("above_one"),
            "n_at_rest": len(rested),
            "feedback_q05": table["feedback"].quantile(0.05),
            "feedback_median": table["feedback"].median(),
            "feedback_q95": table["feedback"].quantile(0.95),
            **share_of(rested["is_bistable"].to_numpy(dtype=float)).columns("bistable"),
            "most_common_reason": "" if reasons.empty else str(reasons.mode()[0]),
        }


def find_thresholds(
    case: Case, *, progress: Callable[[int, int], None] | None = None
) -> Thresholds:
    """Return R_v, growth and resting points in each draw, for one average district.

    The district has the mean population and urban share of the region and no neighbours, so that
    hundreds of draws can be looked at; levers are those of the first week, averaged by population.

    Parameters
    ----------
    case : draws of the parameters under one hypothesis and policy.
    progress : told how many draws are done, and of how many.

    Raises
    ------
    SimulationError
        A draw leaves the range in which the model means anything.
    """
    place, levers = _average(case)
    rows = []
    for draw, parameters in enumerate(case.parameters):
        rows.append(_look(case, parameters, levers, place))
        if progress is not None:
            progress(draw + 1, len(case.parameters))
    return Thresholds(case.hypothesis.name, case.portfolio, pd.DataFrame(rows))


def _average(case: Case) -> tuple[Places, FloatArray]:
    """Return one district in the place of all, and its (L, 1) levers in the first week."""
    weight = case.places.population / case.places.population.sum()
    place = Places(
        ("average",),
        np.array([case.places.population.mean()]),
        np.array([float(case.places.urban_share @ weight)]),
        np.zeros((1, 1)),
    )
    return place, (case.levers[:, 0, :] @ weight)[:, None]


def _look(
    case: Case, parameters: FloatArray, levers: FloatArray, place: Places
) -> dict[str, object]:
    model = case.model
    closed = ClosedMap(model, parameters, levers, places=place)
    start = first_state(model, parameters, places=place)
    recruitment = [
        name
        for name, transfer in model.transfers.items()
        if transfer.target in MILITANTS and transfer.source not in MILITANTS
    ]
    found = reproduction_number(closed, start, violent=MILITANTS, recruitment=recruitment)
    at = [[*model.stocks].index(name) for name in MILITANTS]
    rests = []
    for factor in STARTS:
        moved = start.copy()
        moved[at] *= factor
        rests.append(find_resting_point(closed, closed.close(moved, start)))
    militants = [float(point.state[at].sum()) if point.is_settled else np.nan for point in rests]
    low, high = militants
    return {
        "reproduction": np.nan if found.number is None else found.number,
        "reason": found.reason,
        "growth": found.eigenvalue,
        "from_low": low,
        "from_high": high,
        "growth_at_rest": rests[1].eigenvalue,
        "feedback": feedback_number(
            closed, rests[1].state, violent=MILITANTS, recruitment=recruitment
        ),
        "is_bistable": bool(abs(high - low) > APART * max(high, low, 1.0)),
    }
