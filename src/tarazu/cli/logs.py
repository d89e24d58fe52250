"""What is said on standard error, and how much of it."""

from __future__ import annotations

import logging
import sys

TRACEBACK = 5  # below DEBUG: shown with -vv only
_LEVELS = {-1: logging.ERROR, 0: logging.INFO, 1: logging.DEBUG, 2: TRACEBACK}
_PLAIN = logging.Formatter("%(message)s")
_DETAILED = logging.Formatter("%(asctime)s %(name)s: %(message)s", datefmt="%H:%M:%S")


class _StderrHandler(logging.Handler):
    """Writes to what `sys.stderr` is now: a progress bar replaces it while it is shown."""

    def emit(self, record: logging.LogRecord) -> None:
        sys.stderr.write(self.format(record) + "\n")


def set_verbosity(verbosity: int) -> None:
    """Let through errors only (-1), what happens (0), details (1), tracebacks too (2)."""
    handler = _StderrHandler()
    handler.setFormatter(_DETAILED if verbosity > 0 else _PLAIN)
    log = logging.getLogger("tarazu")
    log.handlers = [handler]
    log.setLevel(_LEVELS[max(-1, min(verbosity, 2))])
    warnings = logging.getLogger("py.warnings")
    warnings.handlers = [handler]
    warnings.setLevel(logging.ERROR if verbosity < 0 else logging.WARNING)
    logging.captureWarnings(True)


def shows_tracebacks() -> bool:
    """Whether -vv was given."""
    return logging.getLogger("tarazu").isEnabledFor(TRACEBACK)


def shows_progress() -> bool:
    """Whether anything but errors is wanted (no -q)."""
    return logging.getLogger("tarazu").isEnabledFor(logging.INFO)
