"""``tarazu record``: what an event file holds, and how far its classification can be trusted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tarazu.cli.exit_codes import FINDINGS
from tarazu.cli.load_record import read_events
from tarazu.cli.options import (
    AsJson,
    Boundaries,
    Events,
    Force,
    Format,
    Mapping,
    Quiet,
    Region,
    Rules,
    Verbose,
    paths_of,
)
from tarazu.cli.output import show

app = typer.Typer(help="Read event files and judge them.", no_args_is_help=True)


@app.command()
def describe(
    file: Events = None,
    region: Region = None,
    boundaries: Boundaries = None,
    rules: Rules = None,
    mapping: Mapping = None,
    format: Format = None,
    keep_going: Annotated[
        bool,
        typer.Option("--keep-going", help="List rows that cannot be read, and read the others."),
    ] = False,
    rejects: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            show_default=False,
            help="CSV file for the rows that cannot be read; implies --keep-going.",
        ),
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Say what a record holds and how good it is.

    Rows read, used, dropped and why; deaths by side; what is weak in the rest. Exit code 1 if
    rows had to be rejected (only with --keep-going; otherwise they are errors).
    """
    from tarazu.cli.record_wording import describe_record
    from tarazu.core.outputs import check_outputs
    from tarazu.pipeline.record_file import record_facts
    from tarazu.record import write_rejects

    keep_going = keep_going or rejects is not None
    keep = paths_of(file, region, boundaries, rules, mapping)
    if rejects is not None:
        check_outputs([rejects], keep=keep, replace=force)
    record = read_events(
        file,
        region=region,
        boundaries=boundaries,
        rules=rules,
        mapping=mapping,
        format=format,
        keep_going=keep_going,
    )
    if rejects is not None:
        write_rejects(record, rejects, keep=keep, replace=force)
    show(describe_record(record), record_facts(record), as_json=as_json)
    if record.quality.rows_rejected:
        raise typer.Exit(FINDINGS)


@app.command()
def check(
    events: Annotated[
        Path,
        typer.Argument(
            metavar="EVENTS", exists=True, help="Event file, or folder of pages of JSON."
        ),
    ],
    labels: Annotated[
        Path,
        typer.Argument(
            metavar="LABELS",
            exists=True,
            dir_okay=False,
            help="CSV with the columns sample, id and hand_label (state, militant, other; ? cannot "
            "tell; ?c only the group's own claim).",
        ),
    ],
    region: Region = None,
    rules: Rules = None,
    mapping: Mapping = None,
    format: Format = None,
    as_json: AsJson = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Compare who initiated with labels given by hand.

    One table per sample of labels, with Wilson intervals; what could not be told by hand gives
    the bounds. Exit code 1 if an event that both sides decide was decided differently.
    """
    from tarazu.cli.check_wording import contradictions, describe_check
    from tarazu.record import check_labels

    record = read_events(events, region=region, rules=rules, mapping=mapping, format=format)
    result = check_labels(record, labels)
    show(describe_check(result), result, as_json=as_json)
    if contradictions(result):
        raise typer.Exit(FINDINGS)
