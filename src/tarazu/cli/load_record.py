"""The record that a command works on: a file of the user, or the one that ships."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from tarazu.record import Record


def read_events(
    file: Path | None,
    *,
    region: Path | None = None,
    boundaries: Path | None = None,
    rules: Path | None = None,
    mapping: Path | None = None,
    format: str | None = None,
    keep_going: bool = False,
) -> Record:
    """Read `file` as it is asked for; without one, the embedded record of Balochistan.

    Raises
    ------
    TarazuError, ExceptionGroup
        What is wrong with any of the files.
    typer.BadParameter
        Options that only a file can use stand without one.
    """
    from tarazu.record import FORMAT_NAMES, load_default_record, read_record
    from tarazu.region import load_region

    if file is None:
        options: dict[str, object] = {
            "--region": region,
            "--boundaries": boundaries,
            "--rules": rules,
        }
        options |= {"--mapping": mapping, "--format": format}
        if unusable := [name for name, value in options.items() if value is not None]:
            raise typer.BadParameter(f"{', '.join(unusable)} can only be used with an event file")
        return load_default_record()
    if format is not None and format not in FORMAT_NAMES:
        message = f"'{format}' is not one of {', '.join(FORMAT_NAMES)}"
        raise typer.BadParameter(message, param_hint="--format")
    if format is not None and mapping is not None:
        raise typer.BadParameter("--format and --mapping exclude each other")
    return read_record(
        file,
        region=load_region(region, boundaries=boundaries),
        rules=rules,
        mapping=mapping,
        format=format,
        keep_going=keep_going,
    )
