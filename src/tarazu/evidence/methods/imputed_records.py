"""Records in which the deaths of each event are drawn as they might truly be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tarazu.core.arguments import check_whole, wrong_type
from tarazu.evidence.methods.deaths import (
    IMPUTATIONS,
    SOURCE_RANGE,
    WIDER_RANGE,
    draw_deaths,
)
from tarazu.evidence.misclassification import one_row_an_event
from tarazu.record import Record
from tarazu.record.vocabulary import DEATHS

Counts = NDArray[np.int64]


def impute_deaths(
    record: Record, *, imputations: int = IMPUTATIONS, wider: bool = False, seed: int = 0
) -> tuple[Record, ...]:
    """Return copies of a record with deaths drawn around the reported ones, event by event.

    Whatever is computed from deaths, such as `Record.panel`, is computed from each copy, and the
    spread over copies is what uncertainty of the deaths adds. An event with a reported death keeps
    at least one, and the sides keep their shares of the deaths as nearly as whole numbers go.
    Errors that all events of a source share are not in this: see docs/validation/deaths.md.

    Parameters
    ----------
    imputations : number of copies.
    wider : False draws from the range that UCDP's own low and high estimates show; True from a
        wider one, which is assumed.

    Raises
    ------
    ValueError
        Fewer than one copy, or a seed below 0.
    TypeError
        `record` is something else, or a number is not whole.

    Examples
    --------
    >>> import tarazu as tz
    >>> copies = tz.impute_deaths(tz.load_record(), imputations=5, wider=True)
    >>> [int(copy.panel("month")["deaths_militant"].sum()) for copy in copies]
    [...]
    """
    if not isinstance(record, Record):
        raise wrong_type("record", record, "a Record, from load_record() or read_record(path)")
    imputations = check_whole("imputations", imputations, 1)
    seed = check_whole("seed", seed, 0)
    events = one_row_an_event(record.events)
    sides: Counts = events[list(DEATHS)].to_numpy(dtype=np.int64)  # (N, S)
    model = WIDER_RANGE if wider else SOURCE_RANGE
    drawn = draw_deaths(sides.sum(axis=1), model, imputations=imputations, seed=seed)
    law = "wider range" if wider else "range of the source"
    copies = []
    for m, total in enumerate(drawn):
        split = split_deaths(total.astype(np.int64), sides)
        copies.append(
            replace(
                record,
                events=events.assign(**dict(zip(DEATHS, split.T, strict=True))),
                selection=(*record.selection, f"deaths drawn ({law}, seed {seed}, {m})"),
            )
        )
    return tuple(copies)


def split_deaths(total: Counts, sides: Counts) -> Counts:
    """Return (N, S) whole numbers that add up to `total` (N,) in the proportions of `sides`.

    What is left after rounding down goes to the sides with the largest remainders, the first of
    equal ones.

    Examples
    --------
    >>> split_deaths(np.array([7]), np.array([[1, 3, 0, 0]])).tolist()
    [[2, 5, 0, 0]]
    """
    exact = sides * (total / np.maximum(sides.sum(axis=1), 1))[:, None]
    split = np.floor(exact + 1e-9).astype(np.int64)
    rank = np.argsort(np.argsort(split - exact, axis=1, kind="stable"), axis=1)
    return np.asarray(split + (rank < (total - split.sum(axis=1))[:, None]))
