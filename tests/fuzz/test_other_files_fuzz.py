"""Damaged files beside the events: rules, counts and their note, labels, boundaries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from tests.fuzz.damage import damaged
from tests.fuzz.test_record_fuzz import KECH, UNITS, WORLD
from tests.unit.record.ged_files import write_ged

from tarazu.core.errors import DataError, ScenarioError, TarazuError
from tarazu.core.provenance import canonical_json, digest
from tarazu.record import Record, read_record, write_figures
from tarazu.record.coding.hand_labels import check_labels
from tarazu.record.coding.rules import SHIPPED_RULES, read_rules
from tarazu.record.embedded import read_figures
from tarazu.region.boundaries import read_boundaries

FILES = 2_000  # of each kind
FEW_FILES = 50
SEED = 20261128


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return read_record(write_ged(tmp_path_factory.mktemp("ged") / "ged.csv", WORLD), region=UNITS)


def boundaries_text() -> bytes:
    shape = {"type": "MultiPolygon", "coordinates": [[KECH.tolist()]]}
    feature = {"type": "Feature", "properties": {"slug": "kech"}, "geometry": shape}
    return canonical_json({"type": "FeatureCollection", "features": [feature, feature | {"id": 2}]})


def labels_text(record: Record) -> bytes:
    rows = [f"s,{event_id},state" for event_id in record.events["event_id"]]
    return "\n".join(["sample,id,hand_label", *rows, ""]).encode()


class Kind:
    """One kind of file: its good content, and what reads it."""

    def __init__(self, name: str, good: bytes, read: Callable[[Path], object]) -> None:
        self.name, self.good, self.read = name, good, read


def kinds(record: Record, folder: Path) -> list[Kind]:
    write_figures(record, folder / "counts.csv")
    table, note = ((folder / f"counts.{end}").read_bytes() for end in ("csv", "toml"))

    def counts_beside(path: Path) -> object:
        changed = digest(path.read_bytes())  # else every damage is seen by the digest alone
        path.with_suffix(".toml").write_bytes(
            note.replace(digest(table).encode(), changed.encode())
        )
        return read_figures(path, region=UNITS)

    def note_beside(path: Path) -> object:
        path.with_suffix(".csv").write_bytes(table)
        return read_figures(path.with_suffix(".csv"), region=UNITS)

    return [
        Kind("rules.toml", SHIPPED_RULES.read_bytes(), read_rules),
        Kind("table.csv", table, counts_beside),
        Kind("note.toml", note, note_beside),
        Kind("labels.csv", labels_text(record), lambda path: check_labels(record, path)),
        Kind("b.geojson", boundaries_text(), lambda path: read_boundaries(path, ["kech"])),
    ]


def outcome(kind: Kind, path: Path) -> Sequence[BaseException]:
    """Return the errors of a file; one that is not about the file fails the test."""
    try:
        kind.read(path)
    except TarazuError as error:
        return [error]
    except ExceptionGroup as group:
        return group.exceptions
    return []


def errors_among(kind: Kind, folder: Path, files: int) -> int:
    """Read that many damaged files; return how many gave errors."""
    path = folder / kind.name
    count = 0
    for number in range(files):
        path.write_bytes(damaged(kind.good, SEED + number))
        found = outcome(kind, path)
        assert all(isinstance(error, DataError | ScenarioError) for error in found), found
        count += bool(found)
    return count


def check(record: Record, folder: Path, files: int) -> None:
    for kind in kinds(record, folder):
        (folder / kind.name).write_bytes(kind.good)
        assert outcome(kind, folder / kind.name) == [], kind.name
        assert errors_among(kind, folder, files) > files / 20, kind.name


@pytest.mark.heavy
def test_damaged_files__give_a_result_or_errors(record: Record, tmp_path: Path) -> None:
    check(record, tmp_path, FILES)


def test_some_damaged_files__give_a_result_or_errors(record: Record, tmp_path: Path) -> None:
    check(record, tmp_path, FEW_FILES)
