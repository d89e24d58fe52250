"""What the model is asked about: a hypothesis, a policy, a region and drawn parameters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tarazu.engine import Districts
from tarazu.model import Hypothesis, Model, build_model, draw_parameters, load_hypothesis
from tarazu.policy import load_policy, resolve
from tarazu.region import Region, load_region
from tarazu.study.setup.design import latin_hypercube
from tarazu.study.setup.policies import places_of

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """What a question to the model needs.

    Attributes
    ----------
    parameters : (M, P), a row for each draw. levers : (L, T, D).
    """

    model: Model
    hypothesis: Hypothesis
    policy: str
    places: Districts
    parameters: FloatArray
    levers: FloatArray


def drawn_case(
    hypothesis: str,
    policy: str,
    *,
    weeks: int,
    draws: int,
    seed: int,
    model: Model | None = None,
    region: Region | None = None,
) -> Case:
    """Return a case with parameters drawn from the priors, a Latin hypercube.

    Parameters
    ----------
    hypothesis, policy : shipped names; a policy also as a TOML file.
    weeks : T of the levers. draws : M >= 2.

    Raises
    ------
    ScenarioError, ExceptionGroup
        What is wrong with the hypothesis or the policy.
    """
    model = build_model() if model is None else model
    uniforms = latin_hypercube(model.design_ids.values(), draws, seed)
    return _case(hypothesis, policy, weeks, uniforms, model, region)


def median_case(
    hypothesis: str,
    policy: str,
    *,
    weeks: int,
    model: Model | None = None,
    region: Region | None = None,
) -> Case:
    """Return a case with every parameter at the median of its prior; see `drawn_case`."""
    model = build_model() if model is None else model
    uniforms = np.full((1, len(model.parameters)), 0.5)
    return _case(hypothesis, policy, weeks, uniforms, model, region)


def _case(
    hypothesis: str,
    policy: str,
    weeks: int,
    uniforms: FloatArray,
    model: Model,
    region: Region | None,
) -> Case:
    region = load_region() if region is None else region
    chosen = load_hypothesis(hypothesis)
    plan = load_policy(policy)
    return Case(
        model=model,
        hypothesis=chosen,
        policy=plan.name,
        places=places_of(region),
        parameters=draw_parameters(model, chosen, uniforms),
        levers=resolve(plan, model.levers, region, weeks),
    )
