"""The application ``tarazu``: all commands, and ``tarazu version``."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from tarazu.cli import data, model, record, region
from tarazu.cli.app import app as lab
from tarazu.cli.check import check
from tarazu.cli.evidence import evidence
from tarazu.cli.options import AsJson, Quiet, Verbose
from tarazu.cli.pdf import pdf
from tarazu.cli.run import claims, demo, run
from tarazu.cli.templates import add_new, new_claims
from tarazu.cli.terminal.output import paragraph, show


class _Commands(TyperGroup):
    """All commands; of a name that only groups have, such as ``list``, it names these."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        groups = [
            name
            for name, group in self.commands.items()
            if args[0] not in self.commands and args[0] in getattr(group, "commands", ())
        ]
        if groups:
            named = [f"'{ctx.command_path} {group} {args[0]}'" for group in groups]
            ctx.fail(f"No such command '{args[0]}'; expected {' or '.join(named)}.")
        return super().resolve_command(ctx, args)


app = typer.Typer(
    name="tarazu",
    cls=_Commands,
    help="Weigh a security policy on the record of a conflict before lives are spent on it.",
    epilog=(
        "Exit codes: 0 done, 1 a check found something, 2 the command or its input cannot be "
        "used as given, 3 a bug in Tarazu, 130 interrupted."
    ),
    no_args_is_help=True,
    rich_markup_mode="markdown",  # paragraphs are filled, not broken where the source breaks
    pretty_exceptions_enable=False,
)
app.command()(demo)
app.add_typer(record.app, name="record")
app.command()(evidence)
app.command()(run)
claims_app = typer.Typer(invoke_without_command=True, callback=claims)
claims_app.command("new")(new_claims)
app.add_typer(claims_app, name="claims")
add_new(app)
app.command()(check)
app.command()(pdf)
app.command("app")(lab)
app.add_typer(model.app, name="model")
app.add_typer(data.app, name="data")
app.add_typer(region.app, name="region")


def _version(wanted: bool) -> None:
    if wanted:
        from tarazu import __version__

        show(f"tarazu {__version__}", None, as_json=False)
        raise typer.Exit


@app.callback()
def verbosity(
    verbose: Verbose = 0,
    quiet: Quiet = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Set how much is logged on standard error."""


@app.command()
def version(as_json: AsJson = False) -> None:
    """Print the versions of Tarazu, Python and the packages that results depend on."""
    from tarazu.core.provenance import collect_provenance

    found = collect_provenance({})
    packages = ", ".join(f"{name} {number}" for name, number in found.packages.items())
    text = paragraph(f"tarazu {found.tarazu} (Python {found.python}; {packages})")
    if found.commit is not None:
        text += f"\ncommit {found.commit}"
    show(text, found, as_json=as_json)
