"""What the priors say before a record is seen, line by line; the table goes to the docs.

No prior was changed for any threshold: the priors were committed before this was first run.
"""

from pathlib import Path

import numpy as np
import pytest
from tests.theory import prior_predictive as prior

from tarazu.model import build_model

PAGE = Path(__file__).parents[2] / "docs/validation/prior-predictive.md"
LINES = (*prior.LEVELS, *prior.SHAPES)

pytestmark = pytest.mark.skipif(not prior.SHARED.is_dir(), reason="no data beside the project")


@pytest.fixture(scope="module")
def lines() -> dict[str, prior.Line]:
    found = prior.table()
    PAGE.write_text(prior.page(found), encoding="utf-8")
    return {line.name: line for line in found}


@pytest.mark.parametrize("name", LINES)
def test_record__lies_in_the_central_99_percent_of_the_draws(lines, name):
    assert prior.outside([lines[name]], 0.99) == []


def test_record__is_outside_the_central_90_percent_in_three_lines_at_most(lines):
    assert len(prior.outside(lines.values(), 0.9)) <= 3


@pytest.mark.parametrize("name", prior.LEVELS)
def test_level__is_no_wider_than_a_factor_of_20(lines, name):
    assert prior.width(lines[name]) <= prior.WIDEST


def test_places_and_shocks__are_what_spreads_the_draws(lines):
    """Negative control: the lines that they are for move when both are taken away."""
    m = build_model()
    none = {name: 0.0 for name in ("campaign_spread", "district_spread", "exposure")}
    none |= {"majority_recruits": 0.0, "deprivation_response": 0.0, "border_men": 0.0}
    assert none.keys() <= m.parameters.keys()
    without = {line.name: line for line in prior.table(**none)}
    heaviest = "share of the five heaviest"
    assert np.median(without[heaviest].draws) < 0.85 * np.median(lines[heaviest].draws)
