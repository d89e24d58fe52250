"""Types of what `estimate` takes by keyword, for editors and type checkers, by estimator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TypedDict


class PartOfRecord(TypedDict, total=False):
    """The part of a record that is used; see `Record.sel`."""

    start: str | date | None
    end: str | date | None
    districts: str | Sequence[str] | None
    groups: str | Sequence[str] | None


class RetaliationOptions(PartOfRecord, total=False):
    """Options of `retaliation`."""

    horizon: int
    level: float
    refits: int
    moves: int
    draws: int
    seed: int


class WakeOptions(PartOfRecord, total=False):
    """Options of `wake`."""

    horizon: int
    level: float
    replicates: int
    sensitivity_replicates: int
    draws: int
    seed: int


class DisplacementOptions(PartOfRecord, total=False):
    """Options of `displacement`."""

    horizon: int
    level: float
    moves: int
    replicates: int
    draws: int
    seed: int


class DoseOptions(PartOfRecord, total=False):
    """Options of `dose`."""

    weeks: tuple[int, int]
    level: float
    exchanges: int
    moves: int
    draws: int
    imputations: int
    seed: int


class NearRepeatOptions(PartOfRecord, total=False):
    """Options of `near_repeat`."""

    horizon: int
    level: float
    replicates: int
    sensitivity_replicates: int
    draws: int
    seed: int


class TacticsOptions(PartOfRecord, total=False):
    """Options of `tactics`."""

    replicates: int
    sensitivity_replicates: int
    draws: int
    seed: int


class SeverityOptions(PartOfRecord, total=False):
    """Options of `severity`."""

    level: float
    replicates: int
    tail_replicates: int
    draws: int
    imputations: int
    seed: int


class EscalationOptions(PartOfRecord, total=False):
    """Options of `escalation`."""

    level: float
    draws: int


class ReactionOptions(PartOfRecord, total=False):
    """Options of `reaction`."""

    level: float
    moves: int
    latency_moves: int
    draws: int
    seed: int


class GroupsOptions(PartOfRecord, total=False):
    """Options of `groups`."""

    level: float
    replicates: int
    span_replicates: int
    draws: int
    seed: int
