"""A record as counts of attacks and operations by day and district."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tarazu.core.errors import FitError
from tarazu.record import Record
from tarazu.record.panel import PRECISION

Days = NDArray[np.datetime64]


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


def to_daily_counts(record: Record) -> DailyCounts:
    """Return daily attacks and operations by district, with what was left out.

    Raises
    ------
    FitError
        The record has no day-dated attack with a district.
    """
    days, attacks, operations, n_dropped = tally_events(record, "day")
    if attacks.sum() == 0:
        raise FitError(
            "the record has no attack by militants with a day and a district; expected at least "
            "one. Try `tarazu record describe`."
        )
    return DailyCounts(
        attacks=attacks,
        operations=operations,
        calendar_year=days.astype("datetime64[Y]").astype(np.int64) + 1970,
        neighbours=record.region.adjacency(),
        n_used={"attacks": int(attacks.sum()), "operations": int(operations.sum())},
        n_dropped=n_dropped,
    )


def tally_events(
    record: Record, step: Literal["day", "week"]
) -> tuple[Days, NDArray[np.int64], NDArray[np.int64], dict[str, int]]:
    """Return first days of the steps (T,), attacks and operations (T, D), and what was dropped.

    The same events and steps as in `tarazu.record.to_panel`.
    """
    events = record.events
    count = events["count"].to_numpy()
    imprecise = events["date_precision"].to_numpy() > PRECISION[step]
    districtless = events["district"].isna().to_numpy() & ~imprecise
    used = events[~imprecise & ~districtless]
    span = np.array([record.start, np.datetime64(record.end, "D") + 1], dtype="datetime64[D]")
    steps = np.unique(_first_days(np.arange(*span), step))
    place = {slug: i for i, slug in enumerate(record.region.slugs)}
    cell = (
        np.searchsorted(steps, _first_days(used["date"].to_numpy().astype("datetime64[D]"), step)),
        used["district"].map(place).to_numpy(dtype=np.int64),
    )
    times, initiator = used["count"].to_numpy(), used["initiator"].to_numpy()
    attacks, operations = np.zeros((2, len(steps), len(place)), dtype=np.int64)
    np.add.at(attacks, cell, times * (initiator == "militant"))
    np.add.at(operations, cell, times * (initiator == "state"))
    n_dropped = {
        f"not dated to the {step}": int(count[imprecise].sum()),
        "without district": int(count[districtless].sum()),
        "initiator unclear": int(times[initiator == "unclear"].sum()),
        "foreign states": int(times[initiator == "foreign_state"].sum()),
        "other actors": int(times[initiator == "other"].sum()),
    }
    return steps, attacks, operations, n_dropped


def _first_days(days: Days, step: Literal["day", "week"]) -> Days:
    """Return the days, or the Mondays of their weeks."""
    if step == "day":
        return days
    return days - (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
