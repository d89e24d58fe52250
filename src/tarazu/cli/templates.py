"""``tarazu study|policy|hypothesis|claims new``: a file to edit; ``list``: what ships."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from tarazu.cli.options import AsJson, Force, Quiet, Verbose
from tarazu.cli.terminal.output import show, width

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


def list_studies(as_json: AsJson = False, verbose: Verbose = 0, quiet: Quiet = False) -> None:
    """List the studies that ship, by the names that `tarazu run` takes."""
    from tarazu.core.specs import read_toml
    from tarazu.study import STUDIES, StudySpec, find_study

    specs = {name: read_toml(find_study(name), StudySpec) for name in STUDIES}
    rows = [(name, spec.title, spec.question) for name, spec in specs.items()]
    _list("Studies that ship", ("study", "title", "question"), rows, as_json=as_json)


def list_policies(as_json: AsJson = False, verbose: Verbose = 0, quiet: Quiet = False) -> None:
    """List the policies that ship, by the names that studies and analyses take."""
    from tarazu.policy import POLICIES, load_policy

    policies = map(load_policy, POLICIES)
    rows = [(policy.name, policy.title, policy.meaning) for policy in policies]
    _list("Policies that ship", ("policy", "title", "meaning"), rows, as_json=as_json)


def list_hypotheses(as_json: AsJson = False, verbose: Verbose = 0, quiet: Quiet = False) -> None:
    """List the hypotheses that ship, by the names that studies and analyses take."""
    from tarazu.model import HYPOTHESES, load_hypothesis

    hypotheses = map(load_hypothesis, HYPOTHESES)
    rows = [(one.name, one.title, one.meaning) for one in hypotheses]
    _list("Hypotheses that ship", ("hypothesis", "title", "meaning"), rows, as_json=as_json)


def add_new(app: typer.Typer) -> None:
    """Add the groups ``study``, ``policy`` and ``hypothesis``, each with ``new`` and ``list``."""
    for name, new, listed in (
        ("study", new_study, list_studies),
        ("policy", new_policy, list_policies),
        ("hypothesis", new_hypothesis, list_hypotheses),
    ):
        words = f"List what ships; write a {name} of your own."
        group = typer.Typer(help=words, no_args_is_help=True)
        group.callback(help=words)(_nothing)
        group.command("new")(new)
        group.command("list")(listed)
        app.add_typer(group, name=name)


def _nothing() -> None:
    """Give a group a help text and no options."""


def _list(
    title: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, as_json: bool
) -> None:
    from tarazu.report.table import Table

    text = Table(title, columns, tuple(rows)).to_text(width())
    show(text, [dict(zip(columns, row, strict=True)) for row in rows], as_json=as_json)


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
