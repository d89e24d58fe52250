"""Does violence grow from small beginnings, and where does it come to rest: draw by draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tarazu.engine import Districts
from tarazu.engine.inputs import first_state
from tarazu.engine.mean_field.equilibria import (
    ClosedMap,
    RestingPoint,
    feedback_number,
    find_resting_point,
    growth_elasticities,
    reproduction_number,
)
from tarazu.model.stocks import MILITANTS
from tarazu.study.analysis.uncertainty import Estimate, share_of
from tarazu.study.setup.scenario import Case

FloatArray = NDArray[np.float64]

STARTS: Final = (1e-3, 50.0)  # militants at a low and at a high start, times those drawn
RESTS: Final = ("from_low", "from_high")
LEADING: Final = 10  # parameters that are listed by their elasticity
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
        high start; NaN where none was found), feedback (recruits that one more militant causes
        there; see `feedback_number`; NaN likewise), is_bistable.
    elasticities : a row a draw that was looked at and came to rest from the high start, a column
        a parameter; see `growth_elasticities`.
    """

    hypothesis: str
    policy: str
    table: pd.DataFrame
    elasticities: pd.DataFrame

    def leading_elasticities(self) -> pd.DataFrame:
        """Return the ten parameters of largest median absolute elasticity, over draws.

        Columns: parameter, median, low and high (5 and 95 % quantile), n (draws).
        """
        known = self.elasticities.dropna(axis="columns", how="all")  # all, where no draw rests
        names = known.abs().median().sort_values(ascending=False, kind="stable").index[:LEADING]
        rows = known[names].quantile([0.5, 0.05, 0.95]).T
        rows.columns = pd.Index(["median", "low", "high"])
        return rows.rename_axis("parameter").reset_index().assign(n=len(known))

    def levels(self) -> dict[str, tuple[float, float, float, int]]:
        """Return median, 5 and 95 % quantile over draws, and their number, of each column."""
        found = {}
        for name in ("reproduction", "growth", "feedback", "growth_at_rest", *RESTS):
            known = self.table[name].dropna()
            low, middle, high = known.quantile([0.05, 0.5, 0.95]) if len(known) else (np.nan,) * 3
            found[name] = float(middle), float(low), float(high), len(known)
        return found

    def shares(self) -> dict[str, tuple[Estimate, int]]:
        """Return shares of the draws in which a thing is known, and how many those are."""
        known = self.table["reproduction"].dropna().to_numpy()
        rested = self.table.dropna(subset=[*RESTS])["is_bistable"].to_numpy(dtype=float)
        above = (known > 1.0).astype(float)
        return {
            "above_one": (share_of(above), len(above)),
            "bistable": (share_of(rested), len(rested)),
        }

    def reason(self) -> str:
        """Return why R_v is not defined, in most of the draws in which it is not; "" if it is."""
        reasons = self.table.loc[self.table["reproduction"].isna(), "reason"]
        return "" if reasons.empty else str(reasons.mode()[0])


def find_thresholds(
    case: Case, *, elastic: int = 0, progress: Callable[[int, int], None] | None = None
) -> Thresholds:
    """Return R_v, growth and resting points in each draw, for one average district.

    The district has the mean population and urban share of the region and no neighbours, so that
    hundreds of draws can be looked at; levers are those of the first week, averaged by population.

    Parameters
    ----------
    case : draws of the parameters under one hypothesis and policy.
    elastic : of how many draws, from the first, elasticities are computed (a second each).
    progress : told how many draws are done, and of how many.

    Raises
    ------
    SimulationError
        A draw leaves the range in which the model means anything.
    """
    place, levers = _average(case)
    rows, elasticities = [], []
    for draw, parameters in enumerate(case.parameters):
        row, closed, rest = _look(case, parameters, levers, place)
        rows.append(row)
        if draw < elastic and rest.is_settled:
            elasticities.append(growth_elasticities(closed, rest.state, violent=MILITANTS))
        if progress is not None:
            progress(draw + 1, len(case.parameters))
    shown = pd.DataFrame(elasticities, columns=[*case.model.parameters], dtype=float)
    return Thresholds(case.hypothesis.name, case.policy, pd.DataFrame(rows), shown)


def _average(case: Case) -> tuple[Districts, FloatArray]:
    """Return one district in the place of all, and its (L, 1) levers in the first week."""
    weight = case.places.population / case.places.population.sum()
    place = Districts(
        ("average",),
        np.array([case.places.population.mean()]),
        np.array([float(case.places.urban_share @ weight)]),
        np.zeros((1, 1)),
    )
    return place, (case.levers[:, 0, :] @ weight)[:, None]


def _look(
    case: Case, parameters: FloatArray, levers: FloatArray, place: Districts
) -> tuple[dict[str, object], ClosedMap, RestingPoint]:
    """Return the row of one draw, its map, and where it came to rest from the high start."""
    model = case.model
    closed = ClosedMap(model, parameters, levers, districts=place)
    start = first_state(model, parameters, districts=place)
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
    at_rest, feedback = np.nan, np.nan
    if rests[1].is_settled:
        at_rest = rests[1].eigenvalue
        feedback = feedback_number(
            closed, rests[1].state, violent=MILITANTS, recruitment=recruitment
        )
    row: dict[str, object] = {
        "reproduction": np.nan if found.number is None else found.number,
        "reason": found.reason,
        "growth": found.eigenvalue,
        "from_low": low,
        "from_high": high,
        "growth_at_rest": at_rest,
        "feedback": feedback,
        "is_bistable": bool(abs(high - low) > APART * max(high, low, 1.0)),
    }
    return row, closed, rests[1]
