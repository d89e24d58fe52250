"""A record with its initiators drawn again at the error rate that was measured by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from tarazu.record import Record, measured_check
from tarazu.record.vocabulary import DEATHS

SIDES: Final = ("militant", "state", "unclear")
UNDECIDED: Final = ("?", "?c")  # by hand, too: counted as agreement with the code
PRIOR: Final = 0.5  # Jeffreys: added to every count of the hand-read sample
_ORDER: Final = ("date", "date_precision", "district", "initiator", "initiator_rule", "target")
_TIES: Final = ("tactic", "group", "movement", "zero_best", "group_site", "active_year", *DEATHS)


def draw_initiators(record: Record, replicate: int) -> Record | None:
    """Return the record with initiators as they might truly be; None where rates are unmeasured.

    For each initiator that the rules gave, the share of events that a reader by hand gave to each
    side is drawn from its posterior (Dirichlet, Jeffreys prior, headline sample); each event is
    then drawn from those shares. Events of other actors stay as they are. Equal events are
    exchangeable, so the draw does not depend on the order of rows.

    Parameters
    ----------
    replicate : which draw, from 0; equal numbers give equal draws.
    """
    check = measured_check(record)
    sample = None if check is None else check.sample(check.headline)
    if sample is None:
        return None
    rng = np.random.default_rng([20260101, replicate])
    events = _one_row_an_event(record.events)
    initiator = events["initiator"].to_numpy(dtype=object)
    for coded in SIDES:
        seen = np.array(
            [sample.confusion.get(hand, {}).get(coded, 0) for hand in SIDES[:2]] + [0.0]
        )
        agreed = SIDES.index(coded)
        seen[agreed] += sum(sample.confusion.get(hand, {}).get(coded, 0) for hand in UNDECIDED)
        possible = np.array([1.0, 1.0, coded == "unclear"])  # a clear event is one side's
        share = rng.dirichlet((seen + PRIOR)[possible > 0])
        mine = np.flatnonzero(events["initiator"] == coded)
        initiator[mine] = rng.choice(
            np.array(SIDES, dtype=object)[possible > 0], len(mine), p=share
        )
    note = f"initiators drawn at the measured error rate ({replicate})"
    return replace(
        record,
        events=events.assign(initiator=pd.Series(initiator, dtype=events["initiator"].dtype)),
        selection=(*record.selection, note),
    )


def _one_row_an_event(events: pd.DataFrame) -> pd.DataFrame:
    """Split rows that stand for several equal events, in an order that equal records share."""
    ordered = events.sort_values([*_ORDER, *_TIES], kind="stable", na_position="last")
    single = ordered.loc[ordered.index.repeat(ordered["count"])].reset_index(drop=True)
    for side in DEATHS:
        single[side] //= single["count"]
    return single.assign(count=1)
