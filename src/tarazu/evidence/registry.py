"""Estimators by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from importlib import import_module
from typing import Any, Final, Literal, Unpack, overload

from tarazu.core.arguments import wrong_type
from tarazu.core.errors import did_you_mean
from tarazu.evidence import option_types as types
from tarazu.evidence.finding import Finding
from tarazu.evidence.needs import require_estimator
from tarazu.evidence.options import changed_options, check_names, options_of
from tarazu.evidence.words import Words
from tarazu.record import Record

WORDS: Final = Words("tarazu.evidence")
Estimator = Callable[..., Finding]
NAMES: Final = (
    "retaliation",
    "wake",
    "displacement",
    "dose",
    "near_repeat",
    "tactics",
    "severity",
    "escalation",
    "reaction",
    "groups",
)
"""In the order of the brief. Each is a package with an `estimator` module and its function."""


class Estimators(Mapping[str, Estimator]):
    """Estimators by name, each imported when first used: names alone cost nothing."""

    def __getitem__(self, name: str) -> Estimator:
        if name not in NAMES:
            raise KeyError(name)
        estimator: Estimator = getattr(import_module(f"{__package__}.{name}.estimator"), name)
        return estimator

    def __contains__(self, name: object) -> bool:
        return name in NAMES

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


ESTIMATORS: Final = Estimators()


@overload
def estimate(
    name: Literal["retaliation"], record: Record, **options: Unpack[types.RetaliationOptions]
) -> Finding: ...
@overload
def estimate(
    name: Literal["wake"], record: Record, **options: Unpack[types.WakeOptions]
) -> Finding: ...
@overload
def estimate(
    name: Literal["displacement"], record: Record, **options: Unpack[types.DisplacementOptions]
) -> Finding: ...
@overload
def estimate(
    name: Literal["dose"], record: Record, **options: Unpack[types.DoseOptions]
) -> Finding: ...
@overload
def estimate(
    name: Literal["near_repeat"], record: Record, **options: Unpack[types.NearRepeatOptions]
) -> Finding: ...
@overload
def estimate(
    name: Literal["tactics"], record: Record, **options: Unpack[types.TacticsOptions]
) -> Finding: ...
@overload
def estimate(
    name: Literal["severity"], record: Record, **options: Unpack[types.SeverityOptions]
) -> Finding: ...
@overload
def estimate(
    name: Literal["escalation"], record: Record, **options: Unpack[types.EscalationOptions]
) -> Finding: ...
@overload
def estimate(
    name: Literal["reaction"], record: Record, **options: Unpack[types.ReactionOptions]
) -> Finding: ...
@overload
def estimate(
    name: Literal["groups"], record: Record, **options: Unpack[types.GroupsOptions]
) -> Finding: ...
@overload
def estimate(name: str, record: Record, **options: Unpack[types.PartOfRecord]) -> Finding: ...
def estimate(
    name: str,
    record: Record,
    *,
    start: str | date | None = None,
    end: str | date | None = None,
    districts: str | Sequence[str] | None = None,
    groups: str | Sequence[str] | None = None,
    **options: Any,
) -> Finding:
    """Return the finding of one estimator on a record, or on a part of it.

    Parameters
    ----------
    name : "retaliation", "wake", "displacement", "dose", "near_repeat", "tactics", "severity",
        "escalation", "reaction" or "groups".
    record : from `tarazu.load_record` or `tarazu.read_record`.
    start, end, districts, groups : the part of the record, as in `Record.sel`.
    **options : of the estimator: ``horizon`` (days after an operation, or between two
        attacks), ``weeks`` (first and last week), ``level`` (coverage of intervals, 0 to 1),
        ``seed``, and numbers of permutations. Which ones an
        estimator has, with their defaults: ``help(tarazu.evidence.ESTIMATORS[name])``, or the
        error of an unknown one.

    Returns
    -------
    Finding
        With `options` and `selection` as used. Error rates were measured for the defaults and
        whole records of Balochistan's size; for anything else they are not measured.

    Raises
    ------
    ValueError
        No estimator has this name, or an option or the part cannot be used.
    TypeError
        The estimator has no such option, or `record` is something else.
    FitError
        The record holds nothing that the estimator could work on.
    ResourceError
        The estimator needs more memory than there is.

    References
    ----------
    Those of each estimator: ``finding.references``.

    Examples
    --------
    >>> import tarazu as tz
    >>> record = tz.load_record()
    >>> few = {"replicates": 99, "sensitivity_replicates": 99, "draws": 2}  # an example is quick
    >>> tz.estimate("near_repeat", record, start="2010", **few)
    <Finding near_repeat: near repeats or bursts
      ...
    """
    if not isinstance(name, str):
        expected = f'the name of an estimator, then the record: estimate("{NAMES[0]}", record)'
        raise wrong_type("name", name, expected)
    if name not in ESTIMATORS:
        hint = did_you_mean(name, ESTIMATORS) or " run_battery(record) runs all of them."
        raise ValueError(
            f"no estimator is called {name!r}; expected {', '.join(ESTIMATORS)}.{hint}"
        )
    estimator = ESTIMATORS[name]
    check_names(estimator, options)
    used = options_of(estimator) | options
    changed_options(estimator, used)  # refuses values before any work
    if not isinstance(record, Record):
        raise wrong_type("record", record, "a Record, from load_record() or read_record(path)")
    part = record.sel(start=start, end=end, districts=districts, groups=groups)
    require_estimator(name, part)
    found = estimator(part, **options)
    # Embedded counts and the event file that they count are the same record.
    inputs = {key: digest for key, digest in part.inputs.items() if key != "figures"}
    found = replace(found, options=used, inputs=inputs)
    return in_part(found, part.selection) if part.selection else found


def in_part(finding: Finding, selection: tuple[str, ...]) -> Finding:
    """Return a finding that says in words of which part of the record it is."""
    chosen = "; ".join(selection)
    caveats = [WORDS.text("selection", "caveat", selection=chosen)]
    if any(note.startswith("districts ") for note in selection):
        caveats.append(WORDS.text("selection", "districts"))
    return replace(
        finding,
        estimand=WORDS.text("selection", "estimand", selection=chosen, estimand=finding.estimand),
        sentence=WORDS.text("selection", "sentence", selection=chosen, sentence=finding.sentence),
        caveats=(*finding.caveats, *caveats),
        selection=selection,
    )
