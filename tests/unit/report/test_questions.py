"""Figures of what the model is asked."""

import pandas as pd

from tarazu.report.figures.analyses import marginal_figure


def row(effect: float, half: float, **named: object) -> dict[str, object]:
    bounds = {"effect": effect, "effect_low": effect - half, "effect_high": effect + half}
    shares = {"p_fewer": 0.5, "p_more": 0.5, "n_draws": 4}
    return {"quantity": "attacks", "zone": "here", "weeks": 4} | bounds | shares | named


def test_marginal__gives_no_interval_to_draws_that_do_not_differ() -> None:
    table = pd.DataFrame([row(0.0, 0.0), row(1.0, 0.5, weeks=12)])
    told = [cells[-1] for cells in marginal_figure(table, district="quetta").table.rows]
    assert told == ["the same in all draws", "+0.50 to +1.50"]


def test_marginal__says_what_the_replacement_ratio_is_a_share_of() -> None:
    table = pd.DataFrame(
        [row(0.4, 0.1), row(0.4, 0.1, quantity="replacement ratio", zone="everywhere")]
    )
    told = [cells[0] for cells in marginal_figure(table, district="quetta").table.rows]
    assert told == ["attacks", "replaced (share of the militants removed)"]
