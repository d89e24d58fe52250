"""``tarazu region``: make a region from district boundaries."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tarazu.cli.options import ForceFolder, Quiet, Verbose
from tarazu.cli.terminal.output import show

if TYPE_CHECKING:
    from tarazu.region import Region

app = typer.Typer(help="Make a region from district boundaries.", no_args_is_help=True)


@app.callback()
def region() -> None:
    """Make a region from district boundaries."""


@app.command()
def build(
    boundaries: Annotated[
        Path,
        typer.Option(
            exists=True,
            help="File of district polygons: GeoJSON, shapefile, GeoPackage or FlatGeobuf.",
        ),
    ],
    names: Annotated[str, typer.Option(metavar="COLUMN", help="Column of district names.")],
    country: Annotated[
        list[str],
        typer.Option(help="Country as event files spell it; repeat for other spellings."),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", file_okay=False, help="Folder to write.")],
    population: Annotated[
        str,
        typer.Option(
            metavar="COLUMN|flat", help="Column of residents; flat: 100,000 in each district."
        ),
    ] = "flat",
    province: Annotated[
        list[str] | None,
        typer.Option(
            show_default=False,
            help="Province as event files spell it, if the region is part of a country; repeat for "
            "other spellings.",
        ),
    ] = None,
    only: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN=VALUE",
            show_default=False,
            help="Use only the rows with this value in a column.",
        ),
    ] = None,
    within: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            show_default=False,
            help="Column of the units, such as provinces, that tell districts of one name apart: "
            "'Riverside, North'.",
        ),
    ] = None,
    number_names: Annotated[
        bool,
        typer.Option(
            "--number-names", help="Number districts of one name from west to east: 'Riverside 1'."
        ),
    ] = False,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair",
            help="Make polygons valid whose rings touch or cross themselves; each repair is "
            "reported with its area before and after.",
        ),
    ] = False,
    title: Annotated[
        str | None,
        typer.Option(show_default="province or country", help="Title of the region, as in briefs."),
    ] = None,
    source: Annotated[
        str | None, typer.Option(show_default=False, help="Source of the boundaries.")
    ] = None,
    licence: Annotated[
        str | None, typer.Option(show_default=False, help="Licence of the boundaries.")
    ] = None,
    snap: Annotated[
        float,
        typer.Option(min=0.0, max=5.0, help="Largest gap between two drawings of a border, km."),
    ] = 0.1,
    shortest: Annotated[
        float,
        typer.Option(min=0.0, help="Shortest border that makes two districts neighbours, km."),
    ] = 0.0,
    force: ForceFolder = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Write the folder of a region, for --region of other commands.

    Two districts are neighbours if they share a border line; a shared point is not enough. Source
    and licence default to those that `tarazu data fetch boundaries` wrote beside the file. The
    folder also holds boundaries.geojson, for --boundaries. GeoJSON needs no further package, other
    formats need pyogrio.
    """
    from tarazu.region.build.builder import build_region

    if only is not None and "=" not in only:
        raise typer.BadParameter(
            f"'{only}' has no equals sign; expected COLUMN=VALUE.", param_hint="--only"
        )
    column, _, value = (only or "").partition("=")
    built = build_region(
        boundaries,
        name_column=names,
        country=country,
        province=province or (),
        population=population,
        only=None if only is None else (column, value),
        within=within,
        number_names=number_names,
        repair=repair,
        title=title,
        source=source,
        licence=licence,
        snap_km=snap,
        shortest_km=shortest,
        out=out,
        replace=force,
    )
    show(_summary(built, out, population), None, as_json=False)


def _summary(built: Region, out: Path, population: str) -> str:
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
        f"{out}: {built.title}, {len(built.districts)} districts, {len(built.edges)} pairs of "
        "neighbours",
        f"  {near} pairs are side by side on the tile map",
        f"  {sum(d.area_km2 for d in built.districts):,.0f} km2",
    ]
    if alone:
        lines.append(f"  without neighbours: {', '.join(alone)}")
    if population == "flat":
        lines.append("  residents: 100,000 in each district; per-capita rates are not meaningful")
    lines.append("  not known: headquarters, urban share, coast, terrain, infrastructure")
    return "\n".join(lines)
