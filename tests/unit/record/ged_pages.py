"""Pages as UCDP's API answers them, made up of synthetic events."""

import json
from collections.abc import Sequence
from pathlib import Path

NUMBERS = {
    "id", "active_year", "type_of_violence", "where_prec", "date_prec", "deaths_a", "deaths_b",
    "deaths_civilians", "deaths_unknown", "best", "high", "low",
}  # fmt: skip


def as_json_event(row: dict[str, str]) -> dict[str, object]:
    """A row of GED as the API gives it: numbers as numbers, flags as booleans, no empty texts."""
    event: dict[str, object] = {"relid": "PAK-2010-1-544-1", "code_status": "Clear", **row}
    for name in NUMBERS & event.keys():
        event[name] = int(str(event[name]))
    event["active_year"] = bool(event["active_year"])
    event["latitude"], event["longitude"] = float(row["latitude"]), float(row["longitude"])
    event["date_start"] = str(row["date_start"])[:10] + "T00:00:00"
    event["date_end"] = str(row["date_end"])[:10] + "T00:00:00"
    return {name: value if value != "" else None for name, value in event.items()}


def page(
    events: Sequence[dict[str, object]], *, total: int, number: int = 1, pages: int = 1
) -> dict[str, object]:
    return {
        "TotalCount": total,
        "TotalPages": pages,
        "PreviousPageUrl": "" if number == 1 else f"page={number - 1}",
        "NextPageUrl": "" if number == pages else f"page={number + 1}",
        "Result": list(events),
    }


def write_pages(folder: Path, rows: Sequence[dict[str, str]], *, size: int = 5) -> Path:
    """Write the events as a folder of pages of this size."""
    folder.mkdir(exist_ok=True)
    parts = [rows[start : start + size] for start in range(0, len(rows), size)]
    for number, part in enumerate(parts, start=1):
        content = page(
            [as_json_event(row) for row in part], total=len(rows), number=number, pages=len(parts)
        )
        (folder / f"page-{number:05}.json").write_text(json.dumps(content), encoding="utf-8")
    return folder
