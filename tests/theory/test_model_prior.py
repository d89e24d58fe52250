"""What the priors say before a record is seen: both outcomes reachable, levels believable."""

from functools import cache

import numpy as np
import pytest
from scipy.stats import qmc
from tests.unit.worlds import default_levers, line_of_districts, medians

from tarazu.core.quantities import SpikeSlab
from tarazu.engine import Districts, simulate
from tarazu.model import HYPOTHESES, build_model, draw_parameters, load_hypothesis
from tarazu.model.stocks import MILITANTS
from tarazu.policy import POLICIES, load_policy, resolve
from tarazu.region import load_region
from tarazu.study.setup.policies import districts_of

DRAWS, YEARS = 120, 5
WEEKS = 52 * YEARS
LEAST_SHARE = 0.05  # of draws in which each outcome must be seen
NOTHING = 1e-3  # relative change that counts as none: other links of a lever are not switched off
VISIBLE = 0.01  # relative change that counts as better or worse


def design(draws: int) -> np.ndarray:
    """Latin hypercube over all parameters, (draws, P)."""
    sampler = qmc.LatinHypercube(len(build_model().parameters), rng=7)
    return sampler.random(draws)


@cache
def balochistan() -> Districts:
    return districts_of(load_region())


def series_of(run, quantity: str) -> np.ndarray:
    names = MILITANTS if quantity == "militants" else (quantity,)
    return np.sum([run.series(name) for name in names], axis=0)


@pytest.mark.parametrize(
    ("lever", "quantity", "by"),
    [
        ("project_scale", "grievance_extraction", "project_response"),
        ("local_revenue_share", "grievance_extraction", "project_response"),
        ("services", "sympathiser", "services_response"),
        ("local_agency", "grievance_exclusion", "agency_response"),
        ("proxies", "grievance_exclusion", "proxy_response"),
        ("due_process", "grievance_repression", "alienation_response"),
        ("accounting", "grievance_repression", "alienation_response"),
        ("redress", "militants", "redress_response"),
        ("dialogue", "militants", "dialogue_response"),
        ("dialogue_hardline", "attacks", "dialogue_response"),
        ("reintegration_support", "reintegrated", "reintegration_response"),
    ],
)
def test_untested_claim__may_help_or_harm_and_do_nothing_where_its_prior_says_so(
    lever, quantity, by
):
    """`by` is the response that carries the claim: nothing is reachable where its prior has none.

    A response that is drawn from a normal prior is none in no draw, so that nothing is not asked
    of what it carries: harm moves grievance one way or the other.
    """
    m = build_model()
    parameters = draw_parameters(m, load_hypothesis("full"), design(DRAWS))
    others = {"dialogue": 1.0} if lever == "reintegration_support" else {}
    ends = []
    for setting in (m.levers[lever].low, m.levers[lever].high):
        run = simulate(
            m,
            parameters,
            default_levers(m, WEEKS, 2, **others, **{lever: setting}),
            districts=line_of_districts(2, 300_000.0),
            seed=1,
            members=np.arange(DRAWS),
            weeks=WEEKS,
            mode="mean",
        )
        ends.append(series_of(run, quantity)[:, -1])
    change = ends[1] - ends[0]
    nothing = np.abs(change) <= NOTHING * np.abs(ends[0])
    assert (nothing.mean() > LEAST_SHARE) == isinstance(m.parameters[by].prior, SpikeSlab)
    assert ((change > 0.0) & ~nothing).mean() > LEAST_SHARE
    assert ((change < 0.0) & ~nothing).mean() > LEAST_SHARE


@cache
def totals_under(policy: str) -> dict[str, np.ndarray]:
    """Five years of attacks and of civilian deaths under a policy, (DRAWS,) each, mean field."""
    m = build_model()
    run = simulate(
        m,
        draw_parameters(m, load_hypothesis("full"), design(DRAWS)),
        resolve(load_policy(policy), m.levers, load_region(), WEEKS),
        districts=balochistan(),
        seed=1,
        members=np.arange(DRAWS),
        weeks=WEEKS,
        mode="mean",
    )
    civilians = run.series("attack_deaths_civilian") + run.series("operation_deaths_civilian")
    return {"attacks": run.series("attacks").sum(axis=1), "civilian deaths": civilians.sum(axis=1)}


@pytest.mark.parametrize("outcome", ["attacks", "civilian deaths"])
@pytest.mark.parametrize("policy", [p for p in POLICIES if p != "status-quo"])
def test_policy__may_end_better_and_may_end_worse_than_today(policy, outcome):
    """The answer is not built in: over the full prior each has draws in which it wins and loses."""
    today, then = totals_under("status-quo")[outcome], totals_under(policy)[outcome]
    assert (then < (1.0 - VISIBLE) * today).mean() > LEAST_SHARE
    assert (then > (1.0 + VISIBLE) * today).mean() > LEAST_SHARE


@pytest.mark.parametrize("hypothesis", HYPOTHESES)
def test_status_quo__neither_explodes_nor_vanishes_at_once_in_most_draws(hypothesis):
    m = build_model()
    run = simulate(
        m,
        draw_parameters(m, load_hypothesis(hypothesis), design(DRAWS)),
        default_levers(m, WEEKS, len(balochistan().names)),
        districts=balochistan(),
        seed=1,
        members=np.arange(DRAWS),
        weeks=WEEKS,
    )
    yearly = run.series("attacks").reshape(DRAWS, YEARS, 52).sum(axis=2)
    believable = (yearly.mean(axis=1) >= 10.0) & (yearly.mean(axis=1) <= 150.0)
    assert believable.mean() > 0.7
    assert (yearly[:, 0] == 0.0).mean() < 0.01
    assert (yearly[:, -1] > 1_000.0).mean() < 0.05
    deaths = run.series("attack_deaths_civilian") + run.series("attack_deaths_state")
    lethality = deaths.sum(axis=1) / np.maximum(run.series("attacks").sum(axis=1), 1.0)
    assert 2.0 < np.median(lethality) < 5.0


def test_medians__rest_near_where_they_start():
    m = build_model()
    districts = balochistan()
    run = simulate(
        m,
        medians(m),
        default_levers(m, 520, len(districts.names)),
        districts=districts,
        seed=1,
        members=np.array([0]),
        weeks=520,
        mode="mean",
    )
    attacks = run.series("attacks")[0]
    assert 20.0 < attacks[:52].sum() < 60.0
    for quantity in ("attacks", "militants", "sympathiser", "trust", "grievance", "investment"):
        series = series_of(run, quantity)[0]
        assert series[-1] == pytest.approx(series[0], rel=0.35), quantity
