"""Where the page of evidence has its record and its findings from."""

from __future__ import annotations

import threading
from pathlib import Path

from tarazu.app import words
from tarazu.app.evidence.counts import EventCounts, count_events
from tarazu.app.evidence.findings import Findings
from tarazu.app.evidence.run_record import run_record
from tarazu.pipeline.runner import FINDINGS
from tarazu.record import Record, load_record
from tarazu.record.embedded import SHIPPED_FIGURES
from tarazu.region import Region


class Evidence:
    """The record of a region with its findings, read when the page is first asked for.

    Parameters
    ----------
    region : of the lab; its shipped record is shown. run : folder of a run, whose findings are
        shown in place of those that are computed. Counts are shown if its record is the shipped
        one: a run's folder holds none by month and district.
    """

    def __init__(self, region: Region, run: Path | None = None) -> None:
        self.region, self._of_run = region, run_record(run)
        self._lock = threading.Lock()
        self._read: Record | None = None
        self._counts: EventCounts | None = None
        self.findings = Findings(lambda: self.record, run=run_findings(run))

    @property
    def record(self) -> Record | None:
        """The record that ships for the region; None without one."""
        if self.region.name not in SHIPPED_FIGURES:
            return None
        with self._lock:
            if self._read is None:
                self._read = load_record(self.region)
            return self._read

    @property
    def counts(self) -> EventCounts | None:
        """Its events as counts; None without a record, and where the run is of another one."""
        record = self.record
        if record is None or self._is_other(record):
            return None
        if self._counts is None:
            self._counts = count_events(record)
        return self._counts

    @property
    def no_counts(self) -> str:
        """Why there are no counts, in words."""
        if self._of_run is not None:
            return self._of_run.describe()
        return words.fill("evidence_no_record", region=self.region.title)

    def _is_other(self, record: Record) -> bool:
        return self._of_run is not None and self._of_run.inputs != dict(record.inputs)


def run_findings(folder: Path | None) -> Path | None:
    """Return the file of findings in the folder of a run; None where it has none."""
    if folder is None:
        return None
    file = folder / FINDINGS
    return file if file.is_file() else None
