"""Error rates of an estimator, as measured on simulated records and shipped with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from tarazu.evidence.finding import FigureData


@dataclass(frozen=True, slots=True)
class Validation:
    """What `make theory` measured for one estimator.

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
            y_label="share of simulated records in which it is found",
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
    return Validation(
        summary=table["summary"],
        power=tuple((row["effect"], row["found"], row["records"]) for row in table["power"]),
    )
