"""The brief of a scenario of the lab, as one HTML file to take away."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from tarazu.app.lab import Lab
from tarazu.app.reproduce import recipe_of
from tarazu.app.state import State
from tarazu.core.provenance import collect_provenance
from tarazu.evidence.battery import assess
from tarazu.record import load_record
from tarazu.report.brief.document import render_brief
from tarazu.study import load_study, run_study
from tarazu.study.runner.run import Progress

MEMBERS: Final = 64  # draws, each with one replicate: the second stage of the lab's fan


class Brief(BaseModel):
    """A brief as a file.

    Attributes
    ----------
    name : of the file. html : the whole page. members : futures that it shows.
    """

    name: str
    html: str
    members: int


def brief_of(state: State, lab: Lab, progress: Callable[[Progress], None]) -> Brief:
    """Return the brief of a checked state: the record of the region, and the policy in 64 futures.

    It runs the study of the scenario's recipe and no estimator, so the brief says that none was
    run.

    Parameters
    ----------
    progress : called as members finish; what it raises ends the run.

    Raises
    ------
    DataError
        No record ships for the region of the lab.
    """
    record = load_record(lab.region)
    recipe = recipe_of(state, lab, MEMBERS)
    with tempfile.TemporaryDirectory(prefix="tarazu-brief-") as name:
        folder = Path(name)
        if recipe.policy_file:
            (folder / recipe.policy_file).write_text(recipe.policy_toml, encoding="utf-8")
        file = folder / recipe.study_file
        file.write_text(recipe.study_toml, encoding="utf-8")
        study = load_study(file, region=lab.region)
        result = run_study(study, folder / "out", record=record, progress=progress)
        html = render_brief(
            record,
            assess(()),
            studies=[result],
            ledger=None,
            annex=None,
            provenance=collect_provenance(record.inputs),
        )
    return Brief(name="brief.html", html=html, members=MEMBERS)
