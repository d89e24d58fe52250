"""A record as the daily counts that point-process estimators read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tarazu.core.errors import FitError
from tarazu.record import Record, to_panel


@dataclass(frozen=True, slots=True)
class DailyCounts:
    """Day-dated events by district.

    Attributes
    ----------
    attacks, operations : (T, D) events initiated by militants and by the state.
    calendar_year : (T,).
    neighbours : (D, D).
    n_used, n_dropped : counts of events by name.
    """

    attacks: NDArray[np.int64]
    operations: NDArray[np.int64]
    calendar_year: NDArray[np.int64]
    neighbours: NDArray[np.bool_]
    n_used: dict[str, int]
    n_dropped: dict[str, int]


def count_days(record: Record) -> DailyCounts:
    """Return daily attacks and operations by district, with what was left out.

    Raises
    ------
    FitError
        The record has no day-dated attack with a district.
    """
    panel = to_panel(record, freq="day")
    attacks = panel["attacks"].to_numpy().astype(np.int64)
    operations = panel["operations"].to_numpy().astype(np.int64)
    if attacks.sum() == 0:
        raise FitError(
            "the record holds no attack by militants with a day and a district; "
            "at least one is needed to say what attacks do. Try `tarazu record describe`."
        )
    unclear, other = int(panel["unclear"].sum()), int(panel["other"].sum())
    return DailyCounts(
        attacks=attacks,
        operations=operations,
        calendar_year=panel["time"].dt.year.to_numpy().astype(np.int64),
        neighbours=record.region.adjacency(),
        n_used={"attacks": int(attacks.sum()), "operations": int(operations.sum())},
        n_dropped={
            "not dated to the day": int(panel.attrs["n_dropped_imprecise"]),
            "without district": int(panel.attrs["n_dropped_districtless"]),
            "initiator unclear": unclear,
            "other actors": other,
        },
    )
