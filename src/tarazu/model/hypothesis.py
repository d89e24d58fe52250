"""Rival hypotheses: named restrictions of the parameters, kept as TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from tarazu.core.errors import ScenarioError
from tarazu.core.quantities import Parameter, Prior
from tarazu.model.declaration import Model

FloatArray = NDArray[np.float64]

HYPOTHESES = ("full", "backlash", "deterrence", "sponsorship", "opportunity")
"""The hypotheses that ship with Tarazu, by file name."""


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


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A named restriction of the parameters.

    Attributes
    ----------
    name, title : file name and one readable line.
    meaning : what the world is like if it holds.
    restrictions : by parameter; every other parameter keeps its prior.
    tells : what would tell it from its rivals; "" if its file does not say.
    """

    name: str
    title: str
    meaning: str
    restrictions: Mapping[str, Restriction]
    tells: str = ""


def load_hypothesis(name: str) -> Hypothesis:
    """Return a shipped hypothesis.

    Raises
    ------
    ScenarioError
        No hypothesis of that name, or a file that does not say what it must.
    """
    if name not in HYPOTHESES:
        near = get_close_matches(name, HYPOTHESES, n=1, cutoff=0.4)
        raise ScenarioError(
            f"no hypothesis '{name}'",
            value=name,
            expected=f"one of {', '.join(HYPOTHESES)}",
            hint=f"did you mean '{near[0]}'?" if near else None,
        )
    file = f"{name}.toml"
    text = files("tarazu.model").joinpath("hypotheses", file).read_text(encoding="utf-8")
    return parse_hypothesis(name, text, file=file)


def parse_hypothesis(name: str, text: str, *, file: str) -> Hypothesis:
    """Return the hypothesis that a TOML text declares.

    Raises
    ------
    ScenarioError
        Not TOML, a key missing or unknown, or a restriction that is neither a number nor a range.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"not readable as TOML: {error}", file=file) from error
    needed, known = {"title", "meaning", "restrictions"}, {"tells"}
    for key in sorted((needed ^ set(table)) - known):
        what = "missing" if key in needed else "unknown"
        expected = ", ".join(sorted(needed | known))
        raise ScenarioError(f"{what} key", file=file, key=key, expected=expected)
    restrictions = {
        parameter: _restriction(entry, file, f"restrictions.{parameter}")
        for parameter, entry in table["restrictions"].items()
    }
    tells = table.get("tells", "")
    return Hypothesis(name, table["title"], table["meaning"], MappingProxyType(restrictions), tells)


def _restriction(entry: object, file: str, key: str) -> Restriction:
    if isinstance(entry, int | float):
        return Restriction(value=float(entry))
    if isinstance(entry, dict) and entry and set(entry) <= {"low", "high"}:
        return Restriction(**{side: float(value) for side, value in entry.items()})
    raise ScenarioError(
        "restriction not understood",
        file=file,
        key=key,
        value=entry,
        expected="a number, or a table with low, high or both",
    )


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
            near = get_close_matches(name, model.parameters, n=1)
            raise ScenarioError(
                "no such parameter in the model",
                key=f"restrictions.{name}",
                file=f"{hypothesis.name}.toml",
                hint=f"did you mean '{near[0]}'?" if near else None,
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
