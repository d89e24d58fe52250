"""Checks of a study against its model and region: names, weeks, districts, size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from tarazu.core.arguments import wrong_type
from tarazu.core.errors import ScenarioError, suggest
from tarazu.model import Model
from tarazu.model.lever_names import unknown_lever
from tarazu.region import Region, find_district
from tarazu.study.setup.outcomes import OUTCOMES
from tarazu.study.setup.quantities import known_quantities
from tarazu.study.setup.spec import MOST_WEEKS, NO_HISTORY, StudySpec, day_of

Identity = tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]

LARGEST_STUDY: Final = 10_000_000  # member-runs; a larger number is a slip of the hand


def check_region(study: str, of_study: Region, of_record: Region) -> None:
    """Raise unless a record is of the region of a study, in any administrative frame.

    Parameters
    ----------
    study : its name, for the error.

    Raises
    ------
    ScenarioError
        They are of different regions, or of two drawings of one region.
    """
    if _identity(of_study) == _identity(of_record):
        return
    if of_study.name == of_record.name:
        what = (
            f"the record and study '{study}' use two drawings of region '{of_study.name}': "
            f"{len(of_record.slugs)} and {len(of_study.slugs)} districts"
        )
    else:
        what = (
            f"the record is of region '{of_record.name}' ({of_record.title}), study '{study}' of "
            f"region '{of_study.name}' ({of_study.title})"
        )
    raise ScenarioError(
        what,
        expected="one region for both",
        hint="Give both the same region (--region, region=), or read another record",
    )


def _identity(region: Region) -> Identity:
    """Return what a region has in common in all its administrative frames."""
    units = sorted({district.frame_unit for district in region.districts})
    return region.name, region.countries, region.provinces, tuple(units)


def foreign_districts(spec: StudySpec, region: Region) -> tuple[str, ...]:
    """Return the districts that a study names and a region does not have, each once."""
    named = [pulse.district for pulse in spec.pulses]
    named += [] if spec.operation is None else spec.operation.split
    return tuple(dict.fromkeys(name for name in named if region.lookup(name) is None))


def find_problems(
    spec: StudySpec, model: Model, region: Region, file: str
) -> Iterator[ScenarioError]:
    """Yield the problems of a spec for this model and region."""
    yield from _history_problems(spec, file)
    if len(set(spec.horizons)) < len(spec.horizons):
        yield ScenarioError("has a value twice", file=file, key="horizons", expected="each once")
    origin = 0 if spec.operation is None else spec.operation.week + 1
    in_weeks = origin < spec.weeks  # else the week of the operation is the problem
    for i, horizon in enumerate(spec.horizons if in_weeks else ()):
        if not 1 <= horizon <= spec.weeks - origin:
            yield ScenarioError(
                f"is {horizon}",
                file=file,
                key=f"horizons[{i}]",
                value=horizon,
                expected=f"1 to {spec.weeks - origin} weeks, within the weeks of the study",
            )
    if spec.series_weeks > spec.weeks:
        yield ScenarioError(
            f"is {spec.series_weeks}",
            file=file,
            key="series_weeks",
            value=spec.series_weeks,
            expected=f"at most the {spec.weeks} weeks of the study",
        )
    for i, pulse in enumerate(spec.pulses):
        if pulse.event not in model.events:
            key = f"pulses[{i}].event"
            yield unknown_name("event", pulse.event, list(model.events), file, key)
        yield from _district(pulse.district, region, file, f"pulses[{i}].district")
        if pulse.week >= spec.weeks:
            yield ScenarioError(
                f"is {pulse.week}",
                file=file,
                key=f"pulses[{i}].week",
                value=pulse.week,
                expected=f"0 to {spec.weeks - 1}",
            )
    yield from _variation_problems(spec, model, region, file)
    yield from _kept_problems(spec, model, file)
    policies = (
        3 if spec.operation else len(spec.policies) + len(spec.grid.values if spec.grid else ())
    )
    runs = spec.draws * spec.replicates * len(spec.hypotheses) * policies
    if runs > LARGEST_STUDY:
        yield ScenarioError(
            f"are {runs:,} member-runs",
            file=file,
            key="draws",
            expected=f"at most {LARGEST_STUDY:,}",
        )


def _history_problems(spec: StudySpec, file: str) -> Iterator[ScenarioError]:
    """Yield the problems of the day on which a history begins."""
    if spec.history == NO_HISTORY:
        return
    start = spec.start_date
    if start is None:
        yield ScenarioError(
            f"is '{spec.start}'",
            file=file,
            key="start",
            value=spec.start,
            expected="the day on which the history ends, such as 2026-01-01",
            hint=f'Or set history = "{NO_HISTORY}"',
        )
        return
    first = day_of(spec.history)
    if first is None or not 7 <= (start - first).days < 7 * MOST_WEEKS:
        yield ScenarioError(
            f"is '{spec.history}'",
            file=file,
            key="history",
            value=spec.history,
            expected=f'a day a week to a century before the start, {start}, or "{NO_HISTORY}"',
        )


def _variation_problems(
    spec: StudySpec, model: Model, region: Region, file: str
) -> Iterator[ScenarioError]:
    if spec.operation is not None:
        if spec.operation.week > spec.weeks - 2:
            yield ScenarioError(
                f"is {spec.operation.week}",
                file=file,
                key="operation.week",
                value=spec.operation.week,
                expected=f"0 to {spec.weeks - 2}: a week of the study that others follow",
            )
        places: dict[str, str] = {}
        for name in spec.operation.split:
            key = f"operation.split.{name}"
            yield from _district(name, region, file, key)
            place = region.lookup(name)
            if place is not None and places.setdefault(place, name) != name:
                yield ScenarioError(
                    f"is the district that '{places[place]}' is too",
                    file=file,
                    key=key,
                    value=name,
                    expected="each district once",
                )
    if (spec.grid is not None or spec.operation is not None) and len(spec.policies) > 1:
        yield ScenarioError(
            "a grid of a lever, an extra operation and several policies exclude each other",
            file=file,
            key="policies",
            expected="the baseline alone",
        )
    if spec.grid is None:
        return
    if spec.operation is not None:
        yield ScenarioError(
            "stands beside an operation", file=file, key="grid", expected="one of the two"
        )
    lever = model.levers.get(spec.grid.lever)
    if lever is None:
        yield unknown_lever(spec.grid.lever, model.levers, file=file, key="grid.lever")
        return
    for i, value in enumerate(spec.grid.values):
        if not lever.low <= value <= lever.high:
            yield ScenarioError(
                f"{spec.grid.lever} is {value:g}",
                file=file,
                key=f"grid.values[{i}]",
                value=value,
                expected=f"{lever.low:g} to {lever.high:g}",
            )
    if len(set(spec.grid.values)) < len(spec.grid.values):
        yield ScenarioError("has a value twice", file=file, key="grid.values", expected="each once")


def _kept_problems(spec: StudySpec, model: Model, file: str) -> Iterator[ScenarioError]:
    """Yield the problems of what a study computes: mean field, quantities, reproduction number."""
    if spec.mode == "mean" and spec.replicates > 1:
        yield ScenarioError(
            f"is {spec.replicates}",
            file=file,
            key="replicates",
            value=spec.replicates,
            expected="1: each replicate of a mean field is the same",
        )
    if spec.operation is not None and (spec.mode == "mean" or spec.reproduction):
        yield ScenarioError(
            "has an extra operation, which runs both modes and no equilibrium",
            file=file,
            key="mode" if spec.mode == "mean" else "reproduction",
            expected="a study of policies or of a grid",
        )
    for i, name in enumerate(spec.quantities):
        key, valid = f"quantities[{i}]", [*known_quantities(model)]
        if name not in valid:
            yield unknown_name("quantity", name, valid, file, key)
        elif name in OUTCOMES or name in spec.quantities[:i]:
            yield ScenarioError(
                f"'{name}' is kept already", file=file, key=key, value=name, expected="another one"
            )


def _district(name: str, region: Region, file: str, key: str) -> Iterator[ScenarioError]:
    try:
        find_district(region, name, file=file, key=key)
    except ScenarioError as problem:
        yield problem


def check_outcomes(outcomes: object) -> tuple[str, ...]:
    """Return names of outcomes, one or several; all for None.

    Raises
    ------
    ScenarioError
        An outcome that does not exist; the nearest one is named.
    TypeError
        Something else.
    """
    if outcomes is None:
        return tuple(OUTCOMES)
    if not isinstance(outcomes, Iterable):
        raise wrong_type("outcomes", outcomes, "names of outcomes, such as ['attacks'], or None")
    names = (outcomes,) if isinstance(outcomes, str) else tuple(outcomes)
    for name in names:
        if name not in OUTCOMES:
            raise unknown_name("outcome", str(name), list(OUTCOMES), None, None)
    return names


def unknown_name(
    kind: str, name: str, valid: Sequence[str], file: str | None, key: str | None
) -> ScenarioError:
    """Return the error for a name that is none of the valid ones, with the nearest of them."""
    return ScenarioError(
        f"no {kind} '{name}'",
        file=file,
        key=key,
        value=name,
        expected=f"one of {', '.join(valid)}",
        hint=suggest(name, valid),
    )
