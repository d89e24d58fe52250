"""``tarazu study|policy|hypothesis|claims new``: a commented file to edit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tarazu.cli.options import Force, Quiet, Verbose
from tarazu.cli.terminal.output import show

File = Annotated[
    Path | None,
    typer.Argument(
        metavar="FILE",
        dir_okay=False,
        show_default=False,
        help="TOML file to write. Default: standard output.",
    ),
]


def new_study(
    file: File = None, force: Force = False, verbose: Verbose = 0, quiet: Quiet = False
) -> None:
    """Write a study to edit: a commented TOML file that runs as it is."""
    _write("study", file, force=force)


def new_policy(
    file: File = None, force: Force = False, verbose: Verbose = 0, quiet: Quiet = False
) -> None:
    """Write a policy to edit, with every lever in comments: a TOML file that loads as it is."""
    _write("policy", file, force=force)


def new_hypothesis(
    file: File = None, force: Force = False, verbose: Verbose = 0, quiet: Quiet = False
) -> None:
    """Write a hypothesis to edit: a commented TOML file that loads as it is."""
    _write("hypothesis", file, force=force)


def new_claims(
    file: File = None, force: Force = False, verbose: Verbose = 0, quiet: Quiet = False
) -> None:
    """Write a file of claims to edit: a commented TOML file, for `tarazu claims --claims FILE`."""
    _write("claims", file, force=force)


def add_new(app: typer.Typer) -> None:
    """Add the groups ``study``, ``policy`` and ``hypothesis``, each with ``new``."""
    for name, command in (
        ("study", new_study),
        ("policy", new_policy),
        ("hypothesis", new_hypothesis),
    ):
        words = f"Write a {name} of your own."
        group = typer.Typer(help=words, no_args_is_help=True)
        group.callback(help=words)(_nothing)
        group.command("new")(command)
        app.add_typer(group, name=name)


def _nothing() -> None:
    """Make a group of one command a group."""


def _write(kind: str, file: Path | None, *, force: bool) -> None:
    from tarazu.core.files.outputs import write_outputs
    from tarazu.pipeline.templates import TEMPLATES

    if file is not None and file.suffix != ".toml":
        message = f"'{file}' does not end in .toml. Choose a name that does."
        raise typer.BadParameter(message, param_hint="FILE")
    text = TEMPLATES[kind](f"my-{kind}.toml" if file is None else file.name)
    if file is None:
        show(text, None, as_json=False)
        return
    write_outputs({file: text.encode()}, replace=force)
    show(str(file), None, as_json=False)
