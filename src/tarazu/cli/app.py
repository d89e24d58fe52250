"""``tarazu app``: the policy lab in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tarazu.cli.options import Force, Quiet, Region, Verbose, paths_of, region_folders
from tarazu.cli.terminal.output import show


def app(
    folder: Annotated[
        Path | None,
        typer.Argument(
            exists=True,
            file_okay=False,
            show_default=False,
            help="Folder of policy files (*.toml) to offer beside the shipped policies; or of a "
            "run, whose findings the page of evidence shows.",
        ),
    ] = None,
    region: Region = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; other than this machine's own: with a token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 for any free one.")] = 8765,
    save: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            show_default=False,
            help="Write the lab as one HTML file that works without Tarazu, and serve nothing.",
        ),
    ] = None,
    force: Force = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Open the policy lab: move levers in the browser and watch simulated futures.

    Prints the address to open, and serves until it is interrupted (Ctrl-C). Nothing leaves this
    machine. Without --host only this machine reaches the server; with it, visitors need the token
    in the printed address. The first start compiles the model, which takes up to four minutes.

    The file of --save computes expected paths in the browser, without chance; it opens from a disk
    or a stick, without a network.
    """
    from tarazu.core.files.outputs import check_outputs, write_outputs

    is_run = folder is not None and (folder / "findings.json").is_file()
    policies = None if is_run else folder
    if save is not None:
        from tarazu.app.lab import load_lab
        from tarazu.app.pages.saved import saved_page

        inputs = [*region_folders(region), *paths_of(folder)]
        check_outputs([save], keep=inputs, replace=force)
        page = saved_page(load_lab(region, policies))
        write_outputs({save: page.encode()}, keep=inputs, replace=force)
        show(str(save), None, as_json=False)
        return
    from tarazu.app.serve import serve

    lab = None
    if not (region is None and folder is None):
        from tarazu.app.lab import load_lab

        lab = load_lab(region, policies)
    serve(
        lab,
        run=folder if is_run else None,
        host=host,
        port=port,
        say=lambda address: show(f"Tarazu lab: {address}", None, as_json=False),
    )
