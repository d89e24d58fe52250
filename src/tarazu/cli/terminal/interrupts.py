"""Ctrl-C while the compiler or a kernel is at work: an answer within a second, and a way out.

Python raises KeyboardInterrupt between two of its instructions, and then waits for its threads. The
first compilation can hold both up for half a minute.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tarazu.cli.terminal.output import INTERRUPTED

SOON: Final = 0.7  # seconds in which most commands end
WAITS: Final = (
    "interrupted; waiting for the step at work to end (the first compilation takes up to a minute)."
    " Press Ctrl-C again to stop at once.\n"
)
STOPPED: Final = "stopped at once; the next run removes what was left unfinished.\n"


@contextmanager
def answering_interrupts() -> Iterator[None]:
    """State that the process waits if Ctrl-C does not end it soon; a second one ends it.

    The watch goes on after the block, while the interpreter waits for its threads.
    """
    if os.name == "nt":  # a pipe cannot be told of signals there
        yield
        return
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(reader,), daemon=True).start()
    try:
        yield
    except BaseException:
        signal.set_wakeup_fd(before)
        raise


def _watch(reader: int) -> None:
    """Read the numbers of signals as they arrive, which needs no turn of the main thread."""
    interrupts = 0
    while numbers := os.read(reader, 64):
        for _ in range(numbers.count(signal.SIGINT)):
            interrupts += 1
            if interrupts == 1:
                timer = threading.Timer(SOON, _write, args=(WAITS,))
                timer.daemon = True
                timer.start()
            else:
                _write(STOPPED)
                os._exit(INTERRUPTED)


def _write(text: str) -> None:
    """Write to standard error past its buffer, whose lock the main thread may hold."""
    stream = sys.__stderr__
    if stream is not None and not stream.closed:
        os.write(stream.fileno(), text.encode())
