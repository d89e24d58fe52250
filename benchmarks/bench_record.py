"""How long it takes to start, to read a record and to spread it over time and districts."""

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.ged_file import write_ged_file
from tarazu.record import Record, load_record, read_record


class TimeStart:
    """A command in a process of its own: what a user waits before anything happens."""

    number = 1
    params = (("--help", "version"),)
    param_names = ("argument",)

    def time_command(self, argument: str) -> None:
        subprocess.run([sys.executable, "-m", "tarazu", argument], check=True, capture_output=True)


class TimeRecord:
    params = (("day", "week", "month"),)
    param_names = ("freq",)

    def setup(self, freq: str) -> None:
        self.record = load_record()

    def time_load_record(self, freq: str) -> None:
        load_record()

    def time_to_panel(self, freq: str) -> None:
        self.record.panel(freq)


class PeakmemPanel:
    def peakmem_to_panel(self) -> None:
        load_record().panel("day")


class ReadGed:
    """A file as large as the global GED, all in the region or mostly outside; goal: 5 s, 1 GiB."""

    number = repeat = 1
    timeout = 600
    params = (("inside", "outside"),)
    param_names = ("rows",)

    def setup_cache(self) -> str:
        """Write both files once; asv removes the folder."""
        folder = Path(tempfile.mkdtemp(dir=Path.cwd()))
        write_ged_file(folder / "inside.csv", inside=True)
        write_ged_file(folder / "outside.csv", inside=False)
        return str(folder)

    def time_read(self, folder: str, rows: str) -> Record:
        return read_record(Path(folder) / f"{rows}.csv")

    def peakmem_read(self, folder: str, rows: str) -> Record:
        return read_record(Path(folder) / f"{rows}.csv")
