"""``tarazu data``: downloads, and shareable tables of counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from tarazu.cli.options import Force, Quiet, RecordOptions, Verbose, add_options
from tarazu.cli.terminal.output import show
from tarazu.cli.terminal.progress import progress
from tarazu.pipeline.progress import Advance

FETCH_HELP = """Download events or boundaries; no other command uses the network.

An interrupted download continues where it stopped. The checksum (.sha256) and the origin and
licence (.origin.json) are written beside the file. Keys are read from environment variables and are
never written to disk.
"""
app = typer.Typer(help="Download data; export shareable tables of counts.", no_args_is_help=True)
fetch = typer.Typer(help=FETCH_HELP, no_args_is_help=True)
app.add_typer(fetch, name="fetch")

Start = Annotated[
    datetime | None,
    typer.Option("--start", formats=["%Y-%m-%d"], show_default=False, help="First day of events."),
]
End = Annotated[
    datetime | None,
    typer.Option("--end", formats=["%Y-%m-%d"], show_default=False, help="Last day of events."),
]


@dataclass(frozen=True, slots=True)
class Download:
    """Options of every download."""

    sha256: Annotated[
        str | None,
        typer.Option("--sha256", show_default=False, help="Checksum that the file must have."),
    ] = None
    address: Annotated[
        str | None,
        typer.Option(
            "--address", show_default=False, help="Address of the service, to use a mirror."
        ),
    ] = None
    force: Force = False
    verbose: Verbose = 0
    quiet: Quiet = False


Out = Annotated[Path, typer.Option("--out", "-o", dir_okay=False, help="File to write.")]


@app.command()
@add_options(RecordOptions)
def figures(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, help="Event file of any format.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", dir_okay=False, help="CSV file to write.")],
    force: Force = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
    *,
    shared: RecordOptions,
) -> None:
    """Export a shareable table of event counts.

    Counts by day, administrative unit, initiator, target, tactic and armed group, without texts,
    coordinates or identifiers. A TOML file beside the table states its source, and counts the rows
    that were left out. Equal records give equal bytes.
    """
    from tarazu.core.files.outputs import check_outputs
    from tarazu.record import write_figures

    if out.suffix != ".csv":
        message = f"'{out}' does not end in .csv. Choose a name that does."
        raise typer.BadParameter(message, param_hint="--out")
    keep = [file, *shared.files]
    check_outputs([out, out.with_suffix(".toml")], keep=keep, replace=force)
    record = shared.read(file)
    write_figures(record, out, keep=keep, replace=force)
    show(f"{out}\n{out.with_suffix('.toml')}", None, as_json=False)


@fetch.command()
@add_options(Download)
def ucdp(
    out: Out,
    version: Annotated[
        str, typer.Option(help="Release, such as 25.1 (yearly) or 25.0.9 (candidate events).")
    ],
    country: Annotated[
        int | None,
        typer.Option(show_default=False, help="Gleditsch and Ward number; 770 is Pakistan."),
    ] = None,
    start: Start = None,
    end: End = None,
    *,
    shared: Download,
) -> None:
    """Download UCDP GED or candidate events; needs a token in UCDP_ACCESS_TOKEN."""
    from tarazu.core.http.downloads import DownloadOptions
    from tarazu.record.download import fetch_ucdp
    from tarazu.record.download.ucdp import ADDRESS

    def download(advance: Advance) -> str:
        return fetch_ucdp(
            out,
            version=version,
            country=country,
            start=_day(start),
            end=_day(end),
            address=shared.address or ADDRESS,
            options=DownloadOptions(expected=shared.sha256, replace=shared.force, progress=advance),
        )

    _fetch(out, download, force=shared.force)


@fetch.command()
@add_options(Download)
def acled(
    out: Out,
    country: Annotated[str, typer.Option(help="Country as ACLED spells it.")],
    start: Start = None,
    end: End = None,
    token_address: Annotated[
        str | None, typer.Option(show_default=False, help="Address of the token service.")
    ] = None,
    *,
    shared: Download,
) -> None:
    """Download ACLED events with your account; needs ACLED_EMAIL and ACLED_PASSWORD."""
    from tarazu.core.http.downloads import DownloadOptions
    from tarazu.record.download import fetch_acled
    from tarazu.record.download.acled import ADDRESS, TOKEN_ADDRESS

    def download(advance: Advance) -> str:
        return fetch_acled(
            out,
            country=country,
            start=_day(start),
            end=_day(end),
            address=shared.address or ADDRESS,
            token_address=token_address or TOKEN_ADDRESS,
            options=DownloadOptions(expected=shared.sha256, replace=shared.force, progress=advance),
        )

    _fetch(out, download, force=shared.force)


@fetch.command()
@add_options(Download)
def boundaries(
    out: Out,
    country: Annotated[str, typer.Option(help="ISO code of three letters, such as PAK.")],
    level: Annotated[
        int, typer.Option(min=0, max=5, help="Administrative level; districts are mostly 2.")
    ] = 2,
    *,
    shared: Download,
) -> None:
    """Download district boundaries from geoBoundaries; needs no key.

    `tarazu region build` makes a region of them; district names are in the column shapeName.
    """
    from tarazu.core.http.downloads import DownloadOptions
    from tarazu.region.download import ADDRESS, fetch_boundaries

    def download(advance: Advance) -> str:
        return fetch_boundaries(
            out,
            country=country,
            level=level,
            address=shared.address or ADDRESS,
            options=DownloadOptions(expected=shared.sha256, replace=shared.force, progress=advance),
        )

    _fetch(out, download, force=shared.force)


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _fetch(out: Path, download: Callable[[Advance], str], *, force: bool) -> None:
    """Run a download under a progress bar and print the file and its checksum."""
    from tarazu.core.http.downloads import check_download

    check_download(out, replace=force)
    with progress(f"downloading {out.name}") as advance:
        checksum = download(advance)
    show(f"{out}\nsha256 {checksum}", None, as_json=False)
