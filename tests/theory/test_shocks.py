"""With both spreads at 0 the shipped model is the one without shocks, to the last bit."""

import numpy as np
import pytest
from tests.unit.worlds import default_levers, line_of_districts, medians

from tarazu.engine import simulate
from tarazu.model import Model, build_model
from tarazu.model.checks import checked
from tarazu.model.mechanisms.campaigns import PARAMETERS
from tarazu.model.mechanisms.registry import MECHANISMS
from tarazu.model.stocks import stocks


def former_model() -> Model:
    """The shipped model as it was before anything came and went: both levels written in as 1."""
    m = Model("tarazu")
    stocks(m)
    for name, mechanism in MECHANISMS.items():
        if name == "campaigns":
            m.declare(PARAMETERS)
            for level in ("campaign", "district_tempo"):
                m.define(level, 1 + 0 * m["campaign_spread"], meaning="1")
        else:
            mechanism(m)
    return checked(m)


@pytest.mark.parametrize("mode", ["stochastic", "mean"])
def test_shipped_model_without_spread__is_the_former_one_to_the_last_bit(mode):
    runs = [
        simulate(
            m,
            medians(m, campaign_spread=0.0, district_spread=0.0),
            default_levers(m, 156, 3, dialogue=0.5, operational_tempo=3.0),
            districts=line_of_districts(3, 300_000.0),
            seed=3,
            members=np.arange(4),
            weeks=156,
            keep=("attacks", "militant_hardline", "memory_raids"),
            mode=mode,
        )
        for m in (build_model(), former_model())
    ]
    assert runs[0].national.tobytes() == runs[1].national.tobytes()
    assert runs[0].district.tobytes() == runs[1].district.tobytes()
