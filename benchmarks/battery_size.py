"""Processor time and memory of each estimator on a made-up record: ``python -m`` this module.

python -m benchmarks.battery_size 7500 104
python -m benchmarks.battery_size 7500 104 wake dose
"""

from __future__ import annotations

import resource
import sys
import time

from benchmarks.made_up_record import made_up_record
from tarazu.evidence.battery import load_battery
from tarazu.evidence.failure import Failure, attempt
from tarazu.evidence.registry import estimate


def main(arguments: list[str]) -> None:
    """Print one line per estimator and the sum; peak memory is that of the process so far."""
    events, districts, *names = arguments
    write = sys.stdout.write
    record = made_up_record(int(events), int(districts))
    write(f"{record.n_events} events in {districts} districts\n")
    write("estimator      processor s   elapsed s   peak MiB\n")
    began = time.process_time()
    for name in names or load_battery().estimators:
        processor, elapsed = time.process_time(), time.perf_counter()
        made = attempt(name, record, estimate)
        spent = time.process_time() - processor, time.perf_counter() - elapsed
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        said = f"failed: {made.reason}\n{made.traceback}" if isinstance(made, Failure) else ""
        write(f"{name:13s} {spent[0]:12.1f} {spent[1]:11.1f} {peak:10.0f} {said}\n")
        sys.stdout.flush()
    write(f"{'sum':13s} {time.process_time() - began:12.1f}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
