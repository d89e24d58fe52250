"""A run that starts where another ended: the same path, bit for bit, as one long run."""

import numpy as np
import pytest
from tests.unit.engine.test_shocks import toy
from tests.unit.worlds import default_levers, line_of_districts, medians

from tarazu.engine import Known, simulate
from tarazu.model import build_model
from tarazu.region import load_region
from tarazu.study.setup.policies import districts_of

DISTRICTS, MEMBERS, BEFORE, AFTER = 4, 3, 30, 40


def run(model, weeks, *, engine="numba", mode="stochastic", members=None, **given):
    return simulate(
        model,
        medians(model),
        default_levers(model, weeks, DISTRICTS),
        districts=line_of_districts(DISTRICTS, 100_000.0),
        seed=5,
        members=np.arange(MEMBERS) if members is None else members,
        weeks=weeks,
        mode=mode,
        engine=engine,
        **given,
    )


@pytest.mark.parametrize("engine", ["numba", "numpy"])
@pytest.mark.parametrize("mode", ["stochastic", "mean"])
def test_continuation__of_a_run_is_one_long_run(engine, mode):
    model = toy()
    long = run(model, BEFORE + AFTER, engine=engine, mode=mode)
    first = run(model, BEFORE, engine=engine, mode=mode)
    second = run(model, AFTER, engine=engine, mode=mode, start=first.end)
    np.testing.assert_array_equal(
        np.concatenate([first.national, second.national], axis=1), long.national
    )
    assert second.end.week == long.end.week == BEFORE + AFTER
    np.testing.assert_array_equal(second.end.levels, long.end.levels)
    np.testing.assert_array_equal(second.end.chances, long.end.chances)


def test_continuation__of_some_members_in_any_order_is_theirs():
    model, chosen = toy(), np.array([2, 0])
    first = run(model, BEFORE)
    whole = run(model, AFTER, start=first.end)
    part = run(model, AFTER, members=chosen, start=first.end.of(chosen))
    np.testing.assert_array_equal(part.national, whole.national[chosen])


def test_continuation__uses_no_random_number_of_its_past_again():
    model = toy()
    first = run(model, BEFORE)
    again = run(model, BEFORE, start=first.end)
    raids = first.series("common_raids"), again.series("common_raids")
    assert not np.array_equal(*raids)


def test_continuation__of_the_shipped_model_is_one_long_run():
    model, districts = build_model(), districts_of(load_region())

    def shipped(weeks, start=None):
        return simulate(
            model,
            medians(model),
            default_levers(model, weeks, len(districts.names)),
            districts=districts,
            seed=5,
            members=np.arange(2),
            weeks=weeks,
            start=start,
        )

    long, first = shipped(20), shipped(9)
    second = shipped(11, first.end)
    np.testing.assert_array_equal(
        np.concatenate([first.national, second.national], axis=1), long.national
    )


def test_continuation__refuses_a_state_of_others_or_of_parts_of_persons():
    model = toy()
    first, mean = run(model, 5), run(model, 5, mode="mean")
    with pytest.raises(ValueError, match=r"expected\s+members"):
        run(model, 5, members=np.array([1, 0, 2]), start=first.end)
    with pytest.raises(ValueError, match="parts of persons"):
        run(model, 5, start=mean.end)
    with pytest.raises(ValueError, match="member 7 is not among"):
        first.end.of(np.array([7]))


def known(weeks, covered=True):
    counts = np.zeros((weeks, DISTRICTS), dtype=np.int64)
    counts[::3, 1] = 2
    return Known("raids", "lethality", counts, np.full(weeks, covered))


@pytest.mark.parametrize("mode", ["stochastic", "mean"])
def test_known_events__are_the_same_in_both_engines(mode):
    model = toy()
    runs = [
        run(model, 30, engine=engine, mode=mode, known=known(30)).series("raids")
        for engine in ("numba", "numpy")
    ]
    np.testing.assert_allclose(*runs, rtol=1e-12)


def test_known_events__take_their_share_of_what_is_expected():
    model, weeks = toy(), 3
    free, given = (
        run(model, weeks, mode="mean", keep=["raids"], known=k) for k in (None, known(3))
    )
    share = medians(model)[[*model.parameters].index("lethality")]
    expected = (1 - share) * free.by_district("raids")[:, 0]
    expected[:, 1] += 2
    np.testing.assert_allclose(given.by_district("raids")[:, 0], expected, rtol=1e-12)


def test_known_events__happen_and_others_are_drawn_beside_them():
    given = run(toy(), 30, keep=["raids"], known=known(30)).by_district("raids")
    assert (given[:, ::3, 1] >= 2).all()
    assert (given[:, 1::3] > 0).any()


def test_known_events__in_weeks_that_no_record_covers_are_drawn():
    model = toy()
    free, given = run(model, 30), run(model, 30, known=known(30, covered=False))
    np.testing.assert_array_equal(free.national, given.national)


def test_known_events__of_another_length_are_an_error():
    with pytest.raises(ValueError, match="known counts"):
        run(toy(), 30, known=known(29))
