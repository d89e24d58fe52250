"""The files that ship with the record room, made anew from the event files (`make figures`)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tarazu.record import check_labels, read_record, write_figures
from tarazu.record.coding.hand_labels import shipped_check
from tarazu.record.embedded import SHIPPED_FIGURES

EVENTS = {"balochistan": "ucdp_ged_balochistan_hdx.csv", "kp-fata": "ged_pakistan.csv"}
"""Event file of each shipped region, in the folder of the real data."""

LABELS = {"balochistan": "handcheck_initiator.csv", "kp-fata": "kp_fata/initiator_handcheck.csv"}
"""Labels given by hand."""


def shipped_files(data: Path) -> Iterator[tuple[Path, bytes]]:
    """Yield path and content of each shipped file, as the event files in `data` give them."""
    for region, name in EVENTS.items():
        record = read_record(data / name, region=region)
        path = SHIPPED_FIGURES[record.region.name]
        with TemporaryDirectory() as folder:
            made = Path(folder) / path.name
            write_figures(record, made)
            yield path, made.read_bytes()
            yield path.with_suffix(".toml"), made.with_suffix(".toml").read_bytes()
        labels = check_labels(record, data / LABELS[region])
        yield shipped_check(record.region.name), labels.to_json()


def renew(data: Path, say: Callable[[str], object]) -> None:
    """Write each shipped file that differs from what the event files give."""
    for path, content in shipped_files(data):
        is_same = path.is_file() and path.read_bytes() == content
        if not is_same:
            path.write_bytes(content)
        say(f"{path.name}: {'the same' if is_same else 'renewed'}, {len(content):,} bytes")


if __name__ == "__main__":
    renew(Path(sys.argv[1]), lambda line: print(line, flush=True))  # noqa: T201
