"""Kinds of specification files, recognised by their keys when one is given for another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tarazu.core.errors import ScenarioError


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that people write.

    Attributes
    ----------
    article : how a sentence names it. keys : at its top level, in no other kind; in this order.
    use : where it is given; {file} is the name of the file.
    """

    article: str
    keys: tuple[str, ...]
    use: str


KINDS: Final = {
    "study": Kind(
        "a study", ("hypotheses", "draws", "weeks", "question"), "Run it: tarazu run {file}"
    ),
    "policy": Kind(
        "a policy",
        ("settings",),
        'Name it in a study, policies = ["status-quo", "{file}"]; `tarazu study new` writes one',
    ),
    "hypothesis": Kind(
        "a hypothesis",
        ("restrictions", "tells"),
        'Name it in a study, hypotheses = ["full", "{file}"]; `tarazu study new` writes one',
    ),
    "claims": Kind("a file of claims", ("claims",), "Give it to tarazu claims --claims {file}"),
    "mapping": Kind(
        "a mapping of columns",
        ("columns", "values", "dates", "missing_deaths"),
        "Give it beside an event file: tarazu evidence EVENTS --mapping {file}",
    ),
    "battery": Kind(
        "a battery of estimators",
        ("estimators", "significance"),
        "Give it to tarazu evidence --config {file}",
    ),
}


@contextmanager
def expecting(kind: str, file: Path | str) -> Iterator[None]:
    """Raise an error that names the kind where a file of another kind is given.

    Parameters
    ----------
    kind : of `KINDS`, which the block reads. file : as errors name it.

    Raises
    ------
    ScenarioError
        The keys that are unknown to `kind` are those of another kind; else what the block raised.
    """
    try:
        yield
    except (ScenarioError, ExceptionGroup) as error:
        found = _other_kind(_unknown_keys(error), kind)
        if found is None:
            raise
        other = KINDS[found]
        raise ScenarioError(
            f"is {other.article}, not {KINDS[kind].article}",
            file=file,
            expected=KINDS[kind].article,
            hint=other.use.format(file=Path(file).name),
        ) from error


def _unknown_keys(error: ScenarioError | ExceptionGroup[Exception]) -> set[str]:
    problems = error.exceptions if isinstance(error, ExceptionGroup) else (error,)
    return {
        problem.key
        for problem in problems
        if isinstance(problem, ScenarioError)
        if problem.key is not None and problem.what.startswith("unknown")
    }


def _other_kind(unknown: set[str], kind: str) -> str | None:
    """Return the kind whose keys are among those that are unknown to `kind`, if there is one."""
    others = {name: other for name, other in KINDS.items() if name != kind}
    for name, other in others.items():
        if unknown & set(other.keys):
            return name
    return "policy" if "meaning" in unknown and kind != "policy" else None
