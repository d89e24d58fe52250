"""From finished blocks to the files of a result, one hypothesis and one series at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from tarazu.core.axes import DISTRICT, WEEK
from tarazu.core.files.cache import write_atomic
from tarazu.core.files.digests import sealed_json
from tarazu.core.provenance import Provenance, collect_provenance, digest_file
from tarazu.model import borrowed_priors
from tarazu.study.runner.block import SUBSETS, Plan
from tarazu.study.runner.block_file import BlockReader
from tarazu.study.runner.needs import BANDS_BYTES
from tarazu.study.runner.tables import METRICS, PARAMETERS, write_metrics, write_parameters
from tarazu.study.setup.hindcast import counted_of, describe_years
from tarazu.study.setup.outcomes import DISTRICT_OUTCOMES, SERIES, YEAR
from tarazu.study.setup.policies import ResolvedPolicy
from tarazu.study.setup.spec import POOLED, Study

if TYPE_CHECKING:
    import xarray as xr

FloatArray = NDArray[np.float64]

RESULT: Final = "study.json"
BANDS: Final = "bands.nc"
DISTRICTS: Final = "districts.nc"
TABLES: Final = (METRICS, PARAMETERS, BANDS, DISTRICTS)  # whose digests the result holds
QUANTILES: Final = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


def write_results(plan: Plan, blocks: Sequence[BlockReader], folder: Path) -> None:
    """Write the files of a result from its blocks, in the order of ``plan.blocks``."""
    shares = write_metrics(plan, blocks, folder / METRICS)
    write_parameters(plan, folder / PARAMETERS)
    write_dataset(make_bands(plan, blocks), folder / BANDS)
    write_dataset(sum_districts(plan, blocks), folder / DISTRICTS)
    digests = {name: digest_file(folder / name) for name in TABLES}
    described = _description(plan, shares) | {"hindcast": _hindcast(plan, blocks)}
    write_atomic(folder / RESULT, sealed_json(described | {"files": digests}))


def _description(plan: Plan, shares: dict[str, float | None]) -> dict[str, object]:
    study = plan.study
    return {
        "name": study.name,
        "spec": study.spec.model_dump(),
        "file_digest": study.digest,
        "start": study.spec.start if plan.history is None else plan.history.label,
        "origin_week": study.origin,
        "record_range": plan.record_range,
        "kept_share": shares,
        "region": {
            "name": study.region.name,
            "title": study.region.title,
            "digest": study.region.digest,
        },
        "borrowed_priors": borrowed_priors(study.region, study.hypotheses),
        "policies": [
            {
                "name": p.name,
                "title": p.title,
                "meaning": p.meaning,
                "districts": _districts_of(p, plan),
            }
            for p in plan.policies
        ],
        "baseline": plan.baseline,
        "hypotheses": [
            {"name": h.name, "title": h.title, "meaning": h.meaning} for h in study.hypotheses
        ],
        "policy_digests": {p.name: p.digest for p in study.policies},
        "is_operation": study.spec.operation is not None,
        "provenance": provenance_of(study),
    }


def _hindcast(plan: Plan, blocks: Sequence[BlockReader]) -> dict[str, object] | None:
    """Return what members count in the years of their history, beside what the record counts."""
    if plan.history is None:
        return None
    parts: dict[str, list[FloatArray]] = {name: [] for name in plan.scenarios}
    for (hypothesis, _), block in zip(plan.blocks, blocks, strict=True):
        parts[hypothesis].append(block.read("hindcast"))
    counts = {name: np.concatenate(values) for name, values in parts.items()}
    counts[POOLED] = np.concatenate([*counts.values()])
    described = describe_years(plan.history, counts, counted_of(plan.study.model))
    return described | {
        "recorded": {str(year): count for year, count in plan.recorded.items()},
        "compared": list(plan.record_years),
    }


def _districts_of(policy: ResolvedPolicy, plan: Plan) -> list[str]:
    """Return the names of the districts in which a policy differs; none if in all, or in none."""
    base = next(one for one in plan.policies if one.name == plan.baseline)
    differs = (policy.levers != base.levers).any(axis=(0, 1))
    if differs.all():
        return []
    districts = zip(plan.study.region.districts, differs, strict=True)
    return [district.name for district, here in districts if here]


def provenance_of(study: Study) -> Provenance:
    """Return the versions and digests behind a result."""
    inputs = {"study": study.digest, "region": study.region.digest}
    return collect_provenance(
        inputs | ({"model": study.model_digest} if study.model_digest else {})
    )


def make_bands(plan: Plan, blocks: Sequence[BlockReader]) -> xr.Dataset:
    """Return means and quantiles of the national series over members, all and kept.

    The pooled hypothesis gives every hypothesis the same weight.
    """
    import xarray as xr

    names = (*plan.scenarios, POOLED)
    axes = ("subset", "hypothesis", "policy")
    variables: dict[str, Any] = {}
    for series in SERIES:
        bands, means = list[list[FloatArray]](), list[list[FloatArray]]()
        for piece in _pieces(plan):
            bands.append([])
            means.append([])
            for members, kept in _by_hypothesis(plan, blocks, f"series_{series}", piece):
                for mask in (np.ones_like(kept), kept):
                    bands[-1].append(_quantiles(members[:, mask]))
                    means[-1].append(_mean(members[:, mask]))
        quantiles, mean = np.concatenate(bands, axis=-1), np.concatenate(means, axis=-1)
        shape = (len(names), len(SUBSETS), *quantiles.shape[1:])
        variables[series] = (
            (*axes, "quantile", WEEK),
            quantiles.reshape(shape).swapaxes(0, 1),
        )
        shape = (len(names), len(SUBSETS), *mean.shape[1:])
        variables[f"{series}_mean"] = ((*axes, WEEK), mean.reshape(shape).swapaxes(0, 1))
    step = plan.study.spec.series_weeks
    steps = plan.study.spec.weeks // step
    return xr.Dataset(
        variables,
        coords={
            "subset": list(SUBSETS),
            "hypothesis": list(names),
            "policy": [policy.name for policy in plan.policies],
            "quantile": list(QUANTILES),
            WEEK: np.arange(1, steps + 1, dtype=np.int32) * step,
        },
        attrs={
            "title": plan.study.spec.title,
            "note": f"counts are totals over {step} weeks up to `week`, levels those at its end",
        },
    )


def _pieces(plan: Plan) -> list[slice]:
    """Return the steps of a series of which bands are made at once, two at least.

    A single step would be summed in another order than several, and round otherwise.
    """
    spec = plan.study.spec
    members = spec.draws * spec.replicates * len(plan.scenarios) * len(plan.policies)
    width = max(2, BANDS_BYTES // (members * np.dtype(np.float32).itemsize))
    first = [*range(0, max(1, spec.weeks // spec.series_weeks - 1), width)]
    return [slice(*ends) for ends in zip(first, [*first[1:], None], strict=True)]


def _by_hypothesis(
    plan: Plan, blocks: Sequence[BlockReader], key: str, steps: slice
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.bool_]]]:
    """Yield (A, M, S) members and (M,) kept of each hypothesis, in order; then all pooled."""
    parts: dict[str, list[NDArray[np.float32]]] = {name: [] for name in plan.scenarios}
    flags: dict[str, list[NDArray[np.bool_]]] = {name: [] for name in plan.scenarios}
    for (hypothesis, _), block in zip(plan.blocks, blocks, strict=True):
        parts[hypothesis].append(block.read(key)[:, :, steps].copy())
        flags[hypothesis].append(block.read("kept") == 1)
    for name in parts:
        yield np.concatenate(parts[name], axis=1), np.concatenate(flags[name])
    everyone = [block for name in parts for block in parts[name]]
    yield (
        np.concatenate(everyone, axis=1),
        np.concatenate([flag for name in flags for flag in flags[name]]),
    )


def _quantiles(members: NDArray[np.float32]) -> FloatArray:
    """Return (A, Q, S) quantiles over members (A, M, S), nan without any."""
    if members.shape[1] == 0:
        return np.full((members.shape[0], len(QUANTILES), members.shape[2]), np.nan)
    return np.stack([np.quantile(m.astype(np.float64), QUANTILES, axis=0) for m in members])


def _mean(members: NDArray[np.float32]) -> FloatArray:
    if members.shape[1] == 0:
        return np.full((members.shape[0], members.shape[2]), np.nan)
    return np.asarray(members.mean(axis=1, dtype=np.float64))


def sum_districts(plan: Plan, blocks: Sequence[BlockReader]) -> xr.Dataset:
    """Return mean, variance and exceedance by district and year, over members, all and kept."""
    import xarray as xr

    keys = ("district_members", "district_sum", "district_square", "district_above")
    totals: dict[str, list[Any]] = {name: [0.0] * len(keys) for name in (*plan.scenarios, POOLED)}
    for (hypothesis, _), block in zip(plan.blocks, blocks, strict=True):
        sums = [block.read(key) for key in keys]
        for name in (hypothesis, POOLED):
            totals[name] = [old + new for old, new in zip(totals[name], sums, strict=True)]
    axes = ("subset", "hypothesis", "policy", "year", DISTRICT)
    members = np.stack([total[0] for total in totals.values()], axis=1)  # (2, H)
    n = members[:, :, None, None, None, None].astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.stack([total[1] for total in totals.values()], axis=1) / n
        square = np.stack([total[2] for total in totals.values()], axis=1) / n
        above = np.stack([total[3] for total in totals.values()], axis=1) / n[..., None]
        variance = np.maximum(square - mean * mean, 0.0) * n / (n - 1.0)
    variables: dict[str, Any] = {"members": (axes[:2], members.astype(np.int32))}
    for k, name in enumerate(DISTRICT_OUTCOMES):
        variables[f"{name}_mean"] = (axes, mean[..., k])
        variables[f"{name}_variance"] = (axes, np.where(n[..., 0] > 1, variance[..., k], np.nan))
        variables[f"{name}_exceedance"] = ((*axes, "level"), above[..., k, :])
        variables[f"{name}_levels"] = (("level",), np.array(DISTRICT_OUTCOMES[name], dtype=float))
    return xr.Dataset(
        variables,
        coords={
            "subset": list(SUBSETS),
            "hypothesis": list(totals),
            "policy": [policy.name for policy in plan.policies],
            "year": np.arange(1, mean.shape[3] + 1, dtype=np.int32),
            DISTRICT: list(plan.study.region.slugs),
        },
        attrs={
            "title": plan.study.spec.title,
            "note": f"years of {min(YEAR, plan.study.spec.weeks)} weeks; exceedance: share of "
            "members that reach a level; counts are of the year, people at its end",
        },
    )


def write_dataset(dataset: xr.Dataset, path: Path) -> None:
    """Write a dataset as netCDF 3, whose bytes hold no time and no version of a library."""
    dataset.to_netcdf(path, engine="scipy", format="NETCDF3_64BIT")
