"""Estimators that gave no finding, and why: one of them does not end the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from traceback import format_exception
from typing import Any

from tarazu.core.errors import TarazuError
from tarazu.evidence.finding import Finding
from tarazu.record import Record


@dataclass(frozen=True, slots=True)
class Failure:
    """An estimator that gave no finding on a record.

    Attributes
    ----------
    name : of the estimator. reason : what stood in the way, one sentence or more.
    is_bug : the error is one of Tarazu, not of the record.
    traceback : of a bug, else "".
    """

    name: str
    reason: str
    is_bug: bool = False
    traceback: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return name and reason, ready for JSON; a traceback has a file of its own."""
        return {"name": self.name, "failed": True, "is_bug": self.is_bug, "reason": self.reason}


def attempt(name: str, record: Record, make: Callable[[str, Record], Finding]) -> Finding | Failure:
    """Return the finding of one estimator, or why there is none.

    Parameters
    ----------
    make : makes the finding. What it raises about its input is an ordinary reason (one armed group,
        no attack); every other exception is a bug.
    """
    try:
        return make(name, record)
    except TarazuError as error:
        return Failure(name, str(error))
    except MemoryError as error:
        what = str(error) or "the system gave no more"
        return Failure(name, f"out of memory ({what}). Use fewer districts or days.")
    except Exception as error:  # noqa: BLE001 - kept apart, with its traceback
        reason = f"internal error: {type(error).__name__}: {error}"
        return Failure(name, reason, is_bug=True, traceback="".join(format_exception(error)))
