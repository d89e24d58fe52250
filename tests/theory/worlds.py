"""The simulated worlds of the shipped error rates: of the size of the record of Balochistan."""

from __future__ import annotations

from dataclasses import replace

from tests.theory.measured_record import load_record

from tarazu.evidence.daily_counts import to_daily_counts
from tarazu.evidence.simulated.world import HORIZON, Frame, World, frame_of, simulate_record

__all__ = ["ALL_OFF", "ATTACKS", "HORIZON", "OPERATIONS", "YEARS"]
__all__ += ["Frame", "World", "frame", "simulate_record"]

YEARS = 30
ATTACKS, OPERATIONS = 420, 90
ALL_OFF = {"drift": 0.0, "bursts": 0, "ties": 0.0, "gaps": False}


def frame() -> Frame:
    """Return the districts and days of the record, with the numbers that were fixed for it."""
    place = frame_of(to_daily_counts(load_record()))
    return replace(place, attacks=ATTACKS, operations=OPERATIONS)
