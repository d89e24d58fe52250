"""Thresholds draw by draw: what is told where the search for a resting point does not settle."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import tarazu.study.analysis.thresholds
from tarazu.engine.mean_field.equilibria import Equilibrium
from tarazu.engine.mean_field.reproduction import Reproduction
from tarazu.report.figures.thresholds import thresholds_figure
from tarazu.study.analysis.thresholds import find_thresholds
from tarazu.study.setup.scenario import drawn_scenario


@pytest.fixture
def found(monkeypatch):
    """Two draws; the search settles in the first, and from few militants alone in the second."""
    settles = iter((True, True, True, False))

    def rest(_closed, start):
        is_settled = next(settles)
        return Equilibrium(start, is_settled, 0.0 if is_settled else 1e-3, 0.98)

    unknown = Reproduction(None, "none exists", float("nan"), None, {})
    monkeypatch.setattr(tarazu.study.analysis.thresholds, "find_equilibrium", rest)
    monkeypatch.setattr(
        tarazu.study.analysis.thresholds, "reproduction_number", lambda *_, **__: unknown
    )
    scenario = drawn_scenario("full", "status-quo", weeks=1, draws=2, seed=0)
    return find_thresholds(replace(scenario, parameters=scenario.parameters[:2]))


def test_thresholds__have_no_numbers_at_rest_where_nothing_came_to_rest(found):
    at_rest = found.table[["from_high", "growth_at_equilibrium", "feedback"]]
    assert np.isfinite(at_rest.iloc[0]).all()
    assert at_rest.iloc[1].isna().all()
    assert np.isfinite(found.table["from_low"]).all()
    assert found.levels()["growth_at_equilibrium"] == (0.98, 0.98, 0.98, 1)


def test_thresholds__the_figure_says_in_how_many_draws_the_search_settled(found):
    assert any("in 1 of 2 draws" in note for note in thresholds_figure(found).notes)


def test_elasticities__of_no_draw_at_rest_are_none(found):
    parameters = pd.Index(["contact_rate", "cooling_rate"])
    at_rest = replace(found, elasticities=pd.DataFrame([[0.1, -0.2]], columns=parameters))
    assert at_rest.leading_elasticities()["parameter"].tolist() == ["cooling_rate", "contact_rate"]
    restless = replace(found, elasticities=pd.DataFrame(columns=parameters, dtype=float))
    assert restless.leading_elasticities().empty
