"""``tarazu model threshold|marginal|frontier|ablate|flip``: analyses of the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tarazu.cli.options import (
    AsJson,
    Force,
    ModelOptions,
    Quiet,
    Verbose,
    Workers,
    add_options,
    paths_of,
    threads,
)
from tarazu.cli.terminal.output import paragraph, show, width
from tarazu.cli.terminal.progress import progress

if TYPE_CHECKING:
    from tarazu.report.figure import Figure
    from tarazu.study.setup.scenario import Scenario

Hypothesis = Annotated[str, typer.Option(help="Name of a hypothesis.")]
Policy = Annotated[str, typer.Option(help="Name of a shipped policy, or a TOML file.")]
ComparedPolicy = Annotated[
    str, typer.Argument(help="Name of a shipped policy, or a TOML file.", show_default=False)
]
Baseline = Annotated[str, typer.Option(help="Policy to compare with.")]
Draws = Annotated[int, typer.Option(min=2, help="Number of parameter draws.")]
Replicates = Annotated[int, typer.Option(min=1, help="Stochastic replicates per parameter draw.")]
Weeks = Annotated[int, typer.Option(min=1, max=5200, help="Length of the runs, weeks.")]


@dataclass(frozen=True, slots=True)
class Shared(ModelOptions):
    """Options of every analysis."""

    hypothesis: Hypothesis = "full"
    seed: Annotated[int, typer.Option(min=0, help="Random seed.")] = 0
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", file_okay=False, show_default=False, help="Folder for the figures."
        ),
    ] = None
    force: Force = False
    as_json: AsJson = False
    verbose: Verbose = 0
    quiet: Quiet = False


@add_options(Shared)
def threshold(policy: Policy = "status-quo", draws: Draws = 20, *, shared: Shared) -> None:
    """Compute the reproduction number of violence and its equilibria.

    Per parameter draw: the reproduction number R_v with importation set aside (spontaneous
    recruits, sponsored men and arms, base tempo), or why it is not defined; net recruits per
    additional militant at the equilibrium with violence, signed; and whether starts from few and
    from many militants end at different equilibria. Mean field of one average district. A second
    table lists the ten parameters with the largest elasticity of the growth factor at the
    equilibrium, over the first ten draws.
    """
    from tarazu.report.answers import thresholds_answer
    from tarazu.report.figures.thresholds import elasticities_figure, thresholds_figure
    from tarazu.study.analysis.thresholds import find_thresholds

    scenario = _drawn(shared, policy, weeks=1, draws=draws)
    with progress("finding equilibria") as advance:
        found = find_thresholds(scenario, elastic=10, progress=advance)
    figures = [thresholds_figure(found)]
    if len(found.elasticities):
        figures.append(elasticities_figure(found))
    _show(
        figures,
        found.table.to_dict("records"),
        shared,
        [thresholds_answer(found)],
        keep=[*paths_of(policy, shared.hypothesis), *shared.files],
        elasticities=found.leading_elasticities().to_dict("records"),
    )


@add_options(Shared)
def marginal(
    district: Annotated[str, typer.Argument(help="District of the operation.", show_default=False)],
    policy: Policy = "status-quo",
    draws: Draws = 40,
    replicates: Replicates = 4,
    *,
    shared: Shared,
) -> None:
    """Estimate the marginal effect of one operation.

    Attacks, deaths of civilians and of security forces in the week of the operation and in the 4,
    12, 52 and 260 weeks after it, and militants at their end: in the district, in its neighbours
    and elsewhere; and the replacement ratio: new militants per militant removed. Members with and
    without the operation use common random numbers.
    """
    from tarazu.region import find_district
    from tarazu.report.answers import marginal_answer
    from tarazu.report.figures.analyses import marginal_figure
    from tarazu.study.analysis.marginal_effect import HORIZONS, marginal_effect

    weeks, seed = 53 + max(HORIZONS), shared.seed
    region = shared.load_region()
    slug = find_district(region, district)
    title = region.districts[region.slugs.index(slug)].name
    scenario = _drawn(shared, policy, weeks=weeks, draws=draws)
    with progress("running with and without one operation") as advance:
        found = marginal_effect(scenario, slug, replicates=replicates, seed=seed, progress=advance)
    _show(
        [marginal_figure(found, district=title)],
        found.to_dict("records"),
        shared,
        [marginal_answer(found, district=title)],
        keep=[*paths_of(policy, shared.hypothesis), *shared.files],
    )


@add_options(Shared)
def frontier(
    axis: Annotated[
        str, typer.Option(help="Second axis: a lever, or trust (held at each level).")
    ] = "technical_intelligence",
    tempo: Annotated[
        list[float] | None,
        typer.Option(help="Operational tempo to run; repeat for more.", show_default="0 to 10"),
    ] = None,
    level: Annotated[
        list[float] | None,
        typer.Option(
            help="Level of the second axis to run; repeat for more.",
            show_default="three over its range",
        ),
    ] = None,
    policy: Policy = "status-quo",
    draws: Draws = 12,
    replicates: Replicates = 5,
    *,
    shared: Shared,
) -> None:
    """Compute the attrition frontier over operational tempo and intelligence.

    Every combination of tempo and intelligence (or trust) is run for ten years from few and from
    many militants, and labelled: dies out, shrinks, persists or grows. The first lines state for
    each level whether any tempo in the grid ends violence.
    """
    from tarazu.report.figures.frontier import frontier_figure
    from tarazu.study.analysis.frontier import END, attrition_frontier

    seed = shared.seed
    scenario = _drawn(shared, policy, weeks=END, draws=draws)
    lever = scenario.model.levers.get(axis)
    level = level or (
        [0.1, 0.5, 0.9] if lever is None else sorted({lever.low, lever.default, lever.high})
    )
    tempos = tempo or [0.0, 0.5, 1.0, 2.0, 5.0, 10.0]
    with progress("running the frontier") as advance:
        found = attrition_frontier(
            scenario, tempos, axis, level, replicates=replicates, seed=seed, progress=advance
        )
    _show(
        [frontier_figure(found)],
        found.table.to_dict("records"),
        shared,
        [found.sentence(value) for value in level],
        keep=[*paths_of(policy, shared.hypothesis), *shared.files],
    )


@add_options(Shared)
def ablate(
    policy: ComparedPolicy,
    link: Annotated[
        list[str] | None,
        typer.Option(
            help="Link to hold, as source>target or source>*; repeat for more.",
            show_default="trust, grievance, memories, the missing, services, credibility, each >*",
        ),
    ] = None,
    baseline: Baseline = "status-quo",
    outcome: Annotated[str, typer.Option(help="Series that is summed over time.")] = "attacks",
    weeks: Weeks = 520,
    draws: Draws = 20,
    replicates: Replicates = 2,
    *,
    shared: Shared,
) -> None:
    """Estimate a policy effect again with one feedback link held at its baseline path.

    The effect with all links at work is compared with the effect with each link held: the
    difference went through that link.
    """
    from tarazu.model.hold import parse_link
    from tarazu.report.answers import ablation_answer
    from tarazu.report.figures.analyses import ablation_figure
    from tarazu.study.analysis.ablation import LINKS
    from tarazu.study.analysis.ablation import ablate as ablate_links

    links, seed = [parse_link(text) for text in link or LINKS], shared.seed
    status_quo, compared = (
        _drawn(shared, name, weeks=weeks, draws=draws) for name in (baseline, policy)
    )
    with progress("holding links in turn") as advance:
        found = ablate_links(
            status_quo,
            compared,
            links,
            outcome=outcome,
            replicates=replicates,
            seed=seed,
            progress=advance,
        )
    _show(
        [ablation_figure(found, policy=policy, baseline=baseline, outcome=outcome)],
        found.to_dict("records"),
        shared,
        [ablation_answer(found, policy=policy, baseline=baseline, outcome=outcome, weeks=weeks)],
        keep=[*paths_of(policy, baseline, shared.hypothesis), *shared.files],
    )


@add_options(Shared)
def flip(
    policy: ComparedPolicy,
    baseline: Baseline = "status-quo",
    outcome: Annotated[str, typer.Option(help="Outcome that ranks the policies.")] = "attacks",
    weeks: Weeks = 520,
    draws: Annotated[
        int,
        typer.Option(
            min=0, help="Number of parameter draws to start from; 0 starts from the prior medians."
        ),
    ] = 0,
    replicates: Annotated[
        int, typer.Option(min=2, help="Stochastic run pairs used to confirm each tipping point.")
    ] = 100,
    workers: Workers = None,
    *,
    shared: Shared,
) -> None:
    """Find the tipping points of single parameters.

    From the medians of the priors (or from draws), each parameter is moved alone over 99% of its
    prior until the other policy ranks first; the smallest such move is reported. Mean field; the
    nearest tipping points from the medians are then confirmed with stochastic runs.
    """
    from tarazu.report.answers import flips_answer
    from tarazu.report.figures.tipping_points import (
        tipping_only,
        tipping_points_figure,
        tipping_points_over_draws_figure,
    )
    from tarazu.study.analysis.tipping_point_check import check_sentence, check_tipping_points
    from tarazu.study.analysis.tipping_points import find_tipping_points, tipping_points_over_draws
    from tarazu.study.setup.scenario import median_scenario

    keep, seed = [*paths_of(policy, baseline, shared.hypothesis), *shared.files], shared.seed
    model, region = shared.load_model(), shared.load_region()
    scenarios = [
        median_scenario(shared.hypothesis, name, weeks=weeks, model=model, region=region)
        for name in (baseline, policy)
    ]
    if draws:
        with progress("moving one parameter at a time in every draw") as advance:
            shares = tipping_points_over_draws(
                *scenarios,
                draws=draws,
                outcome=outcome,
                seed=seed,
                workers=threads(workers),
                progress=advance,
            )
        figures = [tipping_points_over_draws_figure(shares)]
        answer = flips_answer(shares, policy=policy, baseline=baseline)
        _show(figures, shares.table.to_dict("records"), shared, [answer], keep=keep)
        return
    with progress("moving one parameter at a time") as advance:
        found = find_tipping_points(
            *scenarios, outcome=outcome, workers=threads(workers), progress=advance
        )
    with progress("confirming tipping points with stochastic runs") as advance:
        checks = check_tipping_points(
            found, *scenarios, replicates=replicates, seed=seed, progress=advance
        )
    figure = tipping_points_figure(found)
    _show(
        [figure],
        found.table.to_dict("records"),
        shared,
        [found.sentence(), check_sentence(checks)],
        printed=[tipping_only(figure, found)],
        keep=keep,
        checks=checks.to_dict("records"),
    )


def _drawn(shared: Shared, policy: str, *, weeks: int, draws: int) -> Scenario:
    """Return the scenario of an analysis, in its region and with its model."""
    from tarazu.study.setup.scenario import drawn_scenario

    return drawn_scenario(
        shared.hypothesis,
        policy,
        weeks=weeks,
        draws=draws,
        seed=shared.seed,
        model=shared.load_model(),
        region=shared.load_region(),
    )


def _show(
    figures: Sequence[Figure],
    rows: list[dict[Any, Any]],
    shared: Shared,
    sentences: Sequence[str],
    *,
    keep: Sequence[Path],
    printed: Sequence[Figure] | None = None,
    **more: list[dict[Any, Any]],
) -> None:
    """Print the result of an analysis and write its figures, if there is a folder for them.

    The answer comes first, then the tables, then which priors another region borrows.

    Parameters
    ----------
    sentences : the answer. printed : shorter figures for the terminal; None for the same ones.
    """
    from tarazu.model import borrowed_priors, load_hypothesis
    from tarazu.report.pages.figure_pages import write_pages

    borrowed = borrowed_priors(shared.load_region(), [load_hypothesis(shared.hypothesis)])
    texts = (figure.to_text(width()) for figure in printed or figures)
    caveat = [paragraph(borrowed)] if borrowed else []
    parts = ["\n".join(map(paragraph, sentences)), *texts, *caveat]
    try:
        if shared.out is not None:
            write_pages(figures, shared.out, keep=keep, replace=shared.force)
            parts.append("\n".join(str(shared.out / f"{figure.key}.html") for figure in figures))
    finally:  # the result of minutes is printed also if a file must not be overwritten
        data = {"rows": rows, "sentences": [*sentences, *filter(None, [borrowed])], **more}
        show("\n\n".join(parts), data, as_json=shared.as_json)
