"""Damage to results is found: single bits of every file, files that are missing or were added."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.unit.pipeline.test_runner import QUICK, STUDY

from tarazu.core.errors import DataError
from tarazu.core.files.check_results import check_results
from tarazu.core.files.output_folder import MANIFEST, RUN
from tarazu.core.provenance import canonical_json
from tarazu.pipeline import Task, read_study, run_task
from tarazu.pipeline.run_folder import run_folder
from tarazu.record import load_record
from tarazu.study import load_study_result

FLIPS = 50  # per file; each reads all files of the folder again
TABLES = {
    "metrics": "metrics.parquet",
    "parameters": "parameters.parquet",
    "parameter_info": "parameters.parquet",
    "bands": "bands.nc",
    "districts": "districts.nc",
}
OTHERS = ["study.json", "findings.json", "evidence.json", "record.json", "study.toml"]
OTHERS += ["brief.html", "annex.html"]


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> Path:
    """A run folder of a study and an estimator."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "tiny.toml").write_text(STUDY)
    study = read_study(str(folder / "tiny.toml"))
    run_task(Task(load_record(), (QUICK,), studies=(study,)), folder / "out")
    return folder / "out"


def flips(path: Path) -> Iterator[None]:
    """Flip a single bit of a file, FLIPS times, and restore the file at the end."""
    sound = path.read_bytes()
    try:
        for at in np.random.default_rng(2).integers(0, 8 * len(sound), FLIPS).tolist():
            damaged = bytearray(sound)
            damaged[at // 8] ^= 1 << at % 8
            path.write_bytes(damaged)
            yield
    finally:
        path.write_bytes(sound)


def found(read: Callable[[], object], path: Path) -> int:
    """Return the number of flips in a file that reading finds and names."""
    count = 0
    for _ in flips(path):
        with pytest.raises(DataError, match=path.name):
            read()
        count += 1
    return count


def test_results__hold_the_files_that_are_damaged_here(results):
    names = {path.name for path in results.iterdir()}
    assert names == {*TABLES.values(), *OTHERS, MANIFEST, RUN}
    assert check_results(results) == len(names) - 1  # all but the manifest itself


@pytest.mark.parametrize("attribute", TABLES)
def test_study_result__every_flip_in_a_table_is_found_when_it_is_read(results, attribute):
    def read() -> None:
        getattr(load_study_result(results), attribute)

    assert found(read, results / TABLES[attribute]) == FLIPS
    read()


def test_study_result__every_flip_in_the_study_is_found_when_it_is_read(results):
    assert found(lambda: load_study_result(results), results / "study.json") == FLIPS
    load_study_result(results)


@pytest.mark.parametrize("name", [*sorted(set(TABLES.values())), *OTHERS, MANIFEST, RUN])
def test_check__every_flip_is_found(results, name):
    assert found(lambda: check_results(results), results / name) == FLIPS
    check_results(results)


def test_check__every_flip_in_the_claims_is_found(tmp_path):
    with run_folder(tmp_path / "run", inputs={}) as folder:
        (folder / "studies").mkdir()
        (folder / "studies" / "claims.json").write_bytes(canonical_json({"claims": [1, 2, 3]}))
    path = tmp_path / "run" / "studies" / "claims.json"
    assert found(lambda: check_results(tmp_path / "run"), path) == FLIPS


def test_check__names_all_files_that_are_missing_added_or_changed(tmp_path):
    with run_folder(tmp_path / "run", inputs={}) as folder:
        for name in ("a", "b", "c"):
            (folder / name).write_text(name)
    (tmp_path / "run" / "a").unlink()
    (tmp_path / "run" / "b").write_text("other")
    (tmp_path / "run" / "d").write_text("new")
    with pytest.raises(ExceptionGroup, match="has 3 files") as error:
        check_results(tmp_path / "run")
    texts = [str(problem) for problem in error.value.exceptions]
    for text, name, what in zip(
        texts, "abd", ("cannot be read", "was changed or damaged", "was added"), strict=True
    ):
        assert f"{name}: {what}" in text


def test_check__needs_a_manifest(tmp_path):
    with pytest.raises(DataError, match=MANIFEST):
        check_results(tmp_path)
