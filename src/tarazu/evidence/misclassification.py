"""A record with its initiators drawn again at a measured error rate, or over a stated range."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tarazu.record import Record, SampleCheck, measured_check
from tarazu.record.vocabulary import DEATHS

SIDES: Final = ("militant", "state", "unclear")
UNDECIDED: Final = ("?", "?c")  # by hand, too: counted as agreement with the code
PRIOR: Final = 0.5  # Jeffreys: added to every count of the hand-read sample
# Most events of a side that are the other side's, where nobody measured: the lowest 95% bound of a
# precision on the headline samples of the regions that were read by hand is 70% (9 of 9).
MOST_WRONG: Final = 0.3
_ORDER: Final = ("date", "date_precision", "district", "initiator", "initiator_rule", "target")
_TIES: Final = ("tactic", "group", "movement", "zero_best", "group_site", "active_year", *DEATHS)


def draw_initiators(record: Record, replicate: int) -> Record:
    """Return the record with initiators as they might truly be.

    For each initiator that the rules gave, the share of events that a reader by hand gave to each
    side is drawn from its posterior (Dirichlet, Jeffreys prior, headline sample); each event is
    then drawn from those shares. Where nobody measured the rules on events of this record's
    region, the share of a side that is wrong is drawn evenly from 0 to `MOST_WRONG`, and unclear
    events may be of any side. Events of foreign states and other actors stay as they are. Equal
    events are exchangeable, so the draw does not depend on the order of rows.

    Parameters
    ----------
    replicate : which draw, from 0; equal numbers give equal draws.
    """
    check = measured_check(record)
    sample = None if check is None else check.sample(check.headline)
    rng = np.random.default_rng([20260101, replicate])
    events = one_row_an_event(record.events)
    initiator = events["initiator"].to_numpy(dtype=object)
    for coded in SIDES:
        possible = np.array([True, True, coded == "unclear"])  # a clear event is one side's
        share = _assumed(coded, rng) if sample is None else _measured(coded, sample, possible, rng)
        mine = np.flatnonzero(events["initiator"] == coded)
        initiator[mine] = rng.choice(np.array(SIDES, dtype=object)[possible], len(mine), p=share)
    how = "over a stated range of error rates" if sample is None else "at the measured error rate"
    note = f"initiators drawn {how} ({replicate})"
    return replace(
        record,
        events=events.assign(initiator=pd.Series(initiator, dtype=events["initiator"].dtype)),
        selection=(*record.selection, note),
    )


def _measured(
    coded: str, sample: SampleCheck, possible: NDArray[np.bool_], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return a draw of the true sides' shares among events coded so, from the hand-read sample."""
    seen = np.array([sample.confusion.get(hand, {}).get(coded, 0) for hand in SIDES[:2]] + [0.0])
    agreed = SIDES.index(coded)
    seen[agreed] += sum(sample.confusion.get(hand, {}).get(coded, 0) for hand in UNDECIDED)
    return rng.dirichlet((seen + PRIOR)[possible])


def _assumed(coded: str, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a draw of the true sides' shares where they were not measured."""
    if coded == "unclear":
        return rng.dirichlet(np.ones(len(SIDES)))
    wrong = rng.uniform(0.0, MOST_WRONG)
    return np.array([1.0 - wrong, wrong] if coded == SIDES[0] else [wrong, 1.0 - wrong])


def one_row_an_event(events: pd.DataFrame) -> pd.DataFrame:
    """Split rows that stand for several equal events, in an order that equal records share."""
    ordered = events.sort_values([*_ORDER, *_TIES], kind="stable", na_position="last")
    single = ordered.loc[ordered.index.repeat(ordered["count"])].reset_index(drop=True)
    for side in DEATHS:
        single[side] //= single["count"]
    return single.assign(count=1)
