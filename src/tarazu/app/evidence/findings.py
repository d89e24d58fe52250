"""Findings of the shipped record, computed in the background and kept on disk; or those of a run.

An entry is as in findings.json: a finding with its verdict after Holm, or a failure with its
reason. While estimators still run, entries hold verdicts that are not yet corrected for the number
of tests, and say so.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel

import tarazu
from tarazu.core.errors import DataError
from tarazu.core.files.cache import cache_dir
from tarazu.core.files.reading import read_file
from tarazu.core.kernel_store import UntrustedFolderError, read_kernel, trusted_folder, write_kernel
from tarazu.core.provenance import canonical_json, digest
from tarazu.evidence import Finding
from tarazu.evidence.battery import assess, load_battery
from tarazu.evidence.failure import Failure, attempt
from tarazu.evidence.registry import NAMES, estimate
from tarazu.record import Record

Entry = dict[str, Any]
Make = Callable[[str, Record], Finding]

_PACKAGE: Final = Path(tarazu.__file__).parent
_HEAVY: Final = ("figures",)  # parts of an entry that no card shows
_NEEDED: Final = {field.name for field in fields(Finding)} - {"figures"}


class FindingsState(BaseModel):
    """Findings of a record, as far as they are there.

    Attributes
    ----------
    state : ``ready``, ``computing``, or ``none`` where there is no record.
    done, total : estimators. source : ``record``, or ``run`` for those of a run's folder.
    findings : entries as in findings.json, without figures.
    """

    state: Literal["ready", "computing", "none"]
    done: int
    total: int
    source: Literal["record", "run"]
    findings: list[Entry]


class Findings:
    """Findings of one record, each computed once.

    Parameters
    ----------
    record : None where none ships for the region. run : folder of a run whose findings are shown.
    make : makes one finding.
    """

    def __init__(
        self, record: Callable[[], Record | None], *, run: Path | None = None, make: Make = estimate
    ) -> None:
        self._record, self._make = record, make
        self._made: list[Finding | Failure] = []
        self._entries: list[Entry] | None = None
        self._is_run = run is not None
        self._lock = threading.Lock()
        self._is_started = False
        if run is not None:
            self._entries = _read_run(run)

    def start(self) -> None:
        """Compute in the background what is not there yet; at the first call only."""
        with self._lock:
            if self._is_started or self._entries is not None:
                return
            self._is_started = True
        threading.Thread(target=self.compute, daemon=True, name="findings").start()

    def compute(self) -> None:
        """Compute all findings, or read them where an earlier process kept them."""
        record = self._record()
        if record is None:
            self._entries = []
            return
        file = _kept_file(record)
        kept = None if file is None else read_kernel(file)
        if kept is None:
            for name in NAMES:
                self._made.append(attempt(name, record, self._make))
            battery = assess(self._made, load_battery().significance)
            entries = [_light(entry) for entry in battery.finding_entries()]
            # a bug is not kept: the next version may not have it
            if file is not None and not any(failure.is_bug for failure in battery.failures):
                write_kernel(file, canonical_json(entries))
            self._entries = json.loads(canonical_json(entries))
        else:
            self._entries = json.loads(kept)

    def state(self) -> FindingsState:
        """Return what is there now."""
        source: Literal["record", "run"] = "run" if self._is_run else "record"
        entries = self._entries
        if entries is not None:
            state: Literal["ready", "none"] = "ready" if entries else "none"
            total = len(entries)
            return FindingsState(
                state=state, done=total, total=total, source=source, findings=entries
            )
        made = [_light(one.to_dict()) for one in list(self._made)]
        return FindingsState(
            state="computing", done=len(made), total=len(NAMES), source=source, findings=made
        )


def _read_run(file: Path) -> list[Entry]:
    """Return the entries of a findings.json.

    Raises
    ------
    DataError
        The file is not as `tarazu evidence` writes it.
    """
    try:
        entries = json.loads(read_file(file))
        is_sound = all(
            "name" in entry and (entry.get("failed") or entry.keys() >= _NEEDED)
            for entry in entries
        )
    except (ValueError, TypeError, AttributeError, RecursionError):
        is_sound = False
    if not is_sound:
        raise DataError(
            "the file does not hold findings",
            file=file,
            expected="findings.json as `tarazu evidence` of this version writes it",
            hint="Run it again, or start the lab without this folder",
        )
    return [_light(entry) for entry in entries]


def _light(entry: Entry) -> Entry:
    return {key: value for key, value in entry.items() if key not in _HEAVY}


def _kept_file(record: Record) -> Path | None:
    """Return where findings of a record are kept: by the record and by the code that makes them."""
    parts = [tarazu.__version__, *(f"{k}={v}" for k, v in sorted(record.inputs.items()))]
    key = digest("\0".join([*parts, *_sources()]).encode())
    try:
        return trusted_folder(cache_dir() / "findings") / f"findings-{key[:32]}.json"
    except (UntrustedFolderError, OSError):  # then they are computed in every process
        return None


def _sources() -> Iterator[str]:
    for room in ("evidence", "record"):
        for file in sorted((_PACKAGE / room).rglob("*")):
            if file.suffix in (".py", ".toml", ".json"):
                yield file.read_text(encoding="utf-8")
