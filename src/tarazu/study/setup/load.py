"""Studies loaded from TOML, checked whole against a model and a region."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

import numpy as np

from tarazu.core.errors import ScenarioError, TarazuError, raise_problems
from tarazu.core.provenance import digest
from tarazu.core.specs import read_toml
from tarazu.core.specs.kinds import expecting
from tarazu.model import Hypothesis, Model, draw_parameters, load_hypothesis, load_model
from tarazu.model.user_model import UserModel
from tarazu.policy import Policy, check_policy, load_policy
from tarazu.policy.calendar import in_weeks
from tarazu.region import Region, load_region
from tarazu.study.setup.checks import find_problems, foreign_districts, unknown_name
from tarazu.study.setup.shipped import SHIPPED, STUDIES, find_study
from tarazu.study.setup.spec import DRAW_KEYS, POOLED, Study, StudySpec


def load_study(
    name_or_path: str | PathLike[str],
    *,
    region: str | PathLike[str] | Region | None = None,
    model: str | PathLike[str] | Model | UserModel | None = None,
) -> Study:
    """Return a shipped study by name, or the one in a TOML file, checked whole.

    Parameters
    ----------
    name_or_path : one of `STUDIES`, or a path that ends in ``.toml``.
    region : name of a shipped region, a folder, or what `load_region` returns; Balochistan if
        None.
    model : a Python file, or what `load_model` returns; the shipped model if None.

    Raises
    ------
    ScenarioError
        No such study; or the file, or a policy or hypothesis that it names, has one problem.
    ExceptionGroup
        All problems, if there are several.
    TypeError
        An argument of a wrong type.

    Examples
    --------
    >>> study = load_study("demo")
    >>> study
    <Study 'demo': 5 hypotheses, ... policies, ... draws x 2 replicates, 520 weeks>
    >>> study.spec.baseline
    'status-quo'
    """
    path = find_study(name_or_path)
    region, model = find_region(region), find_model(model)
    with expecting("study", path):
        spec = read_toml(path, StudySpec)
    if path.parent == SHIPPED and (foreign := foreign_districts(spec, region)):
        raise ScenarioError(
            f"study '{path.stem}' is about districts of Balochistan: {', '.join(foreign)}",
            value=region.name,
            expected=f"a study of {region.title}",
            hint=f"Copy {path} to a file of your own and name districts of {region.title}; "
            f"{', '.join(studies_of(region))} name no district",
        )
    return build_study(
        spec,
        name=path.stem,
        file=path.name if path.parent == SHIPPED else str(path),
        folder=path.parent,
        region=region,
        model=model,
        digest_of_file=digest(path.read_bytes()),
    )


def studies_of(region: Region) -> tuple[str, ...]:
    """Return the shipped studies that a region can run: those that name no district elsewhere."""
    specs = {name: read_toml(find_study(name), StudySpec) for name in STUDIES}
    return tuple(name for name, spec in specs.items() if not foreign_districts(spec, region))


def find_region(region: str | PathLike[str] | Region | None) -> Region:
    """Return a region, a shipped one by name, or the one in a folder; Balochistan for None."""
    return region if isinstance(region, Region) else load_region(region)


def find_model(model: str | PathLike[str] | Model | UserModel | None) -> Model:
    """Return a model, or the one with the mechanism in a file; the shipped one for None."""
    if isinstance(model, UserModel):
        return model.model
    return model if isinstance(model, Model) else load_model(model)


def build_study(
    spec: StudySpec,
    *,
    name: str,
    file: str = "",
    folder: Path = Path(),
    region: Region | None = None,
    model: Model | None = None,
    digest_of_file: str = "",
) -> Study:
    """Return a checked study; `folder` is where paths in the spec start. See `load_study`."""
    region, problems = region or load_region(), list[TarazuError]()
    declared = find_model(model)
    hypotheses, policies = list[Hypothesis](), list[Policy]()
    for i, entry in enumerate(spec.hypotheses):
        with _collecting(problems, file or name, f"hypotheses[{i}]"):
            hypothesis = load_hypothesis(folder / entry if entry.endswith(".toml") else entry)
            draw_parameters(declared, hypothesis, np.full((1, len(declared.parameters)), 0.5))
            hypotheses.append(hypothesis)
    for i, entry in enumerate(spec.policies):
        with _collecting(problems, file or name, f"policies[{i}]"):
            found = load_policy(folder / entry if entry.endswith(".toml") else entry)
            found = in_weeks(found, spec.start_date)
            check_policy(found, declared.levers, region)
            policies.append(found)
    problems += find_problems(spec, declared, region, file or name)
    problems += [
        ScenarioError(
            f"the model has a parameter '{taken}'",
            value=taken,
            expected="another name: tables of draws have a column of this one",
        )
        for taken in DRAW_KEYS
        if taken in declared.parameters
    ]
    for key, names in (
        ("hypotheses", [h.name for h in hypotheses]),
        ("policies", [p.name for p in policies]),
    ):
        if len({*names, POOLED}) <= len(names):
            problems.append(
                ScenarioError(
                    f"are called {', '.join(names)}",
                    file=file or name,
                    key=key,
                    value=names,
                    expected=f"names that differ, none of them '{POOLED}'",
                )
            )
    if not problems and spec.baseline not in (names := [p.name for p in policies]):
        problems.append(unknown_name("policy", spec.baseline, names, file or name, "baseline"))
    raise_problems(problems, f"{file or name} has {len(problems)} problems")
    return Study(
        name,
        spec,
        declared,
        region,
        tuple(hypotheses),
        tuple(policies),
        digest_of_file,
        declared.digest,
    )


@contextmanager
def _collecting(problems: list[TarazuError], file: str, key: str) -> Iterator[None]:
    """Collect the problems of a file that an entry of the study names, with the entry's key."""
    try:
        yield
    except ScenarioError as error:
        if error.file is not None:
            problems.append(error)
            return
        problems.append(
            ScenarioError(
                error.what,
                file=file,
                key=key,
                value=error.value,
                expected=error.expected,
                hint=error.hint,
            )
        )
    except ExceptionGroup as group:
        wrong, other = group.split(TarazuError)
        if wrong is None or other is not None:
            raise
        problems += [error for error in wrong.exceptions if isinstance(error, TarazuError)]
