import dataclasses
import io
import json
import shutil
import subprocess
import sys
from html import escape
from pathlib import Path

import numpy as np
import pytest
from tests.unit.study.cases import contents, make_operation_study, make_spec, make_study

from tarazu.core.errors import DataError, OutputError, ScenarioError, SimulationError, TarazuError
from tarazu.core.files.work_folder import open_work
from tarazu.core.provenance import canonical_json, digest
from tarazu.policy import Policy, Setting
from tarazu.record import load_record
from tarazu.study import Study, load_study_result, run_study
from tarazu.study import progress as progressing
from tarazu.study.runner import run as running
from tarazu.study.setup.outcomes import LEVELS, OUTCOMES, SERIES

MEMORY_FACTOR = 1.1  # peak at 2,000 members over peak at 200, the project's own promise


@pytest.fixture(scope="module")
def record():
    return load_record()


@pytest.fixture(scope="module")
def result(tmp_path_factory, record):
    return run_study(make_study(), record=record, out=tmp_path_factory.mktemp("run") / "one")


def test_run__two_workers_leave_the_bytes_of_one(tmp_path, result, record):
    run_study(make_study(), record=record, out=tmp_path / "two", workers=2)
    assert contents(tmp_path / "two") == contents(result.folder)


def test_run__order_of_blocks_changes_no_byte(tmp_path, result, record):
    run_study(make_study(), record=record, out=tmp_path / "back", order=reversed)
    assert contents(tmp_path / "back") == contents(result.folder)


@pytest.mark.slow
def test_run__operation_studies_do_not_depend_on_workers_or_order(tmp_path, record):
    run_study(make_operation_study(), record=record, out=tmp_path / "one")
    out = tmp_path / "two"
    run_study(make_operation_study(), record=record, out=out, workers=2, order=reversed)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_run__member_that_leaves_its_range_stops_the_study_in_words(tmp_path):
    wild = tmp_path / "wild.toml"
    wild.write_text('title = "Wild"\nmeaning = "A test."\n[restrictions]\nattacks_today = 1e15\n')
    with pytest.raises(SimulationError, match="attacks"):
        run_study(make_study(hypotheses=("full", str(wild))), out=tmp_path / "out", workers=2)
    assert not (tmp_path / "out").exists()


def test_run__another_seed_changes_the_numbers(tmp_path, result, record):
    other = run_study(make_study(seed=4), record=record, out=tmp_path / "other")
    assert not other.metrics["attacks"].equals(result.metrics["attacks"])


def test_run__block_size_changes_no_member(tmp_path, result, record):
    other = run_study(make_study(block=5), record=record, out=tmp_path / "other")
    keys = ["hypothesis", "policy", "member", "weeks"]
    tables = [
        table.sort_values(keys).reset_index(drop=True) for table in (result.metrics, other.metrics)
    ]
    assert tables[0].equals(tables[1])


def test_run__stopped_in_the_middle_leaves_nothing_that_looks_finished_and_resumes(
    tmp_path, result, record
):
    class StopError(Exception):
        pass

    def stop(progress):
        if progress.done > progress.total // 2:
            raise StopError

    out = tmp_path / "cut"
    with pytest.raises(StopError):
        run_study(make_study(), record=record, out=out, progress=stop)
    assert not out.exists()
    finished = sorted((tmp_path / ".cut.work").glob("*.bin"))
    assert finished
    seen = []
    run_study(make_study(), record=record, out=out, progress=seen.append)
    assert seen[0].done > 0
    assert contents(out) == contents(result.folder)
    assert [path.name for path in tmp_path.iterdir()] == ["cut"]


KILLED = """
import os
from html import escape
from pathlib import Path
from tarazu.study import run_study
from tests.unit.study.cases import make_study
def die(progress):
    if progress.done > progress.total // 2:
        os._exit(9)
run_study(make_study(), out=Path({out!r}), progress=die)
"""


def test_run__killed_process_leaves_nothing_that_looks_finished_and_resumes(tmp_path):
    out = tmp_path / "killed"
    command = [sys.executable, "-c", KILLED.format(out=str(out))]
    assert subprocess.run(command, cwd=Path(__file__).parents[3], check=False).returncode == 9
    assert not out.exists()
    run_study(make_study(), out=out)
    run_study(make_study(), out=tmp_path / "whole")
    assert contents(out) == contents(tmp_path / "whole")


def test_run__does_not_go_on_from_another_study(tmp_path, result, record):
    store = tmp_path / ".out.work"
    open_work(store, "another")
    (store / "block-00000.bin").write_text("not even numbers")
    run_study(make_study(), record=record, out=tmp_path / "out")
    assert contents(tmp_path / "out") == contents(result.folder)


def test_run__goes_on_from_blocks_of_the_same_code_only(tmp_path, monkeypatch, result, record):
    store, plan = tmp_path / ".out.work", running.make_plan(make_study(), record)
    open_work(store, digest(canonical_json(running._identity(plan))))
    (store / "block-00000.bin").write_text("not even numbers")
    monkeypatch.setattr(running, "_code_digest", lambda: "other code")
    run_study(make_study(), record=record, out=tmp_path / "out")
    assert contents(tmp_path / "out") == contents(result.folder)


def test_run__refuses_a_work_folder_with_strange_files(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match="not written by Tarazu"):
        run_study(make_study(), out=tmp_path / "out", work=tmp_path)
    assert (tmp_path / "notes.txt").exists()


def test_run__refuses_to_replace_what_no_study_left(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "study.json").write_text("{}")  # a name that results have too
    with pytest.raises(OutputError, match="is not empty"):
        run_study(make_study(), out=tmp_path)
    assert (tmp_path / "mine.txt").exists()


def test_run__replaces_its_own_results_until_a_note_is_added(tmp_path):
    out = tmp_path / "out"
    before = run_study(make_study(), out=out)
    assert run_study(make_study(title="Again"), out=out).title == "Again" != before.title
    (out / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"notes\.txt"):
        run_study(make_study(), out=out)
    assert (out / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("prose", ["title", "question", "start"])
def test_run__a_change_of_prose_goes_on_from_the_finished_blocks(tmp_path, prose):
    run_study(make_study(), out=tmp_path / "one", work=tmp_path / "work")
    seen = []
    result = run_study(
        make_study(**{prose: "In other words"}),
        out=tmp_path / "two",
        work=tmp_path / "work",
        progress=seen.append,
    )
    assert seen[0].done == seen[0].total
    assert getattr(result, prose) == "In other words"


@pytest.mark.parametrize("change", [{"seed": 4}, {"weeks": 61, "horizons": (12, 60, 61)}])
def test_run__a_change_of_numbers_begins_anew(tmp_path, change):
    run_study(make_study(), out=tmp_path / "one", work=tmp_path / "work")
    seen = []
    run_study(
        make_study(**change), out=tmp_path / "two", work=tmp_path / "work", progress=seen.append
    )
    assert seen[0].done == 0


def test_run__refuses_a_record_of_another_region(tmp_path, record):
    other = dataclasses.replace(record.region, name="elsewhere")
    foreign = dataclasses.replace(record, region=other)
    with pytest.raises(ScenarioError, match=r"'elsewhere'.*'balochistan'"):
        run_study(make_study(), record=foreign, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_run__needs_a_worker(tmp_path):
    with pytest.raises(ValueError, match="workers"):
        run_study(make_study(), out=tmp_path / "out", workers=0)


def test_run__counts_every_member_run_once(tmp_path):
    seen = []
    run_study(make_study(), out=tmp_path / "out", workers=2, progress=seen.append)
    done = [progress.done for progress in seen]
    assert done == sorted(done)
    assert done[-1] == seen[-1].total == 5 * 2 * 2 * 2
    assert seen[-1].seconds_left == 0.0


def nowhere(study: Study) -> Study:
    levers = study.model.levers
    settings = tuple(Setting(lever=n, value=lever.default) for n, lever in levers.items())
    idle = Policy("idle", "Idle", "Says what is so anyway.", settings)
    return Study(
        study.name,
        study.spec.model_copy(update={"policies": ("status-quo", "idle")}),
        study.model,
        study.region,
        study.hypotheses,
        (study.policies[0], idle),
    )


def test_policy__that_acts_nowhere_changes_nothing(tmp_path):
    metrics = run_study(nowhere(make_study()), out=tmp_path / "out").metrics
    arms = [metrics[metrics["policy"] == name] for name in ("status-quo", "idle")]
    for name in OUTCOMES:
        assert np.array_equal(*(arm[name].to_numpy() for arm in arms), equal_nan=True)


def test_members__share_draws_and_luck_across_policies_and_hypotheses(tmp_path):
    """Under the same numbers everything is equal: 'full' twice, once by another name."""
    copy = tmp_path / "copy.toml"
    copy.write_text('title = "Copy"\nmeaning = "The same."\n[restrictions]\n')
    study = make_study(hypotheses=("full", str(copy)))
    metrics = run_study(study, out=tmp_path / "out").metrics
    first, second = (metrics[metrics["hypothesis"] == name] for name in ("full", "copy"))
    assert np.array_equal(first["attacks"], second["attacks"])


def test_members__replicates_of_a_draw_differ(result):
    table = result.metrics[(result.metrics["weeks"] == 60)]
    by_draw = table.groupby(["hypothesis", "policy", "draw"], observed=True)["attacks"]
    assert (by_draw.nunique() > 1).mean() > 0.5


def test_members__policies_share_their_luck(result):
    """Paired differences vary less than those between unpaired members would."""
    table = result.metrics[
        (result.metrics["weeks"] == 12) & (result.metrics["hypothesis"] == "full")
    ]
    quo, surge = (
        table[table["policy"] == name]["attacks"].to_numpy() for name in ("status-quo", "surge")
    )
    assert (surge - quo).var() < 0.5 * (surge.var() + quo.var())


def test_metrics__deaths_add_up(result):
    m = result.metrics
    others = m["deaths_state"] + m["deaths_militant"] + m["deaths_custody"]
    assert (m["deaths"] == m["deaths_civilian"] + others).all()
    assert (m["deaths_militant"] >= 0).all()
    assert m["deaths_militant"].sum() > 0
    parts = m["deaths_civilian_attacks"] + m["deaths_civilian_operations"]
    assert (m["deaths_civilian"] == parts).all()


def test_metrics__longer_horizons_count_at_least_as_much(result):
    m = result.metrics.set_index(["hypothesis", "policy", "member"])
    short, long = (m[m["weeks"] == weeks] for weeks in (12, 60))
    assert (long["attacks"] >= short["attacks"]).all()
    assert short["quiet_year"].isna().all()
    assert long["quiet_year"].isin([0.0, 1.0]).all()


def test_bands__are_those_of_the_metrics(result):
    m = result.metrics
    attacks = m[(m["weeks"] == 60) & (m["hypothesis"] == "full") & (m["policy"] == "surge")]
    mean = result.bands["attacks_mean"].sel(subset="all", hypothesis="full", policy="surge")
    assert float(mean.sum()) == pytest.approx(attacks["attacks"].mean())
    bands = result.bands["attacks"].sel(subset="all")
    assert (bands.diff("quantile") >= 0).all()


def test_districts__add_up_to_the_nation(result):
    yearly = result.districts["attacks_mean"].sel(subset="all", hypothesis="full")
    weeks = result.bands["attacks_mean"].sel(subset="all", hypothesis="full", week=slice(0, 52))
    totals = yearly.sum("district").isel(year=0)
    assert np.allclose(totals, weeks.sum("week"), rtol=1e-12)
    assert (result.districts["attacks_variance"].sel(subset="all") >= 0).all()
    above = result.districts["attacks_exceedance"].sel(subset="all")
    assert ((above.isel(level=0) >= above.isel(level=1)) & (above <= 1)).all()


def test_kept__are_the_draws_whose_attacks_lie_in_the_records_range(result):
    low, high = result.record_range
    assert (low, high) == (10, 41)
    m = result.metrics
    today = m[(m["policy"] == "status-quo") & (m["weeks"] == 60)]
    bands = today.groupby(["hypothesis", "draw"], observed=True)
    share = bands["kept"].first().groupby("hypothesis", observed=True).mean()
    for name in ("full", "deterrence"):
        assert share[name] == pytest.approx(result.kept_share[name])
    assert "10 to 41 attacks per year" in result.kept_sentence()


def test_kept__is_unknown_without_a_record(tmp_path):
    result = run_study(make_study(), out=tmp_path / "out")
    assert result.metrics["kept"].isna().all()
    assert set(result.kept_share.values()) == {None}
    assert "No record" in result.kept_sentence()


def test_result__reloads_equal(result):
    again = load_study_result(result.folder)
    assert again == result
    assert "Not calibrated" in again._repr_html_()


FILES = ["study.json", "metrics.parquet", "parameters.parquet", "bands.nc", "districts.nc"]


@pytest.mark.parametrize("name", FILES)
def test_result__incomplete_folder_is_an_error(tmp_path, result, name):
    for path in result.folder.iterdir():
        if path.name != name:
            (tmp_path / path.name).write_bytes(path.read_bytes())
    with pytest.raises(TarazuError):
        load_study_result(tmp_path)


MEASURED = """
import resource, sys
from html import escape
from pathlib import Path
from tarazu.study import run_study
from tests.unit.study.cases import make_study
study = make_study(draws={draws}, replicates=2, block=10, weeks=104, horizons=(52, 104))
run_study(study, out=Path({out!r}), workers=2)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.heavy
def test_memory__is_flat_in_members(tmp_path):
    peaks = []
    for draws in (100, 1000):
        code = MEASURED.format(draws=draws, out=str(tmp_path / str(draws)))
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=Path(__file__).parents[3],
            check=True,
            capture_output=True,
            text=True,
        )
        peaks.append(int(done.stdout))
    assert peaks[1] <= MEMORY_FACTOR * peaks[0]
    assert peaks[1] < 1.5e6  # KiB


def test_operation__reaches_its_dose_where_militants_suffice(tmp_path):
    study = make_operation_study(draws=40, replicates=8, block=20, hypotheses=("sponsorship",))
    result = run_study(study, out=tmp_path / "out", workers=2)
    m = result.metrics[result.metrics["weeks"] == 12]
    sweep = m[m["policy"] == "sweep"]
    assert (sweep["expected_removals"] <= 5.0 + 1e-6).all()
    reached = sweep[sweep["dose_reached"] == 1.0]
    assert len(reached) > 0.8 * len(sweep)
    assert np.allclose(reached["expected_removals"], 5.0, rtol=1e-3)
    before = m[m["policy"] == "no extra sweep"]
    assert (before["extra_operations"] == 0.0).all()


def test_run__without_a_folder_writes_to_a_new_one_and_names_it():
    result = run_study(make_study())
    again = run_study(make_study(), None)
    assert result.folder != again.folder
    assert contents(result.folder) == contents(again.folder)
    assert str(result.folder) in repr(result)
    for folder in (result.folder, again.folder):
        shutil.rmtree(folder)


def test_run__takes_folders_as_text(tmp_path, result, record):
    out, work = str(tmp_path / "out"), str(tmp_path / "work")
    same = run_study(make_study(), out, record=record, work=work)
    assert contents(same.folder) == contents(result.folder)
    assert load_study_result(out) == same


@pytest.mark.slow
def test_run__takes_a_model_and_a_region_by_path(tmp_path):
    file = tmp_path / "mine.toml"
    spec = make_spec(draws=2, hypotheses=("full",)).model_dump(exclude_none=True, mode="json")
    lines = [f"{key} = {json.dumps(value)}" for key, value in spec.items() if value != []]
    file.write_text("\n".join(lines))
    page = Path(__file__).parents[3] / "docs" / "how-to" / "your-own-mechanism.md"
    own = tmp_path / "curfew.py"
    own.write_text(page.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0])
    result = run_study(str(file), tmp_path / "out", model=str(own))
    assert "curfew_cost" in result.parameters
    with pytest.raises(DataError, match=r"nowhere.*not found"):
        run_study(file, tmp_path / "other", region=tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"study": "dmo"}, ScenarioError, "no study 'dmo'.*Did you mean 'demo'"),
        (
            {"study": "surge"},
            ScenarioError,
            r"'surge' is a policy, not a study; .*\.toml\. Name it under policies in a study of "
            r"your own \(`tarazu study new`\), or simulate it with tarazu\.simulate\(policy=",
        ),
        ({"study": "backlash"}, ScenarioError, "'backlash' is a hypothesis, .*under hypotheses in"),
        ({"study": 3}, TypeError, r"study is 3 \(int\); expected the name of a study"),
        ({"study": None}, TypeError, "study is None"),
        ({"out": 3}, TypeError, r"out is 3 \(int\); expected a folder"),
        ({"workers": 0}, ValueError, "workers is 0; expected 1 or more"),
        ({"workers": 1.5}, TypeError, "workers is 1.5"),
        ({"record": "events.csv"}, TypeError, "record is 'events.csv'.*read_record"),
        ({"region": 3}, TypeError, "region is 3"),
        ({"model": 3}, TypeError, "model is 3"),
        ({"progress": 3}, TypeError, "progress is 3"),
    ],
)
def test_run__bad_input_names_value_and_what_is_expected(tmp_path, given, error, message):
    with pytest.raises(error, match=message):
        run_study(**{"study": "demo", "out": tmp_path / "out"} | given)
    assert not (tmp_path / "out").exists()


def test_run__region_beside_a_loaded_study_is_an_error(tmp_path, record):
    with pytest.raises(ValueError, match="was loaded for its own"):
        run_study(make_study(), tmp_path / "out", region=record.region)


def test_run__folder_in_the_way_is_an_error_before_the_study_is_read(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="Tarazu wrote it"):
        run_study(tmp_path / "absent.toml", tmp_path)


def first_rows(result):
    """Attacks by policy under the first hypothesis, which the text shows."""
    rows = result.to_frame(["attacks"])
    return rows[rows["hypothesis"] == rows["hypothesis"].iloc[0]].set_index("policy")


def test_result__shows_itself_in_one_line_and_with_numbers_in_a_notebook(result):
    assert repr(result) == (
        "<StudyResult 'small': 5 draws x 2 replicates, 2 hypotheses, 2 policies, 60 weeks, "
        f"in {result.folder}>"
    )
    shown = result._repr_html_()
    row = first_rows(result).loc["status-quo"]
    assert f"<td>{row['median']:.0f} (" in shown
    assert "Civilians killed (persons) within 60 weeks" in shown
    assert load_study_result(str(result.folder)) == result


def test_result__of_a_wrong_type_or_place_is_an_error(tmp_path):
    with pytest.raises(TypeError, match="folder is None"):
        load_study_result(None)
    with pytest.raises(DataError, match=r"has no study\.json; expected .*Run the study again\."):
        load_study_result(tmp_path)
    with pytest.raises(DataError, match=r"absent: does not exist; expected the folder of a study"):
        load_study_result(str(tmp_path / "absent"))


def test_study__shows_itself_in_one_line_and_in_a_notebook():
    study = make_study()
    assert repr(study) == (
        "<Study 'small': 2 hypotheses, 2 policies, 5 draws x 2 replicates, 60 weeks>"
    )
    assert all(escape(policy.meaning) in study._repr_html_() for policy in study.policies)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress__line_ends_after_an_error_too(monkeypatch):
    monkeypatch.setattr(progressing, "SHOWN_AFTER", 0.0)
    monkeypatch.setattr(sys, "stderr", Terminal())

    def fail_half_way() -> None:
        with progressing.reporting(True, "study 'x'") as report:
            report(running.Progress(200, 1600, 10.0, 140.0))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail_half_way()
    assert sys.stderr.getvalue().endswith("\n")


def test_progress__is_one_line_on_a_terminal_and_nothing_elsewhere(monkeypatch):
    monkeypatch.setenv("COLUMNS", "50")
    monkeypatch.setattr(progressing, "SHOWN_AFTER", 0.0)
    for stream, seen in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        with progressing.reporting(True, "study 'x'") as report:
            assert (report is not None) is seen
            if report is not None:
                report(running.Progress(200, 1600, 10.0, 140.0))
                report(running.Progress(1600, 1600, 10.0, 0.0))
        text = stream.getvalue()
        assert ("study 'x': 200 of 1,600 member-runs, 2 min left" in text) is seen
        assert (text.count("\r"), text.count("\n")) == ((4, 1) if seen else (0, 0))
        assert all(len(line) < 50 for line in text.split("\r"))  # none wraps
    with progressing.reporting(False, "study 'x'") as report:
        assert report is None


def test_result__is_shown_by_a_notebook_with_its_first_figure(result):
    shown = result._repr_html_()
    assert shown.count("<svg") == 1
    assert shown.index("<table>") < shown.index("<svg") < shown.index("Not calibrated: parameters")


@pytest.mark.parametrize("series", SERIES)
def test_plot__draws_every_series(result, series):
    figure = result.plot(series)
    assert len(figure.table.rows) == 2 * 2  # hypotheses and policies
    is_level = series in LEVELS
    assert (" in 4 weeks by policy" in figure.title) is not is_level


def test_plot__first_is_attacks_and_an_unknown_one_is_an_error(result):
    assert result.plot().title.startswith("Not calibrated: attacks in 4 weeks")
    with pytest.raises(ValueError, match=r"'atacks'.*Did you mean 'attacks'"):
        result.plot("atacks")


def test_plot__of_many_policies_shows_the_baseline_and_a_few(tmp_path):
    grid = {"lever": "operational_tempo", "values": [0.1, 0.2, 0.5, 1.5, 2.0, 3.0, 4.0]}
    study = make_study(draws=2, weeks=12, horizons=(12,), policies=("status-quo",), grid=grid)
    result = run_study(study, tmp_path / "out")
    figure = result.plot()
    shown = list(dict.fromkeys(row[1] for row in figure.table.rows))
    assert shown == ["Status quo", *(f"operational_tempo = {v:g}" for v in (0.1, 0.5, 2, 4))]


def test_summary__is_text_of_80_columns_with_the_numbers_of_the_table(result):
    text = result.summary()
    assert repr(text) == text
    assert max(map(len, text.splitlines())) <= 80
    row = first_rows(result).loc["surge"]
    assert f"less in {row['share_lower']:.0%} of draws" in " ".join(text.split())
    assert "Not calibrated" in text
