"""Options and arguments that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tarazu.cli import logs


def _louder(count: int) -> int:
    if count:
        logs.set_verbosity(count)
    return count


def _quieter(quiet: bool) -> bool:
    if quiet:
        logs.set_verbosity(-1)
    return quiet


def existing_file(*names: str, help: str) -> Any:
    """Return the option of a file that is read, and so must be there."""
    return typer.Option(*names, exists=True, dir_okay=False, show_default=False, help=help)


def paths_of(*given: Path | str | None) -> list[Path]:
    """Return the files and folders among values of options; a name is one if it ends in .toml."""
    return [
        Path(value)
        for value in given
        if isinstance(value, Path) or (value is not None and value.endswith(".toml"))
    ]


Verbose = Annotated[
    int,
    typer.Option(
        "--verbose",
        "-v",
        count=True,
        callback=_louder,
        show_default=False,
        help="Say more on standard error; -vv adds tracebacks.",
    ),
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", callback=_quieter, help="Say nothing but errors.")
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print the result as JSON on standard output.")
]
Events = Annotated[
    Path | None,
    typer.Argument(
        metavar="FILE",
        exists=True,
        show_default=False,
        help="Events of UCDP, ACLED, GTD or VIEWS, or any csv with --mapping; without a file, the "
        "embedded record.",
    ),
]
Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        show_default=False,
        help="Name of the file's format, if its columns do not tell: ucdp-ged, ucdp-candidate, "
        "acled, gtd or views-panel.",
    ),
]
Boundaries = Annotated[
    Path | None,
    existing_file(
        help="GeoJSON with district polygons; events are then also placed by their coordinates."
    ),
]
Region = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        file_okay=False,
        show_default=False,
        help="Folder of CSV files that describes a region; without one, Balochistan.",
    ),
]
Rules = Annotated[
    Path | None,
    existing_file(
        help="TOML file of the rules that say who initiated an event; without one, the shipped."
    ),
]
Mapping = Annotated[
    Path | None,
    existing_file(help="TOML file that says how to read an event file of any other form."),
]
UserModelFile = Annotated[
    Path | None,
    existing_file(
        "--model",
        help="Python file with a mechanism of your own, added to the shipped ones. It is run.",
    ),
]
Force = Annotated[
    bool,
    typer.Option(
        "--force",
        help="Overwrite files that Tarazu did not write, or that were changed since; never inputs.",
    ),
]
ForceFolder = Annotated[
    bool,
    typer.Option(
        "--force",
        help="Replace a folder of Tarazu though files in it were added or changed since; never one "
        "that Tarazu did not write.",
    ),
]
