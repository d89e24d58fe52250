"""What single options of gcc are worth in a mean-field week, beside Tarazu's kernel.

Says where the difference between strict C and fast math lies: `python -m benchmarks.c_options`.
Rounds run one program after the other; processor time on one core, compiling not counted.
"""

import argparse
import os
import tempfile
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from benchmarks.twins.c import FAST, STRICT
from benchmarks.twins.contestants import Setting, c_program, tarazu
from benchmarks.twins.world import shipped_world

VECTOR_EXP = ("-fno-math-errno", "-D__FAST_MATH__")  # declares glibc's exp of whole vectors
VARIANTS = {
    "strict": STRICT,
    "strict, vector exp": (*STRICT, *VECTOR_EXP),
    "strict, vector exp, no traps": (*STRICT, *VECTOR_EXP, "-fno-trapping-math"),
    "fast-math, scalar exp": (*FAST, "-U__FAST_MATH__"),
    "fast-math, exact division": (*FAST, "-fno-reciprocal-math"),
    "fast-math": FAST,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder:
        setting = Setting("mean", shipped_world(), shipped_world(52), Path(folder))
        programs = {"Tarazu": tarazu(setting)}
        programs |= {name: c_program(flags, setting) for name, flags in VARIANTS.items()}
        for program in programs.values():
            program.seconds()  # compiles, or loads what is read once
        weeks = setting.world.weeks * len(setting.world.districts.names)
        times = np.array(
            [
                [p.seconds() / (p.member_weeks / setting.world.weeks) for p in programs.values()]
                for _ in range(rounds)
            ]
        )
    for name, values in zip(programs, times.T, strict=True):
        ratio = np.median(values / times[:, 0])
        print(  # noqa: T201
            f"{name:30s} {np.median(values) / weeks * 1e9:6.0f} ns per district and week, "
            f"{ratio:.2f} of Tarazu's"
        )


if __name__ == "__main__":
    main()
