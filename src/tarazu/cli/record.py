"""``tarazu record``: content and quality of an event record, and a check of its initiator rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Annotated

import typer

from tarazu.cli import options
from tarazu.cli.options import (
    AsJson,
    Events,
    Force,
    Format,
    KeepGoing,
    Quiet,
    RecordOptions,
    Region,
    Rules,
    Verbose,
    add_options,
    existing_file,
    paths_of,
    read_events,
)
from tarazu.cli.terminal.output import FINDINGS, paragraph, show, width

if TYPE_CHECKING:
    from tarazu.record import Record
    from tarazu.record.coding.hand_labels import LabelCheck
    from tarazu.region import Region as LoadedRegion

SHOWN = 20  # rejects and disagreements in the text; --json has them all
UNDECIDED = ("?", "?c", "unclear")  # by hand; by the rules

app = typer.Typer(help="Describe and check event records.", no_args_is_help=True)


@app.command()
@add_options(RecordOptions)
def describe(
    file: Events = None,
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
    *,
    shared: RecordOptions,
) -> None:
    """Print the content and the quality of a record.

    Rows read, used, dropped and rejected, with reasons; deaths by side; weak spots among the rows
    used. Exit code 1 if rows were rejected (with --keep-going; without it, they are errors).
    """
    from tarazu.core.files.outputs import check_outputs
    from tarazu.pipeline.record_file import record_facts
    from tarazu.record import write_rejects

    keep = [*paths_of(file), *shared.files]
    if rejects is not None:
        check_outputs([rejects], keep=keep, replace=force)
    record = shared.read(file, keep_going=rejects is not None)
    if rejects is not None:
        write_rejects(record, rejects, keep=keep, replace=force)
    show("\n".join(_record_lines(record)), record_facts(record), as_json=as_json)
    if record.quality.rows_rejected:
        raise typer.Exit(FINDINGS)


@app.command()
def check(
    events: Annotated[
        Path,
        typer.Argument(metavar="FILE", exists=True, help="Event file, or folder of JSON pages."),
    ],
    labels: Annotated[
        Path,
        existing_file(
            "--labels",
            help="CSV file with the columns sample, id and hand_label (state, militant, "
            "foreign_state, other; ? for undecided; ?c for only the group's own claim; empty for "
            "not read yet), as `tarazu record sample` writes it.",
        ),
    ],
    region: Region = None,
    rules: Rules = None,
    mapping: options.Mapping = None,
    format: Format = None,
    keep_going: KeepGoing = False,
    as_json: AsJson = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Compare the initiators that the rules infer with labels given by hand.

    Tables per sample of labels, also by five years, with Wilson intervals; labels undecided by
    hand give the bounds. Exit code 1 if hand and rules decided an event differently.
    """
    from tarazu.record import check_labels

    record = read_events(
        events, region=region, rules=rules, mapping=mapping, format=format, keep_going=keep_going
    )
    result = check_labels(record, labels)
    show("\n".join(check_lines(result)), result, as_json=as_json)
    if contradictions(result):
        raise typer.Exit(FINDINGS)


@app.command()
@add_options(RecordOptions)
def sample(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", exists=True, help="Event file, or folder of JSON pages."),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", dir_okay=False, help="CSV file to write.")],
    number: Annotated[int, typer.Option("-n", min=2, help="Number of events.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the draw.")] = 1,
    force: Force = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
    *,
    shared: RecordOptions,
) -> None:
    """Draw events at random and write a sheet to label them by hand.

    A simple random sample, without strata, of the events with a text of four words or more: the
    first half is sample 1, the second sample 2, the headline. Fill the column hand_label and read
    the sheet with `tarazu record check`. It holds the source's texts, which may name people: keep
    it to yourself. It cannot be written into a folder of results.
    """
    from tarazu.record.coding.label_sheet import check_sheet, draw_labels, write_sheet
    from tarazu.record.reader import read_with_texts
    from tarazu.region import load_region

    keep = [file, *shared.files]
    check_sheet(out, keep=keep, replace=force)
    try:
        record, rows = read_with_texts(
            file,
            region=load_region(shared.region, boundaries=shared.boundaries),
            rules=shared.rules,
            mapping=shared.mapping,
            format=shared.format,
            keep_going=shared.keep_going,
        )
    except ValueError as error:  # options that exclude each other, or an unknown format
        raise typer.BadParameter(str(error)) from error
    sheet = draw_labels(record, rows, n=number, seed=seed)
    write_sheet(sheet, out, keep=keep, replace=force)
    show(f"{paragraph(sheet.sentence())}\n{out}", None, as_json=False)


def contradictions(check: LabelCheck) -> int:
    """Return the number of events that hand and rules both decided, and differently.

    Labels that do not keep strikes of foreign states apart have them under "other".
    """
    total = 0
    for sample in check.samples:
        same = {} if "foreign_state" in sample.precision else {"foreign_state": "other"}
        total += sum(
            number
            for hand, row in sample.confusion.items()
            for rule, number in row.items()
            if hand != same.get(rule, rule) and hand not in UNDECIDED and rule not in UNDECIDED
        )
    return total


def check_lines(check: LabelCheck) -> Iterator[str]:
    """Yield the check as text: the headline, then two tables per sample."""
    from tarazu.report.tables.record import agreement_table, confusion_table, period_table

    yield paragraph(check.sentence())
    yield f"  rules {check.rules_digest[:12]}, labels {check.labels_digest[:12]}"
    if check.not_found:
        yield f"  {check.not_found:,} labelled events are not in the record"
    if check.not_labelled:
        yield f"  {check.not_labelled:,} rows have no label yet"
    for sample in check.samples:
        yield ""
        yield confusion_table(sample, check).to_text(width())
        yield agreement_table(sample).to_text(width())
        if len(sample.periods) > 1:
            yield period_table(sample).to_text(width())


def _record_lines(record: Record) -> Iterator[str]:
    from tarazu.core.number_format import count, counts
    from tarazu.pipeline.record_file import counts_by, deaths_by_side
    from tarazu.record import measured_check
    from tarazu.report.tables.record import quality_table

    quality, check = record.quality, measured_check(record)
    yield paragraph(
        f"{record.region.title}, {record.start:%Y-%m-%d} to {record.end:%Y-%m-%d}: "
        f"{count(record.n_events)} events"
    )
    yield paragraph(f"{record.source.title} ({record.source.licence})", label="source")
    yield paragraph(counts(counts_by(record, "initiator")), label="initiator")
    yield paragraph(counts(deaths_by_side(record)), label="deaths")
    yield ""
    yield quality_table(record).to_text(width())
    if record.region.boundaries is None:
        yield paragraph("Coordinates were not compared with district names: use --boundaries.")
    yield ""
    unmeasured = "The error rate of these initiator rules was not measured."
    yield paragraph(unmeasured if check is None else check.sentence())
    yield from _number_lines("Outside the region, by name", quality.outside)
    yield from _listed(
        "District names that the region does not have",
        [_unknown_line(name, n, record.region) for name, n in quality.unknown_districts.items()],
    )
    yield from _listed(
        "Rejected: cannot be read",
        [f"line {r.line}, column '{r.column}': {r.problem}" for r in quality.rejects],
    )
    yield from _listed(
        "Name and coordinates in different districts",
        [
            f"{d.event_id}: named {d.named}, lies in {d.pointed or 'no district'}, used {d.used}"
            for d in quality.disagreements
        ],
    )


def _unknown_line(name: str, number: int, region: LoadedRegion) -> str:
    from tarazu.region import nearest_district

    near = nearest_district(region, name)
    hint = f" (did you mean '{near}'? Add the spelling under aliases in districts.csv)"
    return f"{name}: {number:,}{hint if near else ''}"


def _number_lines(heading: str, numbers: Mapping[str, int]) -> Iterator[str]:
    yield from _listed(heading, [f"{name}: {number:,}" for name, number in numbers.items()])


def _listed(heading: str, lines: list[str]) -> Iterator[str]:
    if not lines:
        return
    yield ""
    yield f"{heading} ({len(lines):,})"
    for line in lines[:SHOWN]:
        yield fill(line, width(), initial_indent="  ", subsequent_indent="    ")
    if len(lines) > SHOWN:
        yield f"  and {len(lines) - SHOWN:,} more (--json lists all)"
