"""Both engines over many corners of the prior: people conserved, stocks in their ranges."""

import pytest
from tests.unit.engine.prior_corners import broken_laws, run_at_corners


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("mode", ["stochastic", "mean"])
@pytest.mark.parametrize(("engine", "draws", "weeks"), [("numba", 400, 260), ("numpy", 20, 52)])
def test_laws__hold_every_week_at_the_corners_of_the_prior(mode, engine, draws, weeks, seed):
    run = run_at_corners(mode, engine, draws=draws, weeks=weeks, seed=100 + seed)
    assert broken_laws(run, whole=mode == "stochastic") == {}
