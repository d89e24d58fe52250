"""Studies of the mean field: quantities that are kept, the reproduction number, what is refused."""

import numpy as np
import pytest
from tests.unit.study.cases import OPERATION, make_study

from tarazu.core.errors import ScenarioError
from tarazu.study import run_study, simulate
from tarazu.study.setup.outcomes import OUTCOMES, SERIES, measure

MEAN = {"mode": "mean", "replicates": 1, "hypotheses": ("full",), "draws": 3}


def test_mean_study__gives_the_numbers_of_the_mean_field(tmp_path):
    result = run_study(
        make_study(**MEAN, quantities=("groups", "attacks_urban")), out=tmp_path / "x"
    )
    got = result.metrics.query("policy == 'surge' and weeks == 60")
    run = simulate(
        "surge",
        "full",
        draws=3,
        weeks=60,
        seed=3,
        mode="mean",
        quantities=["attacks", "groups", "attacks_urban"],
    )
    assert np.allclose(got["attacks"], run.attacks.sum("week").values.ravel())
    assert np.allclose(got["attacks_urban"], run.attacks_urban.sum("week").values.ravel())
    assert np.allclose(got["groups"], run.groups.isel(week=-1).values.ravel())
    assert (got["quiet_year"] == 0.0).all()


def test_quiet_year__of_the_mean_field_expects_fewer_than_one():
    weekly = np.array([np.full(60, 1.01 / 52), np.full(60, 0.99 / 52)])
    series = {name: weekly for name in SERIES}
    found = measure(series, [12, 60], 0)[:, :, [*OUTCOMES].index("quiet_year")]
    assert np.isnan(found[:, 0]).all()
    assert found[:, 1].tolist() == [0.0, 1.0]


def test_mean_study__columns_say_what_they_are(tmp_path):
    import pyarrow.parquet as pq

    run_study(make_study(**MEAN, quantities=("groups",)), out=tmp_path / "x")
    field = pq.read_schema(tmp_path / "x" / "metrics.parquet").field("groups")
    assert field.metadata == {
        b"unit": b"groups",
        b"meaning": b"Armed groups: level at the end of the horizon.",
    }


@pytest.mark.slow  # the Jacobian of the model is derived once per process
def test_reproduction__falls_to_less_where_no_operation_follows_if_harm_recruits(tmp_path):
    world = tmp_path / "world.toml"
    world.write_text(
        'title = "W"\nmeaning = "A test."\n[restrictions]\nrecruits_per_disappeared = 1.5\n'
        "recruits_per_killed = 1.0\nfollowing_share = 0.9\n"
    )
    study = make_study(
        **MEAN | {"hypotheses": (str(world),), "policies": ("status-quo",)},
        reproduction=True,
        grid={"lever": "operational_tempo", "values": (0.0,)},
    )
    metrics = run_study(study, out=tmp_path / "x").metrics.query("weeks == 60")
    number = metrics.pivot_table("reproduction", "draw", "policy", observed=True)
    assert (number["operational_tempo = 0"] < number["status-quo"]).all()


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"mode": "mean"}, "replicates"),
        ({"quantities": ("grups",)}, "quantities[0]"),
        ({"quantities": ("attacks",)}, "quantities[0]"),
        ({"quantities": ("groups", "groups")}, "quantities[1]"),
        (
            {
                "policies": ("status-quo",),
                "weeks": 62,
                "operation": OPERATION,
                "reproduction": True,
            },
            "reproduction",
        ),
        (
            {"policies": ("status-quo",), "weeks": 62, "operation": OPERATION, **MEAN},
            "mode",
        ),
    ],
)
def test_study__what_cannot_be_computed_is_an_error(changes, key):
    with pytest.raises(ScenarioError) as caught:
        make_study(**changes)
    assert caught.value.key == key
