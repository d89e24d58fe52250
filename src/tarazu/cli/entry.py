"""Entry point: run a command, print its errors and return its exit code."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from tarazu.cli.terminal.interrupts import answering_interrupts
from tarazu.cli.terminal.output import DONE, INTERRUPTED, READER_GONE, TERMINATED, set_verbosity
from tarazu.core.files.place import naming_place

# Threads inside linear algebra: matrices here are small, studies bring threads of their own, and on
# a busy machine such threads wait for each other (retaliation: 432 s with two, 12 s with one).
ALGEBRA_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")


def main() -> NoReturn:
    """Run the command that the process was called with, and exit with its code."""
    for name in ALGEBRA_THREADS:  # read when NumPy is first imported, which is later
        os.environ.setdefault(name, "1")
    signal.signal(signal.SIGTERM, _terminate)
    with answering_interrupts():
        code = run(sys.argv[1:])
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Return the exit code of one command; what it raises is printed on standard error.

    0 done, 1 a check found something, 2 usage or input, 3 a bug in Tarazu, 130 interrupted.
    """
    try:
        code = _invoke(arguments)
        with naming_place("standard output"):
            sys.stdout.flush()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        code = READER_GONE
    except SystemExit as stop:  # raised by completion, by _terminate and over a closed pipe
        gone = isinstance(stop.__context__, BrokenPipeError)
        code = READER_GONE if gone else stop.code if isinstance(stop.code, int) else DONE
    except BaseException as error:  # noqa: BLE001 - the outermost handler: it prints and logs
        from tarazu.cli.terminal.errors import print_error

        code = print_error(error, arguments)
        if isinstance(error, OSError):  # the buffer cannot be written either
            _silence_stdout()
    if code == READER_GONE:
        _silence_stdout()
    elif code in (INTERRUPTED, TERMINATED):
        sys.stderr.write("interrupted; earlier results are as they were.\n")
    return code


def _invoke(arguments: Sequence[str]) -> int:
    from typer.main import get_command

    from tarazu.cli.application import app

    set_verbosity(0)
    code = get_command(app).main(list(arguments), prog_name="tarazu", standalone_mode=False)
    return code if isinstance(code, int) else DONE


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    """Raise SystemExit, so that folders being built are removed."""
    raise SystemExit(TERMINATED)


def _silence_stdout() -> None:
    """Redirect standard output to nowhere, so that the interpreter prints no second error."""
    try:
        descriptor = sys.__stdout__.fileno() if sys.__stdout__ is not None else -1
    except (OSError, ValueError):
        return
    if descriptor >= 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
