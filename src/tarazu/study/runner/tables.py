"""The two tables of a result: metrics.parquet (outcomes) and parameters.parquet (experiments)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tarazu.study.runner.block import REPRODUCTION, Plan
from tarazu.study.runner.block_file import BlockReader
from tarazu.study.runner.operation import DOSE_COLUMNS, ZONE_COLUMNS
from tarazu.study.setup.outcomes import OUTCOMES, Outcome
from tarazu.study.setup.quantities import extra_outcomes
from tarazu.study.setup.spec import DRAW_KEYS, POOLED, Study

if TYPE_CHECKING:
    import pyarrow as pa

FloatArray = NDArray[np.float64]

METRICS: Final = "metrics.parquet"
PARAMETERS: Final = "parameters.parquet"


class Column(NamedTuple):
    """Unit and meaning of a column of metrics.parquet; both are in the file's metadata too."""

    unit: str
    meaning: str


KEYS: Final[Mapping[str, Column]] = {
    "hypothesis": Column("", "Name of the hypothesis."),
    "policy": Column("", "Name of the policy."),
    "member": Column("", "Number of the member: draw x replicates + replicate."),
    "draw": Column("", "Number of the draw of parameters, from 0; see `parameters.parquet`."),
    "replicate": Column("", "Number of the replicate of the draw, from 0."),
    "kept": Column(
        "",
        "Whether the draw's attacks per year lie in the range of the record's last five years: "
        "those of its history in the same years or, without one, of the study's first five years "
        "under the status quo; null where no record was given.",
    ),
    "weeks": Column("weeks", "The horizon: weeks over which the outcomes are counted."),
}
OVER: Final[Mapping[str, str]] = {
    "total": "total over the horizon",
    "end": "level at the end of the horizon",
    "quiet_year": "1 if the horizon holds 52 weeks in a row without one (in a study of the mean "
    "field: with fewer than one expected), else 0; NaN for a horizon of less than a year",
}
OPERATION: Final[Mapping[str, Column]] = {
    "attacks": Column("attacks", "Attacks drawn in this zone over the horizon"),
    "expected_attacks": Column("attacks", "Attacks of the mean field in this zone"),
    "expected_militants": Column("persons", "Militants of the mean field at the horizon's end"),
}
REPRODUCTION_COLUMN: Final = Column(
    "1",
    "Reproduction number of violence of an average district, with nobody and no arms from outside.",
)
DOSE: Final[Mapping[str, Column]] = {
    "extra_operations": Column("operations", "Expected operations of the extra sweep."),
    "expected_removals": Column("persons", "Militants whom the extra sweep is expected to kill."),
    "dose_reached": Column("", "1 if that is the number which the study names, else 0."),
}


def describe_metrics(is_operation: bool) -> dict[str, Column]:
    """Return unit and meaning of the columns of metrics.parquet, in their order.

    Parameters
    ----------
    is_operation : whether the study is one of an extra operation, which has columns of its own.
    """
    columns = dict(KEYS) | {name: _outcome_column(outcome) for name, outcome in OUTCOMES.items()}
    if is_operation:
        for name in ZONE_COLUMNS:
            what = max((known for known in OPERATION if name.startswith(known)), key=len)
            zone = name.removeprefix(f"{what}_").replace("_", " ")
            unit, meaning = OPERATION[what]
            columns[name] = Column(unit, f"{meaning}: {zone}.")
        columns |= {name: DOSE[name] for name in DOSE_COLUMNS}
    return columns


def describe_extra(study: Study) -> dict[str, Column]:
    """Return unit and meaning of the columns that a study adds: quantities, R_v."""
    extra = extra_outcomes(study.model, study.spec.quantities)
    columns = {name: _outcome_column(outcome) for name, outcome in extra.items()}
    return columns | ({REPRODUCTION: REPRODUCTION_COLUMN} if study.spec.reproduction else {})


def _outcome_column(outcome: Outcome) -> Column:
    return Column(outcome.unit, f"{outcome.title}: {OVER[outcome.over]}.")


def write_parameters(plan: Plan, path: Path) -> None:
    """Write one row per hypothesis and draw, one column per parameter.

    Each column of a parameter carries its unit, its prior and its source. The prior is that of the
    model; a hypothesis may restrict it.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    names, draws = list(plan.scenarios), plan.study.spec.draws
    codes = np.repeat(np.arange(len(names)), draws)
    draw = np.tile(np.arange(draws, dtype=np.int32), len(names))
    values = np.concatenate(
        [scenario.parameters for scenario in plan.scenarios.values()]
    )  # (H * N, P)
    arrays = [_words(codes, names), pa.array(draw)]
    fields = [pa.field(name, array.type) for name, array in zip(DRAW_KEYS, arrays, strict=True)]
    for column, (name, parameter) in enumerate(plan.study.model.parameters.items()):
        about = {
            "unit": parameter.unit,
            "prior": parameter.prior.describe(),
            "source": str(parameter.source),
        }
        fields.append(pa.field(name, pa.float64(), metadata=about))
        arrays.append(pa.array(values[:, column]))
    table = pa.Table.from_arrays(arrays, schema=pa.schema(fields))
    pq.write_table(table, path, compression="zstd")


def _words(codes: NDArray[np.int64], names: Sequence[str]) -> pa.DictionaryArray:
    """Return a column of names, given by their numbers."""
    import pyarrow as pa

    narrow = codes.astype(np.min_scalar_type(-len(names)))  # int8 for up to 128 names
    return pa.DictionaryArray.from_arrays(pa.array(narrow), pa.array(list(names)))


def write_metrics(plan: Plan, blocks: Sequence[BlockReader], path: Path) -> dict[str, float | None]:
    """Write one row per hypothesis, policy, member and horizon; return the shares of draws kept."""
    import pyarrow.parquet as pq  # late: only here and where results are read

    replicates = plan.study.spec.replicates
    kept: dict[str, list[NDArray[np.int8]]] = {name: [] for name in plan.scenarios}
    with path.open("wb") as stream:
        writer = None
        for (hypothesis, draws), block in zip(plan.blocks, blocks, strict=True):
            flags = block.read("kept")
            table = _rows(plan, hypothesis, draws, block.read("outcomes"), flags)
            kept[hypothesis].append(flags[::replicates])
            if writer is None:
                writer = pq.ParquetWriter(stream, table.schema, compression="zstd")
            writer.write_table(table)
        assert writer is not None  # a study has at least one block
        writer.close()
    whole = {name: np.concatenate(parts) for name, parts in kept.items()}
    pooled = np.concatenate(list(whole.values()))
    return {
        name: None if (values < 0).any() else float((values == 1).mean())
        for name, values in (whole | {POOLED: pooled}).items()
    }


def _rows(
    plan: Plan, hypothesis: str, draws: range, outcomes: FloatArray, kept: NDArray[np.int8]
) -> pa.Table:
    import pyarrow as pa

    spec = plan.study.spec
    replicates, shape = spec.replicates, outcomes.shape[:3]
    member = np.arange(draws.start * replicates, draws.stop * replicates, dtype=np.int32)
    assert outcomes.shape[1] == len(member)

    def spread(values: NDArray[Any], axis: int) -> NDArray[Any]:
        index = [None, None, None]
        index[axis] = slice(None)  # type: ignore[call-overload]
        return np.broadcast_to(values[tuple(index)], shape).ravel()

    names, policies = list(plan.scenarios), [policy.name for policy in plan.policies]
    columns: dict[str, Any] = {
        "hypothesis": _words(np.full(np.prod(shape), names.index(hypothesis)), names),
        "policy": _words(spread(np.arange(len(policies)), 0), policies),
        "member": spread(member, 1),
        "draw": spread(member // replicates, 1),
        "replicate": spread(member % replicates, 1),
        "kept": pa.array(spread(kept == 1, 1), mask=spread(kept < 0, 1)),
        "weeks": spread(np.array(spec.horizons, dtype=np.int32), 2),
    }
    for k, name in enumerate(plan.columns):
        columns[name] = outcomes[..., k].ravel()
    table, described = pa.table(columns), describe_metrics(spec.operation is not None)
    described |= describe_extra(plan.study)
    fields = [field.with_metadata(described[field.name]._asdict()) for field in table.schema]
    return table.cast(pa.schema(fields))
