"""``tarazu model``: the declaration of the model, its diagram, and exports."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tarazu.cli.analyse import Hypothesis, Policy, ablate, flip, frontier, marginal, threshold
from tarazu.cli.options import (
    AsJson,
    Force,
    ModelOptions,
    Quiet,
    Verbose,
    add_options,
    paths_of,
)
from tarazu.cli.terminal.output import paragraph, show, width

if TYPE_CHECKING:
    from tarazu.model.description import Description

app = typer.Typer(help="Describe and analyse the model.", no_args_is_help=True)
for analysis in (threshold, marginal, frontier, ablate, flip):
    app.command()(analysis)


@app.callback()
def model() -> None:
    """Describe and analyse the model."""


@app.command()
@add_options(ModelOptions)
def describe(
    as_json: AsJson = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
    *,
    shared: ModelOptions,
) -> None:
    """Print the declaration of the model.

    Stocks, levers, equations, parameters with unit, prior and source, and the sign of every direct
    influence, all taken from the declaration that the engines run. The model is not calibrated: a
    prior marked as assumed is a judgement, and studies vary it. With --region, the first lines
    state which priors are those of Balochistan.
    """
    from tarazu.model import borrowed_priors
    from tarazu.model import describe as describe_model

    description = describe_model(shared.load_model())
    note = borrowed_priors(shared.load_region())
    text = declaration_text(description)
    content = dataclasses.asdict(description) | ({"borrowed_priors": note} if note else {})
    show(f"{paragraph(note)}\n\n{text}" if note else text, content, as_json=as_json)


@app.command()
@add_options(ModelOptions)
def diagram(
    out: Annotated[
        Path, typer.Option("--out", "-o", file_okay=False, help="Folder for the page.")
    ] = Path("out/model"),
    force: Force = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
    *,
    shared: ModelOptions,
) -> None:
    """Write the causal diagram.

    What acts on what, with the sign of every arrow, and the reinforcing and balancing loops, as
    found in the declaration; they are the same in every region. Writes a page that opens offline,
    the picture as SVG and a CSV table of the loops.
    """
    from tarazu.report.diagram.page import write_diagram

    page = write_diagram(shared.load_model(), out, keep=shared.files, replace=force)
    show(str(page), None, as_json=False)


@app.command()
@add_options(ModelOptions)
def odd(
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            dir_okay=False,
            show_default=False,
            help="File to write. Default: standard output.",
        ),
    ] = None,
    force: Force = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
    *,
    shared: ModelOptions,
) -> None:
    """Write the ODD protocol of the model.

    Overview, design concepts and details (Grimm et al. 2020) as Markdown, made from the
    declaration.
    """
    from tarazu.core.files.outputs import write_outputs
    from tarazu.model import borrowed_priors
    from tarazu.report.pages.odd import odd_page

    page = odd_page(shared.load_model(), note=borrowed_priors(shared.load_region()))
    if out is None:
        show(page, None, as_json=False)
    else:
        write_outputs({out: page.encode()}, keep=shared.files, replace=force)
        show(str(out), None, as_json=False)


@app.command()
@add_options(ModelOptions)
def export(
    out: Annotated[Path, typer.Option("--out", "-o", dir_okay=False, help="XMILE file to write.")],
    policy: Policy = "status-quo",
    hypothesis: Hypothesis = "full",
    weeks: Annotated[int, typer.Option(min=1, max=5200, help="Length of the run, weeks.")] = 520,
    step_name: Annotated[
        Literal["TIME_STEP", "DT"],
        typer.Option(help="Name of the step length in the tool: DT in Stella."),
    ] = "TIME_STEP",
    force: Force = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
    *,
    shared: ModelOptions,
) -> None:
    """Write the mean field as XMILE, for Stella, Vensim and PySD.

    Stella, Simlin, Vensim and PySD open it. A step of one week gives the weekly model, shorter
    steps approach its differential equations. Parameters are set to the medians of their priors
    under the hypothesis, levers to the policy. Every district is written out, because tools
    interpret XMILE's arrays differently.
    """
    from tarazu.core.files.outputs import check_outputs, write_outputs
    from tarazu.engine.mean_field.xmile import write_xmile
    from tarazu.study.setup.scenario import median_scenario

    if out.suffix != ".xmile":
        message = f"'{out}' does not end in .xmile. Choose a name that does."
        raise typer.BadParameter(message, param_hint="--out")
    keep = [*paths_of(policy, hypothesis), *shared.files]
    check_outputs([out], keep=keep, replace=force)
    scenario = median_scenario(
        hypothesis, policy, weeks=weeks, model=shared.load_model(), region=shared.load_region()
    )
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


def declaration_text(description: Description) -> str:
    """Return the declaration of a model as text: sizes, then one table per kind."""
    from tarazu.report.tables import model as tables

    assumed = sum(parameter.is_assumed for parameter in description.parameters)
    return "\n\n".join(
        [
            paragraph(
                f"Model '{description.name}': {len(description.stocks)} stocks, "
                f"{len(description.equations)} equations, {len(description.parameters)} parameters "
                f"({assumed} assumed), {len(description.levers)} levers. Not calibrated."
            ),
            *(
                table(description).to_text(width())
                for table in (
                    tables.stock_table,
                    tables.lever_table,
                    tables.equation_table,
                    tables.parameter_table,
                    tables.influence_table,
                )
            ),
        ]
    )
