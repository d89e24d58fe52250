"""A record as weekly attacks and operations with the militants killed in each."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tarazu.evidence.daily_counts import tally_events
from tarazu.evidence.dose.local_projection import REACH_WEEKS
from tarazu.record import Record


@dataclass(frozen=True, slots=True)
class DosePanel:
    """Weekly attacks, and operations one by one.

    Attributes
    ----------
    attacks : (T, D) by week and district.
    weeks, districts, doses : (N,) week, district and militants killed of each operation.
    neighbours : (D, D).
    n_used, n_dropped : counts of events by name.
    """

    attacks: NDArray[np.int64]
    weeks: NDArray[np.int64]
    districts: NDArray[np.int64]
    doses: NDArray[np.float64]
    neighbours: NDArray[np.bool_]
    n_used: dict[str, int]
    n_dropped: dict[str, int]


def read_dose_panel(record: Record) -> DosePanel:
    """Return the weekly panel of a record, without operations too near its ends.

    The outcome of an operation reaches 52 weeks ahead and its controls 52 weeks back, so that
    operations in the first and in the last year of the span have no full history or no full
    outcome; they are left out and counted.
    """
    first_days, attacks, _, n_dropped = tally_events(record, "week")
    slugs = {slug: i for i, slug in enumerate(record.region.slugs)}
    events = record.events
    events = events[(events["initiator"] == "state") & (events["date_precision"] <= 3)]
    events = events[events["district"].notna()]
    # Sorted by what they hold, so that the order of rows in the file cannot matter.
    events = events.sort_values(["date", "district", "deaths_militant", "event_id"])
    days = (events["date"].to_numpy().astype("datetime64[D]") - first_days[0]).astype(np.int64)
    # A row that stands for several events spreads its deaths evenly over them.
    times = events["count"].to_numpy()
    weeks = np.repeat(days // 7, times)
    doses = np.repeat(events["deaths_militant"].to_numpy() / times, times)
    districts = np.repeat(events["district"].map(slugs).to_numpy(dtype=np.int64), times)
    return within_reach(
        DosePanel(
            attacks=attacks,
            weeks=weeks,
            districts=districts.astype(np.int64),
            doses=doses.astype(np.float64),
            neighbours=record.region.adjacency(),
            n_used={"attacks": int(attacks.sum()), "operations": len(weeks)},
            n_dropped=n_dropped,
        )
    )


def within_reach(panel: DosePanel) -> DosePanel:
    """Return the panel without operations that lack a year of history or of outcome."""
    keep = (panel.weeks >= REACH_WEEKS) & (panel.weeks < len(panel.attacks) - REACH_WEEKS)
    kept = int(keep.sum())
    lost = len(keep) - kept
    return replace(
        keep_operations(panel, keep),
        n_used=panel.n_used | {"operations": kept},
        n_dropped=panel.n_dropped | {"operations in the first or last year": lost},
    )


def keep_operations(panel: DosePanel, keep: NDArray[np.bool_]) -> DosePanel:
    """Return the panel with some of its operations."""
    return replace(
        panel,
        weeks=panel.weeks[keep],
        districts=panel.districts[keep],
        doses=panel.doses[keep],
        n_used=panel.n_used | {"operations": int(keep.sum())},
    )
