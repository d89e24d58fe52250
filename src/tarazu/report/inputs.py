"""What `write_brief` and `write_annex` take: checked and loaded once for both."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from tarazu.core.arguments import check_path, wrong_type
from tarazu.core.provenance import Provenance, collect_provenance
from tarazu.record import Record

if TYPE_CHECKING:
    from tarazu.study import StudyResult


def check_document(what: str, record: object, path: object) -> tuple[Record, Path]:
    """Return the record and the path of a document.

    Parameters
    ----------
    what : the document, as an error names it: "the brief".

    Raises
    ------
    TypeError
        The record or the path is of a wrong type.
    """
    checked = check_path("path", path, f"where to write {what}")
    if not isinstance(record, Record):
        raise wrong_type("record", record, "a record, as `read_record` returns it")
    return record, checked


def load_studies(studies: Sequence[StudyResult | str | PathLike[str]]) -> list[StudyResult]:
    """Return results of studies; folders are read.

    Raises
    ------
    DataError
        A folder holds no complete result.
    TypeError
        Neither a result nor a folder.
    """
    if not studies:
        return []
    from tarazu.study import StudyResult, load_study_result  # late: it loads the engine

    return [
        given if isinstance(given, StudyResult) else load_study_result(given) for given in studies
    ]


def provenance_of(record: Record, given: Provenance | None) -> Provenance:
    """Return versions and digests: those given, or those of this installation and the record."""
    return collect_provenance(record.inputs) if given is None else given
