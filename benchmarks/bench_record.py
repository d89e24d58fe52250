"""How long it takes to start, to read a record and to spread it over time and districts."""

import subprocess
import sys

from tarazu.record import load_default_record, to_panel


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
        self.record = load_default_record()

    def time_load_default_record(self, freq: str) -> None:
        load_default_record()

    def time_to_panel(self, freq: str) -> None:
        to_panel(self.record, freq=freq)


class PeakmemPanel:
    def peakmem_to_panel(self) -> None:
        to_panel(load_default_record(), freq="day")
