"""The kernels of the evidence against obvious twins, and their derivatives against differences."""

import ast
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reference.evidence_loops import (
    additive_log_likelihood,
    classes_and_dose,
    decayed_sum,
    loglinear_log_likelihood,
    tally,
    window_means,
)

import tarazu
from tarazu.evidence.methods.newton import Blocks
from tarazu.evidence.methods.sort_kernels import sort_order, sort_values
from tarazu.evidence.point_process.history_kernels import (
    classify_days,
    fill_decayed,
    fill_window_means,
    tally_days,
)
from tarazu.evidence.point_process.likelihood_kernels import (
    accumulate_additive,
    accumulate_loglinear,
)

WINDOWS = ((1, 2), (3, 7))
# Window sums of whole numbers are exact; fractions differ by the rounding of a running sum.
ROUNDING = 1e-12
# Central differences of a function of size 1e2 at step 1e-5: rounding 1e-9, curvature 1e-9.
STEP, DIFFERENCE = 1e-5, 1e-6
DRAWN = 3  # districts of a drawn surface
DAYS, DISTRICTS = st.integers(1, 40), st.integers(1, 3)
SEEDS = st.integers(0, 10**6)


@settings(max_examples=30)
@given(seed=SEEDS, n_days=DAYS, n_districts=DISTRICTS)
def test_fill_window_means__equals_plain_sums(seed, n_days, n_districts):
    source = np.random.default_rng(seed).uniform(0, 1, (n_days, n_districts))
    features = np.full((n_days, n_districts, 3), np.nan)
    fill_window_means(source, np.array(WINDOWS), 1, features)
    assert np.isnan(features[:, :, 0]).all()
    assert features[:, :, 1:] == pytest.approx(window_means(source, WINDOWS), abs=ROUNDING)


@settings(max_examples=30)
@given(seed=SEEDS, n_days=DAYS, n_districts=DISTRICTS, decay=st.floats(0.01, 3))
def test_fill_decayed__equals_plain_sums(seed, n_days, n_districts, decay):
    source = np.random.default_rng(seed).uniform(0, 1, (n_days, n_districts))
    features = np.zeros((n_days, n_districts, 1))
    fill_decayed(source, decay, 0, features)
    assert features[:, :, 0] == pytest.approx(decayed_sum(source, decay), abs=ROUNDING)


@settings(max_examples=30)
@given(seed=SEEDS, n_days=DAYS, n_districts=DISTRICTS, horizon=st.integers(1, 9))
def test_classify_days__equals_plain_sums(seed, n_days, n_districts, horizon):
    rng = np.random.default_rng(seed)
    own, near = rng.poisson(0.1, (2, n_days, n_districts))
    share = near * rng.uniform(0.2, 1, near.shape)
    condition, dose = np.zeros(own.shape, dtype=np.int64), np.zeros(own.shape)
    classify_days(own, near, horizon, 2 * horizon, condition, dose, share)
    plain_condition, plain_dose = classes_and_dose(own, near, horizon, 2 * horizon, share)
    assert (condition == plain_condition).all()
    assert dose == pytest.approx(plain_dose, abs=ROUNDING)


def test_classify_days__counts_from_the_day_after_a_treatment():
    own, near = np.zeros((2, 10, 1), dtype=np.int64)
    own[2, 0] = near[3, 0] = 1
    condition, dose = np.zeros((10, 1), dtype=np.int64), np.zeros((10, 1))
    classify_days(own, near, 3, 5, condition, dose, near.astype(float))
    assert condition[:, 0].tolist() == [4, 4, 0, 1, 1, 1, 2, 3, 0, 0]
    assert dose[:, 0].tolist() == [0, 0, 0, 0, 1, 1, 1, 0, 0, 0]


@settings(max_examples=30)
@given(seed=SEEDS, n_days=DAYS, n_districts=DISTRICTS)
def test_tally_days__equals_plain_sums(seed, n_days, n_districts):
    rng = np.random.default_rng(seed)
    features = rng.uniform(0, 1, (n_days, n_districts, 2))
    counts, condition = rng.poisson(0.4, (n_days, n_districts)), rng.integers(0, 3, (n_days, 1))
    condition = np.repeat(condition, n_districts, axis=1)
    period = np.arange(n_days) // 6
    fitted = np.array([True, False, True])
    n_periods, n_marked = int(period[-1]) + 1, int((counts > 0).sum())
    days, observed = np.zeros((2, n_districts, n_periods, 3))
    sums = np.zeros((n_districts, n_periods, 3, 2))
    place = np.zeros((n_marked, 2), dtype=np.int64)
    count, of_events = np.zeros(n_marked), np.zeros((n_marked, 2))
    found = tally_days(
        features, counts, condition, fitted, period, days, sums, observed, place, count, of_events
    )
    plain_days, plain_observed, plain_sums, plain_events = tally(
        features, counts, condition, fitted, period
    )
    assert {tuple(cell): days[tuple(cell)] for cell in np.argwhere(days > 0)} == plain_days
    for cell in plain_days:
        assert observed[cell] == plain_observed[cell]
        assert sums[cell] == pytest.approx(plain_sums[cell], abs=ROUNDING)
    assert [(*p, c) for p, c in zip(place[:found].tolist(), count, strict=False)] == [
        event[:3] for event in plain_events
    ]
    for row, event in zip(of_events[:found], plain_events, strict=True):
        assert row == pytest.approx(event[3])


def draw_places(rng: np.random.Generator, n: int) -> np.ndarray:
    """Rows of 3 districts, 2 epochs and in each 3 drifts, 2 years and 4 bursts."""
    bounds = ((0, DRAWN), (0, 2), (0, DRAWN), (3, 5), (5, 9))
    place = np.stack([rng.integers(low, high, n) for low, high in bounds], axis=1)
    place[:, 2] = place[:, 0]
    return place


def draw_additive(seed: int) -> tuple:
    rng = np.random.default_rng(seed)
    features = rng.uniform(0, 0.5, (30, 3)) * (rng.uniform(size=(30, 3)) < 0.7)
    return (
        rng.normal(-0.3, 0.4, (2, 9)),
        rng.normal(-0.5, 0.4, 6),
        draw_places(rng, 20),
        rng.uniform(1, 5, 20),
        draw_places(rng, 30),
        rng.integers(1, 4, 30).astype(float),
        features,
        rng.uniform(5, 20, 3),
    )


def draw_loglinear(seed: int) -> tuple:
    rng = np.random.default_rng(seed)
    return (
        rng.normal(-0.3, 0.4, (2, 9)),
        rng.normal(-0.5, 0.4, 5),
        draw_places(rng, 40),
        rng.uniform(1, 5, 40),
        rng.poisson(0.7, 40).astype(float),
        rng.normal(0, 1, (40, 2)) * (rng.uniform(size=(40, 2)) < 0.7),
    )


KERNELS = {
    "additive": (accumulate_additive, additive_log_likelihood, draw_additive),
    "loglinear": (accumulate_loglinear, loglinear_log_likelihood, draw_loglinear),
}


def evaluate(accumulate, state: tuple) -> tuple:
    (E, n), Z = state[0].shape, len(state[1])
    gradient = np.empty((E, n)), np.empty(Z)
    blocks = Blocks.empty(E, DRAWN, n - DRAWN, Z - DRAWN)
    value = accumulate(*state, *gradient, *blocks.summed())
    blocks.finish(np.zeros((E, n)), np.zeros(Z))
    return value, *gradient, *blocks.write_out()


def differentiate(function, at: np.ndarray) -> np.ndarray:
    """Central differences, one row a coordinate of `at`."""
    steps = STEP * np.eye(at.size).reshape(-1, *at.shape)
    return np.array([(function(at + s) - function(at - s)) / (2 * STEP) for s in steps])


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("name", KERNELS)
def test_likelihood__equals_plain_sums(name, seed):
    accumulate, plain, draw = KERNELS[name]
    state = draw(seed)
    assert evaluate(accumulate, state)[0] == pytest.approx(plain(*state), rel=1e-12)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("name", KERNELS)
def test_likelihood__gradient_is_its_slope(name, seed):
    accumulate, plain, draw = KERNELS[name]
    local, border, *data = state = draw(seed)
    _, gradient, border_gradient, *_ = evaluate(accumulate, state)
    by_local = differentiate(lambda x: plain(x, border, *data), local)
    by_border = differentiate(lambda x: plain(local, x, *data), border)
    assert gradient.ravel() == pytest.approx(by_local, abs=DIFFERENCE, rel=DIFFERENCE)
    assert border_gradient == pytest.approx(by_border, abs=DIFFERENCE, rel=DIFFERENCE)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("name", KERNELS)
def test_likelihood__information_is_minus_the_slope_of_its_gradient(name, seed):
    accumulate, _, draw = KERNELS[name]
    local, border, *data = state = draw(seed)
    _, _, _, information, cross, border_information = evaluate(accumulate, state)
    (E, n), Z = local.shape, len(border)
    by_local = differentiate(
        lambda x: evaluate(accumulate, (x, border, *data))[1].ravel(), local
    ).reshape(E, n, E, n)
    by_border = differentiate(
        lambda x: np.concatenate(
            [part.ravel() for part in evaluate(accumulate, (local, x, *data))[1:3]]
        ),
        border,
    )
    found = {
        "local": (information, [-by_local[e, :, e] for e in range(E)]),
        "across epochs": (np.zeros((n, n)), by_local[0, :, 1]),
        "cross": (cross, -by_border[:, : E * n].T.reshape(E, n, Z)),
        "border": (border_information, -by_border[:, E * n :]),
    }
    for part, (block, slope) in found.items():
        assert block == pytest.approx(np.array(slope), abs=DIFFERENCE, rel=DIFFERENCE), part


WHOLE = st.lists(st.integers(-(10**9), 10**9) | st.integers(0, 3), max_size=60)


@given(WHOLE)
def test_sort_values__sorts(values):
    found = np.array(values, dtype=np.int64)
    sort_values(found)
    assert found.tolist() == sorted(values)


@given(WHOLE, st.sampled_from([np.int64, np.float64]))
def test_sort_order__is_the_stable_one(values, dtype):
    order = np.full(len(values), -1)
    sort_order(np.array(values, dtype=dtype), order)
    assert order.tolist() == sorted(range(len(values)), key=values.__getitem__)


# What numba makes from inner functions that are named alike for different work: of two cached
# kernels in one process, the one loaded second ran the machine code of the first.
NAMED_ALIKE = {
    *("argpartition", "argsort", "digitize", "histogram", "median", "nanmedian", "nanpercentile"),
    *("nanquantile", "partition", "percentile", "quantile", "searchsorted", "sort", "sorted"),
    "unique",
}
COMPILERS = {"kernel", "bare_kernel", "njit", "jit"}


def calls_named_alike(source):
    """Return "kernel calls name" for each such call of NumPy, a method or `sorted` in kernels."""
    return [
        f"{function.name} calls {name}"
        for function in ast.walk(ast.parse(source))
        if isinstance(function, ast.FunctionDef)
        and any(last_name(decorator) in COMPILERS for decorator in function.decorator_list)
        for call in ast.walk(function)
        if isinstance(call, ast.Call)
        and (name := last_name(call)) in NAMED_ALIKE
        and (isinstance(call.func, ast.Attribute) or name == "sorted")
    ]


def last_name(node):
    """Return "c" of ``c``, ``a.b.c`` or ``a.b.c(...)``."""
    node = node.func if isinstance(node, ast.Call) else node
    return getattr(node, "attr", getattr(node, "id", None))


def test_kernels__call_nothing_that_numba_names_alike():
    package = Path(tarazu.__file__).parent
    found = {
        path.relative_to(package).as_posix(): calls
        for path in package.rglob("*.py")
        if (calls := calls_named_alike(path.read_text(encoding="utf-8")))
    }
    assert not found, f"sort outside the kernel, or by evidence.methods.sort_kernels: {found}"


@pytest.mark.parametrize("decorator", ["kernel", "bare_kernel(fastmath=True)", "numba.njit"])
def test_calls_named_alike__sees_functions_and_methods(decorator):
    body = "    x.sort()\n    return np.median(x)"
    kernels = f"@{decorator}\ndef middle(x):\n{body}\n\ndef plain(x):\n{body}\n"
    assert calls_named_alike(kernels) == ["middle calls sort", "middle calls median"]
