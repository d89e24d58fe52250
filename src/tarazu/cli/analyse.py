"""``tarazu model threshold|marginal|frontier|ablate|flip``: questions to the model."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tarazu.cli.options import AsJson, Force, Quiet, Verbose, paths_of
from tarazu.cli.output import show
from tarazu.cli.progress import progress
from tarazu.cli.run import Workers
from tarazu.cli.wording import paragraph, table

if TYPE_CHECKING:
    from tarazu.report.figure import Figure

Hypothesis = Annotated[str, typer.Option(help="Name of a hypothesis.")]
Policy = Annotated[str, typer.Option(help="Name of a policy that ships, or a TOML file.")]
Draws = Annotated[int, typer.Option(min=2, help="Draws of the parameters from their priors.")]
Replicates = Annotated[int, typer.Option(min=1, help="Runs of luck, a draw.")]
Seed = Annotated[int, typer.Option(min=0, help="Of draws and luck.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", file_okay=False, show_default=False, help="Folder for a page."),
]


@dataclass(frozen=True, slots=True)
class Pages:
    """Where the pages of an answer go, if anywhere, and which files must stay."""

    folder: Path | None
    keep: Sequence[Path]
    replace: bool

    def write(self, figures: Sequence[Figure]) -> list[str]:
        """Write figures, and return the addresses of their pages."""
        from tarazu.report.pages.figure_pages import write_pages

        if self.folder is None:
            return []
        write_pages(figures, self.folder, keep=self.keep, replace=self.replace)
        return [str(self.folder / f"{figure.key}.html") for figure in figures]


def threshold(
    hypothesis: Hypothesis = "full",
    policy: Policy = "status-quo",
    draws: Draws = 20,
    seed: Seed = 0,
    out: Out = None,
    force: Force = False,
    as_json: AsJson = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Ask whether violence feeds itself.

    The reproduction number of violence R_v where an equilibrium without violence exists (else
    why it does not), the recruits that one more militant causes where violence already is, and
    whether few and many militants come to rest at different levels. One average district, mean
    field, parameters drawn from their priors. A second table lists the ten parameters to which
    the growth of violence at rest is most elastic, over the first ten draws.
    """
    from tarazu.report.figures.analyses import draw_thresholds
    from tarazu.report.figures.elasticities import draw_elasticities
    from tarazu.study.analysis.thresholds import find_thresholds
    from tarazu.study.setup.scenario import drawn_scenario

    pages = Pages(out, paths_of(policy, hypothesis), force)
    scenario = drawn_scenario(hypothesis, policy, weeks=1, draws=draws, seed=seed)
    with progress("looking for thresholds") as advance:
        found = find_thresholds(scenario, elastic=10, progress=advance)
    _answer(
        draw_thresholds(found),
        found.table.to_dict("records"),
        pages,
        beside=[draw_elasticities(found)] if len(found.elasticities) else [],
        as_json=as_json,
        elasticities=found.leading_elasticities().to_dict("records"),
    )


def marginal(
    district: Annotated[str, typer.Argument(help="District of the operation, as a slug.")],
    hypothesis: Hypothesis = "full",
    policy: Policy = "status-quo",
    draws: Draws = 40,
    replicates: Replicates = 4,
    seed: Seed = 0,
    out: Out = None,
    force: Force = False,
    as_json: AsJson = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Ask what one more operation changes.

    Attacks, deaths of civilians and of security forces in its own week and the 4, 12, 52 and 260
    weeks after it, and militants at their end, in the district, next door and elsewhere; and
    what share of the militants removed is made good. Paired draws: the runs with and without it
    share their luck.
    """
    from tarazu.report.figures.analyses import draw_marginal
    from tarazu.study.analysis.marginal_effect import HORIZONS, marginal_effect
    from tarazu.study.setup.scenario import drawn_scenario

    pages = Pages(out, paths_of(policy, hypothesis), force)
    weeks = 53 + max(HORIZONS)
    scenario = drawn_scenario(hypothesis, policy, weeks=weeks, draws=draws, seed=seed)
    with progress("running with and without one more operation") as advance:
        found = marginal_effect(
            scenario, district, replicates=replicates, seed=seed, progress=advance
        )
    _answer(
        draw_marginal(found, district=district), found.to_dict("records"), pages, as_json=as_json
    )


def frontier(
    axis: Annotated[
        str, typer.Option(help="Second axis: a lever, or trust (held at each level).")
    ] = "technical_intelligence",
    tempo: Annotated[
        list[float] | None, typer.Option(help="A tempo to try; repeat.", show_default="0 to 10")
    ] = None,
    level: Annotated[
        list[float] | None,
        typer.Option(
            help="A level of the second axis; repeat.", show_default="three over its range"
        ),
    ] = None,
    hypothesis: Hypothesis = "full",
    policy: Policy = "status-quo",
    draws: Draws = 12,
    replicates: Replicates = 5,
    seed: Seed = 0,
    out: Out = None,
    force: Force = False,
    as_json: AsJson = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Ask whether any tempo of operations ends violence.

    Every cell of tempo and intelligence (or trust) is run for ten years from few and from many
    militants, and labelled: dies out, shrinks, persists, grows. A last line says whether any
    tempo that was tried ends it.
    """
    from tarazu.report.figures.analyses import draw_frontier
    from tarazu.study.analysis.frontier import END, attrition_frontier
    from tarazu.study.setup.scenario import drawn_scenario

    pages = Pages(out, paths_of(policy, hypothesis), force)
    scenario = drawn_scenario(hypothesis, policy, weeks=END, draws=draws, seed=seed)
    lever = scenario.model.levers.get(axis)
    level = level or (
        [0.1, 0.5, 0.9] if lever is None else sorted({lever.low, lever.default, lever.high})
    )
    tempos = tempo or [0.0, 0.5, 1.0, 2.0, 5.0, 10.0]
    with progress("running the frontier") as advance:
        found = attrition_frontier(
            scenario, tempos, axis, level, replicates=replicates, seed=seed, progress=advance
        )
    sentences = [found.sentence(value) for value in level]
    _answer(draw_frontier(found), found.table.to_dict("records"), pages, sentences, as_json=as_json)


def ablate(
    policy: Annotated[str, typer.Argument(help="Name of a policy that ships, or a TOML file.")],
    link: Annotated[
        list[str] | None,
        typer.Option(
            help="A link to hold, as source>target or source>*; repeat.",
            show_default="trust, grievance, memories, the missing, services, credibility, each >*",
        ),
    ] = None,
    baseline: Annotated[str, typer.Option(help="The policy to compare with.")] = "status-quo",
    outcome: Annotated[str, typer.Option(help="A series that is summed over time.")] = "attacks",
    weeks: Annotated[int, typer.Option(min=1, max=5200, help="Length of the runs.")] = 520,
    hypothesis: Hypothesis = "full",
    draws: Draws = 20,
    replicates: Replicates = 2,
    seed: Seed = 0,
    out: Out = None,
    force: Force = False,
    as_json: AsJson = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Ask which link a conclusion rests on.

    The effect of a policy is computed with all links at work, and with each link telling what it
    told at the baseline. What then is left of the effect did not go through that link.
    """
    from tarazu.model.hold import parse_link
    from tarazu.report.figures.analyses import draw_ablation
    from tarazu.study.analysis.ablation import LINKS
    from tarazu.study.analysis.ablation import ablate as hold_in_turn
    from tarazu.study.setup.scenario import drawn_scenario

    pages = Pages(out, paths_of(policy, baseline, hypothesis), force)
    links = [parse_link(text) for text in link or LINKS]
    today, asked = (
        drawn_scenario(hypothesis, name, weeks=weeks, draws=draws, seed=seed)
        for name in (baseline, policy)
    )
    with progress("holding links in turn") as advance:
        found = hold_in_turn(
            today,
            asked,
            links,
            outcome=outcome,
            replicates=replicates,
            seed=seed,
            progress=advance,
        )
    figure = draw_ablation(found, policy=policy, baseline=baseline, outcome=outcome)
    _answer(figure, found.to_dict("records"), pages, as_json=as_json)


def flip(
    policy: Annotated[str, typer.Argument(help="Name of a policy that ships, or a TOML file.")],
    baseline: Annotated[str, typer.Option(help="The policy to compare with.")] = "status-quo",
    outcome: Annotated[str, typer.Option(help="What the two are ranked by.")] = "attacks",
    weeks: Annotated[int, typer.Option(min=1, max=5200, help="Length of the runs.")] = 520,
    hypothesis: Hypothesis = "full",
    draws: Annotated[
        int, typer.Option(min=0, help="Start from this many draws instead of the medians.")
    ] = 0,
    replicates: Annotated[
        int, typer.Option(min=2, help="Pairs of runs with drawn events that try a flip.")
    ] = 100,
    seed: Seed = 0,
    workers: Workers = None,
    out: Out = None,
    force: Force = False,
    as_json: AsJson = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Ask which single parameter flips a ranking.

    All parameters stand at the medians of their priors (or as drawn); each is moved alone over
    99% of its prior until the other policy is ahead, and the smallest such move is found. Mean
    field; the nearest flips from the medians are then tried with drawn events.
    """
    from tarazu.report.figures.tipping_points import draw_flips, draw_flips_over_draws
    from tarazu.study.analysis.tipping_point_check import check_sentence, check_tipping_points
    from tarazu.study.analysis.tipping_points import find_tipping_points, tipping_points_over_draws
    from tarazu.study.setup.scenario import median_scenario

    pages = Pages(out, paths_of(policy, baseline, hypothesis), force)
    scenarios = [median_scenario(hypothesis, name, weeks=weeks) for name in (baseline, policy)]
    threads = workers or os.cpu_count() or 1
    if draws:
        with progress("moving one parameter at a time, draw by draw") as advance:
            often = tipping_points_over_draws(
                *scenarios,
                draws=draws,
                outcome=outcome,
                seed=seed,
                workers=threads,
                progress=advance,
            )
        rows = often.table.to_dict("records")
        _answer(draw_flips_over_draws(often), rows, pages, as_json=as_json)
        return
    with progress("moving one parameter at a time") as advance:
        found = find_tipping_points(*scenarios, outcome=outcome, workers=threads, progress=advance)
    with progress("trying flips with drawn events") as advance:
        checks = check_tipping_points(
            found, *scenarios, replicates=replicates, seed=seed, progress=advance
        )
    _answer(
        draw_flips(found),
        found.table.to_dict("records"),
        pages,
        [found.sentence(), check_sentence(checks)],
        as_json=as_json,
        checks=checks.to_dict("records"),
    )


def _answer(
    figure: Figure,
    rows: list[dict[Any, Any]],
    pages: Pages,
    sentences: Sequence[str] = (),
    *,
    beside: Sequence[Figure] = (),
    as_json: bool,
    **more: list[dict[Any, Any]],
) -> None:
    """Write the pages of an answer, and print its table also if they cannot be written."""
    parts = [
        figure.title,
        table([figure.table.columns, *figure.table.rows], left=len(figure.table.columns)),
        *(paragraph(text) for text in (*sentences, *figure.notes)),
        f"n: {figure.n}. Source: {figure.source}.",
    ]
    for other in beside:
        parts += [
            "",
            other.title,
            table([other.table.columns, *other.table.rows], left=len(other.table.columns)),
            *(paragraph(text) for text in other.notes),
            f"n: {other.n}. Source: {other.source}.",
        ]
    data = {"rows": rows, "sentences": list(sentences), **more}
    try:
        parts += pages.write([figure, *beside])
    finally:  # what took minutes is not lost to a file that is in the way
        show("\n".join(parts), data, as_json=as_json)
