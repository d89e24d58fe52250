"""The reference page of a study's folder: its files and the columns of its tables."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tarazu.study.runner.reduce import BANDS, DISTRICTS, RESULT
from tarazu.study.runner.tables import METRICS, PARAMETERS, Column, describe_metrics

FILES: Final = {
    METRICS: "outcomes: one row per hypothesis, policy, member and horizon",
    PARAMETERS: "experiments: one row per hypothesis and draw, one column per parameter",
    BANDS: "means and quantiles of the national series",
    DISTRICTS: "means, variances and exceedance by district and year",
    RESULT: "the study, its hypotheses, policies and provenance",
}
JOINED: Final = f"""\
Outcomes and parameters join on `hypothesis` and `draw`:

```python
result = tarazu.load_study_result(folder)
result.experiments  # {METRICS} with the parameters of each draw
result.parameters  # {PARAMETERS} alone
result.parameter_info  # unit, prior and source of each parameter
```

In {PARAMETERS} the metadata of a column hold `unit`, `prior` and `source` of the parameter. The
prior is that of the model; a hypothesis may restrict it. In {METRICS} they hold `unit` and
`meaning`, as in the table below."""


def study_folder_page() -> str:
    """Return the page of the files of a study."""
    files = "\n".join(f"- `{name}`: {meaning}." for name, meaning in FILES.items())
    always, operation = describe_metrics(is_operation=False), describe_metrics(is_operation=True)
    added = {name: column for name, column in operation.items() if name not in always}
    parts = [
        "# The folder of a study",
        "*Made by `make docs` from the code.*",
        files,
        "## Parameters and outcomes together",
        JOINED,
        f"## Columns of {METRICS}",
        _table(always),
        "Studies of an extra operation also have:",
        _table(added),
    ]
    return "\n\n".join(parts) + "\n"


def _table(columns: Mapping[str, Column]) -> str:
    rows = [
        f"| `{name}` | {unit or '-'} | {meaning} |" for name, (unit, meaning) in columns.items()
    ]
    return "\n".join(["| column | unit | meaning |", "| --- | --- | --- |", *rows])


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(study_folder_page(), encoding="utf-8")
