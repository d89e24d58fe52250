"""Thresholds in each draw: reproduction number of violence, and its equilibria from two starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tarazu.engine import Districts
from tarazu.engine.inputs import first_state
from tarazu.engine.mean_field.equilibria import ClosedMap, Equilibrium, find_equilibrium
from tarazu.engine.mean_field.reproduction import (
    Feedback,
    feedback_number,
    growth_elasticities,
    reproduction_number,
)
from tarazu.model import Model
from tarazu.model.stocks import IMPORTATION, MILITANTS
from tarazu.study.analysis.uncertainty import Estimate, share_of
from tarazu.study.setup.reproduction import average_district, recruitment_of
from tarazu.study.setup.scenario import Scenario

FloatArray = NDArray[np.float64]

STARTS: Final = (1e-3, 50.0)  # militants at a low and at a high start, times those drawn
EQUILIBRIA: Final = ("from_low", "from_high")
LEADING: Final = 10  # parameters that are listed by their elasticity
APART: Final = 0.1  # equilibria whose militants differ by more than this share are two


@dataclass(frozen=True, slots=True, eq=False)
class Thresholds:
    """Results of the threshold analysis in each draw.

    Attributes
    ----------
    table : one row per draw: reproduction (R_v; NaN where it is not defined), reason (why not),
        growth (weekly growth factor where nobody is violent; NaN where no equilibrium without
        violence exists), from_low and from_high (militants at the equilibrium reached from a low
        and from a high start; NaN where none was found), growth_at_equilibrium (dominant
        eigenvalue of the weekly map at the equilibrium from the high start; NaN where none was
        found), feedback and net_recruits (effect of one more militant there; see `Feedback`; NaN
        likewise), is_bistable.
    elasticities : one row per draw of those analysed in which the high start reached an
        equilibrium, one column per parameter; see `growth_elasticities`.
    """

    hypothesis: str
    policy: str
    table: pd.DataFrame
    elasticities: pd.DataFrame

    def leading_elasticities(self) -> pd.DataFrame:
        """Return the ten parameters of largest median absolute elasticity, over draws.

        Columns: parameter, median, low and high (5% and 95% quantile), n (draws).
        """
        known = self.elasticities.dropna(axis="columns", how="all")  # all, where no draw settled
        names = known.abs().median().sort_values(ascending=False, kind="stable").index[:LEADING]
        rows = known[names].quantile([0.5, 0.05, 0.95]).T
        rows.columns = pd.Index(["median", "low", "high"])
        return rows.rename_axis("parameter").reset_index().assign(n=len(known))

    def levels(self) -> dict[str, tuple[float, float, float, int]]:
        """Return median, 5% and 95% quantile over draws, and their number, of each column."""
        found = {}
        for name in (
            "reproduction",
            "growth",
            "feedback",
            "net_recruits",
            "growth_at_equilibrium",
            *EQUILIBRIA,
        ):
            known = self.table[name].dropna()
            low, middle, high = known.quantile([0.05, 0.5, 0.95]) if len(known) else (np.nan,) * 3
            found[name] = float(middle), float(low), float(high), len(known)
        return found

    def shares(self) -> dict[str, tuple[Estimate, int]]:
        """Return the shares of draws with R_v above 1 and with two equilibria, and of how many."""
        known = self.table["reproduction"].dropna().to_numpy()
        settled = self.table.dropna(subset=[*EQUILIBRIA])["is_bistable"].to_numpy(dtype=float)
        above = (known > 1.0).astype(float)
        return {
            "above_one": (share_of(above), len(above)),
            "bistable": (share_of(settled), len(settled)),
        }

    def reason(self) -> str:
        """Return why R_v is not defined, in most of the draws in which it is not; "" if it is."""
        reasons = self.table.loc[self.table["reproduction"].isna(), "reason"]
        return "" if reasons.empty else str(reasons.mode()[0])


def find_thresholds(
    scenario: Scenario, *, elastic: int = 0, progress: Callable[[int, int], None] | None = None
) -> Thresholds:
    """Return R_v, growth and equilibria in each draw, for one average district.

    The district has the mean population and urban share of the region and no neighbours, so that
    hundreds of draws can be analysed; levers are those of the first week, averaged by population.

    Parameters
    ----------
    scenario : draws of the parameters under one hypothesis and policy.
    elastic : number of draws, from the first, for which elasticities are computed (about a second
        each).
    progress : called with the number of draws that are done, and of all.

    Raises
    ------
    SimulationError
        A draw leaves the range in which the model is defined.
    """
    place, levers = average_district(scenario)
    rows, elasticities = [], []
    for draw, parameters in enumerate(scenario.parameters):
        row, closed, found = _analyse(scenario.model, parameters, levers, place)
        rows.append(row)
        if draw < elastic and found.is_settled:
            elasticities.append(growth_elasticities(closed, found.state, violent=MILITANTS))
        if progress is not None:
            progress(draw + 1, len(scenario.parameters))
    shown = pd.DataFrame(elasticities, columns=[*scenario.model.parameters], dtype=float)
    return Thresholds(scenario.hypothesis.name, scenario.policy.name, pd.DataFrame(rows), shown)


def _analyse(
    model: Model, parameters: FloatArray, levers: FloatArray, place: Districts
) -> tuple[dict[str, object], ClosedMap, Equilibrium]:
    """Return the row of one draw, its map, and the equilibrium from the high start."""
    closed = ClosedMap(model, parameters, levers, districts=place)
    start = first_state(model, parameters, districts=place)
    recruitment = recruitment_of(model)
    found = reproduction_number(
        closed, start, violent=MILITANTS, recruitment=recruitment, set_aside=(IMPORTATION,)
    )
    at = [[*model.stocks].index(name) for name in MILITANTS]
    equilibria = []
    for factor in STARTS:
        moved = start.copy()
        moved[at] *= factor
        equilibria.append(find_equilibrium(closed, closed.close(moved, start)))
    low, high = (
        float(point.state[at].sum()) if point.is_settled else np.nan for point in equilibria
    )
    from_high = equilibria[1]
    growth, feedback = np.nan, Feedback(np.nan, np.nan)
    if from_high.is_settled:
        growth = from_high.eigenvalue
        feedback = feedback_number(
            closed, from_high.state, violent=MILITANTS, recruitment=recruitment
        )
    row: dict[str, object] = {
        "reproduction": np.nan if found.number is None else found.number,
        "reason": found.reason,
        "growth": found.eigenvalue,
        "from_low": low,
        "from_high": high,
        "growth_at_equilibrium": growth,
        "feedback": feedback.eigenvalue,
        "net_recruits": feedback.net_recruits,
        "is_bistable": bool(abs(high - low) > APART * max(high, low, 1.0)),
    }
    return row, closed, from_high
