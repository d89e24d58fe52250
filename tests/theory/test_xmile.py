"""The XMILE file of the whole region, run in PySD: the mean field of another tool."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from tarazu.engine import simulate
from tarazu.engine.mean_field.xmile import variable_name, write_xmile
from tarazu.study.setup.scenario import median_scenario

WEEKS = 104
AGREEMENT = 1e-11  # relative, of every stock in every district and week


@pytest.mark.parametrize("policy", ["status-quo", "political-settlement"])
def test_xmile__of_all_districts_gives_the_mean_field_in_pysd(tmp_path, monkeypatch, policy):
    scenario = median_scenario("full", policy, weeks=WEEKS)
    path = tmp_path / "model.xmile"
    text = write_xmile(
        scenario.model,
        scenario.parameters[0],
        scenario.levers,
        districts=scenario.districts,
        weeks=WEEKS,
    )
    path.write_text(text, encoding="utf-8")
    # PySD has the Python file that it writes laid out by Black, which takes most of the time.
    monkeypatch.setattr("black.format_file_contents", lambda text, **_: text)
    districts = range(len(scenario.districts.names))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of PySD and what it imports
        import pysd

        run = pysd.read_xmile(str(path)).run(
            return_columns=[variable_name(s, d) for s in scenario.model.stocks for d in districts]
        )
    own = simulate(
        scenario.model,
        scenario.parameters[0],
        scenario.levers,
        districts=scenario.districts,
        seed=0,
        members=np.array([0]),
        weeks=WEEKS,
        keep=list(scenario.model.stocks),
        mode="mean",
    )
    for name in scenario.model.stocks:
        theirs = run[[variable_name(name, d) for d in districts]].to_numpy()[1:]
        assert theirs == pytest.approx(own.by_district(name)[0], rel=AGREEMENT, abs=1e-12), name
