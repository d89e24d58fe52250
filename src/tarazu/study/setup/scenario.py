"""Scenarios: one hypothesis, one policy, a region and drawn parameters, ready to run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from os import PathLike
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tarazu.core.limits import require_memory
from tarazu.engine import Districts, Known, Pulse, State, Trajectory, simulate
from tarazu.engine.compiler.week_plan import Mode
from tarazu.engine.saved_ends import Past, past_of
from tarazu.model import Hypothesis, Model, build_model, draw_parameters, load_hypothesis
from tarazu.policy import Policy, check_policy, load_policy
from tarazu.region import Region, load_region
from tarazu.study.setup.design import latin_hypercube
from tarazu.study.setup.policies import ResolvedPolicy, districts_of, resolve_policy

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

DESIGN_COPIES: Final = 4  # uniforms, parameters, and what is made on the way; ASSUMED


@dataclass(frozen=True, slots=True, eq=False)
class Scenario:
    """One hypothesis, policy, region and set of draws, ready to run.

    Attributes
    ----------
    parameters : (N, P), one row per draw.
    """

    model: Model
    hypothesis: Hypothesis
    policy: ResolvedPolicy
    districts: Districts
    parameters: FloatArray

    @property
    def levers(self) -> FloatArray:
        """(L, T, D) settings of the policy, in the order of ``model.levers``."""
        return self.policy.levers

    @property
    def weeks(self) -> int:
        """T, the weeks that the levers cover."""
        return int(self.policy.levers.shape[1])

    def column(self, parameter: str) -> int:
        """Return the column of a parameter."""
        return [*self.model.parameters].index(parameter)

    def with_lever(
        self, name: str, value: float | FloatArray, weeks: slice = slice(None)
    ) -> Scenario:
        """Return the scenario with one lever set in all districts, or to (T, D) values."""
        levers = self.levers.copy()
        levers[[*self.model.levers].index(name), weeks] = value
        return replace(self, policy=replace(self.policy, levers=levers))

    def with_model(self, model: Model) -> Scenario:
        """Return the scenario for a model that adds levers to its own; these are at defaults."""
        added = [*model.levers.values()][len(self.levers) :]
        rows = [np.full((1, *self.levers.shape[1:]), lever.default) for lever in added]
        levers = np.concatenate([self.levers, *rows])
        return replace(self, model=model, policy=replace(self.policy, levers=levers))

    def run(
        self,
        draws: int | IntArray,
        members: IntArray,
        *,
        seed: int,
        weeks: int | None = None,
        pulses: Sequence[Pulse] = (),
        keep: Sequence[str] = (),
        start: State | None = None,
        mode: Mode = "stochastic",
    ) -> Trajectory:
        """Return the trajectories of members; see `tarazu.engine.simulate`.

        Parameters
        ----------
        draws : (M,) rows of `parameters`, one per member; one number serves all members.
        members : (M,) ids.
        weeks : the first ones only; None for all that the levers cover.
        pulses : added to those of the policy.
        start : state of the members before the first week; None: today as assumed.
        """
        weeks = self.weeks if weeks is None else weeks
        own = tuple(pulse for pulse in self.policy.pulses if pulse.week < weeks)
        return simulate(
            self.model,
            self.parameters[draws],
            self.levers[:, :weeks],
            districts=self.districts,
            seed=seed,
            members=members,
            weeks=weeks,
            pulses=(*own, *pulses),
            keep=keep,
            start=start,
            mode=mode,
        )

    def history(
        self,
        draws: int | IntArray,
        members: IntArray,
        *,
        seed: int,
        weeks: int,
        known: Known | None = None,
        counted: Sequence[str] = (),
        mode: Mode = "stochastic",
    ) -> Past:
        """Return where members are after weeks without any policy, from the cache if there.

        Parameters
        ----------
        draws, members, seed : as in `run`.
        known : what a record says of an event in these weeks; None: all is drawn.
        counted : names of the national series that are kept of these weeks.
        """
        defaults = np.array([lever.default for lever in self.model.levers.values()])
        shape = (len(defaults), weeks, len(self.districts.names))
        return past_of(
            self.model,
            self.parameters[draws],
            np.broadcast_to(defaults[:, None, None], shape),
            districts=self.districts,
            seed=seed,
            members=members,
            weeks=weeks,
            known=known,
            counted=counted,
            mode=mode,
        )


def make_scenario(
    model: Model,
    hypothesis: Hypothesis,
    policy: ResolvedPolicy,
    region: Region,
    uniforms: FloatArray,
) -> Scenario:
    """Return a scenario with parameters at some uniforms (N, P) of the hypothesis's priors."""
    parameters = draw_parameters(model, hypothesis, uniforms)
    return Scenario(model, hypothesis, policy, districts_of(region), parameters)


def drawn_scenario(
    hypothesis: str | PathLike[str] | Hypothesis,
    policy: str | PathLike[str] | Policy,
    *,
    weeks: int,
    draws: int,
    seed: int,
    model: Model | None = None,
    region: Region | None = None,
) -> Scenario:
    """Return a scenario with parameters drawn from the priors, a Latin hypercube.

    Parameters
    ----------
    hypothesis, policy : shipped names, paths of TOML files, or what was read from them.
    weeks : T of the levers. draws : N >= 1.

    Raises
    ------
    ScenarioError, ExceptionGroup
        The hypothesis or the policy has one problem, or several.
    ResourceError
        The draws need more memory than there is.
    """
    model = build_model() if model is None else model
    n_parameters = len(model.parameters)
    require_memory(
        f"a design of {draws:,} draws of {n_parameters} parameters",
        DESIGN_COPIES * 8 * draws * n_parameters,
        reduce="draws",
    )
    uniforms = latin_hypercube(model.design_ids.values(), draws, seed)
    return _named_scenario(hypothesis, policy, weeks, uniforms, model, region)


def median_scenario(
    hypothesis: str | PathLike[str] | Hypothesis,
    policy: str | PathLike[str] | Policy,
    *,
    weeks: int,
    model: Model | None = None,
    region: Region | None = None,
) -> Scenario:
    """Return a scenario with every parameter at the median of its prior; see `drawn_scenario`."""
    model = build_model() if model is None else model
    uniforms = np.full((1, len(model.parameters)), 0.5)
    return _named_scenario(hypothesis, policy, weeks, uniforms, model, region)


def _named_scenario(
    hypothesis: str | PathLike[str] | Hypothesis,
    policy: str | PathLike[str] | Policy,
    weeks: int,
    uniforms: FloatArray,
    model: Model,
    region: Region | None,
) -> Scenario:
    region = load_region() if region is None else region
    found = policy if isinstance(policy, Policy) else load_policy(policy)
    check_policy(found, model.levers, region)
    resolved = resolve_policy(found, model.levers, region, weeks)
    if not isinstance(hypothesis, Hypothesis):
        hypothesis = load_hypothesis(hypothesis)
    return make_scenario(model, hypothesis, resolved, region, uniforms)
