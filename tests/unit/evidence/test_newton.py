"""Matrices in the form of an arrowhead against the same matrices written out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarazu.evidence.methods.newton import WHOLE_UP_TO, Blocks, Evaluation, factor, maximise

# Solving systems of 20 unknowns whose condition number is below 1e3.
ROUNDING = 1e-9


def draw_surface(seed: int, epochs: int, n: int, z: int) -> tuple[Evaluation, np.ndarray]:
    """A concave surface, and its information written out."""
    rng = np.random.default_rng(seed)
    whole = np.zeros((epochs * n + z, epochs * n + z))
    for e in range(epochs):  # each part of the sum touches one epoch and the border
        place = np.r_[e * n : (e + 1) * n, epochs * n : epochs * n + z]
        root = rng.normal(size=(n + z, n + z))
        whole[np.ix_(place, place)] += root @ root.T + np.eye(n + z)
    blocks = [slice(e * n, (e + 1) * n) for e in range(epochs)]
    border = slice(epochs * n, None)
    gradient = rng.normal(size=(epochs, n)), rng.normal(size=z)
    local = np.array([whole[b, b] for b in blocks])
    cross = np.array([whole[b, border] for b in blocks])
    return (0.0, gradient, without_districts(local, cross, whole[border, border])), whole


def without_districts(local, cross, border) -> Blocks:
    epochs, n, z = cross.shape
    blocks = Blocks.empty(epochs, 0, n, z)
    blocks.time[:], blocks.time_other[:], blocks.other[:] = local, cross, border
    return blocks


@given(
    seed=st.integers(0, 10**6), epochs=st.integers(1, 4), n=st.integers(1, 4), z=st.integers(1, 3)
)
def test_arrowhead__divides_as_the_whole_matrix_does(seed, epochs, n, z):
    (_, gradient, blocks), whole = draw_surface(seed, epochs, n, z)
    vector = np.concatenate([gradient[0].ravel(), gradient[1]])
    information = factor(blocks)
    local, border = information.divide(*gradient)
    expected = np.linalg.solve(whole, vector)
    assert np.concatenate([local.ravel(), border]) == pytest.approx(
        expected, rel=ROUNDING, abs=ROUNDING
    )
    assert information.log_determinant == pytest.approx(np.linalg.slogdet(whole)[1], abs=ROUNDING)


def test_arrowhead__is_damped_where_the_surface_is_not_concave():
    gradient = np.ones((1, 1)), np.ones(1)
    local, border = factor(without_districts(*(-np.ones((1,) * k) for k in (3, 3, 2)))).divide(
        *gradient
    )
    assert (local @ gradient[0].T).item() + border.item() > 0  # still a way up


def test_maximise__finds_the_top_of_a_quadratic():
    (_, _, blocks), whole = draw_surface(1, 3, 2, 2)
    top = np.random.default_rng(2).normal(size=len(whole))

    def evaluate(local, border):
        away = top - np.concatenate([local.ravel(), border])
        slope = whole @ away
        return -0.5 * away @ slope, (slope[:6].reshape(3, 2), slope[6:]), blocks

    found = maximise(evaluate, np.zeros((3, 2)), np.zeros(2))
    assert found.converged
    assert np.concatenate([found.local.ravel(), found.border]) == pytest.approx(top, abs=1e-6)


def draw_separated(seed: int, epochs: int, separate: int, times: int, others: int) -> tuple:
    """An information of districts, times and coefficients, in blocks and with its zeros."""
    rng = np.random.default_rng(seed)
    n, z = separate + times, separate + others
    local, cross = np.zeros((epochs, n, n)), np.zeros((epochs, n, z))
    border = 0.1 * np.eye(z)
    for e in range(epochs):
        local[e] = np.eye(n)
        for d in range(separate):
            for _ in range(3):
                mine = np.zeros(n)
                mine[d], mine[separate + rng.integers(times)] = 1.0, 1.0
                whole = np.zeros(z)
                whole[d], whole[separate:] = 1.0, rng.normal(size=others)
                local[e] += np.outer(mine, mine)
                cross[e] += np.outer(mine, whole)
                border += np.outer(whole, whole)
    own = np.arange(separate)
    blocks = Blocks(
        drift=local[:, own, own],
        drift_level=cross[:, own, own],
        drift_time=local[:, :separate, separate:],
        drift_other=cross[:, :separate, separate:],
        time=local[:, separate:, separate:],
        time_other=cross[:, separate:, separate:],
        level=np.diagonal(border)[:separate],
        level_other=border[:separate, separate:],
        other=border[separate:, separate:],
    )
    return blocks, (local, cross, border)


def negative(blocks: Blocks) -> Blocks:
    return Blocks(*(-getattr(blocks, name) for name in Blocks.__slots__))


@pytest.mark.parametrize("separate", [2, 41])
def test_blocks__written_out_have_their_zeros(separate):
    blocks, written = draw_separated(separate, 2, separate, 3, 2)
    for block, expected in zip(blocks.write_out(), written, strict=True):
        assert (block == expected).all()


@pytest.mark.parametrize("separate", [41, 55])
def test_separated_arrowhead__divides_as_whole_blocks_do(separate):
    assert separate > WHOLE_UP_TO
    blocks, written = draw_separated(separate, 3, separate, 5, 2)
    rng = np.random.default_rng(1)
    vector = rng.normal(size=written[1].shape[:2]), rng.normal(size=written[1].shape[2])
    found, expected = factor(blocks), factor(without_districts(*written))
    for mine, other in zip(found.divide(*vector), expected.divide(*vector), strict=True):
        assert mine == pytest.approx(other, rel=ROUNDING, abs=ROUNDING)
    assert found.log_determinant == pytest.approx(expected.log_determinant, abs=ROUNDING)


def test_separated_arrowhead__is_damped_where_the_surface_is_not_concave():
    blocks, (_, cross, _) = draw_separated(3, 2, WHOLE_UP_TO + 1, 4, 2)
    gradient = np.ones(cross.shape[:2]), np.ones(cross.shape[2])
    step = factor(negative(blocks)).divide(*gradient)
    assert sum(float((a * b).sum()) for a, b in zip(step, gradient, strict=True)) > 0
