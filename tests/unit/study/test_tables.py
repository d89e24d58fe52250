from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from tests.unit.study.cases import make_operation_study, make_study

from tarazu.core.errors import ScenarioError
from tarazu.model.user_model import load_user_model
from tarazu.study import load_study, run_study
from tarazu.study.pages import study_folder_page
from tarazu.study.runner.run import make_plan
from tarazu.study.runner.tables import PARAMETERS, describe_metrics

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "study-folder.md"


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    return run_study(make_study(), out=tmp_path_factory.mktemp("run") / "one")


def test_experiments__join_reproduces_the_parameters_of_the_plan(result):
    plan = make_plan(make_study())
    names = list(plan.study.model.parameters)
    table = result.experiments
    assert len(table) == len(result.metrics)
    for hypothesis, scenario in plan.scenarios.items():
        rows = table[table["hypothesis"] == hypothesis]
        joined = rows[names].to_numpy()
        assert np.array_equal(joined, scenario.parameters[rows["draw"].to_numpy()])
    both = [scenario.parameters for scenario in plan.scenarios.values()]
    assert not np.array_equal(*both)  # hypotheses differ, so the key matters


def test_experiments__keep_the_outcomes(result):
    columns = list(result.metrics.columns)
    pd.testing.assert_frame_equal(result.experiments[columns], result.metrics)


def test_parameters__have_one_row_per_hypothesis_and_draw(result):
    keys = result.parameters[["hypothesis", "draw"]]
    assert len(keys) == len(keys.drop_duplicates()) == 2 * 5


def test_parameters__carry_unit_prior_and_source(result):
    model = make_study().model
    info = result.parameter_info.set_index("parameter")
    assert list(info.index) == list(model.parameters)
    for name, parameter in model.parameters.items():
        assert info.loc[name, "unit"] == parameter.unit
        assert info.loc[name, "prior"] == parameter.prior.describe()
        assert info.loc[name, "source"] == str(parameter.source)


def test_parameters__file_is_that_of_any_number_of_workers(tmp_path, result):
    run_study(make_study(block=3), out=tmp_path / "two", workers=2)
    written = [folder / PARAMETERS for folder in (tmp_path / "two", result.folder)]
    assert written[0].read_bytes() == written[1].read_bytes()


@pytest.mark.parametrize("make", [make_study, make_operation_study])
def test_metrics__every_column_is_described(tmp_path, make):
    result = run_study(make(draws=2, hypotheses=("full",)), out=tmp_path / "out")
    schema = pq.read_schema(result.folder / "metrics.parquet")
    described = describe_metrics(result.is_operation)
    assert schema.names == list(described)
    for field in schema:
        assert field.metadata[b"meaning"].decode() == described[field.name].meaning


def test_study__refuses_a_parameter_with_the_name_of_a_key(tmp_path):
    own = tmp_path / "own.py"
    own.write_text(
        "from tarazu.core.quantities import Fixed, Parameter\n"
        "from tarazu.core.sources import ASSUMED\n"
        "def mechanism(m):\n"
        "    m.declare({'draw': Parameter('1', Fixed(1.0), source=ASSUMED)})\n"
    )
    with pytest.raises(ScenarioError, match="parameter 'draw'"):
        load_study("demo", model=load_user_model(own))


def test_page__is_the_one_that_the_code_makes():
    assert PAGE.read_text(encoding="utf-8") == study_folder_page()


def test_metrics__take_more_names_than_a_byte_can_number(tmp_path):
    values = tuple(round(0.01 * n, 2) for n in range(130))
    files = [tmp_path / f"h{n:03d}.toml" for n in range(130)]
    for file in files:
        file.write_text('title = "Copy"\nmeaning = "The same."\n[restrictions]\n')
    short = {"weeks": 2, "horizons": (2,), "draws": 2, "replicates": 1, "series_weeks": 1}
    short |= {"policies": ("status-quo",)}
    grid = make_study(
        **short, hypotheses=("full",), grid={"lever": "operational_tempo", "values": values}
    )
    many = make_study(**short, hypotheses=tuple(str(file) for file in files))
    policies = run_study(grid, out=tmp_path / "grid").metrics["policy"]
    result = run_study(many, out=tmp_path / "many")
    assert list(policies.unique()) == [
        "status-quo",
        *(f"operational_tempo = {v:g}" for v in values),
    ]
    assert policies.value_counts().tolist() == [2] * 131
    for table in (result.metrics, result.parameters):
        assert table["hypothesis"].tolist() == [file.stem for file in files for _ in range(2)]
