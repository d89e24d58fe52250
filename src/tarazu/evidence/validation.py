"""Error rates of an estimator, as measured on simulated records and shipped with it.

A rate belongs to the code that it was measured on. The table therefore holds a digest of that
code, and a test fails as long as the two differ.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise
from typing import Final

from tarazu.evidence.finding import FigureData

POWER: Final = 0.8  # the usual standard of what counts as detectable
SIZE: Final = "false positives at 5 %"  # name of the rate with everything on but an effect
SMALLEST_RISE: Final = "smallest rise found in 80 %"
SMALLEST_FALL: Final = "smallest fall found in 80 %"


@dataclass(frozen=True, slots=True)
class Validation:
    """What the theory tests measured for one estimator.

    Attributes
    ----------
    summary : rates by name, for a finding.
    power : (effect, share of records in which it was found, records) in order of effect.
    """

    summary: dict[str, float | str]
    power: tuple[tuple[float, float, int], ...]

    def power_figure(self, unit: str) -> FigureData:
        """Return the power curve as a figure."""
        return FigureData(
            kind="power",
            title="What could have been found in a record of this size",
            x_label=f"planted effect ({unit})",
            y_label="found in share of records",
            source="simulated records, see docs/validation",
            n=" or ".join(str(n) for n in sorted({row[2] for row in self.power}))
            + " records an effect",
            data={
                "effect": [row[0] for row in self.power],
                "power": [row[1] for row in self.power],
                "n_records": [row[2] for row in self.power],
            },
        )


def read_validation(path: Traversable) -> Validation:
    """Read shipped error rates; an estimator without any has an empty summary."""
    if not path.is_file():
        return Validation({}, ())
    table = json.loads(path.read_text(encoding="utf-8"))
    power = tuple((row["effect"], row["found"], row["records"]) for row in table["power"])
    return Validation(table["summary"] | _detectable(power), power)


def smallest_found(power: Sequence[tuple[float, float, int]], sign: int) -> float | None:
    """Return the minimum detectable effect: the smallest that is found in 80 % of records.

    Interpolated between the effects that were planted; None where none of that sign was, or
    none was found so often.

    Parameters
    ----------
    power : (effect, share found, records).
    sign : 1 for positive effects, -1 for negative ones.
    """
    rows = sorted((abs(effect), found) for effect, found, _ in power if effect * sign >= 0)
    for (below, less), (above, more) in pairwise(rows):
        if less < POWER <= more:
            return sign * (below + (above - below) * (POWER - less) / (more - less))
    return None


def _detectable(power: Sequence[tuple[float, float, int]]) -> dict[str, float | str]:
    summary: dict[str, float | str] = {}
    for name, sign in ((SMALLEST_RISE, 1), (SMALLEST_FALL, -1)):
        planted = [effect for effect, _, _ in power if effect * sign > 0]
        found = smallest_found(power, sign)
        if found is not None:
            summary[name] = round(found, 3)
        elif planted:
            summary[name] = f"beyond {max(planted, key=abs):+g}"
    return summary


def digest_sources(names: Iterable[str]) -> dict[str, str]:
    """Return the SHA-256 of what each piece of this room's code computes.

    Comments, docstrings, annotations, f-strings and strings with a blank in them (prose) do not
    count, nor does layout: wording may change without a rate going stale.

    Parameters
    ----------
    names : ``"module"``, a file of `tarazu.evidence` without its ending, or ``"module:name"``,
        one function, class or constant of it.

    Raises
    ------
    ValueError
        There is no such module, or nothing of that name at its top level.

    Examples
    --------
    >>> list(digest_sources(["intensity", "retaliation:judge"]))
    ['intensity', 'retaliation:judge']
    """
    return {
        name: hashlib.sha256("\n".join(_outline(_find(name))).encode()).hexdigest()
        for name in names
    }


def changed_sources(path: Traversable) -> list[str]:
    """Return which pieces of code differ from those whose error rates the table holds.

    Raises
    ------
    ValueError
        The table does not say what was measured, or names code that is no longer there.
    """
    measured = json.loads(path.read_text(encoding="utf-8")).get("measured")
    if not measured:
        raise ValueError(
            f"{path.name} lacks 'measured', the digests of the code that its rates belong to; "
            "write them with digest_sources() in the test that measures the rates."
        )
    now = digest_sources(measured)
    return [name for name in measured if now[name] != measured[name]]


def _find(name: str) -> ast.AST:
    module, _, wanted = name.partition(":")
    path = files("tarazu.evidence") / f"{module}.py"
    if not path.is_file():
        raise ValueError(f"tarazu.evidence has no module {module!r}")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if not wanted:
        return tree
    for node in tree.body:
        names = {getattr(node, "name", None), getattr(getattr(node, "target", None), "id", None)}
        names |= {getattr(target, "id", None) for target in getattr(node, "targets", ())}
        if wanted in names:
            return node
    raise ValueError(f"module {module!r} defines nothing called {wanted!r} at its top level")


def _outline(node: ast.AST) -> Iterator[str]:
    """Yield the parts of a syntax tree that decide what it computes.

    Fields that are empty are left out: which of those exist depends on the version of Python.
    """
    if isinstance(node, ast.JoinedStr):
        yield "prose"
        return
    if isinstance(node, ast.Constant):
        is_prose = isinstance(node.value, str) and " " in node.value
        yield "prose" if is_prose else repr(node.value)
        return
    yield type(node).__name__
    for field, value in ast.iter_fields(node):
        if field in {"annotation", "returns", "type_comment", "kind", "ctx"}:
            continue
        parts = value if isinstance(value, list) else [value]
        for part in parts:
            if isinstance(part, ast.AST) and not _is_docstring(part):
                yield field
                yield from _outline(part)
            elif isinstance(part, str | int):
                yield f"{field} {part}"
    yield "end"


def _is_docstring(node: ast.AST) -> bool:
    """Whether a statement is nothing but a string."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
