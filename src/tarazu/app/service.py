"""What a lab computes for its pages; what all of them need again is kept."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np

from tarazu.app.comparison import COMPARED, Choice, Comparison, compare_policies, states_of
from tarazu.app.evidence.source import Evidence
from tarazu.app.futures import EXPECTED_DRAWS, STAGES, Futures, Members, compare, run_members
from tarazu.app.kept import Kept
from tarazu.app.lab import SEED, TODAY, Lab
from tarazu.app.pages.brief import brief_of
from tarazu.app.runs import Line, Report, Runs, Stage
from tarazu.app.state import YEAR, State, policy_of
from tarazu.app.why.causes import Causes, load_causes
from tarazu.app.why.flips import deciders_of, flips_of
from tarazu.app.why.unknowns import find_unknowns
from tarazu.engine.compiler.week_plan import Mode
from tarazu.engine.inputs import prepare
from tarazu.model.places.attributes import PLACES
from tarazu.study.setup.scenario import drawn_scenario


class Service:
    """A lab with its runs and kept results.

    Attributes
    ----------
    lab : what is served. runs : those of all pages. evidence : the record and its findings.
    first_page : shown in place of today's practice until kernels are compiled; None without one.
    """

    def __init__(self, lab: Lab, runs: Runs | None = None, folder: Path | None = None) -> None:
        self.lab, self.runs = lab, runs or Runs()
        self.evidence = Evidence(lab.region, folder)
        self.first_page: str | None = None
        self._kept = Kept()
        self._started = monotonic()
        self._ready = threading.Event()
        self._causes: Causes | None = None
        self._causing = threading.Lock()
        self.failure = ""

    @property
    def is_ready(self) -> bool:
        """Whether kernels are compiled."""
        return self._ready.is_set()

    @property
    def seconds(self) -> float:
        """Seconds since the service was made."""
        return monotonic() - self._started

    def warm(self) -> None:
        """Compile kernels and run the first picture; to be called in a thread of its own."""
        first = State()
        try:
            self.expected(first)
            today = self.lab.policies[TODAY]
            run_members(self.lab, today, first.hypothesis, members=1, weeks=52, mode="stochastic")
            _ = self.lab.javascript
        except Exception as error:  # noqa: BLE001 - in a thread; the page shows it
            self.failure = f"The lab cannot start: {error}"
        self._ready.set()
        if not self.failure:
            self._warm_members(first)

    def _warm_members(self, state: State) -> None:
        """Keep today's practice of the first stages: the first policy waits for itself alone."""
        for members in STAGES[:2]:
            self._today(state.hypothesis, state.weeks, members, "stochastic", None)

    def warm_causes(self) -> None:
        """Prepare the page of causes, seconds where the model is new; after the first pages."""
        if not self.failure:
            _ = self.causes.javascript

    @property
    def causes(self) -> Causes:
        """The causal diagram of the lab's model."""
        with self._causing:
            if self._causes is None:
                self._causes = load_causes(self.lab)
            return self._causes

    def keep_first_page(self) -> None:
        """Keep the page of today's practice on this machine, for the next start."""
        from tarazu.app.pages.lab import lab_page
        from tarazu.app.start.first_page import keep_first_page

        if not self.failure:
            page = lab_page(self.lab, State(), self.expected(State()))
            keep_first_page(page, self.lab.version)

    def expected(self, state: State) -> Futures:
        """Return the expected paths of a state, that is the mean field of a few draws."""
        key = ("expected", state.model_dump_json())
        return self._kept.get(key, lambda: self._futures(state, EXPECTED_DRAWS, "mean", None))

    def stages(self, state: State) -> list[Stage]:
        """Return the parts of a run of a state: more futures in each."""

        def stage(members: int) -> Stage:
            def compute(report: Report) -> Line:
                return self._futures(state, members, "stochastic", report).model_dump()

            return compute

        return [stage(members) for members in STAGES]

    def compared(self, choice: Choice) -> list[Comparison]:
        """Return expected paths of policies under every hypothesis."""
        states = states_of(choice, self.lab)
        key = ("compared", choice.model_dump_json())
        return self._kept.get(
            key,
            lambda: [
                self._comparison(states, hypothesis, EXPECTED_DRAWS, "mean", None)
                for hypothesis in self.lab.hypotheses
            ],
        )

    def comparison_stages(self, choice: Choice) -> list[Stage]:
        """Return the parts of a comparison's run: one hypothesis in each, then what flips it."""
        states = states_of(choice, self.lab)
        found = list[Comparison]()

        def stage(hypothesis: str) -> Stage:
            def compute(report: Report) -> Line:
                found.append(self._comparison(states, hypothesis, COMPARED, "stochastic", report))
                return found[-1].model_dump()

            return compute

        stages = [stage(hypothesis) for hypothesis in self.lab.hypotheses]
        return [*stages, lambda report: flips_of(found).model_dump()]

    def unknown_stages(self, state: State) -> list[Stage]:
        """Return the one part of a run that finds the unknowns that matter most for a state."""

        def compute(report: Report) -> Line:
            key = ("unknowns", state.model_dump_json())
            return self._kept.get(key, lambda: find_unknowns(self.lab, state, report).model_dump())

        return [compute]

    def brief_stages(self, state: State) -> list[Stage]:
        """Return the one part of a run that makes the brief of a state."""
        return [lambda report: brief_of(state, self.lab, report).model_dump()]

    def inputs(self, hypothesis: str) -> dict[str, Any]:
        """Return what the mean field in JavaScript reads, except levers, of the first draws."""
        return self._kept.get(("inputs", hypothesis), lambda: self._inputs(hypothesis))

    def _futures(self, state: State, members: int, mode: Mode, report: Report | None) -> Futures:
        today = self._today(state.hypothesis, state.weeks, members, mode, report)
        policy = today if state.is_today else self._run(state, members, mode, report)
        return compare(self.lab, state, policy, today, mode)

    def _comparison(
        self,
        states: Sequence[State],
        hypothesis: str,
        members: int,
        mode: Mode,
        report: Report | None,
    ) -> Comparison:
        own = [state.model_copy(update={"hypothesis": hypothesis}) for state in states]
        today = self._today(hypothesis, own[0].weeks, members, mode, report)
        runs = [
            today if state.is_today else self._run(state, members, mode, report) for state in own
        ]
        found = compare_policies(self.lab, hypothesis, runs, today, mode)
        if mode == "mean" or hypothesis != State().hypothesis:
            return found
        deciders = deciders_of(self.lab, hypothesis, runs, today)
        return found.model_copy(update={"deciders": deciders})

    def _today(
        self, hypothesis: str, weeks: int, members: int, mode: Mode, report: Report | None
    ) -> Members:
        state = State(hypothesis=hypothesis, years=weeks // YEAR)
        key = ("today", hypothesis, weeks, members, mode)
        return self._kept.get(key, lambda: self._run(state, members, mode, report))

    def _run(self, state: State, members: int, mode: Mode, report: Report | None) -> Members:
        return run_members(
            self.lab,
            policy_of(state, self.lab),
            state.hypothesis,
            members=members,
            weeks=state.weeks,
            mode=mode,
            progress=report,
        )

    def _inputs(self, hypothesis: str) -> dict[str, Any]:
        lab = self.lab
        scenario = drawn_scenario(
            lab.hypotheses[hypothesis],
            lab.policies[TODAY],
            weeks=1,
            draws=EXPECTED_DRAWS,
            seed=SEED,
            model=lab.model,
            region=lab.region,
        )
        found = prepare(
            lab.program,
            scenario.parameters,
            scenario.levers,
            districts=scenario.districts,
            seed=SEED,
            members=np.arange(EXPECTED_DRAWS),
            weeks=1,
            pulses=(),
            keep=("attacks",),
            whole=False,
        )
        names = ("first", "neighbour", "weight", "first_in", "neighbour_in", "weight_in")
        return {
            "parameters": found.parameters.tolist(),
            "place": dict(zip(PLACES, found.places.tolist(), strict=True)),
            "people_share": found.people_share.tolist(),
            "keep": found.keep.tolist(),
            "levers": [[lever.default, lever.cost] for lever in lab.model.levers.values()],
            **{name: getattr(found, name).tolist() for name in names},
        }
