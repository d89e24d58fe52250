"""What holds of every run: people conserved, ranges kept, luck tied to names and ids."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.prior_corners import broken_laws, run_at_corners
from tests.unit.worlds import (
    declare_toy,
    default_levers,
    line_of_districts,
    medians,
    toy_model,
)

from tarazu.engine import Districts, Pulse, simulate
from tarazu.model import build_model, draw_parameters, load_hypothesis
from tarazu.model.checks import checked

RELABEL_RTOL = 1e-12  # sums over districts and neighbours run in another order
WEEKS, DISTRICTS = 40, 4
PEOPLE = ("calm", "active", "gone")


def toy(districts=None, *, seed=3, members=(0, 1, 2), mode="stochastic", keep=(), **parameters):
    m = toy_model()
    districts = districts or line_of_districts(DISTRICTS)
    return simulate(
        m,
        medians(m, **parameters),
        default_levers(m, WEEKS, len(districts.names)),
        districts=districts,
        seed=seed,
        members=np.array(members),
        weeks=WEEKS,
        keep=keep,
        mode=mode,
    )


def shipped(seed=1, members=(0, 1), pulses=(), keep=(), parameters=None, weeks=WEEKS, **levers):
    m = build_model()
    return simulate(
        m,
        medians(m) if parameters is None else parameters,
        default_levers(m, weeks, DISTRICTS, **levers),
        districts=line_of_districts(DISTRICTS, 100_000.0),
        seed=seed,
        members=np.array(members),
        weeks=weeks,
        pulses=pulses,
        keep=keep,
    )


@settings(max_examples=20)
@given(
    contact=st.floats(0.0, 3.0),
    recovery=st.floats(0.0, 5.0),
    travel=st.floats(0.0, 5.0),
    killed_per_raid=st.floats(0.0, 200.0),
    initial_active=st.floats(0.0, 1.0),
    population=st.integers(1, 5_000),
    seed=st.integers(0, 2**31),
)
def test_people__are_whole_conserved_and_never_negative(population, seed, **parameters):
    districts = line_of_districts(3, float(population))
    run = toy(districts, seed=seed, keep=PEOPLE, **parameters)
    assert np.all(run.district >= 0.0)
    np.testing.assert_array_equal(run.district, np.floor(run.district))
    total = sum(run.series(name) for name in PEOPLE)
    np.testing.assert_array_equal(total, districts.population.sum())


def test_people__of_the_shipped_model_are_conserved_over_the_prior():
    m = build_model()
    uniforms = np.random.default_rng(5).uniform(0.01, 0.99, (8, len(m.parameters)))
    parameters = draw_parameters(m, load_hypothesis("full"), uniforms)
    names = [name for name, stock in m.stocks.items() if stock.kind == "people"]
    run = shipped(members=range(8), parameters=parameters, keep=names, operational_tempo=5.0)
    np.testing.assert_array_equal(sum(run.series(name) for name in names), 1_000_000.0)
    assert np.all(run.district >= 0.0)


@pytest.mark.parametrize("mode", ["stochastic", "mean"])
@pytest.mark.parametrize(("engine", "draws", "weeks"), [("numba", 200, 104), ("numpy", 5, 15)])
def test_laws__hold_every_week_at_the_corners_of_the_prior(mode, engine, draws, weeks):
    run = run_at_corners(mode, engine, draws=draws, weeks=weeks, seed=0)
    assert broken_laws(run, whole=mode == "stochastic") == {}


def test_laws__negative_control_one_person_made_of_nothing_is_seen():
    run = run_at_corners("stochastic", "numba", draws=5, weeks=15, seed=0)
    district = run.district.copy()
    at = run.district_quantities.index("sympathiser")
    district[3, 7, 2, at] -= district[3, 7, 2, at] + 1.0
    broken = broken_laws(dataclasses.replace(run, district=district), whole=True)
    assert broken == {"sympathiser is finite and not negative": 1, "people are conserved": 1}


@settings(max_examples=20)
@given(fear_up=st.floats(0.0, 50.0), fading=st.floats(0.0, 50.0), raid_rate=st.floats(0.0, 1.0))
def test_share__stays_between_zero_and_one(**parameters):
    run = toy(keep=["fear", "memory_raids"], **parameters)
    fear = run.by_district("fear")
    assert np.all((fear >= 0.0) & (fear <= 1.0))
    assert np.all(run.by_district("memory_raids") >= 0.0)


@pytest.mark.parametrize("mode", ["stochastic", "mean"])
@given(order=st.permutations(range(DISTRICTS)))
@settings(max_examples=5)
def test_districts__relabelled_give_the_relabelled_run(mode, order):
    districts = line_of_districts(DISTRICTS)
    moved = Districts(
        names=tuple(districts.names[d] for d in order),
        population=districts.population[order],
        urban_share=districts.urban_share[order],
        weights=districts.weights[np.ix_(order, order)],
        keys=np.array(order),
    )
    quantities = toy().quantities
    here, there = toy(districts, mode=mode, keep=quantities), toy(moved, mode=mode, keep=quantities)
    np.testing.assert_allclose(
        here.district[:, :, order, :], there.district, rtol=RELABEL_RTOL, atol=RELABEL_RTOL
    )


def test_same_run_twice__is_the_same_to_the_last_bit():
    first, second = toy(), toy()
    assert first.national.tobytes() == second.national.tobytes()


def test_replicates__differ():
    run = toy(members=range(20))
    assert len({run.national[m].tobytes() for m in range(20)}) == 20
    assert toy(seed=4).national.tobytes() != toy(seed=3).national.tobytes()


def test_batches__split_anywhere_give_the_same_bits():
    whole = toy(members=[5, 6, 7, 8])
    parts = [toy(members=[8, 5]), toy(members=[7]), toy(members=[6])]
    by_id = {int(i): part.national[k] for part in parts for k, i in enumerate(part.members)}
    for k, i in enumerate(whole.members):
        assert whole.national[k].tobytes() == by_id[int(i)].tobytes()


def test_policy_that_acts_nowhere__changes_nothing():
    m = build_model()
    base = shipped(weeks=20)
    pulses = [Pulse("operations", 3, 1, expected=0.0, count=0)]
    assert shipped(weeks=20, pulses=pulses).national.tobytes() == base.national.tobytes()
    silent = {"reintegration_response": 0.0}
    quiet = shipped(weeks=20, parameters=medians(m, **silent))
    helped = shipped(weeks=20, parameters=medians(m, **silent), reintegration_support=1.0)
    assert helped.national.tobytes() == quiet.national.tobytes()


def test_policies__share_their_luck_before_and_beside_the_difference():
    base = shipped(keep=["attacks", "militant_hardline"])
    swept = shipped(
        keep=["attacks", "militant_hardline"], pulses=[Pulse("operations", 10, 3, count=4)]
    )
    np.testing.assert_array_equal(base.national[:, :10], swept.national[:, :10])
    # three steps along the line in three weeks at most: the far end has not heard of it yet
    np.testing.assert_array_equal(base.district[:, 10:12, 0], swept.district[:, 10:12, 0])
    assert not np.array_equal(base.national[:, 10:], swept.national[:, 10:])


def test_mechanism_switched_on__shifts_no_other_draw():
    m = declare_toy()
    m.event("rumours", unit="raids", mean=m["raids"] * 3, meaning="talked about, moves nothing")
    wider = checked(m)
    run = simulate(
        wider,
        medians(wider),
        default_levers(wider, WEEKS, DISTRICTS),
        districts=line_of_districts(DISTRICTS),
        seed=3,
        members=np.array([0, 1, 2]),
        weeks=WEEKS,
    )
    for quantity in toy_model().stocks:
        np.testing.assert_array_equal(run.series(quantity), toy().series(quantity))
    assert run.series("rumours").sum() > 0.0


def test_pulse__of_counts_happens_exactly_and_of_expectation_on_average():
    base = shipped(keep=["attacks", "operations"], weeks=5)
    pulses = [Pulse("attacks_urban", 2, 1, count=3), Pulse("operations", 2, 2, expected=50.0)]
    run = shipped(keep=["attacks", "operations"], weeks=5, pulses=pulses)
    extra = run.district - base.district
    np.testing.assert_array_equal(extra[:, 2, 1, 0], 3.0)
    assert np.all(np.abs(extra[:, 2, 2, 1] - 50.0) < 50.0)
    assert (
        len(
            set(
                shipped(members=range(9), keep=["operations"], weeks=5, pulses=pulses).district[
                    :, 2, 2, 0
                ]
            )
        )
        > 1
    )


def test_national__sums_counts_and_averages_shares_by_population():
    run = toy(keep=["active", "fear"])
    population = line_of_districts(DISTRICTS).population
    np.testing.assert_array_equal(run.series("active"), run.by_district("active").sum(axis=2))
    np.testing.assert_allclose(
        run.series("fear"),
        run.by_district("fear") @ (population / population.sum()),
        rtol=RELABEL_RTOL,
    )


def test_trajectory__keeps_only_what_was_asked_for():
    assert toy().district is None
    with pytest.raises(KeyError, match="no quantity 'hope'"):
        toy().series("hope")
    assert toy(keep=["fear"]).by_district("fear").shape == (3, WEEKS, DISTRICTS)
    assert toy().start.shape == (3, 5)


def test_district_without_neighbours__keeps_its_people():
    lonely = line_of_districts(1)
    run = toy(lonely, travel=5.0, keep=PEOPLE)
    np.testing.assert_array_equal(run.district.sum(axis=(2, 3)), lonely.population[0])


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"levers": np.full((1, 5, DISTRICTS), 2.0)}, "levers"),
        ({"parameters": np.ones(3)}, r"parameters \(1, 3\)"),
        ({"keep": ["hope"]}, "no quantity 'hope'"),
        ({"pulses": [Pulse("raid", 0, 0)]}, "expected one of raids"),
        ({"pulses": [Pulse("raids", 5, 0)]}, "a week below 5"),
        ({"pulses": [Pulse("raids", 0, 0, expected=-1.0)]}, "nothing negative"),
        ({"members": np.array([-1])}, "ids >= 0"),
        ({"seed": -1}, "seed -1"),
    ],
)
def test_wrong_use__says_what_was_expected(change, complaint):
    m = toy_model()
    arguments = {
        "parameters": medians(m),
        "levers": default_levers(m, 5, DISTRICTS),
        "districts": line_of_districts(DISTRICTS),
        "seed": 0,
        "members": np.array([0]),
        "weeks": 5,
        "engine": "numpy",
    } | change
    parameters, levers = arguments.pop("parameters"), arguments.pop("levers")
    with pytest.raises(ValueError, match=complaint):
        simulate(m, parameters, levers, **arguments)


def test_lever_out_of_range__is_named_with_its_range():
    with pytest.raises(ValueError, match=r"'due_process' is set to 1.5.*expected 0 to 1"):
        shipped(due_process=1.5)


def test_negative_parameter__of_a_positive_prior_is_an_error():
    m = build_model()
    with pytest.raises(ValueError, match="'desertion_rate'"):
        shipped(parameters=medians(m, desertion_rate=-0.1))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"population": np.array([0.0, 1.0])}, "population of a"),
        ({"urban_share": np.array([0.5, 1.5])}, "urban_share of b"),
        ({"weights": np.array([[0.0, 0.5], [1.0, 0.0]])}, "weights of a"),
        ({"keys": np.array([1, 1])}, "1 different keys"),
        ({"names": ("a",)}, "shapes"),
    ],
)
def test_places__refuse_what_no_district_can_be(change, complaint):
    good = Districts(("a", "b"), np.ones(2), np.ones(2), np.array([[0.0, 1.0], [1.0, 0.0]]))
    with pytest.raises(ValueError, match=complaint):
        dataclasses.replace(good, **change)


def test_threads__give_the_bits_of_one_after_the_other():
    with ThreadPoolExecutor(2) as pool:
        parallel = [*pool.map(lambda member: toy(members=[member]), range(8))]
    for member, run in enumerate(parallel):
        assert run.national.tobytes() == toy(members=[member]).national.tobytes()
