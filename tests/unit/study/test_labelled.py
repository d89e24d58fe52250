import numpy as np
from tests.unit.worlds import default_levers, line_of_districts, medians, toy_model

from tarazu.engine import simulate
from tarazu.study.labelled import to_xarray


def test_to_xarray__names_dimensions_and_says_units():
    m = toy_model()
    run = simulate(
        m,
        medians(m),
        default_levers(m, 6, 3),
        districts=line_of_districts(3),
        seed=0,
        members=np.array([4, 9]),
        weeks=6,
        keep=["fear"],
        engine="numpy",
    )
    data = to_xarray(run)
    assert data["raids"].dims == ("member", "week")
    assert data["raids"].attrs["unit"] == "raids/week"
    assert data["calm"].attrs["unit"] == "persons"
    assert data["fear_by_district"].dims == ("member", "week", "district")
    chosen = data["fear_by_district"].sel(member=9, district="district-2").to_numpy()
    np.testing.assert_array_equal(chosen, run.by_district("fear")[1, :, 2])
