"""The first sentence of a brief, on records in which operations are known to do something."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
import pytest
from tests.theory.worlds import World, frame, simulate_record

from tarazu.evidence import estimate
from tarazu.evidence.battery import assess
from tarazu.evidence.error_rates import SMALLEST_RISE
from tarazu.record import Record, load_record
from tarazu.report.brief.answer import headline

pytestmark = pytest.mark.heavy

RECORDS: Final = 20
RIGHT: Final = 18
SEED: Final = 20261101
TWICE: Final = 2.0  # the effect that is found in 80% of records

PLACE = frame()
SHIPPED = load_record()


def _record(attacks: np.ndarray, operations: np.ndarray) -> Record:
    """A record with these daily counts by district, like the shipped one in all else."""
    days = pd.date_range(SHIPPED.start, periods=len(attacks), unit="s")
    rows = []
    for side, counts in (("militant", attacks), ("state", operations)):
        template = SHIPPED.events[
            (SHIPPED.events["initiator"] == side) & ~SHIPPED.events["zero_best"]
        ].iloc[:1]
        at, where = np.nonzero(counts)
        part = template.loc[template.index.repeat(len(at))].reset_index(drop=True)
        part["date"] = days[at]
        part["date_precision"] = 1
        part["district"] = np.array(SHIPPED.region.slugs)[where]
        part["count"] = counts[at, where]
        rows.append(part)
    events = pd.concat(rows, ignore_index=True).astype(SHIPPED.events.dtypes.to_dict())
    return replace(SHIPPED, events=events.sort_values("date", ignore_index=True))


def _headline(world: World, seed: int) -> str:
    record = _record(*simulate_record(world, PLACE, seed))
    return headline(record, assess([estimate("retaliation", record)]), None)


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("backlash", "Attacks rise after operations", "Attacks fall"),
        ("deterrence", "Attacks fall after operations", "Attacks rise"),
    ],
)
def test_first_sentence__of_planted_worlds(name: str, right: str, wrong: str) -> None:
    """Twice the detectable effect: right in 18 of 20 records or more, the wrong sign in none.

    Twice the detectable fall, 0.59, is more attacks than follow an operation here. Operations then
    prevent all that would come in their district, about 0.44 each: 1.5 times the detectable fall.
    """
    rise = float(estimate("retaliation", SHIPPED).validation[SMALLEST_RISE])
    world = World(effect=TWICE * rise) if name == "backlash" else World(suppression=1.0)
    said = [_headline(world, SEED + i) for i in range(RECORDS)]
    assert not any(words.startswith(wrong) for words in said), said
    assert sum(words.startswith(right) for words in said) >= RIGHT, said
