"""``tarazu model``: what the mechanism claims."""

from __future__ import annotations

import typer

from tarazu.cli.options import AsJson, Quiet, Verbose
from tarazu.cli.output import show

app = typer.Typer(help="Read the model.", no_args_is_help=True)


@app.callback()
def model() -> None:
    """Read the model."""


@app.command()
def describe(as_json: AsJson = False, verbose: Verbose = 0, quiet: Quiet = False) -> None:
    """Print what the model declares.

    Stocks, levers, equations, parameters with unit, prior and source, and the sign of every
    direct influence, all taken from the declaration that the engines run. The model is not
    calibrated: a prior marked as assumed is a guess that studies vary.
    """
    from tarazu.cli.model_wording import describe_declaration
    from tarazu.model import build_model
    from tarazu.model import describe as describe_model

    description = describe_model(build_model())
    show(describe_declaration(description), description, as_json=as_json)
