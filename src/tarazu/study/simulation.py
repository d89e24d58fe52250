"""Simulations by name: one policy under one hypothesis, as a labelled dataset."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from os import PathLike
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, get_args

import numpy as np
from numpy.typing import NDArray

from tarazu.core.arguments import check_day, check_whole, wrong_type
from tarazu.core.axes import DISTRICT, DRAW, REPLICATE, WEEK
from tarazu.core.limits import require_memory
from tarazu.core.provenance import collect_provenance
from tarazu.engine import Trajectory
from tarazu.engine.compiler.kernel_files import program_of
from tarazu.engine.compiler.program import Program
from tarazu.engine.compiler.week_plan import Mode
from tarazu.model import Hypothesis, Model, load_hypothesis
from tarazu.policy import Policy, load_policy
from tarazu.policy.calendar import in_weeks
from tarazu.record import Record
from tarazu.region import Region
from tarazu.study.progress import Report, reporting
from tarazu.study.runner.result import NOT_CALIBRATED
from tarazu.study.runner.run import Progress
from tarazu.study.setup.checks import check_region, unknown_name
from tarazu.study.setup.design import member_ids
from tarazu.study.setup.history import History, make_history
from tarazu.study.setup.load import find_model, find_region
from tarazu.study.setup.outcomes import OUTCOMES, SERIES, series_of, sources_of
from tarazu.study.setup.scenario import Scenario, drawn_scenario
from tarazu.study.setup.spec import MOST_WEEKS, SEEDS

if TYPE_CHECKING:
    import xarray as xr

FloatArray = NDArray[np.float64]

COPIES: Final = 2  # of the series, while they are joined
BLOCK: Final = 8  # draws that run together: progress between them, little memory within


def simulate(
    policy: str | PathLike[str] | Policy = "status-quo",
    hypothesis: str | PathLike[str] | Hypothesis = "full",
    *,
    region: str | PathLike[str] | Region | None = None,
    model: str | PathLike[str] | Model | None = None,
    draws: int = 20,
    replicates: int = 1,
    weeks: int = 260,
    seed: int = 1,
    start: str | date | None = None,
    history: str | date | None = None,
    record: Record | None = None,
    mode: Mode = "stochastic",
    quantities: str | Sequence[str] | None = None,
    by_district: str | Sequence[str] = (),
    progress: bool | Report = True,
) -> xr.Dataset:
    """Simulate one policy under one hypothesis, with parameters drawn from the priors.

    The numbers are those of a study with the same draws, replicates and seed. Runs that differ in
    the policy or the hypothesis alone have the same draws and common random numbers, so their
    difference is a paired one. The model is not calibrated: no number is a forecast.

    Parameters
    ----------
    policy, hypothesis : shipped names, paths of TOML files, or what `load_policy` and
        `load_hypothesis` return.
    region : a folder, or what `load_region` returns; the shipped region if None.
    model : a Python file, or what `load_model` returns; the shipped model if None.
    draws : of all parameters, a Latin hypercube over the priors, 1 or more.
    replicates : stochastic runs per draw, 1 or more.
    weeks : 1 to 5,200. seed : 0 to 2,147,483,647.
    start : date of the first day of week 0, for the coordinate ``time``; moves no number by itself.
    history : day, years before `start`, on which each member begins: what happens until the start
        is not in the dataset and the same under all policies. None: today as assumed.
    record : whose lethal operations each member has in the history; None: they are drawn.
    mode : ``stochastic`` (whole people, drawn events) or ``mean``: the mean field, in which every
        event happens at its expectation; deterministic, so with one replicate.
    quantities : names of outcomes of a study or of quantities of the model; None for the outcomes.
    by_district : names that are kept by district too; each becomes ``NAME_by_district``.
    progress : whether a long run shows one line on a terminal or in a notebook; or a function that
        is called with each `Progress`.

    Returns
    -------
    xarray.Dataset
        Outcomes, dims (draw, replicate, week) and for ``NAME_by_district`` (draw, replicate, week,
        district): counts are of the week, levels are those at its end. Parameters, dim (draw), each
        with its prior and source. Every variable has ``units``, ``long_name`` and ``role``
        (``outcome`` or ``parameter``); `Dataset.filter_by_attrs` selects by them. Coordinates:
        week (0, 1, ...), district, and time if there is a `start`. The attributes hold the policy's
        settings, the restrictions of the hypothesis, seed, versions and digests.

    Raises
    ------
    ScenarioError, ExceptionGroup
        A name or a file is wrong; or the model or region lacks what the policy or hypothesis names.
    SimulationError
        A member left the range in which the model is defined.
    ResourceError
        The run needs more memory than there is.
    TypeError, ValueError
        An argument of a wrong type, or out of range.

    See Also
    --------
    run_study : policies under several hypotheses, compared.

    Examples
    --------
    >>> import tarazu as tz
    >>> today = tz.simulate("status-quo", "backlash", draws=2, weeks=26, mode="mean")
    >>> dict(today.attacks.sizes)
    {'draw': 2, 'replicate': 1, 'week': 26}
    >>> today.attacks.attrs["units"]
    'attacks/week'
    >>> talks = tz.simulate("dialogue", "backlash", draws=2, weeks=26, mode="mean")
    >>> change = (talks.attacks - today.attacks).sum("week")  # paired: the same draws
    >>> today[["attacks", "militants"]].to_dataframe().shape
    (52, 2)
    """
    draws = check_whole("draws", draws, 1)
    replicates = check_whole("replicates", replicates, 1)
    weeks = check_whole("weeks", weeks, 1, MOST_WEEKS)
    seed = check_whole("seed", seed, 0, SEEDS - 1)
    first_day = _day("start", start)
    past = _weeks_before(first_day, history)
    if mode not in get_args(Mode):
        raise ValueError(f"mode is {mode!r}; expected 'stochastic' or 'mean'")
    if mode == "mean" and replicates > 1:
        raise ValueError(
            f"replicates is {replicates}; expected 1: the mean field is deterministic, so each "
            "replicate would be the same"
        )
    own_policy = policy if isinstance(policy, Policy) else load_policy(policy)
    own_hypothesis = (
        hypothesis if isinstance(hypothesis, Hypothesis) else load_hypothesis(hypothesis)
    )
    own_region, own_model = find_region(region), find_model(model)
    program = program_of(own_model)
    national = SERIES if quantities is None else _checked(quantities, "quantities", program)
    local = _checked(by_district, "by_district", program)
    numbers = weeks * (len(national) + len(local) * len(own_region.slugs))
    require_memory(
        f"a run of {draws * replicates:,} members over {weeks:,} weeks",
        COPIES * 8 * draws * replicates * numbers,
        reduce="draws, replicates, weeks or by_district",
    )
    if first_day is not None:
        own_policy = in_weeks(own_policy, first_day.astype("datetime64[D]").item())
    scenario = drawn_scenario(
        own_hypothesis,
        own_policy,
        weeks=weeks,
        draws=draws,
        seed=seed,
        model=own_model,
        region=own_region,
    )
    before = _history(first_day, past, own_model, own_region, record)
    with reporting(progress, f"simulating '{own_policy.name}'") as report:
        parts = [
            _chosen(run, national, local)
            for run in _runs(scenario, replicates, seed, mode, local, before, report)
        ]
    shape = (draws, replicates)
    arrays = {
        name: np.concatenate([part[name] for part in parts]).reshape(
            *shape, *parts[0][name].shape[1:]
        )
        for name in parts[0]
    }
    return _dataset(
        scenario,
        arrays,
        program,
        first_day,
        _attributes(own_policy, own_hypothesis, own_region, own_model)
        | {"draws": draws, "replicates": replicates, "weeks": weeks, "seed": seed}
        | {"start": "today as assumed" if before is None else before.label}
        | {"simulation_mode": mode},  # a netCDF file of SciPy has a `mode` of its own
    )


def _day(argument: str, day: str | date | None) -> np.datetime64 | None:
    if day is None:
        return None
    return np.datetime64(check_day(argument, day), "ns")


def _weeks_before(first_day: np.datetime64 | None, history: str | date | None) -> int:
    """Return the weeks of a history; 0 without one."""
    if history is None:
        return 0
    day = _day("history", history)
    weeks = 0
    if first_day is not None and day is not None:
        weeks = int((first_day - day) // np.timedelta64(7, "D"))
    if not 1 <= weeks <= MOST_WEEKS:
        raise ValueError(
            f"history is {history} and start {first_day}; expected two dates, the first a week to "
            "a century before the second"
        )
    return weeks


def _history(
    first_day: np.datetime64 | None,
    weeks: int,
    model: Model,
    region: Region,
    record: Record | None,
) -> History | None:
    if record is not None and not isinstance(record, Record):
        raise wrong_type("record", record, "a record, as `read_record` returns it")
    if first_day is None or not weeks:
        if record is not None:
            raise ValueError("record was given without a history; expected both, or neither")
        return None
    if record is not None:
        check_region("simulate", region, record.region)
    start = first_day.astype("datetime64[D]").item()
    return make_history(start, weeks, model, region, record)


def _checked(names: str | Sequence[str], argument: str, program: Program) -> tuple[str, ...]:
    """Return names that are all outcomes or quantities of the model, each once."""
    if not isinstance(names, Iterable):
        raise wrong_type(argument, names, "names of outcomes or of quantities of the model")
    chosen = tuple(dict.fromkeys([names] if isinstance(names, str) else names))
    known = dict.fromkeys((*SERIES, *program.quantities))
    for name in chosen:
        if not isinstance(name, str):
            raise wrong_type(argument, name, "names of outcomes or of quantities of the model")
        if name not in known:
            raise unknown_name("quantity", name, list(known), None, None)
    return chosen


def _runs(
    scenario: Scenario,
    replicates: int,
    seed: int,
    mode: Mode,
    local: Sequence[str],
    before: History | None,
    report: Report | None,
) -> Iterator[Trajectory]:
    """Yield trajectories of a few draws at a time, in the order of draws."""
    keep = tuple(dict.fromkeys(source for name in local for source in sources_of(name)))
    draws, started = len(scenario.parameters), monotonic()
    for first in range(0, draws, BLOCK):
        block = range(first, min(first + BLOCK, draws))
        of_members = np.repeat(np.arange(block.start, block.stop), replicates)
        members = member_ids(block, replicates)
        start = None
        if before is not None:
            start = scenario.history(
                of_members,
                members,
                seed=seed,
                weeks=before.weeks,
                known=before.known,
                mode=mode,
            ).end
        yield scenario.run(of_members, members, seed=seed, keep=keep, start=start, mode=mode)
        if report is not None:
            done, total = block.stop * replicates, draws * replicates
            rate = done / max(monotonic() - started, 1e-9)
            report(Progress(done, total, rate, (total - done) / rate))


def _chosen(
    run: Trajectory, national: Sequence[str], local: Sequence[str]
) -> dict[str, FloatArray]:
    """Return the series of a batch of members that are kept, (M, T) and (M, T, D)."""
    return {name: series_of(name, run.series) for name in national} | {
        f"{name}_by_district": series_of(name, run.by_district) for name in local
    }


def _dataset(
    scenario: Scenario,
    arrays: dict[str, FloatArray],
    program: Program,
    first_day: np.datetime64 | None,
    attributes: dict[str, Any],
) -> xr.Dataset:
    import xarray as xr

    variables: dict[str, Any] = {}
    for name, values in arrays.items():
        dims = (DRAW, REPLICATE, WEEK, DISTRICT)[: values.ndim]
        variables[name] = (dims, values, _about(name.removesuffix("_by_district"), program))
    for p, (name, parameter) in enumerate(scenario.model.parameters.items()):
        about = {
            "units": parameter.unit,
            "long_name": name.replace("_", " "),
            "role": "parameter",
            "prior": parameter.prior.describe(),
            "source": str(parameter.source),
        }
        taken = name in variables or name in (DRAW, REPLICATE, WEEK, DISTRICT)
        own = f"{name}_parameter" if taken else name
        variables[own] = ((DRAW,), scenario.parameters[:, p], about)
    weeks = np.arange(scenario.weeks)
    coords: dict[str, Any] = {
        DRAW: np.arange(len(scenario.parameters)),
        REPLICATE: np.arange(attributes["replicates"]),
        WEEK: (WEEK, weeks, {"units": "weeks", "long_name": "week since the start"}),
    }
    if any(name.endswith("_by_district") for name in arrays):
        coords[DISTRICT] = list(scenario.districts.names)
    if first_day is not None:
        days = first_day + weeks * np.timedelta64(7, "D")
        coords["time"] = (WEEK, days, {"long_name": "first day of the week"})
    return xr.Dataset(variables, coords=coords, attrs=attributes)


def _about(name: str, program: Program) -> dict[str, str]:
    """Return unit, meaning and role of a series, and how districts add up to it."""
    place = program.quantities.index(sources_of(name)[-1])
    model = program.model
    if name in OUTCOMES:
        meaning = OUTCOMES[name].title
    else:
        meaning = _meanings(model)[name]
        meaning = meaning[:1].upper() + meaning[1:]
    total = "sum" if program.totals[place] == "sum" else "mean weighted by population"
    return {
        "units": program.units[place],
        "long_name": meaning,
        "role": "outcome",
        "over_districts": total,
    }


def _meanings(model: Model) -> Mapping[str, str]:
    kinds = (model.stocks, model.events, model.definitions)
    return {name: one.meaning for kind in kinds for name, one in kind.items()}


def _attributes(
    policy: Policy, hypothesis: Hypothesis, region: Region, model: Model
) -> dict[str, Any]:
    """Return what a run depends on, as text and numbers that netCDF holds."""
    provenance = collect_provenance({})
    restrictions = {
        name: {side: number for side, number in asdict(limits).items() if number is not None}
        for name, limits in hypothesis.restrictions.items()
    }
    return {
        "title": f"{policy.title}, if: {hypothesis.title}",
        "note": NOT_CALIBRATED,
        "policy": policy.name,
        "policy_settings": json.dumps([setting.model_dump() for setting in policy.settings]),
        "hypothesis": hypothesis.name,
        "hypothesis_restrictions": json.dumps(restrictions),
        "region": region.name,
        "region_digest": region.digest,
        "model": model.name,
        "model_digest": model.digest,
        "tarazu_version": provenance.tarazu,
        "tarazu_commit": provenance.commit or "",
        "packages": json.dumps(dict(provenance.packages)),
    }
