"""Specification files at their worst: each is read, or is an error of the file with its name."""

from __future__ import annotations

import contextlib
import io
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from tests.fuzz.spec_files import Entries, damaged_entries, entries_of, toml
from tests.unit.record.ged_files import ged_text, small_world
from tests.unit.record.source_files import acled, write_rows

from tarazu.claims import load_ledger
from tarazu.claims.ledger import LedgerFile
from tarazu.cli.terminal.errors import print_error
from tarazu.cli.terminal.output import USAGE
from tarazu.core.provenance import digest
from tarazu.model.hypothesis import _HypothesisFile
from tarazu.policy.policy import PolicyFile
from tarazu.record import read_record
from tarazu.record.coding.rules import SHIPPED_RULES, RuleSet
from tarazu.record.sources.mapping import Mapping
from tarazu.region import load_region
from tarazu.region.attributes import ATTRIBUTES
from tarazu.region.load import TABLES, _Settings
from tarazu.region.shipped import FOLDERS
from tarazu.study import load_study, run_study
from tarazu.study.setup.spec import StudySpec

FILES = 10_000
FEW_FILES = 350
MOST_RUNS = 100  # weeks x member-runs of a study that is run, not only read
RUN = "04"  # first digits of the digests of small studies that are run: one in eight
LONGEST_OUTPUT = 200_000  # characters of all errors of one file
REGION = load_region()

STUDY: Entries = {
    "title": "T",
    "question": "Q?",
    "start": "a test",
    "weeks": 3,
    "horizons": [1],
    "draws": 2,
    "seed": 1,
    "series_weeks": 1,
    "hypotheses": ["own-hypothesis.toml"],
    "policies": ["status-quo"],
}
PULSE = {"event": "attacks_urban", "week": 0, "district": "quetta", "count": 1, "expected": 0.5}
OPERATION = {"week": 1, "militant_deaths": 1.0, "split": {"kech": 1.0, "quetta": 2.0}}
GRID = {"lever": "operational_tempo", "values": [0.0, 1.0]}
POLICY: Entries = {
    "title": "T",
    "meaning": "M",
    "settings": [
        {"lever": "dialogue", "value": 0.5, "districts": ["kech"], "from_week": 1, "until_week": 2},
        {"lever": "operational_tempo", "value": 2.0, "districts": "all"},
    ],
}
HYPOTHESIS: Entries = {
    "title": "T",
    "meaning": "M",
    "tells": "S",
    "restrictions": {
        "sympathisers_today": 0.05,
        "trust_today": 0.5,
        "retaliation": {"low": 0.0, "high": 1.0},
        "cooling_rate": {"low": 0.001},
        "alienation_response": {"high": 0.0},
    },
}
CLAIMS: Entries = {
    "title": "T",
    "claims": [
        {
            "id": "1",
            "title": "T",
            "sentence": "S",
            "rule": "R",
            "share": 0.9,
            "paired": {
                "study": "seventeen",
                "contrast": "sweep",
                "measure": "attacks",
                "zone": "here",
                "weeks": 12,
                "after_weeks": 4,
                "holds": "above",
                "threshold": 0.0,
            },
        },
        {
            "id": "2",
            "title": "T",
            "sentence": "S",
            "rule": "R",
            "record": {
                "finding": "retaliation",
                "supported_by": ["a"],
                "contradicted_by": ["b"],
                "why": "W",
            },
            "no_exit": {"study": "attrition", "weeks": 520, "probability": 0.9},
        },
    ],
}
MAPPING: Entries = {
    "name": "notes",
    "title": "T",
    "licence": "own",
    "missing_deaths": "zero",
    "columns": {
        "event_id": "event_id_cnty",
        "date": "event_date",
        "district": "admin2",
        "initiator": "event_type",
        "deaths": "fatalities",
    },
    "values": {"initiator": {"Battles": "state", "*": "unclear"}},
    "dates": {"%Y-%m-%d": 1, "%Y": 5},
    "codes": {"kind": "event_type"},
}
NAMES = [
    "kech", "Quetta", "khuzdar", "all", "status-quo", "surge", "full", "backlash", "own.toml",
    "own-hypothesis.toml", "own-policy.toml", "operational_tempo", "dialogue", "attacks_urban",
    "deaths_urban", "operations", "sympathisers_today", "trust_today", "retaliation", "step",
    "tail_exponent", "seventeen", "demo", "pooled", "event_date", "admin2", "fatalities", "mine",
    "%Y-%m-%d", "seed", "low", "high", "value", "weeks", "state", "unclear", "militant", "x",
]  # fmt: skip


class Kind(NamedTuple):
    """A kind of specification file."""

    model: type[BaseModel]
    good: list[Entries]
    read: Callable[[Path, str], object]


def read_study_file(folder: Path, text: str) -> object:
    (folder / "own-hypothesis.toml").write_text(toml(HYPOTHESIS), encoding="utf-8")
    (folder / "own-policy.toml").write_text(toml(POLICY), encoding="utf-8")
    return run_if_small(folder, text)


def read_hypothesis_file(folder: Path, text: str) -> object:
    (folder / "own-hypothesis.toml").write_text(text, encoding="utf-8")
    return run_if_small(folder, toml(STUDY))


def read_policy_file(folder: Path, text: str) -> object:
    (folder / "own-hypothesis.toml").write_text(toml(HYPOTHESIS), encoding="utf-8")
    (folder / "own-policy.toml").write_text(text, encoding="utf-8")
    return run_if_small(folder, toml(STUDY | {"policies": ["status-quo", "own-policy.toml"]}))


def run_if_small(folder: Path, text: str) -> object:
    """Read a study file, and run what it declares if that takes about a second."""
    (folder / "own.toml").write_text(text, encoding="utf-8")
    study = load_study(folder / "own.toml")
    spec = study.spec
    policies = len(spec.grid.values) if spec.grid else 3 if spec.operation else len(spec.policies)
    operations = spec.operation.most_operations if spec.operation else 1
    runs = spec.draws * spec.replicates * len(spec.hypotheses) * policies * operations
    if spec.weeks * runs <= MOST_RUNS and digest(text.encode())[0] in RUN:
        return run_study(study, out=folder / "out")
    return study


def read_rules_file(folder: Path, text: str) -> object:
    (folder / "own.toml").write_text(text, encoding="utf-8")
    (folder / "events.csv").write_text(ged_text(small_world()), encoding="utf-8")
    return read_record(folder / "events.csv", rules=folder / "own.toml")


def read_mapping_file(folder: Path, text: str) -> object:
    (folder / "own.toml").write_text(text, encoding="utf-8")
    write_rows(folder / "events.csv", [acled(n) for n in range(1, 5)])
    return read_record(folder / "events.csv", mapping=folder / "own.toml", region=REGION)


def read_claims_file(folder: Path, text: str) -> object:
    (folder / "own.toml").write_text(text, encoding="utf-8")
    return load_ledger(folder / "own.toml").studies


def read_region_file(folder: Path, text: str) -> object:
    for name in (*TABLES[1:], ATTRIBUTES):
        (folder / name).write_bytes((FOLDERS["balochistan"] / name).read_bytes())
    (folder / "region.toml").write_text(text, encoding="utf-8")
    return load_region(folder)


def shipped(path: Path) -> Entries:
    return tomllib.loads(path.read_text(encoding="utf-8"))


STUDIES = [
    STUDY,
    STUDY | {"pulses": [PULSE]},
    STUDY | {"operation": OPERATION},
    STUDY | {"grid": GRID},
]
KINDS: dict[str, Kind] = {
    "study": Kind(StudySpec, STUDIES, read_study_file),
    "hypothesis": Kind(_HypothesisFile, [HYPOTHESIS], read_hypothesis_file),
    "policy": Kind(PolicyFile, [POLICY], read_policy_file),
    "claims": Kind(LedgerFile, [CLAIMS], read_claims_file),
    "mapping": Kind(Mapping, [MAPPING], read_mapping_file),
    "rules": Kind(RuleSet, [shipped(SHIPPED_RULES)], read_rules_file),
    "region": Kind(_Settings, [shipped(FOLDERS["balochistan"] / "region.toml")], read_region_file),
}


def exit_code(read: Callable[[], object]) -> int:
    """Return the exit code of the command line for what a reader raises."""
    printed = io.StringIO()
    try:
        read()
    except Exception as error:
        with contextlib.redirect_stderr(printed):
            code = print_error(error, [])
        if code != USAGE:
            raise
        assert len(printed.getvalue()) < LONGEST_OUTPUT
        return code
    return 0


def check_files(kind: Kind, folder: Path, files: int) -> dict[int, int]:
    """Draw files of one kind; return how many had which exit code."""
    codes = {0: 0, USAGE: 0}
    drawn = st.one_of(
        *(damaged_entries(good, NAMES) for good in kind.good),
        *(damaged_entries(good, NAMES) for good in kind.good),
        entries_of(kind.model, NAMES),
    )

    @settings(
        max_examples=files,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn)
    def draw_and_read(entries: Any) -> None:
        codes[exit_code(lambda: kind.read(folder, toml(entries)))] += 1

    draw_and_read()
    return codes


@pytest.mark.parametrize("name", KINDS)
def test_some_specification_files__are_read_or_are_errors_of_the_file(
    tmp_path: Path, name: str
) -> None:
    codes = check_files(KINDS[name], tmp_path, FEW_FILES // len(KINDS))
    assert codes[USAGE] > 0


@pytest.mark.heavy
@pytest.mark.parametrize("name", KINDS)
def test_specification_files__are_read_or_are_errors_of_the_file(tmp_path: Path, name: str) -> None:
    codes = check_files(KINDS[name], tmp_path, FILES // len(KINDS) + 1)
    assert min(codes.values()) > 0  # neither the damage nor the reader is trivial


@pytest.mark.parametrize("name", KINDS)
def test_undamaged_specification_file__is_read(tmp_path: Path, name: str) -> None:
    for good in KINDS[name].good:
        assert exit_code(lambda good=good: KINDS[name].read(tmp_path, toml(good))) == 0  # type: ignore[misc]
