"""``tarazu data fetch``: downloads, for those who have no file yet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from tarazu.cli.options import Force, Quiet, Verbose
from tarazu.cli.output import show
from tarazu.cli.progress import progress
from tarazu.pipeline.progress import Advance

HELP = """Download events or boundaries. Nothing else in Tarazu needs the network.

An interrupted download goes on where it stopped. Beside the file stand its checksum (.sha256) and
a note on where it comes from and on what terms (.origin.json). Keys are read from environment
variables and never written anywhere.
"""
app = typer.Typer(help=HELP, no_args_is_help=True)

Out = Annotated[Path, typer.Option("--out", "-o", dir_okay=False, help="File to write.")]
First = Annotated[
    datetime | None,
    typer.Option("--start", formats=["%Y-%m-%d"], show_default=False, help="First day of events."),
]
Last = Annotated[
    datetime | None,
    typer.Option("--end", formats=["%Y-%m-%d"], show_default=False, help="Last day of events."),
]
Checksum = Annotated[
    str | None,
    typer.Option("--sha256", show_default=False, help="Checksum that the file must have."),
]
Address = Annotated[
    str | None,
    typer.Option("--address", show_default=False, help="Address of the service, for a mirror."),
]


@app.command()
def ucdp(
    out: Out,
    version: Annotated[
        str, typer.Option(help="Release: 25.1 is a yearly one, 25.0.9 candidate events.")
    ],
    country: Annotated[
        int | None,
        typer.Option(show_default=False, help="Gleditsch & Ward number: Pakistan is 770."),
    ] = None,
    start: First = None,
    end: Last = None,
    sha256: Checksum = None,
    address: Address = None,
    force: Force = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Download UCDP GED or candidate events (token in UCDP_ACCESS_TOKEN)."""
    from tarazu.core.http.downloads import DownloadOptions
    from tarazu.record.download import fetch_ucdp
    from tarazu.record.download.ucdp import ADDRESS

    _fetch(
        out,
        lambda progress: fetch_ucdp(
            out,
            version=version,
            country=country,
            start=None if start is None else start.date(),
            end=None if end is None else end.date(),
            address=address or ADDRESS,
            options=DownloadOptions(expected=sha256, progress=progress, replace=force),
        ),
        force=force,
    )


@app.command()
def acled(
    out: Out,
    country: Annotated[str, typer.Option(help="Country as ACLED writes it.")],
    start: First = None,
    end: Last = None,
    sha256: Checksum = None,
    address: Address = None,
    token_address: Annotated[
        str | None, typer.Option(show_default=False, help="Address that gives tokens.")
    ] = None,
    force: Force = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Download ACLED events with your own account (ACLED_EMAIL and ACLED_PASSWORD)."""
    from tarazu.core.http.downloads import DownloadOptions
    from tarazu.record.download import fetch_acled
    from tarazu.record.download.acled import ADDRESS, TOKEN_ADDRESS

    _fetch(
        out,
        lambda progress: fetch_acled(
            out,
            country=country,
            start=None if start is None else start.date(),
            end=None if end is None else end.date(),
            address=address or ADDRESS,
            token_address=token_address or TOKEN_ADDRESS,
            options=DownloadOptions(expected=sha256, progress=progress, replace=force),
        ),
        force=force,
    )


@app.command()
def boundaries(
    out: Out,
    country: Annotated[str, typer.Option(help="ISO code of three letters: PAK.")],
    level: Annotated[
        int, typer.Option(min=0, max=5, help="Administrative level; districts are mostly 2.")
    ] = 2,
    sha256: Checksum = None,
    address: Address = None,
    force: Force = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Download district boundaries from geoBoundaries, no key needed.

    `tarazu region build` makes a region of them: their names are in the column shapeName.
    """
    from tarazu.core.http.downloads import DownloadOptions
    from tarazu.region.download import ADDRESS, fetch_boundaries

    _fetch(
        out,
        lambda progress: fetch_boundaries(
            out,
            country=country,
            level=level,
            address=address or ADDRESS,
            options=DownloadOptions(expected=sha256, progress=progress, replace=force),
        ),
        force=force,
    )


def _fetch(out: Path, download: Callable[[Advance], str], *, force: bool) -> None:
    """Run a download under a progress bar and say what was written."""
    from tarazu.core.http.downloads import check_download

    check_download(out, replace=force)
    with progress(f"downloading {out.name}") as advance:
        checksum = download(advance)
    show(f"{out}\nsha256 {checksum}", None, as_json=False)
