"""Simulations by name: the numbers of a study, labelled, and errors at once."""

import json
from datetime import date

import numpy as np
import pytest
import xarray as xr
from tests.unit.study.cases import make_spec, make_study

import tarazu
from tarazu.core.errors import ResourceError, ScenarioError
from tarazu.model import Hypothesis, build_model, load_hypothesis
from tarazu.model.hypothesis import Restriction
from tarazu.policy import Policy, Setting, load_policy
from tarazu.region import load_region
from tarazu.study import OUTCOMES, run_study, simulate
from tarazu.study.setup.outcomes import SERIES

WEEKS = 12


def quick(*names, **changes) -> xr.Dataset:
    return simulate(*names, **{"draws": 2, "weeks": WEEKS, "mode": "mean"} | changes)


@pytest.fixture(scope="module")
def run():
    return simulate("surge", "deterrence", draws=5, replicates=2, weeks=60, seed=3)


@pytest.fixture(scope="module")
def metrics(tmp_path_factory):
    result = run_study(make_study(), out=tmp_path_factory.mktemp("run") / "out")
    m = result.metrics
    return m[(m["policy"] == "surge") & (m["hypothesis"] == "deterrence")], result.parameters


@pytest.mark.parametrize("name", [o.name for o in OUTCOMES.values() if o.over != "quiet_year"])
@pytest.mark.parametrize("horizon", make_spec().horizons)
def test_simulate__gives_the_numbers_of_a_study(run, metrics, name, horizon):
    of_study = metrics[0][metrics[0]["weeks"] == horizon].sort_values("member")[name].to_numpy()
    weeks = run[name].isel(week=slice(0, horizon))
    own = weeks.sum("week") if OUTCOMES[name].over == "total" else weeks.isel(week=-1)
    np.testing.assert_array_equal(own.to_numpy().ravel(), of_study)


def test_simulate__gives_the_parameters_of_a_study(run, metrics):
    table = metrics[1][metrics[1]["hypothesis"] == "deterrence"].sort_values("draw")
    parameters = run.filter_by_attrs(role="parameter")
    assert [*parameters] == [*build_model().parameters]
    for name in parameters:
        np.testing.assert_array_equal(parameters[name], table[name])


def test_simulate__names_dimensions_units_and_meanings(run):
    assert {*run.filter_by_attrs(role="outcome")} == {*SERIES}
    for name in SERIES:
        assert run[name].dims == ("draw", "replicate", "week")
    assert run["attacks"].attrs["units"] == "attacks/week"
    assert run["attacks"].attrs["long_name"] == "Militant attacks"
    assert run["militants"].attrs["units"] == "persons"
    rate = run["desertion_rate"]
    assert rate.dims == ("draw",)
    assert rate.attrs["units"] == "1/week"
    assert {"prior", "source", "long_name"} <= {*rate.attrs}


def test_simulate__districts_add_up_to_the_national_series():
    names = ("attacks", "deaths", "militants", "trust")
    run = simulate("surge", draws=2, weeks=WEEKS, seed=2, by_district=names)
    people = [d.population for d in load_region().districts]
    for name in names:
        local = run[f"{name}_by_district"]
        assert local.dims == ("draw", "replicate", "week", "district")
        if run[name].attrs["over_districts"] == "sum":
            total = local.sum("district")
        else:
            total = local.weighted(xr.DataArray(people, dims="district")).mean("district")
        np.testing.assert_allclose(total, run[name], rtol=1e-12)  # sums in another order


def test_simulate__keeps_the_quantities_that_are_named():
    run = quick(quantities=["militant_hardline", "attacks"])
    assert [*run.filter_by_attrs(role="outcome")] == ["militant_hardline", "attacks"]
    assert run["militant_hardline"].attrs["long_name"] == "Armed nationalists of the hard line"
    assert [*quick(quantities="trust").filter_by_attrs(role="outcome")] == ["trust"]


def test_simulate__does_not_depend_on_the_batches_of_draws():
    whole = quick("surge", draws=11)
    assert whole.sizes["draw"] == 11
    again = quick("surge", draws=11)
    xr.testing.assert_identical(whole, again)
    assert len(np.unique(whole["attacks"].sum("week"))) == 11


def test_simulate__mean_field_is_deterministic_and_counts_no_whole_events():
    one, other = quick(draws=3), quick(draws=3)
    xr.testing.assert_identical(one, other)
    assert (one["attacks"] % 1.0 != 0.0).any()
    drawn = quick(draws=3, mode="stochastic")
    assert (drawn["attacks"] % 1.0 == 0.0).all()


def test_simulate__takes_names_paths_and_objects(tmp_path):
    policy, hypothesis = load_policy("surge"), load_hypothesis("backlash")
    expected = quick("surge", "backlash")
    file = tmp_path / "surge.toml"
    file.write_text("\n".join(("title = 'Surge'", "meaning = 'A test.'", *_settings(policy))))
    for given in (policy, file, str(file)):
        assert expected["attacks"].equals(quick(given, "backlash")["attacks"])
    with_objects = quick(policy, hypothesis, region=load_region(), model=build_model())
    xr.testing.assert_identical(with_objects, expected)


def _settings(policy):
    for setting in policy.settings:
        yield from ("[[settings]]", f"lever = '{setting.lever}'", f"value = {setting.value}")


def test_simulate__attributes_are_enough_to_run_it_again():
    settings = (Setting(lever="due_process", value=0.8, districts=("Kech",), from_week=3),)
    guess = Hypothesis("own", "Own", "A test.", {"retaliation": Restriction(low=-1 / 3)})
    run = quick(Policy("mine", "Mine", "A test.", settings), guess, seed=9)
    a = run.attrs
    policy = tuple(Setting.model_validate(one) for one in json.loads(a["policy_settings"]))
    restrictions = json.loads(a["hypothesis_restrictions"])
    again = quick(
        Policy("mine", "Mine", "A test.", policy),
        Hypothesis("own", "Own", "", {k: Restriction(**v) for k, v in restrictions.items()}),
        seed=a["seed"],
        draws=a["draws"],
        weeks=a["weeks"],
        mode=a["simulation_mode"],
    )
    assert again.equals(run)


def test_simulate__moves_to_pandas_csv_parquet_and_netcdf(tmp_path):
    run = quick(replicates=2, mode="stochastic", start=date(2025, 1, 6))
    frame = run.filter_by_attrs(role="outcome").to_dataframe().reset_index()
    assert len(frame) == 2 * 2 * WEEKS
    assert str(frame["time"].iloc[1].date()) == "2025-01-13"
    frame.to_csv(tmp_path / "run.csv", index=False)
    frame.to_parquet(tmp_path / "run.parquet")
    both = run.to_dataframe()  # inputs and outcomes
    assert {"attacks", "retaliation"} <= {*both.columns}
    assert len(both) == len(frame)
    run.to_netcdf(tmp_path / "run.nc", engine="scipy")
    with xr.open_dataset(tmp_path / "run.nc", engine="scipy") as read:
        assert read["attacks"].equals(run["attacks"])
        assert read.attrs["policy"] == "status-quo"


def test_simulate__parameter_of_an_outcomes_name_gets_an_ending(tmp_path):
    own = tmp_path / "own.py"
    own.write_text(
        "from tarazu.core.quantities import LogNormal, Parameter\n"
        "from tarazu.core.sources import ASSUMED\n\n\n"
        "def mechanism(m):\n"
        "    rate = Parameter('1/week', LogNormal(0.01, 2), source=ASSUMED)\n"
        "    p = m.declare({'deaths': rate})\n"
        "    m.change('trust', fall=p.deaths, meaning='a test')\n"
    )
    run = quick(model=own)
    assert run["deaths"].dims == ("draw", "replicate", "week")
    assert run["deaths_parameter"].dims == ("draw",)
    assert run.attrs["model"] == "tarazu_own"
    assert len(run.attrs["model_digest"]) == 64


def test_simulate__reports_progress_to_a_function():
    seen = []
    quick(draws=11, mode="stochastic", replicates=2, progress=seen.append)
    assert [(now.done, now.total) for now in seen] == [(16, 22), (22, 22)]


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"policy": "surje"}, ScenarioError, "no policy 'surje'.*Did you mean 'surge'"),
        ({"policy": 3}, TypeError, r"policy is 3 \(int\)"),
        ({"hypothesis": "backlsh"}, ScenarioError, "Did you mean 'backlash'"),
        ({"hypothesis": load_policy("surge")}, TypeError, "hypothesis is <Policy 'surge'"),
        ({"region": 3}, TypeError, r"region is 3 \(int\); expected the folder"),
        ({"model": 3}, TypeError, r"model is 3 \(int\); expected the path"),
        ({"draws": 0}, ValueError, "draws is 0; expected 1 or more"),
        ({"draws": 2.5}, TypeError, r"draws is 2.5 \(float\)"),
        ({"replicates": True}, TypeError, r"replicates is True \(bool\)"),
        ({"weeks": 5201}, ValueError, "weeks is 5,201; expected 1 to 5,200"),
        ({"seed": -1}, ValueError, "seed is -1"),
        ({"mode": "mean", "replicates": 2}, ValueError, "the mean field is deterministic"),
        ({"mode": "median"}, ValueError, "expected 'stochastic' or 'mean'"),
        ({"start": "soon"}, ValueError, "start is 'soon'"),
        ({"start": 2025}, TypeError, "start is 2025"),
        ({"quantities": "atacks"}, ScenarioError, "Did you mean 'attacks'"),
        ({"quantities": 3}, TypeError, "quantities is 3"),
        ({"by_district": ["trst"]}, ScenarioError, "Did you mean 'trust'"),
        ({"progress": "yes"}, TypeError, "progress is 'yes'"),
    ],
)
def test_simulate__bad_input_names_value_and_what_is_expected(changes, error, message):
    with pytest.raises(error, match=message):
        simulate(**{"draws": 2, "weeks": 2} | changes)


def test_simulate__policy_for_a_district_that_the_region_lacks_is_refused():
    policy = Policy("mine", "Mine", "", (Setting(lever="trust", value=1.0, districts=("Kach",)),))
    with pytest.raises(ExceptionGroup) as caught:
        quick(policy)
    problems = [str(error) for error in caught.value.exceptions]
    assert any("no lever 'trust'" in text for text in problems)
    assert any("no district 'Kach'" in text and "Did you mean" in text for text in problems)


def test_simulate__is_the_public_name():
    assert tarazu.simulate is simulate


def test_simulate__beyond_memory_is_refused_before_any_work():
    with pytest.raises(ResourceError, match=r"a run of 50,000,000,000 members .* of memory"):
        simulate(draws=50_000_000_000, weeks=2)


def test_simulate__a_start_gives_weeks_to_policies_that_name_days(tmp_path):
    dated, weekly = tmp_path / "dated.toml", tmp_path / "weekly.toml"
    head = 'title = "T"\nmeaning = "M"\n[[settings]]\nlever = "dialogue"\nvalue = 0.5\n'
    dated.write_text(head + "from_date = 2027-02-01\n")
    weekly.write_text(head + "from_week = 4\n")
    wanted = {"draws": 2, "weeks": 12, "mode": "mean", "seed": 1}
    by_day = simulate(str(dated), start="2027-01-04", **wanted)
    by_week = simulate(str(weekly), **wanted)
    assert by_day.attacks.to_numpy().tolist() == by_week.attacks.to_numpy().tolist()
