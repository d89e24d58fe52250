"""``tarazu data``: downloads, and making the tables that ship with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tarazu.cli import fetch
from tarazu.cli.load_record import read_events
from tarazu.cli.options import Force, Quiet, Region, Rules, Verbose, paths_of
from tarazu.cli.output import show

app = typer.Typer(help="Download data; make tables that can be shared.", no_args_is_help=True)
app.add_typer(fetch.app, name="fetch")


@app.callback()
def data() -> None:
    """Download data; make tables that can be shared."""


@app.command()
def figures(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="Event file (UCDP GED)."),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", dir_okay=False, help="Table to write, ending in .csv.")
    ],
    region: Region = None,
    rules: Rules = None,
    force: Force = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Count events without texts or places.

    Counts by day, unit, initiator, target, tactic and armed group: no texts, no coordinates, no
    identifiers. A second file with the ending .toml says where they come from. Equal records
    give equal bytes.
    """
    from tarazu.core.outputs import check_outputs
    from tarazu.record import write_figures

    if out.suffix != ".csv":
        raise typer.BadParameter(f"{out} does not end in .csv", param_hint="--out")
    keep = paths_of(file, region, rules)
    check_outputs([out, out.with_suffix(".toml")], keep=keep, replace=force)
    record = read_events(file, region=region, rules=rules)
    write_figures(record, out, keep=keep, replace=force)
    show(f"{out}\n{out.with_suffix('.toml')}", None, as_json=False)
