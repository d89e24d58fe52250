"""Standard output, log messages on standard error, and exit codes."""

from __future__ import annotations

import logging
import os
import re
import sys
from shutil import get_terminal_size
from textwrap import fill

DONE = 0
FINDINGS = 1  # a check found something
USAGE = 2  # the command or its input cannot be used as given
INTERNAL = 3  # a bug in Tarazu
INTERRUPTED = 130  # 128 + SIGINT, as in shells
READER_GONE = 141  # 128 + SIGPIPE: `tarazu ... | head`
TERMINATED = 143  # 128 + SIGTERM

WIDTH = 80  # columns where standard output is no terminal and COLUMNS is not set
NARROWEST, WIDEST = 40, 100  # longer lines are hard to read
LABEL = 12  # columns of the label of a paragraph, with its indent
TRACEBACK = 5  # level below DEBUG: shown with -vv only
_LEVELS = {-1: logging.ERROR, 0: logging.INFO, 1: logging.DEBUG, 2: TRACEBACK}
_DRIVES = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb]"
)
_PLAIN = logging.Formatter("%(message)s")
_DETAILED = logging.Formatter("%(asctime)s %(name)s: %(message)s", datefmt="%H:%M:%S")


def show(text: str, data: object, *, as_json: bool) -> None:
    """Print `text`, or `data` as canonical JSON (sorted keys, missing numbers as null)."""
    if as_json:
        from tarazu.core.provenance import canonical_json

        text = canonical_json(data).decode()
    text = for_terminal(text)
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def for_terminal(text: str) -> str:
    r"""Return a text in which names from data cannot drive the terminal.

    Control characters except line breaks and tabs, marks that turn the direction of writing, and
    halves of characters become escapes such as ``\u001b``, which JSON reads as what they stand for.
    Joiners stay, because names in Urdu and Balochi need them.

    Examples
    --------
    >>> for_terminal("Kech\x1b[2J")
    'Kech\\u001b[2J'
    """
    return _DRIVES.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def width() -> int:
    """Return the columns of the terminal, within limits; of COLUMNS where that is set."""
    columns = WIDTH
    if sys.stdout.isatty() or os.environ.get("COLUMNS"):
        columns = get_terminal_size((WIDTH, 24)).columns
    return max(NARROWEST, min(columns, WIDEST))


def paragraph(text: str, *, label: str = "") -> str:
    """Return `text` in lines that fit the terminal, after a label if there is one."""
    if not label:
        return fill(text, width(), break_on_hyphens=False)
    head = f"  {label:<{LABEL - 2}}"
    indent = " " * LABEL
    return fill(
        text, width(), initial_indent=head, subsequent_indent=indent, break_on_hyphens=False
    )


class _StderrHandler(logging.Handler):
    """Handler that writes to the current `sys.stderr`: a progress bar replaces it for a time."""

    def emit(self, record: logging.LogRecord) -> None:
        sys.stderr.write(for_terminal(self.format(record)) + "\n")


def set_verbosity(verbosity: int) -> None:
    """Log errors only (-1), steps (0), details (1) or tracebacks too (2)."""
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
    """Whether -q was not given."""
    return logging.getLogger("tarazu").isEnabledFor(logging.INFO)
