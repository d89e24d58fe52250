"""``tarazu region``: making a region of boundaries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tarazu.cli.options import ForceFolder, Quiet, Verbose
from tarazu.cli.output import show

if TYPE_CHECKING:
    from tarazu.region import Region

app = typer.Typer(help="Make a region of district boundaries.", no_args_is_help=True)


@app.callback()
def region() -> None:
    """Make a region of district boundaries."""


@app.command()
def build(
    boundaries: Annotated[
        Path,
        typer.Option(
            exists=True, help="Polygons of districts: GeoJSON, shapefile, GeoPackage and others."
        ),
    ],
    names: Annotated[str, typer.Option(metavar="COLUMN", help="Column of the districts' names.")],
    country: Annotated[
        list[str],
        typer.Option(help="Country as event files name it; repeat for other spellings."),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", file_okay=False, help="Folder to write.")],
    population: Annotated[
        str,
        typer.Option(metavar="COLUMN|flat", help="Column of residents; flat: the same everywhere."),
    ] = "flat",
    province: Annotated[
        list[str] | None,
        typer.Option(
            show_default=False,
            help="Province as event files name it, if the region is a part of the country; repeat "
            "for other spellings.",
        ),
    ] = None,
    only: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN=VALUE", show_default=False, help="Use only the rows with this value."
        ),
    ] = None,
    title: Annotated[
        str | None, typer.Option(show_default=False, help="Name of the region in words.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(show_default=False, help="Where the boundaries come from.")
    ] = None,
    licence: Annotated[
        str | None, typer.Option(show_default=False, help="Their terms of use.")
    ] = None,
    snap: Annotated[
        float,
        typer.Option(min=0.0, max=5.0, help="How far apart, km, two borders may be drawn."),
    ] = 0.1,
    shortest: Annotated[
        float,
        typer.Option(min=0.0, help="Shorter borders, km, make no neighbours."),
    ] = 0.0,
    force: ForceFolder = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Make the folder of a region, for --region of other commands.

    Neighbours share a border line, not only a point. Source and licence are taken from the note
    that `tarazu data fetch boundaries` left beside the file, where there is one. The folder also
    holds boundaries.geojson, for --boundaries: events are then placed by their coordinates.
    Needs the extra packages of `pip install 'tarazu[region]'`.
    """
    from tarazu.region.build.builder import BuildOptions, build_region

    if only is not None and "=" not in only:
        raise typer.BadParameter(f"{only!r} is not COLUMN=VALUE", param_hint="--only")
    column, _, value = (only or "").partition("=")
    noted_source, noted_licence = _origin(boundaries)
    built = build_region(
        boundaries,
        out,
        BuildOptions(
            name=out.name,
            title=title or out.name,
            countries=tuple(country),
            provinces=tuple(province or ()),
            names=names,
            population=population,
            only=None if only is None else (column, value),
            snap_km=snap,
            shortest_km=shortest,
            source=source or noted_source,
            licence=licence or noted_licence,
        ),
        replace=force,
    )
    show(_words(built, out, population), None, as_json=False)


def _origin(boundaries: Path) -> tuple[str, str]:
    """Return source and licence from the note of a download, "not stated" without one."""
    note = boundaries.with_name(f"{boundaries.name}.origin.json")
    try:
        content = json.loads(note.read_text(encoding="utf-8"))
        return str(content["title"]), str(content["licence"])
    except (OSError, ValueError, KeyError, TypeError):
        return "not stated", "not stated"


def _words(built: Region, out: Path, population: str) -> str:
    tiles = {tile.slug: tile for tile in built.tiles}
    near = sum(
        abs(tiles[e.district_a].x - tiles[e.district_b].x) < 1.01
        and abs(tiles[e.district_a].y - tiles[e.district_b].y) < 1.01
        for e in built.edges
    )
    alone = sorted(
        set(built.slugs) - {s for e in built.edges for s in (e.district_a, e.district_b)}
    )
    lines = [
        f"{out}: {len(built.districts)} districts, {len(built.edges)} pairs of neighbours",
        f"  the tile map keeps {near} of them side by side",
        f"  {sum(d.area_km2 for d in built.districts):,.0f} km2",
    ]
    if alone:
        lines.append(f"  without a neighbour: {', '.join(alone)}")
    if population == "flat":
        lines.append("  residents: 100,000 in each district; rates by head mean nothing")
    lines.append("  not known: headquarters, urban share, coast, terrain, infrastructure")
    return "\n".join(lines)
