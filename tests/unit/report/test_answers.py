"""The sentence before the tables of an analysis: numbers with intervals, no claim from noise."""

from __future__ import annotations

import pandas as pd
import pytest

from tarazu.report.answers import ablation_answer, flips_answer, marginal_answer, thresholds_answer
from tarazu.study.analysis.thresholds import Thresholds
from tarazu.study.analysis.tipping_points import TippingPointsOverDraws
from tarazu.study.analysis.uncertainty import Estimate


def change(effect: float, half: float, name: str = "effect") -> dict[str, float]:
    return {name: effect, f"{name}_low": effect - half, f"{name}_high": effect + half}


def marginal(replaced: float, half: float = 0.1) -> pd.DataFrame:
    common = {"weeks": 260, "n_draws": 20}
    attacks = common | {"quantity": "attacks"}
    return pd.DataFrame(
        [
            attacks | {"zone": "here", "weeks": 4} | change(9.0, 1.0),
            attacks | {"zone": "here"} | change(2.0, 3.0),
            attacks | {"zone": "everywhere"} | change(0.5, 0.0),
            common
            | {"quantity": "replacement ratio", "zone": "everywhere"}
            | change(replaced, half),
        ]
    )


def test_marginal__answers_at_the_longest_horizon() -> None:
    answer = marginal_answer(marginal(1.04), district="Kech")
    assert answer.startswith(
        "One more operation in Kech changes attacks there over 5 years, on average over 20 draws, "
        "by +2.00 (90% Monte Carlo interval, −1.00 to +5.00); "
    )
    assert "in all districts by +0.50 (the same in each)." in answer
    assert "104% are replaced by then (90% Monte Carlo interval, 94% to 114%)" in answer


def test_marginal__gives_no_interval_from_one_draw() -> None:
    table = marginal(1.04).assign(n_draws=1, effect_low=float("nan"), effect_high=float("nan"))
    answer = marginal_answer(table, district="Kech")
    assert "over 5 years, in one draw, by +2.00; in all districts by +0.50." in answer
    assert answer.endswith(
        "One draw cannot tell whether the militants whom it removes are replaced by then."
    )


@pytest.mark.parametrize(
    ("replaced", "half", "ends"),
    [(-0.18, 0.83, "−101% to 65%"), (0.3, 0.4, "−10% to 70%"), (1.2, 0.6, "60% to 180%")],
)
def test_marginal__states_no_share_replaced_that_the_draws_cannot_tell(
    replaced: float, half: float, ends: str
) -> None:
    assert marginal_answer(marginal(replaced, half), district="Kech").endswith(
        "These 20 draws cannot tell whether the militants whom it removes are replaced by then "
        f"(share replaced: 90% Monte Carlo interval, {ends})."
    )


def test_marginal__says_nothing_of_replacement_where_none_was_removed() -> None:
    assert "replaced" not in marginal_answer(marginal(float("nan")), district="Kech")


def links(*parts: tuple[str, float, float]) -> pd.DataFrame:
    whole = {"link": "all links at work", "n_draws": 20}
    whole |= change(5.0, 1.0) | change(0.0, 0.0, "through")
    return pd.DataFrame(
        [whole]
        + [
            {"link": name} | change(4.0, 1.0) | change(part, half, "through")
            for name, part, half in parts
        ]
    )


def test_ablation__names_the_largest_part_that_is_not_noise() -> None:
    table = links(("trust>*", 4.0, 9.0), ("missing_level>*", -2.0, 1.0), ("kin_flow>*", 1.0, 0.5))
    names = {"policy": "surge", "baseline": "status-quo", "outcome": "attacks"}
    answer = ablation_answer(table, **names, weeks=520)
    assert (
        "'surge' changes attacks over 10 years, on average over 20 draws, by +5.00 (90% Monte "
        "Carlo interval, +4.00 to +6.00) against 'status-quo'."
    ) in answer
    assert answer.endswith(
        "through missing_level>*: −2.00 (90% Monte Carlo interval, −3.00 to −1.00)."
    )
    noise = ablation_answer(links(("trust>*", 4.0, 9.0)), **names, weeks=520)
    assert noise.endswith("No link, held alone, changes this by more than chance.")
    alone = links(("trust>*", 4.0, 9.0)).assign(n_draws=1)
    assert ablation_answer(alone, **names, weeks=520).endswith("cannot tell through which link.")


def thresholds(**columns: list[object]) -> Thresholds:
    return Thresholds("full", "surge", pd.DataFrame(columns), pd.DataFrame())


def test_thresholds__states_shares_of_draws() -> None:
    found = thresholds(
        reproduction=[0.5, 2.0],
        from_low=[1.0, 1.0],
        from_high=[1.0, 9.0],
        is_bistable=[False, True],
        reason=["", ""],
    )
    assert thresholds_answer(found) == (
        "Under 'full' with 'surge', the reproduction number of violence (R_v) is above 1, so that "
        "violence grows from few militants, in 50% (90% interval, 12% to 88%) of 2 draws. Starting "
        "from few and from many militants, the model ends at different levels in 50% (90% "
        "interval, 12% to 88%) of 2 draws."
    )


def test_thresholds__says_of_how_many_draws_where_some_are_left_out() -> None:
    nan = float("nan")
    found = thresholds(
        reproduction=[0.5, 2.0, nan],
        from_low=[1.0, nan, nan],
        from_high=[9.0, 9.0, nan],
        is_bistable=[True, False, False],
        reason=["", "", "none"],
    )
    answer = thresholds_answer(found)
    assert "of the 2 of 3 draws in which it is defined. Starting" in answer
    assert answer.endswith("of the 1 of 3 draws in which both reach an equilibrium.")


def test_thresholds__says_why_there_is_no_number() -> None:
    found = thresholds(
        reproduction=[float("nan")],
        from_low=[1.0],
        from_high=[1.0],
        is_bistable=[False],
        reason=["no rest without violence"],
    )
    assert thresholds_answer(found) == (
        "Under 'full', the reproduction number of violence is not defined in any draw: no rest "
        "without violence."
    )


def test_flips__name_the_parameter_that_tips_most_often() -> None:
    row = {"parameter": "retaliation", "tips": 0.75, "tips_low": 0.5, "tips_high": 0.9}
    row |= {"n_draws": 4}
    names = {"policy": "surge", "baseline": "status-quo"}
    ahead = Estimate(0.25, 0.1, 0.5)
    found = TippingPointsOverDraws(ahead, pd.DataFrame([row | {"n_tipping": 3}]))
    assert flips_answer(found, **names) == (
        "'surge' is ahead of 'status-quo' in 25% (90% interval, 10% to 50%) of 4 draws. Moved "
        "alone, retaliation changes the ranking in 75% (90% interval, 50% to 90%) of them."
    )
    never = TippingPointsOverDraws(ahead, pd.DataFrame([row | {"n_tipping": 0}]))
    assert flips_answer(never, **names).endswith("changes the ranking in any draw.")
