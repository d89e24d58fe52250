"""Rival hypotheses: named restrictions of the parameters, kept as TOML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from os import PathLike
from types import MappingProxyType
from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from tarazu.core.arguments import find_shipped
from tarazu.core.errors import ScenarioError, suggest
from tarazu.core.files.reading import read_file
from tarazu.core.files.shipped import FOLDERS, refuse_other_kind
from tarazu.core.quantities import Parameter, Prior
from tarazu.core.specs import parse_toml
from tarazu.core.specs.kinds import expecting
from tarazu.model.declaration import Model

FloatArray = NDArray[np.float64]

HYPOTHESES = ("full", "backlash", "deterrence", "sponsorship", "opportunity")
"""The hypotheses that ship with Tarazu, by file name."""

UNRESTRICTED: Final = "full"
"""The hypothesis that rules nothing out."""

SHIPPED: Final = FOLDERS["hypothesis"]


class _Range(BaseModel):
    """The part of a prior that a hypothesis leaves; at least one side is given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: float | None = None
    high: float | None = None


def _branch(entry: object) -> str | None:
    if isinstance(entry, dict):
        return "_Range"
    is_number = isinstance(entry, int | float) and not isinstance(entry, bool)
    return "number" if is_number else None


_Restricted = Annotated[
    Annotated[float, Tag("number")] | Annotated[_Range, Tag("_Range")],
    Discriminator(
        _branch,
        custom_error_type="restriction",
        custom_error_message="Input should be a number, or a table with low, high or both",
    ),
]


class _HypothesisFile(BaseModel):
    """The content of a hypothesis file; see the attributes of `Hypothesis`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=1)
    meaning: str = Field(min_length=1)
    tells: str = ""
    restrictions: dict[str, _Restricted]


@dataclass(frozen=True, slots=True)
class Restriction:
    """What a hypothesis says of one parameter: one value, or the part of its prior in a range.

    Attributes
    ----------
    value : the parameter is this number; then `low` and `high` are None.
    low, high : the prior is cut to values in [low, high]; None leaves that side open.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        if self.value is not None:
            return f"{self.value:g}"
        if self.low is None:
            return f"at most {self.high:g}"
        return f"at least {self.low:g}" if self.high is None else f"{self.low:g} to {self.high:g}"


@dataclass(frozen=True, slots=True, repr=False)
class Hypothesis:
    """A named restriction of the parameters.

    Attributes
    ----------
    name : of the file. title : one readable line.
    meaning : what the world is like if it holds.
    restrictions : what is said of parameters, by name; every other one keeps its prior.
    tells : what would tell it from its rivals; "" if its file does not say.
    """

    name: str
    title: str
    meaning: str
    restrictions: Mapping[str, Restriction]
    tells: str = ""

    def __repr__(self) -> str:
        n = len(self.restrictions)
        return f"<Hypothesis '{self.name}': {n} {'restriction' if n == 1 else 'restrictions'}>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(name)}</td><td>{restriction}</td></tr>"
            for name, restriction in self.restrictions.items()
        )
        return (
            f"<p><b>{escape(self.title)}</b> ({escape(self.name)}): {escape(self.meaning)}</p>"
            f"<table><tr><th>parameter</th><th>restricted to</th></tr>{rows}</table>"
        )


def load_hypothesis(name_or_path: str | PathLike[str]) -> Hypothesis:
    """Return a shipped hypothesis by name, or the one in a TOML file.

    Parameters
    ----------
    name_or_path : one of `HYPOTHESES`, or a path that ends in ``.toml``.

    Raises
    ------
    ScenarioError
        No such hypothesis, or a file that cannot be read or has one problem; see `read_toml`.
    ExceptionGroup
        A file with several problems.
    TypeError
        Neither a name nor a path.

    Examples
    --------
    >>> load_hypothesis("backlash")
    <Hypothesis 'backlash': ... restrictions>
    >>> print(load_hypothesis("backlash").restrictions["alienation_response"])
    at least 0
    """
    refuse_other_kind("hypothesis", name_or_path, HYPOTHESES)
    path = find_shipped("hypothesis", name_or_path, HYPOTHESES, SHIPPED)
    try:
        text = read_file(path).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ScenarioError(f"cannot be read ({reason})", file=path) from error
    file = path.name if path.parent == SHIPPED else str(path)
    with expecting("hypothesis", file):
        return parse_hypothesis(path.stem, text, file=file)


def parse_hypothesis(name: str, text: str, *, file: str) -> Hypothesis:
    """Return the hypothesis that a TOML text declares.

    Raises
    ------
    ScenarioError, ExceptionGroup
        Not TOML, a key missing or unknown, or a restriction that is neither a number nor a range;
        see `read_toml`.
    """
    spec = parse_toml(text.encode(), _HypothesisFile, file=file)
    restrictions = {
        parameter: _restriction(entry, file, f"restrictions.{parameter}")
        for parameter, entry in spec.restrictions.items()
    }
    return Hypothesis(name, spec.title, spec.meaning, MappingProxyType(restrictions), spec.tells)


def _restriction(entry: float | _Range, file: str, key: str) -> Restriction:
    if not isinstance(entry, _Range):
        return Restriction(value=entry)
    if entry.low is None and entry.high is None:
        raise ScenarioError(
            "names no limit", file=file, key=key, expected="a number, or low, high or both"
        )
    return Restriction(low=entry.low, high=entry.high)


def draw_parameters(model: Model, hypothesis: Hypothesis, uniforms: FloatArray) -> FloatArray:
    """Return parameter values under a hypothesis for a design of uniforms.

    Each value depends on its own uniform only, so hypotheses that share a design differ in the
    restricted parameters and in nothing else.

    Parameters
    ----------
    uniforms : (M, P) in (0, 1), columns in the order of ``model.parameters``.

    Returns
    -------
    (M, P) values, each in its parameter's unit.

    Raises
    ------
    ScenarioError
        The hypothesis restricts a parameter that the model does not have, or to values that its
        prior excludes.
    """
    for name in hypothesis.restrictions:
        if name not in model.parameters:
            raise ScenarioError(
                "no such parameter in the model",
                key=f"restrictions.{name}",
                file=f"{hypothesis.name}.toml",
                hint=suggest(name, model.parameters),
            )
    columns = [
        _column(hypothesis, name, parameter, uniforms[:, p])
        for p, (name, parameter) in enumerate(model.parameters.items())
    ]
    return np.column_stack(columns)


def _column(
    hypothesis: Hypothesis, name: str, parameter: Parameter, uniforms: FloatArray
) -> FloatArray:
    restriction = hypothesis.restrictions.get(name)
    if restriction is None:
        return parameter.prior.quantile(uniforms)
    if restriction.value is not None:
        low, high = allowed_values(parameter)
        if not low <= restriction.value <= high:
            raise ScenarioError(
                f"is {restriction.value:g}",
                file=f"{hypothesis.name}.toml",
                key=f"restrictions.{name}",
                value=restriction.value,
                expected=f"a value from {low:g} to {high:g} ({parameter.prior.describe()})",
            )
        return np.full(uniforms.shape, restriction.value)
    prior, least, most = parameter.prior, restriction.low, restriction.high
    low = 0.0 if least is None else _share_below(prior, least, inclusive=False)
    high = 1.0 if most is None else _share_below(prior, most, inclusive=True)
    outside = (most is not None and most < prior.support[0]) or (
        least is not None and least > prior.support[1]
    )
    if outside or not low < high:
        raise ScenarioError(
            "no value of the prior is left",
            file=f"{hypothesis.name}.toml",
            key=f"restrictions.{name}",
            value=f"{least} to {most}",
            expected=f"a range that meets the prior ({prior.describe()})",
        )
    inside = np.clip(low + uniforms * (high - low), np.nextafter(0.0, 1.0), np.nextafter(1.0, 0.0))
    # the bisection ends within rounding of the limits: values stay on their side of them
    return np.clip(prior.quantile(inside), least, most)


def allowed_values(parameter: Parameter) -> tuple[float, float]:
    """Return the limits of a parameter: those of its prior, and 0, which switches it off."""
    low, high = parameter.prior.support
    return min(low, 0.0), high


def _share_below(prior: Prior, value: float, *, inclusive: bool) -> float:
    """Return the share of a prior's mass below a value, by bisection of its quantiles."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2.0
        if not 0.0 < middle < 1.0:
            break
        quantile = float(prior.quantile(middle))
        if quantile < value or (inclusive and quantile == value):
            low = middle
        else:
            high = middle
    return (low + high) / 2.0
