"""What a notebook does with findings: they show themselves and become tables and figures."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.unit.evidence.findings import SOURCE, weak_retaliation

import tarazu
from tarazu.core import display
from tarazu.evidence import estimate, run_battery
from tarazu.evidence.battery import assess
from tarazu.evidence.finding import Analyses, Analysis, Finding
from tarazu.evidence.matched_wakes.analysis import MatchedWakes
from tarazu.evidence.point_process.hawkes import HawkesFit, fit_hawkes
from tarazu.record import load_record

FEW = {"replicates": 99, "sensitivity_replicates": 99, "draws": 2}


@pytest.fixture(scope="module")
def finding() -> Finding:
    return estimate("near_repeat", load_record(), **FEW)


def test_finding__tidy_is_one_row_of_the_estimate(finding: Finding) -> None:
    (row,) = finding.tidy().to_dict("records")
    assert (row["term"], row["estimate"]) == ("near_repeat", finding.estimate)
    assert (row["low"], row["high"]) == finding.interval
    assert (row["p_value"], row["level"]) == (finding.p_value, finding.level)


def test_finding__glance_counts_what_is_used_and_what_differs(finding: Finding) -> None:
    (row,) = finding.glance().to_dict("records")
    assert row["n_attacks"] == finding.n_used["attacks"]
    assert row["dropped_without_district"] == finding.n_dropped["without district"]
    differing = [a for a in finding.sensitivity if a.verdict != finding.verdict]
    assert (row["analyses"], row["analyses_differing"]) == (8, len(differing))
    assert row["error_rates"] == "not measured"


def test_finding__frame_has_the_main_analysis_first(finding: Finding, tmp_path: Path) -> None:
    frame = finding.to_frame()
    assert frame["analysis"].tolist() == ["main analysis", *(a.name for a in finding.sensitivity)]
    pd.testing.assert_frame_equal(
        frame.iloc[1:, :6].reset_index(drop=True), finding.sensitivity.to_frame().iloc[:, :6]
    )
    frame.to_csv(tmp_path / "finding.csv", index=False)
    again = pd.read_csv(tmp_path / "finding.csv")
    assert list(again.columns) == list(frame.columns)
    np.testing.assert_allclose(again["estimate"], frame["estimate"])
    frame.to_parquet(tmp_path / "finding.parquet", index=False)


def test_finding__without_a_number_has_frames_and_says_so() -> None:
    nothing = replace(weak_retaliation(), estimate=None, interval=None, p_value=None, figures=())
    assert nothing.tidy()["estimate"].isna().all()
    assert nothing.to_frame().loc[0, "analysis"] == "main analysis"
    assert "not estimable" in repr(nothing)
    assert "<svg" not in nothing._repr_html_()
    with pytest.raises(ValueError, match="this finding has no figure: nothing was estimable"):
        nothing.plot()


def test_finding__sensitivity_is_a_tuple_with_a_frame() -> None:
    found = replace(weak_retaliation(), sensitivity=(Analysis(1.0, (0.0, 2.0), 0.2, {"a b": 3}),))
    assert isinstance(found.sensitivity, Analyses)
    assert found.sensitivity.to_frame()["n_a_b"].tolist() == [3]
    assert isinstance(found.to_dict()["sensitivity"], tuple)


def test_finding__shows_itself_in_few_lines_and_with_its_first_figure(finding: Finding) -> None:
    assert len(repr(finding).splitlines()) <= 5
    assert len(repr(finding)) < 500
    assert all(len(repr(figure)) < 250 for figure in finding.figures)
    page = finding._repr_html_()
    assert page.count("<svg") == 1
    assert page.index(finding.sentence[:20]) < page.index("<svg") < page.index("<table>")
    assert finding.plot().title == finding.figures[0].title


def test_finding__plots_each_of_its_figures(finding: Finding) -> None:
    kinds = list(display.pictures(finding))
    assert kinds == ["effects", "forest"]
    for kind in kinds:
        assert finding.plot(kind).to_svg().startswith("<svg")
        assert finding.plot(kind).to_plotly().data
    with pytest.raises(ValueError, match=r"'forrest'; expected one of effects, forest\. Did you"):
        finding.plot("forrest")


def test_finding__summary_has_question_estimate_verdict_and_trust(finding: Finding) -> None:
    shown = finding.summary()
    assert repr(shown) == str(shown)
    assert max(map(len, shown.splitlines())) <= 80
    flat = " ".join(shown.split())
    for part in (finding.question, finding.sentence, finding.verdict, "95% interval", "p = 0.010"):
        assert part in flat
    assert "Error rates: not measured for these options (replicates=99," in flat


def test_finding__figures_of_one_kind_have_names_of_their_own() -> None:
    first = weak_retaliation()
    twice = replace(first, figures=(*first.figures, first.figures[0]))
    kinds = list(display.pictures(twice))
    assert len(kinds) == len(set(kinds)) == len(first.figures) + 1
    assert kinds[-1] == f"{first.figures[0].kind}-2"
    assert SOURCE in twice.plot(kinds[-1]).to_text()


def test_battery__is_a_frame_and_gives_findings_by_name(tmp_path: Path) -> None:
    other = replace(weak_retaliation(), name="wake", p_value=0.001)
    battery = assess([weak_retaliation(), other])
    frame = battery.to_frame()
    assert frame["name"].tolist() == [finding.name for finding in battery.findings]
    assert {"low", "high", "p_holm", "verdict"} <= set(frame.columns)
    assert frame["estimate"].dtype == np.float64
    frame.to_parquet(tmp_path / "battery.parquet", index=False)
    frame.to_csv(tmp_path / "battery.csv", index=False)
    assert battery["wake"] == other
    with pytest.raises(KeyError, match="no finding is called 'wakes'"):
        battery["wakes"]
    assert len(repr(battery).splitlines()) <= 5
    shown = battery._repr_html_()
    assert "<table" in shown
    assert shown.count("<svg") == 2  # the first figure of each finding, all but one folded
    assert shown.count("<details open>") == shown.count("<details>") == 1


def test_run_battery__takes_names_and_refuses_unknown_ones() -> None:
    made: list[str] = []

    def make(name: str, record: object) -> Finding:
        made.append(name)
        return replace(weak_retaliation(), name=name)

    run_battery(load_record(), ["groups", "wake"], make=make)
    assert made == ["groups", "wake"]
    with pytest.raises(ValueError, match=r"called 'gruops'; .* Did you mean 'groups'\?"):
        run_battery(load_record(), ["gruops"], make=make)
    with pytest.raises(ValueError, match="no estimator is named; expected at least one"):
        run_battery(load_record(), [], make=make)


def test_hawkes_fit__is_a_frame_and_short() -> None:
    times = np.array([1.0, 2.0, 2.1, 5.0])
    fit = fit_hawkes(times, np.array([0, 1, 0, 1]), end=10.0, n_kinds=2)
    assert isinstance(fit, HawkesFit)
    frame = fit.to_frame()
    assert frame["parameter"].tolist() == ["mu"] * 2 + ["eta"] * 4 + ["beta"]
    row = frame[(frame["receiver"] == 1) & (frame["source"] == 0)]
    assert row["estimate"].item() == fit.eta[1, 0]
    assert repr(fit).startswith("<HawkesFit: 2 kinds, ")
    assert len(repr(fit).splitlines()) <= 5
    alone = fit_hawkes(times, np.zeros(4, dtype=np.int64), end=10.0, n_kinds=1)
    assert repr(alone).startswith("<HawkesFit: 1 kind, ")


def test_matched_wakes__is_a_frame() -> None:
    rng = np.random.default_rng(1)
    events = pd.DataFrame(
        {
            "type": rng.choice(["raid", "patrol", "attack"], 300),
            "timestamp": np.datetime64("2015-01-01") + rng.integers(0, 1500, 300),
            "lat": rng.normal(28, 1, 300),
            "lon": rng.normal(66, 1, 300),
            "people": rng.lognormal(10, 1, 300),
        }
    )
    found = tarazu.matched_wake(
        events,
        windows_days=[30, 60],
        windows_km=[50, 100],
        treatment="raid",
        control="patrol",
        dependent="attack",
        match_on=["people"],
        replicates=19,
    )
    assert isinstance(found, MatchedWakes)
    assert found.to_frame()[["days", "km"]].to_numpy().tolist() == [
        [30, 50],
        [30, 100],
        [60, 50],
        [60, 100],
    ]
    assert len(repr(found).splitlines()) == 1


def test_display__of_something_without_figures_is_an_error() -> None:
    with pytest.raises(TypeError, match="a int has no figures"):
        display.draw(3)
