"""Options and arguments that several commands share, and the record that they select."""

from __future__ import annotations

import inspect
import logging
import os
import shlex
from collections.abc import Callable
from dataclasses import MISSING, Field, dataclass, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from tarazu.cli.terminal import output

if TYPE_CHECKING:
    from tarazu.model import Model
    from tarazu.record import Record
    from tarazu.region import Region as LoadedRegion


_log = logging.getLogger("tarazu.cli")


def existing_file(*names: str, help: str) -> Any:
    """Return the option for a file that is read and must exist."""
    return typer.Option(*names, exists=True, dir_okay=False, show_default=False, help=help)


def results_folder(*, holding: str) -> Any:
    """Return the argument for a folder of results; `holding` says what it must hold."""
    return typer.Argument(
        exists=True,
        file_okay=False,
        metavar="FOLDER",
        show_default=False,
        help=f"Folder that a command of Tarazu wrote, with {holding}.",
    )


def paths_of(*given: Path | str | None) -> list[Path]:
    """Return the files and folders among option values; a name is one if it ends in .toml."""
    return [
        Path(value)
        for value in given
        if isinstance(value, Path) or (value is not None and value.endswith(".toml"))
    ]


def region_folders(region: str | None) -> list[Path]:
    """Return the folder that the option --region stands for; none without it."""
    from tarazu.region.shipped import region_folder

    return [] if region is None else [region_folder(region)]


def threads(workers: int | None) -> int:
    """Return the number of threads given, or one per processor that this process may use."""
    if workers is not None:
        return workers
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def add_options(shared: type[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that gives a command the fields of a dataclass as further options.

    Parameters
    ----------
    shared : dataclass whose fields are annotated options with defaults. The command takes an
        instance as its keyword argument `shared`.
    """
    hints = get_type_hints(shared, include_extras=True)
    added = {field.name: _parameter(field, hints[field.name]) for field in fields(shared)}

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(command, eval_str=True).parameters
        parameters = {name: p for name, p in own.items() if name != "shared"} | added

        def call(**values: Any) -> None:
            taken = {name: values.pop(name) for name in added}
            command(**values, shared=shared(**taken))

        call.__name__, call.__doc__ = command.__name__, command.__doc__
        call.__annotations__ = {name: p.annotation for name, p in parameters.items()}
        call.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [p.replace(kind=p.KEYWORD_ONLY) for p in parameters.values()]
        )
        return call

    return decorate


def _parameter(field: Field[Any], annotation: Any) -> inspect.Parameter:
    assert field.default is not MISSING
    return inspect.Parameter(
        field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=annotation
    )


def read_events(
    file: Path | None,
    *,
    region: str | None = None,
    boundaries: Path | None = None,
    rules: Path | None = None,
    mapping: Path | None = None,
    format: str | None = None,
    keep_going: bool = False,
    argument: str = "FILE",
) -> Record:
    """Read an event file as its options state; without a file, the shipped record of the region.

    Parameters
    ----------
    argument : how the command names the event file, for errors.

    Raises
    ------
    TarazuError, ExceptionGroup
        One of the files cannot be used.
    typer.BadParameter
        An option needs an event file and there is none, or options exclude each other.
    """
    from tarazu.record import FORMAT_NAMES, load_record, read_record
    from tarazu.record.embedded import SHIPPED_FIGURES
    from tarazu.region import load_region
    from tarazu.region.shipped import FOLDERS

    if file is None:
        options: dict[str, object] = {"--boundaries": boundaries, "--rules": rules}
        options |= {"--mapping": mapping, "--format": format}
        if unusable := [name for name, value in options.items() if value is not None]:
            raise typer.BadParameter(
                f"{', '.join(unusable)} can only be used with an event file. Give it with "
                f"{argument}; without one, the record is the one that ships for the region."
            )
        where = load_region(region)
        if where.name not in SHIPPED_FIGURES:
            raise typer.BadParameter(
                f"no record of {where.title} ships with Tarazu. Give its event file with "
                f"{argument}, or one of the shipped regions: {', '.join(FOLDERS)}.",
                param_hint="--region",
            )
        return load_record(where)
    if format is not None and format not in FORMAT_NAMES:
        message = f"format '{format}' not found; expected one of {', '.join(FORMAT_NAMES)}."
        raise typer.BadParameter(message, param_hint="--format")
    if format is not None and mapping is not None:
        raise typer.BadParameter("--format and --mapping exclude each other. Remove one of them.")
    record = read_record(
        file,
        region=load_region(region, boundaries=boundaries),
        rules=rules,
        mapping=mapping,
        format=format,
        keep_going=keep_going,
    )
    _warn_of_losses(record)
    return record


def _warn_of_losses(record: Record) -> None:
    """Log rows that could not be read, and a record most of which has no district."""
    quality, events = record.quality, record.n_events
    if quality.rows_rejected:
        _log.warning(
            "%s of %s rows cannot be read and are left out; `tarazu record describe --keep-going` "
            "lists them",
            f"{quality.rows_rejected:,}",
            f"{quality.rows_read:,}",
        )
    if 2 * quality.no_district > events:
        _log.warning(
            "%s of %s events have no district, and are left out where districts matter; place them "
            "with --boundaries, or add the spellings of the file to districts.csv of the region",
            f"{quality.no_district:,}",
            f"{events:,}",
        )


def _verbose(count: int) -> int:
    if count:
        output.set_verbosity(count)
    return count


def _quiet(quiet: bool) -> bool:
    if quiet:
        output.set_verbosity(-1)
    return quiet


Verbose = Annotated[
    int,
    typer.Option(
        "--verbose",
        "-v",
        count=True,
        callback=_verbose,
        show_default=False,
        help="Log more details on standard error; -vv adds tracebacks.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", callback=_quiet, help="Log errors only.")]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print the result as JSON on standard output.")
]
Events = Annotated[
    Path | None,
    typer.Argument(
        metavar="FILE",
        exists=True,
        show_default=False,
        help="Event file of UCDP, ACLED, GTD or VIEWS, or any CSV file with --mapping. Default: "
        "the record that ships for the region.",
    ),
]
Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        show_default=False,
        help="Format of the event file: ucdp-ged, ucdp-candidate, acled, gtd or views-panel. "
        "Default: recognised by its columns.",
    ),
]
Boundaries = Annotated[
    Path | None,
    existing_file(
        help="GeoJSON file of district polygons; events are then also placed by their coordinates."
    ),
]
Region = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|FOLDER",
        show_default="balochistan",
        help="Region: balochistan or kp-fata, which ship with Tarazu, or a folder of CSV files "
        "that describe another one.",
    ),
]
KeepGoing = Annotated[
    bool,
    typer.Option(
        "--keep-going",
        help="Leave out and count rows that cannot be read, instead of stopping at them.",
    ),
]
Rules = Annotated[
    Path | None,
    existing_file(
        help="TOML file of the rules that infer who initiated an event. Default: the shipped rules "
        "of the format."
    ),
]
Mapping = Annotated[
    Path | None,
    existing_file(help="TOML file that maps the columns of any other CSV file to those of events."),
]
UserModelFile = Annotated[
    Path | None,
    existing_file(
        "--model",
        help="Python file with a mechanism of your own, added to the shipped ones. Its code is "
        "executed.",
    ),
]
BatteryFile = Annotated[
    Path | None,
    existing_file(
        "--config",
        help="TOML file of a battery: estimators and significance level. Default: all estimators.",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        min=1,
        show_default="one per processor",
        help="Number of threads. Results do not depend on it.",
    ),
]
Force = Annotated[
    bool,
    typer.Option(
        "--force",
        help="Overwrite files that Tarazu did not write or that were changed since; inputs are "
        "never overwritten.",
    ),
]
ForceFolder = Annotated[
    bool,
    typer.Option(
        "--force",
        help="Replace a folder of Tarazu even if files in it were added or changed since; other "
        "folders are never replaced.",
    ),
]


@dataclass(frozen=True, slots=True)
class RecordOptions:
    """Options of a command that reads an event file: its region, and how it is read."""

    region: Region = None
    boundaries: Boundaries = None
    rules: Rules = None
    mapping: Mapping = None
    format: Format = None
    keep_going: KeepGoing = False

    def read(
        self, file: Path | None, *, keep_going: bool = False, argument: str = "FILE"
    ) -> Record:
        """Read an event file; see `read_events`. `keep_going` is in addition to the option."""
        return read_events(
            file,
            region=self.region,
            boundaries=self.boundaries,
            rules=self.rules,
            mapping=self.mapping,
            format=self.format,
            keep_going=self.keep_going or keep_going,
            argument=argument,
        )

    @property
    def words(self) -> str:
        """The options that were given, as typed after a command, each with a space before it."""
        given = [
            (f"--{option.name.replace('_', '-')}", getattr(self, option.name))
            for option in fields(self)
            if getattr(self, option.name) != option.default
        ]
        return "".join(
            f" {name}" if value is True else f" {name} {shlex.quote(str(value))}"
            for name, value in given
        )

    @property
    def files(self) -> list[Path]:
        """The files and folders that are read."""
        return [
            *region_folders(self.region),
            *paths_of(self.boundaries, self.rules, self.mapping),
        ]


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """Options of a command that runs or describes the model: region and own mechanism."""

    region: Region = None
    model: UserModelFile = None

    @property
    def files(self) -> list[Path]:
        """The files and folders that are read."""
        return [*region_folders(self.region), *paths_of(self.model)]

    def load_region(self) -> LoadedRegion:
        """Return the region of the option; Balochistan without it."""
        return load_region(self.region)

    def load_model(self) -> Model:
        """Return the shipped model, or the one with a mechanism of the user."""
        from tarazu.model import build_model

        return build_model() if self.model is None else _user_model(self.model)


@cache
def _user_model(path: Path) -> Model:
    """Return the model with a mechanism of the user, whose file is executed once."""
    from tarazu.model.user_model import load_user_model

    return load_user_model(path).model


def load_region(name_or_folder: str | None) -> LoadedRegion:
    """Return the region of the option --region; Balochistan without it."""
    from tarazu.region import load_region as load

    return load(name_or_folder)
