"""The reference page of the files that people write, made from their schemas."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import BaseModel

from tarazu.claims.ledger import (
    Change,
    Claim,
    LastingTest,
    LedgerFile,
    LoopTest,
    NoExitTest,
    PairedTest,
    PoliciesTest,
    RecordTest,
)
from tarazu.evidence.battery import BatteryConfig
from tarazu.model.hypothesis import Hypothesis
from tarazu.policy.policy import PolicyFile, Setting
from tarazu.record.sources.mapping import MappedColumns, MappedValues, Mapping
from tarazu.report.pages.schema import Key, key_table, keys_of, meanings
from tarazu.study.setup.spec import Grid, OperationEntry, PulseEntry, StudySpec

INTRODUCTION: Final = """\
Studies, policies, hypotheses, claims, mappings and batteries are TOML files. A key that is unknown
or misspelled is an error, and so is a value of another type: `"3"` is not a number. All problems of
a file are reported together, each with its key. `tarazu study new`, `policy new`, `hypothesis new`
and `claims new` write a commented file to start from."""


class Page(NamedTuple):
    """One kind of file: title, use, and its tables by heading."""

    title: str
    use: str
    tables: tuple[tuple[str, type[BaseModel]], ...]


PAGES: Final = (
    Page(
        "Study",
        "Which policies are compared, under which hypotheses. `tarazu run FILE` runs it.",
        (
            ("at the top", StudySpec),
            ("`[grid]`", Grid),
            ("`[operation]`", OperationEntry),
            ("`[[pulses]]`", PulseEntry),
        ),
    ),
    Page(
        "Policy",
        "What is set otherwise than today. A study names it, and so do the commands of "
        "`tarazu model`. The levers are in [policies.md](policies.md) and `tarazu model describe`.",
        (("at the top", PolicyFile), ("`[[settings]]`", Setting)),
    ),
    Page(
        "Claims",
        "Claims with the rules that decide them. `tarazu claims --claims FILE` decides them.",
        (
            ("at the top", LedgerFile),
            ("`[[claims]]`", Claim),
            ("`[claims.record]`", RecordTest),
            ("`[claims.paired]`", PairedTest),
            ("`[claims.no_exit]`", NoExitTest),
            ("`[claims.policies]`", PoliciesTest),
            ("`[[claims.policies.changes]]`", Change),
            ("`[claims.loop]`", LoopTest),
            ("`[claims.lasting]`", LastingTest),
        ),
    ),
    Page(
        "Mapping",
        "How to read any CSV file of events: `--mapping FILE` beside the event file. A worked "
        "example is in [read-your-own-record.md](../how-to/read-your-own-record.md).",
        (("at the top", Mapping), ("`[columns]`", MappedColumns), ("`[values]`", MappedValues)),
    ),
    Page(
        "Battery",
        "Which estimators run: `tarazu evidence --config FILE`.",
        (("at the top", BatteryConfig),),
    ),
)
HYPOTHESIS: Final = {  # read by a function of its own, from the attributes of `Hypothesis`
    "title": ("text", "required"),
    "meaning": ("text", "required"),
    "tells": ("text", "none"),
    "restrictions": ("table of numbers, or of tables with low, high or both", "required"),
}


def files_page() -> str:
    """Return the page of the files that people write, key by key."""
    parts = ["# Files that people write", "*Made by `make docs` from the schemas.*", INTRODUCTION]
    for page in PAGES:
        parts += [f"## {page.title}", page.use]
        for heading, model in page.tables:
            parts += [f"### {page.title}, {heading}", key_table(keys_of(model))]
        if page.title == "Policy":
            parts += _hypothesis()
    return "\n\n".join(parts) + "\n"


def _hypothesis() -> list[str]:
    meaning = meanings(Hypothesis, list(HYPOTHESIS))
    keys = [Key(name, *words, meaning[name]) for name, words in HYPOTHESIS.items()]
    return [
        "## Hypothesis",
        "What is held to be true of the conflict, as limits of parameters. A study names it, and "
        "so does `--hypothesis`. The parameters are in `tarazu model describe`.",
        key_table(keys),
    ]


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(files_page(), encoding="utf-8")
