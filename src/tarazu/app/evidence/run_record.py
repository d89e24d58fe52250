"""The record that the findings of a run are of, as its folder describes it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tarazu.app import words
from tarazu.app.evidence.counts import KINDS
from tarazu.core.errors import DataError
from tarazu.core.files.reading import read_file

FILE: Final = "record.json"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A record without its events.

    Attributes
    ----------
    title : of its source. start, end : its days. events : in it. kinds : events by who began them.
    inputs : SHA-256 by name of what it was made from.
    """

    title: str
    start: str
    end: str
    events: int
    kinds: dict[str, int]
    inputs: dict[str, str]

    def describe(self) -> str:
        """Return what it holds, and that it cannot be drawn, in words."""
        kinds = [
            f"{words.amount(self.kinds[kind])} {words.fill(f'event_{kind}')}"
            for kind in KINDS
            if self.kinds.get(kind)
        ]
        return words.fill(
            "evidence_other",
            title=self.title,
            start=self.start,
            end=self.end,
            events=words.amount(self.events),
            kinds=", ".join(kinds),
        )


def run_record(folder: Path | None) -> RunRecord | None:
    """Return the record of a run's folder; None where there is no such file.

    Raises
    ------
    DataError
        The file is not as a run writes it.
    """
    if folder is None or not (file := folder / FILE).is_file():
        return None
    try:
        found = json.loads(read_file(file))
        return RunRecord(
            str(found["title"]),
            str(found["start"]),
            str(found["end"]),
            int(found["events"]),
            {str(kind): int(number) for kind, number in found["by_initiator"].items()},
            {str(name): str(sha) for name, sha in found["inputs"].items()},
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise DataError(
            "the file does not describe a record",
            file=file,
            expected="record.json as `tarazu run` of this version writes it",
            hint="Run it again, or start the lab without this folder",
        ) from error
