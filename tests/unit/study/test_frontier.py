"""The attrition frontier: labels follow their rules, and a tempo can end violence or not."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import tarazu.study.setup.scenario
from tarazu.core.errors import ScenarioError
from tarazu.report.figures.frontier import frontier_figure
from tarazu.study.analysis.frontier import END, Frontier, _label, _longest_quiet, attrition_frontier
from tarazu.study.analysis.uncertainty import Estimate
from tarazu.study.setup.outcomes import YEAR
from tarazu.study.setup.scenario import drawn_scenario


def frontier(verdicts):
    rows = [
        {
            "tempo": tempo,
            "level": 0.5,
            "start": start,
            "p_quiet": 1.0 if verdict == "dies out" else 0.2,
            "p_quiet_low": 0.1,
            "p_quiet_high": 1.0,
            "ratio": 1.0,
            "verdict": verdict,
            "n_draws": 4,
            "n_runs": 12,
        }
        for (tempo, start), verdict in verdicts.items()
    ]
    return Frontier("full", "technical_intelligence", pd.DataFrame(rows))


@pytest.mark.parametrize(
    ("p_quiet", "ratio", "verdict"),
    [
        (0.9, 5.0, "dies out"),
        (0.89, 0.49, "shrinks"),
        (0.0, 0.5, "persists"),
        (0.0, 2.0, "persists"),
        (0.0, 2.01, "grows"),
        (0.5, np.nan, "persists"),
    ],
)
def test_label__follows_the_rules(p_quiet, ratio, verdict):
    assert _label(Estimate(p_quiet, 0.0, 1.0), ratio) == verdict


def test_longest_quiet__counts_weeks_in_a_row():
    attacks = np.array([[0, 0, 1, 0, 0, 0, 2], [1, 1, 1, 1, 1, 1, 1], [0] * 7])
    assert _longest_quiet(attacks).tolist() == [3, 0, 7]


def test_frontier__a_tempo_ends_it_only_if_both_starts_die_out():
    cells = {(1.0, "low"): "dies out", (1.0, "high"): "persists"}
    cells |= {(5.0, "low"): "dies out", (5.0, "high"): "dies out"}
    found = frontier(cells)
    assert found.ending_tempos(0.5) == [5.0]
    assert "dies out at tempo 5" in found.sentence(0.5)


def test_frontier__the_figure_says_of_how_many_runs_and_draws():
    found = frontier({(1.0, start): "persists" for start in ("low", "high")})
    assert frontier_figure(found).n == "12 members in each of 2 cells, by 4 draws of the parameters"


def test_frontier__names_all_tempos_that_are_tied_as_the_best():
    cells = {(t, s): "persists" for t in (0.0, 1.0, 5.0) for s in ("low", "high")}
    found = frontier(cells)
    found.table.loc[found.table["tempo"] == 1.0, "p_quiet"] = 0.1
    assert "the best, 0 (tied with 5), leaves" in found.sentence(0.5)
    found.table.loc[found.table["tempo"] == 5.0, "p_quiet"] = 0.3
    assert "the best, 5, leaves" in found.sentence(0.5)


def test_frontier__the_figure_says_that_both_starts_may_go_to_one_level():
    found = frontier({(1.0, "low"): "grows", (1.0, "high"): "shrinks"})
    assert any("both end at one level" in note for note in frontier_figure(found).notes)


def test_frontier__says_that_no_tempo_ends_it():
    found = frontier({(t, s): "persists" for t in (0.0, 1.0) for s in ("low", "high")})
    assert found.ending_tempos(0.5) == []
    assert "no tempo ends it" in found.sentence(0.5)
    assert "20%" in found.sentence(0.5)


@pytest.mark.parametrize(
    ("first", "last", "verdict"),
    [(4.0, 1.0, "shrinks"), (1.0, 4.0, "grows"), (3.0, 3.0, "persists"), (4.0, 0.0, "dies out")],
)
def test_frontier__a_cell_compares_the_last_year_with_the_first(monkeypatch, first, last, verdict):
    scenario = drawn_scenario("full", "status-quo", weeks=END, draws=3, seed=0)
    militants = [*scenario.model.parameters].index("start_level")
    started = []

    def run(model, parameters, levers, **_):
        started.append(parameters[0, militants] / scenario.parameters[0, militants])
        attacks = np.full((len(parameters), END), 2.0)
        attacks[:, :YEAR], attacks[:, -YEAR:] = first, last
        return SimpleNamespace(series=lambda name: attacks)

    monkeypatch.setattr(tarazu.study.setup.scenario, "simulate", run)
    found = attrition_frontier(scenario, [1.0], "technical_intelligence", [0.5], replicates=2)
    assert found.table["verdict"].tolist() == [verdict, verdict]
    assert found.table["ratio"].tolist() == [last / first] * 2
    assert started == pytest.approx([0.1, 10.0])
    assert found.table[["n_draws", "n_runs"]].to_numpy().tolist() == [[3, 6], [3, 6]]


def test_frontier__names_an_axis_that_is_none():
    scenario = drawn_scenario("full", "status-quo", weeks=520, draws=2, seed=0)
    with pytest.raises(ScenarioError, match="not an axis"):
        attrition_frontier(scenario, [1.0], "morale", [0.5])
    with pytest.raises(ScenarioError, match="expected"):
        attrition_frontier(scenario, [1e6], "technical_intelligence", [0.5])
    short = drawn_scenario("full", "status-quo", weeks=100, draws=2, seed=0)
    with pytest.raises(ScenarioError, match="520"):
        attrition_frontier(short, [1.0], "technical_intelligence", [0.5])


@pytest.mark.slow
def test_frontier__runs_every_cell_from_both_starts():
    scenario = drawn_scenario("full", "status-quo", weeks=520, draws=2, seed=0)
    seen = []
    found = attrition_frontier(
        scenario,
        [0.0, 5.0],
        "technical_intelligence",
        [0.3],
        replicates=1,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert len(found.table) == 4
    assert found.table["p_quiet"].between(0, 1).all()
    figure = frontier_figure(found)
    assert len(figure.table.rows) == 4
    assert figure.to_plotly().data[0].type == "heatmap"
