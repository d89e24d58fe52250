"""``tarazu model``: what the mechanism claims."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tarazu.cli.analyse import ablate, flip, frontier, marginal, threshold
from tarazu.cli.options import AsJson, Force, Quiet, UserModelFile, Verbose, paths_of
from tarazu.cli.output import show

if TYPE_CHECKING:
    from tarazu.model import Model

app = typer.Typer(help="Read the model and ask it.", no_args_is_help=True)
for question in (threshold, marginal, frontier, ablate, flip):
    app.command()(question)


def _declared(own: Path | None) -> Model:
    """Return the shipped model, or the one with a mechanism of the user's own."""
    from tarazu.model import build_model
    from tarazu.model.user_model import load_user_model

    return build_model() if own is None else load_user_model(own).model


@app.callback()
def model() -> None:
    """Read the model and ask it."""


@app.command()
def describe(
    own: UserModelFile = None,
    as_json: AsJson = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Print what the model declares.

    Stocks, levers, equations, parameters with unit, prior and source, and the sign of every
    direct influence, all taken from the declaration that the engines run. The model is not
    calibrated: a prior marked as assumed is a guess that studies vary.
    """
    from tarazu.cli.model_wording import describe_declaration
    from tarazu.model import describe as describe_model

    description = describe_model(_declared(own))
    show(describe_declaration(description), description, as_json=as_json)


@app.command()
def diagram(
    out: Annotated[
        Path, typer.Option("--out", "-o", file_okay=False, help="Folder for the page.")
    ] = Path("out/model"),
    own: UserModelFile = None,
    force: Force = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Draw the causal-loop diagram.

    Who acts on whom, with the sign of each derivative, and the reinforcing and balancing loops,
    all found in the declaration. Writes a page that opens offline and a CSV table of the loops.
    """
    from tarazu.report.figures.causal_loop import draw_loops
    from tarazu.report.pages.figure_pages import write_pages

    figure = draw_loops(_declared(own))
    write_pages([figure], out, keep=paths_of(own), replace=force)
    show(f"{out / figure.key}.html", None, as_json=False)


@app.command()
def odd(
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", dir_okay=False, show_default=False, help="File to write."),
    ] = None,
    force: Force = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Write the ODD protocol of the model.

    Overview, design concepts and details (Grimm et al. 2020) as Markdown, made from the
    declaration; without a file, to standard output.
    """
    from tarazu.core.outputs import write_outputs
    from tarazu.model import build_model
    from tarazu.report.pages.odd import odd_page

    page = odd_page(build_model())
    if out is None:
        show(page, None, as_json=False)
    else:
        write_outputs({out: page.encode()}, replace=force)
        show(str(out), None, as_json=False)


@app.command()
def export(
    out: Annotated[
        Path, typer.Option("--out", "-o", dir_okay=False, help="File to write, ending in .xmile.")
    ],
    policy: Annotated[
        str, typer.Option(help="Name of a policy that ships, or a TOML file.")
    ] = "status-quo",
    hypothesis: Annotated[str, typer.Option(help="Name of a hypothesis.")] = "full",
    weeks: Annotated[int, typer.Option(min=1, max=5200, help="Length of the run.")] = 520,
    step_name: Annotated[
        Literal["TIME_STEP", "DT"],
        typer.Option(help="Name of the step length in the tool: DT in Stella."),
    ] = "TIME_STEP",
    force: Force = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Write the mean field for other tools, as XMILE.

    Stella, Simlin, Vensim and PySD open it. A step of one week gives the weekly model, shorter
    steps approach its differential equations. Parameters stand at the medians of their priors
    under the hypothesis, levers as the policy sets them; every district is written out, because
    tools read XMILE's arrays differently.
    """
    from tarazu.core.outputs import check_outputs, write_outputs
    from tarazu.engine.mean_field.xmile import write_xmile
    from tarazu.study.setup.scenario import median_scenario

    if out.suffix != ".xmile":
        raise typer.BadParameter(f"{out} does not end in .xmile", param_hint="--out")
    keep = paths_of(policy, hypothesis)
    check_outputs([out], keep=keep, replace=force)
    scenario = median_scenario(hypothesis, policy, weeks=weeks)
    text = write_xmile(
        scenario.model,
        scenario.parameters[0],
        scenario.levers,
        districts=scenario.districts,
        weeks=weeks,
        step_name=step_name,
    )
    write_outputs({out: text.encode()}, keep=keep, replace=force)
    show(str(out), None, as_json=False)
